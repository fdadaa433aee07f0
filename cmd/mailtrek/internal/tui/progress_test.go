package tui

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

// stored is a story as a file.
func stored(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := trace.NewWriter(&b, tracetest.Story()).Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestOpen reads a trace behind a bar, and becomes the player.
func TestOpen(t *testing.T) {
	file := stored(t)
	m := Open("story.jsonl", int64(len(file)), bytes.NewReader(file), Options{Theme: "mono"})
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	if got := m.View().Content; !strings.Contains(got, "story.jsonl") || !strings.Contains(got, "0 %") {
		t.Errorf("before it is read: got\n%s", got)
	}
	msg := m.readAll()
	if got := m.View().Content; !strings.Contains(got, "100 %") {
		t.Errorf("when it is read: got\n%s", got)
	}
	m.in.folded.Store(m.in.events.Load() / 2)
	if got := m.View().Content; !strings.Contains(got, "50 %") {
		t.Errorf("when half of it is folded: got\n%s", got)
	}
	m.Update(msg)
	if got := m.View().Content; !strings.Contains(got, "event 1 of") {
		t.Errorf("the player is not there: got\n%s", got)
	}
	if m.Err() != nil {
		t.Errorf("got the error %v", m.Err())
	}
}

// TestOpenGivenUp: Esc ends the reading, and what is no trace says so.
func TestOpenGivenUp(t *testing.T) {
	file := stored(t)
	m := Open("story.jsonl", int64(len(file)), bytes.NewReader(file), Options{Theme: "mono"})
	press(m, "esc")
	if got := m.readAll().(opened).err; !errors.Is(got, ErrGivenUp) || !errors.Is(m.Err(), ErrGivenUp) {
		t.Errorf("after Esc: got the errors %v and %v, want %v", got, m.Err(), ErrGivenUp)
	}
	m = Open("story.jsonl", int64(len(file)), giveUpAtEnd{bytes.NewReader(file), func() { press(m, "esc") }}, Options{Theme: "mono"})
	if msg := m.readAll().(opened); !errors.Is(msg.err, ErrGivenUp) || msg.player != nil {
		t.Errorf("after Esc while it is folded: got the error %v, want %v", msg.err, ErrGivenUp)
	}
	m = Open("x", 3, strings.NewReader("x\n\n"), Options{Theme: "mono"})
	m.Update(m.readAll())
	if m.Err() == nil {
		t.Error("what is no trace was read without an error")
	}
}

// giveUpAtEnd is a file at whose end somebody loses patience.
type giveUpAtEnd struct {
	io.Reader
	leave func()
}

func (g giveUpAtEnd) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p)
	if err == io.EOF {
		g.leave()
	}
	return n, err
}
