package trace

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"mailtrek/protocols/wire"
)

// Limits of a selector.
const (
	maxSelector = 4096 // octets
	maxDepth    = 32   // parentheses and "not" inside each other
)

// word is a word of a selector; what stood in quotes has no meaning of its own.
type word struct {
	text   string
	col    int
	quoted bool
}

func (w word) is(s string) bool { return !w.quoted && w.text == s }

// ParseSelector reads a selector; see Selector for the grammar. The error is a
// *SelectorError.
func ParseSelector(source string) (*Selector, error) {
	p := &selectorParser{sel: &Selector{source: source}}
	if len(source) > maxSelector {
		return nil, &SelectorError{Col: 1, Msg: "a selector has at most " + strconv.Itoa(maxSelector) + " octets"}
	}
	p.scan(source)
	m := p.or(0)
	if p.err == nil && p.i < len(p.words) {
		p.fail(p.words[p.i], "unexpected "+strconv.Quote(p.words[p.i].text), nil)
	}
	if p.err != nil {
		return nil, p.err
	}
	p.sel.root = m
	return p.sel, nil
}

type selectorParser struct {
	sel   *Selector
	words []word
	i     int
	end   int // column behind the last character
	err   *SelectorError
}

func (p *selectorParser) fail(w word, msg string, known []string) {
	if p.err == nil {
		p.err = &SelectorError{Col: w.col, Word: w.text, Msg: msg, Near: wire.Nearest(w.text, known)}
	}
	p.i = len(p.words)
}

// scan cuts the source into words; parentheses around words stand alone.
func (p *selectorParser) scan(s string) {
	col := 1
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == ' ' || r == '\t':
			s, col = s[n:], col+1
		case r == '"':
			end := strings.IndexByte(s[1:], '"')
			if end < 0 {
				p.fail(word{text: s, col: col}, "the quote has no end", nil)
				return
			}
			p.words = append(p.words, word{s[1 : end+1], col, true})
			col += utf8.RuneCountInString(s[:end+2])
			s = s[end+2:]
		case r == '(':
			p.words = append(p.words, word{"(", col, false})
			s, col = s[1:], col+1
		default:
			end := strings.IndexAny(s, " \t")
			if end < 0 {
				end = len(s)
			}
			p.addWord(s[:end], col)
			col += utf8.RuneCountInString(s[:end])
			s = s[end:]
		}
	}
	p.end = col
}

// addWord adds a word and, apart, the closing parentheses at its end that it
// did not open itself.
func (p *selectorParser) addWord(s string, col int) {
	closing := 0
	for n := strings.Count(s, ")") - strings.Count(s, "("); n > closing && s != "" && s[len(s)-1] == ')'; {
		s = s[:len(s)-1]
		closing++
	}
	if s != "" {
		p.words = append(p.words, word{s, col, false})
	}
	col += utf8.RuneCountInString(s)
	for i := range closing {
		p.words = append(p.words, word{")", col + i, false})
	}
}

func (p *selectorParser) peek() (word, bool) {
	if p.i < len(p.words) {
		return p.words[p.i], true
	}
	return word{col: p.end}, false
}

func (p *selectorParser) next() word {
	w, _ := p.peek()
	p.i++
	return w
}

// accept takes the next word if it is s.
func (p *selectorParser) accept(s string) bool {
	if w, ok := p.peek(); ok && w.is(s) {
		p.i++
		return true
	}
	return false
}

func (p *selectorParser) or(depth int) matcher {
	m := anyOf{p.and(depth)}
	for p.accept("or") {
		m = append(m, p.and(depth))
	}
	if len(m) == 1 {
		return m[0]
	}
	return m
}

func (p *selectorParser) and(depth int) matcher {
	m := allOf{p.factor(depth)}
	for p.accept("and") {
		m = append(m, p.factor(depth))
	}
	if len(m) == 1 {
		return m[0]
	}
	return m
}

func (p *selectorParser) factor(depth int) matcher {
	w, ok := p.peek()
	switch {
	case !ok:
		p.fail(w, "a clause is missing here, for example: smtp RCPT at mail", nil)
		return nil
	case depth >= maxDepth:
		p.fail(w, "more than "+strconv.Itoa(maxDepth)+" parentheses inside each other", nil)
		return nil
	case p.accept("not"):
		return noneOf{p.factor(depth + 1)}
	case p.accept("("):
		m := p.or(depth + 1)
		if !p.accept(")") && p.err == nil {
			w, _ := p.peek()
			p.fail(w, "\")\" is missing", nil)
		}
		return m
	}
	return p.clause()
}

func (p *selectorParser) clause() matcher {
	w := p.next()
	c := &clause{}
	if w.quoted {
		c.parts = append(c.parts, newPattern(w.text))
		p.arguments(c, nil, nil)
		return c
	}
	if w.text == "C:" || w.text == "S:" {
		p.i--
		p.arguments(c, nil, nil)
		return c
	}
	for i := range selectorHeads {
		if h := &selectorHeads[i]; h.Word == w.text {
			h.parse(p, c, w)
			return c
		}
	}
	known := make([]string, 0, len(selectorHeads)+3)
	for _, h := range selectorHeads {
		known = append(known, h.Word)
	}
	p.fail(w, "unknown word "+strconv.Quote(w.text)+" at the start of a clause", append(known, "not", "and", "or"))
	return c
}

// more tells whether the clause goes on.
func (p *selectorParser) more() bool {
	w, ok := p.peek()
	return ok && !w.is("and") && !w.is("or") && !w.is(")")
}

// arguments reads the rest of a clause: hosts and texts, which all clauses
// have, and words, which take accepts. known are words to suggest.
func (p *selectorParser) arguments(c *clause, take func(w word) bool, known []string) {
	for p.err == nil && p.more() {
		w := p.next()
		switch {
		case w.quoted:
			c.parts = append(c.parts, newPattern(w.text))
		case w.text == "at":
			c.at = p.host(w)
		case w.text == "from":
			c.from = p.host(w)
		case w.text == "to":
			c.to = p.host(w)
		case w.text == "C:" || w.text == "S:":
			c.side = map[string]Side{"C:": Client, "S:": Server}[w.text]
			c.line = newPattern(p.rest())
		case w.text == "->":
			c.server = p.server(c)
		case p.accept("->"):
			c.client = p.hostNamed(w)
			c.server = p.server(c)
		case take != nil && take(w):
		default:
			p.fail(w, "unexpected "+strconv.Quote(w.text), append(known, "at", "from", "to"))
		}
	}
}

// rest is the remaining words of the clause, with one blank between them.
func (p *selectorParser) rest() string {
	var words []string
	for p.more() {
		words = append(words, p.next().text)
	}
	return strings.Join(words, " ")
}

func (p *selectorParser) host(before word) pattern {
	if !p.more() {
		w, _ := p.peek()
		p.fail(w, "a host is missing behind "+strconv.Quote(before.text), nil)
		return pattern{}
	}
	return p.hostNamed(p.next())
}

func (p *selectorParser) hostNamed(w word) pattern {
	p.sel.hosts = append(p.sel.hosts, w)
	return newPattern(w.text)
}

// server is the host behind "->", perhaps with a port.
func (p *selectorParser) server(c *clause) pattern {
	if !p.more() {
		return p.host(word{text: "->"})
	}
	w := p.next()
	if host, port, ok := strings.Cut(w.text, ":"); ok {
		w.text = host
		c.port = newPattern(port)
		if host == "" {
			return pattern{}
		}
	}
	return p.hostNamed(w)
}
