package tui

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// TestPlainTwins: what a lens shows on a screen that has room for all of it,
// its linear twin says too, word by word; and every name, number and address of
// the twin stands on the screen.
func TestPlainTwins(t *testing.T) {
	for name, tr := range map[string]*trace.Trace{"story": tracetest.Story(), "failover": tracetest.Failover()} {
		for i := range lenses {
			lens := &lenses[i]
			p, h := still(t, tr, 1, lens.Name, 320, 260), 260
			if lens.Name == "ladder" {
				h = 3 + plainRows // the twin has as many rows
			}
			missed := map[string]bool{}
			for s := trace.Seq(1); tr.Has(s); s += 4 {
				p.at = s
				in := p.instant()
				c := NewCanvas(320, h)
				lens.Draw(in, c.All())
				said := strings.Join(in.plain(lens), "\n")
				for _, word := range strings.FieldsFunc(c.Text(), notOfWord) {
					if word = strings.Trim(word, ".,:;()[]=+-/“”'"); len(word) > 2 && !strings.Contains(said, word) && !layoutWord(lens.Name, word) && !missed[word] {
						missed[word] = true
						t.Errorf("%s, %s at event %d: the screen shows %q, the twin does not say it", name, lens.Name, s, word)
					}
				}
			}
		}
	}
}

// notOfWord tells where words of a screen end.
func notOfWord(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x2500 && r < 0x2600 || r >= 0x2190 && r < 0x2200 || r == '…'
}

// layoutWord are words that only say what stands where on the screen: headings
// of columns, and hints about keys.
func layoutWord(lens, word string) bool {
	if word == unicodeGlyphs.Cross || word == unicodeGlyphs.Unequal { // the twin says x and !=
		return true
	}
	for _, w := range strings.Fields(map[string]string{
		"dialogue":  "states and what leads may said now the answer would out order envelope far",
		"message":   "read from the bottom choose line who wrote lines more",
		"postfix":   "maildrop DESTINATIONS qmgr /var/log/maillog var/log/maillog",
		"dns":       "WHO TAKES THE MAIL for left",
		"mailboxes": "POP3 IMAP",
		"map":       "PTR?",
	}[lens]) {
		if w == word {
			return true
		}
	}
	return false
}

// TestPlayPlain plays a story in lines, in each language, through a pipe.
func TestPlayPlain(t *testing.T) {
	for lang, wants := range map[string][]string{
		"en": {"event 1 of", "lens dialogue at event", "There are the lenses", "is no command", "There are events 1 to", "leave"},
		"bg": {"събитие 1", "изглед", "не е команда"},
		"pl": {"zdarzenie 1", "widok", "nie jest poleceniem"},
	} {
		in := strings.NewReader("next 3\nlens dialogue\nlens nothing\nbogus\n\nback\ngoto 99999\nfind smtp RCPT\nlens message\nwho 1\nwhy\nonly reply 2??\nnext\nonly\nmark\nmarked\nhelp\nquit\nnext\n")
		var out bytes.Buffer
		if err := PlayPlain(tracetest.Story(), Options{Lang: lang}, in, &out, 72); err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: the output lacks %q:\n%s", lang, want, out.String())
			}
		}
		checkPlain(t, lang, out.String(), 72)
	}
}

// TestPlainWild: nothing in a mail reaches the terminal raw in lines either.
func TestPlainWild(t *testing.T) {
	var commands strings.Builder
	for range wild().Len() {
		for _, l := range Lenses() {
			commands.WriteString("lens " + l + "\n")
		}
		commands.WriteString("why\nnext\n")
	}
	var out bytes.Buffer
	if err := PlayPlain(wild(), Options{}, strings.NewReader(commands.String()), &out, 0); err != nil {
		t.Fatal(err)
	}
	checkPlain(t, "wild", out.String(), 1<<20)
}

// checkPlain: no line is too wide, none has control characters or lines of a
// box.
func checkPlain(t *testing.T, what, out string, width int) {
	t.Helper()
	for _, line := range strings.Split(out, "\n") {
		if textWidth(line) > width {
			t.Errorf("%s: a line of %d columns: %s", what, textWidth(line), line)
		}
		for _, r := range line {
			if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r >= 0x2500 && r < 0x2600 {
				t.Fatalf("%s: %U in %q", what, r, line)
			}
		}
	}
}
