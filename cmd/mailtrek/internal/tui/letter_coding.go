package tui

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"mailtrek/protocols/message"
)

// A text that had to be encoded, worked out by hand: which octets its
// characters are in their character set, and which letters stand for these
// octets on the wire. Read downwards it is how to encode, upwards how to
// decode (RFC 2045 §6.7, §6.8; RFC 2047 §4).

// coded is a piece of a message that is encoded.
type coded struct {
	name    string // of the field, or the number of the part
	charset string // "" for octets that are no text
	base64  bool   // otherwise quoted-printable, or Q of an encoded word
	word    bool   // an encoded word in a field
	sent    []byte // the letters of the encoding, without line ends if base64
	octets  []byte // what they stand for
}

// codedAt is the encoded piece at a line that can be chosen, or the first of
// the message for 0.
func (l *letter) codedAt(pick int) (c coded, ok bool) {
	for i := range l.fields {
		if pick == 0 || pick == i+1 {
			if c, ok = codedField(&l.fields[i].field); ok {
				return c, true
			}
		}
	}
	if !l.have {
		return c, false
	}
	n := len(l.fields)
	message.Tree(l.raw).Walk(func(part *message.Part, _ int) {
		if n++; !ok && (pick == 0 || pick == n) {
			c, ok = codedPart(l.raw, part)
		}
	})
	return c, ok
}

// codedField is the first encoded word of a field.
func codedField(f *message.Field) (coded, bool) {
	_, rest, ok := strings.Cut(f.Unfolded(), "=?")
	parts := strings.SplitN(rest, "?", 4)
	if !ok || len(parts) < 4 || !strings.HasPrefix(parts[3], "=") {
		return coded{}, false
	}
	c := coded{name: f.Name, charset: strings.ToLower(parts[0]), word: true, sent: []byte(parts[2]), base64: strings.EqualFold(parts[1], "B")}
	var err error
	if c.base64 {
		c.octets, err = message.DecodeBase64(c.sent)
	} else {
		c.octets, err = message.DecodeQuoted(bytes.ReplaceAll(c.sent, []byte("_"), []byte(" ")))
	}
	return c, err == nil && len(c.octets) > 0
}

// codedPart is a part with a transfer encoding that changes its octets.
func codedPart(raw []byte, p *message.Part) (coded, bool) {
	if p.Encoding != "base64" && p.Encoding != "quoted-printable" || len(p.Parts) > 0 {
		return coded{}, false
	}
	octets, err := p.Decoded(raw)
	c := coded{name: p.Number, base64: p.Encoding == "base64", octets: octets, sent: raw[min(p.Body, len(raw)):min(p.End, len(raw))]}
	if strings.HasPrefix(p.Type, "text/") {
		c.charset = strings.ToLower(p.Params.Value("charset"))
	}
	if c.base64 {
		c.sent = bytes.Join(bytes.Fields(c.sent), nil)
	}
	return c, err == nil && len(octets) > 0
}

// codedLabel is the column where the example stands behind its labels.
const codedLabel = 15

// rows are the example, in lines of at most w cells.
func (c *coded) rows(in *Instant, w int) []aboutRow {
	t := in.Words.T
	name := "quoted-printable"
	if c.base64 {
		name = "base64"
	}
	out := []aboutRow{{clip(t("code.title", "name", joinWords(c.name, name)), w), Quiet}}
	if c.word {
		mark := "Q"
		if c.base64 {
			mark = "B"
		}
		out = append(out, aboutRow{clip("=?"+c.charset+"?"+mark+"?"+cut(string(c.sent), 12)+"…?=", w), Local})
	}
	if c.base64 {
		return append(out, c.base64Rows(in)...)
	}
	return append(out, c.quotedRows(in)...)
}

// columns writes a row of the example: a label and columns of a width.
func columns(label string, st Style, width int, cells []string) aboutRow {
	var b strings.Builder
	b.WriteString(" " + clip(label, codedLabel-2))
	for b.WriteString(strings.Repeat(" ", max(codedLabel-textWidth(b.String()), 1))); len(cells) > 0; cells = cells[1:] {
		b.WriteString(cells[0])
		if len(cells) > 1 {
			b.WriteString(strings.Repeat(" ", max(width-textWidth(cells[0]), 1)))
		}
	}
	return aboutRow{b.String(), st}
}

// base64Rows are three octets as four letters.
func (c *coded) base64Rows(in *Instant) []aboutRow {
	t := in.Words.T
	from := max(bytes.IndexFunc(c.octets, func(r rune) bool { return r > 127 }), 0) / 3 * 3
	group := c.octets[from:min(from+3, len(c.octets))]
	letters := base64.StdEncoding.EncodeToString(group)
	var chars, hexes, octets, sixes, numbers, signs []string
	bits := ""
	for i, b := range group {
		chars = append(chars, c.character(from+i))
		hexes = append(hexes, hexByte(b))
		octets = append(octets, fmt.Sprintf("%08b", b))
		bits += octets[i]
	}
	for i := 0; i < len(letters); i++ {
		signs = append(signs, letters[i:i+1])
		if letters[i] == '=' {
			continue // it fills up
		}
		six := (bits + "00000")[6*i : 6*i+6]
		n := 0
		for _, bit := range six {
			n = 2*n + int(bit-'0')
		}
		sixes, numbers = append(sixes, six), append(numbers, itoa(n))
	}
	var out []aboutRow
	if c.charset != "" {
		out = append(out, columns(t("code.chars"), Title, 9, chars), columns(c.charset, Plain, 9, hexes))
	}
	return append(out, columns(t("code.octets"), Plain, 9, octets), columns(t("code.six"), Plain, 7, sixes),
		columns(t("code.number"), Plain, 7, numbers), columns(t("code.sent"), Mail, 7, signs))
}

// quotedRows are the octets of a word, those as they are that can be, and the
// others in hexadecimal behind "=".
func (c *coded) quotedRows(in *Instant) []aboutRow {
	t := in.Words.T
	from := max(bytes.IndexFunc(c.octets, func(r rune) bool { return r > 127 }), 0)
	for i := 0; i < 2 && from > 0 && c.octets[from-1] > ' '; i++ {
		from--
	}
	var chars, hexes, sent []string
	for i := from; i < len(c.octets) && i < from+6 && c.octets[i] >= ' '; i++ {
		b := c.octets[i]
		chars, hexes = append(chars, c.character(i)), append(hexes, hexByte(b))
		switch {
		case c.word && b == ' ':
			sent = append(sent, "_")
		case b > 127 || b == '=':
			sent = append(sent, "="+hexByte(b))
		default:
			sent = append(sent, string(rune(b)))
		}
	}
	return []aboutRow{columns(t("code.chars"), Title, 4, chars), columns(c.charset, Plain, 4, hexes), columns(t("code.sent"), Mail, 4, sent)}
}

// character is the character that begins with an octet: "·" inside one of
// several octets, and for what has no shape.
func (c *coded) character(i int) string {
	b := c.octets[i:min(i+utf8.UTFMax, len(c.octets))]
	if c.charset != "utf-8" && c.charset != "us-ascii" {
		b = b[:1]
	}
	if c.charset == "utf-8" && !utf8.RuneStart(b[0]) {
		return "·"
	}
	text, err := message.DecodeCharset(c.charset, b)
	r, _ := utf8.DecodeRuneInString(text)
	switch {
	case err != nil || r == utf8.RuneError:
		return "?"
	case r < ' ':
		return "·"
	}
	return string(r)
}

// otherCharsets are the readings that have spoilt most letters of Bulgaria and
// Poland.
var otherCharsets = []string{"utf-8", "windows-1251", "koi8-r", "iso-8859-2", "windows-1250", "iso-8859-1"}

// mojibake shows the first words of a text as a program would that takes it for
// another character set.
func (in *Instant) mojibake(octets []byte, own string) []textRow {
	at := bytes.IndexFunc(octets, func(r rune) bool { return r > 127 })
	if at < 0 {
		return nil
	}
	line := octets[bytes.LastIndexByte(octets[:at], '\n')+1:]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	rows := []textRow{{text: in.Words.T("mime.readas"), style: Quiet}}
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
		pad := strings.Repeat(" ", max(codedLabel-len(name), 1))
		rows = append(rows, textRow{name: name, text: pad + strings.TrimRight(text, "\r"), style: st, once: true})
	}
	return rows
}
