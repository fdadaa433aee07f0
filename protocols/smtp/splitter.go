package smtp

import (
	"bytes"
	"strings"

	"mailtrek/protocols/wire"
)

// NewSplitter returns a splitter for a connection of SMTP, submission or LMTP.
// It follows the dialogue as a listener on the wire would: after the 354 to
// DATA the client's bytes are content up to the lone dot, after BDAT so many
// as it announced, after 334 a line is a response. Inside TLS it sees the
// plaintext.
func NewSplitter() wire.Splitter {
	s := &splitter{}
	s.asked = s.usual[:0]
	for i := range s.sides {
		s.sides[i].line = s.sides[i].first[:0]
	}
	return s
}

type splitter struct {
	sides   [2]half
	asked   []question           // commands that have no reply yet, oldest first
	content bool                 // client bytes are content up to the dot
	chunk   int64                // so many client bytes are a BDAT chunk
	auth    bool                 // the next client line is a response
	greeted bool                 // the greeting is out
	replies int                  // replies that the verb at the head has still to get
	rcpts   int                  // recipients accepted in the transaction (LMTP)
	lmtp    bool                 // LHLO was seen
	usual   [usualAsked]question // the room of asked, when they are few
}

// usualAsked is how many commands most clients have on their way at most: MAIL,
// RCPT and DATA at once.
const usualAsked = 4

// half is what is remembered of one side: the bytes of an unfinished unit.
type half struct {
	line  []byte
	n     int
	first [8]byte // the room of line, while it is short
}

// question is a command that waits for its reply.
type question struct {
	verb string
	last bool // BDAT … LAST
}

// keepLine is how much of an unfinished line is looked at; no command word and
// no reply code stands further back.
const keepLine = 1024

// Split appends the units that p completes.
func (s *splitter) Split(units []wire.Unit, side wire.Side, p []byte) []wire.Unit {
	for len(p) > 0 {
		var n int
		switch {
		case side == wire.Client && s.chunk > 0:
			units, n = s.splitChunk(units, p)
		case side == wire.Client && s.content:
			units, n = s.splitContent(units, p)
		default:
			units, n = s.splitLine(units, side, p)
		}
		p = p[n:]
	}
	return units
}

// Rest returns the number of bytes remembered for side.
func (s *splitter) Rest(side wire.Side) int { return s.sides[side].n }

// splitLine takes a line off p, or what there is of one.
func (s *splitter) splitLine(units []wire.Unit, side wire.Side, p []byte) ([]wire.Unit, int) {
	h := &s.sides[side]
	i := bytes.IndexByte(p, '\n')
	n := i + 1
	if i < 0 {
		n = len(p)
	}
	line := p[:min(n, keepLine)]
	if i < 0 || h.n > 0 {
		if room := keepLine - len(h.line); room > 0 {
			h.line = append(h.line, p[:min(n, room)]...)
		}
		line = h.line
	}
	h.n += n
	if i < 0 {
		return units, n
	}
	units = append(units, wire.Unit{N: h.n})
	if side == wire.Client {
		s.clientLine(&units[len(units)-1], trimEnd(line))
	} else {
		s.serverLine(&units[len(units)-1], trimEnd(line))
	}
	h.line, h.n = h.line[:0], 0
	return units, n
}

// clientLine tells what a client's line is.
func (s *splitter) clientLine(u *wire.Unit, line []byte) {
	if s.auth {
		s.auth = false
		s.asked = append(s.asked, question{verb: "AUTH"})
		u.Kind, u.Verb = wire.Auth, "AUTH"
		return
	}
	first, _ := cutWord(line)
	if len(first.text) == 0 {
		s.asked = append(s.asked, question{})
		u.Kind = wire.Raw
		return
	}
	verb := verbOf(first.text)
	q := question{verb: verb}
	switch verb {
	case "LHLO":
		s.lmtp = true
	case "BDAT":
		if size, last, ok := parseBDAT(appendWords(nil, line)); ok {
			s.chunk, q.last = size, last
		}
	case "":
		u.Kind = wire.Raw
	}
	s.asked = append(s.asked, q)
	u.Verb = verb
}

// verbOf returns a word in capitals when it can be a verb.
func verbOf(w []byte) string {
	if len(w) > 20 {
		return ""
	}
	for d := range tables {
		if i := find(Dialect(d), w); i < len(tables[d]) {
			return tables[d][i].Verb
		}
	}
	for _, c := range w {
		if c <= ' ' || c > '~' {
			return ""
		}
	}
	return strings.ToUpper(string(w))
}

// serverLine tells what a line of a reply is, and which command it answers.
func (s *splitter) serverLine(u *wire.Unit, line []byte) {
	code, ok := codeOf(line)
	if !ok {
		u.Kind, u.Verb = wire.Raw, s.head().verb
		return
	}
	u.Code, u.More = code, len(line) > 3 && line[3] == '-'
	if !s.greeted {
		s.greeted = !u.More
		return
	}
	q := s.head()
	u.Verb = q.verb
	if code == 334 {
		u.Kind = wire.Auth
	}
	if !u.More {
		s.replied(q, code)
	}
}

func (s *splitter) head() question {
	if len(s.asked) == 0 {
		return question{}
	}
	return s.asked[0]
}

// replied takes note of the last line of a reply.
func (s *splitter) replied(q question, code int) {
	switch {
	case q.verb == "RCPT" && code/100 == 2:
		s.rcpts++
	case q.verb == "DATA" && code == 354:
		// The next reply answers the content.
		s.content = !s.sentEarly()
		s.replies = 1
		if s.lmtp {
			s.replies = max(1, s.rcpts)
		}
		return
	case q.verb == "AUTH" && code == 334:
		s.auth = true
	case q.verb == "BDAT" && q.last && s.lmtp && s.replies == 0 && code/100 == 2:
		s.replies = s.rcpts
	case q.verb == "RSET" || q.verb == "MAIL" || q.verb == "EHLO" || q.verb == "LHLO":
		s.rcpts = 0
	}
	if s.replies > 1 {
		s.replies--
		return
	}
	s.replies = 0
	if q.verb == "DATA" || q.last {
		s.rcpts = 0
	}
	if len(s.asked) > 0 {
		s.asked = s.asked[:copy(s.asked, s.asked[1:])]
	}
}

// sentEarly deals with a client that sent the message without waiting for 354:
// the lines behind DATA, up to the dot, were no commands. It reports whether
// the dot was among them.
func (s *splitter) sentEarly() bool {
	for i := 1; i < len(s.asked); i++ {
		if s.asked[i].verb == "." {
			s.asked = append(s.asked[:1], s.asked[i+1:]...)
			return true
		}
	}
	s.asked = s.asked[:min(1, len(s.asked))]
	return false
}

// splitContent takes content off p, up to the lone dot if that is in it. What
// p holds of the content is one unit: a big message is many.
func (s *splitter) splitContent(units []wire.Unit, p []byte) ([]wire.Unit, int) {
	h := &s.sides[wire.Client]
	used := 0
	for used < len(p) {
		if len(h.line) == 0 && p[used] != '.' {
			used += skipLines(p[used:])
		}
		i := bytes.IndexByte(p[used:], '\n')
		n := i + 1
		if i < 0 {
			n = len(p) - used
		}
		piece := p[used : used+n]
		used += n
		if room := 4 - len(h.line); room > 0 {
			h.line = append(h.line, piece[:min(room, n)]...)
		}
		if i < 0 {
			break
		}
		dot := string(trimEnd(h.line)) == "."
		h.line = h.line[:0]
		if dot {
			s.content = false
			break
		}
	}
	return append(units, wire.Unit{N: used, Kind: wire.Content, Verb: "DATA", More: s.content}), used
}

// skipLines is where the last line of p begins, or the first one that begins
// with a dot. The first line does not.
func skipLines(p []byte) int {
	last := 0
	for {
		i := bytes.IndexByte(p[last:], '\n') + 1
		if i == 0 || last+i == len(p) {
			return last
		}
		if last += i; p[last] == '.' {
			return last
		}
	}
}

// trimEnd takes the end of a line off.
func trimEnd(line []byte) []byte {
	n := len(line)
	for n > 0 && (line[n-1] == '\n' || line[n-1] == '\r') {
		n--
	}
	return line[:n]
}

// splitChunk takes the octets of a BDAT chunk off p.
func (s *splitter) splitChunk(units []wire.Unit, p []byte) ([]wire.Unit, int) {
	n := int(min(int64(len(p)), s.chunk))
	s.chunk -= int64(n)
	return append(units, wire.Unit{N: n, Kind: wire.Content, Verb: "BDAT", More: s.chunk > 0}), n
}
