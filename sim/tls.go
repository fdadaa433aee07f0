package sim

import (
	"crypto"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"mailtrek/protocols/wire"
	"mailtrek/sim/trace"
)

// TLS inside the simulation is crypto/tls itself, run by the process that owns
// the end of a connection. Both ends stay what they are, a Conn: only what goes
// over the wire is now ciphertext. The trace knows both sides of that: the
// lines as the endpoints say them, marked as sealed and with the length of the
// record in which they travel, and the records of the handshake as a listener
// sees them. Ciphertext and keys differ from run to run; lengths do not, so
// that the trace is the same.

// recordHeader is the length of the header of a TLS record (RFC 8446 §5.1).
const recordHeader = 5

// secured is what an end of a connection knows besides when it is inside TLS.
type secured struct {
	conn    *tls.Conn // nil when the client's TLS ends outside (External)
	buf     []byte
	opened  []byte    // plaintext that was decrypted and not yet read
	sealing bool      // what crypto/tls writes are records of application data
	sealed  []segment // those records, of the Write under way
	length  int       // of the records whose plaintext has no event yet
	hidden  bool      // what follows in the handshake is encrypted
}

// ErrNoTLS is a peer that speaks no TLS where a handshake was due.
var ErrNoTLS = errors.New("wrong version number")

// SecureServer runs the server half of a TLS handshake, and returns what both
// then know. From then on the connection is inside TLS. It fails with
// ErrTimeout, ErrReset or io.EOF when the client leaves, and with an error of
// crypto/tls when the two do not agree.
//
// When the client is not simulated its TLS ends where it enters the simulation:
// the configuration is handed out with a Delivery, and this waits for
// External.Secured.
func (c *Conn) SecureServer(cfg *tls.Config) (wire.TLSFacts, error) {
	c.d.cut(1 - c.side)
	var facts wire.TLSFacts
	var err error
	if c.d.ends[1-c.side].sink != nil {
		facts, err = c.secureOutside(cfg)
	} else {
		c.tls = &secured{}
		facts, err = c.handshake(tls.Server(rawConn{c}, c.tlsConfig(cfg)), ServerKey(cfg))
	}
	if err == nil {
		c.agreed(facts)
	}
	return facts, err
}

// SecureClient runs the client half of a TLS handshake.
func (c *Conn) SecureClient(cfg *tls.Config) (wire.TLSFacts, error) {
	c.tls = &secured{}
	facts, err := c.handshake(tls.Client(rawConn{c}, c.tlsConfig(cfg)), nil)
	if err == nil {
		c.agreed(facts)
	}
	return facts, err
}

// agreed records the end of the handshake at the end that comes to it first,
// which is the client in TLS 1.3: it may speak before the server has seen that.
func (c *Conn) agreed(facts wire.TLSFacts) {
	if c.d.agreed {
		return
	}
	c.d.agreed = true
	w := c.d.w
	c.emit(&trace.Event{Kind: trace.TLS, A: w.Trace.Intern(facts.Version), B: w.Trace.Intern(facts.Cipher), N: uint32(facts.Bits)}, nil)
}

// Secured tells whether the end is inside TLS.
func (c *Conn) Secured() bool { return c.inside }

// handshake is the handshake of an end. One that failed leaves the connection
// as useless as it is in reality.
func (c *Conn) handshake(t *tls.Conn, key crypto.PublicKey) (wire.TLSFacts, error) {
	if err := t.Handshake(); err != nil {
		var header tls.RecordHeaderError
		if errors.As(err, &header) {
			err = ErrNoTLS
		}
		return wire.TLSFacts{}, err
	}
	c.tls.conn, c.tls.buf, c.inside = t, make([]byte, 16<<10), true
	if state := t.ConnectionState(); len(state.PeerCertificates) > 0 {
		key = state.PeerCertificates[0].PublicKey
	}
	return TLSFacts(t.ConnectionState(), key), nil
}

// tlsConfig fits a configuration into the simulation: its clock, its dice, and
// nothing whose length could depend on anything else.
func (c *Conn) tlsConfig(cfg *tls.Config) *tls.Config {
	own := cfg.Clone()
	w := c.d.w
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], w.Trace.Header.Seed)
	binary.LittleEndian.PutUint32(seed[8:], uint32(c.d.id))
	seed[12] = byte(c.side)
	own.Rand = rand.NewChaCha8(seed)
	own.Time = c.node.Clock
	own.SessionTicketsDisabled = true
	own.DynamicRecordSizingDisabled = true
	own.CurvePreferences = []tls.CurveID{tls.X25519}
	return own
}

// readOpened is ReadUnit inside TLS, with a limit.
func (c *Conn) readOpened(limit int) ([]byte, error) {
	s := c.tls
	for len(s.opened) == 0 {
		n, err := s.conn.Read(s.buf)
		if err != nil && n == 0 {
			return nil, err
		}
		s.opened = s.buf[:n]
	}
	n := min(limit, len(s.opened))
	if len(c.plain) > 0 {
		unit := &c.plain[0]
		n = min(n, len(unit.data))
		unit.data = unit.data[n:]
		c.heard(unit.event, unit.msg)
		c.makeRoom(n)
		if len(unit.data) == 0 {
			c.plain = c.plain[1:]
		}
	}
	b := s.opened[:n:n]
	s.opened = s.opened[n:]
	return b, nil
}

// writeSealed is Write inside TLS: the units of b become events, what travels
// is ciphertext.
func (c *Conn) writeSealed(b []byte) (int, error) {
	s := c.tls
	s.sealing = true
	_, err := s.conn.Write(b)
	s.sealing = false
	records := s.sealed
	s.sealed = nil
	if err != nil {
		return 0, err
	}
	for _, r := range records {
		s.length += len(r.data) - recordHeader
	}
	c.unread += len(b)
	peer := c.d.ends[1-c.side]
	peer.plain = c.d.record(c, b, peer.plain)
	f := c.d.w.flight()
	f.segs = append(f.segs, records...)
	c.d.send(c, f)
	return len(b), nil
}

// seal marks an event of what a fault demands; and of what travels inside TLS,
// to which it gives the length of the record that a listener sees.
func (c *Conn) seal(e *trace.Event) {
	if c.forced {
		e.Flags |= trace.Forced
	}
	if !c.inside {
		return
	}
	e.Flags |= trace.Sealed
	if c.tls != nil {
		e.N = uint32(c.tls.length)
		c.tls.length = 0
	}
}

// pendingSealed tells whether application data has arrived that was not read.
func (c *Conn) pendingSealed() bool {
	if len(c.tls.opened) > 0 {
		return true
	}
	for _, s := range c.in {
		if s.sealed {
			return true
		}
	}
	return false
}

// rawConn is an end of a connection as crypto/tls sees it: the wire.
type rawConn struct{ *Conn }

// Read reads records.
func (r rawConn) Read(b []byte) (int, error) { return r.Conn.readRaw(b) }

// Close leaves the connection to its owner.
func (r rawConn) Close() error { return nil }

// SetWriteDeadline does nothing.
func (r rawConn) SetWriteDeadline(time.Time) error { return nil }

// Write sends records. Those of application data wait for their plaintext to be
// recorded; all others are events themselves.
func (r rawConn) Write(b []byte) (int, error) {
	c := r.Conn
	switch {
	case c.closed || c.d.w.stopped:
		return 0, ErrClosed
	case c.failed != nil:
		return 0, c.failed
	}
	because := c.because()
	f := c.d.w.flight()
	for rest := b; len(rest) >= recordHeader; {
		n := min(recordHeader+int(binary.BigEndian.Uint16(rest[3:])), len(rest))
		record := append([]byte(nil), rest[:n]...)
		rest = rest[n:]
		if c.tls.sealing {
			c.tls.sealed = append(c.tls.sealed, segment{data: record, sealed: true})
			continue
		}
		e := c.tls.describe(c.d.w.Trace, record)
		e.Cause = because
		seq := c.emit(&e, nil)
		f.segs = append(f.segs, segment{data: record, event: seq, msg: c.d.w.Trace.At(seq).Msg})
	}
	if len(f.segs) > 0 {
		c.d.send(c, f)
	}
	return len(b), nil
}

// describe makes the event of a record (RFC 8446 §5.1; the types of messages
// and alerts: §4, §6).
func (s *secured) describe(t *trace.Trace, record []byte) trace.Event {
	e := trace.Event{Kind: trace.Record, N: uint32(len(record) - recordHeader)}
	body := record[recordHeader:]
	kind, holds := "application_data", ""
	switch record[0] {
	case 20:
		kind, s.hidden = "change_cipher_spec", true
	case 21:
		kind = "alert"
		if len(body) == 2 && !s.hidden {
			holds = strings.ReplaceAll(strings.TrimPrefix(tls.AlertError(body[1]).Error(), "tls: "), " ", "_")
		}
	case 22:
		kind = "handshake"
		if len(body) > 0 && !s.hidden {
			holds = handshakeNames[body[0]]
		}
	}
	e.A, e.B = t.Intern(kind), t.Intern(holds)
	return e
}

var handshakeNames = map[byte]string{
	1: "client_hello", 2: "server_hello", 4: "new_session_ticket", 8: "encrypted_extensions", 11: "certificate",
	12: "server_key_exchange", 13: "certificate_request", 14: "server_hello_done", 15: "certificate_verify",
	16: "client_key_exchange", 20: "finished",
}
