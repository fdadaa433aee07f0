package postfix

import (
	"bytes"
	"strings"

	"mailtrek/protocols/smtp"
)

// A server that does not offer 8BITMIME gets nothing but seven bits: what the
// header of a message or of a part declares to have eight is sent as
// quoted-printable (RFC 6152 §3; postconf(5), disable_mime_output_conversion;
// mime_state.c, MIME_OPT_DOWNGRADE).

// downgrades tells whether a message is converted for a server.
func (a *smtpAgent) downgrades(c *smtp.Client) bool {
	return !c.Offers(smtp.Key8BitMIME) && !a.set.dialogue.no8BitConv && !a.r.mail.probe
}

// quoted8Bit is the message in seven bits. What no Content-Transfer-Encoding
// declares stays as it is.
func quoted8Bit(msg []byte) []byte {
	w := downgrade{out: make([]byte, 0, len(msg)+len(msg)/4)}
	msg = w.header(msg)
	for len(msg) > 0 {
		line := msg
		if eol := bytes.IndexByte(msg, '\n'); eol >= 0 {
			line = msg[:eol+1]
		}
		msg = msg[len(line):]
		switch begins, ends := w.mime.boundaryLine(line); {
		case begins:
			w.out = append(w.out, line...)
			msg = w.header(msg)
		case ends:
			w.eight = false
			w.out = append(w.out, line...)
		case w.eight:
			w.out = appendQuoted(w.out, line)
		default:
			w.out = append(w.out, line...)
		}
	}
	return w.out
}

// downgrade is the walk through a message.
type downgrade struct {
	mime  mimeWalk // the boundaries
	eight bool     // the part under way has eight bits, and is converted
	out   []byte
}

// header passes on a header, and that of an attached message behind it, with an
// encoding that is true afterwards. It returns what comes behind.
func (w *downgrade) header(msg []byte) []byte {
	for {
		w.eight, w.mime.next = false, plainPart
		open := len(w.mime.boundaries)
		for {
			n := fieldEnd(msg)
			if n == 0 {
				break
			}
			field := msg[:n]
			msg = msg[n:]
			name, value, _ := strings.Cut(string(field), ":")
			if strings.EqualFold(strings.TrimSpace(name), "Content-Transfer-Encoding") {
				if v := strings.ToLower(strings.TrimSpace(value)); v == "8bit" || v == "binary" {
					w.eight = true
					continue
				}
			}
			w.mime.typed(field)
			w.out = append(w.out, field...)
		}
		whole := len(w.mime.boundaries) > open || w.mime.next == messagePart
		switch {
		case w.eight && whole:
			w.out = append(w.out, "Content-Transfer-Encoding: 7bit\n"...)
		case w.eight:
			w.out = append(w.out, "Content-Transfer-Encoding: quoted-printable\n"...)
		}
		if whole {
			w.eight = false
		}
		if w.mime.next != messagePart {
			return msg
		}
		if len(msg) > 0 && msg[0] == '\n' {
			w.out, msg = append(w.out, '\n'), msg[1:]
		}
	}
}

// quotedLine is how long a line of quoted-printable becomes before it is broken.
const quotedLine = 72

// appendQuoted appends a line in quoted-printable (RFC 2045 §6.7).
func appendQuoted(out, line []byte) []byte {
	text := bytes.TrimSuffix(line, []byte{'\n'})
	start := len(out)
	hex := func(c byte) { out = append(out, '=', "0123456789ABCDEF"[c>>4], "0123456789ABCDEF"[c&15]) }
	for _, c := range text {
		if len(out)-start > quotedLine {
			out = append(out, '=', '\n')
			start = len(out)
		}
		if c < ' ' && c != '\t' || c == '=' || c > '~' {
			hex(c)
		} else {
			out = append(out, c)
		}
	}
	if n := len(out); n > start && (out[n-1] == ' ' || out[n-1] == '\t') {
		c := out[n-1]
		out = out[:n-1]
		hex(c)
	}
	return append(out, line[len(text):]...)
}
