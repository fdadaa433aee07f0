package sim

import (
	"time"

	"mailtrek/protocols/wire"
	"mailtrek/sim/trace"
)

// dialogue is a connection as the network sees it: two ends, and the record of
// what passes between them. It cuts what either side writes into units, each
// of which is one event whose text both ends share.
type dialogue struct {
	w        *World
	id       trace.ConnID
	about    trace.Conn
	msg      trace.MsgID // of the SYN
	ends     [2]*Conn    // client, server
	splitter wire.Splitter
	describe Describer // of raw units
	held     [2][]byte // what is on its way but completes no unit yet
	told     [2]int    // how much of that unit is recorded already, because it is so long
	agreed   bool      // on TLS
	opening  handshake
}

func (w *World) newDialogue(info trace.Conn) *dialogue {
	whole := &struct {
		dialogue
		client, server Conn
	}{dialogue: dialogue{w: w, id: w.Trace.AddConn(info), about: info}}
	d := &whole.dialogue
	whole.client = Conn{d: d, side: wire.Client, limit: -1}
	whole.server = Conn{d: d, side: wire.Server, limit: -1}
	d.ends = [2]*Conn{&whole.client, &whole.server}
	return d
}

func (d *dialogue) info() *trace.Conn { return &d.about }

// segment is bytes on their way, all of one unit. event is the unit's event
// when the unit ends here, else 0.
type segment struct {
	data   []byte
	event  trace.Seq
	msg    trace.MsgID // of the event
	sealed bool        // a TLS record of application data
}

// record turns what an end writes into events and segments. All units of one
// write have the same cause.
func (d *dialogue) record(c *Conn, b []byte, out []segment) []segment {
	if d.splitter == nil {
		e := trace.Event{Kind: trace.Raw}
		c.seal(&e)
		seq := c.emit(&e, b)
		return append(out, segment{data: d.w.Trace.Text(&e), event: seq, msg: e.Msg})
	}
	units := d.splitter.Split(d.w.units[:0], c.side, b)
	d.w.units = nil // until we are done with them
	held := d.held[c.side]
	because := c.because()
	for i := range units {
		u := &units[i]
		fresh := u.N - len(held) - d.told[c.side] // octets of b that belong to the unit
		if fresh < 0 || fresh > len(b) {
			break // a splitter that miscounts must not lose bytes: the rest is held
		}
		text := b[:fresh]
		if len(held) > 0 {
			text = append(held, text...)
		}
		var e trace.Event
		if u.Kind == wire.Raw && d.describe != nil {
			e = d.describe(d.w.Trace, text[u.Frame:])
		} else {
			d.tellUnit(&e, u, c.side, i > 0)
		}
		e.Cause = because
		c.seal(&e)
		seq := c.emit(&e, text[u.Frame:])
		whole := d.w.Trace.Text(&e)
		if u.Frame > 0 {
			whole = append([]byte(nil), text...) // it travels whole
		}
		out = append(out, segment{data: whole[len(whole)-fresh:], event: seq, msg: e.Msg})
		b, held = b[fresh:], held[:0]
		d.told[c.side] = 0
	}
	if len(b) > 0 {
		rest := segment{data: append([]byte(nil), b...)}
		if held = append(held, b...); len(held) >= maxUnit {
			rest.event = d.tell(c, held)
			rest.msg = d.w.Trace.At(rest.event).Msg
			held = nil
		}
		out = append(out, rest)
	}
	d.held[c.side] = held
	d.w.units = units
	return out
}

// maxUnit is how many octets an event holds at most of what has no end. A
// message may be longer than any that the default message_size_limit admits.
const maxUnit = 16 << 20

// tell records a part of a unit that is too long to be held until its end.
func (d *dialogue) tell(c *Conn, part []byte) trace.Seq {
	d.told[c.side] += len(part)
	e := trace.Event{Kind: trace.Raw}
	c.seal(&e)
	return c.emit(&e, part)
}

// flushHeld records what an end leaves unfinished when it closes.
func (d *dialogue) flushHeld(c *Conn) {
	if held := d.held[c.side]; len(held) > 0 {
		d.tell(c, held)
		d.held[c.side], d.told[c.side] = nil, 0
	}
}

// cut ends an unfinished line of a side before a TLS handshake: what is said
// inside TLS does not continue it.
func (d *dialogue) cut(side wire.Side) {
	if d.splitter != nil && d.splitter.Rest(side) > 0 {
		d.flushHeld(d.ends[side])
		d.splitter.Split(nil, side, []byte("\r\n"))
	}
}

var unitKinds = [...]trace.Kind{wire.Line: trace.Line, wire.Content: trace.Content, wire.Auth: trace.Auth, wire.Raw: trace.Raw}

// tellUnit fills in the event of a unit.
func (d *dialogue) tellUnit(e *trace.Event, u *wire.Unit, side wire.Side, follows bool) {
	e.Kind, e.A, e.Code = unitKinds[u.Kind], d.w.Trace.Intern(u.Verb), uint16(u.Code)
	if u.More {
		e.Flags |= trace.More
	}
	if follows && side == wire.Client {
		e.Flags |= trace.Pipelined
	}
}

// flight is segments on their way, perhaps with a FIN behind them. What has
// arrived is used again for the next.
type flight struct {
	from *Conn
	segs []segment
	fin  trace.Seq
	try  int
}

func (f *flight) happen() { f.from.d.arrive(f) }

// flight returns one that is empty.
func (w *World) flight() *flight {
	if n := len(w.flights); n > 0 {
		f := w.flights[n-1]
		w.flights = w.flights[:n-1]
		return f
	}
	return &flight{}
}

// landed makes a flight ready for the next use.
func (w *World) landed(f *flight) {
	clear(f.segs)
	*f = flight{segs: f.segs[:0]}
	w.flights = append(w.flights, f)
}

// send lets a flight travel to the other end, behind those sent before.
func (d *dialogue) send(from *Conn, f *flight) {
	f.from = from
	to := d.ends[1-from.side]
	from.late = from.late || len(f.segs) > 0 && to.closed && d.w.near(from.node, to.node)
	if len(from.lost) > 0 || !d.travel(f) {
		if from.lost = append(from.lost, f); len(from.lost) == 1 {
			d.retransmit(from, 0)
		}
	}
}

// travel throws the dice for a flight: false when it is lost on its way.
func (d *dialogue) travel(f *flight) bool {
	from, to := f.from, d.ends[1-f.from.side]
	delay, ok := d.w.transit(from.node, to.node)
	if ok {
		at := max(d.w.now+int64(delay), from.arrival)
		from.arrival = at
		d.w.schedule(entry{at: at, what: f})
	}
	return ok
}

// giveUp is how many times TCP sends a segment again before it abandons the
// connection: after 1, 2, 4 … s, so about a quarter of an hour.
const giveUp = 9

// retransmit sends what was lost again, after a while, and what has gathered
// behind it.
func (d *dialogue) retransmit(from *Conn, try int) {
	if try >= giveUp {
		d.w.At(d.w.Now()+time.Second<<try, func() { from.fail(ErrTimeout, 0) })
		return
	}
	d.w.At(d.w.Now()+time.Second<<try, func() {
		for next := 0; len(from.lost) > 0; next++ {
			if !d.travel(from.lost[0]) {
				if next > 0 {
					try = -1 // some of it got through: patience begins anew
				}
				d.retransmit(from, try+1)
				return
			}
			from.lost = from.lost[1:]
		}
		from.lost = nil
	})
}

// arrive hands segments to the receiving end; a host that is down gets them
// when it is up again.
func (d *dialogue) arrive(f *flight) {
	from, to := f.from, d.ends[1-f.from.side]
	if to.node.down || from.node.down {
		wait := time.Second << min(f.try, 7)
		if f.try < 12 {
			f.try++
			at := d.w.now + int64(wait)
			from.arrival = max(from.arrival, at)
			d.w.schedule(entry{at: at, what: f})
		} else {
			from.fail(ErrTimeout, 0)
		}
		return
	}
	if to.closed {
		to.refuse(f)
	} else {
		to.take(f)
	}
	d.w.landed(f)
}

// segments returns memory for a few of them.
func (w *World) segments() []segment {
	if n := len(w.rooms); n > 0 {
		room := w.rooms[n-1]
		w.rooms = w.rooms[:n-1]
		return room
	}
	return make([]segment, 0, 4)
}

// take puts what has arrived behind what is still unread.
func (c *Conn) take(f *flight) {
	if len(c.in) == 0 {
		if c.room == nil {
			c.room = c.d.w.segments()
		}
		c.in, f.segs = f.segs, c.room
		c.room = c.in
	} else {
		c.in = append(c.in, f.segs...)
	}
	if f.fin != 0 {
		c.eof = f.fin
	}
	c.wakeUp()
}
