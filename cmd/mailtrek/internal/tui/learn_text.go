package tui

import (
	"strconv"
	"strings"

	"mailtrek/sim/scenario"
)

// The text of a stop: its prose, its options or checks, the hints that were
// taken, what is said about the answer; and the outline of the lesson.

// outline is the table of contents, at the foot of the text where it leaves
// room: the chapters with what is done in them, the present one marked.
func (l *Learner) outline(r Region, used int) {
	var rows []proseLine
	stops := l.play.Lesson.Stops
	for i := 0; i < len(stops); {
		first, done, of, here := i, 0, 0, false
		for ; i < len(stops) && (i == first || l.text.Stops[i].Heading == ""); i++ {
			here = here || i == l.g.Stop
			if s := &stops[i]; s.Quiz != nil || s.Task != nil {
				of++
				if l.g.Done[s.ID].Right {
					done++
				}
			}
		}
		mark, st := "  ", Quiet
		switch {
		case here:
			mark, st = l.look.glyphs.Cursor+" ", Accent
		case of > 0 && done == of:
			mark = l.look.glyphs.tick() + " "
		}
		count := ""
		if of > 0 {
			count = strconv.Itoa(done) + "/" + strconv.Itoa(of)
		}
		name := clip(l.text.Stops[first].Heading, max(r.W-8, 8))
		pad := strings.Repeat(" ", max(r.W-3-textWidth(name)-textWidth(count), 1))
		rows = append(rows, proseLine{{mark, st}, {name, st}, {pad, Plain}, {count, Quiet}})
	}
	top := r.H - len(rows)
	if top < used+4 {
		return
	}
	r.Fill(0, top-2, r.W-1, Rule, l.look.glyphs.H)
	for i, row := range rows {
		r.Sub(0, top-1+i, r.W-1, 1).putProse(0, 0, row)
	}
}

// lines is the whole text of the stop: prose, options, hints, verdict.
func (l *Learner) lines(w int) []proseLine {
	g, says := l.look.glyphs, l.says()
	var out []proseLine
	if says.Heading != "" {
		out = append(out, flow([]span{{says.Heading, Accent}}, w)...)
		out = append(out, nil)
	}
	out = append(out, layProse(says.Prose, w, g)...)
	if l.ask != nil {
		out = append(append(out, nil), l.ask.rows(l, w)...)
	}
	if l.seat != nil {
		out = append(append(out, nil), l.checks(w)...)
	}
	r := l.g.Done[l.stop().ID]
	for i := range min(r.Hints, len(says.Hints)) {
		title := l.look.words.T("learn.hint", "n", strconv.Itoa(i+1), "of", strconv.Itoa(len(says.Hints)))
		out = append(out, nil, proseLine{{title, Key}})
		out = append(out, layProse(says.Hints[i], w, g)...)
		out = append(out, l.solution(i, w)...)
	}
	return append(out, l.verdict(w)...)
}

// solution are the commands of the last hint of a task.
func (l *Learner) solution(i, w int) (out []proseLine) {
	task := l.stop().Task
	if task == nil || i != len(task.Hints)-1 {
		return nil
	}
	out = append(out, nil)
	for _, a := range task.Solution() {
		line := flow([]span{{l.player.short(a.Host) + "$ ", Quiet}, {a.Command, Names}}, w)
		out = append(out, line...)
		for _, in := range strings.Split(strings.TrimSuffix(a.Input, "\n"), "\n") {
			if a.Input != "" {
				out = append(out, hardWrap(proseLine{{"> ", Quiet}, {in, Names}}, w)...)
			}
		}
	}
	return out
}

// short is the short name of a host.
func (p *Player) short(host string) string {
	if id := p.story.T.NodeNamed(host); id != 0 {
		return p.story.short(id)
	}
	return host
}

// checks are the conditions of a task, and whether they will hold.
func (l *Learner) checks(w int) []proseLine {
	words, g := l.look.words, l.look.glyphs
	at := l.player.story.T.Header.Start.Add(l.seat.task.Until)
	out := flow([]span{{words.T("learn.checks", "time", at.Format("15:04:05")), Quiet}}, w)
	for _, o := range l.seat.outcomes {
		sign, st := g.Cross+" ", Bad
		if o.OK {
			sign, st = g.tick()+" ", Good
		}
		for i, line := range flow([]span{{o.Expect.Text, Plain}}, w-2) {
			head := span{"  ", Plain}
			if i == 0 {
				head = span{sign, st}
			}
			out = append(out, append(proseLine{head}, line...))
		}
	}
	if l.seat.failed != "" {
		out = append(out, flow([]span{{l.seat.failed, Bad}}, w)...)
	}
	return out
}

// verdict is what is said about an answer: with the reason, the why-sentence of
// the event that is shown.
func (l *Learner) verdict(w int) (out []proseLine) {
	s, words, g := l.stop(), l.look.words, l.look.glyphs
	if s.Quiz == nil && s.Task == nil {
		return nil
	}
	r := l.g.Done[s.ID]
	say := func(sign, key string, st Style) {
		out = append(append(out, nil), flow([]span{{sign + " " + words.T(key), st}}, w)...)
	}
	switch {
	case r.Right && s.Task != nil:
		say(g.tick(), "learn.solved", Good|Bold)
	case r.Right:
		say(g.tick(), "learn.right", Good|Bold)
	case r.Given:
		say(g.Dot, "learn.given", Title)
	case l.ask != nil && l.ask.wrong:
		say(g.Cross, l.wrongKey(r.Hints), Bad)
	}
	if s.Quiz == nil || !r.Right && !r.Given {
		return out
	}
	if show := l.play.Places[l.g.Stop].Show; show != 0 && l.player.at == show && !l.whySaid() {
		why := l.player.instant().why()
		spans := []span{{why.text, Plain}}
		if why.ref != "" {
			spans = append(spans, span{"  " + why.ref, Quiet})
		}
		out = append(append(out, nil), flow(spans, w)...)
	}
	if reveal := l.says().Reveal; reveal != "" {
		out = append(append(out, nil), layProse(reveal, w, g)...)
	}
	return out
}

// whySaid tells whether the why-sentence of the event stands somewhere else.
func (l *Learner) whySaid() bool { return l.plain || l.w >= sideFrom }

func (l *Learner) wrongKey(hints int) string {
	switch {
	case l.ask.quiz.Kind == scenario.Several:
		return "learn.wrong.several"
	case l.play.Hints(l.g.Stop) > hints && l.plain:
		return "learn.wrong.plain"
	case l.play.Hints(l.g.Stop) > hints && l.spells():
		return "learn.wrong.typed"
	case l.play.Hints(l.g.Stop) > hints:
		return "learn.wrong.hint"
	}
	return "learn.wrong"
}
