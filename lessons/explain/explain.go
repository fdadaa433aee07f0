// Package explain says why an event of a trace happens: in one or two
// sentences that name the hosts, addresses and values of this very event, with
// the section of the RFC or the manual page where the rule stands. Where the
// real programs do otherwise than the RFC has it, the sentence says so.
//
// The texts are data. An entry of the catalogue has a key, a reference and, in
// each language, a text with {names} in braces; the code only chooses the key
// and supplies the values. Protocol tokens, host names and what servers say
// stay as they are in every language.
//
// A file holds the choices for one group of kinds, and a catalogue file the
// texts of one group in one language. A key that a language lacks is taken
// from English.
//
// Beside these sentences stands an encyclopaedia of the words themselves: each
// command, reply code, field, queue, daemon, parameter, record type, state and
// term is a Word that says what it means, why one meets it and what to do next.
// Its entries are Markdown in words/LANGUAGE/KIND.md; Lookup finds them by what
// people type, About by an event. The tests play all built-in documents and go
// through tables, code and recordings: what an engine can say and no entry
// explains makes them fail.
package explain

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mailtrek/sim/trace"
)

// Explanation is why an event happens.
type Explanation struct {
	Key  string // the key of the catalogue, for instance "smtp.mail"
	Text string // the sentences
	Ref  string // where the rule stands: "RFC 5321 §4.1.1.2" or "Postfix qmgr(8)"; may be empty
}

// Why explains event s of a trace in a language ("en", "bg", "pl"; any other
// is English). The texts contain what stands in the trace, so control
// characters in them are to be made visible by whoever prints them.
func Why(t *trace.Trace, s trace.Seq, lang string) Explanation {
	if !t.Has(s) {
		return Explanation{}
	}
	x := &teller{t: t, s: s, e: t.At(s), lang: lang}
	return x.why()
}

// teller chooses the words for one event.
type teller struct {
	t    *trace.Trace
	s    trace.Seq
	e    *trace.Event
	lang string

	depth Depth
}

func (x *teller) why() Explanation {
	switch k := x.e.Kind; {
	case k.Connection():
		return x.connection()
	case k.Said():
		return x.sealed(x.said())
	}
	switch x.e.Kind {
	case trace.State:
		return x.state()
	case trace.TLS:
		return x.say("tls.done", "version", x.a(), "cipher", x.b())
	case trace.Record:
		return x.record()
	case trace.Query:
		return x.query()
	case trace.Answer:
		return x.answer()
	case trace.Daemon:
		return x.daemon()
	case trace.Lookup:
		return x.lookup()
	case trace.Envelope:
		return x.say("envelope", "id", x.a(), "sender", x.sender(x.b()), "size", x.n(), "rcpts", x.recipients())
	case trace.Queue:
		return x.queue()
	case trace.Schedule:
		return x.schedule()
	case trace.Delivery:
		return x.delivery()
	case trace.Field:
		return x.field()
	case trace.Mailbox:
		return x.mailbox()
	case trace.Log:
		return x.log()
	case trace.Action, trace.Output, trace.Fault, trace.Note:
		return x.person()
	}
	return x.say("unknown", "kind", x.e.Kind.String())
}

// said explains bytes of a dialogue.
func (x *teller) said() Explanation {
	switch x.proto() {
	case trace.SMTP, trace.LMTP:
		return x.smtp()
	case trace.POP3:
		return x.pop3()
	case trace.IMAP:
		return x.imap()
	}
	return x.say("raw")
}

// say fills the text of a key. What every text may name: host and peer of the
// event, client and server of its connection.
func (x *teller) say(key string, pairs ...string) Explanation {
	c := x.t.Conn(x.e.Conn)
	host, peer := x.name(x.e.Node), x.name(x.e.Peer)
	if x.e.Conn != 0 && c.Client == c.Server && x.e.Kind != trace.Open {
		host, peer = x.within()
	}
	pairs = append(pairs,
		"host", host, "peer", peer, "client", x.name(c.Client), "server", x.name(c.Server),
		"addr", c.ServerAddr, "from", c.ClientAddr, "text", x.line(), "proto", strings.ToUpper(x.proto().String()))
	text, ref := lookup(x.lang, key)
	if x.depth == Novice {
		text = opening(text)
	}
	text = strings.ReplaceAll(fill(text, pairs), "?.", "?")
	if host == peer || x.name(x.e.Node) != host {
		text = capital(text)
	}
	return Explanation{Key: key, Text: text, Ref: ref}
}

// within names the two ends of a conversation inside one host by what they are.
func (x *teller) within() (speaker, other string) {
	speaker, _ = lookup(x.lang, "role.lmtp.client")
	other, _ = lookup(x.lang, "role.lmtp.server")
	if x.e.Side == trace.Server || x.e.Kind == trace.Accept || x.e.Kind == trace.Refuse || x.e.Kind == trace.State {
		return other, speaker
	}
	return speaker, other
}

// capital begins a sentence that an article begins with a capital letter. The
// name of a program stays as it is.
func capital(s string) string {
	if word, _, _ := strings.Cut(s, " "); strings.ContainsAny(word, "(.)/") {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// first is the first of the keys that the catalogue has; the last one if none.
func (x *teller) first(keys ...string) string {
	for _, k := range keys {
		if has(k) {
			return k
		}
	}
	return keys[len(keys)-1]
}

// fill puts values in the place of {names}; the values are not looked at again.
func fill(text string, pairs []string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '{')
		j := strings.IndexByte(text, '}')
		if i < 0 || j < i {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		b.WriteString(value(pairs, text[i+1:j]))
		text = text[j+1:]
	}
}

func value(pairs []string, name string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1]
		}
	}
	return "{" + name + "}"
}

// The columns as texts.

func (x *teller) a() string { return x.t.Name(x.e.A) }
func (x *teller) b() string { return x.t.Name(x.e.B) }
func (x *teller) c() string { return x.t.Name(x.e.C) }
func (x *teller) n() string { return strconv.FormatUint(uint64(x.e.N), 10) }

// name is the name of a host.
func (x *teller) name(id trace.NodeID) string {
	if id == 0 {
		return "?"
	}
	return x.t.Node(id).Name
}

// proto is the protocol of the event or of its connection.
func (x *teller) proto() trace.Proto {
	if x.e.Proto != trace.NoProto {
		return x.e.Proto
	}
	return x.t.Conn(x.e.Conn).Proto
}

// textLimit is how much of an event's text a sentence quotes.
const textLimit = 200

// line is the text of the event in one line.
func (x *teller) line() string {
	text := x.t.Text(x.e)
	if len(text) > 4*textLimit {
		text = text[:4*textLimit]
	}
	s := strings.Join(strings.FieldsFunc(string(text), func(r rune) bool { return r == '\r' || r == '\n' }), " ")
	if len(s) > textLimit {
		s = strings.ToValidUTF8(s[:textLimit], "") + "…"
	}
	return s
}

// saying is the line of the event in the words of the language.
func (x *teller) saying() string { return Saying(x.lang, x.line()) }

// sender writes an envelope sender.
func (x *teller) sender(s string) string {
	if s == "" {
		return "<>"
	}
	return s
}

// recipients are those of an Envelope event, a few of them by name.
func (x *teller) recipients() string {
	var names []string
	for _, l := range strings.Split(string(x.t.Text(x.e)), "\n") {
		if name, _, _ := strings.Cut(l, "\t"); name != "" {
			names = append(names, name)
		}
	}
	if len(names) > 3 {
		return strings.Join(names[:3], ", ") + " +" + strconv.Itoa(len(names)-3)
	}
	return strings.Join(names, ", ")
}

// searchBack is how far back an explanation looks for what it refers to.
const searchBack = 3000

// before is the last event before x that f accepts; 0 if none is near.
func (x *teller) before(f func(*trace.Event) bool) trace.Seq {
	for i := x.s - 1; i >= 1 && i+searchBack > x.s; i-- {
		if f(x.t.At(i)) {
			return i
		}
	}
	return 0
}
