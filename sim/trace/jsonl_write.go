package trace

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// The form of a trace in a file; SCHEMA.md beside this file is its manual.
const (
	formatName    = "mailtrek trace"
	formatVersion = 1
)

// columnNames are the names that the columns of a kind have in JSONL, in the
// order A, B, C, N, Code; where a kind has no use for a column it keeps its
// plain name, so that nothing is ever lost.
var columnNames = func() [kinds][5]string {
	var names [kinds][5]string
	for k := range names {
		names[k] = [5]string{"a", "b", "c", "n", "code"}
	}
	set := func(k Kind, a, b, c, n, code string) {
		for i, s := range [5]string{a, b, c, n, code} {
			if s != "" {
				names[k][i] = s
			}
		}
	}
	set(Action, "user", "verb", "", "", "")
	set(Output, "command", "", "", "", "status")
	set(Fault, "fault", "", "", "", "")
	set(Note, "topic", "", "", "", "")
	set(Timeout, "what", "", "", "", "")
	set(Close, "how", "", "", "", "")
	for k := Line; k <= Raw; k++ {
		set(k, "verb", "", "", "record", "code")
	}
	set(State, "from", "to", "", "", "")
	set(TLS, "version", "cipher", "", "bits", "")
	set(Record, "type", "holds", "", "length", "")
	set(Query, "name", "type", "", "", "")
	set(Answer, "name", "type", "", "answers", "rcode")
	set(Daemon, "from", "to", "qid", "window", "underway")
	set(Lookup, "daemon", "table", "key", "brought", "")
	set(Envelope, "qid", "sender", "", "size", "")
	set(Queue, "qid", "from", "to", "size", "wait")
	set(Schedule, "what", "destination", "qid", "number", "before")
	set(Delivery, "qid", "recipient", "relay", "", "result")
	set(Field, "daemon", "name", "op", "", "")
	set(Mailbox, "user", "file", "op", "uid", "")
	set(Log, "program", "", "", "pid", "")
	return names
}()

var flagNames = [8]string{"more", "pipelined", "lost", "forced", "sealed", "flag32", "flag64", "flag128"}

// Write writes the whole trace as JSONL.
func (t *Trace) Write(w io.Writer) error {
	jw := NewWriter(w, t)
	if err := jw.Flush(); err != nil {
		return err
	}
	return jw.Close()
}

// Hash is the SHA-256 of the trace as JSONL, without the last line, in hex.
// Two traces have the same hash when nothing in them differs.
func (t *Trace) Hash() string {
	jw := NewWriter(io.Discard, t)
	if err := jw.Flush(); err != nil {
		return "no hash: " + err.Error() // an event without a kind; Append's callers never make one
	}
	jw.records(jw.done)
	return jw.sum()
}

// Writer writes a trace as JSONL while it grows.
type Writer struct {
	// Match chooses the events to write; nil is all. A selection is for people
	// and scripts: only a whole trace can be read back.
	Match func(s Seq) bool

	t     *Trace
	out   *bufio.Writer
	hash  io.Writer
	sum   func() string
	line  []byte
	done  Seq
	next  struct{ node, conn, msg int } // to write
	begun bool
	err   error
}

// NewWriter returns a writer that has written nothing yet.
func NewWriter(w io.Writer, t *Trace) *Writer {
	h := sha256.New()
	jw := &Writer{
		t: t, hash: h, out: bufio.NewWriterSize(w, 1<<16),
		sum: func() string { return hex.EncodeToString(h.Sum(nil)) },
	}
	jw.next.node, jw.next.conn, jw.next.msg = 1, 1, 1
	return jw
}

// Flush writes all events that were appended since the last call. The error is
// that of the underlying writer.
func (w *Writer) Flush() error {
	if !w.begun {
		w.begun = true
		w.header()
	}
	for w.err == nil && int(w.done) < w.t.n {
		w.records(w.done)
		w.done++
		if w.Match == nil || w.Match(w.done) {
			w.event(w.done)
		}
	}
	if w.err == nil {
		w.err = w.out.Flush()
	}
	return w.err
}

// Close writes what is missing and the last line, which says that nothing is.
// The underlying writer stays open.
func (w *Writer) Close() error {
	if err := w.Flush(); err != nil {
		return err
	}
	w.records(w.done)
	w.begin(`{"end":true,"events":`)
	w.line = strconv.AppendUint(w.line, uint64(w.done), 10)
	w.str("hash", w.sum())
	w.end()
	if w.err == nil {
		w.err = w.out.Flush()
	}
	return w.err
}

func (w *Writer) begin(s string) { w.line = append(w.line[:0], s...) }

func (w *Writer) end() {
	w.line = append(w.line, '}', '\n')
	_, _ = w.hash.Write(w.line) // a hash never fails
	if w.err == nil {
		_, w.err = w.out.Write(w.line)
	}
}

func (w *Writer) key(name string) {
	w.line = append(w.line, ',', '"')
	w.line = append(w.line, name...)
	w.line = append(w.line, '"', ':')
}

// str adds a string unless it is empty.
func (w *Writer) str(name, s string) {
	if s != "" {
		w.key(name)
		w.line = appendQuoted(w.line, s)
	}
}

// num adds a number unless it is 0.
func (w *Writer) num(name string, n uint64) {
	if n != 0 {
		w.key(name)
		w.line = strconv.AppendUint(w.line, n, 10)
	}
}

func (w *Writer) list(name string, items []string) {
	if len(items) == 0 {
		return
	}
	w.key(name)
	for i, s := range items {
		w.line = append(w.line, "[,"[min(i, 1)])
		w.line = appendQuoted(w.line, s)
	}
	w.line = append(w.line, ']')
}

func (w *Writer) header() {
	h := &w.t.Header
	w.begin(`{"format":"` + formatName + `","version":` + strconv.Itoa(formatVersion))
	w.str("scenario", h.Scenario)
	w.str("title", h.Title)
	w.num("seed", h.Seed)
	w.str("start", h.Start.Format(time.RFC3339Nano))
	w.end()
}

// records writes the nodes, connections and messages that exist after event s.
func (w *Writer) records(s Seq) {
	t := w.t
	for ; t.nodes.upTo(w.next.node, s); w.next.node++ {
		n := t.nodes.at(w.next.node)
		w.begin(`{"rec":"node"`)
		w.num("id", uint64(w.next.node))
		w.str("name", n.Name)
		w.str("short", n.Short)
		w.list("addrs", n.Addrs)
		w.list("roles", n.Roles)
		w.end()
	}
	for ; t.conns.upTo(w.next.conn, s); w.next.conn++ {
		w.conn(w.next.conn)
	}
	for ; t.msgs.upTo(w.next.msg, s); w.next.msg++ {
		m := t.msgs.at(w.next.msg)
		w.begin(`{"rec":"msg"`)
		w.num("id", uint64(w.next.msg))
		w.str("name", m.Name)
		w.num("parent", uint64(m.Parent))
		w.end()
	}
}

func (w *Writer) conn(id int) {
	c := w.t.conns.at(id)
	w.begin(`{"rec":"conn"`)
	w.num("id", uint64(id))
	w.str("proto", c.Proto.String())
	if c.UDP {
		w.line = append(w.line, `,"udp":true`...)
	}
	w.str("client", w.node(c.Client))
	w.str("server", w.node(c.Server))
	w.str("clientaddr", c.ClientAddr)
	w.str("serveraddr", c.ServerAddr)
	w.end()
}

// node is how a node is called: its name, or "#" and its number where the name
// would not lead back to it.
func (w *Writer) node(id NodeID) string {
	if id == 0 {
		return ""
	}
	name := w.t.Node(id).Name
	if name != "" && name[0] != '#' && w.t.NodeNamed(name) == id {
		return name
	}
	return "#" + strconv.Itoa(int(id))
}

func (w *Writer) event(s Seq) {
	e := w.t.At(s)
	if e.Kind == NoKind || e.Kind >= kinds || e.Time < 0 {
		w.err = fmt.Errorf("event %d has kind %d and time %d: it cannot be written", s, e.Kind, e.Time)
		return
	}
	w.begin(`{"seq":`)
	w.line = strconv.AppendUint(w.line, uint64(s), 10)
	w.key("t")
	w.line = appendSeconds(w.line, e.Time)
	w.num("cause", uint64(e.Cause))
	w.str("kind", e.Kind.String())
	w.str("node", w.node(e.Node))
	w.str("peer", w.node(e.Peer))
	w.num("conn", uint64(e.Conn))
	w.num("msg", uint64(e.Msg))
	if e.Proto != NoProto {
		w.str("proto", e.Proto.String())
	}
	w.str("side", e.Side.String())
	names := &columnNames[e.Kind]
	w.str(names[0], w.t.names[e.A])
	w.str(names[1], w.t.names[e.B])
	w.str(names[2], w.t.names[e.C])
	w.num(names[4], uint64(e.Code))
	w.num(names[3], uint64(e.N))
	if e.Flags != 0 {
		var set []string
		for i, name := range flagNames {
			if e.Flags>>i&1 != 0 {
				set = append(set, name)
			}
		}
		w.list("flags", set)
	}
	w.text(e)
	w.end()
}

// text adds the text: DNS packets and what is no UTF-8 in base64.
func (w *Writer) text(e *Event) {
	text := w.t.Text(e)
	name := "base64"
	switch {
	case len(text) == 0:
		return
	case e.Kind == Query || e.Kind == Answer:
		name = "packet"
	case utf8.Valid(text):
		w.str("text", string(text))
		return
	}
	w.key(name)
	w.line = append(w.line, '"')
	w.line = base64.StdEncoding.AppendEncode(w.line, text)
	w.line = append(w.line, '"')
}

// appendSeconds appends nanoseconds as seconds, exactly and without final zeros.
func appendSeconds(b []byte, ns int64) []byte {
	b = strconv.AppendInt(b, ns/1e9, 10)
	frac := ns % 1e9
	if frac == 0 {
		return b
	}
	b = append(b, '.')
	for d := int64(1e8); frac > 0; d /= 10 {
		b = append(b, byte('0'+frac/d))
		frac %= d
	}
	return b
}

const hexDigits = "0123456789abcdef"

// appendQuoted appends s as a JSON string in which no control character, no
// format character (bidi marks, zero width) and no invalid UTF-8 stands raw.
// Octets that are no UTF-8, which only names can have, become U+FFFD.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < 0x7f {
			if c == '"' || c == '\\' {
				b = append(b, '\\')
			}
			b = append(b, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r == '\t':
			b = append(b, '\\', 't')
		case unicode.IsGraphic(r) && r != utf8.RuneError && !unicode.Is(unicode.Zs, r):
			b = utf8.AppendRune(b, r)
		case r > 0xffff:
			r -= 0x10000
			b = appendEscape(appendEscape(b, 0xd800+r>>10), 0xdc00+r&0x3ff)
		default:
			b = appendEscape(b, r)
		}
	}
	return append(b, '"')
}

func appendEscape(b []byte, r rune) []byte {
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
