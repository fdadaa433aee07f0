package scenario

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Front is the front matter of a document.
type Front struct {
	ID       string        // the name by which it is played; required
	Title    string        // required
	Summary  string        // a line for lists
	World    string        // id or file of the document below; empty for none
	Lang     string        // of the prose; "en" when it says nothing
	Resolver string        // for hosts that name none
	Scenario string        // the id of what a lesson plays; only a lesson has it
	Start    time.Time     // virtual time 0; zero when it says nothing
	Seed     uint64        // of all dice
	HasSeed  bool          // whether Seed stands there
	Until    time.Duration // the virtual time at which a run ends; 0 when it says nothing

	broken bool            // it is no YAML, so what it says is unknown
	places map[string]word // where the value of a key stands
}

// frontKey is a row of the table of keys.
type frontKey struct {
	name, want string
	set        func(*Document, word, ast.Node)
}

// frontKeys is filled in init, because the setters refer to it.
var frontKeys []frontKey

func init() {
	frontKeys = []frontKey{
		{"id", "a name of lower-case letters, digits and hyphens", (*Document).setID},
		{"title", "text", textKey("title", func(f *Front) *string { return &f.Title })},
		{"summary", "text", textKey("summary", func(f *Front) *string { return &f.Summary })},
		{"world", "the id of another document", textKey("world", func(f *Front) *string { return &f.World })},
		{"lang", "a language such as en, bg or pl", textKey("lang", func(f *Front) *string { return &f.Lang })},
		{"resolver", "a host or an address", textKey("resolver", func(f *Front) *string { return &f.Resolver })},
		{"scenario", "the id of the scenario that a lesson plays", textKey("scenario", func(f *Front) *string { return &f.Scenario })},
		{"start", "a date and time with its zone, such as 2026-03-02T09:00:00+02:00", (*Document).setStart},
		{"seed", "a whole number", (*Document).setSeed},
		{"until", wantDuration, (*Document).setUntil},
	}
}

// front reads the front matter and returns where the body begins.
func (d *Document) front() int {
	text := d.src.text
	if !strings.HasPrefix(text, "---\n") {
		d.src.problem(0, 3, "the document has no front matter", "a first line ---, then id: and title:, then a line ---")
		return 0
	}
	end := strings.Index(text[3:], "\n---\n")
	body := end + 3 + 5
	if end < 0 && strings.HasSuffix(text, "\n---") {
		end, body = len(text)-4-3, len(text)
	}
	if end < 0 {
		d.src.problem(0, 3, "the front matter is not closed", "a second line ---")
		return len(text)
	}
	yamlText := text[4 : max(end, 0)+4]
	if len(yamlText) > maxFront {
		d.src.problem(0, 3, fmt.Sprintf("the front matter has more than %d octets", maxFront), "")
		return body
	}
	d.Front.places = map[string]word{}
	d.yaml(yamlText)
	for _, key := range []string{"id", "title"} {
		if _, ok := d.Front.places[key]; !ok && !d.src.problems.Fatal() {
			d.src.problem(0, 3, fmt.Sprintf("the front matter has no %s", key), "")
		}
	}
	if d.Front.Lang == "" {
		d.Front.Lang = "en"
	}
	return body
}

// maxFlow is how deep [ and { may stand in each other; no key wants any.
const maxFlow = 8

// yaml reads the text between the lines ---.
func (d *Document) yaml(text string) {
	if strings.Count(text, "[") > maxFlow || strings.Count(text, "{") > maxFlow {
		d.src.problem(0, 3, "the front matter is too complicated", "lines KEY: VALUE")
		return
	}
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		var syntax *yaml.SyntaxError
		if errors.As(err, &syntax) && syntax.Token != nil {
			d.Front.broken = true
			want := "lines KEY: VALUE"
			if strings.Contains(syntax.Message, "not allowed in this context") {
				want = `text with a colon, a quote or another sign of YAML in it in quotes, such as title: "One: two"`
			}
			d.src.errorAt(d.place(syntax.Token), want, "this is no YAML: %s", syntax.Message)
			return
		}
		d.Front.broken = true
		d.src.problem(0, 3, "this is no YAML: "+firstLine(err.Error()), "lines KEY: VALUE")
		return
	}
	for _, doc := range file.Docs {
		switch node := doc.Body.(type) {
		case nil:
		case *ast.MappingNode:
			for _, v := range node.Values {
				d.key(v)
			}
		case *ast.MappingValueNode:
			d.key(node)
		default:
			d.src.errorAt(d.place(node.GetToken()), "lines KEY: VALUE", "the front matter is not a list of keys")
		}
	}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// place returns the word of a token, which was counted from the line after the
// first ---.
func (d *Document) place(t *token.Token) word {
	if t == nil || t.Position == nil {
		return word{}
	}
	n := min(max(t.Position.Line+1, 1), len(d.src.lines))
	text, column := d.src.lineText(n), 1
	off := len(text)
	for i := range text {
		if column == t.Position.Column {
			off = i
			break
		}
		column++
	}
	return word{text: t.Value, raw: firstLine(t.Value), off: d.src.lines[n-1] + off}
}

// key reads one line of the front matter.
func (d *Document) key(v *ast.MappingValueNode) {
	name := d.place(v.Key.GetToken())
	if _, twice := d.Front.places[name.text]; twice {
		d.src.errorAt(name, "", "%s stands here twice", name.text)
		return
	}
	var names []string
	for _, k := range frontKeys {
		if k.name == name.text {
			value := d.place(v.Value.GetToken())
			d.Front.places[name.text] = value
			k.set(d, value, v.Value)
			return
		}
		names = append(names, k.name)
	}
	d.src.errorAt(name, "one of "+oneOf(names), "the front matter has no key %q%s", name.text, didYouMean(name.text, names))
}

// wanted reports a value of the wrong type.
func (d *Document) wanted(key string, w word, node ast.Node) {
	for _, k := range frontKeys {
		if k.name == key {
			d.src.errorAt(w, k.want, "%s is %s", key, yamlType(node))
		}
	}
}

// yamlType names what stands there for an author.
func yamlType(n ast.Node) string {
	switch n.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return `a number; put it in quotes to make it text`
	case *ast.BoolNode:
		return "yes or no"
	case *ast.NullNode:
		return "empty"
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	}
	return "something else"
}

// yamlText returns the text of a string node.
func yamlText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value), true
	}
	return "", false
}

// textKey returns the setter of a key whose value is text.
func textKey(key string, field func(*Front) *string) func(*Document, word, ast.Node) {
	return func(d *Document, w word, n ast.Node) {
		s, ok := yamlText(n)
		if !ok || s == "" {
			d.wanted(key, w, n)
			return
		}
		*field(&d.Front) = s
	}
}

func (d *Document) setID(w word, n ast.Node) {
	s, ok := yamlText(n)
	if !ok {
		d.wanted("id", w, n)
		return
	}
	if !validID(s) {
		d.src.errorAt(w, "lower-case letters, digits and hyphens, such as mx-failover", "%q cannot be an id", s)
		return
	}
	d.Front.ID = s
}

// validID tells whether s can be the id of a document, which is a file name, a
// word on a command line and a link.
func validID(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 64 && s[0] != '-'
}

func (d *Document) setStart(w word, n ast.Node) {
	s, ok := yamlText(n)
	if !ok {
		d.wanted("start", w, n)
		return
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		d.src.errorAt(w, "a date and time with its zone, such as 2026-03-02T09:00:00+02:00", "%q is no time to start at", s)
		return
	}
	d.Front.Start = t
}

func (d *Document) setSeed(w word, n ast.Node) {
	i, ok := n.(*ast.IntegerNode)
	if !ok {
		d.wanted("seed", w, n)
		return
	}
	switch v := i.Value.(type) {
	case uint64:
		d.Front.Seed = v
	case int64:
		d.Front.Seed = uint64(v)
	}
	d.Front.HasSeed = true
}

func (d *Document) setUntil(w word, n ast.Node) {
	s, ok := yamlText(n)
	if !ok {
		d.wanted("until", w, n)
		return
	}
	if d.Front.Until, ok = parseDuration(s); !ok {
		d.src.errorAt(w, wantDuration, "%q is not a time", s)
	}
}
