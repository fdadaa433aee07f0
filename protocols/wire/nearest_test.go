package wire

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	known := []string{"RCPT", "MAIL", "mail.alabala.com", "пощальон", "a"}
	for word, want := range map[string]string{
		"RPCT": "RCPT", "rcpt": "RCPT", "MIAL": "MAIL", "mail.alabla.com": "mail.alabala.com", "пощалион": "пощальон",
		"RCPT": "", "banana": "", "x": "", "": "", strings.Repeat("x", 100000): "",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("%.30q: got %q, want %q", word, got, want)
		}
	}
}
