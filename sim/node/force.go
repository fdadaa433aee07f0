package node

import (
	"bytes"
	"errors"
	"net/netip"
	"time"

	"mailtrek/protocols/dnswire"
	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// Asked is what somebody asks of a server on a host.
type Asked struct {
	Proto  trace.Proto
	Port   uint16 // 0: a unix socket
	Client *sim.Node
	Conn   trace.ConnID
	Stage  string // "CONNECT", a verb ("RCPT", "UID FETCH"), "END-OF-MESSAGE", or a record type ("MX")
	Line   []byte // the command as it came, or the name that is asked for
}

// Faults are what makes the servers of a host say something else than they
// would.
type Faults interface {
	// Reply is what a fault demands instead of the real reply: its text, or one
	// of the words Lost and Silence; "" when no fault does. It records the
	// fault's event, which becomes what the process acts upon.
	Reply(p *sim.Proc, a Asked) string
}

// What a server does instead of giving a reply.
const (
	Lost    = "lost"    // the process dies: the connection ends
	Silence = "silence" // it never answers
)

// Force asks the faults of the host what to reply to the client of a
// connection at a stage; "" is what the server would say anyway. When it is
// Lost or Silence the connection is over, and whatever the session says is
// not heard any more.
func (h *Host) Force(p *sim.Proc, c *sim.Conn, stage string) string {
	if h.Faults == nil {
		return ""
	}
	t := p.World().Trace
	a := Asked{Proto: c.Info().Proto, Client: c.Peer(), Conn: c.ID(), Stage: stage}
	if at, err := netip.ParseAddrPort(c.Info().ServerAddr); err == nil {
		a.Port = at.Port()
	}
	if q := p.Cause(); q != 0 && t.At(q).Conn == c.ID() && t.At(q).Side == trace.Client {
		a.Line = bytes.TrimRight(t.Text(t.At(q)), "\r\n")
	}
	text := h.Faults.Reply(p, a)
	switch text {
	case "":
	case Lost:
		c.Vanish()
	case Silence:
		swallow(p, c)
	default:
		c.SetForced()
	}
	return text
}

// watchdog is when a process that is stuck is ended, should its client have
// gone without a word that arrived (Postfix manual, daemon_timeout).
const watchdog = 5 * time.Hour

// swallow reads until the client gives up.
func swallow(p *sim.Proc, c *sim.Conn) {
	var b [512]byte
	c.SetTimeout(watchdog)
	for {
		if _, err := c.Read(b[:]); err != nil && !errors.Is(err, sim.ErrInterrupted) {
			c.Close()
			return
		}
	}
}

// ForceSMTP is Force for a backend of the SMTP engine (smtp.Forcer).
func (h *Host) ForceSMTP(p *sim.Proc, c *sim.Conn, f *smtp.Facts) *smtp.Reply {
	switch text := h.Force(p, c, f.Where); text {
	case "":
		return nil
	case Lost, Silence:
		return &smtp.Reply{Code: 421, Enhanced: "4.3.0", Text: "gone"} // nobody hears it
	default:
		return smtp.NewReply(text)
	}
}

// forced asks the faults of the host what to answer to a question; it is handled
// when they have something to say, be it nothing at all.
func (n *NameServer) forced(p *sim.Proc, req dnswire.Request, query []byte) (reply []byte, handled bool) {
	if n.h.Faults == nil {
		return nil, false
	}
	head, ok := dnswire.Columns(query)
	if !ok || head.Response {
		return nil, false
	}
	q := p.Cause()
	a := Asked{Proto: trace.DNS, Port: dnsPort, Stage: dnswire.TypeName(head.Type), Line: []byte(head.Name)}
	if q != 0 {
		e := p.World().Trace.At(q)
		a.Conn, a.Client = e.Conn, p.World().NodeByID(e.Node)
	}
	if req.TCP {
		a.Stage += " TCP"
	}
	text := n.h.Faults.Reply(p, a)
	return dnswire.Forced(text, req, n.secret, query), text != ""
}

// describeForced is DescribeDNS for a reply that a fault demands.
func describeForced(t *trace.Trace, packet []byte) trace.Event {
	e := DescribeDNS(t, packet)
	e.Flags |= trace.Forced
	return e
}
