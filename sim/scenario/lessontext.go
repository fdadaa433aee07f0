package scenario

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// rawStop is a stop as it stands in a document, original or translation.
type rawStop struct {
	heading Part
	block   *Block // step, quiz or task; nil
	prose   string
	hints   []rawHint
}

type rawHint struct {
	block *Block
	prose string
}

func (s *rawStop) id() string {
	if s.block != nil {
		return s.block.ID
	}
	return s.heading.ID
}

func (s *rawStop) said() bool { return s.block != nil || s.prose != "" || s.hints != nil }

// rawStops cuts a document into its stops. One begins at a heading, and at
// every step, quiz and task, but a heading right above a block belongs to it.
// What follows a hint is the hint's text.
func rawStops(parts []Part) []rawStop {
	var out []rawStop
	cur := rawStop{}
	end := func() {
		if cur.said() || cur.heading.Level > 0 {
			out = append(out, cur)
		}
		cur = rawStop{}
	}
	for _, p := range parts {
		switch {
		case p.Level > 0:
			end()
			cur.heading = p
		case p.Block == nil && cur.hints != nil:
			h := &cur.hints[len(cur.hints)-1]
			h.prose = joinProse(h.prose, p.Markdown)
		case p.Block == nil:
			cur.prose = joinProse(cur.prose, p.Markdown)
		case p.Block.Kind == "hint":
			cur.hints = append(cur.hints, rawHint{block: p.Block})
		default:
			if cur.said() {
				end()
			}
			cur.block = p.Block
		}
	}
	end()
	return out
}

func joinProse(a, b string) string {
	if a == "" {
		return b
	}
	return a + "\n\n" + b
}

// text is what the stop says.
func (s *rawStop) text() StopText {
	t := StopText{Heading: strings.TrimSpace(strings.Trim(s.heading.Markdown, "#"))}
	if i := strings.LastIndex(t.Heading, "{#"); i >= 0 && strings.HasSuffix(t.Heading, "}") {
		t.Heading = strings.TrimSpace(t.Heading[:i])
	}
	for _, h := range s.hints {
		t.Hints = append(t.Hints, h.prose)
	}
	if s.block == nil || s.block.Kind != "quiz" {
		t.Prose = s.prose
		return t
	}
	t.Prose, t.Options, t.Reveal = splitQuiz(s.prose, s.block.hasOptions())
	return t
}

// hasOptions tells whether the quiz of a block is answered by a list. In a
// translation the block is the original's.
func (b *Block) hasOptions() bool {
	return len(b.args) > 0 && QuizKind(b.args[0].text).HasOptions()
}

// splitQuiz takes the prose below a quiz apart: the question, the list of
// options, and what is said when it is answered. Without options the question
// is the first paragraph.
func splitQuiz(md string, options bool) (question string, list []string, reveal string) {
	src := []byte(md)
	root := markdown.Parser().Parse(text.NewReader(src))
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		next := endOf(src, n)
		if l, ok := n.(*ast.List); ok && options {
			for item := l.FirstChild(); item != nil; item = item.NextSibling() {
				list = append(list, itemText(src, item))
			}
			return strings.TrimSpace(md[:beginOf(src, n)]), list, strings.TrimSpace(md[next:])
		}
		if !options {
			return strings.TrimSpace(md[:next]), nil, strings.TrimSpace(md[next:])
		}
	}
	return strings.TrimSpace(md), nil, ""
}

// endOf is where the block behind n begins, or the end of the text.
func endOf(src []byte, n ast.Node) int {
	for s := n.NextSibling(); s != nil; s = s.NextSibling() {
		if at := beginOf(src, s); at >= 0 {
			return at
		}
	}
	return len(src)
}

// beginOf is where the first line of a block of Markdown begins; -1 when it has
// none, as a rule.
func beginOf(src []byte, n ast.Node) int {
	if n.Type() != ast.TypeBlock {
		return -1
	}
	if f, ok := n.(*ast.FencedCodeBlock); ok && f.Info != nil {
		return lineBegin(src, f.Info.Segment.Start)
	}
	if n.Lines() != nil && n.Lines().Len() > 0 {
		at := lineBegin(src, n.Lines().At(0).Start)
		if n.Kind() == ast.KindFencedCodeBlock {
			at = lineBegin(src, max(at-1, 0))
		}
		return at
	}
	if c := n.FirstChild(); c != nil {
		return beginOf(src, c)
	}
	return -1
}

func lineBegin(src []byte, at int) int {
	for at > 0 && src[at-1] != '\n' {
		at--
	}
	return at
}

// itemText is the Markdown of an item of a list, in one line.
func itemText(src []byte, item ast.Node) string {
	var words []string
	for c := item.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Type() != ast.TypeBlock || c.Lines() == nil {
			continue
		}
		for i := range c.Lines().Len() {
			s := c.Lines().At(i)
			words = append(words, strings.TrimSpace(string(s.Value(src))))
		}
	}
	return strings.Join(words, " ")
}
