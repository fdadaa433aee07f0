package pop3

import (
	"bytes"
	"math"
	"strconv"

	"mailtrek/protocols/wire"
)

// retrCmd is RETR: the whole message.
func (s *Session) retrCmd(args string) bool {
	i, _, ok := s.messageNumber(args, false)
	if !ok {
		return false
	}
	s.last = max(s.last, i+1)
	content, err := s.drop.Content(i)
	s.stats.Retr++
	if err != nil {
		return s.gone(i)
	}
	if !s.cfg.NoFlagUpdates && !s.messages[i].Seen {
		s.seen[i] = true
	}
	from := len(s.out)
	s.ok(strconv.FormatInt(s.messages[i].Size, 10) + " octets")
	s.send(content, math.MaxUint64) // all lines
	s.stats.RetrBytes += int64(len(s.out) - from - len(".\r\n"))
	return true
}

// topCmd is TOP: the header, the empty line and the first lines of the body.
func (s *Session) topCmd(args string) bool {
	i, rest, ok := s.messageNumber(args, true)
	if !ok {
		return false
	}
	lines, ok := s.lineCount(rest)
	if !ok {
		return false
	}
	content, err := s.drop.Content(i)
	s.stats.Top++
	if err != nil {
		return s.gone(i)
	}
	from := len(s.out)
	s.ok("")
	s.send(content, lines)
	s.stats.TopBytes += int64(len(s.out) - from - len(".\r\n"))
	return true
}

// gone answers for a message that another session has removed. A client that
// asks for it again and again is counted as bad, so that it does not loop
// forever.
func (s *Session) gone(i int) bool {
	s.err("Message " + strconv.Itoa(i+1) + " expunged.")
	if i <= s.expunged {
		return false
	}
	s.expunged = i
	return true
}

// send appends a message up to the given number of body lines, stuffed, and the
// final dot line (RFC 1939 §3).
func (s *Session) send(content []byte, bodyLines uint64) {
	if len(content) == 0 {
		s.line("") // Dovecot ends every message with a line end
	}
	s.out = wire.AppendDots(s.out, topOf(content, bodyLines))
	s.line(".")
}

// topOf is the header of a message, the empty line and the first lines of the
// body. As in Dovecot, a line that begins with CR ends the header, too.
func topOf(content []byte, bodyLines uint64) []byte {
	at, inBody := 0, false
	for at < len(content) && !(inBody && bodyLines == 0) {
		if inBody {
			bodyLines--
		} else if c := content[at]; c == '\n' || c == '\r' {
			inBody = true
		}
		end := bytes.IndexByte(content[at:], '\n')
		if end < 0 {
			return content
		}
		at += end + 1
	}
	return content[:at]
}
