//go:build unix

package tui

import (
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/charmbracelet/x/term"
)

// ownPainting tells whether the screen is painted by ourselves.
const ownPainting = true

// tty is the terminal behind the screen, if it is one.
type tty struct {
	in, out term.File // nil when that is no terminal
	mu      sync.Mutex
	before  *term.State // while the terminal is raw
}

func newTTY(in io.Reader, out io.Writer) *tty {
	t := &tty{}
	if f, ok := in.(term.File); ok && term.IsTerminal(f.Fd()) {
		t.in = f
	}
	if f, ok := out.(term.File); ok && term.IsTerminal(f.Fd()) {
		t.out = f
	}
	return t
}

// raw has the terminal deliver every key at once and unseen.
func (t *tty) raw() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.in != nil && t.before == nil {
		t.before, _ = term.MakeRaw(t.in.Fd())
	}
}

// restore undoes raw.
func (t *tty) restore() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.before != nil {
		_ = term.Restore(t.in.Fd(), t.before)
		t.before = nil
	}
}

// size is that of the terminal; what is none has the size of the oldest.
func (t *tty) size() (w, h int) {
	if t.out != nil {
		if w, h, err := term.GetSize(t.out.Fd()); err == nil && w > 0 && h > 0 {
			return w, h
		}
	}
	return 80, 24
}

// watch calls resized when the terminal has another size, and goesOn when the
// process was stopped and goes on. The function that it returns ends that.
func (t *tty) watch(resized func(w, h int), goesOn func()) (forget func()) {
	if t.out == nil {
		return func() {}
	}
	signals, done := make(chan os.Signal, 4), make(chan struct{})
	signal.Notify(signals, syscall.SIGWINCH, syscall.SIGCONT)
	go func() {
		for {
			select {
			case <-done:
				return
			case s := <-signals:
				if s == syscall.SIGCONT {
					goesOn()
				} else {
					resized(t.size())
				}
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}
