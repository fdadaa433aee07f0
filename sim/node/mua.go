package node

import (
	"crypto/tls"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// MUA is the mail program of one user on one host: it hands in what the user
// writes (RFC 6409) and fetches what has arrived. It is patient and naive: one
// command at a time, no pipelining. Where its settings ask for TLS it insists on
// it, and on a certificate that the authority of the simulated internet has
// signed for the server's name (package pki).
type MUA struct {
	Host     *Host
	User     string // the local user, in front of the screen
	From     string // the address of the account, e.g. "Elena <elena@sender.example>"
	Login    string // at the servers; empty: without authentication
	Password string
	Helo     string // what the program calls itself; empty: the host's name
	Submit   Server // where mail is handed in
	Fetch    Server // where mail is fetched, by POP3
	IMAP     Server // where mail is read, by IMAP
}

// Server is a server as the user typed it: a name or an address, and a port.
type Server struct {
	Host string
	Port uint16
	TLS  string // StartTLS, ImplicitTLS, or "" for none
}

// How a mail program secures a connection.
const (
	StartTLS    = "starttls" // by a command: RFC 3207, RFC 2595
	ImplicitTLS = "tls"      // from the first octet on: RFC 8314
)

// String returns "host:port".
func (s Server) String() string { return s.Host + ":" + strconv.Itoa(int(s.Port)) }

// muaTimeout is how long a mail program waits for a server.
const muaTimeout = time.Minute

// tell records what the program shows its user after a failure.
func (m *MUA) tell(p *sim.Proc, verb string, err error) {
	p.Emit(trace.Event{Kind: trace.Output, A: p.Sym(verb), Code: 1}, []byte(plainText(err.Error())))
}

// dial looks the server up and connects, trying its addresses in turn.
func (m *MUA) dial(p *sim.Proc, server Server) (*sim.Conn, error) {
	addrs, err := m.resolve(p, server.Host)
	if err != nil {
		return nil, err
	}
	var failed error
	for _, a := range addrs {
		conn, err := p.Dial(netip.Addr{}, netip.AddrPortFrom(a, server.Port), muaTimeout)
		if err == nil {
			conn.SetTimeout(muaTimeout)
			if server.TLS == ImplicitTLS {
				if err := m.secure(conn, server); err != nil {
					conn.Close()
					return nil, err
				}
			}
			return conn, nil
		}
		failed = fmt.Errorf("connect to %s[%s]:%d: %w", server.Host, a, server.Port, err)
	}
	return nil, failed
}

// secure runs a TLS handshake with a server.
func (m *MUA) secure(conn *sim.Conn, server Server) error {
	roots, err := m.Host.PKI().Roots("")
	if err != nil {
		return err
	}
	if _, err = conn.SecureClient(&tls.Config{ServerName: server.Host, RootCAs: roots}); err != nil {
		return fmt.Errorf("no TLS with %s: %w", server, err)
	}
	conn.SetTimeout(muaTimeout)
	return nil
}

// resolve returns the addresses of a server.
func (m *MUA) resolve(p *sim.Proc, name string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{a}, nil
	}
	answer, err := m.Host.Stub.Lookup(p, name, dns.TypeA)
	if err != nil {
		return nil, fmt.Errorf("server %s not found: %w", name, err)
	}
	if addrs := answer.Addrs(); len(addrs) > 0 {
		return addrs, nil
	}
	return nil, fmt.Errorf("server %s has no address", name)
}

// addressOf returns the address in "Name <address>", or all of it.
func addressOf(s string) string {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		if j := strings.IndexByte(s[i:], '>'); j > 0 {
			return s[i+1 : i+j]
		}
	}
	return strings.TrimSpace(s)
}
