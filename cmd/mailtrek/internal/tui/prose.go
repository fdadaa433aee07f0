package tui

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// Prose is Markdown as lines of cells: paragraphs, lists, quotes, code, with
// emphasis as styles. What stands in it passes through Region.Put like all
// else, so nothing in a document can steer a terminal.

// span is a piece of a line in one style.
type span struct {
	text  string
	style Style
}

// proseLine is a line of prose.
type proseLine []span

// proseParser is CommonMark without anything else.
var proseParser = goldmark.DefaultParser()

// layProse breaks Markdown into lines of at most w cells; paragraphs are parted
// by an empty line.
func layProse(md string, w int, g *Glyphs) []proseLine {
	p := &proseLayer{src: []byte(md), glyphs: g}
	p.blocks(proseParser.Parse(text.NewReader(p.src)), w, nil, nil)
	for len(p.lines) > 0 && len(p.lines[len(p.lines)-1]) == 0 {
		p.lines = p.lines[:len(p.lines)-1]
	}
	return p.lines
}

type proseLayer struct {
	src    []byte
	glyphs *Glyphs
	lines  []proseLine
}

// blocks lays the blocks in n; first stands before the first line and rest
// before all others.
func (p *proseLayer) blocks(n ast.Node, w int, first, rest proseLine) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		p.block(c, w, first, rest)
		first = rest
	}
}

func (p *proseLayer) block(n ast.Node, w int, first, rest proseLine) {
	room := max(w-lineWidth(rest), 8)
	switch n := n.(type) {
	case *ast.Heading:
		p.add(flow(p.inline(n, Title), room), first, rest)
	case *ast.List:
		p.list(n, w, first, rest)
		return
	case *ast.Blockquote:
		bar := append(append(proseLine{}, rest...), span{p.glyphs.V + " ", Rule})
		p.blocks(n, w, bar, bar)
		return
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		p.code(n, rest)
	case *ast.ThematicBreak:
		p.lines = append(p.lines, append(append(proseLine{}, first...), span{strings.Repeat(p.glyphs.H, room), Rule}))
	default:
		if n.Type() == ast.TypeBlock && n.FirstChild() != nil && n.FirstChild().Type() == ast.TypeBlock {
			p.blocks(n, w, first, rest)
			return
		}
		p.add(flow(p.inline(n, Plain), room), first, rest)
	}
	p.gap(n)
}

// gap is the empty line behind a block, but for the last of an item of a tight list.
func (p *proseLayer) gap(n ast.Node) {
	if n.Kind() == ast.KindTextBlock {
		return
	}
	p.lines = append(p.lines, nil)
}

func (p *proseLayer) list(n *ast.List, w int, first, rest proseLine) {
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		mark := p.glyphs.Sep
		if p.glyphs.ASCII {
			mark = "-"
		}
		if n.IsOrdered() {
			mark = strconv.Itoa(number) + "."
			number++
		}
		head := append(append(proseLine{}, first...), span{mark + " ", Quiet})
		hang := append(append(proseLine{}, rest...), span{strings.Repeat(" ", textWidth(mark)+1), Plain})
		p.blocks(item, w, head, hang)
		first = rest
	}
	if k := len(p.lines); k > 0 && len(p.lines[k-1]) > 0 {
		p.lines = append(p.lines, nil)
	}
}

// code lays lines as they are.
func (p *proseLayer) code(n ast.Node, rest proseLine) {
	for i := range n.Lines().Len() {
		s := n.Lines().At(i)
		line := strings.TrimRight(strings.ReplaceAll(string(s.Value(p.src)), "\t", "    "), "\n")
		p.lines = append(p.lines, append(append(proseLine{}, rest...), span{"  " + line, Names}))
	}
}

// add puts lines behind their margins.
func (p *proseLayer) add(lines []proseLine, first, rest proseLine) {
	for i, l := range lines {
		margin := rest
		if i == 0 {
			margin = first
		}
		p.lines = append(p.lines, append(append(proseLine{}, margin...), l...))
	}
}

// inline collects the spans of a block.
func (p *proseLayer) inline(n ast.Node, st Style) (out []span) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			t := unescaped(string(c.Segment.Value(p.src)))
			if c.SoftLineBreak() || c.HardLineBreak() {
				t += " "
			}
			out = append(out, span{t, st})
		case *ast.String:
			out = append(out, span{string(c.Value), st})
		case *ast.CodeSpan:
			out = append(out, span{rawText(c, p.src), Mail})
		case *ast.Emphasis:
			with := st | Underline
			if c.Level > 1 {
				with = st | Bold
			}
			out = append(out, p.inline(c, with)...)
		case *ast.AutoLink:
			out = append(out, span{string(c.URL(p.src)), st | Underline})
		case *ast.RawHTML:
		default:
			out = append(out, p.inline(c, st)...)
		}
	}
	return out
}

// unescaped is text without the backslashes before punctuation (CommonMark §2.4).
func unescaped(s string) string {
	if !strings.Contains(s, "\\") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", s[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func rawText(n ast.Node, src []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(src))
		}
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}

// flow breaks spans at blanks into lines of at most w cells.
func flow(spans []span, w int) []proseLine {
	var lines []proseLine
	var line proseLine
	used := 0
	for _, word := range proseWords(spans) {
		n := lineWidth(word.parts)
		if used > 0 && used+word.gap+n > w {
			lines = append(lines, line)
			line, used = nil, 0
		}
		if used > 0 && word.gap > 0 {
			line, used = append(line, span{" ", blankStyle(line[len(line)-1].style, word.parts[0].style)}), used+1
		}
		for _, part := range word.parts {
			for used+textWidth(part.text) > w { // a word longer than a line
				head := cut(part.text, max(w-used, 1))
				if used > 0 && textWidth(head) > w-used {
					head = ""
				}
				if head != "" {
					line = append(line, span{head, part.style})
				}
				lines = append(lines, line)
				line, used, part.text = nil, 0, part.text[len(head):]
			}
			line, used = append(line, part), used+textWidth(part.text)
		}
	}
	if len(line) > 0 {
		lines = append(lines, line)
	}
	return lines
}

// blankStyle is the style of the blank between two words: theirs, if it is one.
func blankStyle(a, b Style) Style {
	if a == b {
		return a
	}
	return Plain
}

// proseWord is what may not be broken, with the blank before it.
type proseWord struct {
	gap   int
	parts proseLine
}

// proseWords cuts spans at blanks; a word may have parts of several styles.
func proseWords(spans []span) []proseWord {
	var words []proseWord
	gap, open := 0, false
	for _, s := range spans {
		for i := 0; i < len(s.text); {
			r, n := utf8.DecodeRuneInString(s.text[i:])
			if r == ' ' || r == '\n' {
				gap, open, i = 1, false, i+n
				continue
			}
			j := i
			for j < len(s.text) && s.text[j] != ' ' && s.text[j] != '\n' {
				j++
			}
			if !open {
				words = append(words, proseWord{gap: gap})
				gap, open = 0, true
			}
			last := &words[len(words)-1]
			last.parts = append(last.parts, span{s.text[i:j], s.style})
			i = j
		}
	}
	return words
}

func lineWidth(l proseLine) int {
	n := 0
	for _, s := range l {
		n += textWidth(s.text)
	}
	return n
}

// putProse writes a line and returns the column behind it.
func (r Region) putProse(x, y int, l proseLine) int {
	for _, s := range l {
		x = r.Put(x, y, s.style, s.text)
	}
	return x
}

// plainProse is Markdown as text of lines of at most w cells.
func plainProse(md string, w int) string {
	var b strings.Builder
	for _, l := range layProse(md, w, &asciiGlyphs) {
		line := ""
		for _, s := range l {
			line += s.text
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}
