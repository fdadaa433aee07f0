package pop3

import "bytes"

// maxVerb is the longest verb that the login process reads
// (CLIENT_MAX_CMD_LEN); what follows belongs to the arguments.
const maxVerb = 8

// verbOf reads the verb of a command before login, in capitals, and returns
// where its arguments begin. found is false when more input is needed.
func verbOf(in []byte) (verb string, n int, found bool) {
	var b [maxVerb]byte
	v := b[:0]
	for i, c := range in {
		if c == '\r' {
			continue
		}
		if c == ' ' {
			return string(v), i + 1, true
		}
		if c == '\n' || c == 0 || i >= maxVerb {
			return string(v), i, true
		}
		v = append(v, upperByte(c))
	}
	return "", 0, false
}

// chomp cuts the CR of a line whose LF is already gone.
func chomp(line []byte) []byte { return bytes.TrimSuffix(line, []byte{'\r'}) }

// cString is what a program in C sees of a line: it ends at the first NUL.
func cString(line []byte) string {
	if i := bytes.IndexByte(line, 0); i >= 0 {
		line = line[:i]
	}
	return string(line)
}

// upper puts ASCII letters in capitals and leaves other octets alone.
func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = upperByte(c)
	}
	return string(b)
}

func upperByte(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}
