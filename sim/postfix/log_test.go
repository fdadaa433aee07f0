package postfix

import (
	"strings"
	"testing"
)

// TestPlainASCII puts every octet at every place of texts of every length up to
// two words.
func TestPlainASCII(t *testing.T) {
	for n := range 18 {
		text := []byte(strings.Repeat("~ a", 6)[:n])
		if !plainASCII(text) {
			t.Errorf("%q: got false, want true", text)
		}
		for i := range text {
			was := text[i]
			for c := range 256 {
				text[i] = byte(c)
				if got, want := plainASCII(text), c >= ' ' && c < 0x7f; got != want {
					t.Errorf("%q: got %v, want %v", text, got, want)
				}
			}
			text[i] = was
		}
	}
}
