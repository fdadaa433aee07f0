package tui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// What if: at an event something is changed, and the run goes on from there. A
// form asks for it step by step: what kind of change, where, and to what. Its
// lists are what the world has at this very event, because the run is played up
// to it once more, aside.

// form asks a few questions, one after the other, each with a list of answers.
type form struct {
	title  string   // what it is all about
	world  *facts   // what there is at the event
	values []string // the answers so far
	labels []string // as they are shown
	pick   *picker
	ask    string // the present question
	// next returns the question behind the answers so far, or the end: what is
	// then done.
	next func(f *form) question
}

// question is what a form asks; one with a finish asks nothing more.
type question struct {
	ask    string // the key of the words
	list   []choice
	free   bool
	text   string // stands there in the beginning
	finish func(p *Player) tea.Cmd
	wrong  string // the answers are not right: what is said
}

// openForm shows a form and asks its first question.
func (p *Player) openForm(f *form) tea.Cmd {
	p.form = f
	return p.proceed()
}

// proceed asks the next question, or does what was asked for.
func (p *Player) proceed() tea.Cmd {
	f := p.form
	q := f.next(f)
	switch {
	case q.wrong != "":
		p.notice = q.wrong
		n := len(f.values) - 1
		f.values, f.labels = f.values[:n], f.labels[:n]
		return nil
	case q.finish != nil:
		p.closeForm()
		return q.finish(p)
	}
	f.ask, f.pick = q.ask, newPicker(q.list, q.free, q.text)
	return nil
}

// closeForm closes the form and the world behind its lists.
func (p *Player) closeForm() {
	if p.form.world != nil {
		p.form.world.branch.Close()
	}
	p.form = nil
}

// asked takes a key while a form is open.
func (p *Player) asked(k tea.KeyPressMsg) tea.Cmd {
	f := p.form
	c, done, gone := f.pick.press(k)
	switch {
	case done:
		return p.chosen(c)
	case gone && len(f.values) == 0:
		p.closeForm()
	case gone:
		n := len(f.values) - 1
		f.values, f.labels = f.values[:n], f.labels[:n]
		return p.proceed()
	}
	return nil
}

// chosen takes an answer and goes on.
func (p *Player) chosen(c choice) tea.Cmd {
	f := p.form
	f.values, f.labels = append(f.values, c.key()), append(f.labels, c.text)
	return p.proceed()
}

// draw shows the form in place of the lens.
func (f *form) draw(in *Instant, r Region) {
	r.PutMax(2, 0, r.W-4, Title, f.title)
	x := 2
	for _, l := range f.labels {
		x = r.PutMax(x, 1, r.W-x-1, Accent, l)
		x = r.Put(x, 1, Quiet, "  "+in.Glyphs.Sep+"  ")
	}
	r.PutMax(x, 1, r.W-x-1, Plain, in.Words.T(f.ask))
	f.pick.draw(in, r.Sub(2, 3, r.W-4, r.H-3))
}

// formRow are the keys of a form.
func formRow() []brief {
	return []brief{{"Enter", "key.take"}, {"↑↓", "key.choose"}, {"Tab", "key.complete"}, {"Esc", "key.back"}}
}

// whatIf opens the form of changes.
func (p *Player) whatIf() tea.Cmd {
	return p.mayFork(func() tea.Cmd {
		return p.survey(func(w *facts) tea.Cmd {
			title := p.look.words.T("whatif.title", "n", strconv.Itoa(int(p.at)))
			return p.openForm(&form{title: title, world: w, next: p.nextChange})
		})
	})
}

// changes are the kinds of changes, in the order of the list.
var changes = []struct {
	id    string
	steps []string // what is asked for
}{
	{"reply", []string{"reply.at", "reply.verb", "reply.text"}},
	{"refuse", []string{"listener", "lasts"}},
	{"slow", []string{"listener", "time", "lasts"}},
	{"down", []string{"host", "lasts"}},
	{"cut", []string{"host", "peer", "lasts"}},
	{"delay", []string{"host", "peer", "time", "lasts"}},
	{"loss", []string{"host", "peer", "percent", "lasts"}},
	{"setting", []string{"mailhost", "parameter", "value"}},
	{"record", []string{"record", "data"}},
	{"command", []string{"host", "line"}},
}

// nextChange asks for the parts of a change.
func (p *Player) nextChange(f *form) question {
	w := p.look.words
	if len(f.values) == 0 {
		var list []choice
		for _, c := range changes {
			list = append(list, choice{text: w.T("whatif." + c.id), note: w.T("whatif." + c.id + ".note"), id: c.id})
		}
		return question{ask: "whatif.ask", list: list}
	}
	for _, c := range changes {
		if c.id != f.values[0] {
			continue
		}
		if n := len(f.values) - 1; n < len(c.steps) {
			return p.askFor(f, c.steps[n])
		}
	}
	return p.change(f)
}

// change is the end of the form: the interventions that it comes to.
func (p *Player) change(f *form) question {
	v := f.values
	what, list := "", []scenario.Intervention(nil)
	fault := func(line string) {
		what, list = line, []scenario.Intervention{{Do: scenario.DoFault, Line: line}}
	}
	lasting := func(line, lasts string) string {
		if lasts == forEver {
			return line
		}
		return line + " for " + lasts
	}
	switch v[0] {
	case "down":
		fault(lasting(v[1]+" down", v[2]))
	case "refuse":
		fault(lasting(v[1]+" refuse", v[2]))
	case "slow":
		fault(lasting(v[1]+" slow "+v[2], v[3]))
	case "cut":
		fault(lasting(v[1]+" <-> "+v[2]+" cut", v[3]))
	case "delay", "loss":
		fault(lasting(v[1]+" <-> "+v[2]+" "+v[0]+" "+v[3], v[4]))
	case "reply":
		fault(v[1] + " reply " + v[2] + " " + quoteReply(v[3]))
	case "setting":
		line := "postconf -e " + shellQuote(v[2]+" = "+v[3]) + " && postfix reload"
		what = f.world.short(v[1]) + ": " + v[2] + " = " + v[3]
		list = []scenario.Intervention{{Do: scenario.DoCommand, Host: v[1], User: "#", Line: line}}
	case "record":
		return p.zoneChange(f)
	case "command":
		what = f.world.short(v[1]) + "$ " + v[2]
		list = []scenario.Intervention{{Do: scenario.DoCommand, Host: v[1], User: "#", Line: v[2]}}
	}
	if list[0].Do == scenario.DoFault {
		if _, err := p.course.branch.Scenario.ParseFault(list[0].Line); err != nil {
			return question{wrong: firstLine(err)}
		}
	}
	return question{finish: func(p *Player) tea.Cmd { return p.fork(what, list...) }}
}

// zoneChange is another record: what stands there is replaced, or removed when
// nothing is left.
func (p *Player) zoneChange(f *form) question {
	domain, rest, _ := strings.Cut(f.values[1], " ")
	line := strings.TrimSpace(f.values[2])
	if line == removal {
		line = "- " + rest
	}
	records := strings.ReplaceAll(line, recordsApart, "\n") + "\n"
	for _, z := range f.world.records {
		if z.Domain != domain {
			continue
		}
		text, err := f.world.zoneText(z)
		if err == nil {
			_, err = scenario.EditZone(domain, text, records)
		}
		if err != nil {
			return question{wrong: firstLine(err)}
		}
		break
	}
	iv := scenario.Intervention{Do: scenario.DoZone, Line: domain, Data: []byte(records)}
	what := strings.TrimSuffix(domain, ".") + ": " + line
	return question{finish: func(p *Player) tea.Cmd { return p.fork(what, iv) }}
}

// firstLine is what went wrong in one line.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// shellQuote is a word as sh(1) takes it.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// survey plays the run up to the event where the cursor is, aside, and looks
// what there is.
func (p *Player) survey(then func(*facts) tea.Cmd) tea.Cmd {
	at := p.at
	b := p.course.branch.Fork(at)
	if err := b.Begin(); err != nil {
		p.notice = firstLine(err)
		return nil
	}
	return p.start(&work{
		words:  func() string { return p.progress("work.survey", b) },
		part:   func() bool { return trace.Seq(b.Trace().Len()) < at && b.Step() },
		giveUp: func() tea.Cmd { b.Close(); return nil },
		done:   func() tea.Cmd { return then(newFacts(b, p.story, at)) },
	})
}
