package explain

import (
	"slices"
	"strings"
	"testing"
)

// TestLookup: what people type, and what they are told first.
func TestLookup(t *testing.T) {
	for _, c := range []struct {
		said string
		want string // kinds and names in order, the beginning is enough
	}{
		{"RCPT", "command-smtp RCPT"},
		{"rcpt to", "command-smtp RCPT"},
		{"MAIL FROM", "command-smtp MAIL"},
		{"MAIL FROM:<elena@sender.example> SIZE=612", "command-smtp MAIL"},
		{"smtp RCPT", "command-smtp RCPT"},
		{"imap LIST", "command-imap LIST, response-imap LIST"},
		{"LIST", "command-pop3 LIST, command-imap LIST, response-imap LIST"},
		{"UID FETCH", "command-imap UID FETCH"},
		{"550", "reply 550"},
		{"reply 550", "reply 550"},
		{"5yz", "reply 5yz"},
		{"557", "reply 5yz, reply x5z"},
		{"5.7.1", "enhanced x.7.1, enhanced 5.x.x"},
		{"x.7.1", "enhanced x.7.1"},
		{"4.7.99", "enhanced x.7.x, enhanced 4.x.x"},
		{"550 5.7.1", "reply 550, enhanced x.7.1, enhanced 5.x.x"},
		{"550-5.1.1 <ivan@alabala.com>: Recipient address rejected", "reply 550, enhanced x.1.1, enhanced 5.x.x"},
		{"250-PIPELINING", "reply 250"},
		{"header Received", "header Received"},
		{"Received:", "header Received"},
		{"Received: from pc.sender.example", "header Received"},
		{"dns MX", "record MX"},
		{"mx record", "record MX"},
		{"NXDOMAIN", "rcode NXDOMAIN"},
		{"[IN-USE]", "response-pop3 [IN-USE]"},
		{"in-use", "response-pop3 [IN-USE]"},
		{"[CAPABILITY]", "response-imap [CAPABILITY]"},
		{"-ERR [IN-USE]", "response-pop3 [IN-USE]"},
		{"-ERR", "response-pop3 -ERR"},
		{"RFC 5321", "rfc RFC 5321"},
		{"rfc5321 §4.1.1.3", "rfc RFC 5321"},
		{"DATA", "command-smtp DATA"},
		{"conn_use", "log conn_use="},
		{"delay=", "log delay="},
		{"log delay", "log delay="},
		{".", "command-smtp ."},
		{"MX NXDOMAIN", "record MX, rcode NXDOMAIN"},
		{"pop3 TRANSACTION", "state pop3 TRANSACTION"},
		{"imap selected", "state imap SELECTED"},
		{"message/rfc822", "mime message/rfc822"},
		{"rctp", ""},
		{"RCPT nonsense", ""},
		{"", ""},
		{"smtp", ""},
		{strings.Repeat("RCPT ", 1000), ""},
	} {
		var got []string
		for _, w := range Lookup("en", strings.Fields(c.said)...) {
			got = append(got, w.Kind+" "+w.Name)
		}
		list := strings.Join(got, ", ")
		if c.want == "" && list != "" && c.said != "smtp" || !strings.HasPrefix(list+",", c.want) {
			t.Errorf("Lookup(%.60q): got %q, want %q", c.said, list, c.want)
		}
	}
}

// TestLookupLanguage: names are the same in every language, texts are not, and
// an unknown language is English.
func TestLookupLanguage(t *testing.T) {
	for lang, want := range map[string]string{"en": "envelope", "bg": "плика", "pl": "koperty", "xx": "envelope"} {
		words := Lookup(lang, "RCPT")
		if len(words) == 0 || words[0].Name != "RCPT" || !strings.Contains(words[0].Text, want) {
			t.Errorf("%s: got %v, want RCPT with a text about %q", lang, words, want)
		}
	}
}

// TestNearest: what a slip is taken for.
func TestNearest(t *testing.T) {
	for said, want := range map[string]string{
		"rctp": "RCPT", "EHLLO": "EHLO", "Recieved": "Received", "header Recieved": "Received", "NXDOMIAN": "NXDOMAIN", "defered": "deferred",
		"imap SELCT": "SELECT", "5.71": "5.7.1",
	} {
		if got := Nearest("en", strings.Fields(said)...); !slices.Contains(got, want) {
			t.Errorf("Nearest(%q): got %q, want %q among them", said, got, want)
		}
	}
	for _, said := range []string{"", "qwertyuiop", strings.Repeat("x", 5000)} {
		if got := Nearest("en", said); len(got) > 0 {
			t.Errorf("Nearest(%.20q): got %q, want nothing", said, got)
		}
	}
}

// TestReadWords: what a file may look like, and what is wrong with one.
func TestReadWords(t *testing.T) {
	title, words, faults := readWords("term", "# term\n\n## A\nalso: a b\nsee: RFC 1\nOne\nline.\n\nTwo.\nwhy: because\nof that\nnext: go\n\n## B\nTwo: parts.\n")
	want := []Word{
		{Kind: "term", Name: "A", Also: []string{"a b"}, See: []string{"RFC 1"}, Text: "One line.\n\nTwo.", Why: "because of that", Next: "go"},
		{Kind: "term", Name: "B", Text: "Two: parts."},
	}
	if title != "term" || len(faults) != 0 || !slices.EqualFunc(words, want, sameWord) {
		t.Errorf("got %q, %+v, %q, want %+v", title, words, faults, want)
	}
	for data, want := range map[string]string{
		"lost\n## A\nx":           "1: text before the first entry",
		"## A\n\n## B\nx":         "3: the entry A before this line says nothing",
		"## A\nx\nwhy: y\nwhy: z": "4: a second text of this kind in one entry",
	} {
		if _, _, faults := readWords("term", data); !slices.Contains(faults, want) {
			t.Errorf("%q: got %q, want %q", data, faults, want)
		}
	}
}

func sameWord(a, b Word) bool {
	return a.Kind == b.Kind && a.Name == b.Name && slices.Equal(a.Also, b.Also) && slices.Equal(a.See, b.See) &&
		a.Text == b.Text && a.Why == b.Why && a.Next == b.Next
}

func FuzzLookup(f *testing.F) {
	for _, s := range []string{"550 5.7.1", "RCPT TO:<a@b>", "header ", ".", "x.x.x", "5.7.", "250-", "[", ":=", "imap", "\x00\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, w := range Lookup("bg", s) {
			if w.Name == "" || w.Text == "" {
				t.Errorf("Lookup(%q): an empty entry %+v", s, w)
			}
		}
		if near := Nearest("pl", s); len(near) > 3 {
			t.Errorf("Nearest(%q): got %q, want at most three", s, near)
		}
	})
}
