package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// Selectors in the palette: the words that may come next are those that occur
// in this very story, as far as it may be seen.

// takesSelector tells of an order whose argument is a selector.
func takesSelector(name string) bool {
	return name == "at" || name == "find" || name == "only" || name == "stop"
}

// selectorWords are the heads of selectors.
func (p *Player) selectorWords() []choice {
	var out []choice
	for _, h := range trace.SelectorHeads() {
		out = append(out, choice{text: h.Word, note: h.Example})
	}
	return out
}

// selected is what an order does with a selector, and how many events that is.
func (p *Player) selected(name, what string) []suggestion {
	w := p.look.words
	s := suggestion{line: name + " " + what}
	f := newFinder(p.instant(), what)
	_, err := trace.ParseSelector(what)
	n, first := p.countSome(f)
	switch {
	case n == 0 && (name != "stop" || err != nil && f.near != ""):
		s.why = f.none(p.instant(), "find.none")
	case err != nil:
		s.note = w.T("palette.text", "n", itoa(n), "first", itoa(int(first)))
	default:
		s.note = w.T("palette.events", "n", itoa(n), "first", itoa(int(first)))
	}
	s.run = func(p *Player) tea.Cmd {
		switch name {
		case "find":
			p.found = f
			p.again(+1)
		case "only":
			p.filtered(what)
		case "stop":
			p.setStop(what)
		default:
			p.found = f
			p.at, p.play = first, 0
		}
		return nil
	}
	return []suggestion{s}
}

// countReach is how many events are counted while one types.
const countReach = 200_000

// countSome counts the events that a finder names, and tells the first.
func (p *Player) countSome(f finder) (n int, first trace.Seq) {
	last := min(p.visible(), countReach)
	for s := trace.Seq(1); s <= last; s++ {
		if f.match(s) {
			if n++; first == 0 {
				first = s
			}
		}
	}
	return n, first
}

// selectorGoesOn are the words that may complete a selector.
func (p *Player) selectorGoesOn(name, text string) []suggestion {
	cut := strings.LastIndexAny(text, " (") + 1
	before, word := text[:cut], text[cut:]
	best := map[int][]suggestion{}
	var scores []int
	add := func(next, note string) {
		score := fuzzy(word, next)
		if score < 100 || next == word {
			if word != "" {
				return
			}
			score = 1
		}
		if best[score] == nil {
			scores = append(scores, score)
		}
		best[score] = append(best[score], suggestion{line: name + " " + before + next + " ", note: note, open: true})
	}
	words := strings.Fields(before)
	switch last := lastOf(words); {
	case len(words) == 0 || last == "and" || last == "or" || last == "not":
		for _, h := range trace.SelectorHeads() {
			add(h.Word, h.Example)
		}
	case last == "at" || last == "from" || last == "to" || last == "->" && clauseHead(words) != "queue" && clauseHead(words) != "daemon":
		for _, n := range p.pool("host") {
			add(n, "")
		}
	default:
		for _, n := range p.pool(clauseHead(words)) {
			add(n, "")
		}
		for _, n := range []string{"at", "from", "to", "and", "or"} {
			add(n, "")
		}
	}
	var out []suggestion
	for _, s := range descending(scores) {
		out = append(out, best[s]...)
	}
	return out
}

func lastOf(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return strings.Trim(words[len(words)-1], "(")
}

// clauseHead is the head of the clause that the words end with.
func clauseHead(words []string) string {
	head := ""
	for _, w := range words {
		w = strings.Trim(w, "(")
		switch {
		case w == "and" || w == "or" || w == "not":
			head = ""
		case head == "":
			head = w
		}
	}
	return head
}

// selectorWord is a word as a selector takes it.
func selectorWord(s string) string {
	if strings.ContainsAny(s, " \"()") {
		return `"` + strings.ReplaceAll(s, `"`, "?") + `"`
	}
	return s
}

// pool are the words that stand behind a head in this story, the same for as
// long as the palette is open.
func (p *Player) pool(head string) []string {
	if p.palette == nil {
		return nil
	}
	if words, ok := p.palette.pools[head]; ok {
		return words
	}
	t := p.story.T
	seen := map[string]bool{}
	var out []string
	add := func(s string) {
		if s != "" && !seen[s] && len(out) < 300 {
			seen[s] = true
			out = append(out, selectorWord(s))
		}
	}
	switch head {
	case "host":
		for id := trace.NodeID(1); int(id) <= t.Nodes(); id++ {
			add(p.story.short(id))
		}
	case "msg":
		for id := trace.MsgID(1); int(id) <= t.Msgs(); id++ {
			add(t.Msg(id).Name)
		}
	case "connect":
		out = []string{"refused", "accepted", "timeout"}
	case "queue":
		out = append(out, "->")
		out = append(out, state.QueueNames[:]...)
		out = append(out, p.pool("host")...)
	case "delivery":
		out = []string{"sent", "deferred", "bounced"}
	default:
		last := min(p.visible(), countReach)
		for s := trace.Seq(1); s <= last; s++ {
			for _, w := range wordsBehind(t, t.At(s), head) {
				add(w)
			}
		}
		slices.Sort(out)
	}
	p.palette.pools[head] = out
	return out
}

// wordsBehind are the words of an event that may stand behind a head.
func wordsBehind(t *trace.Trace, e *trace.Event, head string) []string {
	a, b, c := t.Name(e.A), t.Name(e.B), t.Name(e.C)
	switch head {
	case "smtp", "lmtp", "pop3", "imap", "command":
		if e.Kind == trace.Line && e.Side == trace.Client && (head == "command" || e.Proto.String() == head) {
			return []string{a}
		}
	case "reply":
		if e.Kind == trace.Line && e.Side == trace.Server && e.Code != 0 {
			return []string{itoa(int(e.Code)), itoa(int(e.Code/100)) + "??"}
		}
	case "dns", "query", "answer":
		if e.Kind == trace.Query || e.Kind == trace.Answer {
			return []string{b, bare(a)}
		}
	case "state":
		if e.Kind == trace.State {
			return []string{b}
		}
	case "daemon":
		if e.Kind == trace.Daemon {
			return []string{a, b, "->"}
		}
	case "header":
		if e.Kind == trace.Field {
			return []string{b, c}
		}
	case "mailbox":
		if e.Kind == trace.Mailbox {
			return []string{a, c}
		}
	case "lookup":
		if e.Kind == trace.Lookup {
			return []string{a, b}
		}
	case "action":
		if e.Kind == trace.Action {
			return []string{a, b}
		}
	case "log":
		if e.Kind == trace.Log {
			return []string{a}
		}
	case "fault":
		if e.Kind == trace.Fault {
			return []string{a}
		}
	}
	return nil
}
