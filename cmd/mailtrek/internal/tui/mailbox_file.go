package tui

import (
	"path"
	"slices"
	"strings"

	"mailtrek/protocols/message"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// Below the list of the mailboxes stands, where there is room, one message in
// more detail: the name of its file, what was done with it, and its text.

// boxFile is a message with the mailbox in which it lies.
type boxFile struct {
	node trace.NodeID
	user string
	file *state.File
}

// fileInSight is the message that is chosen, or else the last that changed.
func fileInSight(rows []boxRow) (f boxFile, ok bool) {
	for _, row := range rows {
		switch {
		case row.file == nil:
		case row.picked:
			return boxFile{row.node, row.user, row.file}, true
		case !ok || row.file.Last > f.file.Last:
			f, ok = boxFile{row.node, row.user, row.file}, true
		}
	}
	return f, ok
}

// drawFileInSight draws it below a rule.
func drawFileInSight(in *Instant, f boxFile, r Region) {
	r.Fill(0, 0, r.W, Rule, in.Glyphs.H)
	x := r.Put(1, 1, Quiet, in.Story.short(f.node)+"  ")
	r.PutMax(x, 1, r.W-x-1, Title, f.file.Name)
	body := r.Sub(1, 2, r.W-2, r.H-2)
	rows := in.fileStory(&f)
	if r.W < 100 {
		rows = rows[max(len(rows)-max(body.H/2, 2), 0):]
		drawAbout(rows, body)
		drawAbout(in.fileText(&f, body.W), body.Sub(0, len(rows)+1, body.W, body.H-len(rows)-1))
		return
	}
	half := body.W * 2 / 5
	drawAbout(rows[max(len(rows)-body.H, 0):], body.Sub(0, 0, half-1, body.H))
	for y := range body.H {
		body.Put(half, y, Rule, in.Glyphs.V)
	}
	drawAbout(in.fileText(&f, body.W-half-2), body.Sub(half+2, 0, body.W-half-2, body.H))
}

// fileStory says what was done with a message in its mailbox, up to the cursor.
func (in *Instant) fileStory(f *boxFile) []aboutRow {
	t := in.Story.T
	events := []trace.Seq{f.file.Stored, f.file.Last}
	if f.file.Msg != 0 {
		events = in.Snap.MsgEvents(f.file.Msg)
	}
	var out []aboutRow
	for _, s := range slices.Compact(events) {
		if s == 0 {
			continue
		}
		e := t.At(s)
		if e.Kind != trace.Mailbox || e.Node != f.node || t.Name(e.A) != f.user || fileBase(t.Name(e.B)) != fileBase(f.file.Name) {
			continue
		}
		row := aboutRow{stamp(e.Time) + "  " + in.fileDeed(e), Plain}
		if s == in.At {
			row.style = Bold
		}
		out = append(out, row)
	}
	return out
}

// fileBase is the name of a file without its folder and its flags.
func fileBase(name string) string {
	base, _, _ := strings.Cut(path.Base(name), ":2,")
	return base
}

// fileDeed says what an event does with the file of a message.
func (in *Instant) fileDeed(e *trace.Event) string {
	t, w := in.Story.T, in.Words
	name := t.Name(e.B)
	folder := path.Base(path.Dir(name))
	switch t.Name(e.C) {
	case "append":
		return w.T("box.did.append", "folder", folder)
	case "move":
		return w.T("box.did.move", "folder", folder)
	case "delete":
		return w.T("box.gone")
	}
	flags := imapFlags(&state.File{Name: name, Flags: string(t.Text(e))})
	if flags == "" {
		flags = "–"
	}
	return w.T("box.did.flags", "flags", flags)
}

// fileText is a message as its reader sees it: the fields that matter, and its
// first text, in rows of w cells.
func (in *Instant) fileText(f *boxFile, w int) []aboutRow {
	if f.file.Stored == 0 {
		return nil
	}
	raw, _ := in.Snap.Content(f.file.Stored)
	h := message.Scan(raw)
	var out []aboutRow
	for _, name := range []string{"From", "To", "Subject", "Date"} {
		if text := h.Text(name); text != "" {
			out = append(out, aboutRow{clip(name+": "+text, w), Plain})
		}
	}
	text, found := "", false
	message.Tree(raw).Walk(func(p *message.Part, _ int) {
		if !found && strings.HasPrefix(p.Type, "text/") {
			text, _ = p.Text(raw)
			found = true
		}
	})
	out = append(out, aboutRow{"", Plain})
	for _, line := range strings.Split(strings.TrimRight(text, "\r\n"), "\n") {
		if len(out) > 60 {
			break
		}
		for _, part := range wrapLine(strings.TrimRight(line, "\r"), w) {
			out = append(out, aboutRow{part, Plain})
		}
	}
	return out
}
