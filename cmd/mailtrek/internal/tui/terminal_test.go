package tui

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/vt"
)

// terminal is an emulated terminal with a program in it.
type terminal struct {
	t      *testing.T
	screen *vt.SafeEmulator
	mu     sync.Mutex // of what is on it: String of the emulator does not lock
	keys   *io.PipeWriter
	done   chan error
	w, h   int
}

// newTerminal starts a program. Sizes and answers of the terminal come from the
// emulator, keys are the octets that a terminal sends.
func newTerminal(t *testing.T, m tea.Model, w, h int) *terminal {
	t.Helper()
	in, keys := io.Pipe()
	e := &terminal{t: t, screen: vt.NewSafeEmulator(w, h), keys: keys, done: make(chan error, 1), w: w, h: h}
	go func() { _, _ = io.Copy(io.Discard, e.screen) }() // what the emulator answers
	p, end := newScreen(m.(shower), in, cooked{e}, tea.WithWindowSize(w, h), tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color"}))
	go func() {
		_, err := p.Run()
		end()
		e.done <- err
	}()
	t.Cleanup(func() { p.Kill(); _ = keys.Close() })
	return e
}

// cooked is the line discipline of a terminal: a line feed also returns.
type cooked struct{ to *terminal }

func (c cooked) Write(b []byte) (int, error) {
	c.to.mu.Lock()
	defer c.to.mu.Unlock()
	if _, err := io.WriteString(c.to.screen, strings.ReplaceAll(string(b), "\n", "\r\n")); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (e *terminal) write(s string) {
	if _, err := io.WriteString(e.keys, s); err != nil {
		e.t.Fatal(err)
	}
}

// leaves waits until the program has ended.
func (e *terminal) leaves() {
	e.t.Helper()
	select {
	case err := <-e.done:
		if err != nil {
			e.t.Error(err)
		}
	case <-time.After(20 * time.Second):
		e.t.Fatal("q does not leave")
	}
}

// clipboard is the text that a command hands to the terminal's clipboard.
func clipboard(t *testing.T, cmd tea.Cmd) string {
	t.Helper()
	raw, ok := cmd().(tea.RawMsg)
	if !ok {
		t.Fatal("nothing is copied")
	}
	seq := fmt.Sprint(raw.Msg)
	text, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(strings.TrimPrefix(seq, "\x1b]52;c;"), "\a"))
	if err != nil {
		t.Fatalf("%q is no OSC 52: %v", seq, err)
	}
	return string(text)
}
