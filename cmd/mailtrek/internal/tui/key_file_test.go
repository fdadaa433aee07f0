package tui

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace/tracetest"
)

// TestKeyFiles reads the files of testdata/keys: behind a line "--- faults" or
// "--- keys" stands what is to come of them.
func TestKeyFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/keys/*.conf")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files of keys to read (%v)", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text, want, ok := strings.Cut(string(data), "\n# --- ")
		kind, want, _ := strings.Cut(want, "\n")
		if !ok {
			t.Errorf("%s does not say what is to come of it", name)
			continue
		}
		k, err := ReadKeys("keys.conf", []byte(text+"\n"))
		got := ""
		switch {
		case kind == "faults" && err != nil:
			got = err.Error() + "\n"
		case err != nil:
			got = "faults:\n" + err.Error() + "\n"
		default:
			for _, row := range ListKeys(k, "en") {
				if !strings.Contains(want, row.Place+" "+row.Action+":") {
					continue
				}
				got += strings.TrimSpace(row.Place+" "+row.Action+": "+strings.Join(row.Keys, " ")) + "\n"
			}
		}
		want = strings.ReplaceAll("\n"+want, "\n# ", "\n")[1:]
		if strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("%s: got %s\n%s\nwant\n%s", name, kind, got, want)
		}
	}
}

// TestKeyFileRoundTrip: the file that the program writes is read as the same
// keys, in every language.
func TestKeyFileRoundTrip(t *testing.T) {
	own, err := ReadKeys("k", []byte("[play]\nnext = n\nagain = ctrl+n\nexchange =\n[home]\ntheme = T\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []*Keys{nil, own} {
		for _, lang := range []string{"en", "bg", "pl"} {
			var out bytes.Buffer
			if err := WriteKeys(&out, k, lang); err != nil {
				t.Fatal(err)
			}
			again, err := ReadKeys("written", out.Bytes())
			if err != nil {
				t.Fatalf("%s: what was written cannot be read:\n%v", lang, err)
			}
			if got, want := fmt.Sprint(ListKeys(again, lang)), fmt.Sprint(ListKeys(k, lang)); got != want {
				t.Errorf("%s: got\n%s\nwant\n%s", lang, got, want)
			}
		}
	}
}

// TestKeysDescribed: every action has words that say what it does, and so has
// the palette.
func TestKeysDescribed(t *testing.T) {
	for _, lang := range []string{"en", "bg", "pl"} {
		for _, row := range ListKeys(nil, lang) {
			if row.Does == "" || strings.HasPrefix(row.Does, "do.") || strings.HasPrefix(row.Does, "help.") {
				t.Errorf("%s: %s %s has no description: %q", lang, row.Place, row.Action, row.Does)
			}
			for _, k := range row.Keys {
				if _, ok := keyCalled(k); !ok {
					t.Errorf("%s %s has the key %q, which the file of keys could not name", row.Place, row.Action, k)
				}
			}
		}
	}
}

// TestOwnKeys: other keys do what the file says, those that were taken away do
// nothing, and help and last row show them.
func TestOwnKeys(t *testing.T) {
	_, err := ReadKeys("k", []byte("[play]\nnext = w ctrl+f\nwrote = alt+w\nquit = Q\npalette = ;\nlens-number = F1 f2 f3 f4 f5 f6 f7 f8 f9\n"))
	if err == nil {
		t.Fatal("F1 is taken for the key f1")
	}
	own, err := ReadKeys("k", []byte("[play]\nnext = w ctrl+f\nwrote = alt+w\nquit = Q\npalette = ;\nhelp = ?\nuntil = r\nlens-number = f1 f2 f3 f4 f5 f6 f7 f8 f9\n"))
	if err != nil {
		t.Fatal(err)
	}
	p := Play(tracetest.Failover(), Options{At: 10, Keys: own})
	p.Update(tea.WindowSizeMsg{Width: 120, Height: 60})
	press(p, "w", "right", "l")
	if p.at != 11 {
		t.Errorf("w, which is next now, and right, which is nothing: got event %d, want 11", p.at)
	}
	for name, lens := range map[string]int{"f3": 2, "f9": 8} {
		k, _ := keyCalled(name)
		p.Update(k)
		if p.lens != lens {
			t.Errorf("%s: got lens %d, want %d", name, p.lens, lens)
		}
	}
	if cmd := press(p, "q"); cmd != nil {
		t.Error("q still leaves")
	}
	press(p, "?")
	if got := p.frame().Text(); !strings.Contains(got, "w Ctrl-F") || !strings.Contains(got, "F1 F2 F3") {
		t.Errorf("the help does not show the keys as they are:\n%s", got)
	}
	press(p, "x")
	if got := p.frame().Text(); !strings.Contains(got, "Q quit") || !strings.Contains(got, "; commands") {
		t.Errorf("the last row does not show the keys as they are:\n%s", got)
	}
	press(p, ";")
	if p.palette == nil {
		t.Fatal("; opens no palette")
	}
	press(p, "w")
	if p.palette.line.text != "w" {
		t.Errorf("in the palette w is typed; got %q", p.palette.line.text)
	}
}

// FuzzReadKeys: whatever a file of keys contains, reading it ends with keys or
// with faults that have a place.
func FuzzReadKeys(f *testing.F) {
	f.Add("[play]\nnext = right\n")
	f.Add("[seat]\nundo = ctrl+z x\n[\n=\n= =\n")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ReadKeys("k", []byte(text))
		if (k == nil) == (err == nil) {
			t.Fatalf("got keys %v and error %v", k, err)
		}
		if faults, ok := err.(KeyErrors); err != nil && (!ok || faults[0].Line < 1 || faults[0].Col < 1) {
			t.Fatalf("a fault without a place: %v", err)
		}
	})
}
