package tui

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace"
)

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
	entry    string   // of the encyclopaedia, shown as a page while whole is set; "": the present event
	reads    bool     // the document of the story is that page
	served   []Served // a live world: where real programs connect
	wants    string   // what is to be opened instead
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
		p.help, p.whole, p.entry, p.reads = false, false, "", false
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
	case p.story.T.Len() == 0 && p.help:
		p.top = p.drawHelp(in, c.All())
	case p.story.T.Len() == 0 && p.served != nil, p.reads && p.served != nil:
		p.top = p.drawServed(in, c.All())
	case p.story.T.Len() == 0:
		c.All().Put(1, 1, Plain, in.Words.T("app.nothing"))
	case p.help && p.board != nil:
		drawSeatHelp(in, c.All())
	case p.help:
		p.top = p.drawHelp(in, c.All())
	case p.reads:
		p.top = drawDocument(in, p.title(in), p.course.branch.Run().Scenario.Reading(in.Words.Lang()), c.All())
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
