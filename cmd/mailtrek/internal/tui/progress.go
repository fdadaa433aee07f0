package tui

import (
	"errors"
	"io"
	"strconv"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace"
)

// Opening is the screen while a trace is read from a file: a bar, and a way to
// give it up. When the trace is there, it becomes the player.
type Opening struct {
	name string
	size int64
	in   *countingReader
	opts Options
	look look
	w, h int

	player *Player
	err    error
}

// ErrGivenUp says that the user did not want to wait.
var ErrGivenUp = errors.New("given up while it was being read")

// Open returns the screen that reads a trace of so many octets. size 0 is
// unknown: then there is no bar, only what was read.
func Open(name string, size int64, in io.Reader, o Options) *Opening {
	return &Opening{name: name, size: size, in: &countingReader{in: in}, opts: o, look: o.look(), w: 80, h: 24}
}

// Err is why there is no trace, after the screen was left; nil when there is one.
func (m *Opening) Err() error { return m.err }

// countingReader counts what is read, and fails when it is to stop.
type countingReader struct {
	in   io.Reader
	read atomic.Int64
	stop atomic.Bool

	events atomic.Int64 // all is read, and there are so many events to be folded
	folded atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	if c.stop.Load() {
		return 0, ErrGivenUp
	}
	n, err := c.in.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// opened is the end of the reading.
type opened struct {
	player *Player
	err    error
}

// lookAgain is when the bar is drawn anew.
type lookAgain struct{}

const lookAgainAfter = 100 * time.Millisecond

func lookLater() tea.Cmd {
	return tea.Tick(lookAgainAfter, func(time.Time) tea.Msg { return lookAgain{} })
}

// Init begins to read.
func (m *Opening) Init() tea.Cmd {
	cmds := []tea.Cmd{m.readAll, lookLater()}
	if m.look.auto {
		cmds = append(cmds, askBackground)
	}
	return tea.Batch(cmds...)
}

// readAll reads the trace and folds it; it runs beside the screen.
func (m *Opening) readAll() tea.Msg {
	t, warning, err := trace.Read(m.in)
	if err != nil {
		return opened{err: err}
	}
	m.in.events.Store(int64(max(t.Len(), 1)))
	s, ok := foldStory(t, func(n int) bool {
		m.in.folded.Store(int64(n))
		return !m.in.stop.Load()
	})
	if !ok {
		return opened{err: ErrGivenUp}
	}
	p := playStory(s, m.opts)
	p.notice = oneLine([]byte(warning))
	return opened{player: p}
}

// Update waits, or hands everything to the player.
func (m *Opening) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.look.background(msg.IsDark())
	case opened:
		if m.err != nil {
			return m, nil
		}
		if m.err = msg.err; m.err != nil {
			return m, tea.Quit
		}
		m.player = msg.player
		m.player.w, m.player.h, m.player.look = m.w, m.h, m.look
		return m, nil
	case lookAgain:
		if m.player == nil {
			return m, lookLater()
		}
		return m, nil
	}
	if m.player != nil {
		_, cmd := m.player.Update(msg)
		return m, cmd
	}
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.String() {
		case "esc", "ctrl+c", "q":
			m.in.stop.Store(true)
			m.err = ErrGivenUp
			return m, tea.Quit
		}
	}
	return m, nil
}

// View draws the bar, or the player.
func (m *Opening) View() tea.View {
	return viewOf(m.paint(nil))
}

// paint draws the screen on a canvas.
func (m *Opening) paint(spare *Canvas) picture {
	if m.player != nil {
		return m.player.paint(spare)
	}
	c := spare.again(m.w, m.h)
	m.draw(c.All())
	return picture{canvas: c, palette: m.look.palette}
}

func (m *Opening) draw(r Region) {
	w, g := m.look.words, m.look.glyphs
	y := r.H / 2
	r.PutMax(2, y-2, r.W-4, Title, w.T("open.reading", "what", m.name))
	done, of := m.in.read.Load(), m.size
	said := w.T("open.read", "n", strconv.FormatInt(done>>10, 10))
	if events := m.in.events.Load(); events > 0 {
		done, of = m.in.folded.Load(), events
		said = w.T("open.fold", "n", strconv.FormatInt(done, 10), "of", strconv.FormatInt(events, 10))
	}
	if of > 0 {
		n := r.W - 12
		full := int(min(done, of) * int64(n) / of)
		r.Fill(2, y, 2+full, Accent, g.Played)
		r.Fill(2+full, y, 2+n, Rule, g.Ahead)
		r.PutRight(r.W-2, y, Quiet, strconv.Itoa(int(min(done, of)*100/of))+" %")
	}
	r.PutMax(2, y+1, r.W-4, Quiet, said)
	r.PutMax(2, y+3, r.W-4, Quiet, w.T("open.giveup"))
}
