package trace

import (
	"bytes"
	"strconv"
)

// Trouble says how bad an event is for the mail it concerns.
type Trouble uint8

const (
	// Fine is no trouble at all.
	Fine Trouble = iota
	// Passing trouble may be over at the next attempt: a 4yz reply, a refused
	// or lost connection, a deferral, a name server's failure.
	Passing
	// Lasting trouble will not go away by itself: a 5yz reply, -ERR, a bounce.
	Lasting
)

// Trouble tells how bad an event is, by its columns alone where that is enough.
func (t *Trace) Trouble(e *Event) Trouble {
	switch e.Kind {
	case Line:
		if e.Side == Server {
			return t.replyTrouble(e)
		}
	case Output:
		if e.Code != 0 {
			return Passing
		}
	case Refuse, Timeout, Reset:
		return Passing
	case Close:
		if e.A != 0 {
			return Passing
		}
	case Answer:
		if e.Code != 0 {
			return Passing
		}
	case Delivery:
		return codeTrouble(e.Code * 100)
	case Queue:
		if name := t.Name(e.C); name == "deferred" || name == "corrupt" {
			return Passing
		}
	}
	if e.Flags&Lost != 0 && e.Kind != Lookup {
		return Passing
	}
	return Fine
}

func codeTrouble(code uint16) Trouble {
	switch code / 100 {
	case 4:
		return Passing
	case 5:
		return Lasting
	}
	return Fine
}

// replyTrouble is that of a server's line. RFC 5321 §4.2.1: 4yz is transient,
// 5yz permanent; RFC 1939 §3: -ERR; RFC 3501 §7.1: tagged NO and BAD.
func (t *Trace) replyTrouble(e *Event) Trouble {
	if e.Code != 0 {
		return codeTrouble(e.Code)
	}
	text := t.Text(e)
	switch protoOf(t, e) {
	case POP3:
		if bytes.HasPrefix(text, []byte("-ERR")) {
			return Lasting
		}
	case IMAP:
		_, rest, _ := bytes.Cut(text, []byte(" "))
		if bytes.HasPrefix(rest, []byte("NO ")) || bytes.HasPrefix(rest, []byte("BAD ")) {
			return Lasting
		}
	}
	return Fine
}

func itoa(n uint64) string { return strconv.FormatUint(n, 10) }
