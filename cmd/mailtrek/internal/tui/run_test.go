package tui

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"mailtrek/sim/trace/tracetest"
)

// TestRun plays on a terminal that is none: a pipe for the keys and a buffer
// for the screen. The program must take the alternate screen, and give it back.
func TestRun(t *testing.T) {
	keys, typing := io.Pipe()
	var out bytes.Buffer
	done := make(chan error, 1)
	go func() { done <- Run(Play(tracetest.Story(), Options{Theme: "mono"}), keys, &out) }()
	if _, err := io.WriteString(typing, "]lq"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("q does not leave")
	}
	for _, want := range []string{"\x1b[?1049h", "\x1b[?1049l"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q", want)
		}
	}
}
