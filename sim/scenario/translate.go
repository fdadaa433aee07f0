package scenario

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// languages are those into which documents are translated; a sibling
// "x.bg.md" is the Bulgarian text of "x.md".
var languages = []string{"en", "bg", "pl"}

// translations reads the siblings of a document.
func (b *builder) translations(l layer) []Translation {
	var out []Translation
	base := strings.TrimSuffix(l.name, ".md")
	dir := strings.TrimSuffix(strings.TrimSuffix(l.doc.File, l.name), "/")
	for _, lang := range languages {
		name := base + "." + lang + ".md"
		if lang == l.doc.Front.Lang || name == l.name {
			continue
		}
		if _, err := fs.Stat(l.fsys, name); err != nil {
			continue
		}
		content, problem := readDocument(dir, l.fsys, name)
		if problem != nil {
			b.translationProblems = append(b.translationProblems, problem)
			continue
		}
		d := parse(path.Join(dir, name), content)
		t := Translation{Lang: lang, Title: d.Front.Title, Summary: d.Front.Summary, Parts: translate(d, l.doc, lang)}
		b.translationProblems = append(b.translationProblems, d.src.sorted()...)
		out = append(out, t)
	}
	return out
}

// translate returns the parts of a translation, with the blocks of the
// original in the places of those that the translation names.
func translate(d, original *Document, lang string) []Part {
	front := word{}
	if d.Front.ID != original.Front.ID && d.Front.ID != "" {
		d.src.errorAt(d.Front.places["id"], "id: "+original.Front.ID, "the translation has another id than the document")
	}
	if d.Front.Lang != lang {
		d.src.errorAt(d.Front.places["lang"], "lang: "+lang, "the translation does not say its language")
	}
	for _, key := range []string{"world", "start", "seed", "until", "resolver"} {
		if w, ok := d.Front.places[key]; ok {
			d.src.errorAt(w, "id, title, summary and lang", "a translation inherits %s", key)
		}
	}
	blocks := map[string]*Block{}
	var ids, headings []string
	for _, p := range original.Parts {
		if p.Block != nil {
			blocks[p.ID] = p.Block
			ids = append(ids, p.ID)
		} else if p.ID != "" {
			headings = append(headings, p.ID)
		}
	}
	parts := slices.Clone(d.Parts)
	for i, p := range parts {
		switch {
		case p.Block != nil:
			blk := p.Block
			if blocks[p.ID] == nil {
				d.src.errorAt(blk.kind, "the id or the info string of a block of the document", "the document has no block %q%s", p.ID, didYouMean(p.ID, ids))
			}
			if len(blk.lines) > 0 {
				d.src.errorAt(blk.kind, "an empty block, which stands for that of the document", "a translation carries text only")
			}
			parts[i].Block = blocks[p.ID]
		case p.Level > 0 && p.ID != "" && !slices.Contains(headings, p.ID):
			d.src.problem(front.off, 3, fmt.Sprintf("the document has no heading %q%s", p.ID, didYouMean(p.ID, headings)), "")
		}
	}
	return parts
}
