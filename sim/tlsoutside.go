package sim

import (
	"crypto/tls"
	"io"
	"time"

	"mailtrek/protocols/wire"
)

// A client that is not simulated brings its own TLS. Its handshake is held
// where it enters the simulation, with the certificate of the simulated server;
// what comes in here is the plaintext, and what the two agreed on.

// secureOutside asks for the handshake outside and waits for its end. Bytes
// that come instead of it are no handshake.
func (c *Conn) secureOutside(cfg *tls.Config) (wire.TLSFacts, error) {
	client := c.d.ends[1-c.side]
	c.d.w.At(max(c.d.w.Now(), time.Duration(c.arrival)), func() {
		if !client.closed && client.failed == nil {
			client.sink(Delivery{StartTLS: cfg})
		}
	})
	for c.outside == nil {
		switch {
		case c.closed:
			return wire.TLSFacts{}, ErrClosed
		case c.failed != nil:
			c.owner.Because(c.cause)
			return wire.TLSFacts{}, c.failed
		case len(c.in) > 0:
			return wire.TLSFacts{}, ErrNoTLS
		case c.eof != 0:
			c.owner.Because(c.eof)
			return wire.TLSFacts{}, io.EOF
		}
		wait := time.Duration(-1)
		if c.limit >= 0 {
			if wait = time.Duration(c.limit - c.d.w.now); wait <= 0 {
				return wire.TLSFacts{}, ErrTimeout
			}
		}
		c.change.Wait(c.owner, wait)
	}
	c.inside = true
	return *c.outside, nil
}

// Secured tells the simulated server that the handshake which it asked for
// (Delivery.StartTLS) was held, and what came of it. What is written from now
// on is the plaintext.
func (x *External) Secured(facts wire.TLSFacts) {
	c := x.c
	server := c.d.ends[1-c.side]
	if c.closed || c.inside {
		return
	}
	c.inside = true
	delay, ok := c.d.w.transit(c.node, server.node)
	if !ok {
		delay = time.Second // what is really sent has come through
	}
	c.arrival = max(c.d.w.now+int64(delay), c.arrival)
	c.d.w.At(time.Duration(c.arrival), func() {
		server.outside = &facts
		server.wakeUp()
	})
}
