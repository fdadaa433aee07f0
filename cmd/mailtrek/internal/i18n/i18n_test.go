package i18n

import (
	"slices"
	"strings"
	"testing"
)

// TestComplete: every language has every key, no other, and the same values in
// its texts.
func TestComplete(t *testing.T) {
	for _, l := range languages {
		for key, text := range english {
			own, ok := l.words[key]
			if !ok {
				t.Errorf("%s has no text for %q", l.tag, key)
				continue
			}
			if got, want := values(own), values(text); !slices.Equal(got, want) {
				t.Errorf("%s, %q: got the values %v, want %v", l.tag, key, got, want)
			}
		}
		for key := range l.words {
			if _, ok := english[key]; !ok {
				t.Errorf("%s has a text for %q, which English lacks", l.tag, key)
			}
		}
	}
}

// values are the {names} in a text, sorted.
func values(text string) []string {
	var out []string
	for {
		_, rest, ok := strings.Cut(text, "{")
		if !ok {
			slices.Sort(out)
			return out
		}
		name, rest, _ := strings.Cut(rest, "}")
		out, text = append(out, name), rest
	}
}

func TestT(t *testing.T) {
	w, ok := In("bg")
	if !ok {
		t.Fatal("no Bulgarian")
	}
	if got, want := w.T("app.event", "n", "7", "of", "9"), "събитие 7 от 9"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := w.T("no.such.key"), "no.such.key"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFromLocale(t *testing.T) {
	for locale, want := range map[string]string{"bg_BG.UTF-8": "bg", "pl": "pl", "pl.UTF-8": "pl", "en_GB": "en", "C": "en", "": "en", "xx_YY": "en"} {
		if got := FromLocale(locale); got != want {
			t.Errorf("%q: got %q, want %q", locale, got, want)
		}
	}
}
