package scenario

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// IsLesson tells whether a document is a lesson: its front matter names a
// scenario.
func IsLesson(fsys fs.FS, name string) bool {
	content, problem := readDocument("", fsys, name)
	if problem != nil {
		return false
	}
	_, ok := parse(name, content).Front.places["scenario"]
	return ok
}

// LoadLesson reads the lesson name of fsys, which its reader knows as a file of
// the folder dir, with its translations and all scenarios that it plays. Those
// are documents beside it, or what resolve finds. When something is wrong, the
// error is of type Errors with all that is wrong.
func LoadLesson(dir string, fsys fs.FS, name string, resolve Resolve) (*Lesson, error) {
	content, problem := readDocument(dir, fsys, name)
	if problem != nil {
		return nil, Errors{problem}
	}
	doc := parse(path.Join(dir, name), content)
	f := doc.Front
	r := &lessonReader{
		doc: doc, src: doc.src, dir: dir, fsys: fsys, name: name, resolve: resolve, seen: map[string]bool{},
		l: &Lesson{ID: f.ID, Title: f.Title, Summary: f.Summary, Lang: f.Lang, File: doc.File, Scenario: f.Scenario, Scenarios: map[string]*Scenario{}},
	}
	if f.places != nil && !f.broken {
		r.read()
	}
	problems := append(doc.src.sorted(), r.elsewhere...)
	r.l.Warnings = problems.Warnings()
	if problems.Fatal() {
		return nil, problems
	}
	return r.l, nil
}

// lessonReader makes a Lesson of a document.
type lessonReader struct {
	doc       *Document
	src       *source
	l         *Lesson
	dir, name string
	fsys      fs.FS
	resolve   Resolve
	seen      map[string]bool // ids of stops
	elsewhere Errors          // in translations and scenarios

	play string   // the scenario at this stop
	b    *builder // with the hosts and mails of that scenario

	before        string // what was played before a task
	builderBefore *builder
}

// read reads the whole document.
func (r *lessonReader) read() {
	for _, key := range []string{"world", "start", "seed", "until", "resolver"} {
		if w, ok := r.doc.Front.places[key]; ok {
			r.src.errorAt(w, "", "a lesson has no %s; its scenario says that", key)
		}
	}
	for _, blk := range r.doc.Blocks {
		if !slices.Contains(lessonKinds, blk.Kind) {
			r.src.errorAt(blk.kind, "in a lesson "+oneOf(lessonKinds), "a %s block belongs in a scenario", blk.Kind)
		}
	}
	w, ok := r.doc.Front.places["scenario"]
	if !ok {
		r.src.problem(0, 3, "the front matter names no scenario", "scenario: and the id of the scenario that the lesson plays")
		return
	}
	if !r.change(r.l.Scenario, w) {
		return
	}
	raw := rawStops(r.doc.Parts)
	text := LessonText{Lang: r.l.Lang, Title: r.l.Title, Summary: r.l.Summary}
	for i := range raw {
		t := raw[i].text()
		r.stop(&raw[i], &t)
		text.Stops = append(text.Stops, t)
	}
	if len(raw) == 0 {
		r.src.problem(len(r.src.text), 0, "the lesson says nothing", "prose, and blocks step, quiz and task")
	}
	r.l.Texts = append(r.l.Texts, text)
	r.translations(raw)
}

// change makes a scenario the one that is played; w is what names it.
func (r *lessonReader) change(id string, w word) bool {
	s, ok := r.l.Scenarios[id]
	if !ok {
		if !validID(id) {
			r.src.errorAt(w, "the id of a scenario", "%q cannot be an id", id)
			return false
		}
		fsys, name, dir := r.fsys, path.Join(path.Dir(r.name), id+".md"), r.dir
		if _, err := fs.Stat(fsys, name); err != nil {
			err = fs.ErrNotExist
			if r.resolve != nil {
				fsys, name, err = r.resolve(id)
				dir = ""
			}
			if err != nil {
				r.src.errorAt(w, "the id of a document beside this one, or of a built-in scenario", "the scenario %q cannot be found%s", id, because(err))
				return false
			}
		}
		var err error
		if s, err = LoadAs(dir, fsys, name, r.resolve); err != nil {
			r.src.errorAt(w, "a scenario without errors", "the scenario %q cannot be played", id)
			if problems, ok := err.(Errors); ok {
				r.elsewhere = append(r.elsewhere, problems...)
			}
			return false
		}
		r.l.Scenarios[id] = s
	}
	r.play, r.b = id, newBuilder()
	copied := *s
	copied.Expects, copied.Actions = nil, nil
	r.b.s, r.b.doc, r.b.src, r.b.top = &copied, r.doc, r.src, true
	return true
}

// stop reads the blocks of a stop; t is its text.
func (r *lessonReader) stop(raw *rawStop, t *StopText) {
	s := Stop{ID: raw.id(), Scenario: r.play}
	if blk := raw.block; blk != nil && slices.Contains(lessonKinds, blk.Kind) {
		if len(blk.args) > 0 && blk.Kind != "quiz" || len(blk.args) > 1 {
			r.src.errorAt(blk.args[len(blk.args)-1], "```"+kindNamed(blk.Kind).usage, "a %s block has nothing behind its name but its id", blk.Kind)
		}
		if !blk.named {
			r.src.errorAt(blk.kind, "```"+kindNamed(blk.Kind).usage, "this block has no id, by which a translation and the learner's progress know it")
		}
		switch blk.Kind {
		case "step":
			s.Step = r.step(blk)
		case "quiz":
			s.Quiz = r.quiz(blk)
			r.fits(blk, s.Quiz, t)
		case "task":
			s.Task = r.task(blk)
		}
		s.Scenario = r.play
		if t.Prose == "" {
			r.src.errorAt(blk.kind, "text below the block", "this %s says nothing", blk.Kind)
		}
	}
	r.hints(raw, &s)
	if s.ID != "" {
		if r.seen[s.ID] {
			at := raw.heading.place
			if raw.block != nil {
				at = raw.block.kind
			}
			r.src.errorAt(at, "an id of its own", "two stops have the id %q", s.ID)
		}
		r.seen[s.ID] = true
	}
	r.l.Stops = append(r.l.Stops, s)
}

// fits compares a quiz with its text.
func (r *lessonReader) fits(blk *Block, q *Quiz, t *StopText) {
	if q.Kind.HasOptions() && len(t.Options) != len(q.Options) {
		r.src.errorAt(blk.kind, "a list with a text for each line option, in their order",
			"the quiz has %s, and the list below it %s", count(len(q.Options), "option"), count(len(t.Options), "item"))
	}
}

// translations reads the siblings of the lesson.
func (r *lessonReader) translations(original []rawStop) {
	base := strings.TrimSuffix(r.name, ".md")
	for _, lang := range languages {
		name := base + "." + lang + ".md"
		if lang == r.l.Lang || name == r.name {
			continue
		}
		if _, err := fs.Stat(r.fsys, name); err != nil {
			continue
		}
		content, problem := readDocument(r.dir, r.fsys, name)
		if problem != nil {
			r.elsewhere = append(r.elsewhere, problem)
			continue
		}
		d := parse(path.Join(r.dir, name), content)
		if w, ok := d.Front.places["scenario"]; ok {
			d.src.errorAt(w, "id, title, summary and lang", "a translation inherits the scenario")
		}
		raw := rawStops(translate(d, r.doc, lang))
		text := LessonText{Lang: lang, Title: d.Front.Title, Summary: d.Front.Summary}
		for i := range raw {
			t := raw[i].text()
			text.Stops = append(text.Stops, t)
		}
		if compareStops(d, original, raw, text.Stops) {
			r.l.Texts = append(r.l.Texts, text)
		}
		r.elsewhere = append(r.elsewhere, d.src.sorted()...)
	}
}

// compareStops tells whether a translation has the stops of the original, and
// reports the first that differs.
func compareStops(d *Document, original, raw []rawStop, texts []StopText) bool {
	for i := range raw {
		at := placeOf(d, &raw[i])
		switch {
		case i >= len(original):
			d.src.errorAt(at, "", "the document has no stop behind %q", original[len(original)-1].id())
		case raw[i].id() != original[i].id():
			d.src.errorAt(at, fmt.Sprintf("the stop %q", original[i].id()), "the stops of the translation have another order: here stands %q", raw[i].id())
		case len(raw[i].hints) != len(original[i].hints):
			d.src.errorAt(at, count(len(original[i].hints), "hint"), "%q has %s", raw[i].id(), count(len(raw[i].hints), "hint"))
		case raw[i].block != nil && raw[i].block.hasOptions() && len(texts[i].Options) != len(original[i].text().Options):
			d.src.errorAt(at, count(len(original[i].text().Options), "item"), "the list of %q has %s", raw[i].id(), count(len(texts[i].Options), "item"))
		case raw[i].prose == "" && original[i].prose != "":
			d.src.errorAt(at, "its text", "%q is not translated", raw[i].id())
		default:
			continue
		}
		return false
	}
	if len(raw) < len(original) {
		d.src.problem(len(d.src.text), 0, fmt.Sprintf("the translation ends before the stop %q", original[len(raw)].id()), "")
		return false
	}
	return true
}

// placeOf is where a stop of a translation stands.
func placeOf(d *Document, s *rawStop) word {
	for _, blk := range d.Blocks {
		if s.block != nil && blk.ID == s.block.ID {
			return blk.kind
		}
	}
	return s.heading.place
}

// GlanceLesson reads only what a list needs; LoadLesson tells whether all is
// well.
func GlanceLesson(fsys fs.FS, name, lang string) (Headline, error) {
	content, problem := readDocument("", fsys, name)
	if problem != nil {
		return Headline{}, Errors{problem}
	}
	d := parse(name, content)
	if p := d.src.sorted(); p.Fatal() {
		return Headline{}, p
	}
	h := Headline{ID: d.Front.ID, Title: d.Front.Title, Summary: d.Front.Summary, World: d.Front.Scenario}
	sibling := strings.TrimSuffix(name, ".md") + "." + lang + ".md"
	if text, problem := readDocument("", fsys, sibling); problem == nil {
		if t := parse(sibling, text); !t.src.sorted().Fatal() {
			h.Title, h.Summary = t.Front.Title, t.Front.Summary
		}
	}
	return h, nil
}
