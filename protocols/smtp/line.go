package smtp

import "bytes"

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
