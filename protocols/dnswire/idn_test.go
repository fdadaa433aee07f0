package dnswire_test

import (
	"strings"
	"testing"

	"mailtrek/protocols/dnswire"
)

func TestALabels(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"mail.example", "mail.example"},
		{"почта.example", "xn--80a1acny.example"},
		{"ПОЧТА.example", "xn--80a1acny.example"},
		{"bücher.example.", "xn--bcher-kva.example."},
		{"żółw.pl", "xn--w-uga1v8h.pl"},
		{"пример.бг", "xn--e1afmkfd.xn--90ae"},
		{"他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"}, // RFC 3492 §7.1 (B)
		{"\xff.example", "\xff.example"},
		{strings.Repeat("ж", 64) + ".example", strings.Repeat("ж", 64) + ".example"},
	} {
		if got := dnswire.ALabels(c.name); got != c.want {
			t.Errorf("ALabels(%q) = %q, want %q", c.name, got, c.want)
		}
	}
}
