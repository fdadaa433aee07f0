package tui

import (
	"bytes"
	"strings"

	"mailtrek/sim/scenario"
)

// A branch can be kept: as a scenario document (name.md), which anybody can
// play and edit, or as the small file of a branch (name.jsonl), which is this
// very run. What is there already is never overwritten.

// askSave asks for the name of the file.
func (p *Player) askSave() {
	switch b, _ := p.growing(); {
	case p.look.save == nil || p.course.branch == nil && b == nil:
		p.notice = p.look.words.T("save.nothing")
	case len(b.Done) == 0: // nothing was changed: the place is what is kept
		p.prompt = &prompt{kind: "save", text: "my-" + b.Scenario.ID + ".jsonl"}
	default:
		p.prompt = &prompt{kind: "save", text: "my-" + b.Scenario.ID + ".md"}
	}
}

// growing is the branch that is on the screen, and its seat if there is one.
func (p *Player) growing() (*scenario.Branch, *keyboard) {
	if p.board != nil {
		return p.board.seat.Branch, p.board
	}
	return p.course.branch, nil
}

// saveAs writes the branch.
func (p *Player) saveAs(name string) {
	b, _ := p.growing()
	if b == nil {
		return
	}
	content, err := p.branchText(b, name)
	if err == nil {
		err = p.look.save(name, content)
	}
	if err != nil {
		p.notice = firstLine(err)
		return
	}
	p.notice = p.look.words.T("save.done", "name", name)
}

// branchText is the branch as the name of its file has it.
func (p *Player) branchText(b *scenario.Branch, name string) ([]byte, error) {
	if !strings.HasSuffix(name, ".md") {
		var out bytes.Buffer
		source := p.look.source
		if source == "" {
			source = b.Scenario.ID
		}
		f := b.File(source, p.at)
		f.Lens = lenses[p.lens].Name
		err := f.Write(&out)
		return out.Bytes(), err
	}
	id := strings.TrimSuffix(name[strings.LastIndexAny(name, `/\`)+1:], ".md")
	what := p.course.what
	if what == "" {
		what = id
	}
	text, err := b.Document(id, b.Scenario.Title+": "+what)
	return []byte(text), err
}
