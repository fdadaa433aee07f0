package tui

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"mailtrek/lessons"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// LessonConfig is what a lesson on the screen needs from outside.
type LessonConfig struct {
	Options
	Play     *lessons.Play
	Progress *lessons.Progress
	// Save keeps the progress; nil keeps nothing. What it returns is said once.
	Save   func(*lessons.Progress) error
	Notice string // said at the beginning
}

// Learner is a lesson on the screen: prose beside the play of a scenario, with
// its questions and tasks. It is a tea.Model.
//
// A key goes first to what is open: the seat, then the question; then to the
// lesson itself (next stop, hint, …); all others to the player, so that one can
// look around as in any story.
type Learner struct {
	cfg    LessonConfig
	play   *lessons.Play
	g      *lessons.Progress
	text   *scenario.LessonText
	look   look
	w, h   int
	canvas *Canvas

	player  *Player
	ask     *asking
	seat    *seated
	prose   int  // the first line of the text that is shown
	reading bool // on a small screen: the text is shown, not the play
	notice  string
	help    bool // the page of the lesson's keys is shown
	plain   bool // it is conducted line by line
	quiet   bool // that the progress cannot be kept was said
	home    bool
	left    bool
}

// Learn returns a lesson where its learner has left it.
func Learn(c LessonConfig) *Learner {
	l := &Learner{cfg: c, play: c.Play, g: c.Progress, look: c.look(), w: 80, h: 24, notice: c.Notice}
	l.g.Fit(c.Play.Lesson)
	l.text = c.Play.Lesson.Text(c.Lang)
	l.arrive()
	return l
}

// Init asks the terminal for its background.
func (l *Learner) Init() tea.Cmd {
	if l.look.auto {
		return askBackground
	}
	return nil
}

// stop is where the learner is.
func (l *Learner) stop() *scenario.Stop { return &l.play.Lesson.Stops[l.g.Stop] }

// says is the text of the stop.
func (l *Learner) says() *scenario.StopText { return &l.text.Stops[l.g.Stop] }

// arrive puts the play, the question and the seat where the stop wants them.
func (l *Learner) arrive() {
	l.prose, l.reading, l.ask = 0, true, nil
	if l.seat != nil {
		l.seat.close()
		l.seat = nil
	}
	s := l.stop()
	if s.Task != nil {
		l.seat = newSeated(l)
		l.show(l.seat.branch(), trace.Seq(l.seat.trace().Len()), s.Task.Lens)
		return
	}
	place := l.play.Places[l.g.Stop]
	at := place.At
	if s.Quiz != nil {
		l.ask = newAsking(l)
		if !l.play.Open(l.g, l.g.Stop) && place.Show != 0 {
			at = place.Show
		}
	}
	l.show(l.play.Branch(l.g.Stop), at, place.Lens)
}

// show plays a run from an event on; an empty lens is the one that is there.
func (l *Learner) show(b *scenario.Branch, at trace.Seq, lens string) {
	old := l.player
	o := l.cfg.Options
	o.Lens, o.At, o.Source = lens, at, b.Scenario.ID
	l.player = PlayBranch(b, o)
	l.player.horizon, l.player.linear = l.limit(), l.plain
	l.player.look, l.player.w, l.player.h = l.look, l.w, l.h
	if old != nil {
		l.player.speed = old.speed
		if lens == "" {
			l.player.lens = old.lens
		}
	}
}

// limit is the last event that may be seen: the one before that which a
// question asks about. 0 is no limit.
func (l *Learner) limit() trace.Seq { return l.play.Horizon(l.g, l.g.Stop) }

// closed tells whether the question of the stop is open and hides something:
// then nobody tries out what will come.
func (l *Learner) closed() bool {
	return l.ask != nil && l.play.Places[l.g.Stop].Asked != 0 && l.play.Open(l.g, l.g.Stop)
}

// Update is the root of a lesson.
func (l *Learner) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		l.w, l.h = msg.Width, msg.Height
		l.player.look = l.look
		l.player.Update(msg)
		return l, nil
	case tea.BackgroundColorMsg:
		l.look.background(msg.IsDark())
		l.player.look = l.look
		return l, nil
	case tea.KeyPressMsg:
		return l, l.press(msg)
	case tea.PasteMsg:
		l.paste(msg)
		return l, nil
	}
	return l, l.pass(msg)
}

// pass hands something to the player and keeps its cursor before the answer.
func (l *Learner) pass(msg tea.Msg) tea.Cmd {
	_, cmd := l.player.Update(msg)
	if l.player.stopAtHorizon() {
		key := "learn.stopped"
		if !l.closed() {
			key = "learn.ahead"
		}
		l.notice = l.look.words.T(key)
	}
	l.look = l.player.look
	return cmd
}

func (l *Learner) paste(msg tea.PasteMsg) {
	switch {
	case l.player.prompt != nil || l.player.away():
		l.pass(msg)
	case l.seat != nil && l.seat.in:
		l.seat.line.insert(msg.Content)
	case l.ask != nil && l.ask.typing():
		l.ask.line.insert(msg.Content)
	}
}

func (l *Learner) press(k tea.KeyPressMsg) tea.Cmd {
	l.notice = ""
	p := l.player
	switch {
	case k.String() == "ctrl+c":
		return tea.Quit
	case p.help || p.whole || p.prompt != nil || p.copying || p.away():
		return l.pass(k)
	case l.help:
		l.help = false
		if key.Matches(k, keys.Help) { // once more: the keys of the play
			return l.pass(k)
		}
		return nil
	case l.seat != nil && l.seat.in:
		return l.seat.press(l, k)
	case l.ask != nil && l.ask.focus && l.ask.press(l, k):
		return nil
	case key.Matches(k, learnKeys.Quit):
		return tea.Quit
	}
	return l.other(k)
}

// other are the keys of the lesson outside question and seat.
func (l *Learner) other(k tea.KeyPressMsg) tea.Cmd {
	w := l.look.words
	switch {
	case key.Matches(k, learnKeys.Next):
		l.forward()
	case key.Matches(k, learnKeys.Back):
		l.to(l.g.Stop - 1)
	case key.Matches(k, learnKeys.Hint) && l.play.Hints(l.g.Stop) > 0:
		l.hint()
	case key.Matches(k, learnKeys.Give) && l.stop().Quiz != nil && l.play.Open(l.g, l.g.Stop):
		l.play.GiveUp(l.g, l.g.Stop)
		l.save()
		l.reveal()
	case key.Matches(k, learnKeys.Sit) && l.seat != nil:
		l.seat.in, l.reading = true, false
	case key.Matches(k, learnKeys.Sit, learnKeys.WhatIf):
		return l.tryOut(k)
	case key.Matches(k, learnKeys.Page):
		l.reading = !l.reading
	case key.Matches(k, learnKeys.Return):
		l.arrive()
	case key.Matches(k, learnKeys.Down):
		l.prose++
	case key.Matches(k, learnKeys.Up):
		l.prose = max(l.prose-1, 0)
	case key.Matches(k, keys.Help):
		l.help = true
	case key.Matches(k, learnKeys.Leave):
		if l.home {
			l.left = true
		} else {
			l.notice = w.T("learn.leave")
		}
	default:
		return l.pass(k)
	}
	return nil
}

// forward goes to the question or the seat of the stop, or to the next stop.
func (l *Learner) forward() {
	switch open := l.play.Open(l.g, l.g.Stop); {
	case l.seat != nil && open:
		l.seat.in, l.reading = true, false
	case l.ask != nil && open && l.ask.quiz.Kind == scenario.MatchKind:
		l.ask.enter(l)
	case l.ask != nil && !l.ask.focus && open:
		l.ask.focus, l.reading = true, true
	case l.g.Stop == len(l.play.Lesson.Stops)-1:
		points, of := l.play.Score(l.g)
		l.notice = l.look.words.T("learn.end", "points", strconv.Itoa(points), "of", strconv.Itoa(of))
	default:
		l.to(l.g.Stop + 1)
	}
}

// to goes to a stop.
func (l *Learner) to(stop int) {
	if stop < 0 || stop >= len(l.play.Lesson.Stops) {
		return
	}
	l.play.Go(l.g, stop)
	l.save()
	l.arrive()
}

// hint shows one hint more.
func (l *Learner) hint() {
	if !l.play.Open(l.g, l.g.Stop) {
		return
	}
	if _, more := l.play.Hint(l.g, l.g.Stop); !more {
		l.notice = l.look.words.T("learn.nohint")
		return
	}
	l.save()
	l.prose, l.reading = bottom, true
}

// bottom is a line behind any text.
const bottom = 1 << 20

// reveal goes to where the answer can be seen.
func (l *Learner) reveal() {
	place := l.play.Places[l.g.Stop]
	l.player.horizon = l.limit()
	if place.Show != 0 {
		l.player.at, l.player.scroll = place.Show, 0
	}
	if l.ask != nil {
		l.ask.focus = false
	}
	l.prose = bottom
}

// save keeps the progress.
func (l *Learner) save() {
	if l.cfg.Save == nil {
		return
	}
	if err := l.cfg.Save(l.g); err != nil && !l.quiet {
		l.quiet, l.notice = true, err.Error()
	}
}

// learnKeyMap are the keys of a lesson.
type learnKeyMap struct {
	Next, Back, Hint, Give, Sit, Page, Return key.Binding
	Down, Up, Leave, Quit, WhatIf             key.Binding
}

var learnKeys = learnKeyMap{
	Next:   bind("Enter", "enter"),
	Back:   bind("Bksp", "backspace"),
	Hint:   bind("h", "h"),
	Give:   bind("x", "x"),
	Sit:    bind("T", "T"),
	WhatIf: bind("i", "i"),
	Page:   bind("o", "o"),
	Return: bind("r", "r"),
	Down:   bind("PgDn", "pgdown"),
	Up:     bind("PgUp", "pgup"),
	Leave:  bind("Esc", "esc"),
	Quit:   bind("q", "q"),
}

// rows are the bindings as the help page shows them.
func (k *learnKeyMap) rows() []helpRow {
	row := func(text string, keys ...key.Binding) helpRow { return helpRow{"help.learn." + text, keys} }
	return []helpRow{
		row("next", k.Next), row("back", k.Back), row("option", bind("1 … 9")), row("hint", k.Hint), row("give", k.Give),
		row("sit", k.Sit), row("whatif", k.WhatIf), row("look", k.Leave), row("return", k.Return), row("text", k.Down, k.Up), row("page", k.Page),
		row("play", keys.Next, keys.Back), row("lens", keys.Lens), row("quit", k.Quit), row("help", keys.Help),
	}
}
