package main

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/scenario"
)

// The TLS of a real client ends here, at the edge of the simulation: the
// handshake is held with the certificate of the simulated server, what goes in
// is the plaintext, and the facts of the handshake go in as an intervention.

// readerOrder is what the reader of a socket has to do next: go on, or with a
// configuration run a handshake first, which begins with the bytes that it has
// read.
type readerOrder struct {
	tls  *tls.Config
	read []byte
}

// edge is the TLS of one real connection, as the loop knows it.
type edge struct {
	implicit bool        // TLS from the first octet on
	config   *tls.Config // the server has asked for a handshake
	begun    bool        // the reader runs it, or has
	early    []byte      // read before the server asked
}

// takes tells whether bytes of a client belong to a handshake; if so, the
// reader gets its order.
func (e *edge) takes(c *liveConn, data []byte) bool {
	switch {
	case e.begun || !e.implicit && e.config == nil:
		return false
	case e.config == nil:
		e.early = data
	default:
		e.begun = true
		c.paused <- readerOrder{e.config, data}
	}
	return true
}

// wanted takes note that the server asks for a handshake.
func (e *edge) wanted(c *liveConn, cfg *tls.Config) {
	e.config = cfg
	if e.early != nil {
		e.takes(c, e.early)
	}
}

// over takes note that the server has ended the connection: nobody will ask for
// a handshake any more.
func (e *edge) over(c *liveConn) {
	if e.early != nil && !e.begun {
		c.paused <- readerOrder{}
	}
	e.begun = true
}

// handshakeTime is how long a client may take for a handshake in real time; the
// simulated server has a limit of its own.
const handshakeTime = 5 * time.Minute

// handshake is the server's half of a handshake with a real client, on the
// goroutine that reads its socket.
func (v *server) handshake(c *liveConn, begin readerOrder) (*tls.Conn, error) {
	cfg := begin.tls.Clone()
	cfg.Time, cfg.Rand = nil, nil // real ones
	c.sock.SetReadDeadline(time.Now().Add(handshakeTime))
	t := tls.Server(&resumed{Conn: c.sock, read: io.MultiReader(bytes.NewReader(begin.read), c.sock)}, cfg)
	if err := t.Handshake(); err != nil {
		return nil, err
	}
	c.sock.SetReadDeadline(time.Time{})
	facts := sim.TLSFacts(t.ConnectionState(), sim.ServerKey(cfg))
	v.post(func() {
		c.send(outgoing{tls: t})
		v.intervene(scenario.Intervention{Do: scenario.DoSecured, Conn: c.id, TLS: &facts})
	})
	return t, nil
}

// resumed is a socket of which something was read already.
type resumed struct {
	net.Conn
	read io.Reader
}

// Read reads what was read, then on.
func (r *resumed) Read(b []byte) (int, error) { return r.read.Read(b) }
