package mailaddr

import (
	"bufio"
	"os"
	"strings"
	"testing"
)

// TestPaths runs testdata/paths.txt: what Postfix 3.7 said to such a path.
func TestPaths(t *testing.T) {
	f, err := os.Open("testdata/paths.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 3 {
			t.Fatalf("line %d: want mode, path, address", n)
		}
		addr, err := Parse(fields[1], fields[0] == "strict")
		got := addr
		if err != nil || !Resolvable(addr, false) {
			got = "-"
		}
		if got != fields[2] {
			t.Errorf("line %d: Parse(%q), %s: got %q (%v), want %q", n, fields[1], fields[0], got, err, fields[2])
		}
	}
}

func TestQuote(t *testing.T) {
	for _, c := range []struct{ internal, external string }{
		{"ivan@alabala.com", "ivan@alabala.com"},
		{"a b@c.example", `"a b"@c.example`},
		{`a"b\c@c.example`, `"a\"b\\c"@c.example`},
		{".a@c.example", `".a"@c.example`},
		{"a..b@c.example", `"a..b"@c.example`},
		{"a@b@c.example", `"a@b"@c.example`},
		{"@c.example", `""@c.example`},
		{"иван@c.example", "иван@c.example"},
		{"nodomain", "nodomain"},
	} {
		if got := Quote(c.internal); got != c.external {
			t.Errorf("Quote(%q) = %q, want %q", c.internal, got, c.external)
		}
		if back, err := Parse("<"+c.external+">", false); err != nil || back != c.internal {
			t.Errorf("Parse(%q) = %q, %v; want %q", c.external, back, err, c.internal)
		}
	}
}

func TestXText(t *testing.T) {
	for _, c := range []struct{ plain, coded string }{
		{"rfc822;ivan@alabala.com", "rfc822;ivan@alabala.com"},
		{"a+b=c d", "a+2Bb+3Dc+20d"},
		{"\x7f", "+7F"},
	} {
		if got := XText(c.plain); got != c.coded {
			t.Errorf("XText(%q) = %q, want %q", c.plain, got, c.coded)
		}
		if got, ok := UnXText(c.coded); !ok || got != c.plain {
			t.Errorf("UnXText(%q) = %q, %v; want %q", c.coded, got, ok, c.plain)
		}
	}
	for _, bad := range []string{"+", "+4", "+G0", "a+4x"} {
		if got, ok := UnXText(bad); ok {
			t.Errorf("UnXText(%q) = %q, want an error", bad, got)
		}
	}
}

func TestUText(t *testing.T) {
	for _, c := range []struct{ coded, plain string }{
		{`a\x{41}b`, "aAb"}, {`\x{438}ван@x`, "иван@x"}, {`\x{041}`, "A"}, {"иван", "иван"},
		{`\x{`, "-"}, {`\x{41`, "-"}, {`\x{4G}`, "-"}, {`\x{110000}`, "-"}, {`\x{FFFFFFFFFFFF}`, "-"},
	} {
		got, ok := UnUText(c.coded)
		if !ok {
			got = "-"
		}
		if got != c.plain {
			t.Errorf("UnUText(%q) = %q, want %q", c.coded, got, c.plain)
		}
	}
	if got, want := UText("и+a b"), `\x{438}\x{2B}a\x{20}b`; got != want {
		t.Errorf("UText = %q, want %q", got, want)
	}
}

func TestExtension(t *testing.T) {
	for _, c := range []struct{ local, delimiters, user, extension string }{
		{"ivan+news", "+", "ivan", "news"},
		{"ivan+a+b", "+", "ivan", "a+b"},
		{"ivan+news", "", "ivan+news", ""},
		{"+ivan", "+", "+ivan", ""},
		{"ivan-a+b", "+-", "ivan", "a+b"},
		{"owner-list", "-", "owner-list", ""},
		{"MAILER-DAEMON", "-", "MAILER-DAEMON", ""},
	} {
		if user, ext := Extension(c.local, c.delimiters); user != c.user || ext != c.extension {
			t.Errorf("Extension(%q, %q) = %q, %q; want %q, %q", c.local, c.delimiters, user, ext, c.user, c.extension)
		}
	}
}

func TestRewrite(t *testing.T) {
	all := RewriteConfig{Origin: "sender.example", Domain: "example", SwapBang: true, PercentHack: true}
	for _, c := range []struct {
		config     RewriteConfig
		addr, want string
	}{
		{all, "ivan", "ivan@sender.example"},
		{all, "ivan@host", "ivan@host.example"},
		{all, "ivan@alabala.com.", "ivan@alabala.com"},
		{all, "ivan%alabala.com", "ivan@alabala.com"},
		{all, "alabala.com!ivan", "ivan@alabala.com"},
		{all, "a!b!ivan", "b!ivan@a.example"},
		{all, "a!ivan@alabala.com", "a!ivan@alabala.com"},
		{all, "@a.example,@b.example:ivan@alabala.com", "ivan@alabala.com"},
		{all, "ivan@[10.1.1.1]", "ivan@[10.1.1.1]"},
		{all, "", ""},
		{RewriteConfig{}, "ivan", "ivan"},
		{RewriteConfig{}, "ivan@host", "ivan@host"},
	} {
		if got := Rewrite(c.addr, c.config); got != c.want {
			t.Errorf("Rewrite(%q) = %q, want %q", c.addr, got, c.want)
		}
	}
}

func TestValid(t *testing.T) {
	for _, c := range []struct {
		domain string
		utf8   bool
		want   bool
	}{
		{"alabala.com", false, true}, {"foo_bar", false, true}, {"10.10.10.10", false, false}, {"1a", false, true},
		{"-a.example", false, false}, {"a-.example", false, false}, {"a..b", false, false}, {".a", false, false}, {"a.", false, false},
		{strings.Repeat("b", 63) + ".example", false, true}, {strings.Repeat("b", 64) + ".example", false, false},
		{"пример.bg", true, true}, {"пример.bg", false, false},
		{"[10.10.20.100]", false, true}, {"[10.10.20]", false, false}, {"[0.1.1.1]", false, false}, {"[0.0.0.0]", false, true},
		{"[IPv6:::1]", false, true}, {"[ipv6:2001:db8::10.1.1.1]", false, true}, {"[IPv6:1:2:3:4:5:6:7]", false, false},
		{"[IPv6:1:2:3:4:5:6:7:8]", false, true}, {"[IPv6:1::2::3]", false, false}, {"[::1]", false, false},
	} {
		if got := ValidDomain(c.domain, c.utf8); got != c.want {
			t.Errorf("ValidDomain(%q, %v) = %v, want %v", c.domain, c.utf8, got, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"<ivan@alabala.com>", "<@a,@b:u@c>", `"a b"@c`, "<a(c)b@c>", "x <a@b>, c;:", "\\", "<[", "g:a;"} {
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, path string, strict bool) {
		addr, err := Parse(path, strict)
		if err != nil || addr == "" {
			return
		}
		if _, lenient := Parse(path, false); lenient != nil {
			t.Errorf("Parse(%q): strict takes what lenient refuses", path)
		}
		Resolvable(addr, true)
		if addr != "@" && Rewrite(addr, RewriteConfig{Origin: "o.example", SwapBang: true, PercentHack: true}) == "" {
			t.Errorf("Rewrite(%q) is empty", addr)
		}
		if got, ok := UnXText(XText(addr)); !ok || got != addr {
			t.Errorf("xtext of %q comes back as %q", addr, got)
		}
	})
}
