package pop3

import (
	"math"
	"strconv"
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
	s.send(content, math.MaxUint64)
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

// send appends a message up to the given number of body lines, with CRLF line
// ends and dots stuffed, and the final dot line.
//
// RFC 1939 §3: a line that begins with the termination octet gets another
// one in front.
func (s *Session) send(content []byte, bodyLines uint64) {
	if len(content) == 0 {
		s.line("") // Dovecot ends every message with a line end
	}
	inBody := false
	for len(content) > 0 && !(inBody && bodyLines == 0) {
		line, rest := cutLine(content)
		content = rest
		if inBody {
			bodyLines--
		} else if len(line) == 0 || line[0] == '\r' {
			inBody = true
		}
		if len(line) > 0 && line[0] == '.' {
			s.out = append(s.out, '.')
		}
		s.out = append(append(s.out, line...), "\r\n"...)
	}
	s.out = append(s.out, ".\r\n"...)
}

// cutLine returns the first line of content without its line end, and what
// follows.
func cutLine(content []byte) (line, rest []byte) {
	for i, c := range content {
		if c != '\n' {
			continue
		}
		end := i
		if i > 0 && content[i-1] == '\r' {
			end--
		}
		return content[:end], content[i+1:]
	}
	return content, nil
}
