package wire

import "bytes"

// AppendDots appends content as a multi-line text goes over the wire: lines
// end in CRLF, a line that begins with a dot gets another one (RFC 5321
// §4.5.2, RFC 1939 §3). Lines of content end in LF or CRLF; a last line
// without end gets one. The final ".CRLF" is not appended.
func AppendDots(dst, content []byte) []byte {
	for len(content) > 0 {
		line := content
		if i := bytes.IndexByte(content, '\n'); i >= 0 {
			line, content = content[:i], content[i+1:]
		} else {
			content = nil
		}
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		if len(line) > 0 && line[0] == '.' {
			dst = append(dst, '.')
		}
		dst = append(dst, line...)
		dst = append(dst, '\r', '\n')
	}
	return dst
}

// AppendVisible appends p with every byte below 32 but TAB, and every byte
// that is no part of valid UTF-8, as <0xNN>: the notation of this project's
// dialogues. Neither a terminal nor a log can be steered by the result.
func AppendVisible(dst, p []byte) []byte {
	const hex = "0123456789ABCDEF"
	for len(p) > 0 {
		n := safeLen(p)
		if n > 0 {
			dst = append(dst, p[:n]...)
			p = p[n:]
			continue
		}
		dst = append(dst, '<', '0', 'x', hex[p[0]>>4], hex[p[0]&15], '>')
		p = p[1:]
	}
	return dst
}
