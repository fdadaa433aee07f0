package node

import (
	"crypto/tls"
	"errors"
	"time"

	"mailtrek/protocols/wire"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// Serve lets a session speak on a connection until one of the two ends it. The
// calling process owns the connection. Replies to commands that arrived
// together leave together, when no further input waits; a session that hesitates
// is not to keep its client without a word for longer than it must.
//
// It returns nil after an orderly end, io.EOF when the client closed first,
// sim.ErrReset or sim.ErrTimeout otherwise.
func Serve(p *sim.Proc, c *sim.Conn, s wire.Session) error { return ServeTLS(p, c, s, TLS{}) }

// TLS is how a server takes part in TLS. With the zero value it does not.
type TLS struct {
	Config   func() *tls.Config  // is asked when a handshake is due; nil, or nil from it: there is none
	Implicit bool                // TLS begins with the connection (RFC 8314), not with a command
	Timeout  time.Duration       // for the handshake; 0 is the session's own
	Done     func(wire.TLSFacts) // is called after a handshake; may be nil
	Failed   func(error)         // is called when a handshake fails; may be nil
}

// ServeTLS is Serve for a session that can go on inside TLS, or that begins
// there. When the handshake fails the connection is over, and the error is that
// of sim.Conn.SecureServer.
func ServeTLS(p *sim.Proc, c *sim.Conn, s wire.Session, t TLS) error {
	v := &serving{p: p, c: c, s: s, tls: t, state: s.State()}
	v.waker, _ = s.(wire.Waker)
	v.hesitant, _ = s.(wire.Hesitant)
	v.out, v.held = v.room[:0], v.first[:0]
	if t.Implicit {
		if v.secure(); v.err != nil {
			return v.err
		}
	}
	return v.run()
}

// reply is what waits to be sent, with the command that it answers.
type reply struct {
	bytes  []byte
	cause  trace.Seq
	msg    trace.MsgID
	forced bool // a fault demands it
}

type serving struct {
	p        *sim.Proc
	c        *sim.Conn
	s        wire.Session
	waker    wire.Waker    // s, if it may speak unasked
	hesitant wire.Hesitant // s, if it may answer late
	out      []reply
	room     [4]reply // of out
	held     []byte   // of the replies that wait
	first    [96]byte // of held
	tls      TLS
	err      error // a handshake that failed
	state    string
	since    time.Duration // when input was waited for or replies were sent last
	woken    bool          // wake has been called
}

func (v *serving) run() error {
	before := v.p.Cause()
	early := v.early()
	cause := v.p.Cause()
	v.p.Because(before) // the greeting answers the connection, not what came too early
	if end := v.said(v.s.Open()); end {
		return nil
	}
	if early {
		v.p.Because(cause)
		if end := v.said(v.s.Feed(nil, v.c.Pending())); end {
			return v.err
		}
	}
	for {
		alarm := v.listen()
		waits := !v.c.Pending()
		in, err := v.c.ReadUnit()
		if waits {
			v.since = v.p.World().Now()
		}
		switch {
		case err == nil:
		case v.c.Broken():
			v.said(v.s.Lost())
			v.c.Close()
			return err
		case errors.Is(err, sim.ErrInterrupted), alarm && errors.Is(err, sim.ErrTimeout):
			if end := v.said(v.waker.Wake()); end {
				return v.err
			}
			continue
		case errors.Is(err, sim.ErrTimeout):
			v.p.Emit(trace.Event{Kind: trace.Timeout, Peer: v.c.Peer().ID, Conn: v.c.ID(), A: v.p.Sym("read")}, nil)
			v.said(v.s.TimedOut())
			return sim.ErrTimeout
		default:
			v.said(v.s.Lost())
			v.c.Close()
			return err
		}
		if end := v.said(v.s.Feed(in, v.c.Pending())); end {
			return v.err
		}
	}
}

// notifyDelay is how long after a change in a mailbox Dovecot looks at it.
const notifyDelay = 500 * time.Millisecond

// listen sets how long the next Read waits: for the client, or, with alarm,
// until a session that speaks unasked has something to say.
func (v *serving) listen() (alarm bool) {
	wait := v.s.Timeout()
	if v.waker != nil && v.waker.Watch(v.wake) {
		if d := v.waker.WakeAt().Sub(v.p.Now()); d < wait || wait == 0 {
			wait, alarm = max(d, 1), true
		}
	}
	v.c.SetTimeout(wait)
	return alarm
}

// wake lets the session speak a little later.
func (v *serving) wake() {
	if v.woken {
		return
	}
	v.woken = true
	w := v.p.World()
	w.At(w.Now()+notifyDelay, func() {
		v.woken = false
		v.c.Interrupt()
	})
}

// early gives a session that wants to know of it the input that has arrived
// before the greeting.
func (v *serving) early() bool {
	s, ok := v.s.(interface{ Early(in []byte) })
	if !ok || !v.c.Pending() {
		return false
	}
	in, err := v.c.ReadUnit()
	if err != nil || len(in) == 0 {
		return false
	}
	s.Early(in)
	return true
}

// said takes what the session answered, notes a change of state, sends when
// nothing more is waiting, and does what the session asks. It tells whether
// the connection is over.
func (v *serving) said(b []byte) (end bool) {
	forced := v.c.TakeForced()
	if len(b) > 0 {
		v.out = append(v.out, reply{b, v.p.Cause(), v.p.Msg(), forced})
		if d := v.c.Slow(); d > 0 {
			v.p.Sleep(d)
		}
	}
	next := v.s.Next()
	if next != wire.Continue || !v.c.Pending() || v.hesitated() {
		v.flush()
	} else if len(b) > 0 {
		last := &v.out[len(v.out)-1]
		from := len(v.held)
		v.held = append(v.held, b...) // which is good until the next Feed only
		last.bytes = v.held[from:]
	}
	v.moved()
	switch next {
	case wire.StartTLS:
		v.secure()
		return v.err != nil
	case wire.Close:
		v.c.Close()
		return true
	case wire.Abort:
		v.c.Abort()
		return true
	}
	return false
}

// longSilence is how long a server of Postfix works on commands without sending
// what it has answered so far (smtpd_chat_reply).
const longSilence = 10 * time.Second

// hesitated tells whether the client has waited for a reply so long that those
// to what else it has sent shall not delay it further.
func (v *serving) hesitated() bool {
	return v.hesitant != nil && (v.hesitant.Hesitated() || v.p.World().Now()-v.since > longSilence)
}

// moved notes a change of the session's state.
func (v *serving) moved() {
	if now := v.s.State(); now != v.state {
		v.p.Record(trace.Event{Kind: trace.State, Peer: v.c.Peer().ID, Conn: v.c.ID(), Proto: v.c.Info().Proto,
			A: v.p.Sym(v.state), B: v.p.Sym(now)}, nil)
		v.state = now
	}
}

// errNoServerTLS is a session that asks for TLS where no certificate is.
var errNoServerTLS = errors.New("no TLS on this server")

// secure runs the handshake and tells the session of it.
func (v *serving) secure() {
	wait := v.tls.Timeout
	if wait == 0 {
		wait = v.s.Timeout()
	}
	v.c.SetTimeout(wait)
	if !v.tls.Implicit {
		v.c.Discard() // RFC 3207 §4.2: what came in clear behind the command is not heard
	}
	s, ok := v.s.(wire.SecuredSession)
	var facts wire.TLSFacts
	v.err = errNoServerTLS
	if ok && v.tls.Config != nil {
		if cfg := v.tls.Config(); cfg != nil {
			facts, v.err = v.c.SecureServer(cfg)
		}
	}
	if v.err == nil {
		s.Secured(facts)
		if v.tls.Done != nil {
			v.tls.Done(facts)
		}
		v.moved()
		return
	}
	if v.tls.Failed != nil {
		v.tls.Failed(v.err)
	}
	v.s.Lost()
	v.c.Close()
	v.moved()
}

func (v *serving) flush() {
	cause, msg := v.p.Cause(), v.p.Msg()
	for i := range v.out {
		r := &v.out[i]
		v.p.Because(r.cause)
		v.p.Handle(r.msg)
		if r.forced {
			v.c.SetForced()
		}
		_, err := v.c.Write(r.bytes)
		v.c.TakeForced()
		if err != nil {
			break // the next Read says why
		}
		cause = v.p.Cause()
	}
	v.p.Because(cause)
	v.p.Handle(msg)
	v.out, v.held, v.since = v.out[:0], v.held[:0], v.p.World().Now()
}
