package explain

import (
	"go/ast"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mailtrek/scenarios"
	"mailtrek/sim/postfix"
	"mailtrek/sim/scenario"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// What Postfix, Dovecot and the operator can name and the catalogue cannot
// explain: parameters, daemons, tools, queues, restrictions, log lines.

// TestParametersExplained: every parameter that has an effect, with the default
// that it has; and no parameter that Postfix does not know.
func TestParametersExplained(t *testing.T) {
	words := map[string]Word{}
	for _, w := range All("en") {
		if w.Kind == "parameter" {
			words[w.Name] = w
		}
	}
	n := 0
	for _, p := range postfix.Params() {
		if !p.Modelled {
			continue
		}
		n++
		w, ok := words[p.Name]
		if !ok {
			t.Errorf("Postfix: parameter has no entry for %q", p.Name)
			continue
		}
		want := "Default: " + strings.Join(strings.Fields(p.Default), " ")
		if p.Default == "" {
			want = "Default: empty."
		}
		if !ofTheHost[p.Name] && !strings.Contains(w.Text, want) {
			t.Errorf("%s: the text does not say %q: %s", p.Name, want, w.Text)
		}
	}
	if n < 200 {
		t.Errorf("Postfix has %d parameters with an effect, want 200 at least", n)
	}
	for name, w := range words {
		if _, ok := postfix.LookupParam(name); !ok && slices.Contains(w.See, "Postfix postconf(5)") {
			t.Errorf("%s: Postfix has no such parameter", name)
		}
	}
}

// ofTheHost are parameters whose default is another one on every host.
var ofTheHost = map[string]bool{"myhostname": true, "mydomain": true, "mynetworks": true}

// TestDefaultsAgree: the translations name the same default as the original.
func TestDefaultsAgree(t *testing.T) {
	en := All("en")
	for lang, lead := range map[string]string{"bg": "По подразбиране: ", "pl": "Domyślnie: "} {
		for i, w := range All(lang) {
			_, want, ok := strings.Cut(en[i].Text, "Default: ")
			if w.Kind != "parameter" || !ok || want == "empty." {
				continue
			}
			if !strings.HasSuffix(w.Text, lead+want) {
				t.Errorf("%s: %s: got %q, want the default %s", lang, w.Name, w.Text, want)
			}
		}
	}
}

// TestDovecotSettingsExplained: every setting that the model of Dovecot follows,
// those inside a section with its name in front.
func TestDovecotSettingsExplained(t *testing.T) {
	data, err := os.ReadFile("../../sim/host/dovecot-d.txt")
	if err != nil {
		t.Fatal(err)
	}
	section, n := "", 0
	for _, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[]") + " "
			continue
		}
		if rest, ok := strings.CutPrefix(line, "*"); ok {
			name, _, _ := strings.Cut(rest, "\t")
			n++
			explained(t, "parameter", section+name, "Dovecot")
		}
	}
	if n < 40 {
		t.Errorf("Dovecot has %d settings with an effect, want 40 at least", n)
	}
}

// TestToolsExplained: every command that the shell of a host knows, and those
// of which it says that they are not modelled.
func TestToolsExplained(t *testing.T) {
	n := 0
	for _, s := range sourcesIn(t, "sim/scenario") {
		ast.Inspect(s.file, func(node ast.Node) bool {
			for _, name := range commandNames(node) {
				n++
				explained(t, "tool", name, s.path)
			}
			return true
		})
	}
	if n < 25 {
		t.Errorf("found %d commands, want 25 at least", n)
	}
}

// commandNames are the first words of the rows of operatorCommands and the keys
// of notModelled.
func commandNames(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if len(n.Lhs) == 1 && isIdent(n.Lhs[0], "operatorCommands") {
			return firsts(n.Rhs[0])
		}
	case *ast.ValueSpec:
		if len(n.Values) == 1 && n.Names[0].Name == "notModelled" {
			return keys(n.Values[0])
		}
	}
	return nil
}

// firsts are the strings with which the rows of a literal begin.
func firsts(e ast.Expr) (out []string) {
	if list, ok := e.(*ast.CompositeLit); ok {
		for _, row := range list.Elts {
			if row, ok := row.(*ast.CompositeLit); ok && len(row.Elts) > 0 {
				out = append(out, literal(row.Elts[0]))
			}
		}
	}
	return out
}

// keys are the strings that are keys of a literal.
func keys(e ast.Expr) (out []string) {
	if list, ok := e.(*ast.CompositeLit); ok {
		for _, row := range list.Elts {
			if kv, ok := row.(*ast.KeyValueExpr); ok {
				out = append(out, literal(kv.Key))
			}
		}
	}
	return out
}

// literal is the text of a string in the code; "" when it is none.
func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	text, _ := strconv.Unquote(lit.Value)
	return text
}

// TestProgramsExplained: the daemons that a master.cf may name, the queues, and
// the restrictions.
func TestProgramsExplained(t *testing.T) {
	for _, q := range state.QueueNames {
		explained(t, "queue", q, "sim/state")
	}
	n := map[string]int{}
	for _, s := range sourcesIn(t, "sim/postfix") {
		ast.Inspect(s.file, func(node ast.Node) bool {
			var name string
			var value ast.Expr
			switch v := node.(type) {
			case *ast.ValueSpec:
				if len(v.Values) == 1 {
					name, value = v.Names[0].Name, v.Values[0]
				}
			case *ast.AssignStmt:
				if id, ok := v.Lhs[0].(*ast.Ident); ok && len(v.Lhs) == 1 {
					name, value = id.Name, v.Rhs[0]
				}
			}
			kind, ok := map[string]string{"programs": "daemon", "restrictionTable": "term", "restrictionNames": "term"}[name]
			if !ok {
				return true
			}
			for _, key := range keys(value) {
				n[name]++
				explained(t, kind, key, s.path)
			}
			return true
		})
	}
	if n["programs"] < 20 || n["restrictionTable"] < 40 {
		t.Errorf("found %v, want 20 programs and 40 restrictions at least", n)
	}
}

// plainKinds are entries that say too little of a line when no other is there.
var plainKinds = []string{"warning:", "fatal:", "Error:"}

// logExplained fails unless an entry explains a kind of log line.
func logExplained(t *testing.T, line, where string) {
	t.Helper()
	for _, n := range book("en").logKinds(strings.ReplaceAll(line, unknown, "x")) {
		if !slices.Contains(plainKinds, book("en").words[n].Name) {
			return
		}
	}
	if bare := strings.ReplaceAll(line, unknown, ""); bare != line && len(book("en").logKinds(bare)) > 0 {
		return // a value that may be empty stands before a word
	}
	t.Errorf("%s: log has no entry for the line %q", where, strings.ReplaceAll(line, unknown, "…"))
}

// unknown stands in a sample for what only the running program knows.
const unknown = "\x00"

// TestLogCallsExplained: every format with which the code writes to the log.
func TestLogCallsExplained(t *testing.T) {
	n := 0
	for _, s := range sourcesIn(t, "sim/postfix", "sim/node", "protocols/smtp") {
		ast.Inspect(s.file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"log", "Log", "logEnd"}, sel.Sel.Name) {
				return true
			}
			line := sample(call.Args)
			if text := literal(call.Args[0]); sel.Sel.Name == "logEnd" && text != "" {
				line = text + " after DATA from " + unknown
			}
			if speaks(line) {
				n++
				logExplained(t, line, s.path)
			}
			return true
		})
	}
	if n < 80 {
		t.Errorf("found %d log lines in the code, want 80 at least", n)
	}
}

// speaks tells whether a sample has a word of its own beside what every line may
// have; the rest comes from elsewhere.
func speaks(line string) bool {
	for _, w := range strings.FieldsFunc(line, func(r rune) bool { return r < 'A' || r > 'z' }) {
		if len(w) > 1 && !slices.Contains([]string{"warning", "fatal", "Error", "error", "after", "from", "to"}, w) {
			return true
		}
	}
	return false
}

// verb is what Printf fills in.
var verb = regexp.MustCompile(`%[-+0-9.]*[a-z]`)

// sample is a line as a call may write it: the last of its arguments that has
// text of its own, unknown for every value.
func sample(args []ast.Expr) string {
	for i := len(args) - 1; i >= 0; i-- {
		text := strings.ReplaceAll(verb.ReplaceAllString(shape(args[i]), unknown), "%%", "%")
		if strings.Trim(text, unknown) != "" && strings.Contains(text, " ") {
			return text
		}
	}
	return ""
}

// shape is the text of an expression with its unknown pieces.
func shape(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		return literal(e)
	case *ast.BinaryExpr:
		return shape(e.X) + shape(e.Y)
	case *ast.CallExpr:
		if sel, ok := e.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Sprintf" {
			return shape(e.Args[0])
		}
	}
	return unknown
}

// TestReasonsExplained: every reason that stands in parentheses behind a status,
// and every one with which a restriction refuses.
func TestReasonsExplained(t *testing.T) {
	n := 0
	for _, s := range sourcesIn(t, "sim/postfix") {
		ast.Inspect(s.file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.CompositeLit:
				if !isIdent(node.Type, "result") {
					return true
				}
				for _, e := range node.Elts {
					kv, ok := e.(*ast.KeyValueExpr)
					if text := sampleOf(kv); ok && isIdent(kv.Key, "text") && text != "" {
						n++
						logExplained(t, text, s.path)
					}
				}
			case *ast.CallExpr:
				sel, ok := node.Fun.(*ast.SelectorExpr)
				if ok && sel.Sel.Name == "refusef" && len(node.Args) > 2 {
					if text := sample(node.Args[2:3]); text != "" {
						n++
						logExplained(t, "NOQUEUE: "+text, s.path)
					}
				}
			}
			return true
		})
	}
	if n < 40 {
		t.Errorf("found %d reasons in the code, want 40 at least", n)
	}
}

func sampleOf(kv *ast.KeyValueExpr) string {
	if kv == nil {
		return ""
	}
	return sample([]ast.Expr{kv.Value})
}

// logField is the name of a value in a log line.
var logField = regexp.MustCompile(`(?:^|[ ,])([a-z][a-z_]*=)`)

// TestScenariosExplained plays every scenario that comes with the program: its
// log lines with their fields, its daemons, its queues.
func TestScenariosExplained(t *testing.T) {
	if testing.Short() {
		t.Skip("plays every scenario")
	}
	lines := 0
	for _, name := range scenarios.Names() {
		tr := played(t, name)
		for s := trace.Seq(1); tr.Has(s); s++ {
			e := tr.At(s)
			switch e.Kind {
			case trace.Log:
				lines++
				programExplained(t, tr.Name(e.A), name)
				lineExplained(t, string(tr.Text(e)), name)
			case trace.Daemon:
				programExplained(t, tr.Name(e.A), name)
				programExplained(t, tr.Name(e.B), name)
			case trace.Queue:
				for _, q := range []trace.Sym{e.B, e.C} {
					if tr.Name(q) != "" {
						explained(t, "queue", tr.Name(q), name)
					}
				}
			}
		}
	}
	if lines < 1000 {
		t.Errorf("read %d log lines, want 1000 at least", lines)
	}
}

// played is the trace of a document played to its end.
func played(t *testing.T, name string) *trace.Trace {
	t.Helper()
	s, err := scenario.Load(scenarios.FS(), name, scenarios.Resolve)
	if err != nil {
		t.Fatal(err)
	}
	r, err := scenario.Build(s, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.Play(0)
	return r.Trace()
}

// programExplained fails unless a daemon or a tool has that name.
func programExplained(t *testing.T, name, where string) {
	t.Helper()
	if name = program(name); !inKind("tool", name) {
		explained(t, "daemon", name, where)
	}
}

// lineExplained fails unless the line and every field before its reason is
// explained.
func lineExplained(t *testing.T, line, where string) {
	t.Helper()
	logExplained(t, line, where)
	fields, _, _ := strings.Cut(line, " (")
	if i := strings.Index(fields, "reject: "); i >= 0 {
		fields = fields[strings.LastIndex(fields, ";")+1:]
	}
	for _, m := range logField.FindAllStringSubmatch(fields, -1) {
		explained(t, "log", m[1], where)
	}
}

// TestOccurs: where the pattern of a log line stands in a text and where not.
func TestOccurs(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"connect from", "connect from unknown[10.0.0.1]", true},
		{"connect from", "disconnect from unknown[10.0.0.1] quit=1", false},
		{"connect from", "disconnect from x, then connect from y", true},
		{": hold:", "NOQUEUE: hold: RCPT from x", true},
		{": hold:", "Released from hold: 1 message", false},
		{"connect to * Connection refused", "connect to x[10.0.0.1]:25: Connection refused", true},
		{"connect to * Connection refused", "Connection refused, connect to x", false},
		{"* limit exceeded: * for service", "warning: AUTH rate limit exceeded: 3 from x for service smtp", true},
		{"to=", "A1: orig_to=<a>", false},
		{"to=", "A1: to=<a>, orig_to=<b>", true},
	} {
		if got := occurs(c.pattern, c.text); got != c.want {
			t.Errorf("%q in %q: got %v, want %v", c.pattern, c.text, got, c.want)
		}
	}
}
