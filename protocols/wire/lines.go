package wire

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// CutLine splits p after its first LF. line is what stands before, without
// the CR of a CRLF; crlf tells whether there was one. n counts the bytes with
// the line's end and is 0 when p holds no LF.
func CutLine(p []byte) (line []byte, crlf bool, n int) {
	i := bytes.IndexByte(p, '\n')
	if i < 0 {
		return nil, false, 0
	}
	if i > 0 && p[i-1] == '\r' {
		return p[:i-1], true, i + 1
	}
	return p[:i], false, i + 1
}

// safeLen is the length of the character at the start of p if it may be shown
// as it is, else 0.
func safeLen(p []byte) int {
	if c := p[0]; c < utf8.RuneSelf {
		if c == '\t' || c >= ' ' && c != 127 {
			return 1
		}
		return 0
	}
	r, n := utf8.DecodeRune(p)
	if r == utf8.RuneError && n == 1 || !unicode.IsPrint(r) {
		return 0
	}
	return n
}
