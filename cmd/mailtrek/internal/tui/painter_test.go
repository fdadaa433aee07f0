package tui

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace/tracetest"
)

// record is a terminal that remembers what it got; while it is shut, nothing
// gets through.
type record struct {
	mu   sync.Mutex
	got  bytes.Buffer
	shut sync.Mutex
	n    int // writes
}

func (r *record) Write(b []byte) (int, error) {
	r.shut.Lock()
	defer r.shut.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
	return r.got.Write(b)
}

// all is what came, and in how many writes.
func (r *record) all() (string, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got.String(), r.n
}

// waits for something to come.
func (r *record) waits(t *testing.T, want string) {
	t.Helper()
	r.until(t, want, func(all string) bool { return strings.Contains(all, want) })
}

func (r *record) until(t *testing.T, what string, there func(all string) bool) {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); time.Now().Before(limit); time.Sleep(time.Millisecond) {
		if got, _ := r.all(); there(got) {
			return
		}
	}
	got, _ := r.all()
	t.Fatalf("the terminal never gets %s, only %q", what, got)
}

// on starts a program on a recorded terminal.
func on(t *testing.T, m shower) (keys io.Writer, r *record, done chan error) {
	t.Helper()
	in, typing := io.Pipe()
	r, done = &record{}, make(chan error, 1)
	p, end := newScreen(m, in, r, tea.WithWindowSize(100, 30))
	go func() {
		_, err := p.Run()
		end()
		done <- err
	}()
	t.Cleanup(func() { p.Kill(); _ = typing.Close() })
	return typing, r, done
}

func ended(t *testing.T, done chan error) error {
	t.Helper()
	select {
	case err := <-done:
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("the program does not end")
		return nil
	}
}

// TestSlowTerminal: while a terminal takes nothing, keys are answered; then it
// gets the last picture, not all of them.
func TestSlowTerminal(t *testing.T) {
	p := Play(tracetest.Failover(), Options{Theme: "mono", Lens: "ladder"})
	keys, r, done := on(t, p)
	r.waits(t, "ladder")
	_, before := r.all()
	r.shut.Lock()
	for range 50 {
		if _, err := io.WriteString(keys, "l"); err != nil {
			t.Fatal(err)
		}
	}
	r.shut.Unlock()
	if _, err := io.WriteString(keys, "q"); err != nil {
		t.Fatal(err)
	}
	if err := ended(t, done); err != nil {
		t.Fatal(err)
	}
	if p.at < 40 {
		t.Errorf("the cursor stands at %d: keys got lost", p.at)
	}
	if _, n := r.all(); n-before > 12 {
		t.Errorf("a terminal that is slow gets %d pictures, want the last few", n-before)
	}
}

// TestNothingWhenNothing: a message that changes nothing writes nothing.
func TestNothingWhenNothing(t *testing.T) {
	keys, r, done := on(t, Play(tracetest.Failover(), Options{Theme: "mono", Lens: "ladder"}))
	r.waits(t, "ladder")
	time.Sleep(100 * time.Millisecond) // the profile of the colours is settled
	_, before := r.all()
	for range 5 {
		if _, err := io.WriteString(keys, "\x1b[I"); err != nil { // the terminal has the focus
			t.Fatal(err)
		}
	}
	time.Sleep(100 * time.Millisecond)
	if _, n := r.all(); n != before {
		t.Errorf("%d writes when nothing has changed", n-before)
	}
	_, _ = io.WriteString(keys, "q")
	if err := ended(t, done); err != nil {
		t.Fatal(err)
	}
}

// falling is a model that fails.
type falling struct {
	*Player
	command bool // in a command
}

func (f *falling) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if k, ok := msg.(tea.KeyPressMsg); ok && k.String() == "x" {
		if f.command {
			return f, tea.Batch(nil, func() tea.Msg { panic("in a command") }, func() tea.Msg { return nil })
		}
		panic("in an update")
	}
	_, cmd := f.Player.Update(msg)
	return f, cmd
}

// TestGivesBack: the terminal is given back on leaving, with the mouse on, and
// before a panic is told.
func TestGivesBack(t *testing.T) {
	for _, c := range []struct {
		name, keys string
		model      shower
		fails      bool
	}{
		{"q", "q", Play(tracetest.Story(), Options{Theme: "mono"}), false},
		{"the mouse is on", "MMMq", Play(tracetest.Story(), Options{Theme: "mono"}), false},
		{"an update fails", "x", &falling{Player: Play(tracetest.Story(), Options{Theme: "mono"})}, true},
		{"a command fails", "x", &falling{Player: Play(tracetest.Story(), Options{Theme: "mono"}), command: true}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			keys, r, done := on(t, c.model)
			r.waits(t, "map")
			for _, k := range c.keys {
				if _, err := io.WriteString(keys, string(k)); err != nil {
					t.Fatal(err)
				}
				time.Sleep(20 * time.Millisecond)
			}
			if err := ended(t, done); c.fails != (err != nil) {
				t.Errorf("the program ends with %v", err)
			}
			got, _ := r.all()
			for _, mode := range []string{"?1049", "?2004", "?1002", "?1006"} {
				if on, off := strings.LastIndex(got, mode+"h"), strings.LastIndex(got, mode+"l"); on > off {
					t.Errorf("%s stays on: %q", mode, got[max(len(got)-200, 0):])
				}
			}
			for _, mode := range []string{"?25", "?7"} {
				if on, off := strings.LastIndex(got, mode+"h"), strings.LastIndex(got, mode+"l"); off > on {
					t.Errorf("%s stays off: %q", mode, got[max(len(got)-200, 0):])
				}
			}
			if !strings.HasSuffix(got, "\x1b[?1049l") {
				t.Errorf("something is written behind the end: %q", got[max(len(got)-100, 0):])
			}
		})
	}
}

// TestStopAndGoOn: a program that was stopped gives the terminal back, and
// paints all of it anew when it goes on.
func TestStopAndGoOn(t *testing.T) {
	s := &screen{model: Play(tracetest.Story(), Options{Theme: "mono"}), tty: newTTY(nil, nil)}
	r := &record{}
	s.paint = newPainter(r)
	s.enter()
	s.Update(tea.WindowSizeMsg{Width: 100, Height: 30})
	s.View()
	r.waits(t, "RFC")
	_, cmd := s.Update(keyNamed("ctrl+z"))
	if cmd == nil {
		t.Fatal("Ctrl-Z does nothing")
	}
	if msg, ok := s.filter(s, cmd()).(tea.SuspendMsg); !ok {
		t.Errorf("Ctrl-Z is %v, want the program stopped", msg)
	}
	got, _ := r.all()
	if !strings.HasSuffix(got, "\x1b[?1049l") {
		t.Errorf("the terminal is not given back before the program stops: %q", got[max(len(got)-100, 0):])
	}
	s.View() // what happens now is not for this terminal
	for _, msg := range []tea.Msg{tea.ResumeMsg{}, carriedOn{}} {
		if _, cmd := s.Update(msg); cmd != nil {
			s.Update(cmd())
		}
	}
	s.View()
	r.until(t, "the picture again", func(all string) bool { return strings.Contains(all[len(got):], "RFC") })
	s.paint.leave()
	s.paint.close()
	again, _ := r.all()
	again = again[len(got):]
	if strings.Count(again, "\x1b[?1049h") != 1 || !strings.Contains(again, "RFC") {
		t.Errorf("after going on the terminal gets %q", again)
	}
}
