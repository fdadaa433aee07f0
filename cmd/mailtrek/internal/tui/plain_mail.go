package tui

import (
	"strings"
)

// plainMessage lists envelope, header, trail, body and what the wire shows.
func plainMessage(in *Instant) []string {
	id := in.Story.msg(in.At)
	w := in.Words
	if id == 0 {
		return []string{w.T("msg.none")}
	}
	l := in.letterOf(id)
	out := in.plainEnvelope(&l)
	for _, p := range in.Snap.Where(id) {
		if text := in.placeWords(p); text != "" {
			out = append(out, w.T("msg.where")+": "+text)
		}
	}
	out = append(out, w.T("msg.chain"))
	if len(l.hops) == 0 {
		out = append(out, w.T("msg.nohop"))
	}
	for i, h := range l.hops {
		from := h.From
		if from == "" {
			from = w.T("msg.itself")
		}
		line := itoa(i+1) + ": " + from + " " + w.T("plain.to") + " " + joinWords(h.By, h.With, h.ID)
		if !h.Time.IsZero() {
			line += ", " + h.Time.Format("15:04:05")
		}
		if i > 0 && h.Known {
			line += ", " + signed(h.Delay)
		}
		out = append(out, line)
	}
	out = append(out, in.plainLetter(&l)...)
	if facts := l.wire.words(in); len(facts) > 0 {
		out = append(append(out, w.T("wire.title")), facts...)
	}
	if c, ok := l.codedAt(0); ok {
		for _, row := range c.rows(in, 1<<10) {
			out = append(out, row.text)
		}
		for _, row := range in.mojibake(c.octets, c.charset) {
			text := strings.Map(noBoxes, strings.TrimLeft(row.text, " "))
			out = append(out, row.name+" "+text)
		}
	}
	return out
}

// plainLetter lists the header and the body, with who wrote each field.
func (in *Instant) plainLetter(l *letter) []string {
	w := in.Words
	out := []string{w.T("msg.header")}
	if len(l.fields) == 0 {
		out = append(out, w.T("msg.nocontent"))
	}
	last := 0
	for _, row := range in.textRows(l) {
		line := row.name + row.text
		if row.writer != "" {
			line += "  (" + w.T("msg.writer") + " " + row.writer + ")"
		}
		if row.note != "" {
			line += "  (" + row.note + ")"
		}
		if row.sign == in.Glyphs.Unequal {
			line += "  (" + row.sign + " " + w.T("msg.envelope") + ")"
		}
		if row.pick > last {
			last = row.pick
			line = numbered(row.pick, strings.TrimLeft(line, " "))
		}
		if row.now {
			line = "* " + line
		}
		if strings.TrimSpace(line) != "" {
			out = append(out, line)
		}
	}
	return out
}

// noBoxes puts "?" in the place of lines of boxes, which nobody can read out.
func noBoxes(r rune) rune {
	if r >= 0x2500 && r < 0x2600 {
		return '?'
	}
	return r
}

// plainEnvelope lists sender and recipients and how they agree with the header.
func (in *Instant) plainEnvelope(l *letter) []string {
	w := in.Words
	if !l.known {
		said := w.T("msg.unknown")
		if l.have && len(in.Snap.Entries(l.id)) == 0 && in.delivered(l.id) {
			said = w.T("msg.ended")
		}
		return []string{w.T("msg.envelope") + ": " + said}
	}
	sender := "<" + l.sender + ">"
	if l.sender == "" {
		sender = w.T("msg.null")
	}
	out := []string{w.T("msg.envelope") + ": " + joinWords(w.T("msg.from"), sender, in.differenceWords(l.senderDiffers(in)))}
	for _, to := range l.rcpts {
		out = append(out, w.T("msg.envelope")+": "+joinWords(w.T("msg.to"), "<"+to.address+">", to.fate, in.differenceWords(l.rcptDiffers(in, to.address))))
	}
	if only := l.onlyInHeader(); len(only) > 0 && len(l.rcpts) > 0 {
		out = append(out, w.T("msg.diff.only", "who", strings.Join(only, ", ")))
	}
	return out
}

func (in *Instant) differenceWords(d difference) string {
	if d.text == "" {
		return ""
	}
	return "(" + d.text + ")"
}

// plainDNS lists questions and answers, the decision, and what is remembered.
func plainDNS(in *Instant) []string {
	at := in.lastDNS()
	w, t := in.Words, in.Story.T
	if at == 0 {
		return []string{w.T("dns.none")}
	}
	e := t.At(at)
	title := w.T("dns.title", "name", bare(t.Name(e.A)), "type", t.Name(e.B))
	if id, flags, ok := headOf(t.Text(e)); in.At == at && ok {
		title += ", " + id + ", " + flags
	}
	out := []string{title}
	rows := in.askedRows(at, pickReach)
	for i, row := range rows {
		if i < len(rows)-2*plainRows {
			continue
		}
		line := joinWords(row.time, row.who+":", row.sign, row.text)
		if row.depth > 0 {
			line += " (" + w.T("plain.walk") + ")"
		}
		line = numbered(i+1, line)
		if row.event == in.At {
			line = "* " + line
		}
		out = append(out, line)
	}
	if d, ok := in.decide(); ok {
		out = append(out, w.T("dns.decision", "name", d.name)+" "+in.Story.short(d.system))
		if d.said != "" {
			out = append(out, d.said)
		}
		for i, c := range d.rows {
			out = append(out, w.T("plain.exchanger", "n", itoa(i+1), "pref", itoa(int(c.pref)), "host", joinWords(c.host, c.address))+" "+joinWords(c.result, c.why))
		}
		if d.die {
			out = append(out, w.T("dns.die"))
		}
	}
	who := in.rememberer(at)
	out = append(out, w.T("dns.memory", "host", t.Node(who).Name))
	memory := in.memoryRows(who)
	if len(memory) == 0 {
		out = append(out, w.T("dns.nomemory"))
	}
	for _, row := range memory {
		out = append(out, row.what+": "+row.data+", "+w.T("dns.left", "in", row.left))
	}
	return out
}

// plainMailboxes lists the messages of each mailbox.
func plainMailboxes(in *Instant) []string {
	rows := in.mailboxRows()
	w := in.Words
	if len(rows) == 0 {
		return []string{w.T("box.none")}
	}
	var out []string
	n := 0
	for _, row := range rows {
		switch {
		case row.file != nil:
			n++
			out = append(out, numbered(n, in.boxWords(&row)))
			if row.file.Last == in.At {
				out[len(out)-1] = "* " + out[len(out)-1]
			}
		case row.heading && row.own:
			out = append(out, in.ownWords(row.node))
		case !row.heading && row.title+row.note != "":
			out = append(out, joinWords(row.title, row.note))
		}
	}
	if f, ok := fileInSight(rows); ok {
		out = append(out, in.Story.short(f.node)+" "+f.file.Name)
		for _, row := range append(in.fileStory(&f), in.fileText(&f, 1<<10)...) {
			out = append(out, row.text)
		}
	}
	return out
}

// boxWords are a message in a mailbox.
func (in *Instant) boxWords(row *boxRow) string {
	words := []string{}
	if row.number > 0 {
		words = append(words, "# "+itoa(row.number))
	}
	words = append(words, in.Words.T("ladder.octets", "n", itoa(row.octets)))
	if row.file.UID != 0 {
		words = append(words, "UID "+itoa(int(row.file.UID)))
	}
	for _, s := range []string{row.flags, row.fate, row.text, boxFileName(row.file)} {
		if s != "" {
			words = append(words, s)
		}
	}
	return strings.Join(words, ", ")
}

// plainLog lists the last lines of the log.
func plainLog(in *Instant) []string {
	node := in.logHost()
	if node == 0 {
		return []string{in.Words.T("log.none")}
	}
	out := []string{in.Story.T.Node(node).Name + " /var/log/maillog"}
	rows := in.logRows(node, pickReach, 1<<16)
	for i, row := range rows {
		if i < len(rows)-plainRows {
			continue
		}
		line := numbered(i+1, row.head+row.program+row.text)
		if row.event == in.At {
			line = "* " + line
		}
		out = append(out, line)
	}
	if line := in.logLine(node); line != 0 {
		for _, w := range in.logAbout(line) {
			out = append(out, w.Name+": "+aboutWords(&w))
		}
	}
	return out
}

// plainBytes lists the pieces of the event's octets, and the octets.
func plainBytes(in *Instant) []string {
	e := in.event()
	text := in.Story.T.Text(e)
	if len(text) == 0 {
		return []string{in.Words.T("bytes.none")}
	}
	out := []string{in.short(in.At).text + ", " + in.Words.T("ladder.octets", "n", itoa(len(text)))}
	for i, f := range in.piecesOf(e) {
		out = append(out, numbered(i+1, in.Words.T("plain.piece", "at", offset(f.Off), "n", itoa(f.Len), "name", f.Name)+" "+f.Value))
	}
	for from := 0; from < len(text) && from < 16*pickReach; from += 16 {
		out = append(out, octetWords(from, text[from:min(from+16, len(text))]))
	}
	return out
}

// octetWords are sixteen octets in hexadecimal and as characters.
func octetWords(from int, b []byte) string {
	var hex, chars strings.Builder
	for _, c := range b {
		hex.WriteString(" " + strings.ToLower(hexByte(c)))
		if c < 0x20 || c > 0x7e {
			c = '.'
		}
		chars.WriteByte(c)
	}
	return hexByte(byte(from>>16)) + hexByte(byte(from>>8)) + hexByte(byte(from)) + " " + hex.String() + "  " + chars.String()
}
