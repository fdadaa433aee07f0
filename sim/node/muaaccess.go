package node

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"mailtrek/protocols/imap"
	"mailtrek/sim/trace"
)

// online lists what is in the mailbox, and reads what nobody has read yet. That
// marks it as \Seen; nothing is kept.
func (r *imapRun) online() error {
	if r.c.Exists == 0 {
		return nil
	}
	list, err := r.c.Fetch("1:*", false, "(UID FLAGS RFC822.SIZE BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE CONTENT-TYPE)])")
	if err != nil {
		return err
	}
	for _, f := range list {
		if flagged(f, `\Seen`) {
			continue
		}
		section := "BODY[TEXT]"
		for _, header := range f.Sections {
			if strings.Contains(strings.ToLower(string(header)), "content-type: multipart/") {
				section = "BODY[1]" // the attachments can wait
			}
		}
		if _, err := r.c.Fetch(uidText(f.UID), true, section); err != nil {
			return err
		}
		r.came++
	}
	return nil
}

func flagged(f imap.Fetched, flag string) bool {
	for _, have := range f.Flags {
		if strings.EqualFold(have, flag) {
			return true
		}
	}
	return false
}

func uidText(uid uint32) string { return strconv.FormatUint(uint64(uid), 10) }

// takeHome puts all messages into the program's own inbox and deletes them on
// the server.
func (r *imapRun) takeHome() error {
	if r.c.Exists == 0 {
		return nil
	}
	list, err := r.c.Fetch("1:*", true, "(FLAGS)")
	if err != nil {
		return err
	}
	var uids []uint32
	for _, f := range list {
		text, err := r.whole(f.UID)
		if err != nil {
			return err
		}
		if err := r.m.store(r.p, text); err != nil {
			return err
		}
		uids = append(uids, f.UID)
		r.came++
	}
	if _, err := r.c.Store(uidSet(uids), true, "+FLAGS.SILENT", `\Deleted`); err != nil {
		return err
	}
	return r.c.Expunge()
}

// whole fetches a message without leaving a trace at the server.
func (r *imapRun) whole(uid uint32) ([]byte, error) {
	list, err := r.c.Fetch(uidText(uid), true, "(BODY.PEEK[])")
	for _, f := range list {
		if f.UID == uid && err == nil {
			return f.Sections["BODY[]"], nil
		}
	}
	if err == nil {
		err = fmt.Errorf("%s has lost message %d meanwhile", r.m.IMAP, uid)
	}
	return nil, err
}

// synchronise tells the server what the user has done with the copies, fetches
// copies of what is new, and removes those of what is gone (RFC 4549 §3).
func (r *imapRun) synchronise() error {
	dir := r.m.home() + "/mail/imap/INBOX"
	known := r.copies(dir)
	if known.validity != r.box.UIDValidity {
		r.forget(dir, known.uids) // RFC 3501 §2.3.1.1: the numbers mean others now
		known = copies{validity: r.box.UIDValidity}
	}
	if len(known.uids) > 0 {
		if err := r.compare(dir, &known); err != nil {
			return err
		}
	}
	if r.c.Exists > 0 {
		if err := r.copyNew(dir, &known); err != nil {
			return err
		}
	}
	return r.m.Host.Tree.WriteFile(dir+"/uids", known.text())
}

// compare plays what the user did to the server and learns what others did.
func (r *imapRun) compare(dir string, known *copies) error {
	if r.c.Exists > 0 && len(known.fresh) > 0 {
		if _, err := r.c.Store(uidSet(known.fresh), true, "+FLAGS.SILENT", `\Seen`); err != nil {
			return err
		}
	}
	known.fresh = nil
	there := map[uint32]bool{}
	if r.c.Exists > 0 {
		list, err := r.c.Fetch("1:"+uidText(known.last()), true, "(FLAGS)")
		if err != nil {
			return err
		}
		for _, f := range list {
			there[f.UID] = true
		}
	}
	var kept, gone []uint32
	for _, uid := range known.uids {
		if there[uid] {
			kept = append(kept, uid)
		} else {
			gone = append(gone, uid)
		}
	}
	r.forget(dir, gone)
	known.uids = kept
	return nil
}

// copyNew fetches what has come behind the last message known. "n:*" names the
// last message of the mailbox even when it is an old one.
func (r *imapRun) copyNew(dir string, known *copies) error {
	last := known.highest
	list, err := r.c.Fetch(uidText(last+1)+":*", true, "(FLAGS)")
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.UID <= last {
			continue
		}
		text, err := r.whole(f.UID)
		if err != nil {
			return err
		}
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
		file := dir + "/" + uidText(f.UID)
		if err := r.m.Host.Tree.WriteFile(file, text); err != nil {
			return err
		}
		p := r.p
		p.Emit(trace.Event{Kind: trace.Mailbox, A: p.Sym(r.m.User), B: p.Sym(file), C: p.Sym("append"), N: f.UID}, text)
		known.uids = append(known.uids, f.UID)
		known.highest = f.UID
		if !flagged(f, `\Seen`) {
			known.fresh = append(known.fresh, f.UID)
		}
		r.came++
	}
	return nil
}

// forget removes copies.
func (r *imapRun) forget(dir string, uids []uint32) {
	for _, uid := range uids {
		file := dir + "/" + uidText(uid)
		if r.m.Host.Tree.Remove(file) == nil {
			r.p.Record(trace.Event{Kind: trace.Mailbox, A: r.p.Sym(r.m.User), B: r.p.Sym(file), C: r.p.Sym("delete"), N: uid}, nil)
		}
	}
}

// copies is what a program that works disconnected knows of a mailbox: a small
// file beside the copies, with the UIDVALIDITY and the highest UID ever seen in
// its first line, then a UID a line, and "new" behind those that the user has
// not had before.
type copies struct {
	validity, highest uint32
	uids, fresh       []uint32
}

func (c *copies) last() uint32 { return c.uids[len(c.uids)-1] }

func (c *copies) text() []byte {
	b := fmt.Appendf(nil, "%d %d\n", c.validity, c.highest)
	for _, uid := range c.uids {
		b = append(b, uidText(uid)...)
		for _, f := range c.fresh {
			if f == uid {
				b = append(b, " new"...)
			}
		}
		b = append(b, '\n')
	}
	return b
}

// copies reads that file; there is none before the first time.
func (r *imapRun) copies(dir string) (c copies) {
	text, err := r.m.Host.Tree.ReadFile(dir + "/uids")
	if err != nil {
		return c
	}
	head, rest, _ := strings.Cut(string(text), "\n")
	_, _ = fmt.Sscanf(head, "%d %d", &c.validity, &c.highest) // nonsense is as good as nothing
	for l := range strings.Lines(rest) {
		word, mark, _ := strings.Cut(strings.TrimSpace(l), " ")
		uid, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			continue
		}
		c.uids = append(c.uids, uint32(uid))
		if mark == "new" {
			c.fresh = append(c.fresh, uint32(uid))
		}
	}
	return c
}

// uidSet writes UIDs in ascending order as a set (RFC 3501 §9, sequence-set).
func uidSet(uids []uint32) string {
	var b strings.Builder
	for i := 0; i < len(uids); {
		j := i
		for j+1 < len(uids) && uids[j+1] == uids[j]+1 {
			j++
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(uidText(uids[i]))
		if j > i {
			b.WriteString(":" + uidText(uids[j]))
		}
		i = j + 1
	}
	return b.String()
}
