package tui

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"mailtrek/protocols/wire"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// The linear player: commands as lines, answers as lines. It is the Player
// with another mouth: a command is the key that does the same on the screen,
// and afterwards the event is said instead of drawn. It needs no terminal.

// plainPlayer is a Player that speaks in lines.
type plainPlayer struct {
	*Player
	out   *bufio.Writer
	width int       // lines are broken at blanks; 0 leaves them whole
	heard trace.Seq // at a seat: the last event that was printed
}

// plainCommand is a command of the linear player.
type plainCommand struct {
	words string // the name and its other names; the first is shown
	args  string // key of the words for its argument, "" for none
	does  string // key of the words that say what it does
	run   func(l *plainPlayer, arg string)
}

// stepKey makes a command of a key of the screen; a number repeats it.
func stepKey(code rune, text string, mod tea.KeyMod) func(l *plainPlayer, arg string) {
	return func(l *plainPlayer, arg string) {
		times, err := strconv.Atoi(arg)
		if err != nil || times < 1 {
			times = 1
		}
		for range min(times, 100_000) {
			at := l.at
			l.do(l.press(tea.KeyPressMsg(tea.Key{Code: code, Text: text, Mod: mod})))
			if l.at == at {
				break
			}
		}
		l.tell()
	}
}

// plainCommands are the commands, in the order of the help.
var plainCommands []plainCommand

func init() { // help refers to the table
	plainCommands = []plainCommand{
		{"next n", "plain.arg.times", "plain.does.next", stepKey(tea.KeyRight, "", 0)},
		{"back b previous", "plain.arg.times", "plain.does.back", stepKey(tea.KeyLeft, "", 0)},
		{"command", "plain.arg.times", "plain.does.command", stepKey(tea.KeyDown, "", 0)},
		{"hop", "plain.arg.times", "plain.does.hop", stepKey(']', "]", 0)},
		{"stage", "plain.arg.times", "plain.does.stage", stepKey('}', "}", 0)},
		{"said", "plain.arg.times", "plain.does.said", stepKey('L', "L", 0)},
		{"message", "plain.arg.times", "plain.does.message", stepKey(')', ")", 0)},
		{"stop", "plain.arg.what", "plain.does.stop", (*plainPlayer).stopCommand},
		{"run", "", "plain.does.run", stepKey('r', "r", 0)},
		{"depth", "plain.arg.depth", "plain.does.depth", (*plainPlayer).depthCommand},
		{"start first", "", "plain.does.start", stepKey('<', "<", 0)},
		{"end last", "", "plain.does.end", stepKey('>', ">", 0)},
		{"goto g", "plain.arg.place", "plain.does.goto", (*plainPlayer).gotoPlace},
		{"find /", "plain.arg.what", "plain.does.find", (*plainPlayer).search},
		{"again", "", "plain.does.again", stepKey('n', "n", 0)},
		{"before", "", "plain.does.before", stepKey('N', "N", 0)},
		{"only filter", "plain.arg.what", "plain.does.only", (*plainPlayer).filter},
		{"cause c", "", "plain.does.cause", stepKey('c', "c", 0)},
		{"here .", "", "plain.does.here", func(l *plainPlayer, _ string) { l.tell() }},
		{"why e", "", "plain.does.why", func(l *plainPlayer, _ string) { l.tellWhy() }},
		{"lens", "plain.arg.lens", "plain.does.lens", (*plainPlayer).lensNamed},
		{"who", "plain.arg.line", "plain.does.who", func(l *plainPlayer, arg string) { l.line(arg, false) }},
		{"became", "plain.arg.line", "plain.does.became", func(l *plainPlayer, arg string) { l.line(arg, true) }},
		{"mark m", "", "plain.does.mark", stepKey('m', "m", 0)},
		{"marked", "", "plain.does.marked", stepKey('\'', "'", 0)},
		{"seat", "plain.arg.seat", "plain.does.seat", (*plainPlayer).seatCommand},
		{"shell", "plain.arg.host", "plain.does.shell", (*plainPlayer).shellCommand},
		{"what whatif", "plain.arg.whatif", "plain.does.whatif", (*plainPlayer).whatIfCommand},
		{"compare", "", "plain.does.compare", (*plainPlayer).compareCommand},
		{"other", "", "plain.does.other", (*plainPlayer).otherCommand},
		{"return", "", "plain.does.return", (*plainPlayer).returnCommand},
		{"save", "plain.arg.file", "plain.does.save", (*plainPlayer).saveCommand},
		{"help ? h", "", "plain.does.help", func(l *plainPlayer, _ string) { l.help() }},
		{"quit q exit", "", "plain.does.quit", nil},
	}
}

// PlayPlain plays a trace in lines: it reads commands from in and answers on
// out, until it is left or in ends. width is where lines are broken, 0 for
// nowhere.
func PlayPlain(t *trace.Trace, o Options, in io.Reader, out io.Writer, width int) error {
	return linear(Play(t, o), out, width).converse(o, in)
}

// PlayBranchPlain is PlayPlain for a branch that was played to its end: seats
// can be taken in it, and things changed.
func PlayBranchPlain(b *scenario.Branch, o Options, in io.Reader, out io.Writer, width int) error {
	return linear(PlayBranch(b, o), out, width).converse(o, in)
}

// converse reads commands and answers them.
func (l *plainPlayer) converse(o Options, in io.Reader) error {
	l.look.glyphs = &plainGlyphs
	w, t := l.look.words, l.story.T
	l.print(l.title(l.instant()))
	if t.Len() == 0 {
		l.print(w.T("app.nothing"))
		return l.out.Flush()
	}
	l.print(w.T("plain.hello"))
	if o.Lens != "" {
		l.lensNamed(o.Lens)
	} else {
		l.tell()
	}
	l.prompted()
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 4096), pasteOctets)
	for lines.Scan() {
		if !l.take(lines.Text()) {
			break
		}
		l.prompted()
		if err := l.out.Flush(); err != nil {
			return err
		}
	}
	if err := l.out.Flush(); err != nil {
		return err
	}
	return lines.Err()
}

// prompted ends an answer with an empty line, so that it can be heard.
func (l *plainPlayer) prompted() {
	fmt.Fprintln(l.out)
	l.out.Flush()
}

// print says a text, broken at blanks.
func (l *plainPlayer) print(s string) {
	s = cleanLine(s)
	if l.width <= 0 {
		fmt.Fprintln(l.out, s)
		return
	}
	for _, line := range wrap(s, l.width) {
		fmt.Fprintln(l.out, line)
	}
}

// take carries a command out; false when it is the one that leaves.
func (l *plainPlayer) take(line string) bool {
	switch {
	case l.board != nil:
		l.typeLine(line)
		return true
	case l.form != nil:
		l.formLine(strings.TrimSpace(line))
		return true
	}
	return l.command(strings.TrimSpace(line))
}

// command carries a command out; false when it is the one that leaves.
func (l *plainPlayer) command(line string) bool {
	word, arg, _ := strings.Cut(line, " ")
	if line == "" { // Enter alone goes on
		word = "next"
	}
	arg = strings.TrimSpace(arg)
	for i := range plainCommands {
		c := &plainCommands[i]
		for _, name := range strings.Fields(c.words) {
			if !strings.EqualFold(name, word) {
				continue
			}
			if c.run == nil {
				return false
			}
			c.run(l, arg)
			return true
		}
	}
	switch n, err := strconv.Atoi(line); {
	case err == nil && n > 0:
		l.gotoPlace(line)
	case l.lensKnown(word):
		l.lensNamed(word)
	default:
		l.print(l.look.words.T("plain.unknown", "word", wire.Visible(clip(word, 40))))
	}
	return true
}

// tell says the event: where it is in the story, what happens, and why.
func (l *plainPlayer) tell() {
	if l.stopAtHorizon() {
		l.notice = l.look.words.T("learn.ahead")
	}
	in := l.instant()
	e, t := in.event(), in.Story.T
	if l.notice != "" {
		l.print(l.notice)
		l.notice = ""
	}
	l.print(in.Words.T("app.event", "n", itoa(int(in.At)), "of", itoa(t.Len())) + ", " + stamp(e.Time) + ", " + t.Header.Start.Add(e.At()).Format("15:04:05.000"))
	l.print(in.plainText(in.eventWords(in.At)))
	w := in.why()
	l.print(joinWords(w.text, parens(w.ref)))
}

func parens(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// plainText is a line with its arrows in words.
func (in *Instant) plainText(s string) string {
	return strings.ReplaceAll(s, " "+arrowTo+" ", " "+in.Words.T("plain.to")+" ")
}

// tellWhy says the chain of causes.
func (l *plainPlayer) tellWhy() {
	in := l.instant()
	w := in.why()
	l.print(joinWords(w.text, parens(w.ref)))
	chain := in.Story.T.Chain(in.At)
	if len(chain) < 2 {
		l.print(in.Words.T("page.nocause"))
		return
	}
	l.print(in.Words.T("page.chain"))
	for i, s := range chain[1:] {
		if i == plainRows {
			l.print(in.Words.T("page.more", "n", itoa(len(chain)-1-i)))
			return
		}
		l.print(itoa(int(s)) + ": " + stamp(in.Story.T.At(s).Time) + ", " + in.plainText(in.eventWords(s)))
	}
}

// gotoPlace goes to an event number, a time or a selector.
func (l *plainPlayer) gotoPlace(arg string) {
	l.answer("goto", arg)
}

// search finds a selector or a text.
func (l *plainPlayer) search(arg string) { l.answer("find", arg) }

// filter sets what the steps stop at; without an argument all events count.
func (l *plainPlayer) filter(arg string) {
	if arg == "" {
		l.only = finder{}
		l.print(l.look.words.T("filter.off"))
		return
	}
	l.answer("filter", arg)
}

// answer hands a line to the prompt of the screen.
func (l *plainPlayer) answer(kind, text string) {
	if text == "" {
		l.print(l.look.words.T("plain.missing"))
		return
	}
	l.prompt = &prompt{kind: kind}
	l.prompt.insert(text)
	l.typed(tea.KeyPressMsg(tea.Key{Code: tea.KeyEnter}))
	l.tell()
}

func (l *plainPlayer) lensKnown(name string) bool {
	for i := range lenses {
		if lenses[i].Name == name || l.look.words.T("lens."+lenses[i].Name) == name {
			return true
		}
	}
	return false
}

// lensNamed reads a lens, the present one if none is named.
func (l *plainPlayer) lensNamed(name string) {
	in := l.instant()
	if name != "" && !l.lensKnown(name) {
		l.print(in.Words.T("plain.nolens", "names", strings.Join(Lenses(), ", ")))
		return
	}
	for i := range lenses {
		if name != "" && (lenses[i].Name == name || in.Words.T("lens."+lenses[i].Name) == name) {
			l.lens = i
		}
	}
	l.print(in.Words.T("plain.lens", "name", in.Words.T("lens."+lenses[l.lens].Name), "n", itoa(int(l.at)), "of", itoa(in.Story.T.Len())))
	for _, line := range in.plain(&lenses[l.lens]) {
		l.print(line)
	}
}

// line goes to who wrote a numbered line of the lens, or what became of it.
func (l *plainPlayer) line(arg string, became bool) {
	n, _ := strconv.Atoi(strings.TrimSuffix(arg, "."))
	picks := lenses[l.lens].picks(l.instant())
	if n < 1 || n > len(picks) {
		l.print(l.look.words.T("plain.noline", "n", itoa(len(picks))))
		return
	}
	l.pick = n
	l.ask(picks[n-1], became)
	l.tell()
}

// help says the commands.
func (l *plainPlayer) help() {
	w := l.look.words
	for _, c := range plainCommands {
		names := strings.Fields(c.words)
		line := names[0]
		if c.args != "" {
			line += " " + w.T(c.args)
		}
		l.print(line + ": " + w.T(c.does))
	}
	l.print(w.T("plain.lenses", "names", strings.Join(Lenses(), ", ")))
}
