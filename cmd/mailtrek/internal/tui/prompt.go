package tui

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace"
)

// prompt is a line that is being typed, in place of the keys.
type prompt struct {
	kind string // "find", "filter", "stop", "goto", "path" or "save"
	text string
}

// promptLimit is the longest text that can be typed or pasted, in octets.
const promptLimit = 4096

func (q *prompt) insert(s string) {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	if len(q.text)+len(s) <= promptLimit {
		q.text += s
	}
}

// edit takes a key; done tells that Enter was pressed, gone that the prompt is
// to be closed without an effect.
func (q *prompt) edit(k tea.KeyPressMsg) (done, gone bool) {
	switch k.String() {
	case "enter":
		return true, false
	case "esc":
		return false, true
	case "backspace":
		if q.text == "" {
			return false, true
		}
		_, n := utf8.DecodeLastRuneInString(q.text)
		q.text = q.text[:len(q.text)-n]
	case "ctrl+u":
		q.text = ""
	default:
		q.insert(k.Key().Text)
	}
	return false, false
}

// order is the order of the palette that does the same as the prompt.
func (q *prompt) order() string {
	return map[string]string{"find": "find", "filter": "only", "stop": "stop", "goto": "at"}[q.kind]
}

// completes tells whether Tab goes on in the palette, which knows the words.
func (q *prompt) completes() bool { return q.order() != "" }

func (q *prompt) draw(in *Instant, r Region) {
	r.Fill(0, 0, r.W, Plain, " ")
	x := r.Put(1, 0, Accent, in.Words.T("prompt."+q.kind)) + 1
	hint := in.Words.T("prompt.hint")
	if q.completes() {
		hint = in.Words.T("prompt.hint.tab")
	}
	room := r.W - x - 3
	if room > textWidth(hint)+24 {
		r.PutRight(r.W-1, 0, Quiet, hint)
		room -= textWidth(hint) + 2
	}
	text := q.text
	for textWidth(text) > room && text != "" {
		_, n := utf8.DecodeRuneInString(text)
		text = text[n:]
	}
	x = r.Put(x, 0, Plain, text)
	r.Put(x, 0, Plain|Reverse, " ")
}

// finder is what was searched for last.
type finder struct {
	what, near string // near is the known word nearest to one that is unknown
	next, prev func(trace.Seq) trace.Seq
	match      func(trace.Seq) bool
}

// newFinder finds a selector, or a text where it is none.
func newFinder(in *Instant, what string) finder {
	t := in.Story.T
	sel, err := trace.ParseSelector(what)
	var wrong *trace.SelectorError
	near := ""
	if err == nil {
		if errors.As(sel.Check(t), &wrong) {
			near = wrong.Near
		}
		return finder{what, near,
			func(s trace.Seq) trace.Seq { return sel.Next(t, s) },
			func(s trace.Seq) trace.Seq { return sel.Prev(t, s) },
			func(s trace.Seq) bool { return sel.Match(t, s) }}
	}
	if errors.As(err, &wrong) {
		near = wrong.Near
	}
	low := strings.ToLower(what)
	match := func(s trace.Seq) bool {
		e := t.At(s)
		return strings.Contains(strings.ToLower(in.words(e)), low) || strings.Contains(strings.ToLower(string(t.Text(e))), low)
	}
	next := func(s trace.Seq) trace.Seq {
		for s++; t.Has(s); s++ {
			if match(s) {
				return s
			}
		}
		return 0
	}
	prev := func(s trace.Seq) trace.Seq {
		for s--; s >= 1 && !match(s); s-- {
		}
		return s
	}
	return finder{what, near, next, prev, match}
}

// typed handles a key while a prompt is open.
func (p *Player) typed(k tea.KeyPressMsg) {
	if k.String() == "tab" && p.prompt.completes() {
		p.openPalette(p.prompt.order() + " " + p.prompt.text)
		p.prompt = nil
		return
	}
	done, gone := p.prompt.edit(k)
	if !done {
		if gone {
			p.prompt = nil
		}
		return
	}
	q := p.prompt
	p.prompt = nil
	what := strings.TrimSpace(q.text)
	p.play = 0
	switch {
	case what == "" && q.kind == "filter":
		p.only = finder{}
		return
	case what == "" && q.kind == "stop":
		p.clearStops()
		return
	case what == "":
		return
	case q.kind == "save":
		p.saveAs(what)
		return
	case q.kind == "filter":
		p.filtered(what)
		return
	case q.kind == "stop":
		p.setStop(what)
		return
	}
	if q.kind == "goto" && p.jump(what) {
		return
	}
	p.found = newFinder(p.instant(), what)
	p.again(+1)
}

// jump goes to an event number or a time; false when the text is neither.
func (p *Player) jump(what string) bool {
	w := p.look.words
	if n, err := strconv.Atoi(strings.TrimPrefix(what, "#")); err == nil {
		if n < 1 || n > p.story.T.Len() {
			p.notice = w.T("goto.range", "n", strconv.Itoa(p.story.T.Len()))
		} else {
			p.at = trace.Seq(n)
		}
		return true
	}
	d, err := time.ParseDuration(strings.ReplaceAll(strings.TrimPrefix(what, "+"), " ", ""))
	if err != nil {
		return false
	}
	if s := p.story.since(d); s != 0 {
		p.at = s
	} else {
		p.notice = w.T("goto.end", "what", what)
	}
	return true
}

// since is the first event at or after a time; 0 if none.
func (s *Story) since(d time.Duration) trace.Seq {
	lo, hi := 1, s.T.Len()+1
	for lo < hi {
		if mid := (lo + hi) / 2; s.T.At(trace.Seq(mid)).At() < d {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if !s.T.Has(trace.Seq(lo)) {
		return 0
	}
	return trace.Seq(lo)
}

// again goes to the next match in a direction.
func (p *Player) again(step int) {
	if p.found.match == nil {
		p.notice = p.cannot("again")
		return
	}
	find := p.found.next
	if step < 0 {
		find = p.found.prev
	}
	if s := find(p.at); s != 0 {
		p.at = s
		return
	}
	key := "find.nomore"
	if !p.found.match(p.at) {
		key = "find.none"
	}
	p.notice = p.found.none(p.instant(), key)
}
