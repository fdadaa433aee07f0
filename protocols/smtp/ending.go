package smtp

import (
	"strconv"
	"strings"

	"mailtrek/protocols/wire"
)

// Lost tells that the client is gone. RFC 5321 §4.1.1.10: the server acts as
// if RSET had come: a transaction under way is thrown away.
func (s *Session) Lost() []byte {
	s.out = s.out[:0]
	if s.state == Closed {
		return s.out
	}
	if s.facts.Where != afterMessage && !s.cfg.LMTP {
		s.logEnd("lost connection")
	}
	s.close()
	return s.out
}

// TimedOut tells that the client was silent for Timeout. RFC 5321 §4.5.3.2:
// the server then closes, with 421 (§3.8).
func (s *Session) TimedOut() []byte {
	s.out = s.out[:0]
	switch {
	case s.state == Closed:
	case s.ended:
		// The delay has passed by waiting.
		s.cfg.ErrorSleep = 0
		s.tooManyErrors()
	case s.cfg.LMTP:
		s.answer(&Reply{Code: 421, Enhanced: "4.4.2", Text: s.cfg.Hostname + " Disconnected for inactivity"})
	default:
		r := Reply{Code: 421, Enhanced: "4.4.2", Text: s.cfg.Hostname + " Error: timeout exceeded"}
		s.answer(&r)
		if s.facts.Where == inBDAT {
			// Postfix counts whole chunks, and what is in its buffer: the reply.
			s.facts.Received, s.chunk.partial = s.chunk.before+int64(len(r.String())), nil
		}
		s.logEnd("timeout")
	}
	return s.out
}

// Places of Facts.Where that are no verbs.
const (
	inData       = "DATA content"
	inBDAT       = "BDAT content"
	afterMessage = "END-OF-MESSAGE"
)

// logEnd logs an end that was none of the client's words.
func (s *Session) logEnd(reason string) {
	where := s.facts.Where
	if verb, ok := strings.CutSuffix(where, " content"); ok {
		n := s.facts.Received + int64(len(s.chunk.partial))
		where = verb + " (" + strconv.FormatInt(n, 10) + " bytes)"
	}
	s.b.Log(reason + " after " + where + " from " + s.cfg.Peer)
}

// logReject logs a reject of the session's own as smtpd does: its queue id,
// the stage, the client, and the envelope so far.
func (s *Session) logReject(text string) {
	s.b.Log(s.queueID() + ": reject: " + s.facts.Where + " from " + s.cfg.Peer + ": " + text + ";" + s.whatsup())
}

// queueID is the queue id as log lines name it.
func (s *Session) queueID() string {
	if s.msg != nil {
		return s.msg.ID()
	}
	return "NOQUEUE"
}

// whatsup is the end of a log line about a reject.
func (s *Session) whatsup() string { return s.facts.Summary("") }

// Summary returns the end of a "reject:" log line, " from=<…> to=<…> proto=ESMTP
// helo=<…>", with what is known. to is the recipient the line is about, or "";
// then the first accepted one stands there.
func (f *Facts) Summary(to string) string {
	var b strings.Builder
	if f.Mail || f.Named {
		b.WriteString(" from=<" + f.Sender + ">")
	}
	if to == "" {
		to = f.First
	}
	if to != "" {
		b.WriteString(" to=<" + to + ">")
	}
	b.WriteString(" proto=" + f.Proto)
	if f.Helo != "" {
		b.WriteString(" helo=<" + f.Helo + ">")
	}
	return b.String()
}

// Stats returns the counters of the log line "disconnect from": those commands
// that were given, "n" when all succeeded, else "successes/all", in Postfix's
// order, and the sum.
func (s *Session) Stats() string {
	b := make([]byte, 0, usualReply)
	ok, all := 0, 0
	for i, c := range s.counts {
		if c.all == 0 {
			continue
		}
		name := "unknown"
		if i < len(s.table) {
			name = s.small[i]
		}
		b = append(append(b, name...), '=')
		b = appendParts(b, c.ok, c.all, c.ok != c.all)
		b = append(b, ' ')
		ok += c.ok
		all += c.all
	}
	return string(appendParts(append(b, "commands="...), ok, all, ok != all || all == 0))
}

// appendParts appends "n", or "n/all" for both.
func appendParts(b []byte, n, all int, both bool) []byte {
	b = strconv.AppendInt(b, int64(n), 10)
	if both {
		b = strconv.AppendInt(append(b, '/'), int64(all), 10)
	}
	return b
}

// Secured tells that a TLS handshake succeeded. RFC 3207 §4.2: what the client
// said before it is forgotten.
func (s *Session) Secured(f wire.TLSFacts) {
	s.facts.TLS = &f
	s.facts.User, s.facts.Mechanism = "", ""
	s.next = wire.Continue
	if s.state == Securing {
		s.state = Connected
		if !s.cfg.LMTP {
			s.settle(true)
		}
	}
}
