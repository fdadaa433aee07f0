package scenario

import (
	"slices"
	"sort"
	"strings"
	"time"

	"mailtrek/sim/trace"
)

// lessonWord is a line of a block of a lesson: what its first word may be, and
// what stands behind it.
type lessonWord struct {
	name, want string
	set        func(r *lessonReader, key, value word)
}

// lines reads the lines KEY VALUE of a block; once names the keys that may
// stand there only once.
func (r *lessonReader) lines(blk *Block, table []lessonWord, many ...string) {
	var names []string
	for _, t := range table {
		names = append(names, t.name)
	}
	seen := map[string]bool{}
	for _, l := range blk.lines {
		if l.comment() {
			continue
		}
		key := l.words()[0]
		value := l.after(key)
		i := slices.Index(names, key.text)
		switch {
		case i < 0:
			r.src.errorAt(key, oneOf(names), "a %s has no line %q%s", blk.Kind, key.text, didYouMean(key.text, names))
		case seen[key.text] && !slices.Contains(many, key.text):
			r.src.errorAt(key, "", "%s stands here twice", key.text)
		case value.text == "":
			r.src.errorAt(key, key.text+" and "+table[i].want, "%s is empty", key.text)
		default:
			table[i].set(r, key, value)
		}
		seen[key.text] = true
	}
}

// step reads a step block.
func (r *lessonReader) step(blk *Block) *Step {
	s := &Step{place: place{r.src, blk.kind}}
	r.lines(blk, []lessonWord{
		r.scenarioWord(),
		{"go", wantSpot, func(r *lessonReader, _, v word) { s.Go = r.spot(v) }},
		{"lens", oneOf(Lenses), setLens(&s.Lens)},
	})
	return s
}

// scenarioWord is the line that changes what is played.
func (r *lessonReader) scenarioWord() lessonWord {
	return lessonWord{"scenario", "the id of a scenario", func(r *lessonReader, _, v word) { r.change(v.text, v) }}
}

func setLens(lens *string) func(*lessonReader, word, word) {
	return func(r *lessonReader, _, v word) {
		if !slices.Contains(Lenses, v.text) {
			r.src.errorAt(v, oneOf(Lenses), "there is no lens %q%s", v.text, didYouMean(v.text, Lenses))
		}
		*lens = v.text
	}
}

const wantSpot = "[next|last] SELECTOR"

// spot reads "[next|last] SELECTOR"; nil when it is wrong.
func (r *lessonReader) spot(v word) *Spot {
	s := &Spot{Text: v.text}
	if first, rest, ok := strings.Cut(v.raw, " "); ok && (first == "next" || first == "last") {
		s.Which = first
		n := len(v.raw) - len(strings.TrimLeft(rest, " "))
		v = v.cut(n, len(v.raw))
	}
	if s.Selector = r.selector(v); s.Selector == nil {
		return nil
	}
	return s
}

// selector reads a selector that may name hosts and mails of the scenario.
func (r *lessonReader) selector(v word) *trace.Selector {
	sel, err := trace.ParseSelector(v.text)
	if err == nil {
		err = sel.Check(r.b.cast())
	}
	if err != nil {
		r.b.selectorProblem(v, err)
		return nil
	}
	return sel
}

// statement reads a line of an expect block; nil when it is wrong.
func (r *lessonReader) statement(v word) *Expect {
	r.b.s.Expects = nil
	r.b.expect(&Block{Kind: "expect", lines: []line{{text: v.raw, off: v.off}}})
	if len(r.b.s.Expects) == 0 {
		return nil
	}
	return &r.b.s.Expects[0]
}

// quiz reads a quiz block.
func (r *lessonReader) quiz(blk *Block) *Quiz {
	q := &Quiz{place: place{r.src, blk.kind}}
	names := make([]string, len(QuizKinds))
	for i, k := range QuizKinds {
		names[i] = string(k)
	}
	if len(blk.args) == 0 {
		r.src.errorAt(blk.kind, "```quiz KIND {#id}, where KIND is "+oneOf(names), "the quiz has no kind")
		return q
	}
	kind := blk.args[0]
	if q.Kind = QuizKind(kind.text); !slices.Contains(QuizKinds, q.Kind) {
		r.src.errorAt(kind, oneOf(names), "there is no quiz of the kind %q%s", kind.text, didYouMean(kind.text, names))
		return q
	}
	table := []lessonWord{
		r.scenarioWord(),
		{"at", wantSpot, func(r *lessonReader, _, v word) { q.At = r.spot(v) }},
		{"show", wantSpot, func(r *lessonReader, _, v word) { q.Show = r.spot(v) }},
		{"lens", oneOf(Lenses), setLens(&q.Lens)},
	}
	switch {
	case q.Kind.HasOptions():
		table = append(table, lessonWord{"option", "what must be so for it to be right", func(r *lessonReader, _, v word) { r.option(q, v) }})
	case q.Kind == MatchKind:
		table = append(table, lessonWord{"match", "a selector", func(r *lessonReader, _, v word) { q.Match = r.selector(v) }})
	default:
		table = append(table, lessonWord{"key", wantKey, func(r *lessonReader, _, v word) { q.Key = r.key(v) }})
	}
	before := len(r.src.problems)
	r.lines(blk, table, "option")
	if len(r.src.problems) == before {
		r.complete(blk, q)
	}
	return q
}

// complete reports what a quiz of its kind lacks.
func (r *lessonReader) complete(blk *Block, q *Quiz) {
	switch {
	case q.Kind.HasOptions() && len(q.Options) < 2:
		r.src.errorAt(blk.kind, "at least two lines option", "there is nothing to choose from")
	case len(q.Options) > 9:
		r.src.errorAt(blk.kind, "at most nine lines option", "there are too many options")
	case q.Kind == MatchKind && q.Match == nil:
		r.src.errorAt(blk.kind, "a line match SELECTOR", "the quiz does not say which events are right")
	case (q.Kind == Number || q.Kind == TextKind) && q.Key == nil:
		r.src.errorAt(blk.kind, "a line key "+wantKey, "the quiz does not say where the answer stands")
	case q.Kind == Next && q.At == nil:
		r.src.errorAt(blk.kind, "a line at SELECTOR, which names the event that comes next", "the quiz does not say where the play stops")
	}
}

func (r *lessonReader) option(q *Quiz, v word) {
	o := Option{Text: v.text, place: place{r.src, v}}
	if q.Kind == Order || q.Kind == Next {
		o.Event = r.selector(v)
	} else {
		o.Is = r.statement(v)
	}
	q.Options = append(q.Options, o)
}

const wantKey = "count SELECTOR, or FIELD of [next|last] SELECTOR"

// key reads "count SELECTOR" or "FIELD of SELECTOR".
func (r *lessonReader) key(v word) *Key {
	l := line{text: v.raw, off: v.off}
	words := l.words()
	if words[0].text == "count" {
		if len(words) == 1 {
			r.src.errorAt(words[0], wantKey, "count what?")
			return nil
		}
		if sel := r.selector(l.rest(words[1])); sel != nil {
			return &Key{Count: sel}
		}
		return nil
	}
	var fields []string
	for _, f := range KeyFields {
		fields = append(fields, f[0])
	}
	switch {
	case !slices.Contains(fields, words[0].text):
		r.src.errorAt(words[0], "count, or "+oneOf(fields), "an event has no %q%s", words[0].text, didYouMean(words[0].text, append(fields, "count")))
		return nil
	case len(words) < 3 || words[1].text != "of":
		r.src.errorAt(words[0], wantKey, "%s of which event?", words[0].text)
		return nil
	}
	k := &Key{Field: words[0].text, Of: r.spot(l.rest(words[2]))}
	if k.Of == nil {
		return nil
	}
	return k
}

// task reads a task block.
func (r *lessonReader) task(blk *Block) *Task {
	t := &Task{place: place{r.src, blk.kind}}
	r.before, r.builderBefore = r.play, r.b
	problems := len(r.src.problems)
	r.lines(blk, []lessonWord{
		{"scenario", "the id of a scenario", func(r *lessonReader, _, v word) { r.change(v.text, v) }},
		{"seat", "a host", func(r *lessonReader, _, v word) {
			if h := r.b.hostNamed(v); h != nil {
				t.Seat = h.Name
			}
		}},
		{"begin", wantDuration, setDuration(&t.Begin)},
		{"until", wantDuration, setDuration(&t.Until)},
		{"lens", oneOf(Lenses), setLens(&t.Lens)},
		{"check", "a line as in an expect block", func(r *lessonReader, _, v word) {
			if e := r.statement(v); e != nil {
				t.Checks = append(t.Checks, *e)
			}
		}},
	}, "check")
	t.Scenario = r.play
	if len(r.src.problems) == problems {
		switch {
		case t.Seat == "":
			r.src.errorAt(blk.kind, "a line seat HOST", "the task does not say where the learner sits")
		case len(t.Checks) == 0:
			r.src.errorAt(blk.kind, "a line check, as in an expect block", "the task does not say when it is done")
		case t.Until <= t.Begin:
			r.src.errorAt(blk.kind, "a line until TIME, later than begin", "the task leaves no time")
		}
	}
	return t
}

func setDuration(d *time.Duration) func(*lessonReader, word, word) {
	return func(r *lessonReader, _, v word) {
		var ok bool
		if *d, ok = parseDuration(v.text); !ok {
			r.src.errorAt(v, wantDuration, "%q is not a time", v.text)
		}
	}
}

// hints reads the hints of a stop. Behind a task the play goes on where it was
// before.
func (r *lessonReader) hints(raw *rawStop, s *Stop) {
	var list []Hint
	for i, h := range raw.hints {
		if s.Quiz == nil && s.Task == nil {
			r.src.errorAt(h.block.kind, "a quiz or a task before it", "there is nothing that this hint could help with")
			return
		}
		if len(h.block.args) > 0 {
			r.src.errorAt(h.block.args[0], "```hint", "a hint block has nothing behind its name")
		}
		if h.prose == "" {
			r.src.errorAt(h.block.kind, "text below the block", "this hint says nothing")
		}
		hint := Hint{}
		if len(h.block.lines) > 0 {
			if s.Task == nil || i < len(raw.hints)-1 {
				r.src.errorAt(h.block.kind, "an empty block", "only the last hint of a task has commands: the solution")
			} else {
				hint.Commands = r.commands(h.block)
			}
		}
		list = append(list, hint)
	}
	switch {
	case s.Quiz != nil:
		s.Quiz.Hints = list
	case s.Task != nil:
		s.Task.Hints = list
		if len(s.Task.Solution()) == 0 {
			r.src.errorAt(raw.block.kind, "behind it hint blocks, the last one with the commands of the solution", "the task has no solution")
		}
		r.play, r.b = r.before, r.builderBefore
	}
}

// commands reads a solution, which looks like a do block.
func (r *lessonReader) commands(blk *Block) []Action {
	r.b.s.Actions = nil
	r.b.do(blk)
	for _, a := range r.b.s.Actions {
		if a.Kind != Operate {
			r.src.errorAt(blk.kind, "lines TIME HOST$ COMMAND", "a solution consists of commands, and %q is none", a.Text)
		}
	}
	list := r.b.s.Actions
	sort.SliceStable(list, func(i, j int) bool { return list[i].At < list[j].At })
	return list
}

// misplaced reports the blocks of lessons in a scenario.
func (b *builder) misplaced() {
	if w, ok := b.doc.Front.places["scenario"]; ok {
		b.src.errorAt(w, "world: to lay one document over another", "a document with a scenario is a lesson, and tells no story of its own")
		return
	}
	for _, blk := range b.doc.Blocks {
		if slices.Contains(lessonKinds, blk.Kind) {
			b.src.errorAt(blk.kind, "scenario: in the front matter, which makes the document a lesson", "a %s block belongs in a lesson", blk.Kind)
		}
	}
}
