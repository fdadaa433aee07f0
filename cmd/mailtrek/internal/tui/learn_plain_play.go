package tui

import (
	"slices"
	"strings"
)

// In a lesson that is conducted line by line the play itself can be read and
// changed as in the linear player.

// linear is the play of the stop as a linear player.
func (l *plainLesson) linear() *plainPlayer {
	if l.line == nil {
		l.line = linear(l.player, l.out, l.width)
	}
	if l.line.Player != l.player {
		l.line.Player, l.line.heard = l.player, 0
	}
	l.player.linear, l.line.look.glyphs = true, &plainGlyphs
	return l.line
}

// playWords are commands of the linear player that mean the same in a lesson.
// They are no answers that a question could want, and no tools of a shell.
var playWords = []string{"lens", "seat", "shell", "what", "whatif", "why", "find", "who", "became", "here", "compare", "other"}

// ofPlay tells whether a line is a command for the play. In a task the shell
// gets everything but what needs a seat of its own.
func (l *plainLesson) ofPlay(word, rest string) bool {
	word = strings.ToLower(word)
	switch {
	case l.seat != nil:
		return word == "lens" || word == "what" && (rest == "if" || strings.HasPrefix(rest, "if "))
	case l.spellsText() && rest == "" && word != "seat" && word != "lens":
		return false // it may be the answer
	}
	return slices.Contains(playWords, word)
}

// spellsText tells whether a word is asked for.
func (l *plainLesson) spellsText() bool { return l.ask != nil && l.ask.typing() && l.spells() }

// playLine hands a line to the play.
func (l *plainLesson) playLine(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	if leadsAway(word) {
		switch {
		case l.closed():
			l.prints(l.look.words.T("learn.closed.plain"))
			return true
		case l.seat != nil && !l.wholeTask():
			l.prints(l.notice)
			return true
		}
	}
	return l.astray(line)
}

// astray gives a line to the play while one is away from the lesson, and says
// so when one is back.
func (l *plainLesson) astray(line string) bool {
	away := l.player.away()
	p := l.linear()
	on := p.take(line)
	p.prompted()
	if away && on && !l.player.away() {
		l.prints(l.look.words.T("learn.plain.back", "n", itoa(l.g.Stop+1)))
	}
	return on
}
