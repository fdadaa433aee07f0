package tui

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// What if, in lines: either the whole change in one line, in the words that
// documents have for it, or step by step with numbered answers.

// whatIfCommand changes something at the event: "if CHANGE", or asks.
func (l *plainPlayer) whatIfCommand(arg string) {
	arg = strings.TrimSpace(strings.TrimPrefix(arg+" ", "if "))
	if arg == "" {
		l.do(l.whatIf())
		l.noticed()
		if l.form != nil {
			l.print(l.form.title)
			l.sayForm()
		}
		return
	}
	if l.course.branch == nil {
		l.do(l.mayFork(nothing))
		if l.course.branch == nil {
			l.noticed()
			return
		}
	}
	what, list, err := l.changeOf(arg)
	if err != nil {
		l.print(firstLine(err))
		hosts := l.course.branch.Scenario.Hosts
		l.print(l.look.words.T("plain.whatif.syntax", "fault", hosts[len(hosts)-1].Name+" down for 2m", "host", hosts[0].Name))
		return
	}
	l.do(l.fork(what, list...))
	l.forked()
}

// forked says what became of a change.
func (l *plainPlayer) forked() {
	l.noticed()
	if l.course.parent != nil {
		l.print(l.look.words.T("plain.run", "what", l.course.what))
		if l.horizon == 0 {
			l.compareCommand("")
		}
	}
	l.tell()
}

// changeOf reads a change in one line: "HOST$ COMMAND", "DOMAIN: RECORDS",
// "HOST: PARAMETER = VALUE", or a line of a fault block.
func (p *Player) changeOf(line string) (what string, list []scenario.Intervention, err error) {
	s := p.course.branch.Scenario
	if name, command, ok := strings.Cut(line, "$ "); ok {
		if h := s.Host(name); h != nil {
			return line, []scenario.Intervention{{Do: scenario.DoCommand, Host: h.Name, User: "#", Line: strings.TrimSpace(command)}}, nil
		}
	}
	if name, rest, ok := strings.Cut(line, ": "); ok && !strings.Contains(name, " ") {
		parameter, value, set := strings.Cut(rest, "=")
		if h := s.Host(name); h != nil && set {
			command := "postconf -e " + shellQuote(strings.TrimSpace(parameter)+" = "+strings.TrimSpace(value)) + " && postfix reload"
			return line, []scenario.Intervention{{Do: scenario.DoCommand, Host: h.Name, User: "#", Line: command}}, nil
		}
		if zone := p.zoneOf(name); zone != "" {
			records := strings.ReplaceAll(strings.TrimSpace(rest), strings.TrimSpace(recordsApart), "\n") + "\n"
			return line, []scenario.Intervention{{Do: scenario.DoZone, Line: zone, Data: []byte(records)}}, nil
		}
	}
	if _, err := s.ParseFault(line); err != nil {
		return "", nil, err
	}
	return line, []scenario.Intervention{{Do: scenario.DoFault, Line: line}}, nil
}

// zoneOf is a zone that some host is primary for; empty when there is none.
func (p *Player) zoneOf(name string) string {
	name = strings.TrimSuffix(name, ".") + "."
	for _, z := range p.course.branch.Run().ZoneRecords() {
		if z.Domain == name {
			return name
		}
	}
	return ""
}

// sayForm says the present question of a form.
func (l *plainPlayer) sayForm() {
	f, w := l.form, l.look.words
	for i, c := range f.pick.all {
		if i == plainRows {
			l.print(w.T("choose.more", "n", strconv.Itoa(len(f.pick.all)-i)))
			break
		}
		line := c.text
		if c.note != "" {
			line += ", " + c.note
		}
		l.print(numbered(i+1, line))
	}
	key := "plain.form.ask"
	if f.pick.free {
		key = "plain.form.free"
	}
	if f.pick.kept != "" {
		l.print(w.T("plain.form.now", "value", f.pick.kept))
	}
	l.print(w.T(key, "ask", w.T(f.ask)))
}

// formLine takes an answer to the question of a form.
func (l *plainPlayer) formLine(line string) {
	f := l.form
	switch {
	case line == "cancel" || line == "back" && len(f.values) == 0:
		l.closeForm()
		l.print(l.look.words.T("plain.form.gone"))
		return
	case line == "back":
		n := len(f.values) - 1
		f.values, f.labels = f.values[:n], f.labels[:n]
		l.do(l.proceed())
		l.sayForm()
		return
	}
	c, err := f.pick.answer(line)
	if err != nil {
		l.print(l.look.words.T(err.Error()))
		return
	}
	l.do(l.chosen(c))
	if l.form != nil {
		l.noticed()
		l.sayForm()
		return
	}
	if l.board != nil {
		l.seated()
		return
	}
	l.forked()
}

// What an answer to a list can be besides right; the texts are keys of the words.
var (
	errNoChoice = errors.New("choose.none")
	errManyFit  = errors.New("plain.form.many")
)

// answer is the choice that a typed line means: its number, its text, the
// beginning of one alone; where anything may stand, the line itself.
func (k *picker) answer(line string) (choice, error) {
	if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(k.all) {
		return k.all[n-1], nil
	}
	if line == "" {
		return choice{}, errNoChoice
	}
	var fit []choice
	for _, c := range k.all {
		if strings.EqualFold(c.text, line) || c.id == line {
			return c, nil
		}
		if strings.HasPrefix(strings.ToLower(c.text), strings.ToLower(line)) {
			fit = append(fit, c)
		}
	}
	switch {
	case k.free:
		return choice{text: line}, nil
	case len(fit) == 1:
		return fit[0], nil
	case len(fit) > 1:
		return choice{}, errManyFit
	}
	return choice{}, errNoChoice
}

// plainDiffs is how many differences are said.
const plainDiffs = 12

// compareCommand says the rows in which two runs differ.
func (l *plainPlayer) compareCommand(string) {
	a, was, now := l.comparing()
	w := l.look.words
	switch {
	case a == nil:
		l.print(w.T("plain.single"))
		return
	case l.horizon > 0:
		l.print(w.T("learn.nocompare"))
		return
	}
	shown := min(len(a.diffs), plainDiffs)
	l.print(w.T("plain.diff", "n", strconv.Itoa(len(a.diffs)), "shown", strconv.Itoa(shown)))
	for _, i := range a.diffs[:shown] {
		row := a.Rows[i]
		l.print(w.T("plain.was", "what", l.rowWords(was, row.Was)))
		l.print(w.T("plain.now", "what", l.rowWords(now, row.Now)))
	}
}

// rowWords are an event of one of two runs.
func (l *plainPlayer) rowWords(c *course, s trace.Seq) string {
	if s == 0 {
		return l.look.words.T("plain.absent")
	}
	in := &Instant{Story: c.story, At: s, Snap: c.story.Folds.At(s), Words: l.look.words, Glyphs: l.look.glyphs}
	return strconv.Itoa(int(s)) + ", " + stamp(c.story.T.At(s).Time) + ", " + in.plainText(in.eventWords(s))
}

// otherCommand goes to the other of two runs, returnCommand back to the story.
func (l *plainPlayer) otherCommand(string) {
	if l.course.parent == nil && l.course.child == nil {
		l.notice = l.look.words.T("plain.single")
		l.tell()
		return
	}
	l.exchange()
	l.tell()
}

func (l *plainPlayer) returnCommand(string) {
	if !l.back() {
		l.notice = l.look.words.T("plain.single")
	}
	l.tell()
}

// leadsAway tells whether a word is a command that leaves the story for another run.
func leadsAway(word string) bool {
	return slices.Contains([]string{"seat", "shell", "what"}, strings.ToLower(word))
}
