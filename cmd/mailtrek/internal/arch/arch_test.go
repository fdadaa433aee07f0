package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// layers gives each package folder its layer: a package imports only packages
// of a lower layer. A folder's entry holds for the folders in it that have none.
var layers = map[string]int{
	"protocols/wire": 0, "protocols/mailaddr": 0, "protocols/sasl": 0, "protocols/message": 0, "protocols/dnswire": 0, "sim/trace": 0, "sim/pki": 0,
	"protocols/smtp": 1, "protocols/pop3": 1, "protocols/imap": 1, "protocols/dsn": 1, "protocols/mailauth": 1, "sim": 1,
	"protocols/dissect": 2, "sim/host": 2,
	"sim/state": 3, "sim/node": 3, "sim/postfix": 3, "sim/shell": 3,
	"sim/scenario": 4, "lessons/explain": 4,
	"sim/export": 5, "sim/capture": 5, "scenarios": 5, "lessons": 5, "cmd/mailtrek/internal/i18n": 5,
	"cmd/mailtrek/internal/tui": 6,
	"cmd":                       7,
}

// within are imports between packages of one layer that are meant: the key
// uses the value.
var within = map[string][]string{
	"protocols/sasl":      {"protocols/wire"},
	"protocols/mailaddr":  {"protocols/wire"},
	"protocols/message":   {"protocols/wire"},
	"protocols/dnswire":   {"protocols/wire"},
	"sim/postfix":         {"sim/node"},       // the mail system runs on a node.Host
	"sim/trace":           {"protocols/wire"}, // for the nearest word
	"sim/trace/tracetest": {"sim/trace"},
}

// outside are things that reach for the real clock, chance, concurrency or the
// machine; below cmd they are forbidden, but for sim/proc.go.
var outside = map[string]string{
	"time.Now": "the virtual clock", "time.Sleep": "Proc.Sleep", "time.After": "Proc.Sleep", "time.NewTimer": "Proc.Sleep",
	"time.Tick": "Proc.Sleep", "time.AfterFunc": "World.At", "time.Since": "the virtual clock",
	"rand.Int": "a node's dice", "rand.IntN": "a node's dice", "rand.Float64": "a node's dice", "rand.Shuffle": "a node's dice",
	"rand.Perm": "a node's dice", "rand.N": "a node's dice", "rand.Uint32": "a node's dice", "rand.Uint64": "a node's dice",
	"net.Dial": "the simulated network", "net.DialTimeout": "the simulated network", "net.Listen": "the simulated network",
	"tls.Dial": "the simulated network", "http.Get": "nothing", "exec.Command": "a model of the command",
}

var forbiddenImports = map[string]string{
	"os": "belongs to cmd", "os/exec": "nothing is executed", "flag": "belongs to cmd", "net/http": "nothing dials out",
	"sync": "one process runs at a time", "sync/atomic": "one process runs at a time", "math/rand": "use math/rand/v2 with a source",
	"crypto/rand": "chance comes from dice", "log": "errors are returned", "unsafe": "not needed",
}

type file struct {
	path string // slashes, from the root
	dir  string
	test bool
	ast  *ast.File
}

func sources(t *testing.T) (*token.FileSet, []file) {
	t.Helper()
	root := "../../../.."
	fset := token.NewFileSet()
	var out []file
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (e.Name() == "testdata" || strings.HasPrefix(e.Name(), ".git")) {
			return filepath.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		rel, _ := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(fset, rel, src, parser.ParseComments)
		if err != nil {
			return err
		}
		out = append(out, file{rel, rel[:max(strings.LastIndexByte(rel, '/'), 0)], strings.HasSuffix(rel, "_test.go"), f})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 20 {
		t.Fatalf("found %d files; the check looks in the wrong place", len(out))
	}
	return fset, out
}

func layerOf(dir string) (int, bool) {
	for dir != "" {
		if n, ok := layers[dir]; ok {
			return n, true
		}
		i := strings.LastIndexByte(dir, '/')
		if i < 0 {
			break
		}
		dir = dir[:i]
	}
	return 0, false
}

func TestImportsPointDown(t *testing.T) {
	_, files := sources(t)
	for _, f := range files {
		own, ok := layerOf(f.dir)
		if !ok {
			t.Errorf("%s: package %s has no layer; give it one in this test and in ARCHITECTURE.md", f.path, f.dir)
			continue
		}
		if f.test {
			continue // a test may use what stands above, e.g. a scenario
		}
		for _, imp := range f.ast.Imports {
			path, _ := strconv.Unquote(imp.Path.Value)
			dir, ours := strings.CutPrefix(path, "mailtrek/")
			if !ours {
				continue
			}
			if n, ok := layerOf(dir); ok && n >= own && !allowed(f.dir, dir) {
				t.Errorf("%s (layer %d) imports %s (layer %d)", f.path, own, dir, n)
			}
		}
	}
}

func allowed(from, to string) bool {
	if strings.HasPrefix(from, "cmd/") && !strings.Contains(to, "/internal/") || strings.HasPrefix(from, to+"/") {
		return true
	}
	for _, w := range within[from] {
		if w == to {
			return true
		}
	}
	return from == "cmd/mailtrek"
}

func TestNothingBelowCmdReachesOutside(t *testing.T) {
	fset, files := sources(t)
	for _, f := range files {
		if strings.HasPrefix(f.path, "cmd/") || f.test || f.path == "sim/proc.go" {
			continue
		}
		for _, imp := range f.ast.Imports {
			path, _ := strconv.Unquote(imp.Path.Value)
			if why, bad := forbiddenImports[path]; bad && !(path == "sync" && onlyOnce(f.ast)) {
				t.Errorf("%s imports %s: %s", f.path, path, why)
			}
		}
		if !strings.HasPrefix(f.path, "sim/") && !strings.HasPrefix(f.path, "protocols/") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s: go statement; processes are sim.Proc", fset.Position(n.Pos()))
			case *ast.ChanType:
				t.Errorf("%s: channel; processes wait for a sim.Cond", fset.Position(n.Pos()))
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok {
					if instead, bad := outside[x.Name+"."+n.Sel.Name]; bad {
						t.Errorf("%s: %s.%s; use %s", fset.Position(n.Pos()), x.Name, n.Sel.Name, instead)
					}
				}
			}
			return true
		})
	}
}

// onlyOnce tells whether a file uses package sync for nothing but tables that
// are made once, the same for all worlds.
func onlyOnce(f *ast.File) bool {
	ok := true
	ast.Inspect(f, func(n ast.Node) bool {
		if s, is := n.(*ast.SelectorExpr); is {
			if x, is := s.X.(*ast.Ident); is && x.Name == "sync" && !strings.HasPrefix(s.Sel.Name, "Once") {
				ok = false
			}
		}
		return true
	})
	return ok
}

func TestNothingDialsOut(t *testing.T) {
	fset, files := sources(t)
	for _, f := range files {
		if f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && (x.Name == "net" || x.Name == "tls" || x.Name == "http") && strings.HasPrefix(s.Sel.Name, "Dial") {
				t.Errorf("%s: %s.%s; nothing in the program dials out", fset.Position(n.Pos()), x.Name, s.Sel.Name)
			}
			return true
		})
	}
}
