package tui

import (
	"bytes"

	"mailtrek/protocols/message"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// letter is a message as it stands at an instant: the header with the writer
// of each field, the body, the envelope.
type letter struct {
	id      trace.MsgID
	raw     []byte // header and body, lines ending in LF
	wire    wireFacts
	fields  []written
	body    []byte
	have    bool // the text has been seen
	sender  string
	rcpts   []rcpt
	known   bool // there is an envelope
	entry   *state.Entry
	hops    []message.Hop
	content trace.Seq // the event with the text
	brief   bool      // there is little room: Received fields in one row
}

// written is a header field with who wrote it and where.
type written struct {
	field message.Field
	host  string    // short name of the host; "" for a field that the author's text brought
	by    string    // the daemon, or the author
	event trace.Seq // the event that tells so; 0 when none does
}

// rcpt is a recipient of the envelope with what has become of it.
type rcpt struct{ address, fate, original string }

// letterOf composes the message at the instant: the last text of it that was
// seen, and what daemons have added to its header since.
func (in *Instant) letterOf(id trace.MsgID) letter {
	l := letter{id: id}
	t := in.Story.T
	contents, changes := in.copyOf(id)
	raw := in.lastContent(contents, &l)
	for _, s := range changes {
		e := t.At(s)
		if s < l.content && l.have && !in.waited(s, l.content) {
			continue
		}
		if t.Name(e.C) == "remove" {
			raw = withoutField(raw, t.Text(e))
			continue
		}
		field := append(bytes.TrimRight(t.Text(e), "\r\n"), '\n')
		if t.Name(e.C) == "change" {
			continue
		}
		if in.own(e) {
			raw = append(raw, field...)
		} else {
			raw = append(field, raw...)
		}
	}
	h := message.Scan(raw)
	l.raw = raw
	l.body = raw[min(h.Body, len(raw)):]
	l.hops = message.Chain(h)
	author, events := in.author(id), in.Snap.Fields(id)
	for _, f := range h.Fields {
		w := in.writer(f, events)
		if w.host == "" {
			w.by = author
		}
		l.fields = append(l.fields, w)
	}
	in.envelope(id, &l)
	return l
}

// withoutField is a message without the first field of its header that reads
// so.
func withoutField(raw, field []byte) []byte {
	want := squeeze(field)
	for _, f := range message.Scan(raw).Fields {
		if i := bytes.Index(raw, f.Raw); i >= 0 && bytes.Equal(squeeze(f.Raw), want) {
			return append(bytes.Clone(raw[:i]), raw[i+len(f.Raw):]...)
		}
	}
	return raw
}

// author is the host whose text is the first that was seen of a message, for
// the fields that nobody added on the way.
func (in *Instant) author(id trace.MsgID) string {
	contents := in.Snap.Contents(id)
	if len(contents) == 0 {
		return in.Words.T("msg.author")
	}
	who := in.Words.T("msg.author")
	if in.Story.T.Msg(id).Parent != 0 {
		who = "bounce" // bounce(8) composes what reports about another message
	}
	return in.Story.short(in.Story.T.At(contents[0]).Node) + " " + who
}

// own tells whether a field is written by the author's own program, which
// writes from the top down; those on the way put theirs on top.
func (in *Instant) own(e *trace.Event) bool {
	return in.Story.T.Name(e.A) == "mua"
}

// lastContent is the text of the message that was seen last, as it was before
// it was dot-stuffed.
func (in *Instant) lastContent(contents []trace.Seq, l *letter) []byte {
	t := in.Story.T
	if len(contents) == 0 {
		return nil
	}
	s := contents[len(contents)-1]
	l.content, l.have = s, true
	e := t.At(s)
	text, _ := in.Snap.Content(s)
	l.wire = wireFactsOf(text, e.Kind == trace.Content)
	for i := len(contents) - 1; i >= 0 && !l.wire.onTheWire; i-- {
		if q := contents[i]; t.At(q).Kind == trace.Content {
			sent, _ := in.Snap.Content(q)
			l.wire = wireFactsOf(sent, true)
		}
	}
	raw := bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	if e.Kind == trace.Content && (bytes.HasSuffix(raw, []byte("\n.\n")) || string(raw) == ".\n") { // else BDAT or a literal
		raw = unstuff(raw)
	}
	return raw
}

// headline is what a list of messages shows of one: From and Subject.
func headline(raw []byte) (from, subject string) {
	h := message.Scan(raw)
	return h.Text("From"), h.Text("Subject")
}

// unstuff takes the transparency of SMTP and POP3 away (RFC 5321 §4.5.2): the
// final dot, and the first of two dots at the beginning of a line.
func unstuff(raw []byte) []byte {
	if bytes.Equal(raw, []byte(".\n")) {
		return nil
	}
	raw = bytes.TrimSuffix(raw, []byte("\n.\n"))
	out := make([]byte, 0, len(raw)+1)
	for i, line := range bytes.Split(raw, []byte("\n")) {
		if i > 0 {
			out = append(out, '\n')
		}
		if len(line) > 1 && line[0] == '.' {
			line = line[1:]
		}
		out = append(out, line...)
	}
	return append(out, '\n')
}

// writer finds the event in which a field was written.
func (in *Instant) writer(f message.Field, events []trace.Seq) written {
	t := in.Story.T
	w := written{field: f}
	want := squeeze(f.Raw)
	for i := len(events) - 1; i >= 0; i-- {
		e := t.At(events[i])
		if t.Name(e.C) != "remove" && bytes.Equal(squeeze(t.Text(e)), want) {
			w.host, w.by, w.event = in.Story.short(e.Node), t.Name(e.A), events[i]
			return w
		}
	}
	return w
}

// squeeze drops white space, so that folding does not matter.
func squeeze(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			out = append(out, c)
		}
	}
	return out
}

// envelope fills in the envelope: of the transaction that carries the message,
// or else of the queue file that is furthest on.
func (in *Instant) envelope(id trace.MsgID, l *letter) {
	if c := in.Snap.Conn(in.event().Conn); c != nil && c.Mail.From != 0 && in.event().Msg == id {
		l.known = true
		l.sender, _ = in.Snap.Path(c.Mail.From)
		for _, s := range c.Mail.To {
			to, _ := in.Snap.Path(s)
			l.rcpts = append(l.rcpts, rcpt{address: to})
		}
		for _, s := range c.Mail.Rejected {
			to, _ := in.Snap.Path(s)
			l.rcpts = append(l.rcpts, rcpt{address: to, fate: "refused"})
		}
		return
	}
	entries := in.Snap.Entries(id)
	if len(entries) == 0 {
		return
	}
	l.entry = entries[len(entries)-1]
	for _, p := range in.Snap.Where(id) {
		if p.Kind == state.InQueue {
			l.entry = p.Entry
			break
		}
	}
	for i := len(entries) - 1; !l.entry.Ready; i-- { // its envelope is still being written
		if i < 0 {
			return
		}
		l.entry = entries[i]
	}
	l.known, l.sender = true, l.entry.Sender
	for _, r := range l.entry.Recipients {
		l.rcpts = append(l.rcpts, rcpt{r.Address, r.Fate.String(), r.Original})
	}
}
