package scenario

import (
	"slices"

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
	left, right := signatures(was, a.Shared), signatures(now, a.Shared)
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
		e.A, e.B, e.C, e.Arena, e.Off = 0, 0, 0, 0, 0
	}
	return x == y
}

// signatures are the events behind from as numbers, equal where the events say
// the same (FNV-1a).
func signatures(t *trace.Trace, from trace.Seq) []uint64 {
	out := make([]uint64, 0, t.Len()-int(from))
	var b []byte
	for s := from + 1; t.Has(s); s++ {
		b = saying(b[:0], t, t.At(s))
		out = append(out, fnv1a(b))
	}
	return out
}

func fnv1a(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// standing writes where in the story an event stands: its kind, the hosts, who
// speaks.
func standing(b []byte, t *trace.Trace, e *trace.Event) []byte {
	b = append(b, byte(e.Kind), byte(e.Proto), byte(e.Side))
	for _, word := range []string{t.Node(e.Node).Name, t.Node(e.Peer).Name, t.Conn(e.Conn).ServerAddr} {
		b = append(append(b, word...), 0)
	}
	if e.Kind == trace.Line || e.Kind == trace.Log || e.Kind == trace.Query || e.Kind == trace.Answer {
		b = append(b, t.Name(e.A)...) // the verb, the program, the name
	}
	return b
}

// saying writes what an event says besides its place.
func saying(b []byte, t *trace.Trace, e *trace.Event) []byte {
	b = standing(b, t, e)
	b = append(b, byte(e.Flags&(trace.Lost|trace.Sealed)))
	if e.Kind != trace.Daemon && e.Kind != trace.Queue && e.Kind != trace.Schedule { // of these it is a number of the moment
		b = append(b, byte(e.Code), byte(e.Code>>8))
	}
	switch e.Kind {
	case trace.Query:
		return append(b, t.Name(e.B)...)
	case trace.Answer:
		return records(append(b, t.Name(e.B)...), t.Text(e))
	case trace.Record:
		return append(b, t.Name(e.A)...)
	}
	digits := true
	switch e.Kind {
	case trace.Line, trace.Action, trace.Fault, trace.Envelope, trace.Queue, trace.Delivery, trace.State:
		digits = false
	}
	for _, name := range []trace.Sym{e.A, e.B, e.C} {
		b = append(masked(b, t.Name(name), digits), 0)
	}
	return masked(b, t.Text(e), digits)
}

// records writes the records of an answer, sorted and without what is left of
// their time to live.
func records(b []byte, packet []byte) []byte {
	var m dns.Msg
	if m.Unpack(packet) != nil {
		return append(b, packet...)
	}
	for _, section := range [][]dns.RR{m.Answer, m.Ns} {
		var lines []string
		for _, rr := range section {
			rr.Header().Ttl = 0
			lines = append(lines, rr.String())
		}
		slices.Sort(lines)
		for _, l := range lines {
			b = append(append(b, l...), '\n')
		}
		b = append(b, 0)
	}
	return b
}

// masked writes a text without what is made up anew in every run: words of
// letters and digits as long as a queue id, and with digits all numbers.
func masked[T string | []byte](b []byte, s T, digits bool) []byte {
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
			b = append(b, s[i])
			j = i + 1
		case numbers > 0 && letters > 0 && j-i >= 8:
			b = append(b, '#')
		case numbers > 0 && (digits || letters == 0 && numbers >= 7):
			for k := i; k < j; k++ {
				if s[k] < '0' || s[k] > '9' {
					b = append(b, s[k])
				}
			}
		default:
			b = append(b, s[i:j]...)
		}
		i = j
	}
	return b
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '='
}

// deed tells whether an event is something that somebody does.
func deed(e *trace.Event) bool { return e.Kind == trace.Fault || e.Kind == trace.Action }

// places pairs, where the runs differ, the events at the same place: what a
// server said then and what it says now stand in one row.
func places(rows []Pair, was, now *trace.Trace, shared trace.Seq) []Pair {
	out := make([]Pair, 0, len(rows))
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
		if len(l) > 0 && len(r) > 0 && deed(now.At(r[0]+shared)) { // the cause stands before what it prevents
			out = append(out, Pair{Now: r[0] + shared})
			r = r[1:]
		}
		for _, p := range lay(standings(was, l, shared), standings(now, r, shared)) {
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

// standings are the places of events as numbers.
func standings(t *trace.Trace, list []trace.Seq, shared trace.Seq) []uint64 {
	out := make([]uint64, len(list))
	var b []byte
	for k, s := range list {
		b = standing(b[:0], t, t.At(s+shared))
		out[k] = fnv1a(b)
	}
	return out
}
