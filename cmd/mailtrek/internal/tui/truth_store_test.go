package tui

import (
	"bytes"
	"strconv"
	"strings"

	"mailtrek/sim/state"
)

// What the mailboxes must show at an instant, by sim/state and by the trace alone.

// mailboxesLens: every mailbox with its files in their order, each with number,
// octets, UID and flags.
func (v *view) mailboxesLens() {
	rows := v.rows(drawMailboxes)
	y := 0
	next := func(ok func(line string) bool) (string, bool) {
		for ; y < len(rows); y++ {
			if line := string(rows[y]); ok(line) {
				y++
				return line, true
			}
		}
		return "", false
	}
	files := 0
	for _, id := range v.in.Story.hosts {
		for _, box := range v.in.Snap.Mailboxes(id) {
			title := " " + box.User + "  " + v.tr.Node(id).Name + "  messages: " + strconv.Itoa(box.Count)
			if _, ok := next(func(line string) bool { return strings.TrimRight(line, " ") == title }); !ok {
				if files < truthHigh/2 {
					v.errorf("mailboxes", rows, "lacks %q", title)
				}
				return
			}
			number := 0
			for _, f := range box.Files(filesShown) {
				if files++; files > truthHigh/2 {
					return
				}
				line, ok := next(func(line string) bool { return strings.HasSuffix(strings.TrimRight(line, " "), lastTwo(f.Name)) })
				if !ok {
					v.errorf("mailboxes", rows, "lacks the file %s", f.Name)
					return
				}
				if !f.Gone {
					number++
				}
				v.mailboxFile(rows, f, number, v.in.serves(id), line)
			}
		}
	}
	if n := strings.Count(inked(rows), "  messages: "); n == 0 && files > 0 {
		v.errorf("mailboxes", rows, "shows no mailbox")
	}
}

// mailboxFile compares the row of a file.
func (v *view) mailboxFile(rows [][]rune, f *state.File, number int, served bool, line string) {
	row := []rune(line)
	want := ""
	if !f.Gone {
		want = strconv.Itoa(number)
	}
	if got := strings.TrimSpace(part(row, 1, boxNumber+1)); got != want {
		v.errorf("mailboxes", rows, "%s has the number %q, want %q", f.Name, got, want)
	}
	if f.Gone != strings.Contains(line, "removed") {
		v.errorf("mailboxes", rows, "%s is gone: %v, but the row is %q", f.Name, f.Gone, line)
	}
	if f.Stored != 0 {
		text, _ := v.in.Snap.Content(f.Stored)
		octets := len(bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n")))
		if got := strings.TrimSpace(part(row, boxNumber+2, boxOctets)); got != strconv.Itoa(octets) && octets > 0 {
			v.errorf("mailboxes", rows, "%s has %q octets, want %d", f.Name, got, octets)
		}
	}
	if !served {
		return
	}
	if uid := strings.TrimSpace(part(row, boxOctets+1, boxUID)); f.UID != 0 && uid != strconv.Itoa(int(f.UID)) {
		v.errorf("mailboxes", rows, "%s has the UID %q, want %d", f.Name, uid, f.UID)
	}
	flags := part(row, boxFlags, boxFlags+26)
	for letter, flag := range map[string]string{"S": `\Seen`, "R": `\Answered`, "F": `\Flagged`, "T": `\Deleted`} {
		set := strings.Contains(f.Flags, letter)
		if strings.HasPrefix(f.Flags, `\`) {
			set = strings.Contains(f.Flags, flag)
		}
		if set != strings.Contains(flags, flag) && !strings.Contains(flags, "…") {
			v.errorf("mailboxes", rows, "%s has the flags %q, but the row says %q", f.Name, f.Flags, flags)
		}
	}
}
