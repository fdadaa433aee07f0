package tui

import (
	"bytes"
	"strings"

	"mailtrek/protocols/message"
)

// The body of a message as rows: the tree of its parts (RFC 2045, 2046), each
// with a heading and its text decoded. The part whose heading is chosen shows
// its raw form.

// mimeRows are the rows of the body below a title of their own.
func (in *Instant) bodyRows(l *letter, p *picked) []textRow {
	if !l.have {
		return nil
	}
	root := message.Tree(l.raw)
	title := in.Words.T("msg.body")
	if root.Multipart() || root.Encoding == "base64" || root.Encoding == "quoted-printable" || root.Params.Value("charset") != "" {
		title += "  " + partWords(in, root)
	}
	chosen := p.next()
	rows := []textRow{{}, {text: title, style: Quiet, pick: p.n, picked: chosen, part: root}}
	if root.Multipart() || root.Message() {
		for _, child := range root.Parts {
			rows = append(rows, in.partRows(l, child, 1, p)...)
		}
		if chosen {
			rows = append(rows, rawRows(l.body, "  ")...)
		}
		return rows
	}
	return append(rows, in.leafRows(l, root, 0, chosen)...)
}

// partRows are the rows of a part below the root.
func (in *Instant) partRows(l *letter, part *message.Part, depth int, p *picked) []textRow {
	indent := strings.Repeat("  ", depth-1)
	chosen := p.next()
	head := textRow{text: indent + in.Glyphs.Corner + " " + partWords(in, part), style: Local, pick: p.n, picked: chosen, part: part}
	rows := []textRow{head}
	if !part.Multipart() && !part.Message() {
		return append(rows, in.leafRows(l, part, depth, chosen)...)
	}
	if chosen {
		rows = append(rows, rawRows(l.raw[part.Start:part.Body], indent+"    ")...)
	}
	if part.Message() {
		for _, f := range message.Scan(l.raw[part.Body:part.End]).Fields {
			rows = append(rows, textRow{name: indent + "    " + f.Name, text: ": " + f.Text(), style: Quiet})
		}
	}
	for _, child := range part.Parts {
		rows = append(rows, in.partRows(l, child, depth+1, p)...)
	}
	return rows
}

// leafRows are the lines of a part that has none below it.
func (in *Instant) leafRows(l *letter, part *message.Part, depth int, raw bool) []textRow {
	indent := strings.Repeat("  ", depth)
	if depth > 0 {
		indent += "  "
	}
	body := l.raw[min(part.Body, len(l.raw)):min(part.End, len(l.raw))]
	coded := part.Encoding == "base64" || part.Encoding == "quoted-printable"
	if raw {
		rows := rawRows(body, indent)
		return append(in.mojibake(part, l.raw, indent), rows...)
	}
	if !strings.HasPrefix(part.Type, "text/") {
		if coded && strings.HasPrefix(part.Type, "application/") || !coded && len(part.Parts) == 0 && strings.HasPrefix(part.Type, "message/") {
			if text, err := part.Decoded(l.raw); err == nil && printable(text) {
				return rawRows(text, indent)
			}
		}
		text, _ := part.Decoded(l.raw)
		return []textRow{{text: indent + in.Words.T("mime.octets", "n", itoa(len(text))), style: Quiet}}
	}
	text, err := part.Text(l.raw)
	rows := make([]textRow, 0, 8)
	if err != nil {
		rows = append(rows, textRow{text: indent + in.Glyphs.Bang + " " + err.Error(), style: Warn})
	}
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		rows = append(rows, textRow{text: indent + strings.TrimRight(line, "\r"), note: in.lineNote(line, coded)})
	}
	return rows
}

// lineNote says of a line of the body what is special about it on the wire.
func (in *Instant) lineNote(line string, coded bool) string {
	line = strings.TrimRight(line, "\r")
	switch {
	case coded:
		return ""
	case len(line) > lineMost:
		return in.Glyphs.Cross + " " + itoa(len(line)) + " > " + itoa(lineMost)
	case len(line) > lineAdvised:
		return itoa(len(line)) + " > " + itoa(lineAdvised)
	case strings.HasPrefix(line, "."):
		return in.Words.T("wire.stuffed")
	}
	return ""
}

// rawRows are lines as they stand.
func rawRows(b []byte, indent string) []textRow {
	var rows []textRow
	for _, line := range strings.Split(strings.TrimRight(string(b), "\r\n"), "\n") {
		rows = append(rows, textRow{text: indent + strings.TrimRight(line, "\r"), style: Local})
	}
	return rows
}

// printable tells whether octets are text that can be shown.
func printable(b []byte) bool {
	return len(b) < 1<<16 && !bytes.ContainsFunc(b, func(r rune) bool { return r < 0x20 && r != '\n' && r != '\r' && r != '\t' || r == 0xFFFD })
}

// otherCharsets are the readings that have spoilt most letters of Bulgaria and
// Poland.
var otherCharsets = []string{"utf-8", "windows-1251", "koi8-r", "iso-8859-2", "windows-1250", "iso-8859-1"}

// mojibake shows the first words of a text as a program would that takes it for
// another character set.
func (in *Instant) mojibake(part *message.Part, raw []byte, indent string) []textRow {
	if !strings.HasPrefix(part.Type, "text/") {
		return nil
	}
	body, _ := part.Decoded(raw)
	at := bytes.IndexFunc(body, func(r rune) bool { return r > 127 })
	if at < 0 {
		return nil
	}
	line := body[bytes.LastIndexByte(body[:at], '\n')+1:]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	own := strings.ToLower(part.Params.Value("charset"))
	rows := []textRow{{text: indent + in.Words.T("mime.readas"), style: Quiet}}
	for _, name := range append([]string{own}, otherCharsets...) {
		if name == "" || len(rows) > 1 && name == own {
			continue
		}
		text, err := message.DecodeCharset(name, line)
		if err != nil {
			continue
		}
		st := Quiet
		if name == own {
			st = Plain
		}
		rows = append(rows, textRow{name: indent + "  " + name, text: "  " + strings.TrimRight(text, "\r"), style: st})
	}
	return append(rows, textRow{text: indent + in.Words.T("mime.raw"), style: Quiet})
}

// partWords say what a part is.
func partWords(in *Instant, p *message.Part) string {
	words := p.Type
	if p.Number != "" {
		words = p.Number + "  " + words
	}
	if c := p.Params.Value("charset"); c != "" {
		words += "; " + c
	}
	if p.Encoding != "7bit" {
		words += "  " + p.Encoding
	}
	words += "  " + in.Words.T("ladder.octets", "n", itoa(p.Size()))
	if p.Disposition != "" {
		words += "  " + p.Disposition
	}
	if p.Filename != "" {
		words += "  " + p.Filename
	}
	if p.Problem != "" {
		words += "  " + in.Glyphs.Bang + " " + p.Problem
	}
	return words
}
