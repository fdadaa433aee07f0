package message

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the .want files anew")

// report tells all that the package reads from a message.
func report(raw []byte) string {
	var b strings.Builder
	h := Scan(raw)
	for _, f := range h.Fields {
		fmt.Fprintf(&b, "%s = %q\n", f.Name, f.Text())
		switch strings.ToLower(f.Name) {
		case "from", "to", "cc", "sender", "reply-to":
			for _, a := range Addresses(f.Value()) {
				fmt.Fprintf(&b, "\taddress %q name %q group %q\n", a.Addr, a.Name, a.Group)
			}
		case "date":
			t, err := ParseDate(f.Value())
			fmt.Fprintf(&b, "\tdate %s %v\n", t.Format(time.RFC3339), err)
		case "message-id", "references", "in-reply-to":
			fmt.Fprintf(&b, "\tids %q\n", MessageIDs(f.Value()))
		case "content-type", "content-disposition":
			main, params := ParseParams(f.Value())
			fmt.Fprintf(&b, "\tparams %q %q\n", main, params)
		}
	}
	fmt.Fprintf(&b, "body at %d of %d\n", h.Body, len(raw))
	for i, hop := range Chain(h) {
		fmt.Fprintf(&b, "hop %d known %v after %v\n", i+1, hop.Known, hop.Delay)
		r := hop.Received
		fmt.Fprintf(&b, "\tfrom %q client %q addr %q by %q software %q\n", r.From, r.Client, r.Addr, r.By, r.Software)
		fmt.Fprintf(&b, "\tvia %q with %q id %q for %q sender %q at %s\n", r.Via, r.With, r.ID, r.For, r.Sender, r.Time.Format(time.RFC3339))
		for _, n := range r.Notes {
			fmt.Fprintf(&b, "\tnote %q\n", n)
		}
	}
	Tree(raw).Walk(func(p *Part, depth int) {
		fmt.Fprintf(&b, "%spart %q %s %s size %d lines %d", strings.Repeat("  ", depth), p.Number, p.Type, p.Encoding, p.Size(), p.Lines)
		for _, s := range []string{p.Disposition, p.Filename, p.Description, p.Problem} {
			if s != "" {
				fmt.Fprintf(&b, " %q", s)
			}
		}
		if len(p.Parts) == 0 {
			text, err := p.Text(raw)
			fmt.Fprintf(&b, " %.60q %v", text, err)
		}
		b.WriteByte('\n')
	})
	return b.String()
}

// TestReports compares what is read from each message with the file beside it.
func TestReports(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(paths) == 0 {
		t.Fatal("no messages")
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := report(raw)
			file := strings.TrimSuffix(path, ".eml") + ".want"
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// TestReceivedRoundTrip parses every trace field that Postfix and Dovecot wrote
// in the recordings and writes it again.
func TestReceivedRoundTrip(t *testing.T) {
	paths, _ := filepath.Glob("testdata/path-*.eml")
	n := 0
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range Scan(raw).All("Received") {
			want := strings.ReplaceAll(f.Value(), "\r\n", "\n")
			r, ok := ParseReceived(want)
			got := r.String()
			if r.With == "LMTP" {
				got = r.Dovecot()
			}
			if !ok || strings.ReplaceAll(got, "(+0000)", "(UTC)") != want {
				t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
			}
			n++
		}
	}
	if n < 8 {
		t.Errorf("only %d fields", n)
	}
}

// TestReceivedString writes the layouts of Postfix.
func TestReceivedString(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 5, 0, time.FixedZone("EET", 7200))
	base := Received{From: "pc", Client: "unknown", Addr: "2001:db8::1", By: "mx.example", Software: "Postfix",
		With: "ESMTPSA", ID: "4BA7698E263", Time: at}
	one := base
	one.For = "a@b.example"
	one.Notes = []string{"using TLSv1.3 with cipher X (256/256 bits)", "Authenticated sender: elena"}
	for _, c := range []struct {
		r    Received
		want string
	}{
		{base, "from pc (unknown [IPv6:2001:db8::1])\n\tby mx.example (Postfix) with ESMTPSA id 4BA7698E263;\n\tMon,  2 Mar 2026 09:00:05 +0200 (EET)"},
		{one, "from pc (unknown [IPv6:2001:db8::1])\n\t(using TLSv1.3 with cipher X (256/256 bits))\n\t(Authenticated sender: elena)\n\tby mx.example (Postfix) with ESMTPSA id 4BA7698E263\n\tfor <a@b.example>; Mon,  2 Mar 2026 09:00:05 +0200 (EET)"},
		{Received{By: "mx.example", Software: FromUser("Postfix", 2001), ID: "C1", Time: at.AddDate(0, 0, 9)},
			"by mx.example (Postfix, from userid 2001)\n\tid C1; Wed, 11 Mar 2026 09:00:05 +0200 (EET)"},
	} {
		if got := c.r.String(); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

func TestEdit(t *testing.T) {
	const crlf = "A: 1\r\nB: 2\r\n more\r\nA: 3\r\n\r\nbody\r\n"
	field := func(raw, name string) Field {
		f, _ := Scan([]byte(raw)).Find(name)
		return f
	}
	for _, c := range []struct {
		name, got, want string
	}{
		{"prepend", string(Prepend([]byte(crlf), "Received", "by x\n\tid 1; d")), "Received: by x\r\n\tid 1; d\r\n" + crlf},
		{"prepend to nothing", string(Prepend(nil, "A", "b")), "A: b\n"},
		{"append", string(Append([]byte(crlf), "C", "4")), "A: 1\r\nB: 2\r\n more\r\nA: 3\r\nC: 4\r\n\r\nbody\r\n"},
		{"append to a body alone", string(Append([]byte("\nbody\n"), "C", "4")), "C: 4\n\nbody\n"},
		{"append where the header has no end", string(Append([]byte("A: 1\nno field\n"), "C", "4")), "A: 1\nC: 4\n\nno field\n"},
		{"append to half a line", string(Append([]byte("A: 1"), "C", "4")), "A: 1\nC: 4\n"},
		{"remove", string(Remove([]byte(crlf), "a")), "B: 2\r\n more\r\n\r\nbody\r\n"},
		{"remove nothing", string(Remove([]byte(crlf), "Bcc")), crlf},
		{"replace", string(Replace([]byte(crlf), field(crlf, "B"), "9")), "A: 1\r\nB: 9\r\nA: 3\r\n\r\nbody\r\n"},
		{"a value cannot begin a field", string(Format("A", "x\nBcc: evil\n\nbody", "\r\n")), "A: x\r\n\tBcc: evil\r\n\tbody\r\n"},
		{"nor by CR", string(Format("A", "x\rBcc: evil", "\n")), "A: x Bcc: evil\n"},
		{"empty", string(Format("Subject", "", "\n")), "Subject:\n"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestRewriteAddresses(t *testing.T) {
	complete := func(addr string) string {
		if !strings.Contains(addr, "@") {
			return addr + "@alabala.com"
		}
		return strings.Replace(addr, "@old.example", "@new.example", 1)
	}
	for _, c := range []struct{ in, want string }{
		{"ivan", "ivan@alabala.com"},
		{"Ivan <ivan>, maria (M),\n\tx@old.example", "Ivan <ivan@alabala.com>, maria@alabala.com (M),\n\tx@new.example"},
		{"\"x@old.example\" <@a,@b:y@old.example>", "\"x@old.example\" <@a,@b:y@new.example>"},
		{"g: a@old.example, b;, c", "g: a@new.example, b@alabala.com;, c@alabala.com"},
		{"undisclosed-recipients:;", "undisclosed-recipients:;"},
		{"", ""},
	} {
		if got := RewriteAddresses(c.in, complete); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

// TestWords holds the examples of RFC 2047 §8.
func TestWords(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"(=?ISO-8859-1?Q?a?=)", "(a)"},
		{"(=?ISO-8859-1?Q?a?= b)", "(a b)"},
		{"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"},
		{"(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"},
		{Unfold("(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)"), "(ab)"},
		{"(=?ISO-8859-1?Q?a_b?=)", "(a b)"},
		{"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"},
		{"=?koi8-r?B?8NLJ18XU?=", "Привет"},
		{"=?x-unknown?Q?a?=", "=?x-unknown?Q?a?="},
		{"=?utf-8?Q?broken", "=?utf-8?Q?broken"},
	} {
		if got := DecodeWords(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestQuotedAndBase64(t *testing.T) {
	for _, c := range []struct {
		in, want string
		f        func([]byte) ([]byte, error)
		err      error
	}{
		{"Now's the time =\nfor all folk to come=\n to the aid of their country.", "Now's the time for all folk to come to the aid of their country.", DecodeQuoted, nil},
		{"a=3D=e4 \t\r\nb=  \r\nc", "a=\xe4\r\nbc", DecodeQuoted, nil},
		{"=x= =4", "=x= =4", DecodeQuoted, ErrQuoted},
		{"QUJD\r\nRA==", "ABCD", DecodeBase64, nil},
		{"QU!JD", "ABC", DecodeBase64, ErrBase64},
		{"QUJDR", "ABC", DecodeBase64, ErrBase64},
		{"", "", DecodeBase64, nil},
	} {
		if got, err := c.f([]byte(c.in)); string(got) != c.want || err != c.err {
			t.Errorf("%q: got %q, %v; want %q, %v", c.in, got, err, c.want, c.err)
		}
	}
}

// TestLimits reads messages that are made to be expensive.
func TestLimits(t *testing.T) {
	deep := strings.Repeat("Content-Type: message/rfc822\n\n", MaxDepth+20)
	depth := 0
	problem := ""
	Tree([]byte(deep)).Walk(func(p *Part, d int) {
		depth = max(depth, d)
		if p.Problem != "" {
			problem = p.Problem
		}
	})
	if depth != MaxDepth || problem == "" {
		t.Errorf("depth %d, problem %q", depth, problem)
	}
	wide := "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\n", MaxParts+5)
	if root := Tree([]byte(wide)); len(root.Parts) >= MaxParts || root.Problem == "" {
		t.Errorf("%d parts, problem %q", len(root.Parts), root.Problem)
	}
	if h := Scan([]byte(strings.Repeat("A: b\n", MaxFields+5))); len(h.Fields) != MaxFields {
		t.Errorf("%d fields", len(h.Fields))
	}
	if n := len(Addresses(strings.Repeat("a@b,", MaxAddresses+5))); n != MaxAddresses {
		t.Errorf("%d addresses", n)
	}
}

func TestNewMessageID(t *testing.T) {
	at := time.Date(2026, 11, 22, 1, 57, 40, 0, time.FixedZone("EET", 7200))
	if got, want := NewMessageID(at, "E8ED198E2D2", "mx.example"), "<20261121235740.E8ED198E2D2@mx.example>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
