package imap

import (
	"strings"

	mail "mailtrek/protocols/message"
)

// previewLength is how many characters PREVIEW shows (RFC 8970 §3.1).
const previewLength = 200

// fetchPreview tells a preview. A lazy one is NIL where it was never made before.
func fetchPreview(s *Session, b []byte, i int, it *item) ([]byte, error) {
	m := s.view.list[i].m
	if it.fuzzy {
		b = append(b, "(FUZZY "...)
	}
	if it.lazy && !m.shown {
		b = append(b, "NIL"...)
	} else {
		text, err := s.preview(i)
		if err != nil {
			return b, err
		}
		m.shown = true
		b = appendString(b, text)
	}
	if it.fuzzy {
		b = append(b, ')')
	}
	return b, nil
}

// parsePreview reads what may stand behind PREVIEW (RFC 8970 §3.1) and SNIPPET:
// LAZY, or in Dovecot the name of an algorithm, which is then told in the reply.
func (f *fetching) parsePreview(it item, args []arg) (rest []arg, problem string) {
	for _, a := range args[0].list {
		name, ok := a.atom()
		if !ok {
			return nil, "Invalid PREVIEW modifier"
		}
		switch upper(name) {
		case "LAZY":
			it.lazy = true
		case "LAZY=FUZZY":
			it.lazy, it.fuzzy = true, true
		case "FUZZY":
			it.fuzzy = true
		default:
			return nil, "'" + name + "' is not a supported PREVIEW modifier"
		}
	}
	if len(args[0].list) == 0 {
		return nil, "FETCH list contains non-atoms"
	}
	f.add(it)
	return args[1:], ""
}

// preview is the beginning of the first text of a message, on one line; of what
// is only quoted in it, where there is nothing else.
func (s *Session) preview(i int) (string, error) {
	c, err := s.load(i)
	if err != nil {
		return "", err
	}
	c.parse()
	p := c.root.firstText()
	if p == nil || p.sub == "" { // "text" alone is no type
		return "", nil
	}
	if _, err := p.transfer(c.text); err != nil {
		return "", nil // a text that nobody can read
	}
	text := c.decoded(p)
	if strings.EqualFold(p.sub, "html") && p.isText() {
		text = htmlText(text)
	}
	return firstWords(text), nil
}

// firstText is the part that a preview shows. A part without a Content-Type is
// shown as it is written, also in a digest.
func (p *part) firstText() *part {
	switch {
	case !p.typed || p.isText():
		return p
	case !p.multipart():
		return nil
	case !strings.EqualFold(p.sub, "alternative"):
		for _, child := range p.parts {
			if found := child.firstText(); found != nil {
				return found
			}
		}
		return nil
	}
	var html, other *part
	for _, child := range p.parts {
		switch {
		case child.typed && !child.isText():
		case !child.typed || strings.EqualFold(child.sub, "plain"):
			return child
		case strings.EqualFold(child.sub, "html"):
			html = child
		default:
			other = child
		}
	}
	if html != nil {
		return html
	}
	return other
}

// excerpt is what is shown of a text so far.
type excerpt struct {
	b    strings.Builder
	left int // characters
}

// firstWords is the beginning of a text on one line.
func firstWords(text string) string {
	own, quoted := &excerpt{left: previewLength}, &excerpt{left: previewLength - 1}
	to := own
	begin, blank := true, false
	for _, r := range text {
		if begin {
			begin, to = false, own
			if r == '>' {
				to = quoted
				continue
			}
		}
		switch {
		case r == 0 || r == '\uFEFF':
		case r == ' ' || r >= '\t' && r <= '\r':
			blank = blank || to.b.Len() > 0
			begin = r == '\n'
		case to.left > 0:
			to.left--
			if blank && to.left == 0 {
				break
			}
			if blank {
				to.b.WriteByte(' ')
				to.left--
			}
			blank = false
			to.b.WriteRune(r)
		}
		if own.left == 0 {
			break
		}
	}
	if own.b.Len() == 0 && quoted.b.Len() > 0 {
		return ">" + strings.TrimLeft(quoted.b.String(), " ")
	}
	return strings.TrimLeft(own.b.String(), " ")
}

// decoded is the text of a part in UTF-8.
func (c *content) decoded(p *part) string {
	encoding := p.encoding
	if !p.mime { // the field counts all the same
		encoding, _ = p.transfer(c.text)
	}
	data, _ := decode(c.text[p.body:p.end], encoding)
	for _, x := range p.params {
		if strings.EqualFold(x.name, "charset") {
			if text, err := mail.DecodeCharset(x.value, data); err == nil {
				return text
			}
		}
	}
	return strings.ToValidUTF8(string(data), "\uFFFD")
}
