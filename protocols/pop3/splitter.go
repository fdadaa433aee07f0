package pop3

import (
	"bytes"
	"strings"

	"mailtrek/protocols/wire"
)

// Limits of the splitter.
const (
	maxUnitLine = 64 << 10 // a longer line is cut into Raw units
	maxContent  = 1 << 20  // a longer message is cut into several Content units
	maxWaiting  = 1024     // commands without a reply that are remembered
)

// splitter cuts a POP3 connection into units. It remembers the commands that
// wait for their reply, because only they tell whether "+OK" is followed by
// lines, by a message or by nothing.
type splitter struct {
	sides   [2]partial
	waiting []waiting
	greeted bool
	body    body // what the server is sending
	verb    string
	inAuth  bool // the server has sent a challenge
}

// partial is a line that has not ended yet.
type partial struct {
	n    int // octets counted for the next unit
	line []byte
	cut  bool // line continues one that was cut
}

// waiting is a command without a reply so far.
type waiting struct {
	verb string
	body body // what follows +OK
	auth bool // AUTH with a mechanism
}

type body uint8

const (
	noBody body = iota
	listBody
	messageBody
)

// NewSplitter returns a splitter for one connection.
func NewSplitter() wire.Splitter { return &splitter{} }

// Rest returns the number of octets of the unit that side has not finished.
func (s *splitter) Rest(side wire.Side) int { return s.sides[side].n }

// Split appends the units that p completes.
func (s *splitter) Split(units []wire.Unit, side wire.Side, p []byte) []wire.Unit {
	t := &s.sides[side]
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n') + 1
		whole := end > 0
		if !whole {
			end = len(p)
		}
		// An unfinished line is cut when it grows beyond its limit.
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
func (s *splitter) take(units []wire.Unit, side wire.Side, t *partial, whole bool) []wire.Unit {
	line := strings.TrimRight(string(t.line), "\r\n")
	whole = whole && !t.cut
	t.cut = t.line[len(t.line)-1] != '\n'
	t.line = t.line[:0]
	if side == wire.Server && s.body == messageBody {
		last := whole && line == "."
		if !last && t.n < maxContent {
			return units
		}
		units = append(units, wire.Unit{N: t.n, Kind: wire.Content, Verb: s.verb, More: !last})
		if last {
			s.body = noBody
		}
		t.n = 0
		return units
	}
	u := wire.Unit{N: t.n, Kind: wire.Raw}
	t.n = 0
	if whole {
		if side == wire.Client {
			u = s.command(u, line)
		} else {
			u = s.reply(u, line)
		}
	}
	return append(units, u)
}

// command classifies a client line.
func (s *splitter) command(u wire.Unit, line string) wire.Unit {
	u.Kind = wire.Line
	verb, args, _ := strings.Cut(line, " ")
	verb = upper(verb)
	_, known := byVerb[verb]
	early := len(s.waiting) > 0 && s.waiting[len(s.waiting)-1].auth && !known
	if s.inAuth || early {
		// A response, sent after the challenge or pipelined before it.
		u.Kind, u.Verb = wire.Auth, "AUTH"
		s.inAuth = false
		return u
	}
	u.Verb = verb
	w := waiting{verb: verb}
	args = strings.Trim(args, " ")
	switch verb {
	case "CAPA":
		w.body = listBody
	case "LIST", "UIDL":
		if args == "" {
			w.body = listBody
		}
	case "AUTH":
		w.auth = args != ""
		if args == "" {
			w.body = listBody
		}
	case "RETR", "TOP":
		w.body = messageBody
	}
	if len(s.waiting) < maxWaiting {
		s.waiting = append(s.waiting, w)
	}
	return u
}

// reply classifies a server line.
func (s *splitter) reply(u wire.Unit, line string) wire.Unit {
	u.Kind = wire.Line
	if s.body == listBody {
		u.Verb = s.verb
		if line == "." {
			s.body = noBody
		} else {
			u.More = true
		}
		return u
	}
	if !s.greeted {
		s.greeted = true
		return u
	}
	if len(s.waiting) == 0 {
		return u // unasked
	}
	w := s.waiting[0]
	u.Verb = w.verb
	if w.auth && (line == "+" || strings.HasPrefix(line, "+ ")) {
		u.Kind = wire.Auth
		s.inAuth = true
		return u
	}
	s.waiting = s.waiting[1:]
	if w.auth {
		s.inAuth = false
	}
	if w.body != noBody && strings.HasPrefix(line, "+OK") {
		s.body, s.verb = w.body, w.verb
		u.More = true
	}
	return u
}
