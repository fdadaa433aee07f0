package mailaddr

import "strings"

// kind is the kind of a token; operators are their own character.
type kind int

const (
	kindAtom kind = 256 + iota
	kindQuoted
	kindLiteral
	kindComment
)

// token is a piece of an address (RFC 822 §3.1.4): an operator, or a word
// with its text in internal form.
type token struct {
	kind kind
	text string
}

// operators are RFC 822's specials, and the characters by which older mail
// systems route: "%", "!" and "|".
const operators = `|%!()<>@,;:\".[]`

// maxTokens bounds what an address can consist of.
const maxTokens = 2048

// scan cuts an address in external form into tokens. It never fails: what is
// not closed ends with the text.
func scan(s string) []token {
	var tokens []token
	for i := 0; i < len(s) && len(tokens) < maxTokens; {
		switch c := s[i]; {
		case isSpace(c):
			i++
		case c == '(':
			n := commentLen(s[i:])
			tokens = append(tokens, token{kindComment, s[i : i+n]})
			i += n
		case c == '[':
			text, n := collect(s[i+1:], func(c byte) bool { return c != ']' })
			tokens = append(tokens, token{kindLiteral, text})
			i += n + 2
		case c == '"':
			text, n := collect(s[i+1:], func(c byte) bool { return c != '"' })
			tokens = append(tokens, token{kindQuoted, text})
			i += n + 2
		case c != '\\' && strings.IndexByte(operators, c) >= 0:
			tokens = append(tokens, token{kind(c), ""})
			i++
		default:
			text, n := collect(s[i:], func(c byte) bool { return !isSpace(c) && strings.IndexByte(operators, c) < 0 })
			tokens = append(tokens, token{atomKind(text), text})
			i += n
		}
	}
	return tokens
}

// collect takes characters while more says so, a backslash making the next
// one ordinary. It returns the text without backslashes and its length in s.
func collect(s string, more func(byte) bool) (string, int) {
	i, plain := 0, true
	for i < len(s) {
		if s[i] == '\\' {
			plain = false
			i++
			if i == len(s) {
				break
			}
		} else if !more(s[i]) {
			break
		} else if isSpace(s[i]) && s[i] != ' ' {
			plain = false
		}
		i++
	}
	if plain {
		return s[:i], i
	}
	var b strings.Builder
	for j := 0; j < i; j++ {
		c := s[j]
		if c == '\\' {
			if j++; j == i {
				break
			}
			c = s[j]
		}
		if isSpace(c) {
			c = ' '
		}
		b.WriteByte(c)
	}
	return b.String(), i
}

// atomKind is kindQuoted for an atom that backslashes made of characters that
// an atom cannot have.
func atomKind(text string) kind {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c == 127 || strings.IndexByte(operators, c) >= 0 {
			return kindQuoted
		}
	}
	return kindAtom
}

// commentLen is the length of the comment at the start of s (RFC 822 §3.4.3).
func commentLen(s string) int {
	level := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(':
			level++
		case ')':
			if level--; level == 0 {
				return i + 1
			}
		case '\\':
			i++
		}
	}
	return len(s)
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// internal puts tokens together again without quotes. Words that stand next
// to each other at the top of a list get a blank between them; inside an
// address they do not.
func internal(tokens []token) string {
	if len(tokens) == 1 && tokens[0].kind != kindLiteral && tokens[0].kind >= kindAtom {
		return tokens[0].text
	}
	var b strings.Builder
	for _, t := range tokens {
		switch t.kind {
		case kindLiteral:
			b.WriteByte('[')
			b.WriteString(t.text)
			b.WriteByte(']')
		case kindAtom, kindQuoted, kindComment:
			b.WriteString(t.text)
		default:
			b.WriteByte(byte(t.kind))
		}
	}
	return b.String()
}
