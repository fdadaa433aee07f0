package tui

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/yuin/goldmark/text"

	"mailtrek/lessons"
	"mailtrek/sim/scenario"
)

// asking is a question that is being answered.
type asking struct {
	quiz   *scenario.Quiz
	n      int // options
	focus  bool
	at     int    // the option under the cursor
	chosen []bool // several
	order  []int  // order: the options in the order chosen so far
	line   prompt // number, text
	wrong  bool   // the last answer was
}

func newAsking(l *Learner) *asking {
	q := l.stop().Quiz
	a := &asking{quiz: q, n: len(q.Options), chosen: make([]bool, len(q.Options)), line: prompt{kind: "answer"}}
	a.focus = l.play.Open(l.g, l.g.Stop) && q.Kind != scenario.MatchKind
	return a
}

// typing tells whether the answer is typed.
func (a *asking) typing() bool {
	return a.focus && (a.quiz.Kind == scenario.Number || a.quiz.Kind == scenario.TextKind)
}

// press takes a key while the question is open; false leaves it to others.
func (a *asking) press(l *Learner, k tea.KeyPressMsg) bool {
	a.wrong = a.wrong && k.String() != "enter"
	switch s := k.String(); {
	case s == "esc":
		a.focus = false
		return true
	case s == "enter":
		a.enter(l)
		return true
	case a.typing():
		return a.typed(k)
	case s == "down" || s == "j":
		a.at = (a.at + 1) % a.n
	case s == "up" || s == "k":
		a.at = (a.at + a.n - 1) % a.n
	case len(s) == 1 && s[0] >= '1' && int(s[0]-'0') <= a.n:
		a.at = int(s[0] - '1')
		a.mark()
	case s == "space":
		a.mark()
	case s == "backspace" && len(a.order) > 0:
		a.order = a.order[:len(a.order)-1]
	default:
		return false
	}
	return true
}

// typed edits the line; what moves the play or changes the lens is left to it.
func (a *asking) typed(k tea.KeyPressMsg) bool {
	switch s := k.String(); s {
	case "left", "right", "up", "down", "tab", "shift+tab", "pgup", "pgdown", "home", "end":
		return false
	case "backspace":
		if a.line.text == "" {
			return true
		}
	default: // no number has letters: they are keys of the lesson
		if r, _ := utf8.DecodeRuneInString(s); a.quiz.Kind == scenario.Number && (unicode.IsLetter(r) || r == '?') {
			return false
		}
	}
	a.line.edit(k)
	return true
}

// mark chooses the option under the cursor, where more than one is chosen.
func (a *asking) mark() {
	switch a.quiz.Kind {
	case scenario.Several:
		a.chosen[a.at] = !a.chosen[a.at]
	case scenario.Order:
		if i := slices.Index(a.order, a.at); i >= 0 {
			a.order = slices.Delete(a.order, i, i+1)
		} else {
			a.order = append(a.order, a.at)
		}
	}
}

// answer is what stands there; complete tells whether it can be judged.
func (a *asking) answer(l *Learner) (ans lessons.Answer, complete bool) {
	switch a.quiz.Kind {
	case scenario.Choice, scenario.Next:
		return lessons.Answer{Options: []int{a.at}}, true
	case scenario.Several:
		for i, c := range a.chosen {
			if c {
				ans.Options = append(ans.Options, i)
			}
		}
		return ans, len(ans.Options) > 0
	case scenario.Order:
		return lessons.Answer{Options: slices.Clone(a.order)}, len(a.order) == a.n
	case scenario.MatchKind:
		return lessons.Answer{Event: l.player.at}, true
	}
	ans.Text = strings.TrimSpace(a.line.text)
	return ans, ans.Text != ""
}

// enter gives the answer.
func (a *asking) enter(l *Learner) {
	ans, complete := a.answer(l)
	if !complete {
		l.notice = l.look.words.T("learn.incomplete." + string(a.quiz.Kind))
		return
	}
	if l.play.Answer(l.g, l.g.Stop, ans) {
		l.save()
		l.reveal()
		return
	}
	l.save()
	a.wrong, a.order = true, nil
	l.prose = bottom
	if a.quiz.Kind == scenario.MatchKind {
		l.notice = l.look.words.T("learn.wrongevent", "n", strconv.Itoa(int(ans.Event)))
	}
}

// rows are the options with their marks, or the line that is typed, or what was
// right, in lines of at most w cells.
func (a *asking) rows(l *Learner, w int) []proseLine {
	open := l.play.Open(l.g, l.g.Stop)
	var rows []proseLine
	if a.n == 0 {
		return a.typedRows(l, open)
	}
	right := l.play.Right(l.g.Stop).Options
	for _, i := range a.shown(open, right) {
		option := l.says().Options[i]
		mark, st := a.optionMark(l, i, open, right)
		head := proseLine{{mark + " ", st}}
		hang := proseLine{{strings.Repeat(" ", textWidth(mark)+1), Plain}}
		p := &proseLayer{src: []byte(option), glyphs: l.look.glyphs}
		p.blocks(proseParser.Parse(text.NewReader(p.src)), w, head, hang)
		for _, row := range p.lines {
			if len(row) == 0 {
				continue
			}
			if a.focus && i == a.at {
				for k := range row {
					row[k].style |= Bold
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// shown are the options in the order in which they are shown: the document's,
// and for a question about the order in the end the right one.
func (a *asking) shown(open bool, right []int) []int {
	if a.quiz.Kind == scenario.Order && !open {
		return right
	}
	all := make([]int, a.n)
	for i := range all {
		all[i] = i
	}
	return all
}

// optionMark is what stands before an option: the cursor, its number or place
// in the order, and whether it is right.
func (a *asking) optionMark(l *Learner, i int, open bool, right []int) (string, Style) {
	g := l.look.glyphs
	cursor := " "
	if a.focus && i == a.at {
		cursor = g.Cursor
	}
	box := strconv.Itoa(i+1) + " "
	switch a.quiz.Kind {
	case scenario.Several:
		box = "[ ]"
		if a.chosen[i] {
			box = "[x]"
		}
	case scenario.Order:
		box = "[ ]"
		if n := slices.Index(a.order, i); n >= 0 {
			box = "[" + strconv.Itoa(n+1) + "]"
		}
	}
	if open {
		return cursor + " " + box, Key
	}
	n := slices.Index(right, i)
	switch {
	case a.quiz.Kind == scenario.Order:
		return "  " + strconv.Itoa(n+1) + ".", Good
	case n >= 0:
		return g.tick() + "   ", Good
	}
	return "    ", Quiet
}

// typedRows are the line that is typed, or the value that was right.
func (a *asking) typedRows(l *Learner, open bool) []proseLine {
	w, g := l.look.words, l.look.glyphs
	switch {
	case a.quiz.Kind == scenario.MatchKind && open:
		return []proseLine{{{g.Cursor + " ", Accent}, {w.T("learn.here", "n", strconv.Itoa(int(l.player.at))), Plain}}}
	case a.quiz.Kind == scenario.MatchKind:
		return []proseLine{{{g.tick() + " ", Good}, {w.T("app.event", "n", strconv.Itoa(int(l.play.Right(l.g.Stop).Event)), "of", strconv.Itoa(l.player.story.T.Len())), Plain}}}
	case open:
		row := proseLine{{g.Cursor + " ", Accent}, {a.line.text, Title}}
		if a.focus {
			row = append(row, span{" ", Plain | Reverse})
		}
		return []proseLine{row}
	}
	return []proseLine{{{g.tick() + " ", Good}, {l.play.Right(l.g.Stop).Text, Title}}}
}

// tick is the sign of what is right.
func (g *Glyphs) tick() string {
	if g.ASCII {
		return "*"
	}
	return "✓"
}
