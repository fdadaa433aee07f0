package arch

import (
	"flag"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write protocols/RFCS.md anew")

// rfcsFile lists where the code obeys, or deviates from, which section.
const rfcsFile = "../../../../protocols/RFCS.md"

// reference is a mention of a section of an RFC in a comment.
type reference struct {
	rfc      int
	section  string
	file     string
	deviates bool
}

// TestRFCReferences keeps protocols/RFCS.md equal to the references in the
// code: "RFC 5321 §4.5.3.2", and "Deviates from RFC …" for a difference that
// is meant.
func TestRFCReferences(t *testing.T) {
	_, files := sources(t)
	found := map[reference]bool{}
	for _, f := range files {
		if f.test || strings.HasPrefix(f.path, "cmd/") || strings.HasPrefix(f.path, "lessons/") {
			continue
		}
		for _, group := range f.ast.Comments {
			for _, r := range references(strings.Join(strings.Fields(group.Text()), " ")) {
				r.file = f.path
				found[r] = true
			}
		}
	}
	want := list(found)
	if *update {
		if err := os.WriteFile(rfcsFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(rfcsFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("protocols/RFCS.md is not up to date; 'go generate ./...' writes it")
	}
}

// references finds "RFC N §S" in a comment.
func references(text string) []reference {
	var out []reference
	for rest := text; ; {
		i := strings.Index(rest, "RFC ")
		if i < 0 {
			return out
		}
		before := rest[:i]
		rest = rest[i+4:]
		digits := leading(rest, "0123456789")
		n, err := strconv.Atoi(digits)
		section, ok := strings.CutPrefix(rest[len(digits):], " §")
		if err != nil || !ok {
			continue
		}
		out = append(out, reference{rfc: n, section: strings.TrimRight(leading(section, "0123456789.ABCD"), "."),
			deviates: strings.HasSuffix(before, "Deviates from ")})
	}
}

// leading is the part of s in front that consists of the given characters.
func leading(s, set string) string {
	return s[:len(s)-len(strings.TrimLeft(s, set))]
}

// list is the Markdown of all references, by RFC and section.
func list(found map[reference]bool) string {
	type key struct {
		rfc      int
		section  string
		deviates bool
	}
	files := map[key][]string{}
	for r := range found {
		k := key{r.rfc, r.section, r.deviates}
		files[k] = append(files[k], "`"+r.file+"`")
	}
	keys := make([]key, 0, len(files))
	for k := range files {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		a, b := keys[i], keys[j]
		if a.rfc != b.rfc {
			return a.rfc < b.rfc
		}
		if a.section != b.section {
			return sectionLess(a.section, b.section)
		}
		return !a.deviates && b.deviates
	})
	var b strings.Builder
	b.WriteString("# Where the code obeys which RFC\n\nMade from the comments by `go generate ./...`; do not edit.\n")
	last := 0
	for _, k := range keys {
		if k.rfc != last {
			fmt.Fprintf(&b, "\n## RFC %d\n\n", k.rfc)
			last = k.rfc
		}
		what := "§" + k.section
		if k.deviates {
			what += " (deviates)"
		}
		sort.Strings(files[k])
		fmt.Fprintf(&b, "- %s: %s\n", what, strings.Join(files[k], ", "))
	}
	return b.String()
}

// sectionLess orders "4.5.10" behind "4.5.9".
func sectionLess(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		if x[i] == y[i] {
			continue
		}
		m, err1 := strconv.Atoi(x[i])
		n, err2 := strconv.Atoi(y[i])
		if err1 == nil && err2 == nil {
			return m < n
		}
		return x[i] < y[i]
	}
	return len(x) < len(y)
}
