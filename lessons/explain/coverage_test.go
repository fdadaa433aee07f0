package explain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"mailtrek/protocols/imap"
	"mailtrek/protocols/pop3"
	"mailtrek/protocols/smtp"
)

// What the engines can say and the catalogue cannot explain: each test here
// goes through one source of words (a table, the texts in the code, recorded
// dialogues) and fails when somebody adds a word without an entry.

// explained fails unless a kind has an entry of this very name.
func explained(t *testing.T, kind, name, where string) {
	t.Helper()
	for _, n := range book("en").named[plain(name)] {
		if book("en").words[n].Kind == kind {
			return
		}
	}
	t.Errorf("%s: %s has no entry for %q", where, kind, name)
}

func TestCommandsExplained(t *testing.T) {
	for dialect, name := range map[smtp.Dialect]string{smtp.Postfix: "Postfix", smtp.Dovecot: "LMTP", smtp.Historic: "RFC 821"} {
		for _, c := range smtp.Commands(dialect) {
			explained(t, "command-smtp", c.Verb, name)
		}
	}
	for _, c := range pop3.Commands() {
		explained(t, "command-pop3", c.Verb, "POP3")
	}
	for _, c := range imap.Commands() {
		explained(t, "command-imap", c.Verb, "IMAP")
	}
	for _, c := range strings.Fields(imap.Capability) {
		explained(t, "capability-imap", c, "IMAP")
	}
}

func TestStatesExplained(t *testing.T) {
	for i := range 32 {
		for _, s := range []struct{ proto, name string }{
			{"smtp", smtp.State(i).String()}, {"pop3", pop3.State(i).String()}, {"imap", imap.State(i).String()},
		} {
			if s.name != "unknown" {
				explained(t, "state", s.proto+" "+s.name, s.proto)
			}
		}
	}
}

// source is a Go file that is no test.
type source struct {
	path string
	file *ast.File
}

// sourcesIn are the files of packages, named from the root of the module.
func sourcesIn(t *testing.T, dirs ...string) []source {
	t.Helper()
	var out []source
	for _, dir := range dirs {
		names, err := filepath.Glob("../../" + dir + "/*.go")
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: no Go files (%v)", dir, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, source{strings.TrimPrefix(name, "../../"), f})
		}
	}
	return out
}

// texts calls f for every string in the code.
func (s source) texts(f func(text string)) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				f(text)
			}
		}
		return true
	})
}

// speakers are the packages that say something with a reply code.
var speakers = []string{"protocols/smtp", "sim/postfix", "sim/node"}

var (
	leadingReply  = regexp.MustCompile(`^([2-5][0-5][0-9])(?:[ -]|$)`)
	someEnhanced  = regexp.MustCompile(`(?:^|[ -])([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:$|[ ,"])`)
	leadingField  = regexp.MustCompile(`(?:^|\n)([A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*): `)
	bracketedCode = regexp.MustCompile(`(?:^|OK |NO |BAD |BYE )\[([A-Z][A-Z-]+)[\] ]`)
	untaggedWord  = regexp.MustCompile(`^S: \* (?:[0-9]+ )?([A-Z]+)`)
	bracketedSaid = regexp.MustCompile(`^S: \S+ (?:OK|NO|BAD|BYE) \[([A-Z-]+)`)
	codeParameter = regexp.MustCompile(`^[*-] int ([a-z0-9_]+_code) = ([2-5][0-9][0-9])$`)
)

// TestCodesExplained: every reply code and every enhanced code in the texts and
// replies of the code that speaks SMTP.
func TestCodesExplained(t *testing.T) {
	replies := 0
	for _, s := range sourcesIn(t, append(speakers, "protocols/dsn")...) {
		s.texts(func(text string) {
			if m := leadingReply.FindStringSubmatch(text); m != nil && text != m[1] {
				replies++
				explained(t, "reply", m[1], s.path)
			}
			for _, m := range someEnhanced.FindAllStringSubmatch(text, -1) {
				explained(t, "enhanced", m[1], s.path)
			}
		})
		ast.Inspect(s.file, func(n ast.Node) bool {
			for _, code := range replyCodes(n) {
				replies++
				explained(t, "reply", code, s.path)
			}
			return true
		})
	}
	if replies < 100 {
		t.Errorf("found %d reply codes in the code; the test looks in the wrong place", replies)
	}
}

// replyCodes are the codes in "Code: 550", and in calls that have a number like
// a code beside a text, as reply(550, "5.1.1", …).
func replyCodes(n ast.Node) []string {
	var numbers []ast.Expr
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
			numbers = append(numbers, n.Value)
		}
	case *ast.CallExpr:
		for i := 0; i+1 < len(n.Args); i++ {
			if lit, ok := n.Args[i+1].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				numbers = append(numbers, n.Args[i])
			}
		}
	}
	var codes []string
	for _, e := range numbers {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.INT && isReply(lit.Value) {
			codes = append(codes, lit.Value)
		}
	}
	return codes
}

// TestCodeParametersExplained: the codes that main.cf's parameters have by
// default.
func TestCodeParametersExplained(t *testing.T) {
	data, err := os.ReadFile("../../sim/postfix/postconf-d.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, line := range strings.Split(string(data), "\n") {
		if m := codeParameter.FindStringSubmatch(line); m != nil {
			n++
			explained(t, "reply", m[2], m[1])
		}
	}
	if n < 10 {
		t.Errorf("found %d parameters with codes, want 10 at least", n)
	}
}

// noFields are words before a colon in texts of the code that are no fields.
var noFields = []string{"Error", "Info", "Login", "Disconnected", "NOQUEUE", "Panic", "Warning", "Syntax", "Commands", "Aborted", "Source", "Target",
	"DNSSEC", "Fatal", "Debug", "Mail", "Usage", "No", "Path", "URL", "Size", "Address"}

// TestFieldsExplained: every header field that our code writes.
func TestFieldsExplained(t *testing.T) {
	n := 0
	for _, s := range sourcesIn(t, "sim/postfix", "sim/node", "protocols/dsn", "protocols/message") {
		s.texts(func(text string) {
			for _, m := range leadingField.FindAllStringSubmatch(text, -1) {
				if !slices.Contains(noFields, m[1]) {
					n++
					explained(t, "header", m[1], s.path)
				}
			}
		})
	}
	if n < 20 {
		t.Errorf("found %d fields in the code, want 20 at least", n)
	}
}

// TestRecordsExplained: every record type and reply code that dnswire names.
func TestRecordsExplained(t *testing.T) {
	types := 0
	for _, s := range sourcesIn(t, "protocols/dnswire") {
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || !isIdent(sel.X, "dns") {
				return true
			}
			if name, ok := strings.CutPrefix(sel.Sel.Name, "Type"); ok && dns.StringToType[name] != 0 {
				types++
				explained(t, "record", name, s.path)
			}
			return true
		})
	}
	for code := range 11 {
		explained(t, "rcode", rcodeName(code), "DNS")
		if want := dns.RcodeToString[code]; want != rcodeName(code) && code != dns.RcodeNotImplemented {
			t.Errorf("reply code %d: got the name %s, want %s", code, rcodeName(code), want)
		}
	}
	if types < 10 {
		t.Errorf("found %d record types in the code, want 10 at least", types)
	}
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// TestResponseCodesExplained: the codes in brackets of POP3 and IMAP.
func TestResponseCodesExplained(t *testing.T) {
	n := 0
	for _, s := range sourcesIn(t, "protocols/imap", "sim/node") {
		s.texts(func(text string) {
			for _, m := range bracketedCode.FindAllStringSubmatch(text, -1) {
				if slices.Contains([]string{"TEXT", "HEADER", "MIME", "VANISHED", "RETURN"}, m[1]) || strings.HasPrefix(s.path, "sim/node/dovecotpop3") {
					continue // sections and modifiers of FETCH; POP3 is below
				}
				n++
				if code := "[" + m[1] + "]"; !inKind("response-pop3", code) {
					explained(t, "response-imap", code, s.path)
				}
			}
		})
	}
	for _, s := range sourcesIn(t, "protocols/pop3") {
		s.texts(func(text string) {
			for _, m := range regexp.MustCompile(`^\[([A-Z/-]+)\]`).FindAllStringSubmatch(text, -1) {
				n++
				explained(t, "response-pop3", "["+m[1]+"]", s.path)
			}
		})
	}
	if n < 20 {
		t.Errorf("found %d codes in brackets, want 20 at least", n)
	}
}

func inKind(kind, name string) bool {
	return slices.ContainsFunc(book("en").named[plain(name)], func(n int) bool { return book("en").words[n].Kind == kind })
}

// TestRecordedExplained: what the real servers said in the recorded dialogues.
// The examples of the RFCs, which show what no server of ours offers, are left
// out.
func TestRecordedExplained(t *testing.T) {
	lines := 0
	for dir, check := range map[string]func(t *testing.T, line, where string){
		"protocols/smtp": smtpExplained, "protocols/pop3": pop3Explained, "protocols/imap": imapExplained,
		"sim/postfix": smtpExplained,
	} {
		err := filepath.WalkDir("../../"+dir+"/testdata", func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".dialogue") || strings.Contains(filepath.ToSlash(path), "/testdata/rfc/") {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			inCAPA = false
			for _, line := range strings.Split(string(data), "\n") {
				lines++
				check(t, strings.TrimRight(line, "\r"), strings.TrimPrefix(path, "../../"))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if lines < 1000 {
		t.Errorf("read %d lines of dialogues, want 1000 at least", lines)
	}
}

func smtpExplained(t *testing.T, line, where string) {
	said, ok := strings.CutPrefix(line, "S: ")
	if !ok || len(said) < 3 || !isReply(said[:3]) {
		return
	}
	explained(t, "reply", said[:3], where)
	if len(said) < 5 {
		return
	}
	word, _, _ := strings.Cut(said[4:], " ")
	if isEnhanced(word) && len(book("en").name(word, []string{"enhanced"})) < 2 {
		t.Errorf("%s: nothing explains %s beside its class", where, word)
	}
	if said[:4] == "250-" && strings.ToUpper(word) == word && !strings.ContainsAny(word, ".<") {
		word, _, _ = strings.Cut(word, "=")
		explained(t, "capability-smtp", word, where)
	}
}

// inCAPA tells whether the lines are those of an answer to CAPA.
var inCAPA bool

func pop3Explained(t *testing.T, line, where string) {
	said, ok := strings.CutPrefix(line, "S: ")
	switch {
	case strings.EqualFold(line, "C: CAPA"):
		inCAPA = true
	case !ok || said == ".":
		inCAPA = inCAPA && !ok
	case strings.HasPrefix(said, "-ERR ["):
		code, _, _ := strings.Cut(said[5:], "]")
		explained(t, "response-pop3", code+"]", where)
	case inCAPA && !strings.HasPrefix(said, "+OK") && !strings.HasPrefix(said, "-ERR"):
		word, _, _ := strings.Cut(said, " ")
		explained(t, "capability-pop3", word, where)
	}
}

func imapExplained(t *testing.T, line, where string) {
	if m := untaggedWord.FindStringSubmatch(line); m != nil {
		explained(t, "response-imap", m[1], where)
	}
	if m := bracketedSaid.FindStringSubmatch(line); m != nil {
		explained(t, "response-imap", "["+m[1]+"]", where)
	}
}
