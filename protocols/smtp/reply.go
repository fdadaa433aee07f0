package smtp

import "strings"

// Reply is a server's reply (RFC 5321 §4.2): code, enhanced status code
// (RFC 2034, RFC 3463) and text. It is an error for who did not want it.
type Reply struct {
	Code     int
	Enhanced string // "5.1.1", or "" where the protocol has none
	Text     string // "\n" separates lines
	Cause    string // why, for the log; it never reaches the peer

	raw string // as a client received it, its lines joined by blanks
}

// NewReply makes a reply of a line as Postfix writes it: "550 5.1.1 text".
// What does not begin with three digits becomes the text of a 451.
func NewReply(line string) *Reply {
	code, rest, ok := parseCode(line)
	if !ok {
		return &Reply{Code: 451, Enhanced: "4.3.5", Text: line}
	}
	enhanced, text := splitEnhanced(code, rest)
	return &Reply{Code: code, Enhanced: enhanced, Text: text}
}

// Temporary reports whether the same command may succeed later (4yz,
// RFC 5321 §4.2.1).
func (r *Reply) Temporary() bool { return r.Code/100 == 4 }

// Positive reports whether the command was accepted (2yz or 3yz).
func (r *Reply) Positive() bool { return r.Code/100 == 2 || r.Code/100 == 3 }

// Error returns the reply as one line, as String does.
func (r *Reply) Error() string { return r.String() }

// String returns the reply as one line, as log lines have it. One that a
// client received is given word for word, with the code of each line.
func (r *Reply) String() string {
	if r.raw != "" {
		return r.raw
	}
	return string(appendReplyText(appendCode(make([]byte, 0, 16+len(r.Text)), r.Code, ' '), r.Enhanced, strings.ReplaceAll(r.Text, "\n", " ")))
}

// Append appends the reply as it goes over the wire, each line with its code
// and CRLF (RFC 5321 §4.2.1: all but the last have a hyphen after the code).
func (r *Reply) Append(dst []byte) []byte {
	text := r.Text
	for {
		line, sep, end := text, byte(' '), strings.IndexByte(text, '\n')
		if end >= 0 {
			line, sep = text[:end], '-'
		}
		dst = appendCode(dst, r.Code, sep)
		dst = appendReplyText(dst, r.Enhanced, line)
		dst = append(dst, '\r', '\n')
		if end < 0 {
			return dst
		}
		text = text[end+1:]
	}
}

func appendCode(dst []byte, code int, sep byte) []byte {
	tens := code / 10
	return append(dst, byte('0'+tens/10%10), byte('0'+tens%10), byte('0'+code-10*tens), sep)
}

// usualReply is how long a reply with many lines usually is.
const usualReply = 160

func appendReplyText(dst []byte, enhanced, text string) []byte {
	if enhanced != "" {
		dst = append(dst, enhanced...)
		dst = append(dst, ' ')
	}
	return append(dst, text...)
}

// parseCode splits "550-text" or "550 text" after the code.
func parseCode(line string) (code int, rest string, ok bool) {
	if code, ok = codeOf(line); !ok {
		return 0, line, false
	}
	return code, line[min(4, len(line)):], true
}

// codeOf is the code of a line of a reply, if it is one.
func codeOf[T string | []byte](line T) (code int, ok bool) {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false
	}
	a, b, c := line[0]-'0', line[1]-'0', line[2]-'0'
	if a > 9 || b > 9 || c > 9 {
		return 0, false
	}
	return int(a)*100 + int(b)*10 + int(c), true
}

// splitEnhanced takes an enhanced status code off the front of a reply's
// text. RFC 2034 §4: its class agrees with the first digit of the code.
func splitEnhanced(code int, text string) (enhanced, rest string) {
	s := strings.TrimLeft(text, " ")
	n := enhancedLen(s)
	if n == 0 || int(s[0]-'0') != code/100 {
		return "", text
	}
	return s[:n], strings.TrimPrefix(s[n:], " ")
}

// enhancedLen returns the length of the enhanced status code at the start of
// s, or 0. RFC 3463 §2: class "." 1*3digit "." 1*3digit, class 2, 4 or 5.
func enhancedLen(s string) int {
	if len(s) < 5 || (s[0] != '2' && s[0] != '4' && s[0] != '5') || s[1] != '.' {
		return 0
	}
	i := 2
	for part := range 2 {
		n := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
			n++
		}
		if n == 0 || n > 3 {
			return 0
		}
		if part == 0 {
			if i >= len(s) || s[i] != '.' {
				return 0
			}
			i++
		}
	}
	if i < len(s) && s[i] != ' ' {
		return 0
	}
	return i
}
