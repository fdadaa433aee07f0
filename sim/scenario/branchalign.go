package scenario

import (
	"hash/fnv"
	"io"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/sim/trace"
)

// Pair is a row of two runs that stand beside each other: an event of the one,
// of the other, or of both. 0 is none.
type Pair struct {
	Was, Now trace.Seq
	// Same tells that both are there and say the same, whenever they happen.
	// Two events at the same place of the story that say different things stand
	// in one row that is not Same.
	Same bool
}

// Alignment is two runs side by side. Up to the event Shared they are one run,
// to the octet; behind it come Rows, in the order of both runs.
type Alignment struct {
	Shared trace.Seq
	Rows   []Pair
	First  int // the first row that is not Same; len(Rows) when all are
}

// Align lays two runs of one world beside each other. What differs from run to
// run without meaning anything does not count: times, queue ids, process ids,
// the order of the records in an answer.
func Align(was, now *trace.Trace) *Alignment {
	a := &Alignment{}
	for was.Has(a.Shared+1) && now.Has(a.Shared+1) && sameEvent(was, now, a.Shared+1) {
		a.Shared++
	}
	left, right := signatures(was, a.Shared, saying), signatures(now, a.Shared, saying)
	rows := lay(left, right)
	a.Rows = places(rows, was, now, a.Shared)
	a.First = slices.IndexFunc(a.Rows, func(p Pair) bool { return !p.Same })
	if a.First < 0 {
		a.First = len(a.Rows)
	}
	return a
}

// Row is the row of an event of the run that was (now false) or is, -1 for an
// event of the part that is shared.
func (a *Alignment) Row(s trace.Seq, now bool) int {
	if s <= a.Shared {
		return -1
	}
	// The events of one side ascend, with gaps where only the other has one.
	lo, hi := 0, len(a.Rows)
	for lo < hi {
		mid := (lo + hi) / 2
		at := mid
		for at < hi && a.Rows[at].of(now) == 0 {
			at++
		}
		if at < hi && a.Rows[at].of(now) < s {
			lo = at + 1
		} else {
			hi = mid
		}
	}
	for lo < len(a.Rows) && a.Rows[lo].of(now) == 0 {
		lo++
	}
	return min(lo, len(a.Rows)-1)
}

func (p Pair) of(now bool) trace.Seq {
	if now {
		return p.Now
	}
	return p.Was
}

// sameEvent tells whether event s is the same in two runs, in all it says.
func sameEvent(a, b *trace.Trace, s trace.Seq) bool {
	x, y := *a.At(s), *b.At(s)
	if a.Name(x.A) != b.Name(y.A) || a.Name(x.B) != b.Name(y.B) || a.Name(x.C) != b.Name(y.C) ||
		string(a.Text(&x)) != string(b.Text(&y)) {
		return false
	}
	for _, e := range []*trace.Event{&x, &y} {
		e.A, e.B, e.C, e.Text = 0, 0, 0, 0
	}
	return x == y
}

// signatures are the events behind from as numbers, equal where the events say
// the same.
func signatures(t *trace.Trace, from trace.Seq, say func(*strings.Builder, *trace.Trace, *trace.Event)) []uint64 {
	out := make([]uint64, 0, t.Len()-int(from))
	var b strings.Builder
	for s := from + 1; t.Has(s); s++ {
		b.Reset()
		say(&b, t, t.At(s))
		h := fnv.New64a()
		io.WriteString(h, b.String())
		out = append(out, h.Sum64())
	}
	return out
}

// standing writes where in the story an event stands: its kind, the hosts, who
// speaks.
func standing(b *strings.Builder, t *trace.Trace, e *trace.Event) {
	for _, word := range []string{
		e.Kind.String(), t.Node(e.Node).Name, t.Node(e.Peer).Name, e.Proto.String(), e.Side.String(), t.Conn(e.Conn).ServerAddr,
	} {
		b.WriteString(word)
		b.WriteByte(0)
	}
	if e.Kind == trace.Line || e.Kind == trace.Log || e.Kind == trace.Query || e.Kind == trace.Answer {
		b.WriteString(t.Name(e.A)) // the verb, the program, the name
	}
}

// saying writes what an event says besides its place.
func saying(b *strings.Builder, t *trace.Trace, e *trace.Event) {
	standing(b, t, e)
	b.WriteByte(byte(e.Flags & (trace.Lost | trace.Sealed)))
	b.WriteByte(byte(e.Code))
	b.WriteByte(byte(e.Code >> 8))
	switch e.Kind {
	case trace.Query:
		b.WriteString(t.Name(e.B))
		return
	case trace.Answer:
		b.WriteString(t.Name(e.B))
		records(b, t.Text(e))
		return
	case trace.Record:
		b.WriteString(t.Name(e.A))
		return
	}
	digits := true
	switch e.Kind {
	case trace.Line, trace.Action, trace.Fault, trace.Envelope, trace.Queue, trace.Delivery, trace.State:
		digits = false
	}
	for _, name := range []trace.Sym{e.A, e.B, e.C} {
		masked(b, t.Name(name), digits)
		b.WriteByte(0)
	}
	masked(b, string(t.Text(e)), digits)
}

// records writes the records of an answer, sorted and without what is left of
// their time to live.
func records(b *strings.Builder, packet []byte) {
	var m dns.Msg
	if m.Unpack(packet) != nil {
		b.Write(packet)
		return
	}
	for _, section := range [][]dns.RR{m.Answer, m.Ns} {
		var lines []string
		for _, rr := range section {
			rr = dns.Copy(rr)
			rr.Header().Ttl = 0
			lines = append(lines, rr.String())
		}
		slices.Sort(lines)
		b.WriteString(strings.Join(lines, "\n"))
		b.WriteByte(0)
	}
}

// masked writes a text without what is made up anew in every run: words of
// letters and digits as long as a queue id, and with digits all numbers.
func masked(b *strings.Builder, s string, digits bool) {
	for i := 0; i < len(s); {
		j, numbers, letters := i, 0, 0
		for j < len(s) && wordByte(s[j]) {
			if s[j] >= '0' && s[j] <= '9' {
				numbers++
			} else {
				letters++
			}
			j++
		}
		switch {
		case j == i:
			b.WriteByte(s[i])
			j = i + 1
		case numbers > 0 && letters > 0 && j-i >= 8:
			b.WriteByte('#')
		case numbers > 0 && (digits || letters == 0 && numbers >= 7):
			for _, c := range []byte(s[i:j]) {
				if c < '0' || c > '9' {
					b.WriteByte(c)
				}
			}
		default:
			b.WriteString(s[i:j])
		}
		i = j
	}
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '='
}

// deed tells whether an event is something that somebody does.
func deed(e *trace.Event) bool { return e.Kind == trace.Fault || e.Kind == trace.Action }

// places pairs, where the runs differ, the events at the same place: what a
// server said then and what it says now stand in one row.
func places(rows []Pair, was, now *trace.Trace, shared trace.Seq) []Pair {
	left, right := signatures(was, shared, standing), signatures(now, shared, standing)
	var out []Pair
	for i := 0; i < len(rows); {
		if rows[i].Same {
			out = append(out, Pair{rows[i].Was + shared, rows[i].Now + shared, true})
			i++
			continue
		}
		var l, r []trace.Seq
		for ; i < len(rows) && !rows[i].Same; i++ {
			if rows[i].Was != 0 {
				l = append(l, rows[i].Was)
			} else {
				r = append(r, rows[i].Now)
			}
		}
		pick := func(list []trace.Seq, from []uint64) []uint64 {
			out := make([]uint64, len(list))
			for k, s := range list {
				out[k] = from[s-1]
			}
			return out
		}
		if len(l) > 0 && len(r) > 0 && deed(now.At(r[0]+shared)) { // the cause stands before what it prevents
			out = append(out, Pair{Now: r[0] + shared})
			r = r[1:]
		}
		for _, p := range lay(pick(l, left), pick(r, right)) {
			q := Pair{}
			if p.Was != 0 {
				q.Was = l[p.Was-1] + shared
			}
			if p.Now != 0 {
				q.Now = r[p.Now-1] + shared
			}
			out = append(out, q)
		}
	}
	return out
}
