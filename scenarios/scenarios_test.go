package scenarios

import (
	"path"
	"strings"
	"testing"

	"mailtrek/sim/scenario"
)

// mistakes are those that a document makes on purpose: its reader is to find them.
var mistakes = map[string]string{"routing/lost-dot.md": "'mail.alabala.com.alabala.com' has no address records"}

// Every document loads, has the id that its file name says, and nothing in it
// is doubtful.
func TestDocumentsLoad(t *testing.T) {
	seen := map[string]string{}
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			s, err := scenario.Load(FS(), name, Resolve)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.TrimSuffix(path.Base(name), ".md"); s.ID != want {
				t.Errorf("id: got %s, want %s", s.ID, want)
			}
			if other := seen[s.ID]; other != "" {
				t.Errorf("the id %s is that of %s too", s.ID, other)
			}
			seen[s.ID] = name
			if s.Summary == "" {
				t.Error("there is no summary for the list")
			}
			for _, w := range s.Warnings {
				if meant := mistakes[name]; meant == "" || !strings.Contains(w.Message, meant) {
					t.Error(w)
				}
			}
		})
	}
	if len(seen) == 0 {
		t.Fatal("there are no documents")
	}
}

func TestFind(t *testing.T) {
	if got, ok := Find("alabala"); !ok || got != "alabala/alabala.md" {
		t.Errorf("got %q, %v", got, ok)
	}
	if _, ok := Find("no-such-document"); ok {
		t.Error("found a document that does not exist")
	}
}

func TestTheLabHasTwentyThreeHosts(t *testing.T) {
	s, err := scenario.Load(FS(), "lab/lab.md", Resolve)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(s.Hosts); got != 23 {
		t.Errorf("got %d hosts, want 23", got)
	}
	for name, runs := range map[string]string{"smtp": "postfix dovecot", "strict": "dovecot", "auth": "named", "down": "", "nomx": "postfix"} {
		if got := strings.Join(s.Host(name).Runs, " "); got != runs {
			t.Errorf("%s runs %q, want %q", name, got, runs)
		}
	}
	if got := len(s.Host("mail").Addresses); got != 17 {
		t.Errorf("mail has %d addresses, want 17", got)
	}
	if s.Story() {
		t.Error("the world has a story of its own")
	}
}

// A translation shows every block of its document, in the same order.
func TestTranslationsAreComplete(t *testing.T) {
	found := 0
	for _, name := range Names() {
		s, err := scenario.Load(FS(), name, Resolve)
		if err != nil {
			t.Fatal(err)
		}
		for _, tr := range s.Translations {
			found++
			if got, want := blocks(tr.Parts), blocks(s.Parts); got != want {
				t.Errorf("%s in %s shows\n%s\nwant\n%s", name, tr.Lang, got, want)
			}
		}
	}
	if found == 0 {
		t.Error("there are no translations")
	}
}

func blocks(parts []scenario.Part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.Block != nil || p.ID != "" {
			b.WriteString(p.ID + "\n")
		}
	}
	return b.String()
}
