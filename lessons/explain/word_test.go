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
				case lang == "bg" && !strings.ContainsFunc(p.own, isCyrillic):
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

// TestAlphabets: no Bulgarian word has a Latin letter that only looks like a
// Cyrillic one.
func TestAlphabets(t *testing.T) {
	check := func(where, text string) {
		for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
			if strings.ContainsFunc(w, isCyrillic) && strings.ContainsFunc(w, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) {
				t.Errorf("%s: %q mixes two alphabets", where, w)
			}
		}
	}
	for key, text := range bulgarian {
		check(key, text)
	}
	for _, w := range All("bg") {
		check(w.Kind+" "+w.Name, w.Text+" "+w.Why+" "+w.Next)
	}
}

func isCyrillic(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }

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

// TestSee: an entry names where its rule stands, and what it names exists. An
// RFC exists when it has an entry itself; those that the code obeys have one.
func TestSee(t *testing.T) {
	known := map[int]bool{}
	for _, w := range All("en") {
		if w.Kind == "rfc" {
			n, _ := strconv.Atoi(strings.TrimPrefix(w.Name, "RFC "))
			known[n] = true
		}
	}
	data, err := os.ReadFile("../../protocols/RFCS.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(data), "\n") {
		if rest, ok := strings.CutPrefix(line, "## RFC "); ok {
			if n, _ := strconv.Atoi(strings.TrimSpace(rest)); !known[n] {
				t.Errorf("the code obeys RFC %d, which has no entry", n)
			}
		}
	}
	for _, w := range All("en") {
		if len(w.See) == 0 && w.Kind != "rfc" {
			t.Errorf("%s %s names no RFC and no manual page", w.Kind, w.Name)
		}
		for _, ref := range w.See {
			if why := badReference(ref, known); why != "" {
				t.Errorf("%s %s: see %q: %s", w.Kind, w.Name, ref, why)
			}
		}
	}
	for _, e := range english {
		if rest, ok := strings.CutPrefix(e.ref, "RFC "); ok {
			number, _, _ := strings.Cut(rest, " ")
			if n, err := strconv.Atoi(strings.TrimRight(number, ",")); err != nil || !known[n] {
				t.Errorf("a sentence refers to %q, an RFC without an entry", e.ref)
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
		return "this RFC has no entry"
	case hasSection && (section == "" || strings.Trim(strings.TrimLeft(section, "ABCDEF"), "0123456789.") != ""):
		return "no section"
	}
	return ""
}
