package tui

import (
	"strconv"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"mailtrek/cmd/mailtrek/internal/i18n"
	"mailtrek/lessons/explain"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// Options are how a screen looks and where it starts. The zero value works.
type Options struct {
	Lang    string    // "en", "bg", "pl"
	Theme   string    // a name of Themes; "" follows the terminal's background
	NoColor bool      // no colours, whatever the terminal can do
	ASCII   bool      // no line-drawing characters
	Lens    string    // a name of Lenses; "" is the first
	Depth   string    // how deep explanations go, a name of explain.Depths; "" is the course's
	Keys    *Keys     // what the keys mean; nil: as they come
	At      trace.Seq // the first event; 0 is 1

	// Source is how the scenario of a branch is found again: its id or the name
	// of its file. Empty: its id.
	Source string
	// Save writes a new file, and fails when there is one of that name; nil:
	// nothing can be saved.
	Save func(name string, content []byte) error
	// World is the run of a scenario anew, not yet begun, by what the head of a
	// trace says; nil: a trace from a file cannot be changed.
	World func(trace.Header) (*scenario.Branch, error)
}

// look is what Options come to: the words, marks and colours of the screens.
type look struct {
	words   *i18n.Words
	glyphs  *Glyphs
	palette *Palette
	auto    bool // follows the terminal's background
	noColor bool // there are no colours to choose
	source  string
	save    func(name string, content []byte) error
	world   func(trace.Header) (*scenario.Branch, error)

	*session
}

// session is what all screens of one run of the program share and keep.
type session struct {
	keys  *Keys
	depth explain.Depth
	past  []string // what was typed into the palette, the latest last
	// catalogue is what can be opened from anywhere; nil: nothing can.
	catalogue func() []Item
}

func (o Options) look() look {
	l := look{glyphs: &unicodeGlyphs, auto: o.Theme == "" && !o.NoColor, noColor: o.NoColor, source: o.Source, save: o.Save, world: o.World, session: &session{keys: o.Keys}}
	l.depth, _ = explain.DepthNamed(o.Depth)
	l.words, _ = i18n.In(o.Lang)
	if o.ASCII {
		l.glyphs = &asciiGlyphs
	}
	theme := o.Theme
	if o.NoColor {
		theme = "mono"
	}
	var ok bool
	if l.palette, ok = NewPalette(theme); !ok {
		l.palette, _ = NewPalette("dark")
	}
	return l
}

// background follows the terminal's background.
func (l *look) background(dark bool) {
	if !l.auto {
		return
	}
	name := "light"
	if dark {
		name = "dark"
	}
	l.palette, _ = NewPalette(name)
}

// nextTheme goes to the theme behind the present one.
func (l *look) nextTheme() string {
	names := Themes()
	if l.noColor {
		names = []string{"mono"}
	}
	next := names[0]
	for i, n := range names {
		if n == l.palette.name {
			next = names[(i+1)%len(names)]
		}
	}
	l.palette, _ = NewPalette(next)
	l.auto = false
	return next
}

// Player plays a trace: a tea.Model whose state is a cursor and a lens.
type Player struct {
	story  *Story
	at     trace.Seq
	lens   int
	beside int // the lens at the right of a wide screen; -1 for none
	scroll int // of the lens; 0 again whenever cursor or lens move
	pick   int // the chosen line of the lens; 0 for none

	pointing bool // the mouse is on
	w, h     int
	look     look
	prompt   *prompt
	palette  *palette
	entry    string // of the encyclopaedia, shown as a page while whole is set; "": the present event
	wants    string // what is to be opened instead
	help     bool
	whole    bool // the whole explanation is shown
	top      int  // the row with which the page over the screen began when it was drawn last
	notice   string
	found    finder
	speed    int
	play     int // number of the present run of ticks; 0 when paused
	ticks    int
	breaks   map[trace.Seq]bool
	stops    []finder    // breakpoints with a condition
	stopped  []trace.Seq // the first events that they name
	octet    int         // the octet of the event where one is, counted from 1; 0 for none

	bookmarks []trace.Seq // in ascending order
	only      finder      // the filter; nothing is left out while it has no match
	copying   bool        // the next key says what is copied
	canvas    *Canvas     // of the last View; its cells are used again

	options Options   // with which it was opened, but for the place
	course  *course   // the run that is on the screen
	compare bool      // beside the one that it was forked from
	row     int       // of the comparison
	form    *form     // that is being filled in
	board   *keyboard // the seat that one has taken
	work    *work     // something that takes time
	serial  int       // of the last work
	linear  bool      // it speaks in lines, and names commands instead of keys
	horizon trace.Seq // in a lesson: the last event of the story that may be seen; 0 is no limit

	home bool // Esc leads back to a home screen
	left bool // the player asks to be left for the home screen
}

// Play returns a player at the beginning of a trace.
func Play(t *trace.Trace, o Options) *Player { return playStory(NewStory(t), o) }

// playStory returns a player of a story.
func playStory(s *Story, o Options) *Player {
	t := s.T
	p := &Player{story: s, at: max(o.At, 1), look: o.look(), breaks: map[trace.Seq]bool{}, speed: 2, beside: -1, w: 80, h: 24}
	p.options = o
	p.options.At, p.options.Lens, p.options.Source = 0, "", ""
	p.course = &course{story: p.story}
	if !t.Has(p.at) {
		p.at = trace.Seq(t.Len())
	}
	for i, l := range lenses {
		if l.Name == o.Lens {
			p.lens = i
		}
	}
	return p
}

// Init asks the terminal for its background.
func (p *Player) Init() tea.Cmd {
	if p.look.auto {
		return askBackground
	}
	return nil
}

// Update is the root: sizes, ticks, the prompt or help that is open, the
// global keys.
func (p *Player) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.w, p.h = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		p.look.background(msg.IsDark())
	case tick:
		return p, p.tick(msg)
	case working:
		return p, p.goOn(msg)
	case weighed:
		p.compared(msg)
	case tea.PasteMsg:
		return p, p.paste(msg.Content)
	case pasteLine:
		return p, p.nextPasted(msg.b)
	case tea.MouseMsg:
		p.clicked(msg)
	case tea.KeyPressMsg:
		return p, p.press(p.meant(msg))
	}
	return p, nil
}

// paste puts text where something is being typed.
func (p *Player) paste(text string) tea.Cmd {
	switch {
	case p.work != nil:
	case p.prompt != nil:
		p.prompt.insert(text)
	case p.palette != nil:
		p.palette.line.insert(text)
	case p.form != nil:
		p.form.pick.paste(text)
	case p.board != nil:
		return p.pasted(text)
	}
	return nil
}

func (p *Player) press(k tea.KeyPressMsg) tea.Cmd {
	p.notice = ""
	at, lens := p.at, p.lens
	defer func() {
		if p.at != at || p.lens != lens {
			p.scroll, p.pick = 0, 0
		}
		if p.at != at && !key.Matches(k, keys.Octet, keys.OctetBack) {
			p.octet = 0
		}
	}()
	switch {
	case k.String() == "ctrl+c" && (p.board == nil || p.interrupt()):
		return tea.Quit
	case k.String() == "ctrl+c":
		return nil
	case p.work != nil:
		if key.Matches(k, keys.Leave) {
			return p.cancel()
		}
		return nil
	case p.prompt != nil:
		p.typed(k)
		return nil
	case p.palette != nil:
		return p.command(k)
	case p.form != nil:
		return p.asked(k)
	case p.board != nil && !p.help:
		return p.typedAt(k)
	case p.copying:
		return p.copied(k)
	case (p.help || p.whole) && p.scrollPage(k):
		return nil
	case p.whole && key.Matches(k, keys.Depth):
		p.deeper()
		return nil
	case p.help || p.whole:
		p.scroll = 0
		p.help, p.whole, p.entry = false, false, ""
		if key.Matches(k, keys.Quit) && p.board == nil {
			return tea.Quit
		}
		return nil
	case key.Matches(k, keys.Quit):
		return tea.Quit
	case key.Matches(k, keys.WhatIf):
		return p.whatIf()
	case key.Matches(k, keys.Seat):
		return p.takeSeat()
	case key.Matches(k, keys.Play):
		return p.toggle()
	}
	if p.story.T.Len() > 0 && !p.stepRows(k) && !p.choose(k) && !p.stepOctet(k) && !p.step(k) {
		p.other(k)
	}
	return nil
}

// move puts the cursor on s; where there is no such event or it is there
// already, it says why.
func (p *Player) move(s trace.Seq, why string) {
	if !p.story.T.Has(s) || s == p.at && why != "" {
		p.notice = p.look.words.T(why)
		return
	}
	p.at = s
}

// other are the keys that do not move the cursor.
func (p *Player) other(k tea.KeyPressMsg) {
	w := p.look.words
	switch {
	case key.Matches(k, keys.Lens, keys.LensBack, keys.Lno) && p.compare:
		p.compare = false // the lens that is chosen shows the run where one is
		if key.Matches(k, keys.Lno) {
			p.other(k)
		}
	case key.Matches(k, keys.Exchange):
		p.exchange()
	case key.Matches(k, keys.Compare):
		p.toggleCompare()
	case key.Matches(k, keys.Undo):
		p.drop()
	case key.Matches(k, keys.Save):
		p.askSave()
	case key.Matches(k, keys.Lens):
		p.lens = (p.lens + 1) % len(lenses)
	case key.Matches(k, keys.LensBack):
		p.lens = (p.lens + len(lenses) - 1) % len(lenses)
	case key.Matches(k, keys.Lno):
		if n, _ := strconv.Atoi(k.String()); n >= 1 && n <= len(lenses) {
			p.lens = n - 1
		}
	case key.Matches(k, keys.ScrollDown):
		p.scroll++
	case key.Matches(k, keys.ScrollUp):
		p.scroll = max(p.scroll-1, 0)
	case key.Matches(k, keys.Beside):
		p.besideNext()
	case key.Matches(k, keys.Help):
		p.help, p.scroll, p.top = true, 0, 0
	case key.Matches(k, keys.Palette):
		p.openPalette("")
	case key.Matches(k, keys.Explain):
		p.whole, p.scroll, p.top = true, 0, 0
	case key.Matches(k, keys.Mouse):
		p.toggleMouse()
	case key.Matches(k, keys.ASCII):
		p.toggleASCII()
	case key.Matches(k, keys.Theme):
		if p.notice = p.cannot("theme"); p.notice == "" {
			p.notice = w.T("theme.now", "name", p.look.nextTheme())
		}
	case key.Matches(k, keys.Faster):
		p.setSpeed(p.speed + 1)
	case key.Matches(k, keys.Slower):
		p.setSpeed(p.speed - 1)
	case key.Matches(k, keys.Find):
		p.prompt = &prompt{kind: "find"}
	case key.Matches(k, keys.Goto):
		p.prompt = &prompt{kind: "goto"}
	case key.Matches(k, keys.Again):
		p.again(+1)
	case key.Matches(k, keys.Before):
		p.again(-1)
	case key.Matches(k, keys.Mark):
		p.toggleBreak()
	case key.Matches(k, keys.Stops):
		p.prompt = &prompt{kind: "stop"}
	case key.Matches(k, keys.Until, keys.UntilBack):
		p.until(key.Matches(k, keys.UntilBack))
	case key.Matches(k, keys.Depth):
		p.deeper()
	case key.Matches(k, keys.Filter):
		p.prompt = &prompt{kind: "filter", text: p.only.what}
	case key.Matches(k, keys.Copy):
		p.copying = true
	case key.Matches(k, keys.Bookmark):
		p.toggleBookmark()
	case key.Matches(k, keys.Marked):
		p.toBookmark()
	case key.Matches(k, keys.Leave):
		p.leave()
	}
}

// besideNext goes to the next lens at the right, and behind the last to none.
func (p *Player) besideNext() {
	if p.w < besideFrom {
		p.notice = p.look.words.T("beside.narrow", "w", strconv.Itoa(besideFrom))
		return
	}
	if p.beside++; p.beside == p.lens {
		p.beside++
	}
	if p.beside >= len(lenses) {
		p.beside = -1
	}
}

func (p *Player) toggleBreak() {
	key := "break.set"
	if p.breaks[p.at] {
		key = "break.off"
		delete(p.breaks, p.at)
	} else {
		p.breaks[p.at] = true
	}
	p.notice = p.look.words.T(key, "n", strconv.Itoa(int(p.at)))
}

// speeds are the events a second of the play.
var speeds = []int{1, 2, 4, 8, 15, 30, 60}

// tick is one step of the play; ticks of an earlier run are ignored.
type tick int

func (p *Player) setSpeed(n int) {
	p.speed = min(max(n, 0), len(speeds)-1)
	p.notice = p.look.words.T("play.speed", "n", strconv.Itoa(speeds[p.speed]))
}

func (p *Player) toggle() tea.Cmd {
	if p.play != 0 {
		p.play = 0
		return nil
	}
	if int(p.at) >= p.story.T.Len() {
		p.at = 1
	}
	p.ticks++
	p.play = p.ticks
	return p.nextTick()
}

func (p *Player) nextTick() tea.Cmd {
	run := p.play
	return tea.Tick(time.Second/time.Duration(speeds[p.speed]), func(time.Time) tea.Msg { return tick(run) })
}

// tick moves one event on; the play stops at the end and at breakpoints.
func (p *Player) tick(t tick) tea.Cmd {
	if int(t) != p.play || p.play == 0 || p.prompt != nil || p.help || p.whole {
		p.play = 0
		return nil
	}
	at := p.at
	if p.walk(p.story.next, trace.Seq(p.story.T.Len()), "step.end"); p.at == at {
		p.play = 0
		return nil
	}
	p.scroll, p.octet = 0, 0
	if why, ok := p.stopsHere(); ok {
		p.play, p.notice = 0, why
		return nil
	}
	return p.nextTick()
}

// View draws the screen.
func (p *Player) View() tea.View {
	pic := p.paint(p.canvas)
	p.canvas = pic.canvas
	return viewOf(pic)
}

// paint draws the screen on a canvas.
func (p *Player) paint(spare *Canvas) picture {
	return picture{canvas: p.draw(spare.again(p.w, p.h)), palette: p.look.palette, mouse: p.pointing}
}

// instant is what the lenses look at.
func (p *Player) instant() *Instant {
	return &Instant{Story: p.story, At: p.at, Snap: p.story.Folds.At(p.at), Scroll: p.scroll, Pick: p.pick, Octet: p.octet, Words: p.look.words, Glyphs: p.look.glyphs, Keys: p.look.keys, Place: p.keyPlace(), Depth: p.look.depth}
}

// frame composes the screen on a canvas of its own.
func (p *Player) frame() *Canvas { return p.draw(NewCanvas(p.w, p.h)) }

// draw composes the screen.
func (p *Player) draw(c *Canvas) *Canvas {
	c.ascii = p.look.glyphs.ASCII
	in := p.instant()
	switch {
	case c.w < leastWidth || c.h < leastHeight:
		drawTooSmall(in, c.All())
	case p.story.T.Len() == 0:
		c.All().Put(1, 1, Plain, in.Words.T("app.nothing"))
	case p.help && p.board != nil:
		drawSeatHelp(in, c.All())
	case p.help:
		p.top = p.drawHelp(in, c.All())
	case p.whole && p.entry != "":
		p.top = in.drawEntries(p.entry, c.All())
	case p.whole:
		p.top = drawWhyPage(in, in.why(), c.All())
	default:
		f := frame{in: in, lens: p.lens, beside: p.beside, playing: p.play != 0, breaks: p.breaks, bookmarks: p.bookmarks, stopped: p.stopped, only: p.only.what, copying: p.copying, notice: p.notice, why: in.why(), scene: p.scene(in)}
		if p.board != nil {
			f.why = p.margin(in)
		}
		if p.work != nil {
			f.notice = "" // how far it has got is worth more
		}
		if f.scene.area != nil && !p.lensShown(c.w) {
			f.lens = -1
		}
		f.draw(c)
		if p.prompt != nil {
			p.prompt.draw(in, c.All().Sub(0, c.h-1, c.w, 1))
		}
	}
	return c
}
