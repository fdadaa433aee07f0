package tui

import (
	"bytes"
	"encoding/base64"
	"strings"

	"mailtrek/protocols/dnswire"
	"mailtrek/protocols/message"
	"mailtrek/sim/trace"
)

// What the octets of an event are, piece by piece: every token of a command or
// a reply, every layer of a content, every field of a DNS packet.

// tokens cuts a text into named pieces.
type tokens struct {
	in   *Instant
	text []byte
	list []dnswire.Field
}

// add names a piece.
func (k *tokens) add(off, n, depth int, name, value string) {
	if n > 0 {
		k.list = append(k.list, dnswire.Field{Off: off, Len: n, Depth: depth, Name: k.in.Words.T("tok." + name), Value: value})
	}
}

// piece names a piece whose value is itself.
func (k *tokens) piece(off, n, depth int, name string) {
	k.add(off, n, depth, name, string(k.text[off:off+n]))
}

// tokensOf are the pieces of an event's text.
func (in *Instant) tokensOf(e *trace.Event) []dnswire.Field {
	k := tokens{in: in, text: in.Story.T.Text(e)}
	switch e.Kind {
	case trace.Query, trace.Answer:
		return dnswire.Fields(k.text)
	case trace.Line, trace.Raw:
		k.line(e)
	case trace.Auth:
		k.auth()
	case trace.Content:
		k.content(e)
	case trace.Mailbox:
		k.message(k.text, 0)
	case trace.Field:
		k.header(0, k.text, 0)
	}
	return k.list
}

// end names the line end, and returns the text before it.
func (k *tokens) end() (n int) {
	n = len(bytes.TrimRight(k.text, "\r\n"))
	return n
}

func (k *tokens) lineEnd(n int) {
	switch rest := k.text[n:]; {
	case string(rest) == "\r\n":
		k.add(n, 2, 0, "crlf", "CR LF")
	case len(rest) > 0:
		k.add(n, len(rest), 0, "barelf", "LF")
	}
}

// line cuts a line of a dialogue.
func (k *tokens) line(e *trace.Event) {
	n := k.end()
	line := string(k.text[:n])
	switch {
	case e.Proto == trace.IMAP:
		k.imap(line, e.Side)
	case e.Side == trace.Server && e.Code != 0:
		k.reply(line)
	case e.Side == trace.Server && e.Proto == trace.POP3:
		k.pop3(line)
	case e.Side == trace.Client:
		k.command(0, line)
	default:
		k.add(0, n, 0, "text", line)
	}
	k.lineEnd(n)
}

// reply cuts a reply of SMTP: code, blank or hyphen, enhanced code, text
// (RFC 5321 §4.2, RFC 2034).
func (k *tokens) reply(line string) {
	k.add(0, min(3, len(line)), 0, "code", line[:min(3, len(line))]+"  "+k.in.Words.T("tok.class"+line[:1]))
	if len(line) < 4 {
		return
	}
	if line[3] == '-' {
		k.add(3, 1, 0, "more", "-")
	} else {
		k.add(3, 1, 0, "last", "SP")
	}
	rest := line[4:]
	if word, _, _ := strings.Cut(rest, " "); strings.Count(word, ".") == 2 && len(word) < 12 && word[0] == line[0] {
		k.piece(4, len(word), 0, "enhanced")
		at := min(4+len(word)+1, len(line))
		k.piece(at, len(line)-at, 0, "text")
		return
	}
	k.piece(4, len(rest), 0, "text")
}

// pop3 cuts a reply of POP3: +OK or -ERR, a response code, text (RFC 1939 §3,
// RFC 2449 §8).
func (k *tokens) pop3(line string) {
	word, rest, _ := strings.Cut(line, " ")
	if word != "+OK" && word != "-ERR" {
		k.piece(0, len(line), 0, "text")
		return
	}
	k.piece(0, len(word), 0, "status")
	at := len(line) - len(rest)
	if end := strings.IndexByte(rest, ']'); strings.HasPrefix(rest, "[") && end > 0 {
		k.piece(at, end+1, 0, "respcode")
		at += end + 1
	}
	k.piece(at, len(line)-at, 0, "text")
}

// imap cuts a line of IMAP: tag, command or status, and the words behind.
func (k *tokens) imap(line string, side trace.Side) {
	tag, rest, _ := strings.Cut(line, " ")
	name := "tag"
	if tag == "*" {
		name = "untagged"
	} else if tag == "+" {
		name = "continue"
	}
	k.piece(0, len(tag), 0, name)
	at := len(line) - len(rest)
	if side == trace.Client {
		k.command(at, line)
		return
	}
	word, more, _ := strings.Cut(rest, " ")
	k.piece(at, len(word), 0, "status")
	at = len(line) - len(more)
	if end := strings.IndexByte(more, ']'); strings.HasPrefix(more, "[") && end > 0 {
		k.piece(at, end+1, 0, "respcode")
		at += end + 1
	}
	k.piece(at, len(line)-at, 0, "text")
}

// command cuts what a client says: the verb, then its arguments, and of a path
// its parts (RFC 5321 §4.1.2).
func (k *tokens) command(at int, line string) {
	first := true
	for at < len(line) {
		if line[at] == ' ' {
			at++
			continue
		}
		n := wordEnd(line[at:])
		word := line[at : at+n]
		switch open := strings.IndexByte(word, '<'); {
		case first:
			k.piece(at, n, 0, "verb")
		case open >= 0 && strings.HasSuffix(word, ">"):
			if open > 0 {
				k.piece(at, open, 0, "keyword")
			}
			k.path(at+open, word[open:])
		case strings.Contains(word, "="):
			key, value, _ := strings.Cut(word, "=")
			k.add(at, n, 0, "parameter", key+"  =  "+value)
		default:
			k.piece(at, n, 0, "argument")
		}
		first = false
		at += n
	}
}

// wordEnd is the length of a word: up to a blank that stands neither in quotes
// nor in angle brackets.
func wordEnd(s string) int {
	quoted, angle := false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case c == ' ' && !quoted && !angle:
			return i
		}
	}
	return len(s)
}

// path cuts "<local@domain>".
func (k *tokens) path(at int, path string) {
	k.piece(at, len(path), 0, "path")
	inner := path[1 : len(path)-1]
	if i := strings.LastIndexByte(inner, '@'); i >= 0 {
		k.piece(at+1, i, 1, "local")
		k.piece(at+2+i, len(inner)-i-1, 1, "domain")
	} else if inner == "" {
		k.add(at, 2, 1, "null", "<>")
	}
}

// auth decodes a line of a SASL exchange (RFC 4954 §4, RFC 4616).
func (k *tokens) auth() {
	n := k.end()
	line := string(k.text[:n])
	at := 0
	if strings.HasPrefix(line, "334 ") {
		k.piece(0, 3, 0, "code")
		at = 4
	} else if strings.HasPrefix(line, "+ ") {
		k.piece(0, 1, 0, "continue")
		at = 2
	} else if i := strings.LastIndexByte(line, ' '); i >= 0 {
		k.command(0, line[:i])
		at = i + 1
	}
	k.piece(at, n-at, 0, "base64")
	if plain, err := base64.StdEncoding.DecodeString(line[at:]); err == nil && len(plain) > 0 {
		for i, part := range bytes.Split(plain, []byte{0}) {
			name := "decoded"
			if bytes.Count(plain, []byte{0}) == 2 {
				name = [3]string{"authzid", "authcid", "password"}[i]
			}
			k.add(at, n-at, 1, name, string(part))
		}
	}
	k.lineEnd(n)
}

// content cuts a content: the message, and the lone dot behind it.
func (k *tokens) content(e *trace.Event) {
	text := k.text
	switch dot := bytes.HasSuffix(text, []byte("\r\n.\r\n")); {
	case dot:
		text = text[:len(text)-3]
	}
	k.message(text, 0)
	if len(text) < len(k.text) {
		k.add(len(text), 3, 0, "enddot", ". CR LF")
	}
}

// message cuts header fields, the empty line, and the parts of the body with
// the layers of their encodings.
func (k *tokens) message(text []byte, depth int) {
	h := message.Scan(text)
	for _, f := range h.Fields {
		k.header(f.Offset, f.Raw, depth)
	}
	if len(h.Fields) == 0 && len(text) > 0 {
		k.add(0, len(text), depth, "text", "")
		return
	}
	if h.Body > h.End {
		k.add(h.End, h.Body-h.End, depth, "empty", "")
	}
	message.Tree(text).Walk(func(p *message.Part, deep int) {
		k.add(p.Body, p.End-p.Body, depth+deep, "body", partWords(k.in, p))
		if p.Multipart() || p.Message() {
			return
		}
		k.layers(text, p, depth+deep+1)
	})
	k.stuffed(text, h.Body, depth)
}

// layers names what was done to the text of a part: its character set, its
// transfer encoding.
func (k *tokens) layers(text []byte, p *message.Part, depth int) {
	decoded, _ := p.Decoded(text)
	if p.Encoding == "base64" || p.Encoding == "quoted-printable" {
		k.add(p.Body, p.End-p.Body, depth, "coded", p.Encoding+"  "+k.in.Words.T("ladder.octets", "n", itoa(p.Size()))+" "+arrowTo+" "+itoa(len(decoded)))
	}
	if c := p.Params.Value("charset"); c != "" && strings.HasPrefix(p.Type, "text/") {
		words, _ := message.DecodeCharset(c, lineOne(decoded))
		k.add(p.Body, p.End-p.Body, depth, "charset", c+"  "+words)
	}
}

func lineOne(b []byte) []byte {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return bytes.TrimRight(line, "\r")
}

// stuffed names lines that were given a dot more.
func (k *tokens) stuffed(text []byte, from, depth int) {
	at := 0
	for line := range bytes.Lines(text) {
		if at >= from && bytes.HasPrefix(line, []byte("..")) {
			k.add(at, 1, depth, "dot", strings.TrimRight(string(line), "\r\n"))
		}
		at += len(line)
	}
}

// header cuts a field: its name, its value, and encoded words decoded
// (RFC 2047).
func (k *tokens) header(at int, raw []byte, depth int) {
	name, value, ok := strings.Cut(string(raw), ":")
	if !ok {
		k.add(at, len(raw), depth, "text", oneLine(raw))
		return
	}
	k.add(at, len(raw), depth, "field", name)
	flat := strings.TrimSpace(oneLine([]byte(value)))
	k.add(at+len(name)+1, len(value), depth+1, "value", flat)
	if words := message.DecodeWords(message.Unfold(flat)); words != message.Unfold(flat) {
		k.add(at+len(name)+1, len(value), depth+1, "words", words)
	}
}
