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
		for i, child := range root.Parts {
			rows = append(rows, in.partRows(l, child, "", i == len(root.Parts)-1, p)...)
		}
		if chosen {
			rows = append(rows, rawRows(l.body, "  ")...)
		}
		return rows
	}
	return append(rows, in.leafRows(l, root, "", chosen)...)
}

// partRows are the rows of a part below the root. The rail is what the parts
// above it draw at its left.
func (in *Instant) partRows(l *letter, part *message.Part, rail string, last bool, p *picked) []textRow {
	knot, below := in.Glyphs.Start, in.Glyphs.V+" "
	if last {
		knot, below = in.Glyphs.Corner, "  "
	}
	chosen := p.next()
	rows := []textRow{{rail: rail + knot + " ", under: rail + below, text: partWords(in, part), style: Local, pick: p.n, picked: chosen, part: part}}
	inner := rail + below
	if !part.Multipart() && !part.Message() {
		return append(rows, in.leafRows(l, part, inner+"  ", chosen)...)
	}
	if chosen {
		rows = append(rows, rawRows(l.raw[part.Start:part.Body], inner+"  ")...)
	}
	if part.Message() {
		for _, f := range message.Scan(l.raw[part.Body:part.End]).Fields {
			rows = append(rows, textRow{rail: inner + "  ", name: f.Name, text: ": " + f.Text(), style: Quiet})
		}
	}
	for i, child := range part.Parts {
		rows = append(rows, in.partRows(l, child, inner, i == len(part.Parts)-1, p)...)
	}
	return rows
}

// leafRows are the lines of a part that has none below it.
func (in *Instant) leafRows(l *letter, part *message.Part, rail string, raw bool) []textRow {
	body := l.raw[min(part.Body, len(l.raw)):min(part.End, len(l.raw))]
	code := part.Encoding == "base64" || part.Encoding == "quoted-printable"
	if raw {
		return in.leafRaw(l, part, rail, body)
	}
	if !strings.HasPrefix(part.Type, "text/") {
		if code && strings.HasPrefix(part.Type, "application/") || !code && len(part.Parts) == 0 && strings.HasPrefix(part.Type, "message/") {
			if text, err := part.Decoded(l.raw); err == nil && printable(text) {
				return rawRows(text, rail)
			}
		}
		text, _ := part.Decoded(l.raw)
		return []textRow{{rail: rail, text: in.Words.T("mime.octets", "n", itoa(len(text))), style: Quiet}}
	}
	text, err := part.Text(l.raw)
	rows := make([]textRow, 0, 8)
	if err != nil {
		rows = append(rows, textRow{rail: rail, text: in.Glyphs.Bang + " " + err.Error(), style: Warn})
	}
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		rows = append(rows, textRow{rail: rail, text: strings.TrimRight(line, "\r"), note: in.lineNote(line, code)})
	}
	return rows
}

// leafRaw is a part as it was sent, below what it looks like to programs that
// take its octets for another character set.
func (in *Instant) leafRaw(l *letter, part *message.Part, rail string, body []byte) []textRow {
	var rows []textRow
	if strings.HasPrefix(part.Type, "text/") {
		octets, _ := part.Decoded(l.raw)
		if rows = in.mojibake(octets, strings.ToLower(part.Params.Value("charset"))); rows != nil {
			rows = append(rows, textRow{text: in.Words.T("mime.raw"), style: Quiet})
		}
		for i := range rows {
			if rows[i].rail = rail; rows[i].name != "" {
				rows[i].rail += "  "
			}
		}
	}
	return append(rows, rawRows(body, rail)...)
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
func rawRows(b []byte, rail string) []textRow {
	var rows []textRow
	for _, line := range strings.Split(strings.TrimRight(string(b), "\r\n"), "\n") {
		rows = append(rows, textRow{rail: rail, text: strings.TrimRight(line, "\r"), style: Local})
	}
	return rows
}

// printable tells whether octets are text that can be shown.
func printable(b []byte) bool {
	return len(b) < 1<<16 && !bytes.ContainsFunc(b, func(r rune) bool { return r < 0x20 && r != '\n' && r != '\r' && r != '\t' || r == 0xFFFD })
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
