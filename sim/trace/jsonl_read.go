package trace

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// maxLine is the greatest length of a line of a trace file in octets.
const maxLine = 256 << 20

// ReadError says in which line of a trace file what is wrong.
type ReadError struct {
	Line, Col int // counted from 1; Col in octets, 0 for the whole line
	Msg       string
}

// Error is the message with its place.
func (e *ReadError) Error() string {
	if e.Col == 0 {
		return fmt.Sprintf("line %d: %s", e.Line, e.Msg)
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Col, e.Msg)
}

// Read reads a trace that Write or a Writer wrote. A file that ends too early
// gives the trace up to there and a warning. After an error (a *ReadError, or
// that of r) t is what came before it, nil when not even the first line is a
// trace's.
func Read(r io.Reader) (t *Trace, warning string, err error) {
	rd := &reader{in: bufio.NewReaderSize(r, 1<<16)}
	for {
		line, complete, err := rd.readLine()
		if err != nil {
			return rd.t, "", err
		}
		if len(line) == 0 && !complete {
			break
		}
		rd.n++
		if err := rd.take(line); err != nil {
			if !complete && rd.t != nil {
				break // the last line, cut off
			}
			return rd.t, "", err
		}
		if rd.ended {
			return rd.finish()
		}
	}
	if rd.t == nil {
		return nil, "", &ReadError{Line: 1, Msg: "the file is empty"}
	}
	return rd.t, fmt.Sprintf("the trace is cut off after event %d", rd.t.n), nil
}

type reader struct {
	in    *bufio.Reader
	t     *Trace
	n     int // number of the line
	obj   object
	ended bool
	buf   []byte
}

// readLine returns the next line without its end; complete tells whether it had one.
func (rd *reader) readLine() (line []byte, complete bool, err error) {
	rd.buf = rd.buf[:0]
	for {
		part, err := rd.in.ReadSlice('\n')
		rd.buf = append(rd.buf, part...)
		switch {
		case err == nil:
			return rd.buf[:len(rd.buf)-1], true, nil
		case errors.Is(err, io.EOF):
			return rd.buf, false, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, false, err
		case len(rd.buf) > maxLine:
			return nil, false, &ReadError{Line: rd.n + 1, Msg: fmt.Sprintf("longer than %d octets", maxLine)}
		}
	}
}

func (rd *reader) take(line []byte) error {
	if err := rd.obj.parse(line); err != nil {
		err.Line = rd.n
		if rd.t == nil {
			err.Msg = "this is no trace of mailtrek: " + err.Msg
		}
		return err
	}
	var err error
	switch o := &rd.obj; {
	case rd.t == nil:
		err = rd.header()
	case o.has("seq"):
		err = rd.event()
	case o.has("rec"):
		err = rd.record()
	case o.has("end"):
		rd.ended = true
	default:
		err = errors.New(`want a line with "seq", "rec" or "end"`)
	}
	if err == nil {
		err = rd.obj.err
	}
	if err != nil {
		return &ReadError{Line: rd.n, Msg: err.Error()}
	}
	return nil
}

// finish compares what the last line says with what was read.
func (rd *reader) finish() (*Trace, string, error) {
	events, hash := rd.obj.num("events", math.MaxUint32), rd.obj.str("hash")
	if rd.obj.err != nil {
		return rd.t, "", &ReadError{Line: rd.n, Msg: rd.obj.err.Error()}
	}
	switch {
	case int(events) != rd.t.n:
		return rd.t, fmt.Sprintf("the last line speaks of %d events, there are %d", events, rd.t.n), nil
	case hash != "" && hash != rd.t.Hash():
		return rd.t, "the trace was changed after it was written: its hash is another", nil
	}
	if _, err := rd.in.ReadByte(); err == nil {
		return rd.t, "there are further lines behind the last one", nil
	}
	return rd.t, "", nil
}

func (rd *reader) header() error {
	o := &rd.obj
	if o.str("format") != formatName {
		return fmt.Errorf(`this is no trace of mailtrek: the first line has no "format":"%s"`, formatName)
	}
	if v := o.num("version", math.MaxUint32); v != formatVersion {
		return fmt.Errorf("the file has version %d of the format, this program reads version %d", v, formatVersion)
	}
	start, err := time.Parse(time.RFC3339Nano, o.str("start"))
	if err != nil {
		return fmt.Errorf(`"start" is %q, want a time such as 2026-03-02T09:00:00+02:00`, o.str("start"))
	}
	h := Header{Scenario: o.str("scenario"), Title: o.str("title"), Seed: o.num("seed", math.MaxUint64), Start: start}
	if o.err == nil {
		rd.t = New(h)
	}
	return nil
}

func (rd *reader) record() error {
	o, t := &rd.obj, rd.t
	id, rec := o.num("id", math.MaxUint32), o.str("rec")
	var want int
	switch rec {
	case "node":
		if want = t.nodes.n + 1; want > math.MaxUint16 {
			return fmt.Errorf("more than %d nodes", math.MaxUint16)
		}
		t.AddNode(Node{Name: o.str("name"), Short: o.str("short"), Addrs: o.list("addrs"), Roles: o.list("roles")})
	case "conn":
		want = t.conns.n + 1
		proto := ProtoNamed(o.str("proto"))
		if proto == NoProto && o.has("proto") {
			return fmt.Errorf("unknown protocol %q", o.str("proto"))
		}
		t.AddConn(Conn{
			Proto: proto, UDP: o.str("udp") == "true", Client: rd.node("client"), Server: rd.node("server"),
			ClientAddr: o.str("clientaddr"), ServerAddr: o.str("serveraddr"),
		})
	case "msg":
		want = t.msgs.n + 1
		t.AddMsg(Msg{Name: o.str("name"), Parent: MsgID(o.num("parent", uint64(t.msgs.n)))})
	default:
		return fmt.Errorf("unknown record %q", rec)
	}
	if id != uint64(want) {
		return fmt.Errorf("%s %d comes where %s %d is due", rec, id, rec, want)
	}
	return nil
}

// node is the node that a field names.
func (rd *reader) node(field string) NodeID {
	name := rd.obj.str(field)
	if name == "" {
		return 0
	}
	if number, ok := strings.CutPrefix(name, "#"); ok {
		if n, err := strconv.Atoi(number); err == nil && n >= 1 && n <= rd.t.nodes.n {
			return NodeID(n)
		}
	} else {
		for i := 1; i <= rd.t.nodes.n; i++ {
			if rd.t.nodes.at(i).Name == name {
				return NodeID(i)
			}
		}
	}
	rd.obj.fail("%q names node %q, which is unknown", field, name)
	return 0
}

func (rd *reader) event() error {
	o, t := &rd.obj, rd.t
	if seq := o.num("seq", math.MaxUint32); seq != uint64(t.n)+1 {
		return fmt.Errorf("event %d comes where event %d is due", seq, t.n+1)
	}
	kind := KindNamed(o.str("kind"))
	if kind == NoKind {
		return fmt.Errorf("unknown kind %q", o.str("kind"))
	}
	e := Event{
		Time: o.seconds("t"), Cause: Seq(o.num("cause", uint64(t.n))), Kind: kind,
		Node: rd.node("node"), Peer: rd.node("peer"),
		Conn: ConnID(o.num("conn", uint64(t.Conns()))), Msg: MsgID(o.num("msg", uint64(t.Msgs()))),
		Proto: ProtoNamed(o.str("proto")),
	}
	if e.Proto == NoProto && o.has("proto") {
		return fmt.Errorf("unknown protocol %q", o.str("proto"))
	}
	if t.n > 0 && e.Time < t.At(Seq(t.n)).Time {
		return errors.New("the time is earlier than that of the event before")
	}
	switch side := o.str("side"); side {
	case "C":
		e.Side = Client
	case "S":
		e.Side = Server
	case "":
	default:
		return fmt.Errorf(`"side" is %q, want "C" or "S"`, side)
	}
	names := &columnNames[kind]
	a, b, c := o.str(names[0]), o.str(names[1]), o.str(names[2])
	e.N, e.Code = uint32(o.num(names[3], math.MaxUint32)), uint16(o.num(names[4], math.MaxUint16))
	if err := e.setFlags(o.list("flags")); err != nil {
		return err
	}
	text, err := rd.text()
	if err != nil || o.err != nil {
		return err
	}
	e.A, e.B, e.C = t.Intern(a), t.Intern(b), t.Intern(c)
	t.Append(e, text)
	return nil
}

func (e *Event) setFlags(names []string) error {
next:
	for _, s := range names {
		for i, name := range flagNames {
			if s == name {
				e.Flags |= 1 << i
				continue next
			}
		}
		return fmt.Errorf("unknown flag %q", s)
	}
	return nil
}

func (rd *reader) text() ([]byte, error) {
	for _, name := range [...]string{"packet", "base64"} {
		if !rd.obj.has(name) {
			continue
		}
		text, err := base64.StdEncoding.DecodeString(rd.obj.str(name))
		if err != nil {
			return nil, fmt.Errorf("%q is no base64: %w", name, err)
		}
		return text, nil
	}
	return []byte(rd.obj.str("text")), nil
}
