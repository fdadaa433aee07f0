package imap

import (
	"bytes"
	"strconv"
	"strings"

	"mailtrek/protocols/wire"
)

// Limits of the splitter.
const (
	maxUnitLine = 64 << 10 // a longer line is cut into Raw units
	maxContent  = 1 << 20  // a longer literal is cut into several Content units
	maxTags     = 1024     // commands without a reply that are remembered
)

// splitter cuts an IMAP connection into units: lines, and the literals between
// them as contents. A command or response with literals is several units, all
// but the last with More.
type splitter struct {
	sides   [2]half
	waiting []pendingTag
	auth    bool // the server has sent a challenge
	offered bool // the client's literal waits for "+"
}

// half is what one side has begun.
type half struct {
	n       int    // octets counted for the next unit
	line    []byte // of an unfinished line
	cut     bool   // line continues one that was cut
	literal int    // octets of a literal still to come
	verb    string // of the command or response under way
	inside  bool   // the line continues a command or response behind a literal
}

// pendingTag is a command without a tagged reply so far.
type pendingTag struct{ tag, verb string }

// NewSplitter returns a splitter for one connection.
func NewSplitter() wire.Splitter { return &splitter{} }

// Rest returns the number of octets of the unit that side has not finished.
func (s *splitter) Rest(side wire.Side) int { return s.sides[side].n }

// Split appends the units that p completes.
func (s *splitter) Split(units []wire.Unit, side wire.Side, p []byte) []wire.Unit {
	t := &s.sides[side]
	for len(p) > 0 {
		if t.literal > 0 {
			n := min(t.literal, len(p), maxContent-t.n)
			t.literal -= n
			t.n += n
			p = p[n:]
			if t.literal == 0 || t.n == maxContent {
				units = append(units, wire.Unit{N: t.n, Kind: wire.Content, Verb: t.verb, More: true})
				t.n = 0
			}
			continue
		}
		end := bytes.IndexByte(p, '\n') + 1
		whole := end > 0
		if !whole {
			end = len(p)
		}
		if room := maxUnitLine - len(t.line); end > room {
			end, whole = room, false
		}
		t.n += end
		t.line = append(t.line, p[:end]...)
		p = p[end:]
		if !whole && len(t.line) < maxUnitLine {
			return units
		}
		units = s.take(units, side, t, whole)
	}
	return units
}

// take handles a line, or with !whole a piece of one that is too long.
func (s *splitter) take(units []wire.Unit, side wire.Side, t *half, whole bool) []wire.Unit {
	line := strings.TrimRight(string(t.line), "\r\n")
	whole = whole && !t.cut
	t.cut = t.line[len(t.line)-1] != '\n'
	t.line = t.line[:0]
	u := wire.Unit{N: t.n, Kind: wire.Raw}
	t.n = 0
	if !whole {
		return append(units, u)
	}
	u.Kind = wire.Line
	size, sync, literal := literalAt(line)
	if side == wire.Client {
		s.command(t, &u, line)
		s.offered = literal && sync
	} else {
		s.reply(t, &u, line)
	}
	t.inside = literal
	if literal {
		t.literal = size
		u.More = true
	}
	return append(units, u)
}

// literalAt reads "{n}", "{n+}" or "~{n}" at the end of a line.
func literalAt(line string) (n int, sync, ok bool) {
	if !strings.HasSuffix(line, "}") {
		return 0, false, false
	}
	i := strings.LastIndexByte(line, '{')
	if i < 0 {
		return 0, false, false
	}
	digits, plus := strings.CutSuffix(line[i+1:len(line)-1], "+")
	size, err := strconv.ParseUint(digits, 10, 40)
	return int(size), !plus, err == nil && digits[0] != '+'
}

// command classifies a client line.
func (s *splitter) command(t *half, u *wire.Unit, line string) {
	if s.auth {
		s.auth = false
		u.Kind, u.Verb = wire.Auth, "AUTHENTICATE"
		return
	}
	if t.inside {
		u.Verb = t.verb
		return
	}
	tag, rest, tagged := strings.Cut(line, " ")
	if !tagged {
		u.Verb = upper(tag) // DONE
		t.verb = u.Verb
		return
	}
	verb, args, _ := strings.Cut(rest, " ")
	verb = upper(verb)
	if verb == "UID" {
		second, _, _ := strings.Cut(args, " ")
		verb += " " + upper(second)
	}
	u.Verb, t.verb = verb, verb
	if len(s.waiting) < maxTags {
		s.waiting = append(s.waiting, pendingTag{tag, verb})
	}
}

// reply classifies a server line.
func (s *splitter) reply(t *half, u *wire.Unit, line string) {
	if t.inside {
		u.Verb, u.More = t.verb, len(s.waiting) > 0
		return
	}
	first := ""
	if len(s.waiting) > 0 {
		first = s.waiting[0].verb
	}
	t.verb, u.Verb = first, first
	tag, _, _ := strings.Cut(line, " ")
	switch tag {
	case "+":
		s.offered = false
		if first == "AUTHENTICATE" {
			s.auth = true
			u.Kind = wire.Auth
		}
	case "*":
		u.More = first != ""
	default:
		for i, w := range s.waiting {
			if w.tag != tag {
				continue
			}
			u.Verb, t.verb = w.verb, w.verb
			s.waiting = append(s.waiting[:i:i], s.waiting[i+1:]...)
			if s.offered {
				// The command was refused before its literal.
				c := &s.sides[wire.Client]
				s.offered, c.literal, c.inside = false, 0, false
			}
			s.auth = false
			break
		}
	}
}
