package smtp

import (
	"bytes"
	"strconv"
	"time"
	"unicode/utf8"

	"mailtrek/protocols/wire"
)

// Session is the server half of a connection. It implements
// wire.SecuredSession.
type Session struct {
	cfg   Config
	b     Backend
	table []Command
	facts Facts
	state State
	next  wire.Next

	in    []byte // input that completed no command
	out   []byte // replies not yet returned
	more  bool   // further input has arrived behind the present one
	early bool   // input arrived before the greeting
	skip  bool   // the rest of a line that was too long is being skipped
	long  []byte // the beginning of that line

	words     []word
	line      []byte // the command line under way
	cmd       int    // index of the command under way
	counts    []count
	errors    int
	junk      int
	bad       int    // LMTP: commands that were none
	denied    *Reply // the verdict on the client that stands for the session
	pardon    bool   // the failure under way does not count as an error
	overshoot int    // recipients refused for being too many
	ended     bool   // 421 for too many errors is due

	msg     Message
	rcpt    Recipient
	content content
	chunk   chunk
	sasl    exchange
	reply   Reply // for replies with text of their own
}

// count is how often a command was given, and how often with success.
type count struct{ ok, all int }

// defaultLineLimit is $line_length_limit.
const defaultLineLimit = 2048

// NewSession makes a session for one connection.
func NewSession(cfg Config, b Backend) *Session {
	if cfg.LineLimit <= 0 {
		cfg.LineLimit = defaultLineLimit
	}
	if cfg.BareLFCode == 0 {
		cfg.BareLFCode = 550
	}
	s := &Session{cfg: cfg, b: b}
	dialect := Postfix
	s.facts = Facts{Peer: cfg.Peer, Proto: "SMTP", Where: "CONNECT"}
	if cfg.LMTP {
		dialect = Dovecot
		s.facts.Proto = "LMTP"
	} else if cfg.Historic {
		dialect = Historic
	}
	s.table = tables[dialect]
	s.counts = make([]count, len(s.table)+1)
	return s
}

// Facts returns what the session knows. It changes as the session goes on.
func (s *Session) Facts() *Facts { return &s.facts }

// State names the session's state.
func (s *Session) State() string { return s.state.String() }

// Now returns the session's state.
func (s *Session) Now() State { return s.state }

// Next says what the owner of the connection has to do.
func (s *Session) Next() wire.Next { return s.next }

// Early gives input that has arrived before the greeting. It is called before
// Open, which says what there is to say about that; after Open a Feed, even
// an empty one, has it worked off.
func (s *Session) Early(in []byte) {
	s.in = append(s.in, in...)
	s.early = len(s.in) > 0
}

// Open returns the greeting (RFC 5321 §4.3.1).
func (s *Session) Open() []byte {
	s.out = s.out[:0]
	if s.cfg.LMTP {
		banner := s.cfg.Banner
		if banner == "" {
			banner = s.cfg.Hostname + " Dovecot (Debian) ready."
		}
		s.answer(&Reply{Code: 220, Text: banner})
		return s.out
	}
	if s.early && s.facts.TLS == nil {
		s.illPipelining(s.in)
		if s.cfg.ForbidPipelining {
			s.answer(replySynchronization)
			s.close()
			return s.out
		}
	}
	if r := s.b.Connect(&s.facts); r != nil {
		s.denied = r
		s.errors++
		s.answer(r)
		return s.out
	}
	banner := s.cfg.Banner
	if banner == "" {
		banner = s.cfg.Hostname + " ESMTP Postfix"
	}
	s.answer(&Reply{Code: 220, Text: banner})
	return s.out
}

// Feed takes input and returns the replies to the commands in it.
func (s *Session) Feed(in []byte, more bool) []byte {
	s.out = s.out[:0]
	if s.state == Closed || s.next != wire.Continue {
		return s.out
	}
	if s.ended {
		s.tooManyErrors()
		return s.out
	}
	p := in
	if len(s.in) > 0 {
		s.in = append(s.in, in...)
		p = s.in
	}
	s.more = more
	rest := s.process(p)
	if s.state == Closed || s.state == Securing {
		// RFC 3207 §4.2: what came in clear behind STARTTLS is not heard.
		rest = nil
	}
	s.in = append(s.in[:0], rest...)
	return s.out
}

// process works off p and returns what completes nothing yet.
func (s *Session) process(p []byte) []byte {
	for s.state != Closed && s.state != Securing {
		if s.ended && (len(p) > 0 || s.more) {
			s.tooManyErrors()
			break
		}
		var n int
		switch s.state {
		case Content:
			n = s.takeContent(p)
		case Chunking:
			if s.chunk.open {
				p = p[s.takeChunk(p):] // "BDAT 0 LAST" is complete with nothing taken
				if s.chunk.open {
					return p
				}
				continue
			}
			n = s.takeLine(p, s.command)
		case Authenticating:
			n = s.takeLine(p, s.response)
		default:
			n = s.takeLine(p, s.command)
		}
		if n == 0 {
			break
		}
		p = p[n:]
	}
	return p
}

// takeLine takes a line off p, without its end, and gives it to f together
// with what follows. It returns how many bytes it used, 0 when the line is
// not complete.
func (s *Session) takeLine(p []byte, f func(line, rest []byte, bare, cut bool)) int {
	i := bytes.IndexByte(p, '\n')
	limit := s.lineLimit()
	if i < 0 {
		if len(p) > limit && !s.skip {
			s.long = append(s.long[:0], p[:limit]...)
			s.skip = true
		}
		if s.skip {
			return len(p)
		}
		return 0
	}
	line, cut := p[:i], false
	if s.skip {
		line, cut, s.skip = s.long, true, false
	} else if i > limit || i == limit && p[i-1] != '\r' {
		line, cut = p[:limit], true
	}
	bare := false
	if !cut {
		line, bare = s.trimCR(line)
	}
	f(line, p[i+1:], bare, cut)
	return i + 1
}

// lineLimit is the limit for the line that is expected now.
func (s *Session) lineLimit() int {
	if s.state == Authenticating {
		return maxSASLResponse
	}
	return s.cfg.LineLimit
}

// trimCR takes the CR of CRLF off a line. Where bare LFs pass unnoticed,
// Postfix removes all CRs at the end.
func (s *Session) trimCR(line []byte) (trimmed []byte, bare bool) {
	n := len(line)
	if n == 0 || line[n-1] != '\r' {
		return line, true
	}
	n--
	for s.cfg.BareLF == BareLFAllow && n > 0 && line[n-1] == '\r' {
		n--
	}
	return line[:n], false
}

// command carries out a command line; rest is what has arrived behind it.
func (s *Session) command(line, rest []byte, bare, cut bool) {
	if i := bytes.IndexByte(line, 0); i >= 0 {
		line = line[:i]
	}
	s.line = line
	if s.cfg.LMTP {
		s.lmtpCommand(line)
		return
	}
	if cut {
		s.b.Log("warning: " + s.cfg.Peer + ": request longer than " + strconv.Itoa(s.cfg.LineLimit) + ": " + printable(line[:min(30, len(line))]) + "...")
	}
	if bare && s.cfg.BareLF >= BareLFNote {
		if s.rejectBareLF() {
			return
		}
	}
	if s.cfg.UTF8 && !utf8.Valid(line) {
		s.failed(replyBadUTF8)
		return
	}
	s.words = appendWords(s.words[:0], line)
	if len(s.words) == 0 {
		s.failed(replyBadSyntax)
		return
	}
	for _, verb := range s.cfg.Noop {
		if bytes.EqualFold(s.words[0].text, []byte(verb)) {
			s.answer(replyOK)
			s.countJunk()
			return
		}
	}
	s.dispatch(rest)
}

// dispatch finds the command in the table and runs it, after the checks that
// are common to all.
func (s *Session) dispatch(rest []byte) {
	s.cmd = s.find(s.words[0].text)
	s.counts[s.cmd].all++
	if s.cmd == len(s.table) {
		s.facts.Where = "UNKNOWN"
		if s.isForbidden(s.words[0].text) {
			s.b.Log("warning: non-SMTP command from " + s.cfg.Peer + ": " + escaped(s.line[:min(100, len(s.line))]))
			s.answer(replyForbidden)
			s.close()
			return
		}
	}
	quit := s.cmd < len(s.table) && s.table[s.cmd].Verb == "QUIT"
	if s.denied != nil && !quit {
		// RFC 5321 §3.1: after a 554 greeting, 503 to all but QUIT.
		if s.denied.Code/10%10 == 2 && s.denied.Code%10 == 1 {
			s.answer(s.denied)
			return
		}
		s.failed(&Reply{Code: 503, Enhanced: "5.7.0", Text: "Error: access denied for " + s.cfg.Peer})
		return
	}
	if s.cmd == len(s.table) {
		s.failed(replyUnknown)
		return
	}
	c := &s.table[s.cmd]
	if s.cfg.TLS == TLSEncrypt && s.facts.TLS == nil && c.flags&preTLS == 0 {
		s.failed(replyMustTLS)
		return
	}
	s.facts.Where = c.Verb
	if (s.facts.Proto != "ESMTP" || c.flags&lastInGroup != 0) && !s.facts.BadPipelining && (len(rest) > 0 || s.more) {
		s.illPipelining(rest)
		if s.cfg.ForbidPipelining {
			s.answer(replySynchronization)
			s.close()
			return
		}
	}
	if r := c.run(s, s.words); r != nil {
		s.done(r)
	}
	if quit {
		s.close()
	}
}

// done sends the reply to the command under way and counts it.
func (s *Session) done(r *Reply) {
	ok := r.Positive() || s.pardon
	s.pardon = false
	s.answer(r)
	s.settle(ok)
}

// settle counts the command under way as success or error.
func (s *Session) settle(ok bool) {
	if ok {
		s.counts[s.cmd].ok++
	} else {
		s.errors++
	}
	if s.table[s.cmd].flags&junk != 0 {
		s.countJunk()
	}
	s.checkErrors()
}

func (s *Session) countJunk() {
	if s.cfg.JunkCommands > 0 && s.junk > s.cfg.JunkCommands {
		s.errors++
	}
	s.junk++
	s.checkErrors()
}

// failed sends a reply to what is not even a command.
func (s *Session) failed(r *Reply) {
	s.answer(r)
	s.errors++
	s.checkErrors()
}

// checkErrors finds out whether the client has made too many errors. The 421
// follows by itself after the usual delay; a command that comes first is not
// carried out.
func (s *Session) checkErrors() {
	s.ended = s.ended || s.cfg.HardErrors > 0 && s.errors >= s.cfg.HardErrors && s.state != Closed
}

func (s *Session) tooManyErrors() {
	s.ended = false
	s.answer(&Reply{Code: 421, Enhanced: "4.7.0", Text: s.cfg.Hostname + " Error: too many errors"})
	s.b.Log("too many errors after " + s.facts.Where + " from " + s.cfg.Peer)
	s.close()
}

// answer sends a reply, late when the client has made many errors. 421 and 521
// end the session (RFC 5321 §3.8).
func (s *Session) answer(r *Reply) {
	if s.cfg.SoftErrors > 0 && s.errors >= s.cfg.SoftErrors && s.cfg.ErrorSleep > 0 {
		s.b.Sleep(s.cfg.ErrorSleep)
	}
	if s.cfg.Historic && r.Enhanced != "" {
		plain := *r
		plain.Enhanced = "" // RFC 2034 came in 1996
		r = &plain
	}
	if r.Code >= 400 && (s.cfg.RejectFooter != "" || s.cfg.SoftBounce) {
		r = s.dress(r)
	}
	s.out = r.Append(s.out)
	if r.Code == 421 || r.Code == 521 {
		s.close()
	}
}

// dress applies $soft_bounce and $smtpd_reject_footer.
func (s *Session) dress(r *Reply) *Reply {
	d := *r
	if s.cfg.SoftBounce && d.Code/100 == 5 {
		d.Code -= 100
		if len(d.Enhanced) > 0 && d.Enhanced[0] == '5' {
			d.Enhanced = "4" + d.Enhanced[1:]
		}
	}
	if f := s.cfg.RejectFooter; len(f) > 1 && f[:2] == `\c` {
		d.Text += f[2:]
	} else if f != "" {
		d.Text += "\n" + f
	}
	return &d
}

// illPipelining notes that the client did not wait (RFC 2920 §3.1).
func (s *Session) illPipelining(rest []byte) {
	s.facts.BadPipelining = true
	s.b.Log("improper command pipelining after " + s.facts.Where + " from " + s.cfg.Peer + ": " + escaped(rest[:min(100, len(rest))]))
}

// rejectBareLF deals with a command line that ended in LF alone, and reports
// whether the session is over.
func (s *Session) rejectBareLF() bool {
	if s.cfg.BareLF == BareLFNote {
		return false
	}
	s.logReject("bare <LF> received")
	s.answer(s.bareLFReply())
	s.close()
	return true
}

func (s *Session) bareLFReply() *Reply {
	return &Reply{Code: s.cfg.BareLFCode, Enhanced: "5.5.2", Text: s.cfg.Hostname + " Error: bare <LF> received"}
}

// become is the one place where the state changes.
func (s *Session) become(state State) {
	if s.state != Closed {
		s.state = state
	}
}

// idle goes back to where no transaction is.
func (s *Session) idle() {
	if s.facts.Helo == "" {
		s.become(Connected)
	} else {
		s.become(Greeted)
	}
}

// reset ends a transaction without trace (RFC 5321 §4.1.1.5).
func (s *Session) reset() {
	if s.msg != nil {
		s.msg.Abort()
		s.msg = nil
	}
	s.facts.Envelope = Envelope{}
	s.overshoot = 0
	s.content = content{body: s.content.body[:0]}
	s.chunk = chunk{partial: s.chunk.partial[:0]}
	s.idle()
}

// close ends the session.
func (s *Session) close() {
	if s.state == Closed {
		return
	}
	s.ended = false
	if s.msg != nil {
		s.msg.Abort()
		s.msg = nil
	}
	s.become(Closed)
	s.next = wire.Close
}

// Timeout is how long to wait for input: $smtpd_timeout, or the delay before
// a 421 that is due.
func (s *Session) Timeout() time.Duration {
	if s.ended && s.cfg.ErrorSleep > 0 {
		return s.cfg.ErrorSleep
	}
	return s.cfg.Timeout
}

// isForbidden tells whether a word that is no command makes the session end:
// it looks like a header field, or is in $smtpd_forbidden_commands.
func (s *Session) isForbidden(verb []byte) bool {
	if i := bytes.IndexByte(verb, ':'); i > 0 && allPrintable(string(verb[:i])) && bytes.IndexByte(verb[:i], ' ') < 0 {
		return true
	}
	if s.cfg.Forbidden != nil {
		return s.cfg.Forbidden(string(verb))
	}
	c := verb[0] | 0x20
	return c < 'a' || c > 'z' || equalFold(verb, "CONNECT") || equalFold(verb, "GET") || equalFold(verb, "POST")
}
