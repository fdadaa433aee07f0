package scenario

import (
	"sort"
	"strconv"
	"strings"
	"time"

	"mailtrek/sim/trace"
)

// FaultKind says what is wrong in the network.
type FaultKind uint8

// The kinds of faults.
const (
	Down    FaultKind = iota + 1 // the host is silent: packets vanish
	Up                           // and is back
	Refuse                       // the port answers with a reset
	Accept                       // and accepts again
	Cut                          // nothing passes on the way
	Restore                      // the way is as it was
	Delay                        // packets take longer
	Loss                         // packets vanish now and then
)

// faultWords is the table of faults: which word, where it may stand, what it
// wants, and what ends it.
var faultWords = []struct {
	name  string
	kind  FaultKind
	where string // "HOST", "HOST:PORT" or "A -> B"
	value string // what follows the word
	undo  FaultKind
}{
	{"down", Down, "HOST", "", Up},
	{"up", Up, "HOST", "", Down},
	{"refuse", Refuse, "HOST:PORT", "", Accept},
	{"accept", Accept, "HOST:PORT", "", Refuse},
	{"cut", Cut, "A -> B", "", Restore},
	{"restore", Restore, "A -> B", "", Cut},
	{"delay", Delay, "A -> B", "TIME", Restore},
	{"loss", Loss, "A -> B", "PERCENT", Restore},
}

// String returns the word for the kind.
func (k FaultKind) String() string {
	for _, f := range faultWords {
		if f.kind == k {
			return f.name
		}
	}
	return "?"
}

// Fault is a line of a fault block: a condition of the network that begins at
// a time.
type Fault struct {
	At    time.Duration
	Timed bool            // the line says when; else it holds from the start
	On    *trace.Selector // the first event of it, from At on, is when; nil: At is
	Lasts time.Duration   // how long; 0 is for ever
	undo  FaultKind       // what ends it
	Kind  FaultKind
	Host  string // full name
	Port  uint16 // of Refuse and Accept
	Peer  string // full name; of Cut, Restore, Delay and Loss
	Both  bool   // both directions
	Delay time.Duration
	Loss  float64
	Text  string // as the document has it, without the time
}

func faultUsage(where string) string {
	var names []string
	for _, f := range faultWords {
		if f.where == where {
			names = append(names, strings.TrimSpace(f.name+" "+f.value))
		}
	}
	return where + " " + oneOf(names)
}

func faultNames() []string {
	var names []string
	for _, f := range faultWords {
		names = append(names, f.name)
	}
	return names
}

// fault reads a fault block.
func (b *builder) fault(blk *Block) {
	c := clock{src: b.src}
	for _, l := range blk.lines {
		if l.comment() {
			continue
		}
		if f := b.faultLine(l, &c); f != nil {
			b.s.Faults = append(b.s.Faults, *f)
		}
	}
	sort.SliceStable(b.s.Faults, func(i, j int) bool { return b.s.Faults[i].At < b.s.Faults[j].At })
}

// faultLine reads a line of a fault block; nil when it is broken.
func (b *builder) faultLine(l line, c *clock) *Fault {
	words := l.words()
	f := &Fault{}
	if looksLikeTime(words[0].text) {
		f.At, f.Timed = c.time(words[0]), true
		words = words[1:]
	}
	if len(words) > 0 && words[0].text == "on" {
		return b.triggered(f, l.rest(words[0]))
	}
	if len(words) < 2 {
		b.src.errorAt(l.words()[0], faultUsage("HOST")+"; "+faultUsage("HOST:PORT")+"; "+faultUsage("A -> B"), "the line says no fault")
		return nil
	}
	f.Text = l.rest(words[0]).text
	words, lasts, ok := b.lasting(words)
	if !ok {
		return nil
	}
	f.Lasts = lasts
	if f.undo, ok = b.oneFault(f, words); !ok {
		return nil
	}
	return f
}

// ParseFault reads one line as it could stand in a fault block of the document.
// The error is of type Errors.
func (s *Scenario) ParseFault(text string) (*Fault, error) {
	b := newBuilder()
	b.top, b.s.Hosts, b.s.Mails = true, s.Hosts, s.Mails
	b.src = newSource("fault", text)
	l := line{text: text}
	if l.comment() || strings.ContainsAny(text, "\r\n") || notText(text) >= 0 {
		b.src.errorAt(word{raw: text}, "one line of a fault block", "this is not one fault")
		return nil, b.src.sorted()
	}
	f := b.faultLine(l, &clock{src: b.src})
	if p := b.src.sorted(); p.Fatal() {
		return nil, p
	}
	return f, nil
}

// lasting takes "for TIME" from the end of a fault.
func (b *builder) lasting(words []word) ([]word, time.Duration, bool) {
	n := len(words)
	if n < 3 || words[n-2].text != "for" {
		return words, 0, true
	}
	d, ok := parseDuration(words[n-1].text)
	if !ok || d == 0 {
		b.src.errorAt(words[n-1], wantDuration, "%q is not a time", words[n-1].text)
	}
	return words[:n-2], d, ok && d > 0
}

// oneFault reads a fault behind its time; it returns what would end it.
func (b *builder) oneFault(f *Fault, words []word) (undo FaultKind, ok bool) {
	where, at := "HOST", 1
	if arrow := words[1].text; arrow == "->" || arrow == "<->" {
		where, at, f.Both = "A -> B", 3, arrow == "<->"
	} else if strings.Contains(words[0].text, ":") {
		where = "HOST:PORT"
	}
	if len(words) <= at {
		b.src.errorAt(words[len(words)-1], faultUsage(where), "the line says no fault")
		return 0, false
	}
	key, rest := words[at], words[at+1:]
	row := -1
	for i := range faultWords {
		if faultWords[i].name == key.text {
			row = i
		}
	}
	if row < 0 {
		b.src.errorAt(key, faultUsage(where), "there is no fault %q%s", key.text, didYouMean(key.text, faultNames()))
		return 0, false
	}
	r := faultWords[row]
	if r.where != where {
		b.src.errorAt(key, faultUsage(r.where), "%q does not go with %s", key.text, where)
		return 0, false
	}
	f.Kind = r.kind
	switch {
	case r.value == "" && len(rest) > 0:
		b.src.errorAt(rest[0], faultUsage(where), "%q has nothing behind it", key.text)
		return 0, false
	case r.value != "" && len(rest) != 1:
		b.src.errorAt(key, key.text+" "+r.value, "%q has one value", key.text)
		return 0, false
	}
	return r.undo, b.faultPlace(f, words, where) && b.faultValue(f, rest)
}

// faultPlace reads the hosts of a fault.
func (b *builder) faultPlace(f *Fault, words []word, where string) bool {
	name := words[0]
	if where == "HOST:PORT" {
		i := strings.IndexByte(name.raw, ':')
		port, err := strconv.ParseUint(name.raw[i+1:], 10, 16)
		if err != nil || port == 0 {
			b.src.errorAt(name.cut(i+1, len(name.raw)), "a port such as 25", "%q is no port", name.raw[i+1:])
			return false
		}
		f.Port, name = uint16(port), name.cut(0, i)
	}
	h := b.hostNamed(name)
	if h == nil {
		return false
	}
	f.Host = h.Name
	if where == "A -> B" {
		p := b.hostNamed(words[2])
		if p == nil {
			return false
		}
		f.Peer = p.Name
	}
	return true
}

func (b *builder) faultValue(f *Fault, rest []word) (ok bool) {
	switch f.Kind {
	case Delay:
		if f.Delay, ok = parseDuration(rest[0].text); !ok {
			b.src.errorAt(rest[0], wantDuration, "%q is not a time", rest[0].text)
		}
		return ok
	case Loss:
		if f.Loss, ok = parsePercent(rest[0].text); !ok {
			b.src.errorAt(rest[0], "a percentage such as 10%", "%q is no percentage", rest[0].text)
		}
		return ok
	}
	return true
}

// parsePercent reads "10%" as 0.1.
func parsePercent(s string) (float64, bool) {
	digits, ok := strings.CutSuffix(s, "%")
	v, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || !(v >= 0 && v <= 100) {
		return 0, false
	}
	return v / 100, true
}

// link reads a link block: "delay 20ms", "loss 1%".
func (b *builder) link(blk *Block) {
	var ends [2]string
	for i, w := range blk.args {
		if w.text == "*" {
			continue
		}
		h := b.hostNamed(w)
		if h == nil {
			return
		}
		ends[i] = h.Name
	}
	k := Link{A: ends[0], B: ends[1]}
	for _, l := range blk.lines {
		if l.comment() {
			continue
		}
		words := l.words()
		key := strings.TrimSuffix(words[0].text, ":")
		if len(words) != 2 {
			b.src.errorAt(words[0], "delay TIME or loss PERCENT", "%q has one value", key)
			continue
		}
		value, ok := words[1], false
		switch key {
		case "delay":
			if k.Delay, ok = parseDuration(value.text); !ok {
				b.src.errorAt(value, wantDuration, "%q is not a time", value.text)
			}
			k.HasDelay = ok
		case "loss":
			if k.Loss, ok = parsePercent(value.text); !ok {
				b.src.errorAt(value, "a percentage such as 10%", "%q is no percentage", value.text)
			}
			k.HasLoss = ok
		default:
			b.src.errorAt(words[0], "delay TIME or loss PERCENT", "a link has no %q%s", key, didYouMean(key, []string{"delay", "loss"}))
		}
	}
	b.s.Links = append(b.s.Links, k)
}
