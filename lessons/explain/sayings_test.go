package explain

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// TestSaying: what the stars stand for goes to its place in the other language;
// what is no saying stays.
func TestSaying(t *testing.T) {
	for _, c := range []struct{ lang, said, want string }{
		{"en", "new mail", "new mail"},
		{"bg", "new mail", "нова поща"},
		{"bg", "new mail!", "new mail!"},
		{"pl", "all processes of the service are busy, 20", "wszystkie procesy usługi są zajęte, 20"},
		{"pl", "deliver to a@b, c@d over smtp:b", "odbiorcy a@b, c@d, przez smtp:b"},
		{"bg", "connection from a[1.2.3.4] to service smtp: 2 at a time, 3 within 60s", "връзка от a[1.2.3.4] към услугата smtp: 2 едновременно, 3 за 60s"},
		{"bg", "learned 36ms ago from event 10", "научено преди 36ms в събитие 10"},
		{"pl", "4.4.1 connect to mail.x: Connection refused", "4.4.1 connect to mail.x: Connection refused"},
	} {
		if got := Saying(c.lang, c.said); got != c.want {
			t.Errorf("%s: %q: got %q, want %q", c.lang, c.said, got, c.want)
		}
	}
}

// TestSayingsHaveTheirStars: no language forgets a value, no saying is hidden by
// one that is tried before it.
func TestSayingsHaveTheirStars(t *testing.T) {
	for i, s := range sayings {
		n := strings.Count(s.said, "*")
		if strings.Count(s.bg, "*") != n || strings.Count(s.pl, "*") != n || s.bg == s.said || s.pl == s.said {
			t.Errorf("%q: got %q and %q, want %d stars in each", s.said, s.bg, s.pl, n)
		}
		sample := strings.ReplaceAll(s.said, "*", "x")
		if first := slices.IndexFunc(sayings, func(s saying) bool { _, ok := captured(s.said, sample); return ok }); first != i {
			t.Errorf("%q is taken for %q", s.said, sayings[first].said)
		}
	}
}

// tellers are the functions of the model that put a text of ours into an event,
// with the place of the text among their arguments.
var tellers = map[string]int{"hand": 2, "ask": 3, "decide": -1, "revive": 2, "alive": 1, "unthrottleAll": 1, "move": 3}

// TestSayingsTranslated: every request that a daemon makes in an event, every
// reason of the queue manager, and every one of a queue's file to move.
func TestSayingsTranslated(t *testing.T) {
	n := 0
	check := func(e ast.Expr, where string) {
		text := shape(e)
		if sel, ok := e.(*ast.CallExpr); ok && len(sel.Args) > 1 && strings.Trim(text, unknown) == "" {
			text = verb.ReplaceAllString(literal(sel.Args[1]), unknown) // fmt.Appendf(nil, …)
		}
		own := strings.TrimSpace(strings.ReplaceAll(text, unknown, ""))
		if !strings.Contains(strings.Trim(text, unknown), " ") || own == "" || own == "is" || real(text) {
			return // what matters of it comes from elsewhere, or it is the name of a command
		}
		n++
		text = strings.ReplaceAll(text, unknown, "x")
		for _, lang := range Languages()[1:] {
			if Saying(lang, text) == text {
				t.Errorf("%s: %s has no words for the saying %q", where, lang, text)
			}
		}
	}
	for _, s := range sourcesIn(t, "sim/postfix", "sim/node") {
		ast.Inspect(s.file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.AssignStmt:
				if len(node.Lhs) == 1 && isIdent(node.Lhs[0], "why") && strings.HasPrefix(s.path, "sim/postfix/qmgr") {
					check(node.Rhs[0], s.path)
				}
			case *ast.CallExpr:
				for _, e := range said(node) {
					check(e, s.path)
				}
			}
			return true
		})
	}
	if n < 40 {
		t.Errorf("found %d sayings in the code, want 40 at least", n)
	}
}

// real tells whether a text is the name of a command or of a daemon's feature, the
// same in every language.
func real(text string) bool {
	return strings.HasPrefix(text, "postqueue -") || strings.HasPrefix(text, "postsuper -") || strings.HasPrefix(text, "SASL ")
}

// said are the texts that a call puts into an event.
func said(call *ast.CallExpr) []ast.Expr {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	if at, ok := tellers[sel.Sel.Name]; ok && len(call.Args) > at {
		if at < 0 {
			at = len(call.Args) - 1
		}
		whole := call.Args[at] // which some are given in pieces
		for _, piece := range call.Args[at+1:] {
			whole = &ast.BinaryExpr{X: whole, Op: token.ADD, Y: piece}
		}
		return []ast.Expr{whole}
	}
	if sel.Sel.Name != "Emit" && sel.Sel.Name != "Record" || len(call.Args) != 2 || !isDaemonEvent(call.Args[0]) {
		return nil
	}
	if conv, ok := call.Args[1].(*ast.CallExpr); ok && len(conv.Args) == 1 { // []byte(…)
		return conv.Args
	}
	return call.Args[1:]
}

// isDaemonEvent tells whether an expression is an event of kind Daemon.
func isDaemonEvent(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Daemon" {
			found = true
		}
		return true
	})
	return found
}
