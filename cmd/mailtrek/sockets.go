package main

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/node"
	"mailtrek/sim/scenario"
)

// Real sockets. Their goroutines only carry bytes between a socket and the
// server's inbox; all listeners are on loopback addresses.

// portOffset is added to a simulated port to get the real one.
const portOffset = 10000

// socket is a real listener.
type socket struct {
	io.Closer
}

// place is where a simulated address is served.
type place struct {
	host    *node.Host
	service string
	sim     netip.AddrPort
	tls     bool // from the first octet on
}

// listen opens a real listener for every simulated one that can be reached
// from outside its host.
func (v *server) listen() error {
	m := newAddressMap()
	var places, udp []place
	for _, h := range v.run.Hosts() {
		for _, l := range h.Listeners() {
			ap, err := netip.ParseAddrPort(l.Addr)
			if err != nil || ap.Addr().IsLoopback() {
				continue // a unix socket, or only for the host itself
			}
			places = append(places, place{h, l.Name, ap, l.TLS})
		}
		for _, ap := range h.UDPListeners() {
			if !ap.Addr().IsLoopback() {
				udp = append(udp, place{h, "dns", ap, false})
			}
		}
	}
	for _, p := range places {
		if err := v.listenTCP(m, p); err != nil {
			return err
		}
	}
	for _, p := range udp {
		if err := v.listenUDP(m, p); err != nil {
			return err
		}
	}
	return nil
}

func (v *server) listenTCP(m *addressMap, p place) error {
	var l net.Listener
	err := v.bind(m, p, func(addr string) (err error) {
		l, err = net.Listen("tcp4", addr)
		return err
	})
	if err != nil {
		return err
	}
	v.sockets = append(v.sockets, socket{l})
	m.tcp[p.sim] = l.Addr().String()
	v.announce(p.host.Name, p.service, "", p.sim.String(), l.Addr().String())
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			v.post(func() { v.accept(p, c) })
		}
	}()
	return nil
}

// source is the simulated host that a real client counts as.
func (v *server) source(remote net.Addr) (host string, from netip.Addr) {
	ap, err := netip.ParseAddrPort(remote.String())
	if err == nil && ap.Addr().Unmap().Is4() {
		a := ap.Addr().Unmap().As4()
		a[0] = 10
		sim := netip.AddrFrom4(a)
		if h := v.run.World.NodeAt(sim); h != nil {
			return h.Name, sim
		}
	}
	return v.guest, netip.Addr{}
}

// liveConn is a real connection.
type liveConn struct {
	id     int
	sock   net.Conn
	out    chan outgoing
	unread atomic.Int64 // octets in out that the socket has not taken yet
	closed bool
	ours   bool             // the client's FIN has been passed on
	paused chan readerOrder // the reader waits for it after each read
	waits  bool             // the reader does, until server and client have caught up
	secure edge
}

// outgoing is something for the socket of a client.
type outgoing struct {
	data []byte    // nil is a FIN
	tls  *tls.Conn // what follows goes through it
}

// accept begins a connection in the simulated world for a real one.
func (v *server) accept(p place, sock net.Conn) {
	v.next++
	c := &liveConn{id: v.next, sock: sock, out: make(chan outgoing, 4096), paused: make(chan readerOrder, 1), secure: edge{implicit: p.tls}}
	v.conns[c.id] = c
	host, from := v.source(sock.RemoteAddr())
	v.verbose("%s (%s) connects to %s %s", host, sock.RemoteAddr(), p.host.Name, p.sim)
	go v.write(c)
	go v.read(c)
	v.intervene(scenario.Intervention{Do: scenario.DoOpen, Conn: c.id, Host: host, From: from, To: p.sim})
}

// readSize is how much is read from a socket at once.
const readSize = 32 << 10

// stalled is how long a client may refuse to read before it is cut off, as
// smtpd_timeout has it.
const stalled = 5 * time.Minute

// maxUnread is how much of what a client was answered may wait for it: more
// than a whole mailbox, since a server does not ask between two of its lines.
const maxUnread = 256 << 20

// maxBacklog is how much a client may send ahead of what its server has read;
// then reading from the socket waits.
const maxBacklog = 256 << 10

// read carries bytes from the socket to the world. After STARTTLS, or from the
// beginning, it goes on inside TLS.
func (v *server) read(c *liveConn) {
	buf := make([]byte, readSize)
	from := io.Reader(c.sock)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			data := append([]byte(nil), buf[:n]...)
			v.post(func() { v.received(c, data) })
			select {
			case next := <-c.paused:
				if next.tls == nil {
					break
				}
				secured, failed := v.handshake(c, next)
				if failed != nil {
					v.post(func() { v.ended(c, scenario.DoClose) })
					return
				}
				from = secured
			case <-v.done:
				return
			}
		}
		if err != nil {
			do := scenario.DoClose
			if errors.Is(err, syscall.ECONNRESET) {
				do = scenario.DoAbort
			}
			v.post(func() { v.ended(c, do) })
			return
		}
	}
}

// received passes bytes of a client on; the reader goes on when the server
// keeps up.
func (v *server) received(c *liveConn, data []byte) {
	if c.secure.takes(c, data) {
		return
	}
	if !c.ours {
		v.intervene(scenario.Intervention{Do: scenario.DoBytes, Conn: c.id, Data: data})
	}
	if c.waits = !v.mayRead(c, maxBacklog); !c.waits {
		c.paused <- readerOrder{}
	}
}

// mayRead tells whether server and client keep up: the one with what the client
// has said, the other with what it was answered.
func (v *server) mayRead(c *liveConn, limit int) bool {
	return v.outside.Backlog(c.id) < limit && c.unread.Load() < int64(limit)
}

// ended passes the end of a client's half on.
func (v *server) ended(c *liveConn, do scenario.InterventionDo) {
	if !c.ours {
		c.ours = true
		v.intervene(scenario.Intervention{Do: do, Conn: c.id})
	}
	c.finish()
	delete(v.conns, c.id)
}

// reapAll lets readers go on whose server has caught up.
func (v *server) reapAll() {
	for _, c := range v.conns {
		if c.waits && v.mayRead(c, maxBacklog/2) {
			c.waits = false
			c.paused <- readerOrder{}
		}
	}
}

// deliver takes what the simulated server sends.
func (c *liveConn) deliver(d sim.Delivery) {
	switch {
	case c.closed:
	case d.Err != nil:
		c.secure.over(c)
		if tcp, ok := c.sock.(*net.TCPConn); ok {
			tcp.SetLinger(0)
		}
		c.finish()
		c.sock.Close()
	case d.StartTLS != nil: // behind the reply that agrees to it
		c.secure.wanted(c, d.StartTLS)
	case d.EOF:
		c.secure.over(c)
		c.send(outgoing{})
		c.finish()
	case len(d.Data) > 0:
		c.send(outgoing{data: append([]byte(nil), d.Data...)})
	}
}

// send queues bytes for the socket; a client that does not read is cut off.
func (c *liveConn) send(o outgoing) {
	if c.unread.Add(int64(len(o.data))) > maxUnread {
		c.finish()
		c.sock.Close()
		return
	}
	select {
	case c.out <- o:
	default:
		c.finish()
		c.sock.Close()
	}
}

// finish ends the writing side once.
func (c *liveConn) finish() {
	if !c.closed {
		c.closed = true
		close(c.out)
	}
}

// write carries bytes from the world to the socket, and wakes the loop when a
// client has caught up.
func (v *server) write(c *liveConn) {
	to := io.Writer(c.sock)
	for o := range c.out {
		if o.tls != nil {
			to = o.tls
			continue
		}
		c.sock.SetWriteDeadline(time.Now().Add(stalled))
		if o.data == nil {
			c.sayEnd(to)
			continue
		}
		if _, err := to.Write(o.data); err != nil {
			break
		}
		n := int64(len(o.data))
		if left := c.unread.Add(-n); left < maxBacklog/2 && left+n >= maxBacklog/2 {
			v.post(func() {}) // it looks at all readers that wait
		}
	}
	for range c.out {
	}
	c.sock.Close()
}

// sayEnd tells the client that nothing more will come.
func (c *liveConn) sayEnd(to io.Writer) {
	if t, ok := to.(*tls.Conn); ok {
		t.CloseWrite()
	}
	if tcp, ok := c.sock.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
}

func (v *server) listenUDP(m *addressMap, p place) error {
	var l net.PacketConn
	err := v.bind(m, p, func(addr string) (err error) {
		if same := m.tcp[p.sim]; same != "" { // a free port shall be the same one for both
			if l, err = net.ListenPacket("udp4", same); err == nil {
				return nil
			}
		}
		l, err = net.ListenPacket("udp4", addr)
		return err
	})
	if err != nil {
		return err
	}
	v.sockets = append(v.sockets, socket{l})
	v.announce(p.host.Name, p.service, "udp", p.sim.String(), l.LocalAddr().String())
	go func() {
		buf := make([]byte, 64<<10)
		for {
			n, from, err := l.ReadFrom(buf)
			if err != nil {
				return
			}
			data := append([]byte(nil), buf[:n]...)
			v.post(func() { v.datagram(p, l, from, data) })
		}
	}()
	return nil
}

// datagram passes a UDP datagram on; its number leads the answer back.
func (v *server) datagram(p place, l net.PacketConn, remote net.Addr, data []byte) {
	v.next++
	host, from := v.source(remote)
	v.asked[v.next] = func(answer []byte) { l.WriteTo(answer, remote) }
	v.intervene(scenario.Intervention{Do: scenario.DoDatagram, Conn: v.next, Host: host, From: from, To: p.sim, Data: data})
	delete(v.asked, v.next-maxAsked)
}

// maxAsked is how many datagrams may wait for an answer.
const maxAsked = 4096

// post puts a request into the inbox of the loop, unless it has ended.
func (v *server) post(f func()) {
	select {
	case v.inbox <- f:
	case <-v.done:
	}
}

// stop closes all sockets.
func (v *server) stop() {
	close(v.done)
	for _, s := range v.sockets {
		s.Close()
	}
	for _, c := range v.conns {
		c.finish()
		c.sock.Close()
	}
}
