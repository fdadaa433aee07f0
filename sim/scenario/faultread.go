package scenario

import (
	"sort"
	"strconv"
	"strings"
	"time"
)

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
	if len(words) > 0 && (words[0].raw == "on" || words[0].raw == "every") {
		return b.triggered(f, l.rest(words[0]))
	}
	if len(words) < 2 {
		b.noFault(l.words()[0])
		return nil
	}
	f.Text = l.rest(words[0]).text
	if !b.wholeFault(f, words) {
		return nil
	}
	return f
}

// noFault reports a line that says no fault.
func (b *builder) noFault(w word) {
	b.src.errorAt(w, faultUsage("HOST")+"; "+faultUsage("HOST:PORT")+"; "+faultUsage("A -> B"), "the line says no fault")
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

// wholeFault reads a fault behind its time or event, with what stands at its
// end.
func (b *builder) wholeFault(f *Fault, words []word) bool {
	words, ok := b.faultOptions(f, words)
	return ok && b.oneFault(f, words)
}

// faultOptions takes "for TIME", "times N" and the like from the end of a
// fault.
func (b *builder) faultOptions(f *Fault, words []word) ([]word, bool) {
	for n := len(words); n >= 4; n = len(words) {
		key, value := words[n-2], words[n-1]
		ok := true
		switch key.raw {
		case "for":
			if f.Lasts, ok = parseDuration(value.text); !ok || f.Lasts == 0 {
				b.src.errorAt(value, wantDuration, "%q is not a time", value.text)
				return nil, false
			}
		case "chance":
			if f.Chance, ok = parsePercent(value.text); !ok || f.Chance == 0 {
				b.src.errorAt(value, "a percentage such as 30%", "%q is no chance", value.text)
				return nil, false
			}
		case "times":
			v, err := strconv.ParseUint(value.text, 10, 16)
			if f.Times = int(v); err != nil || v == 0 {
				b.src.errorAt(value, "a number such as 2", "%q is no number of times", value.text)
				return nil, false
			}
		case "from":
			h := b.hostNamed(value)
			if h == nil {
				return nil, false
			}
			f.From = h.Name
		case "about":
			f.About = value.text
		default:
			return words, true
		}
		words = words[:n-2]
	}
	if n := len(words); n == 3 && words[1].raw == "for" {
		b.noFault(words[0])
		return nil, false
	}
	return words, true
}

// oneFault reads a fault without its time and options.
func (b *builder) oneFault(f *Fault, words []word) bool {
	where, at := "HOST", 1
	if len(words) < 2 {
		b.noFault(words[0])
		return false
	}
	if arrow := words[1].text; arrow == "->" || arrow == "<->" {
		where, at, f.Both = "A -> B", 3, arrow == "<->"
	} else if strings.Contains(words[0].text, ":") {
		where = "HOST:PORT"
	}
	if len(words) <= at {
		b.src.errorAt(words[len(words)-1], faultUsage(where), "the line says no fault")
		return false
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
		return false
	}
	r := faultWords[row]
	if r.where != where {
		b.src.errorAt(key, faultUsage(r.where), "%q does not go with %s", key.text, where)
		return false
	}
	f.Kind, f.undo = r.kind, r.undo
	return b.faultFits(f, key, rest, r.value) && b.faultPlace(f, words, where) && b.faultValue(f, rest)
}

// faultFits checks that a fault has as many values as it wants, and options that
// make sense.
func (b *builder) faultFits(f *Fault, key word, rest []word, value string) bool {
	want := len(strings.Fields(value))
	usage := key.text + " " + value
	if f.Kind == Reply {
		usage = replyUsage
	}
	switch {
	case want == 0 && len(rest) > 0:
		b.src.errorAt(rest[0], faultUsage("HOST")+"; "+faultUsage("HOST:PORT")+"; "+faultUsage("A -> B"), "%q has nothing behind it", key.text)
	case len(rest) > want:
		b.src.errorAt(rest[want], usage, "%q does not belong to %q", rest[want].text, key.text)
	case len(rest) < want:
		b.src.errorAt(key, usage, "%q has %s behind it", key.text, count(want, "value"))
	case f.Kind != Reply && (f.From != "" || f.About != ""):
		b.src.errorAt(key, replyUsage, "only a reply is given from or about something")
	case f.Kind != Reply && f.Times > 0 && !f.Every:
		b.src.errorAt(key, replyUsage+"; every SELECTOR: FAULT times N", "%q happens once anyway", key.text)
	case f.Lasts > 0 && f.undo == 0:
		b.src.errorAt(key, "", "%q has no end", key.text)
	default:
		return true
	}
	return false
}

// faultPlace reads the hosts of a fault.
func (b *builder) faultPlace(f *Fault, words []word, where string) bool {
	name := words[0]
	if where == "HOST:PORT" {
		i := strings.LastIndexByte(name.raw, ':')
		port, ok := portOf(name.raw[i+1:])
		if !ok {
			b.src.errorAt(name.cut(i+1, len(name.raw)), "a port such as 25 or smtp", "%q is no port", name.raw[i+1:])
			return false
		}
		f.Port, name = port, name.cut(0, i)
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
	case Delay, Slow:
		if f.Delay, ok = parseDuration(rest[0].text); !ok {
			b.src.errorAt(rest[0], wantDuration, "%q is not a time", rest[0].text)
		}
		return ok
	case Loss:
		if f.Loss, ok = parsePercent(rest[0].text); !ok {
			b.src.errorAt(rest[0], "a percentage such as 10%", "%q is no percentage", rest[0].text)
		}
		return ok
	case Disk:
		if f.Room, ok = parseRoom(rest[0].text); !ok {
			b.src.errorAt(rest[0], "full, free, or the room that is left, such as 20M", "%q is no state of a disk", rest[0].text)
		}
		return ok
	case Clock:
		if f.Shift, ok = parseShift(rest[0].text); !ok {
			b.src.errorAt(rest[0], "how far the clock is ahead or behind, such as +10m or -2h, or right", "%q is no state of a clock", rest[0].text)
		}
		return ok
	case Reply:
		return b.forcedReply(f, rest)
	}
	return true
}

// parseRoom reads "full", "free", or "20M" (K, M, G: powers of 1024).
func parseRoom(s string) (int64, bool) {
	switch s {
	case "full":
		return 0, true
	case "free":
		return -1, true
	}
	shift := 0
	if s != "" {
		if i := strings.IndexByte("KMG", s[len(s)-1]); i >= 0 {
			shift, s = 10*(i+1), s[:len(s)-1]
		}
	}
	v, err := strconv.ParseUint(s, 10, 30)
	return int64(v) << shift, err == nil
}

// parseShift reads "+10m", "-2h" or "right".
func parseShift(s string) (time.Duration, bool) {
	if s == "right" {
		return 0, true
	}
	if s == "" || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	d, ok := parseDuration(s[1:])
	if s[0] == '-' {
		d = -d
	}
	return d, ok
}
