package imap

import (
	"html"
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

// preview is the beginning of the first text of a message, on one line.
func (s *Session) preview(i int) (string, error) {
	c, err := s.load(i)
	if err != nil {
		return "", err
	}
	c.parse()
	p := c.root
	for p.multipart() && len(p.parts) > 0 {
		p = p.parts[0]
	}
	// A message in a multipart is shown as it is written.
	if !p.isText() && !(p.message() && p != c.root) {
		return "", nil
	}
	text := c.decoded(p)
	if strings.EqualFold(p.sub, "html") {
		text = withoutTags(text)
	} else if own := withoutQuotes(text); strings.TrimSpace(own) != "" {
		text = own
	}
	words := strings.Fields(text)
	var out strings.Builder
	n := 0
	for _, w := range words {
		if strings.HasPrefix(w, ">") && n == 0 {
			continue
		}
		for _, r := range " " + w {
			if n == 0 && r == ' ' {
				continue
			}
			if n++; n > previewLength {
				return out.String(), nil
			}
			out.WriteRune(r)
		}
	}
	return out.String(), nil
}

// withoutQuotes takes out what is quoted from another message.
func withoutQuotes(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		if !strings.HasPrefix(line, ">") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// decoded is the text of a part in UTF-8.
func (c *content) decoded(p *part) string {
	data, _ := decode(c.text[p.body:p.end], p.encoding)
	for _, x := range p.params {
		if strings.EqualFold(x.name, "charset") {
			if text, err := mail.DecodeCharset(x.value, data); err == nil {
				return text
			}
		}
	}
	return strings.ToValidUTF8(string(data), "\uFFFD")
}

// withoutTags takes the marks out of HTML.
func withoutTags(s string) string {
	var b strings.Builder
	for s != "" {
		text, rest, found := strings.Cut(s, "<")
		b.WriteString(html.UnescapeString(text))
		if !found {
			break
		}
		tag, after, found := strings.Cut(rest, ">")
		if !found {
			break
		}
		s = after
		for _, hidden := range []string{"style", "script"} {
			if strings.HasPrefix(strings.ToLower(tag), hidden) {
				if i := strings.Index(strings.ToLower(s), "</"+hidden); i >= 0 {
					s = s[i:]
				}
			}
		}
		b.WriteByte(' ')
	}
	return b.String()
}
