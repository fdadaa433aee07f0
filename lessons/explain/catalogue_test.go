package explain

import (
	"slices"
	"strings"
	"testing"
)

// TestCatalogue: every language has every text, no other, and names the same
// values in it.
func TestCatalogue(t *testing.T) {
	for lang, texts := range catalogues {
		for key, e := range english {
			text, ok := texts[key]
			if !ok {
				t.Errorf("%s has no text for %q", lang, key)
				continue
			}
			if got, want := named(text), named(e.text); !slices.Equal(got, want) {
				t.Errorf("%s, %q: names the values %v, want %v", lang, key, got, want)
			}
		}
		for key := range texts {
			if !has(key) {
				t.Errorf("%s has a text for %q, which English lacks", lang, key)
			}
		}
	}
}

// named are the different {names} in a text, sorted.
func named(text string) []string {
	var out []string
	for {
		_, rest, ok := strings.Cut(text, "{")
		if !ok {
			slices.Sort(out)
			return slices.Compact(out)
		}
		name, rest, _ := strings.Cut(rest, "}")
		out, text = append(out, name), rest
	}
}

// TestReferences: a reference has one of the forms that a reader can follow.
func TestReferences(t *testing.T) {
	for key, e := range english {
		ref := e.ref
		switch {
		case ref == "", strings.HasPrefix(ref, "Postfix "), strings.HasPrefix(ref, "Dovecot "), strings.HasSuffix(ref, ")"):
		case strings.HasPrefix(ref, "RFC "):
			if rest := strings.TrimLeft(ref[4:], "0123456789"); rest != "" && !strings.HasPrefix(rest, " §") {
				t.Errorf("%q: %q is no reference", key, ref)
			}
		default:
			t.Errorf("%q: %q is no reference", key, ref)
		}
	}
}

// TestKeysAreChosen: the keys that the code builds from verbs, codes and names
// exist in the catalogue for all that the engines utter.
func TestKeysAreChosen(t *testing.T) {
	for _, p := range phrases {
		if !has(p.key) {
			t.Errorf("the phrase %q leads to %q, which does not exist", p.word, p.key)
		}
	}
	for _, w := range logWords {
		if !has(w.key) {
			t.Errorf("the log word %q leads to %q, which does not exist", w.word, w.key)
		}
	}
}
