package tui

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"mailtrek/lessons"
	"mailtrek/protocols/wire"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// plainLesson is a lesson line by line: it prints a stop and reads a line, for
// screen readers, pipes and terminals without a screen.
type plainLesson struct {
	*Learner
	out   io.Writer
	width int
	seen  trace.Seq // the last event that was printed
	story *Story
	line  *plainPlayer // the play in lines: lenses, seats, changes
}

// LearnPlain conducts a lesson with lines from in, until it is left or in ends.
// command is how to go on with it later.
func LearnPlain(c LessonConfig, in io.Reader, out io.Writer, width int, command string) error {
	c.ASCII = true
	l := &plainLesson{Learner: Learn(c), out: out, width: max(min(width, 100), 40)}
	l.plain = true
	w := l.look.words
	l.say(l.text.Title)
	l.prints(l.notice)
	l.prints(w.T("learn.plain.help"))
	l.prints(w.T("learn.plain.also"))
	l.stopped()
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 4096), 1<<20)
	for lines.Scan() {
		if !l.take(lines.Text()) {
			break
		}
	}
	fmt.Fprintln(l.out)
	l.prints(w.T("learn.plain.left", "n", strconv.Itoa(l.g.Stop+1), "of", strconv.Itoa(len(l.play.Lesson.Stops))))
	l.score()
	if c.Save != nil {
		l.prints(w.T("learn.plain.bye", "command", command))
	}
	l.save()
	return lines.Err()
}

// prints prints a text in lines of the width.
func (l *plainLesson) prints(s string) {
	for _, line := range wrap(wire.Visible(s), l.width) {
		fmt.Fprintln(l.out, line)
	}
}

// say prints a heading.
func (l *plainLesson) say(s string) {
	fmt.Fprintf(l.out, "\n%s\n%s\n", wire.Visible(s), strings.Repeat("-", min(textWidth(s), l.width)))
}

func (l *plainLesson) prose(md string) {
	for _, line := range strings.Split(strings.TrimRight(plainProse(md, l.width), "\n"), "\n") {
		fmt.Fprintln(l.out, wire.Visible(line))
	}
}

// stopped prints the stop at which the learner has arrived.
func (l *plainLesson) stopped() {
	w, s := l.look.words, l.says()
	title := w.T("learn.stop", "n", strconv.Itoa(l.g.Stop+1), "of", strconv.Itoa(len(l.play.Lesson.Stops)))
	if s.Heading != "" {
		title += "  " + s.Heading
	}
	l.say(title)
	l.prose(s.Prose)
	l.events(false)
	if l.ask != nil {
		l.question()
	}
	if l.seat != nil {
		l.prints(w.T("learn.plain.task"))
		l.printChecks()
		l.prompt()
	}
}

// plainEvents is how many events of the play are printed at most.
const plainEvents = 8

// events prints the last events up to the cursor, those not printed yet; again
// prints them in any case.
func (l *plainLesson) events(again bool) {
	p := l.player
	t := p.story.T
	if l.story == nil || l.story.T != t {
		l.seen = 0
	}
	l.story = p.story
	from := max(int(p.at)-plainEvents+1, 1)
	if !again && l.seen < p.at {
		from = max(from, int(l.seen)+1)
	}
	if !again && l.seen == p.at {
		return
	}
	fmt.Fprintln(l.out)
	l.prints(l.look.words.T("learn.plain.play", "n", strconv.Itoa(int(p.at)), "of", strconv.Itoa(t.Len())))
	in := p.instant()
	for s := trace.Seq(from); s <= p.at; s++ {
		line := fmt.Sprintf("%6d %10s  %s", s, stamp(t.At(s).Time), wire.Visible(told(in, s)))
		fmt.Fprintln(l.out, clip(line, 160))
	}
	l.seen = p.at
	l.prints(wire.Visible(in.why().text))
}

// told is an event in a line: who, to whom, what.
func told(in *Instant, s trace.Seq) string {
	e := in.Story.T.At(s)
	if e.Kind == trace.Query || e.Kind == trace.Answer || e.Kind.Said() && e.Peer != 0 {
		l := in.labelOf(e)
		return joinWords(arrow(in.Story.short(e.Node), in.Story.short(e.Peer))+":", l.sign, l.text)
	}
	return in.short(s).text
}

// question prints the options and asks.
func (l *plainLesson) question() {
	w := l.look.words
	fmt.Fprintln(l.out)
	for i, o := range l.says().Options {
		for j, line := range strings.Split(strings.TrimRight(plainProse(o, l.width-4), "\n"), "\n") {
			head := "   "
			if j == 0 {
				head = strconv.Itoa(i+1) + ") "
			}
			fmt.Fprintln(l.out, head+wire.Visible(line))
		}
	}
	switch k := l.ask.quiz.Kind; k {
	case scenario.Several, scenario.Order, scenario.MatchKind:
		l.prints(w.T("learn.plain." + string(k)))
	}
	if !l.play.Open(l.g, l.g.Stop) {
		l.judged()
		return
	}
	fmt.Fprint(l.out, w.T("learn.plain.ask"))
}

// judged prints what is right, and why.
func (l *plainLesson) judged() {
	fmt.Fprintln(l.out)
	right := l.play.Right(l.g.Stop)
	for _, row := range l.verdict(l.width) {
		line := ""
		for _, s := range row {
			line += s.text
		}
		fmt.Fprintln(l.out, wire.Visible(strings.TrimRight(line, " ")))
	}
	if l.play.Open(l.g, l.g.Stop) {
		fmt.Fprint(l.out, l.look.words.T("learn.plain.ask"))
		return
	}
	var shown []string
	for _, i := range right.Options {
		shown = append(shown, strconv.Itoa(i+1))
	}
	switch {
	case len(shown) > 0:
		fmt.Fprintln(l.out, "= "+strings.Join(shown, " "))
	case right.Text != "":
		fmt.Fprintln(l.out, "= "+wire.Visible(right.Text))
	case right.Event != 0:
		fmt.Fprintln(l.out, "= "+strconv.Itoa(int(right.Event)))
	}
}

func (l *plainLesson) score() {
	points, of := l.play.Score(l.g)
	l.prints(l.look.words.T("learn.points", "n", strconv.Itoa(points), "of", strconv.Itoa(of)))
}

// take does what a line says; false leaves the lesson.
func (l *plainLesson) take(line string) bool {
	switch {
	case l.player.away():
		return l.astray(line)
	case l.seat != nil && (l.seat.here != nil || l.seat.tel != nil):
		l.shellLine(line)
		return true
	}
	return l.takes(strings.TrimSpace(line))
}

// takes does what a line of the lesson itself says.
func (l *plainLesson) takes(line string) bool {
	word, rest, _ := strings.Cut(line, " ")
	open := l.play.Open(l.g, l.g.Stop)
	switch {
	case line == "quit" || line == "q":
		return false
	case line == "help" && l.seat == nil || line == "?":
		l.prints(l.look.words.T("learn.plain.help"))
		l.linear().help()
		l.linear().out.Flush()
	case l.ofPlay(word, rest):
		return l.playLine(line)
	case line == "back":
		l.move(l.g.Stop - 1)
	case line == "next" || line == "" && (!open || l.seat == nil && l.ask == nil):
		return l.onward()
	case line == "hint":
		l.plainHint()
	case line == "score":
		l.score()
	case line == "reset":
		*l.g = *lessons.NewProgress(l.g.Lesson)
		l.prints(l.look.words.T("learn.plain.reset"))
		l.move(0)
	case line == "events":
		l.events(true)
	case word == "goto":
		l.goTo(rest)
	case l.seat != nil:
		l.shellLine(line)
	case l.ask == nil:
		return l.onward()
	case line == "show":
		l.play.GiveUp(l.g, l.g.Stop)
		l.save()
		l.reveal()
		l.events(false)
		l.judged()
	case open:
		l.answered(line)
	default:
		return l.onward()
	}
	return true
}

// onward goes to the next stop; false at the end.
func (l *plainLesson) onward() bool {
	if l.g.Stop == len(l.play.Lesson.Stops)-1 {
		l.forward()
		l.prints(l.notice)
		return false
	}
	l.move(l.g.Stop + 1)
	return true
}

func (l *plainLesson) move(stop int) {
	l.to(max(stop, 0))
	l.stopped()
}

// goTo shows the events around one, as far as they may be seen.
func (l *plainLesson) goTo(text string) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	last := l.player.story.T.Len()
	if limit := l.limit(); limit > 0 {
		last = int(limit)
	}
	if err != nil || n < 1 || n > last {
		l.prints(l.look.words.T("goto.range", "n", strconv.Itoa(last)))
		return
	}
	l.player.at = trace.Seq(n)
	l.events(true)
}

func (l *plainLesson) plainHint() {
	before := l.g.Done[l.stop().ID].Hints
	l.notice = ""
	l.hint()
	if l.g.Done[l.stop().ID].Hints == before {
		l.prints(l.look.words.T("learn.nohint"))
		return
	}
	l.prints(l.look.words.T("learn.hint", "n", strconv.Itoa(before+1), "of", strconv.Itoa(l.play.Hints(l.g.Stop))))
	l.prose(l.says().Hints[before])
	if task := l.stop().Task; task != nil && before == len(task.Hints)-1 {
		for _, a := range task.Solution() {
			fmt.Fprintln(l.out, "  "+wire.Visible(a.Host+"$ "+a.Command))
		}
	}
}

// answered takes an answer.
func (l *plainLesson) answered(line string) {
	ans, ok := l.parse(line)
	if !ok {
		l.prints(l.look.words.T("learn.plain.unknown", "what", wire.Visible(line)))
		fmt.Fprint(l.out, l.look.words.T("learn.plain.ask"))
		return
	}
	right := l.play.Answer(l.g, l.g.Stop, ans)
	l.save()
	l.ask.wrong = !right
	if right {
		l.reveal()
		l.events(false)
	}
	l.judged()
}

// parse reads an answer from a line; ok is false when it is none.
func (l *plainLesson) parse(line string) (a lessons.Answer, ok bool) {
	q := l.ask.quiz
	if q.Kind == scenario.Number || q.Kind == scenario.TextKind {
		return lessons.Answer{Text: line}, line != ""
	}
	fields := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == ',' || r == ';' })
	for _, f := range fields {
		n, err := strconv.Atoi(f)
		if err != nil || n < 1 {
			return a, false
		}
		if q.Kind == scenario.MatchKind {
			return lessons.Answer{Event: trace.Seq(n)}, len(fields) == 1 && l.player.story.T.Has(trace.Seq(n))
		}
		if n > len(q.Options) || slices.Contains(a.Options, n-1) {
			return a, false
		}
		a.Options = append(a.Options, n-1)
	}
	switch q.Kind {
	case scenario.Choice, scenario.Next:
		return a, len(a.Options) == 1
	case scenario.Order:
		return a, len(a.Options) == len(q.Options)
	}
	return a, len(a.Options) > 0
}

// shellLine gives a line to the seat of a task and prints what came of it.
func (l *plainLesson) shellLine(line string) {
	s := l.seat
	if line == "" && s.here == nil && s.tel == nil {
		l.prompt()
		return
	}
	before := len(s.transcript(l.player.instant()))
	solved, typed := !l.play.Open(l.g, l.g.Stop), s.tel
	l.notice = ""
	switch {
	case line == "undo" && s.tel == nil, line == "~undo":
		s.undo(l.Learner)
		before = 0
	case s.tel != nil && (line == "~." || s.over() && line == ""):
		s.hangUp(l.Learner)
	case s.tel != nil:
		s.say(l.Learner, strings.TrimPrefix(line, "~"), false)
	default:
		s.typed(l.Learner, line)
	}
	l.prints(l.notice)
	rows := s.transcript(l.player.instant())
	for i := min(before, len(rows)); i < len(rows); i++ {
		text := ""
		for _, s := range rows[i] {
			text += s.text
		}
		if i > before || before == 0 { // the first is the line itself
			fmt.Fprintln(l.out, wire.Visible(text))
		}
	}
	if h := s.remark(l.Learner); h.text != "" {
		l.prints(joinWords(h.text, parens(h.ref)))
	}
	if typed == nil && s.tel != nil {
		l.prints(l.look.words.T("plain.seat.taken", "what", "telnet "+s.tel.To.String()))
	}
	if !solved && !l.play.Open(l.g, l.g.Stop) {
		l.printChecks()
		l.prints("* " + l.look.words.T("learn.solved"))
		return
	}
	l.prompt()
}

func (l *plainLesson) printChecks() {
	for _, row := range l.checks(l.width) {
		text := ""
		for _, s := range row {
			text += s.text
		}
		fmt.Fprintln(l.out, wire.Visible(text))
	}
}

func (l *plainLesson) prompt() {
	if l.seat.here != nil || l.seat.tel != nil {
		return
	}
	fmt.Fprint(l.out, l.player.short(l.seat.shell.Host)+"$ ")
}
