package tui

import (
	"slices"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/sim/trace"
)

// The dns lens follows a question: what a host asks its resolver stands at the
// left, and indented below it whom the resolver asks on its walk from the root,
// until the answer comes back to the left. Below stands what became of the
// mail exchangers, when the question was for those.

// asked is one row: a question, an answer, or an answer from memory.
type asked struct {
	event trace.Seq
	time  string
	depth int
	who   string
	sign  string
	text  string
	style Style

	picked bool // it is the line that is chosen
}

func drawDNS(in *Instant, r Region) {
	at := in.lastDNS()
	if at == 0 {
		drawNothing(in, r, "dns.none")
		return
	}
	e := in.Story.T.At(at)
	r.Put(1, 0, Title, in.Words.T("dns.title", "name", bare(in.Story.T.Name(e.A)), "type", in.Story.T.Name(e.B)))
	if in.At == at {
		if id, flags, ok := headOf(in.Story.T.Text(e)); ok {
			r.PutRight(r.W-1, 0, Quiet, id+"  "+flags)
		}
	}
	body := r.Sub(0, 2, r.W, r.H-2)
	if d, ok := in.decide(); ok && r.H > d.height()+6 {
		drawDecision(in, &d, r.Sub(1, r.H-d.height(), r.W-2, d.height()))
		body.H -= d.height() + 1
	}
	if r.W >= 110 {
		wide := min(max(r.W-66, r.W*2/5), 80)
		for y := 0; y < body.H; y++ {
			body.Put(r.W-wide, y, Rule, in.Glyphs.V)
		}
		drawMemory(in, in.rememberer(at), body.Sub(r.W-wide+2, 0, wide-3, body.H))
		body.W -= wide
	} else if body.H >= 16 {
		n := min(len(in.memoryRows(in.rememberer(at))), body.H/3) + 1
		drawMemory(in, in.rememberer(at), body.Sub(1, body.H-n, r.W-2, n))
		body.H -= n + 1
	}
	for y, row := range in.askedInSight(at, body.H) {
		row.draw(in, body, y)
	}
}

// askedInSight are the rows that are shown: the last ones, or those around the
// one that is chosen.
func (in *Instant) askedInSight(at trace.Seq, h int) []asked {
	if in.Pick == 0 {
		return scrollBack(in.askedRows(at, h+in.Scroll), h, in.Scroll)
	}
	rows := in.askedRows(at, pickReach)
	if in.Pick > len(rows) {
		return rows[max(len(rows)-h, 0):]
	}
	rows[in.Pick-1].picked = true
	top := windowTop(len(rows), h, in.Pick-1)
	return rows[top:min(top+h, len(rows))]
}

// lastDNS is the question or answer at the cursor, or the last one before.
func (in *Instant) lastDNS() trace.Seq {
	for i := in.At; i >= 1 && i+lookBack > in.At; i-- {
		if k := in.Story.T.At(i).Kind; k == trace.Query || k == trace.Answer {
			return i
		}
	}
	return 0
}

// askedRows are the last rows up to an event, at most h.
func (in *Instant) askedRows(at trace.Seq, h int) []asked {
	t := in.Story.T
	var rows []asked
	for i := at; i >= 1 && i+lookBack > at && len(rows) < h; i-- {
		e := t.At(i)
		switch {
		case e.Kind == trace.Query || e.Kind == trace.Answer:
			rows = append(rows, in.askedRow(i, e))
		case e.Kind == trace.Lookup && in.walker(e.Node):
			rows = append(rows, asked{event: i, time: stamp(e.Time), depth: 1, who: in.Story.short(e.Node), sign: in.Glyphs.Dot,
				text: in.Words.T("dns.cache", "what", t.Name(e.C)), style: Quiet})
		}
	}
	slices.Reverse(rows)
	for i := len(rows) - 1; i > 0; i-- {
		if rows[i].time == rows[i-1].time {
			rows[i].time = ""
		}
	}
	return rows
}

func (in *Instant) askedRow(s trace.Seq, e *trace.Event) asked {
	l, t := in.labelOf(e), in.Story.T
	row := asked{event: s, time: stamp(e.Time), sign: "?", text: l.text, style: l.style,
		who: in.Story.short(e.Node) + " " + arrowTo + " " + in.Story.short(e.Peer)}
	asker := e.Node
	if e.Kind == trace.Answer {
		asker, row.sign = e.Peer, "="
		if l.sign != "" {
			row.sign = l.sign
		} else if strings.HasPrefix(l.text, arrowTo) {
			row.sign, row.text = arrowTo, in.referral(t.Text(e))
		}
	}
	if in.walker(asker) {
		row.depth = 1
	}
	return row
}

// walker tells whether a host is a resolver, which asks on behalf of others.
func (in *Instant) walker(id trace.NodeID) bool {
	return slices.Contains(in.Story.T.Node(id).Roles, "resolver")
}

// askedStep is how far the walk of a resolver is moved in.
const askedStep = 3

// askedWho is the width of the column of those who ask and answer, the same
// throughout a story.
func (in *Instant) askedWho() int {
	wide := 0
	for _, id := range in.Story.hosts {
		wide = max(wide, textWidth(in.Story.short(id)))
	}
	return min(max(wide+8, 14), 24)
}

func (row asked) draw(in *Instant, r Region, y int) {
	st := row.style
	if row.event == in.At {
		st |= Bold
		r.Put(0, y, Accent, in.Glyphs.Cursor)
	}
	if row.picked {
		st |= Reverse
	}
	r.PutRight(saidTime, y, Quiet, row.time)
	x := saidSide + askedStep*row.depth
	who := in.askedWho()
	r.PutMax(x, y, who-1, Quiet|st&Bold, row.who)
	x += who
	r.Put(x, y, st, row.sign)
	r.PutMax(x+2, y, r.W-x-3, st, row.text)
}

// referral says whom an answer sends on to, and for which zone.
func (in *Instant) referral(packet []byte) string {
	var m dns.Msg
	if m.Unpack(packet) != nil {
		return "?"
	}
	zone, who := "", []string(nil)
	for _, rr := range m.Ns {
		if ns, ok := rr.(*dns.NS); ok {
			zone, who = bare(ns.Hdr.Name), append(who, bare(ns.Ns))
		}
	}
	if zone == "." {
		zone = in.Words.T("dns.root")
	}
	return in.Words.T("dns.refers", "zone", zone, "who", strings.Join(who, ", "))
}

// headOf is the id and the flags of a packet in the words of dig.
func headOf(packet []byte) (id, flags string, ok bool) {
	var m dns.Msg
	if m.Unpack(packet) != nil {
		return "", "", false
	}
	var words []string
	for _, f := range []struct {
		set  bool
		name string
	}{{m.Response, "qr"}, {m.Authoritative, "aa"}, {m.Truncated, "tc"}, {m.RecursionDesired, "rd"}, {m.RecursionAvailable, "ra"}} {
		if f.set {
			words = append(words, f.name)
		}
	}
	return "id " + hex4(m.Id), "flags " + strings.Join(words, " "), true
}

func hex4(n uint16) string { return "0x" + strings.ToLower(hexByte(byte(n>>8))+hexByte(byte(n))) }

func hexByte(b byte) string { const d = "0123456789ABCDEF"; return string([]byte{d[b>>4], d[b&15]}) }
