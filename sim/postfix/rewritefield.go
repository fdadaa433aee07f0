package postfix

import (
	"strings"

	"mailtrek/protocols/mailaddr"
)

// Header addresses as tok822(3) reads and writes them: tokens, cut into
// addresses at commas — or where two words meet without an operator between
// them — with phrases, angle brackets, comments and groups.

// foldWidth is how long cleanup(8) lets a line of a rewritten header field get
// before it continues on the next (cleanup_fold_header).
const foldWidth = 70

// rewriteField rewrites the addresses in a header field; form is the standard
// form of addresses in it.
func (d *daemon) rewriteField(raw []byte, form mailaddr.RewriteConfig) []byte {
	return rewriteAddresses(raw, func(addr string, of side, class string) string {
		return d.rewriteAs(mailaddr.Rewrite(addr, form), of, class)
	})
}

// headerPart is an address of a header field with what stands around it.
type headerPart struct {
	before string // phrase and comments
	angle  bool   // the address stands in angle brackets
	addr   string // "" where there is none, as at the head of a group
	after  string // comments
	end    string // ",", ":", ";", ";," or ""
}

// scanAddresses cuts the value of a header field.
func scanAddresses(s string) []headerPart {
	sc := headerScan{s: s}
	for {
		tok := sc.next()
		switch {
		case tok == "":
			sc.flush("")
			return sc.parts
		case tok == "," || tok == ":" || tok == ";":
			sc.flush(tok)
		case tok == "<":
			sc.angle()
		case tok[0] == '(':
			sc.comment(tok)
		case isOperator(tok):
			sc.cur += tok
			sc.joined = true
		default:
			sc.word(tok)
		}
	}
}

func isOperator(tok string) bool { return tok == "@" || tok == "." || tok == "%" || tok == "!" }

type headerScan struct {
	s      string
	i      int
	parts  []headerPart
	words  []string // the words of a phrase, or addresses not ended by a comma
	cur    string   // the address or phrase word that is being put together
	joined bool     // an operator stands at the end of cur
	part   headerPart
	got    bool // part has its address
}

// next returns the next token; "" at the end.
func (sc *headerScan) next() string {
	for sc.i < len(sc.s) && isBlank(sc.s[sc.i]) {
		sc.i++
	}
	if sc.i >= len(sc.s) {
		return ""
	}
	start := sc.i
	switch c := sc.s[sc.i]; c {
	case '"', '[', '(':
		return sc.enclosed(c)
	case ',', ':', ';', '<', '>', '@', '.', '%', '!':
		sc.i++
	default:
		for sc.i < len(sc.s) && !strings.ContainsRune(" \t\r\n\",:;<>@.%!()[]", rune(sc.s[sc.i])) {
			if sc.s[sc.i] == '\\' && sc.i+1 < len(sc.s) {
				sc.i++
			}
			sc.i++
		}
		if sc.i == start {
			sc.i++
		}
	}
	return sc.s[start:sc.i]
}

// enclosed returns a quoted string, a literal or a comment. One without an end
// gets it, as tok822(3) writes it.
func (sc *headerScan) enclosed(open byte) string {
	start, closed, end := sc.i, false, byte(')')
	switch open {
	case '"':
		end = '"'
		closed = sc.skipTo(end)
	case '[':
		end = ']'
		closed = sc.skipTo(end)
	default:
		closed = sc.skipComment()
	}
	if closed {
		return sc.s[start:sc.i]
	}
	text := strings.TrimRight(sc.s[start:sc.i], " \t\r\n")
	if n := len(text) - len(strings.TrimRight(text, `\`)); n%2 == 1 {
		text = text[:len(text)-1]
	}
	return text + string(rune(end))
}

// skipTo goes behind the next end character that no backslash protects.
func (sc *headerScan) skipTo(end byte) bool {
	for sc.i++; sc.i < len(sc.s); sc.i++ {
		switch sc.s[sc.i] {
		case '\\':
			sc.i++
		case end:
			sc.i++
			return true
		}
	}
	sc.i = len(sc.s)
	return false
}

func (sc *headerScan) skipComment() bool {
	level := 0
	for ; sc.i < len(sc.s); sc.i++ {
		switch sc.s[sc.i] {
		case '\\':
			sc.i++
		case '(':
			level++
		case ')':
			if level--; level == 0 {
				sc.i++
				return true
			}
		}
	}
	sc.i = min(sc.i, len(sc.s))
	return false
}

// word takes an atom, a quoted string or a literal.
func (sc *headerScan) word(tok string) {
	if sc.cur != "" && !sc.joined {
		sc.words = append(sc.words, sc.cur)
		sc.cur = ""
	}
	sc.cur += tok
	sc.joined = false
}

func (sc *headerScan) comment(tok string) {
	to := &sc.part.before
	if sc.got || sc.cur != "" {
		to = &sc.part.after
	}
	if *to != "" {
		*to += " "
	}
	*to += tok
}

// angle reads the address behind "<".
func (sc *headerScan) angle() {
	if sc.cur != "" {
		sc.words = append(sc.words, sc.cur)
	}
	phrase := strings.Join(sc.words, " ")
	if phrase != "" && sc.part.before != "" {
		phrase += " "
	}
	sc.part.before = phrase + sc.part.before
	sc.words, sc.cur, sc.joined = nil, "", false
	sc.part.angle, sc.got = true, true
	for {
		tok := sc.next()
		if tok == "" || tok == ">" {
			return
		}
		if tok[0] != '(' {
			sc.part.addr += tok
		}
	}
}

// flush ends an address at a separator.
func (sc *headerScan) flush(end string) {
	if sc.cur != "" {
		sc.words = append(sc.words, sc.cur)
	}
	switch {
	case end == ":":
		sc.part.before = strings.TrimSpace(strings.Join(sc.words, " ") + " " + sc.part.before)
	case !sc.got && len(sc.words) > 0:
		for _, w := range sc.words[:len(sc.words)-1] {
			sc.parts = append(sc.parts, headerPart{addr: w, end: ","})
		}
		sc.part.addr = sc.words[len(sc.words)-1]
	}
	sc.part.end = end
	empty := !sc.got && sc.part.addr == "" && sc.part.before == "" && sc.part.after == ""
	if !empty || end == ";" {
		sc.parts = append(sc.parts, sc.part)
	} else if n := len(sc.parts); end == "," && n > 0 && sc.parts[n-1].end == ";" {
		sc.parts[n-1].end = ";,"
	}
	sc.part, sc.words, sc.cur, sc.joined, sc.got = headerPart{}, nil, "", false, false
}

// String writes the part without its separator.
func (p headerPart) String() string {
	var words []string
	if p.before != "" {
		words = append(words, p.before)
	}
	if p.angle {
		words = append(words, "<"+p.addr+">")
	} else if p.addr != "" {
		words = append(words, p.addr)
	}
	if p.after != "" {
		words = append(words, p.after)
	}
	return strings.Join(words, " ")
}

// foldField writes a field, with a new line only where the line would get too
// long, and only behind commas.
func foldField(name string, parts []headerPart) []byte {
	var lines []string
	line := ""
	for i, p := range parts {
		text := p.String()
		if line != "" && (text != "" || strings.HasSuffix(line, ":")) {
			line += " "
		}
		line += text
		end := p.end
		if i == len(parts)-1 {
			end = strings.TrimSuffix(end, ",")
		}
		line += end
		if strings.HasSuffix(end, ",") {
			lines, line = append(lines, line), ""
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	out := []byte(name + ":")
	width := len(out)
	for i, l := range lines {
		if i > 0 && width+1+len(l) >= foldWidth {
			out = append(out, "\n\t"...)
			width = 1
		} else {
			out = append(out, ' ')
			width++
		}
		out = append(out, l...)
		width += len(l)
	}
	return append(out, '\n')
}

// unquoteLocal turns an address of a header field into internal form.
func unquoteLocal(addr string) string {
	if !strings.HasPrefix(addr, `"`) {
		return addr
	}
	var b strings.Builder
	for i := 1; i < len(addr); i++ {
		switch c := addr[i]; {
		case c == '\\' && i+1 < len(addr):
			i++
			b.WriteByte(addr[i])
		case c == '"':
			b.WriteString(addr[i+1:])
			return b.String()
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
