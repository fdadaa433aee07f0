package scenario

import (
	"fmt"
	"strings"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/node"
	"mailtrek/sim/trace"
)

// schedule puts the timed faults, and with people what people do, on the
// agenda. At one instant faults come first.
func (r *Run) schedule(people bool) {
	for i := range r.Scenario.Faults {
		switch f := &r.Scenario.Faults[i]; {
		case f.On != nil: // waits already
		case f.Timed:
			r.World.At(f.At, func() { r.begin(f, 0) })
		default:
			r.lasts(f)
		}
	}
	for i := 0; people && i < len(r.Scenario.Actions); i++ {
		a := &r.Scenario.Actions[i]
		r.World.At(a.At, func() { r.act(a) })
	}
}

// nextLine is how long a script needs from a line that is late to the next one.
const nextLine = 50 * time.Millisecond

// act does what a line of a do block says. The lines are one script: while a
// command waits for a main.cf that was just changed, nothing else is begun.
func (r *Run) act(a *Action) {
	m := r.byName[a.Host]
	if m == nil {
		return
	}
	now := r.World.Now()
	if r.idle > now {
		r.World.At(r.idle, func() { r.act(a) })
		return
	}
	if a.At < now {
		r.idle = now + nextLine
	}
	if a.Kind == Operate {
		who, t := a.User, r.World.Trace
		if who == "" {
			who = "#"
		}
		seq := r.World.Emit(trace.Event{Kind: trace.Action, Node: m.ID, A: t.Intern(who), B: t.Intern("command")}, []byte(a.Command))
		msg := trace.MsgID(0)
		if program, _, _ := strings.Cut(a.Command, " "); a.Mail != "" && program == "sendmail" {
			msg = t.AddMsg(trace.Msg{Name: r.messageName(a.Mail)})
		}
		r.command(m.Host, a.User, a.Command, []byte(a.Input), seq, msg)
		return
	}
	mua := r.mua(m, a.User)
	if acc := r.Scenario.Account(a.User, a.Host); a.Kind == Submit && acc != nil && acc.Open {
		mua.Login = ""
	}
	r.World.Go(m.Node, "mua", 0, 0, func(p *sim.Proc) {
		// What fails is told by the events of the dialogue and by what the
		// program says to its user.
		switch {
		case a.Kind == Fetch && a.Proto == "imap":
			_, _ = mua.FetchIMAP(p, a.Access, a.Stay, a.words())
			return
		case a.Kind == Fetch:
			_, _ = mua.FetchPOP3(p, a.Keep, a.words())
			return
		}
		_ = mua.Send(p, node.Outgoing{
			Name: r.messageName(a.Mail), Content: []byte(r.Scenario.Mail(a.Mail).Content), From: a.From, To: a.To,
			Server: node.Server(a.Server), Words: a.words(),
		})
	})
}

// words are what somebody does, without the place where it stands anyway.
func (a *Action) words() string {
	_, words, _ := strings.Cut(a.Text, " ")
	return strings.TrimSpace(words)
}

// messageName is the name of a mail in the trace. Who sends a mail twice sends
// two messages.
func (r *Run) messageName(mail string) string {
	name := mail
	for n := 2; r.World.Trace.MsgNamed(name) != 0; n++ {
		name = fmt.Sprintf("%s (%d)", mail, n)
	}
	return name
}

// mua is the mail program of a user, with the settings of the scenario.
func (r *Run) mua(m *machine, user string) *node.MUA {
	a := r.Scenario.Account(user, m.Name)
	if a == nil {
		return &node.MUA{Host: m.Host, User: user}
	}
	return &node.MUA{
		Host: m.Host, User: user, From: a.From, Login: a.Login, Password: a.Password, Helo: a.Helo,
		Submit: node.Server(a.Submit), Fetch: node.Server(a.Fetch), IMAP: node.Server(a.IMAP),
	}
}
