package scenario

import (
	"bytes"
	"fmt"
	"strings"

	"mailtrek/sim"
	"mailtrek/sim/node"
	"mailtrek/sim/trace"
)

// forcing is a fault that demands a reply, while it holds.
type forcing struct {
	f    *Fault
	used int
}

// demand lets a fault hold whose replies are given from now on.
func (m *machine) demand(f *Fault) {
	m.forcings = append(m.forcings, &forcing{f: f})
	m.Faults = m
}

// obey ends a fault that demands replies, or all at a port.
func (m *machine) obey(f *Fault) {
	kept := m.forcings[:0:0]
	ended := false
	for _, g := range m.forcings {
		if f.of != nil && (g.f != f.of || ended) || f.of == nil && g.f.Port != f.Port {
			kept = append(kept, g)
		} else {
			ended = true
		}
	}
	m.forcings = kept
	if len(kept) == 0 {
		m.Faults = nil
	}
}

// Reply implements node.Faults: the first fault that concerns the client and
// what it asks has its way.
func (m *machine) Reply(p *sim.Proc, a node.Asked) string {
	for _, g := range m.forcings {
		if !g.concerns(a) {
			continue
		}
		if g.f.Chance > 0 && m.run.dice().Float64() >= g.f.Chance {
			continue
		}
		g.used++
		text := g.f.Text
		if g.f.Times > 1 {
			text = fmt.Sprintf("%s (%d)", text, g.used)
		}
		e := trace.Event{Kind: trace.Fault, Proto: a.Proto, Conn: a.Conn, A: p.Sym("forced"), B: p.Sym(a.Stage)}
		if a.Client != nil {
			e.Peer = a.Client.ID
		}
		p.Emit(e, []byte(text))
		return g.f.Reply
	}
	return ""
}

// concerns tells whether a fault is about a client and what it asks.
func (g *forcing) concerns(a node.Asked) bool {
	f := g.f
	stage, tcp := strings.CutSuffix(strings.TrimPrefix(a.Stage, "UID "), " TCP")
	switch {
	case f.Times > 0 && g.used >= f.Times:
		return false
	case f.Port == lmtpPort && a.Proto == trace.LMTP:
	case f.Port != a.Port:
		return false
	}
	if f.Stage != "*" && f.Stage != stage || f.Reply == "TRUNCATED" && tcp {
		return false
	}
	if f.From != "" && (a.Client == nil || a.Client.Name != f.From) {
		return false
	}
	return f.About == "" || about(f.About, a.Line)
}

// about tells whether a word of a command matches a pattern. Brackets, quotes
// and the colon of "TO:<ivan@alabala.com>" are no part of words.
func about(pattern string, line []byte) bool {
	for _, w := range bytes.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t<>()\":", r) }) {
		if trace.Glob(pattern, string(w)) {
			return true
		}
	}
	return false
}
