package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"mailtrek/sim/host"
)

// Resolve finds the document of a world by its id, when there is none of that
// name beside the document that asks: the file system it is in, and its name
// there.
type Resolve func(world string) (fs.FS, string, error)

// layer is a document with the folder it came from.
type layer struct {
	doc    *Document
	name   string // in fsys
	fsys   fs.FS
	folder string
	origin int  // numbers the file systems, because they cannot be compared
	bottom bool // it stands on no other
}

// Load reads the document name of fsys, and the worlds it stands on, and lays
// them over each other. resolve may be nil. When something is wrong, the error
// is of type Errors with all that is wrong with all documents, those of a
// world first, each in the order of the file; what is only doubtful stands in
// the Scenario's Warnings.
func Load(fsys fs.FS, name string, resolve Resolve) (*Scenario, error) {
	return LoadAs("", fsys, name, resolve)
}

// LoadAs is Load for a document that its reader knows as a file of the folder
// dir: the messages call it so.
func LoadAs(dir string, fsys fs.FS, name string, resolve Resolve) (*Scenario, error) {
	layers, problem := chain(dir, fsys, name, resolve)
	if problem != nil {
		return nil, Errors{problem}
	}
	if !layers[0].bottom { // what a world declares is unknown, so the rest cannot be judged
		var problems Errors
		for _, l := range layers {
			problems = append(problems, l.doc.src.sorted()...)
		}
		return nil, problems
	}
	b := newBuilder()
	for i := range layers {
		b.lay(layers, i)
	}
	top := layers[len(layers)-1]
	b.finish(top.doc)
	b.s.Translations = b.translations(top)
	var problems Errors
	for _, l := range layers {
		problems = append(problems, l.doc.src.sorted()...)
	}
	problems = append(problems, b.treeProblems...)
	problems = append(problems, b.translationProblems...)
	b.s.Warnings = problems.Warnings()
	if problems.Fatal() {
		return nil, problems
	}
	return b.s, nil
}

// chain reads a document and its worlds, the lowest first. What keeps a world
// from being found is reported in the document that wants it.
func chain(dir string, fsys fs.FS, name string, resolve Resolve) ([]layer, *Problem) {
	var layers []layer
	for origin := 0; ; {
		content, problem := readDocument(dir, fsys, name)
		if problem != nil {
			return nil, problem
		}
		doc := parse(path.Join(dir, name), content)
		world := doc.Front.World
		_, wants := doc.Front.places["world"]
		layers = append([]layer{{doc, name, fsys, path.Dir(name), origin, !wants && doc.Front.places != nil && !doc.Front.broken}}, layers...)
		if world == "" {
			return layers, nil
		}
		w := doc.Front.places["world"]
		if !validID(world) {
			doc.src.errorAt(w, "the id of another document", "%q cannot be an id", world)
			return layers, nil
		}
		if worldAgain(layers, world) {
			doc.src.errorAt(w, "a world that does not need this document", "the worlds stand on each other in a circle: %s", circle(layers, world))
			return layers, nil
		}
		if len(layers) >= maxWorlds {
			doc.src.errorAt(w, "", "more than %d documents stand on each other", maxWorlds)
			return layers, nil
		}
		name = path.Join(path.Dir(name), world+".md")
		if _, err := fs.Stat(fsys, name); err == nil {
			continue
		}
		var err error = fs.ErrNotExist
		if resolve != nil {
			fsys, name, err = resolve(world)
			dir = ""
		}
		if err != nil {
			doc.src.errorAt(w, "the id of a document beside this one, or of a built-in world", "the world %q cannot be found%s", world, because(err))
			return layers, nil
		}
		origin++
	}
}

func because(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return ": " + err.Error()
}

// worldAgain tells whether a document of that id is already part of the chain.
func worldAgain(layers []layer, id string) bool {
	for _, l := range layers {
		if l.doc.Front.ID == id {
			return true
		}
	}
	return false
}

func circle(layers []layer, id string) string {
	names := []string{id}
	for _, l := range layers {
		names = append(names, l.doc.Front.ID)
		if l.doc.Front.ID == id {
			break
		}
	}
	for i, j := 0, len(names)-1; i < j; i, j = i+1, j-1 {
		names[i], names[j] = names[j], names[i]
	}
	return strings.Join(names, " → ")
}

// readDocument returns the text of a document, or what keeps it from being
// read.
func readDocument(dir string, fsys fs.FS, name string) (string, *Problem) {
	info, err := fs.Stat(fsys, name)
	if err == nil && info.IsDir() {
		return "", &Problem{File: path.Join(dir, name), Message: "this is a folder, not a document"}
	}
	if err == nil && info.Size() > maxDocument {
		return "", &Problem{File: path.Join(dir, name), Message: fmt.Sprintf("the document has more than %d octets", maxDocument)}
	}
	content, err := fs.ReadFile(fsys, name)
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return "", &Problem{File: path.Join(dir, name), Message: "cannot be read: " + err.Error()}
	}
	return string(content), nil
}

// lay puts layer i over what is there.
func (b *builder) lay(layers []layer, i int) {
	l := layers[i]
	b.doc, b.src, b.top = l.doc, l.doc.src, i == len(layers)-1
	b.declared, b.served = nil, nil
	b.frontMatter()
	b.misplaced()
	b.read(0)
	laid := false // the folder of a world beside this document is laid already
	for _, below := range layers[:i] {
		laid = laid || below.origin == l.origin && below.folder == l.folder
	}
	for _, h := range b.s.Hosts {
		b.folder(l, h, laid)
	}
	b.read(1)
	if b.top && b.doc.has("do") { // a story of its own replaces the world's
		b.forgetStory()
	}
	b.read(2)
}

// has tells whether a document has a block of that kind.
func (d *Document) has(kind string) bool {
	for _, blk := range d.Blocks {
		if blk.Kind == kind {
			return true
		}
	}
	return false
}

// forgetStory drops the actions and the faults of the worlds that come with time.
func (b *builder) forgetStory() {
	b.s.Actions = nil
	var kept []Fault
	for _, f := range b.s.Faults {
		if !f.Timed && f.On == nil {
			kept = append(kept, f)
		}
	}
	b.s.Faults = kept
}

// folder lays the folder of a host over its tree. When a world beside the
// document has done so, only hosts that are new have something to add.
func (b *builder) folder(l layer, h *Host, laid bool) {
	if laid && b.places[h].src != b.src {
		return
	}
	dir := path.Join(l.folder, h.Name)
	if info, err := fs.Stat(l.fsys, dir); err != nil || !info.IsDir() {
		return
	}
	upper, err := host.LoadFS(l.fsys, dir)
	if err == nil {
		err = h.tree().Overlay(upper)
	}
	if err != nil {
		b.src.errorAt(b.doc.Front.places["id"], "", "the folder of %s cannot be read: %v", h.Name, err)
	}
}

// frontMatter takes over what the front matter says.
func (b *builder) frontMatter() {
	f := &b.doc.Front
	s := b.s
	s.ID, s.Title, s.Summary, s.Lang, s.World, s.File = f.ID, f.Title, f.Summary, f.Lang, f.World, b.doc.File
	s.Parts = b.doc.Parts
	if !f.Start.IsZero() {
		s.Start = f.Start
	}
	if f.HasSeed {
		s.Seed = f.Seed
	}
	if f.Until > 0 {
		s.Until = f.Until
	}
	if f.Resolver != "" {
		b.resolver = place{b.src, f.places["resolver"]}
		b.resolver.w.text = f.Resolver
	}
}
