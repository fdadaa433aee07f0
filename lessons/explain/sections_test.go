package explain

import (
	"strings"
	"testing"
)

// TestSections: every section of an RFC that a sentence or an entry refers to
// has its heading, and every RFC an entry that says what it is.
func TestSections(t *testing.T) {
	refs := map[string]string{}
	for _, key := range Keys() {
		refs[english[key].ref] = key
	}
	for _, w := range All("en") {
		for _, see := range w.See {
			refs[see] = w.Kind + " " + w.Name
		}
	}
	for ref, from := range refs {
		for i, s := range Sources(ref, "en") {
			if strings.Contains(s.Ref, "§") && s.Title == "" {
				t.Errorf("%s refers to %s, whose heading is missing in sections.txt", from, s.Ref)
			}
			if i == 0 && strings.HasPrefix(s.Ref, "RFC ") && s.Gist == "" {
				t.Errorf("%s refers to %s, and no entry says what that is", from, s.Ref)
			}
		}
	}
}

// TestSources: a reference of several places is taken apart.
func TestSources(t *testing.T) {
	got := Sources("RFC 5321 §4.1.1.2, §4.5.5; Postfix qmgr(8)", "en")
	want := []string{"RFC 5321 §4.1.1.2|MAIL (MAIL)", "RFC 5321 §4.5.5|Messages with a Null Reverse-Path", "Postfix qmgr(8)|"}
	if len(got) != len(want) {
		t.Fatalf("got %d sources, want %d: %+v", len(got), len(want), got)
	}
	for i, s := range got {
		if s.Ref+"|"+s.Title != want[i] {
			t.Errorf("source %d: got %s|%s, want %s", i, s.Ref, s.Title, want[i])
		}
	}
	if got[0].Gist == "" || got[1].Gist != "" || got[2].Gist == "" {
		t.Errorf("the gists are %q, %q, %q; want one for each document", got[0].Gist, got[1].Gist, got[2].Gist)
	}
}
