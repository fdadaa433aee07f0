package tui

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// candidate is a mail exchanger of the last MX answer, and how it fared.
type candidate struct {
	pref    uint16
	host    string
	address string
	result  string
	why     string // why it was taken or dropped
	style   Style
	trying  bool
	phase   state.Phase
	tried   trace.Seq // the first connection to it; 0 for none
	noAddr  bool      // its name was asked for and has no address
}

// decision is what a mail system made of an MX answer.
type decision struct {
	name   string // the domain
	system trace.NodeID
	rows   []candidate
	said   string // in place of rows, when the answer has no exchangers
	die    bool   // two have equal preference
}

// decide finds the last MX answer that a mail system got, and what has become
// of its exchangers, in the order in which they are tried; ok is false when
// that is long ago.
func (in *Instant) decide() (d decision, ok bool) {
	t := in.Story.T
	for i := in.At; i >= 1 && i+2000 > in.At; i-- {
		e := t.At(i)
		if e.Kind == trace.Answer && t.Name(e.B) == "MX" && !in.walker(e.Peer) {
			d = decision{name: bare(t.Name(e.A)), system: e.Peer}
			return d, in.candidates(&d, i, e)
		}
	}
	return d, false
}

func (in *Instant) candidates(d *decision, at trace.Seq, answer *trace.Event) bool {
	t := in.Story.T
	var m dns.Msg
	if m.Unpack(t.Text(answer)) != nil {
		return false
	}
	for _, rr := range m.Answer {
		if mx, ok := rr.(*dns.MX); ok {
			d.rows = append(d.rows, candidate{pref: mx.Preference, host: bare(mx.Mx)})
		}
	}
	if len(d.rows) == 0 {
		d.said = in.Words.T(map[int]string{dns.RcodeSuccess: "dns.nomx", dns.RcodeNameError: "dns.nxdomain"}[m.Rcode])
		if d.said == "" {
			d.said = in.Words.T("dns.servfail")
		}
		return true
	}
	for s := at + 1; s <= in.At; s++ {
		in.fare(d.rows, answer.Peer, t.At(s))
	}
	slices.SortStableFunc(d.rows, func(a, b candidate) int {
		never := trace.Seq(1) << 31
		return cmp.Or(cmp.Compare(a.pref, b.pref), cmp.Compare((a.tried+never-1)%never, (b.tried+never-1)%never))
	})
	in.reasons(d)
	return true
}

// fare notes what an event tells about the candidates of a mail system.
func (in *Instant) fare(rows []candidate, system trace.NodeID, e *trace.Event) {
	t := in.Story.T
	switch {
	case e.Kind == trace.Answer && e.Peer == system && (t.Name(e.B) == "A" || t.Name(e.B) == "AAAA"):
		for i := range rows {
			if !strings.EqualFold(rows[i].host, bare(t.Name(e.A))) {
				continue
			}
			if rows[i].address == "" && e.N > 0 && e.Code == 0 {
				rows[i].address = answerWords(t.Text(e))
			}
			rows[i].noAddr = rows[i].address == ""
		}
	case e.Conn != 0 && t.Conn(e.Conn).Client == system && t.Conn(e.Conn).Proto == trace.SMTP:
		addr, _, _ := strings.Cut(t.Conn(e.Conn).ServerAddr, ":")
		for i := range rows {
			if rows[i].address == addr {
				if rows[i].tried == 0 {
					rows[i].tried = in.Snap.Conn(e.Conn).Opened
				}
				in.result(&rows[i], in.Snap.Conn(e.Conn))
			}
		}
	}
}

func (in *Instant) result(c *candidate, conn *state.Conn) {
	if conn == nil {
		return
	}
	c.result, c.style, c.phase = in.Words.T("dlg.phase."+conn.Phase.String()), Plain, conn.Phase
	c.trying = false
	switch conn.Phase {
	case state.Refused, state.TimedOut, state.Reset:
		c.result, c.style = in.Glyphs.Cross+" "+c.result, Bad
	case state.Connecting, state.Open:
		c.trying = true
	}
}

// reasons says of each candidate why it was taken or dropped.
func (in *Instant) reasons(d *decision) {
	t := in.Story.T
	self, nearest := t.Node(d.system).Name, -1
	for i := range d.rows {
		if strings.EqualFold(d.rows[i].host, self) {
			nearest = int(d.rows[i].pref)
		}
		d.die = d.die || i > 0 && d.rows[i].pref == d.rows[i-1].pref
	}
	reached := false
	for i := range d.rows {
		c := &d.rows[i]
		key := "next"
		switch {
		case c.host == "." || c.host == "":
			key = "null"
		case strings.EqualFold(c.host, self):
			key = "self"
		case nearest >= 0 && int(c.pref) >= nearest:
			key = "farther"
		case c.noAddr:
			key = "noaddr"
		case c.tried != 0:
			key = map[state.Phase]string{state.Refused: "refused", state.TimedOut: "silent", state.Reset: "broken", state.Connecting: "trying", state.Open: "talking"}[c.phase]
			if key == "" {
				key = "took"
			}
			reached = reached || key == "talking" || key == "took"
		case reached:
			key = "spare"
		}
		c.why = in.Words.T("dns.why." + key)
	}
}

// drawDecision is the table of the candidates; it returns the rows that it
// takes.
func drawDecision(in *Instant, d *decision, r Region) {
	r.PutMax(0, 0, r.W, Quiet, in.Words.T("dns.decision", "name", d.name)+"  "+in.Story.short(d.system))
	if d.said != "" {
		r.PutMax(2, 1, r.W-2, Plain, d.said)
		return
	}
	wide := 0
	for _, c := range d.rows {
		wide = max(wide, textWidth(c.host))
	}
	wide = min(wide, max(r.W/3, 14))
	for i, c := range d.rows {
		y := i + 1
		if c.trying {
			r.Put(0, y, Accent, in.Glyphs.Cursor)
		}
		r.Put(2, y, Quiet, strconv.Itoa(i+1))
		r.PutRight(8, y, Names, strconv.Itoa(int(c.pref)))
		st := Title
		if c.style == Bad || c.noAddr {
			st = Plain
		}
		r.PutMax(10, y, wide, st, c.host)
		x := 12 + wide
		if r.W >= 90 {
			r.PutMax(x, y, 15, Plain, c.address)
			x += 17
		}
		x = r.PutMax(x, y, r.W-x, c.style, c.result)
		if c.result != "" {
			x += 2
		}
		r.PutMax(x, y, r.W-x, Quiet, c.why)
	}
	if d.die {
		r.PutMax(2, len(d.rows)+1, r.W-2, Quiet, in.Words.T("dns.die"))
	}
}

// height is the number of rows of the table.
func (d *decision) height() int {
	n := len(d.rows) + 1
	if d.said != "" || d.die {
		n++
	}
	return n
}
