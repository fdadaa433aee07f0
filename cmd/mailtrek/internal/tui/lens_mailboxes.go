package tui

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"mailtrek/protocols/message"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// The mailboxes lens lists what lies in the mailboxes of every host. The same
// files are numbers and octets for POP3, numbers, UIDs and flags for IMAP; a
// mark that will remove a message is said in words.

// filesShown is how many of the last files of a mailbox are listed.
const filesShown = 200

func drawMailboxes(in *Instant, r Region) {
	rows := in.mailboxRows()
	if len(rows) == 0 {
		drawNothing(in, r, "box.none")
		return
	}
	n, chosen := 0, -1
	for i := range rows {
		if rows[i].file != nil {
			n++
			if rows[i].picked = n == in.Pick; rows[i].picked {
				chosen = i
			}
		}
	}
	if f, ok := fileInSight(rows); ok && r.H-len(rows) >= leastDetail {
		h := min(r.H-len(rows)-1, max(r.H*3/5, leastDetail))
		drawFileInSight(in, f, r.Sub(0, r.H-h, r.W, h))
		r.H -= h
	}
	top := min(in.Scroll, max(len(rows)-r.H, 0))
	if chosen >= 0 {
		top = windowTop(len(rows), r.H, chosen)
	}
	for y := 0; y < r.H && top+y < len(rows); y++ {
		rows[top+y].draw(in, r, y)
	}
}

// leastDetail is how many rows one message in detail needs.
const leastDetail = 6

// boxRow is a row of the lens: a mailbox, its sessions, the heading of its
// columns, or a file in it.
type boxRow struct {
	title, note string
	heading     bool
	own         bool // it belongs to a program, which no protocol asks
	node        trace.NodeID
	user        string
	file        *state.File
	number      int    // of the message, counted from 1; 0 when it has gone
	octets      int    // as POP3 and IMAP count them, with CRLF
	flags       string // as IMAP names them
	fate        string // what a mark will do to it
	text        string
	picked      bool
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
			sessions := in.sessionsAt(id, box.User)
			if len(sessions) > 0 {
				rows = append(rows, boxRow{note: in.Words.T("box.sessions", "who", in.sessionWords(sessions))})
			}
			files := in.fileRows(box, in.deleMarks(sessions))
			for i := range files {
				files[i].node, files[i].user, files[i].own = id, box.User, !in.serves(id)
			}
			if len(files) > 0 {
				rows = append(append(rows, boxRow{heading: true, own: !in.serves(id), node: id}), files...)
			}
		}
	}
	return rows
}

// serves tells whether a host lets mailboxes be read over POP3 or IMAP.
func (in *Instant) serves(id trace.NodeID) bool {
	roles := in.Story.T.Node(id).Roles
	return slices.Contains(roles, "POP3") || slices.Contains(roles, "IMAP")
}

// ownWords say who reads a mailbox that no protocol asks for.
func (in *Instant) ownWords(id trace.NodeID) string {
	if in.mails(id) {
		return in.Words.T("box.system")
	}
	return in.Words.T("box.own")
}

// fileRows are the files of a mailbox with what both protocols call them.
func (in *Instant) fileRows(box *state.Mailbox, dele map[int]bool) []boxRow {
	var rows []boxRow
	n := 0
	for _, f := range box.Files(filesShown) {
		row := boxRow{file: f, text: in.subject(f), flags: imapFlags(f)}
		if f.Stored != 0 {
			content, _ := in.Snap.Content(f.Stored)
			row.octets = len(content) + bytes.Count(content, []byte("\n")) - bytes.Count(content, []byte("\r\n"))
		}
		if !f.Gone {
			n++
			row.number = n
		}
		switch {
		case f.Gone:
			row.fate = in.Words.T("box.gone")
		case dele[n]:
			row.fate = in.Words.T("box.deleted")
		case strings.Contains(row.flags, `\Deleted`):
			row.fate = in.Words.T("box.expunge")
		}
		rows = append(rows, row)
	}
	return rows
}

// imapFlags are the flags of a file as IMAP names them (RFC 3501 §2.3.2);
// Maildir has a letter for each behind ":2,", and a directory for \Recent.
func imapFlags(f *state.File) string {
	if strings.HasPrefix(f.Flags, `\`) {
		return f.Flags
	}
	var words []string
	for _, m := range []struct{ letter, flag string }{{"S", `\Seen`}, {"R", `\Answered`}, {"F", `\Flagged`}, {"T", `\Deleted`}, {"D", `\Draft`}} {
		if strings.Contains(f.Flags, m.letter) {
			words = append(words, m.flag)
		}
	}
	if strings.HasPrefix(lastTwo(f.Name), "new/") {
		words = append(words, `\Recent`)
	}
	return strings.Join(words, " ")
}

// sessionsAt are the open conversations by which a user reads on a host.
func (in *Instant) sessionsAt(node trace.NodeID, user string) []*state.Conn {
	t := in.Story.T
	var out []*state.Conn
	for _, c := range in.Snap.OpenConns() {
		conn := t.Conn(c.ID)
		if conn.Server == node && (conn.Proto == trace.POP3 || conn.Proto == trace.IMAP) && in.readerOf(c.ID) == user {
			out = append(out, c)
		}
	}
	return out
}

// readerOf is the user who has logged in on a conversation, as the client said.
func (in *Instant) readerOf(id trace.ConnID) string {
	t := in.Story.T
	for _, s := range in.Snap.ConnEvents(id) {
		e := t.At(s)
		if e.Side != trace.Client || e.Kind != trace.Line {
			continue
		}
		words := strings.Fields(string(t.Text(e)))
		switch verb := t.Name(e.A); {
		case verb == "USER" && len(words) > 1:
			return strings.Trim(words[1], `"`)
		case verb == "LOGIN" && len(words) > 2:
			return strings.Trim(words[2], `"`)
		}
	}
	return ""
}

func (in *Instant) sessionWords(list []*state.Conn) string {
	var words []string
	for _, c := range list {
		conn := in.Story.T.Conn(c.ID)
		words = append(words, strings.ToUpper(conn.Proto.String())+" "+in.Story.short(conn.Client)+" ("+c.Session+")")
	}
	return strings.Join(words, ", ")
}

// deleMarks are the numbers that POP3 sessions have marked with DELE.
func (in *Instant) deleMarks(sessions []*state.Conn) map[int]bool {
	t := in.Story.T
	marks := map[int]bool{}
	for _, c := range sessions {
		if t.Conn(c.ID).Proto != trace.POP3 {
			continue
		}
		for _, s := range in.Snap.ConnEvents(c.ID) {
			e := t.At(s)
			if e.Kind != trace.Line || e.Side != trace.Client {
				continue
			}
			switch words := strings.Fields(string(t.Text(e))); {
			case t.Name(e.A) == "RSET":
				clear(marks)
			case t.Name(e.A) == "DELE" && len(words) > 1 && !slices.Contains(c.Waiting, s):
				if n, err := strconv.Atoi(words[1]); err == nil {
					marks[n] = true
				}
			}
		}
	}
	return marks
}

// subject is the name of the sender and the subject of a stored message.
func (in *Instant) subject(f *state.File) string {
	if f.Stored == 0 {
		return ""
	}
	from, subject := headline(in.Story.T.Text(in.Story.T.At(f.Stored)))
	if list := message.Addresses(from); len(list) > 0 && list[0].Name != "" {
		from = list[0].Name
	}
	return strings.TrimSpace(from + "  " + subject)
}

// The columns of the lens.
const (
	boxNumber = 3
	boxOctets = 12
	boxUID    = 17
	boxFlags  = 20
)

// drawHead draws a row that is no message: a mailbox, its sessions, the heading
// of its columns.
func (row *boxRow) drawHead(in *Instant, r Region, y int) {
	switch {
	case row.heading && row.own:
		r.PutRight(boxNumber+1, y, Quiet, "#")
		r.PutMax(boxOctets-7, y, r.W-6, Quiet, in.ownWords(row.node))
	case row.heading:
		r.PutRight(boxNumber+1, y, Quiet, "#")
		r.PutRight(boxOctets, y, Pop, "POP3")
		r.PutRight(boxUID, y, Imap, "UID")
		r.Put(boxFlags, y, Imap, "IMAP")
	default:
		x := r.PutMax(1, y, r.W/2, Title, row.title)
		if row.title != "" {
			x += 2
		}
		r.PutMax(x, y, r.W-x-1, Quiet, row.note)
	}
}

func (row *boxRow) draw(in *Instant, r Region, y int) {
	if row.file == nil {
		row.drawHead(in, r, y)
		return
	}
	flags := boxFlags + max(min(r.W/5, 26), 12)
	st := Plain
	if row.file.Last == in.At {
		st = Bold
		r.Put(0, y, Accent, in.Glyphs.Cursor)
	}
	if row.file.Gone {
		st = Quiet
	}
	if row.picked {
		st |= Reverse
	}
	if row.number > 0 {
		r.PutRight(boxNumber+1, y, st, itoa(row.number))
	}
	if row.octets > 0 {
		r.PutRight(boxOctets, y, Quiet, itoa(row.octets))
	}
	if row.own {
		flags = boxFlags - 4
	} else if row.file.UID != 0 {
		r.PutRight(boxUID, y, Quiet, itoa(int(row.file.UID)))
	}
	mark := strings.TrimSpace(row.flags)
	if row.fate != "" && r.W < 100 {
		mark = row.fate
	}
	if !row.own {
		r.PutMax(boxFlags, y, flags-boxFlags-1, Local, mark)
	}
	rest := r.W - flags - 1
	if r.W < 100 {
		r.PutMax(flags, y, rest, st, row.text)
		return
	}
	x := r.PutMax(flags, y, rest*3/5, st, row.text)
	if row.fate != "" {
		x = r.PutMax(x+2, y, flags+rest-x-2, Warn, row.fate)
	}
	name := boxFileName(row.file)
	if r.W >= 150 {
		name = lastTwo(row.file.Name)
	}
	r.PutMax(max(x+2, min(flags+rest*3/5+2, r.W-1-textWidth(name))), y, r.W-x-3, Quiet, name)
}

// boxFileName is where a file lies and what its name says of its flags; the
// whole name stands below the list.
func boxFileName(f *state.File) string {
	name := lastTwo(f.Name)
	folder, base, ok := strings.Cut(name, "/")
	if _, flags, maildir := strings.Cut(base, ":2,"); ok && maildir {
		return folder + "/…:2," + flags
	} else if folder == "new" {
		return folder + "/…"
	}
	return name
}

// mailboxPicks are the files; one was written by what stored it.
func mailboxPicks(in *Instant) []pick {
	var out []pick
	for _, row := range in.mailboxRows() {
		if row.file != nil {
			out = append(out, pick{text: row.text, wrote: row.file.Stored, became: row.file.Last})
		}
	}
	return out
}
