package scenario

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// A Document is one file as it was read, before anything is laid over it.
type Document struct {
	File   string
	Front  Front
	Parts  []Part   // the whole document after the front matter, in order
	Blocks []*Block // the fenced blocks with a meaning

	src *source
}

// A Part is a piece of a document for its reader: a heading, some Markdown, or
// a block.
type Part struct {
	ID       string // of a heading or block; may be empty
	Level    int    // of a heading, 1–6; else 0
	Markdown string // the source, also of a heading
	Block    *Block // nil for prose

	place word // of a heading
}

// A Block is a fenced code block with a meaning.
type Block struct {
	Kind string // "zone"
	ID   string // "{#…}" at the end of the info string, or the info string itself

	named bool // it has an id of its own
	kind  word
	args  []word
	lines []line
}

// Text returns the content of the block.
func (b *Block) Text() string {
	var t strings.Builder
	for _, l := range b.lines {
		t.WriteString(l.text)
		t.WriteByte('\n')
	}
	return t.String()
}

// Info returns the words of the info string, without the id.
func (b *Block) Info() string {
	words := []string{b.Kind}
	for _, a := range b.args {
		words = append(words, a.raw)
	}
	return strings.Join(words, " ")
}

// Parse reads a document. All that is wrong with its form is in the error,
// which is of type Errors; the document is never nil.
func Parse(file, content string) (*Document, error) {
	d := parse(file, content)
	if p := d.src.sorted(); p.Fatal() {
		return d, p
	}
	return d, nil
}

// parse reads a document; the problems stay in its source.
func parse(file, content string) *Document {
	content = strings.TrimPrefix(content, "\ufeff")
	content = strings.ReplaceAll(content, "\r\n", "\n")
	d := &Document{File: file, src: newSource(file, content)}
	if len(content) > maxDocument {
		d.src.text, d.src.lines = "", []int{0}
		d.src.problem(0, 0, fmt.Sprintf("the document has more than %d octets", maxDocument), "")
		return d
	}
	if at := notText(content); at >= 0 {
		d.src.problem(at, 1, "the document is not UTF-8 text", "a Markdown file in UTF-8")
		return d
	}
	d.body(d.front())
	return d
}

// notText returns where the first octet stands that no text has, or -1.
func notText(s string) int {
	for i, r := range s {
		if r == 0 || r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); r == 0 || n == 1 {
				return i
			}
		}
	}
	return -1
}

// markdown is the Markdown dialect: CommonMark with ids for headings.
var markdown = goldmark.New(goldmark.WithParserOptions(parser.WithHeadingAttribute()))

// maxNesting is how deep quotes and lists may stand in each other.
const maxNesting = 100

// body reads what follows the front matter, which ends at octet from.
func (d *Document) body(from int) {
	d.deepNesting(from)
	if len(d.src.problems) > 0 && d.src.problems.tooDeep() {
		return
	}
	src := []byte(d.src.text)
	for i := range from { // what comes before is blank for Markdown
		if src[i] != '\n' {
			src[i] = '\n'
		}
	}
	root := markdown.Parser().Parse(text.NewReader(src))
	at := from
	prose := func(to int) {
		if md := strings.Trim(d.src.text[at:max(at, to)], "\n"); md != "" {
			d.Parts = append(d.Parts, Part{Markdown: md})
		}
	}
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			if n.Lines().Len() == 0 {
				continue
			}
			_, begin := d.src.line(n.Lines().At(0).Start)
			prose(begin)
			at = d.heading(n, begin)
		case *ast.FencedCodeBlock:
			begin, end := d.fence(n)
			b := d.block(n)
			if b == nil {
				continue
			}
			prose(begin)
			at = max(at, end)
			d.Parts = append(d.Parts, Part{ID: b.ID, Block: b})
			d.Blocks = append(d.Blocks, b)
		}
	}
	prose(len(d.src.text))
	d.nested(root)
	if len(d.Blocks) > maxBlocks {
		d.src.errorAt(d.Blocks[maxBlocks].kind, "", "the document has more than %d blocks", maxBlocks)
		d.Blocks = d.Blocks[:maxBlocks]
	}
}

// deepNesting refuses documents whose quotes or lists stand in each other
// deeper than any reader could follow; the parser's time grows with it.
func (d *Document) deepNesting(from int) {
	n, _ := d.src.line(from)
	for ; n <= len(d.src.lines); n++ {
		depth := 0
		for _, c := range d.src.lineText(n) {
			if c == '>' || c == '-' || c == '*' || c == '+' {
				depth++
			} else if c != ' ' && c != '\t' {
				break
			}
		}
		t := d.src.lineText(n)
		if depth > maxNesting && strings.Trim(t, "-*_ ") != "" {
			d.src.problem(d.src.lines[n-1], 1, tooDeepMessage, "")
			return
		}
	}
}

const tooDeepMessage = "quotes or lists stand too deep in each other"

func (e Errors) tooDeep() bool { return e[len(e)-1].Message == tooDeepMessage }

// heading adds a heading that begins at octet begin, and returns where it ends.
func (d *Document) heading(n *ast.Heading, begin int) int {
	line, _ := d.src.line(begin)
	end := begin + len(d.src.lineText(line))
	p := Part{Level: n.Level, Markdown: strings.TrimSpace(d.src.text[begin:end])}
	p.place = word{text: p.Markdown, raw: d.src.text[begin:end], off: begin}
	if id, ok := n.AttributeString("id"); ok {
		if b, ok := id.([]byte); ok {
			p.ID = string(b)
		}
	}
	d.Parts = append(d.Parts, p)
	if !strings.HasPrefix(p.Markdown, "#") && line < len(d.src.lines) { // underlined with === or ---
		if under := strings.TrimSpace(d.src.lineText(line + 1)); under != "" && strings.Trim(under, "=-") == "" {
			end = d.src.lines[line] + len(d.src.lineText(line+1))
		}
	}
	return end
}

// fence returns where a fenced block begins and ends, fences included, and
// reports one that is not closed.
func (d *Document) fence(n *ast.FencedCodeBlock) (begin, end int) {
	lines := n.Lines()
	var first int // line of the opening fence
	switch {
	case n.Info != nil:
		first, begin = d.src.line(n.Info.Segment.Start)
	case lines.Len() > 0:
		first, _ = d.src.line(lines.At(0).Start)
		first--
		begin = d.src.lines[max(first, 1)-1]
	default:
		return 0, 0
	}
	last := first + lines.Len() + 1
	if last > len(d.src.lines) || !isFence(d.src.lineText(last)) {
		if n.Info != nil {
			i := n.Info.Segment
			d.src.problem(i.Start, i.Len(), "this block is not closed", "a line ``` after its last line")
		}
		return begin, len(d.src.text)
	}
	return begin, d.src.lines[last-1] + len(d.src.lineText(last))
}

func isFence(l string) bool {
	l = strings.TrimSpace(l)
	return strings.HasPrefix(l, "```") || strings.HasPrefix(l, "~~~")
}

// block makes a Block of a fenced block; nil when it is only shown.
func (d *Document) block(n *ast.FencedCodeBlock) *Block {
	if n.Info == nil {
		return nil
	}
	seg := n.Info.Segment
	words := line{text: string(seg.Value([]byte(d.src.text))), off: seg.Start}.words()
	if len(words) == 0 {
		return nil
	}
	b := &Block{Kind: words[0].text, kind: words[0], args: words[1:]}
	if k := kindNamed(b.Kind); k == nil {
		if shownOnly[strings.ToLower(b.Kind)] {
			return nil
		}
		d.src.errorAt(b.kind, "one of "+oneOf(kindNames())+"; a block that is only shown says text or console",
			"%q is no kind of block%s", b.Kind, didYouMean(b.Kind, kindNames()))
		return nil
	}
	if last := words[len(words)-1]; len(words) > 1 && strings.HasPrefix(last.raw, "{") {
		id, ok := strings.CutPrefix(strings.TrimSuffix(last.raw, "}"), "{#")
		if !ok || id == "" || !strings.HasSuffix(last.raw, "}") {
			d.src.errorAt(last, "{#name} for the id of the block", "%q is no id", last.raw)
		}
		b.ID, b.args, b.named = id, words[1:len(words)-1], true
	}
	if b.ID == "" {
		b.ID = b.Info()
	}
	source := []byte(d.src.text)
	for i := range n.Lines().Len() {
		s := n.Lines().At(i)
		v := bytes.TrimSuffix(s.Value(source), []byte("\n"))
		b.lines = append(b.lines, line{text: string(v), off: s.Start - s.Padding})
	}
	return b
}

// nested reports blocks inside lists and quotes, which would be shown but have
// no effect.
func (d *Document) nested(root ast.Node) {
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		f, ok := n.(*ast.FencedCodeBlock)
		if !ok || !entering || f.Parent() == root || f.Info == nil {
			return ast.WalkContinue, nil
		}
		words := line{text: string(f.Info.Segment.Value([]byte(d.src.text))), off: f.Info.Segment.Start}.words()
		if len(words) > 0 && kindNamed(words[0].text) != nil {
			d.src.errorAt(words[0], "the block at the beginning of a line, outside lists and quotes",
				"a %s block inside a list or a quote has no effect", words[0].text)
		}
		return ast.WalkContinue, nil
	})
}
