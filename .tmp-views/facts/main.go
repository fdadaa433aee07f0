//go:build wip

package main

import (
	"fmt"
	"os"

	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

func main() {
	doc, _ := scenarios.Find(os.Args[1])
	s, err := scenario.Load(scenarios.FS(), doc, scenarios.Resolve)
	if err != nil {
		panic(err)
	}
	r, err := scenario.Build(s, scenario.Options{})
	if err != nil {
		panic(err)
	}
	r.Play(0)
	t := r.Trace()
	f := state.New(t)
	last := ""
	for q := trace.Seq(1); int(q) <= t.Len(); q++ {
		sn := f.At(q)
		now := ""
		for id := trace.MsgID(1); int(id) <= t.Msgs(); id++ {
			for _, p := range sn.Where(id) {
				if p.Kind != 0 {
					now += fmt.Sprintf("  msg %d %s %s\n", id, p.Kind, t.Node(p.Node).Short)
				}
			}
		}
		for _, c := range sn.OpenConns() {
			now += fmt.Sprintf("  conn %d %s %s (%s) mail=%v waiting %d\n", c.ID, t.Conn(c.ID).Proto, c.Phase, c.Session, c.Mail, len(c.Waiting))
		}
		if now != last {
			fmt.Printf("%d %s %.60q\n%s", q, t.At(q).Kind, t.Text(t.At(q)), now)
			last = now
		}
	}
	for _, st := range f.Stages(0) {
		fmt.Println("stage", st.First, st.Kind, t.Node(st.Node).Short, t.Node(st.Peer).Short, st.Msg)
	}
	fmt.Println("hops", f.Hops(), "trouble", f.Troubles())
	sel, _ := trace.ParseSelector("mailbox append at mail")
	for _, q := range t.Chain(sel.Next(t, 0)) {
		e := t.At(q)
		fmt.Printf("%d %s %s %s %s %s %.50q\n", q, e.Kind, t.Node(e.Node).Short, t.Name(e.A), t.Name(e.B), t.Name(e.C), t.Text(e))
	}
}
