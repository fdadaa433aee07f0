package tui

import (
	"context"
	"io"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// Item is something that the home screen offers.
type Item struct {
	ID      string // what Load takes
	Title   string
	Summary string // a sentence or two
	Lesson  bool   // a lesson; else a scenario
	Group   string // the folder that it stands in; "" is the top one
	Reading string // the whole document, Markdown; may be empty
	Note    string // how far one is in it; may be empty
}

// Config is what the home screen needs from outside.
type Config struct {
	Options
	Items []Item
	// Stock gets the items later, where reading them at once would keep a story
	// waiting that is to be shown first; nil: Items are all.
	Stock func() []Item
	// Broken says which documents are left out of Items because they cannot be
	// read; it is shown until a key is pressed.
	Broken string
	// Load runs the scenario of that id, or opens the file of that name. It is
	// called in the background, one call at a time.
	Load func(id string) (Loaded, error)
	// Learn prepares the lesson of that id, likewise.
	Learn func(id string) (LessonConfig, error)
}

// Loaded is what was loaded: a branch, which can be forked, or the trace of a
// file.
type Loaded struct {
	Trace  *trace.Trace
	Branch *scenario.Branch
	Source string    // how the scenario of the branch is found again
	At     trace.Seq // the event to begin with; 0 is the first
	Lens   string    // the lens to begin with; "" is the first
}

// player plays what was loaded.
func (l Loaded) player(o Options) *Player {
	o.Source, o.At = l.Source, max(l.At, o.At)
	if l.Lens != "" {
		o.Lens = l.Lens
	}
	if l.Branch != nil {
		return PlayBranch(l.Branch, o)
	}
	return Play(l.Trace, o)
}

// App is the home screen with the player that was opened from it.
type App struct {
	cfg     Config
	look    look
	w, h    int
	at      int // the selected one of shown(); behind the last is "open a file"
	find    *prompt
	loading string
	failed  string
	failure *failure // more than a line of it
	path    *prompt
	help    bool
	player  *Player
	learner *Learner
}

// Home returns the home screen, lessons first, then the scenarios by folder, with the first entry selected.
func Home(c Config) *App {
	a := &App{cfg: c, look: c.look(), failed: c.Broken, w: 80, h: 24}
	a.cfg.Items = ordered(c.Items)
	a.look.catalogue = a.items
	return a
}

// Run shows a model on a terminal until it is left.
func Run(m tea.Model, in io.Reader, out io.Writer) error {
	return runOn(context.Background(), m, in, out, nil)
}

// loaded is the end of a call of Load.
type loaded struct {
	id   string
	what Loaded
	err  error

	lesson *LessonConfig // instead of a trace
}

// Init asks the terminal for its background.
func (a *App) Init() tea.Cmd {
	if a.look.auto {
		return askBackground
	}
	return nil
}

// Update hands everything to the player while there is one.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.w, a.h = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		a.look.background(msg.IsDark())
	case loaded:
		a.open(msg)
		return a, nil
	}
	if a.learner != nil {
		_, cmd := a.learner.Update(msg)
		if a.learner.left {
			a.look = a.learner.look
			a.learner = nil
			return a, cmd
		}
		return a, tea.Batch(cmd, a.wanted(a.learner.player))
	}
	if a.player != nil {
		_, cmd := a.player.Update(msg)
		if a.player.left {
			a.look = a.player.look
			a.player = nil
			a.stock()
			return a, cmd
		}
		return a, tea.Batch(cmd, a.wanted(a.player))
	}
	switch msg := msg.(type) {
	case tea.PasteMsg:
		if a.path != nil {
			a.path.insert(msg.Content)
		}
	case tea.KeyPressMsg:
		return a, a.press(msg)
	}
	return a, nil
}

// open shows what was loaded, or says why it was not.
func (a *App) open(l loaded) {
	if a.loading != l.id {
		return // the user has given it up
	}
	a.loading = ""
	if l.err != nil {
		if p := a.playing(); p != nil {
			first, _, _ := strings.Cut(l.err.Error(), "\n")
			p.notice = first
			return
		}
		a.fails(l.id, l.err.Error())
		return
	}
	a.player, a.learner = nil, nil
	if l.lesson != nil {
		a.learner = Learn(*l.lesson)
		a.learner.home = true
		a.learner.look = a.look
		a.learner.Update(tea.WindowSizeMsg{Width: a.w, Height: a.h})
		return
	}
	a.player = l.what.player(a.cfg.Options)
	a.player.home = true
	a.player.w, a.player.h = a.w, a.h
	a.player.look.words, a.player.look.palette, a.player.look.auto = a.look.words, a.look.palette, a.look.auto
	a.player.look.glyphs, a.player.look.session = a.look.glyphs, a.look.session
}

func (a *App) press(k tea.KeyPressMsg) tea.Cmd {
	a.failed = ""
	switch {
	case k.String() == "ctrl+c":
		return tea.Quit
	case a.failure != nil:
		a.failure = nil
	case a.path != nil:
		return a.typed(k)
	case a.find != nil && a.seek(k):
	case a.help:
		a.help = false
		return nil
	case key.Matches(k, homeKeys.Quit):
		return tea.Quit
	case key.Matches(k, homeKeys.Leave):
		a.loading, a.find = "", nil
	case key.Matches(k, homeKeys.Up):
		a.at = max(a.at-1, 0)
	case key.Matches(k, homeKeys.Down):
		a.at = min(a.at+1, len(a.shown()))
	case key.Matches(k, homeKeys.PageUp):
		a.at = max(a.at-a.page(), 0)
	case key.Matches(k, homeKeys.PageDown):
		a.at = min(a.at+a.page(), len(a.shown()))
	case key.Matches(k, homeKeys.First):
		a.at = 0
	case key.Matches(k, homeKeys.Last):
		a.at = len(a.shown())
	case key.Matches(k, homeKeys.Find):
		a.find = &prompt{kind: "find"}
	case key.Matches(k, homeKeys.Theme):
		a.look.nextTheme()
	case key.Matches(k, homeKeys.Help):
		a.help = true
	case key.Matches(k, homeKeys.Open):
		if items := a.shown(); a.at < len(items) {
			return a.choose(items[a.at])
		}
		a.path = &prompt{kind: "path"}
	}
	return nil
}

// choose opens an item.
func (a *App) choose(it Item) tea.Cmd {
	if !it.Lesson || a.cfg.Learn == nil {
		return a.load(it.ID)
	}
	if a.loading != "" {
		return nil
	}
	a.loading = it.ID
	learn := a.cfg.Learn
	return func() tea.Msg {
		c, err := learn(it.ID)
		return loaded{id: it.ID, err: err, lesson: &c}
	}
}

func (a *App) typed(k tea.KeyPressMsg) tea.Cmd {
	done, gone := a.path.edit(k)
	switch {
	case gone:
		a.path = nil
	case done:
		id := a.path.text
		a.path = nil
		if id != "" {
			return a.load(id)
		}
	}
	return nil
}

func (a *App) load(id string) tea.Cmd {
	if a.loading != "" || a.cfg.Load == nil {
		return nil
	}
	a.loading = id
	load := a.cfg.Load
	return func() tea.Msg {
		what, err := load(id)
		return loaded{id: id, what: what, err: err}
	}
}

// View draws the player or the list.
func (a *App) View() tea.View { return viewOf(a.paint(nil)) }

// paint draws the screen on a canvas.
func (a *App) paint(spare *Canvas) picture {
	if a.learner != nil {
		return a.learner.paint(spare)
	}
	if a.player != nil {
		return a.player.paint(spare)
	}
	return picture{canvas: a.frame(), palette: a.look.palette}
}

func (a *App) frame() *Canvas {
	c := NewCanvas(a.w, a.h)
	in := &Instant{Words: a.look.words, Glyphs: a.look.glyphs, Keys: a.look.keys, Place: atHome}
	r := c.All()
	switch {
	case c.w < leastWidth || c.h < leastHeight:
		drawTooSmall(in, r)
		return c
	case a.failure != nil:
		a.failure.draw(in, r)
		return c
	case a.help:
		drawHomeHelp(in, r)
		return c
	}
	r.Put(1, 0, Accent, "mailtrek")
	r.PutRight(r.W-1, 0, Quiet, in.Words.T("home.tagline"))
	r.Fill(0, 1, r.W, Rule, in.Glyphs.H)
	a.body(in, r.Sub(0, 3, r.W, r.H-5))
	r.Fill(0, r.H-2, r.W, Rule, in.Glyphs.H)
	foot := r.Sub(0, r.H-1, r.W, 1)
	switch {
	case a.path != nil:
		a.path.draw(in, foot)
	case a.find != nil && a.loading == "" && a.failed == "":
		a.find.draw(in, foot)
	case a.loading != "":
		foot.PutMax(1, 0, r.W-2, Accent, in.Words.T("home.loading", "what", a.loading))
	case a.failed != "":
		foot.PutMax(1, 0, r.W-2, Bad, oneLine([]byte(a.failed)))
	default:
		in.drawKeys(foot, homeKeys.row())
	}
	return c
}
