package tui

import (
	"strconv"
	"strings"

	"mailtrek/sim/state"
)

// The mailboxes lens lists what lies in the mailboxes of every host, with the
// file of each message and its flags, and what has gone from there.

// filesShown is how many of the last files of a mailbox are listed.
const filesShown = 200

func drawMailboxes(in *Instant, r Region) {
	rows := in.mailboxRows()
	if len(rows) == 0 {
		drawNothing(in, r, "box.none")
		return
	}
	top := min(in.Scroll, max(len(rows)-r.H, 0))
	for y := 0; y < r.H && top+y < len(rows); y++ {
		rows[top+y].draw(in, r, y)
	}
}

// boxRow is a row of the lens: a mailbox, or a file in one.
type boxRow struct {
	title, note string
	file        *state.File
	text        string
}

func (in *Instant) mailboxRows() []boxRow {
	t := in.Story.T
	var rows []boxRow
	for _, id := range in.Story.hosts {
		for _, box := range in.Snap.Mailboxes(id) {
			if len(rows) > 0 {
				rows = append(rows, boxRow{})
			}
			rows = append(rows, boxRow{title: box.User, note: t.Node(id).Name + "  " + in.Words.T("box.count", "n", strconv.Itoa(box.Count))})
			for _, f := range box.Files(filesShown) {
				rows = append(rows, boxRow{file: f, text: in.subject(f)})
			}
		}
	}
	return rows
}

// subject is the sender and the subject of a stored message.
func (in *Instant) subject(f *state.File) string {
	if f.Stored == 0 {
		return ""
	}
	from, subject := headline(in.Story.T.Text(in.Story.T.At(f.Stored)))
	return strings.TrimSpace(from + "  " + subject)
}

func (row *boxRow) draw(in *Instant, r Region, y int) {
	if row.file == nil {
		x := r.PutMax(1, y, r.W/2, Title, row.title)
		r.PutMax(x+2, y, r.W-x-3, Quiet, row.note)
		return
	}
	st := Plain
	if row.file.Last == in.At {
		st = Bold
		r.Put(0, y, Accent, in.Glyphs.Cursor)
	}
	flags := row.file.Flags
	if row.file.Gone {
		flags, st = in.Words.T("box.gone"), Quiet
	}
	r.PutMax(3, y, 9, Quiet, flags)
	half := (r.W - 14) / 2
	x := r.PutMax(13, y, half, st, row.text)
	x = max(x, 13+half)
	r.PutMax(x+1, y, r.W-x-2, Quiet, lastTwo(row.file.Name))
}
