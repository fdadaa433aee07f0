package message

import "strings"

// skipComment returns the length of the comment at the start of s, which
// begins with "(": comments nest, and a backslash quotes (RFC 5322 §3.2.2). One
// that does not end reaches to the end of s.
func skipComment(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// skipQuoted returns the length of the quoted string at the start of s, which
// begins with a quote (RFC 5322 §3.2.4).
func skipQuoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// commentText is the text of a comment without its parentheses and
// backslashes.
func commentText(c string) string {
	c = strings.TrimPrefix(c, "(")
	c = strings.TrimSuffix(c, ")")
	return unquotePairs(c)
}

// quotedText is the content of a quoted string.
func quotedText(q string) string {
	q = strings.TrimPrefix(q, `"`)
	if strings.HasSuffix(q, `"`) && !strings.HasSuffix(q, `\"`) || strings.HasSuffix(q, `\\"`) {
		q = strings.TrimSuffix(q, `"`)
	}
	return unquotePairs(q)
}

// unquotePairs takes the backslash of each quoted pair out (RFC 5322 §3.2.1).
func unquotePairs(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// stripComments replaces every comment outside quotes by a blank.
func stripComments(s string) string {
	if !strings.Contains(s, "(") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		switch s[i] {
		case '(':
			i += skipComment(s[i:])
			b.WriteByte(' ')
		case '"':
			n := skipQuoted(s[i:])
			b.WriteString(s[i : i+n])
			i += n
		default:
			b.WriteByte(s[i])
			i++
		}
	}
	return b.String()
}
