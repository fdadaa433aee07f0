package imap

import (
	"html"
	"strings"
)

// htmlReader takes the text out of HTML as Dovecot's mail_html2text does for a
// preview: tags, comments, scripts and styles are left out, and what is quoted
// stands behind ">".
type htmlReader struct {
	s       string
	pos     int
	out     strings.Builder
	last    byte // of out
	quotes  int
	newline bool // a quotation has ended
}

// htmlText is the text of HTML. What begins at the end and is not complete is
// dropped.
func htmlText(s string) string {
	r := &htmlReader{s: s}
	for r.pos < len(s) {
		switch c := s[r.pos]; c {
		case '<':
			r.pos++
			r.markup()
		case '&':
			r.pos++
			r.entity()
		default:
			r.write(s[r.pos : r.pos+1])
			r.pos++
		}
	}
	return r.out.String()
}

func (r *htmlReader) write(s string) {
	if s != "" {
		r.out.WriteString(s)
		r.last = s[len(s)-1]
	}
}

// space separates words.
func (r *htmlReader) space() {
	if r.last != 0 && r.last != ' ' && r.last != '\n' {
		r.write(" ")
	}
}

// begins tells whether a tag of this name begins here.
func (r *htmlReader) begins(name string) bool {
	rest := r.s[r.pos:]
	return len(rest) > len(name) && strings.EqualFold(rest[:len(name)], name) && (isBlank(rest[len(name)]) || rest[len(name)] == '>')
}

// until moves behind the next mark and returns what stands before it.
func (r *htmlReader) until(mark string) (text string) {
	i := strings.Index(strings.ToLower(r.s[r.pos:]), mark)
	if i < 0 {
		text, r.pos = r.s[r.pos:], len(r.s)
		return text
	}
	text = r.s[r.pos : r.pos+i]
	r.pos += i + len(mark)
	return text
}

func (r *htmlReader) markup() {
	rest := r.s[r.pos:]
	switch {
	case strings.HasPrefix(rest, "!--"):
		r.pos += len("!--")
		r.comment()
		return
	case r.begins("script"):
		r.until("</script>")
		r.space()
		return
	case r.begins("style"):
		r.until("</style>")
		r.space()
		return
	case len(rest) >= 8 && strings.EqualFold(rest[:8], "![CDATA["):
		r.pos += len("![CDATA[")
		r.write(r.until("]]>"))
		return
	case r.begins("blockquote"):
		r.quotes++
	case r.quotes > 0 && r.begins("/blockquote"):
		r.quotes--
		r.newline = true
	}
	r.tag()
}

// comment moves behind a comment.
func (r *htmlReader) comment() {
	for r.pos < len(r.s) {
		r.until("--")
		for r.pos < len(r.s) && isBlank(r.s[r.pos]) {
			r.pos++
		}
		if r.pos < len(r.s) && r.s[r.pos] == '>' {
			r.pos++
			return
		}
	}
}

// tag moves behind a tag; ">" in quotes does not end it.
func (r *htmlReader) tag() {
	var quote byte
	for ; r.pos < len(r.s); r.pos++ {
		switch c := r.s[r.pos]; {
		case quote != 0 && c == '\\':
			r.pos++
		case c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			r.pos++
			if r.quotes > 0 {
				r.write("\n>")
			} else if r.newline {
				r.write("\n")
			}
			r.newline = false
			r.space()
			return
		}
	}
	r.pos = len(r.s)
}

// maxEntity is the longest name of a character.
const maxEntity = 10

// entity writes a character that stands there by name or number.
func (r *htmlReader) entity() {
	rest := r.s[r.pos:]
	for i := 0; i < len(rest); i++ {
		switch {
		case rest[i] == ';' && i < maxEntity:
			if c := html.UnescapeString("&" + rest[:i+1]); !strings.HasPrefix(c, "&") || strings.EqualFold(rest[:i], "amp") {
				r.write(c)
			}
			r.pos += i + 1
			return
		case isBlank(rest[i]) || i >= maxEntity:
			return // the "&" alone is lost
		}
	}
	r.pos = len(r.s)
}
