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
	style   Style
	trying  bool
}

// exchangerRows are the candidates of the last MX answer that a mail system
// got, in the order in which it will try them; none when that is long ago.
func (in *Instant) exchangerRows(at trace.Seq) []candidate {
	t := in.Story.T
	for i := in.At; i >= 1 && i+2000 > in.At; i-- {
		e := t.At(i)
		if e.Kind == trace.Answer && t.Name(e.B) == "MX" && !in.walker(e.Peer) {
			return in.candidates(i, e)
		}
	}
	return nil
}

func (in *Instant) candidates(at trace.Seq, answer *trace.Event) []candidate {
	t := in.Story.T
	var m dns.Msg
	if m.Unpack(t.Text(answer)) != nil {
		return nil
	}
	var rows []candidate
	for _, rr := range m.Answer {
		if mx, ok := rr.(*dns.MX); ok {
			rows = append(rows, candidate{pref: mx.Preference, host: bare(mx.Mx)})
		}
	}
	slices.SortStableFunc(rows, func(a, b candidate) int { return cmp.Compare(a.pref, b.pref) })
	for s := at + 1; s <= in.At; s++ {
		in.fare(rows, answer.Peer, t.At(s))
	}
	return rows
}

// fare notes what an event tells about the candidates of a mail system.
func (in *Instant) fare(rows []candidate, system trace.NodeID, e *trace.Event) {
	t := in.Story.T
	switch {
	case e.Kind == trace.Answer && e.Peer == system && t.Name(e.B) == "A":
		for i := range rows {
			if strings.EqualFold(rows[i].host, bare(t.Name(e.A))) {
				rows[i].address = answerWords(t.Text(e))
			}
		}
	case e.Conn != 0 && t.Conn(e.Conn).Client == system && t.Conn(e.Conn).Proto == trace.SMTP:
		addr, _, _ := strings.Cut(t.Conn(e.Conn).ServerAddr, ":")
		for i := range rows {
			if rows[i].address == addr {
				in.result(&rows[i], in.Snap.Conn(e.Conn))
			}
		}
	}
}

func (in *Instant) result(c *candidate, conn *state.Conn) {
	if conn == nil {
		return
	}
	c.result, c.style = in.Words.T("dlg.phase."+conn.Phase.String()), Plain
	switch conn.Phase {
	case state.Refused, state.TimedOut, state.Reset:
		c.result, c.style = in.Glyphs.Cross+" "+c.result, Bad
	case state.Connecting, state.Open:
		c.trying = true
	}
}

// drawExchangers is the table of the candidates.
func drawExchangers(in *Instant, rows []candidate, r Region) {
	r.Put(2, 0, Quiet, in.Words.T("dns.order"))
	wide := 0
	for _, c := range rows {
		wide = max(wide, textWidth(c.host))
	}
	wide = min(wide, r.W/2)
	for i, c := range rows {
		y := i + 1
		if c.trying {
			r.Put(0, y, Accent, in.Glyphs.Cursor)
		}
		r.Put(2, y, Quiet, strconv.Itoa(i+1))
		r.PutRight(11, y, Names, strconv.Itoa(int(c.pref)))
		r.PutMax(13, y, wide, Title, c.host)
		x := r.PutMax(15+wide, y, 15, Plain, c.address)
		x = max(x, 15+wide+15) + 2
		r.PutMax(x, y, r.W-x-1, c.style, c.result)
	}
}
