package tui

import (
	"context"
	"errors"
	"fmt"
	"io"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// Bubble Tea takes a frame as one string, parses it into cells sixty times a
// second and compares those. Our frames are cells to begin with, so we keep its
// loop of messages and commands and its reading of keys, and paint ourselves:
// a step costs what changes, and nothing at all when nothing happens.

// picture is what a model wants to be seen.
type picture struct {
	canvas  *Canvas
	palette *Palette
	mouse   bool // clicks are wanted
}

// shower is a model that composes its own cells; spare is a canvas that may be
// used again, or nil.
type shower interface {
	tea.Model
	paint(spare *Canvas) picture
}

// viewOf is a picture for whoever wants a tea.View: other renderers, and tests.
func viewOf(p picture) tea.View {
	v := tea.NewView(p.canvas.Render(p.palette))
	v.AltScreen = true
	v.WindowTitle = windowTitle
	if p.mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	return v
}

const windowTitle = "mailtrek"

// screen is a model on a terminal: it hands all messages on, and paints what
// the model shows behind each.
type screen struct {
	model   shower
	tty     *tty
	paint   *painter
	sized   bool // the size is known; before that nothing is shown
	small   bool // the window is too small to show anything: only leaving is possible
	stopped bool // by ourselves: the signal to go on is expected
}

// carriedOn tells that the process was stopped from outside and goes on.
type carriedOn struct{}

// runOn shows a model on a terminal until it is left or the context ends.
// begin, if any, is called before that with the program.
func runOn(ctx context.Context, m tea.Model, in io.Reader, out io.Writer, begin func(*tea.Program)) error {
	var p *tea.Program
	if s, ok := m.(shower); ok && ownPainting {
		var end func()
		p, end = newScreen(s, in, out, tea.WithContext(ctx))
		defer end()
	} else {
		p = tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out))
	}
	if begin != nil {
		begin(p)
	}
	_, err := p.Run()
	if ctx.Err() != nil && errors.Is(err, tea.ErrProgramKilled) {
		return nil
	}
	return err
}

// askBackground asks the terminal for the colour of its background.
func askBackground() tea.Msg { return tea.Raw(ansi.RequestBackgroundColor)() }

// toClipboard hands a text to the terminal's clipboard (OSC 52).
func toClipboard(text string) tea.Cmd { return tea.Raw(ansi.SetSystemClipboard(text)) }

// newScreen returns a program that shows a model on a terminal, and what to do
// when it has ended.
func newScreen(m shower, in io.Reader, out io.Writer, opts ...tea.ProgramOption) (p *tea.Program, end func()) {
	s := &screen{model: m, tty: newTTY(in, out), paint: newPainter(out)}
	w, h := s.tty.size()
	p = tea.NewProgram(s, append([]tea.ProgramOption{
		tea.WithInput(in), tea.WithOutput(out), tea.WithWindowSize(w, h),
		tea.WithoutRenderer(), tea.WithFPS(1), tea.WithFilter(s.filter),
	}, opts...)...)
	s.enter()
	forget := s.tty.watch(func(w, h int) { p.Send(tea.WindowSizeMsg{Width: w, Height: h}) }, func() { p.Send(carriedOn{}) })
	return p, func() {
		forget()
		s.leave()
		s.paint.close()
	}
}

// enter takes the terminal.
func (s *screen) enter() {
	s.tty.raw()
	s.paint.enter()
}

// leave gives the terminal back as it was.
func (s *screen) leave() {
	s.paint.leave()
	s.tty.restore()
}

// filter sees what is meant for the terminal before the loop does.
func (s *screen) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg := msg.(type) {
	case tea.RawMsg: // a question to the terminal, or something for its clipboard
		s.paint.say(fmt.Sprint(msg.Msg))
		return nil
	case tea.SuspendMsg:
		s.stopped = true
		s.leave()
	}
	return msg
}

// Init begins the model.
func (s *screen) Init() tea.Cmd {
	defer s.rescue()
	return s.guard(s.model.Init())
}

// Update hands a message to the model.
func (s *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	defer s.rescue()
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.sized, s.small = true, msg.Width < leastWidth || msg.Height < leastHeight
		s.paint.forget()
	case tea.ColorProfileMsg:
		s.paint.colours(msg.Profile)
	case tea.ResumeMsg:
		s.enter()
		return s, s.sizeAgain
	case carriedOn:
		if s.stopped {
			s.stopped = false
			return s, nil
		}
		s.leave() // what the shell has left of our modes is unknown
		s.enter()
		return s, s.sizeAgain
	}
	if k, ok := msg.(tea.KeyPressMsg); ok && k.String() == "ctrl+z" && !undoes(s.model) {
		return s, tea.Suspend
	}
	if s.small {
		switch msg := msg.(type) {
		case tea.KeyPressMsg: // nobody sees what another key would do
			if k := msg.String(); k == "q" || k == "ctrl+c" {
				return s, tea.Quit
			}
			return s, nil
		case tea.PasteMsg, tea.MouseMsg:
			return s, nil
		}
	}
	m, cmd := s.model.Update(msg)
	s.model = m.(shower)
	return s, s.guard(cmd)
}

// undoes tells whether a model has a use of its own for Ctrl-Z; else it stops
// the program, as everywhere.
func undoes(m tea.Model) bool {
	switch m := m.(type) {
	case *App:
		return m.learner != nil && undoes(m.learner) || m.player != nil && undoes(m.player)
	case *Opening:
		return m.player != nil && undoes(m.player)
	case *Learner:
		return m.seat != nil && m.seat.in || m.player != nil && undoes(m.player)
	case *Live:
		return undoes(m.Player)
	case *Player:
		return m.board != nil
	}
	return false
}

// sizeAgain asks for the size, which may have changed while others had the
// terminal.
func (s *screen) sizeAgain() tea.Msg {
	w, h := s.tty.size()
	return tea.WindowSizeMsg{Width: w, Height: h}
}

// View paints; what it returns is shown by nobody.
func (s *screen) View() tea.View {
	defer s.rescue()
	if s.sized {
		s.paint.put(s.model.paint(s.paint.blank()))
	}
	return tea.View{}
}

// rescue gives the terminal back before a panic is told.
func (s *screen) rescue() {
	if r := recover(); r != nil {
		s.leave()
		panic(r)
	}
}

// guard does the same for a command, which runs beside the loop.
func (s *screen) guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		defer s.rescue()
		msg := cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i := range batch {
				batch[i] = s.guard(batch[i])
			}
		}
		return msg
	}
}
