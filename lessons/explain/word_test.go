package explain

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// TestBooks: the files can be read, and every heading stands in all languages
// in the same order.
func TestBooks(t *testing.T) {
	for _, lang := range Languages() {
		for _, f := range book(lang).faults {
			t.Error(f)
		}
		for _, kind := range Kinds() {
			if book(lang).titles[kind] == "" {
				t.Errorf("%s/%s.md: there is no first line that says what an entry is", lang, kind)
			}
			if got, want := headings(t, lang, kind), headings(t, "en", kind); !slices.Equal(got, want) && len(got) == len(want) {
				t.Errorf("%s/%s.md: the headings are in another order than in English", lang, kind)
			}
		}
	}
	if len(All("en")) < 500 {
		t.Errorf("got %d entries, want 500 at least", len(All("en")))
	}
}

// headings are the names in a file in their order.
func headings(t *testing.T, lang, kind string) []string {
	t.Helper()
	data, err := wordFiles.ReadFile("words/" + lang + "/" + kind + ".md")
	if err != nil {
		t.Error(err)
		return nil
	}
	var out []string
	for _, line := range strings.Split(string(data), "\n") {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			out = append(out, name)
		}
	}
	return out
}

// TestNames: a name stands once in a kind, and with every name, own or other,
// one finds the entry, with its kind in front and without.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range All("en") {
		if key := w.Kind + " " + w.Name; seen[key] {
			t.Errorf("%s: there are two entries %s", w.Kind, w.Name)
		} else {
			seen[key] = true
		}
		for _, name := range append([]string{w.Name}, w.Also...) {
			for _, said := range []string{name, w.Kind + " " + name, strings.ToUpper(name)} {
				if !found(Lookup("en", said), w.Kind, w.Name) {
					t.Errorf("Lookup(%q) does not find %s %s", said, w.Kind, w.Name)
				}
			}
		}
	}
}

func found(words []Word, kind, name string) bool {
	return slices.ContainsFunc(words, func(w Word) bool { return w.Kind == kind && w.Name == name })
}

// TestTranslations: a translation has the texts that the original has, and is
// none of it.
func TestTranslations(t *testing.T) {
	en := All("en")
	for _, lang := range []string{"bg", "pl"} {
		for i, w := range All(lang) {
			for _, p := range []struct{ what, own, original string }{
				{"text", w.Text, en[i].Text}, {"why", w.Why, en[i].Why}, {"next", w.Next, en[i].Next},
			} {
				switch {
				case (p.own == "") != (p.original == ""):
					t.Errorf("%s: %s %s: %s is there in one language only", lang, w.Kind, w.Name, p.what)
				case p.own == "":
				case p.own == p.original:
					t.Errorf("%s: %s %s: %s is the English one", lang, w.Kind, w.Name, p.what)
				case lang == "bg" && !strings.ContainsFunc(p.own, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }):
					t.Errorf("bg: %s %s: %s has no Cyrillic letter: %s", w.Kind, w.Name, p.what, p.own)
				case lang == "pl" && english3(p.own):
					t.Errorf("pl: %s %s: %s looks English: %s", w.Kind, w.Name, p.what, p.own)
				}
				if strings.ContainsFunc(p.own, unicode.IsControl) && p.what != "text" {
					t.Errorf("%s: %s %s: %s has more than one paragraph", lang, w.Kind, w.Name, p.what)
				}
			}
		}
	}
}

// english3 tells whether a text has three of the commonest English words that
// no Polish sentence has.
func english3(text string) bool {
	n := 0
	for _, w := range strings.FieldsFunc(strings.ToLower(unquoted(text)), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if slices.Contains([]string{"the", "of", "and", "is", "that", "which", "with", "are", "not"}, w) {
			n++
		}
	}
	return n >= 3
}

// unquoted is a text without what stands between back quotes: words of a
// program, the same in every language.
func unquoted(text string) string {
	var b strings.Builder
	for i, piece := range strings.Split(text, "`") {
		if i%2 == 0 {
			b.WriteString(piece)
		}
	}
	return b.String()
}

// beyond are RFCs to which entries send a reader though no code obeys them:
// history, siblings of what is modelled, and what only a mailbox program sees.
var beyond = []int{
	1847, 1995, 2087, 2221, 2369, 2387, 2782, 2831, 2919, 2930, 3282, 3348, 3462, 3502, 3676, 3886, 4155, 4314, 4467, 4468, 4978, 5032, 5248, 5255, 5464, 5550, 5936,
	6154, 6376, 6672, 6698, 7293, 7372, 7504, 8098, 8438, 8514, 8601, 8659, 8945, 9156, 9293,
}

// TestSee: an entry names where its rule stands, and what it names exists.
func TestSee(t *testing.T) {
	data, err := os.ReadFile("../../protocols/RFCS.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[int]bool{}
	for _, n := range beyond {
		known[n] = true
	}
	for _, line := range strings.Split(string(data), "\n") {
		if rest, ok := strings.CutPrefix(line, "## RFC "); ok {
			n, _ := strconv.Atoi(strings.TrimSpace(rest))
			known[n] = true
		}
	}
	for _, w := range All("en") {
		if len(w.See) == 0 {
			t.Errorf("%s %s names no RFC and no manual page", w.Kind, w.Name)
		}
		for _, ref := range w.See {
			if why := badReference(ref, known); why != "" {
				t.Errorf("%s %s: see %q: %s", w.Kind, w.Name, ref, why)
			}
		}
	}
}

// badReference says what is wrong with a reference; "" when it is good.
func badReference(ref string, known map[int]bool) string {
	rest, ok := strings.CutPrefix(ref, "RFC ")
	if !ok {
		program, page, _ := strings.Cut(ref, " ")
		switch {
		case slices.Contains([]string{"Postfix", "Dovecot", "BIND"}, program) && page != "":
		case strings.HasSuffix(ref, ")") && strings.Contains(ref, "(") && !strings.Contains(ref, " "):
		default:
			return "neither an RFC nor a manual page"
		}
		return ""
	}
	number, section, hasSection := strings.Cut(rest, " §")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil:
		return "no number of an RFC"
	case !known[n]:
		return "no RFC that the project knows"
	case hasSection && (section == "" || strings.Trim(strings.TrimLeft(section, "ABCDEF"), "0123456789.") != ""):
		return "no section"
	}
	return ""
}
