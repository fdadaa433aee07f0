package scenario

import "io/fs"

// Headline is what a list says about a document.
type Headline struct {
	ID, Title, Summary string
	World              string
	Story              bool   // something happens in it; else it is a world for others
	Reading            string // the document for its reader, in the language asked for
}

// Glance reads only what a list needs: it looks at the form of a document, its
// worlds and its translation, not at what the blocks say. Load tells whether
// all is well.
func Glance(fsys fs.FS, name string, resolve Resolve, lang string) (Headline, error) {
	layers, problem := chain("", fsys, name, resolve)
	if problem != nil {
		return Headline{}, Errors{problem}
	}
	top := layers[len(layers)-1]
	if p := top.doc.src.sorted(); p.Fatal() {
		return Headline{}, p
	}
	f := top.doc.Front
	h := Headline{ID: f.ID, Title: f.Title, Summary: f.Summary, World: f.World, Reading: Reading(top.doc.Parts)}
	for _, l := range layers {
		h.Story = h.Story || l.doc.has("do")
	}
	b := newBuilder()
	for _, t := range b.translations(top) {
		if t.Lang == lang {
			h.Title, h.Summary, h.Reading = t.Title, t.Summary, Reading(t.Parts)
		}
	}
	return h, nil
}
