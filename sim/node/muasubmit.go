package node

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"mailtrek/protocols/sasl"
	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// Outgoing is a message that a user sends.
type Outgoing struct {
	Name    string   // of the message in the trace
	Content []byte   // header and body as the user wrote them, lines ending in LF
	From    string   // envelope sender; "" is the account's address, "<>" the null sender
	To      []string // envelope recipients
	Server  Server   // zero: the account's
	Words   string   // what the user does, for the trace; "" is made up
}

// Send hands a message in. It records the user's action, then everything that
// follows from it, and at the end what the program tells the user if that was
// not success.
func (m *MUA) Send(p *sim.Proc, out Outgoing) error {
	server := m.Submit
	if out.Server.Host != "" {
		server = out.Server
	}
	words := append(make([]byte, 0, 128), out.Words...)
	if len(words) == 0 {
		words = append(append(append(append(words, m.User...), " submits "...), out.Name...), " to "...)
		words = strconv.AppendUint(append(append(words, server.Host...), ':'), uint64(server.Port), 10)
	}
	msg := p.World().Trace.AddMsg(trace.Msg{Name: out.Name})
	p.Handle(msg)
	p.Emit(trace.Event{Kind: trace.Action, A: p.Sym(m.User), B: p.Sym("submit")}, words)
	mail := &smtp.Mail{Sender: m.sender(out.From), Last: true}
	ascii := false
	if mail.Content, ascii = compose(out.Content, out.To); !ascii {
		mail.Body = "8BITMIME" // RFC 6152 §3
	}
	mail.Recipients = make([]smtp.Recipient, 0, len(out.To))
	for _, to := range out.To {
		mail.Recipients = append(mail.Recipients, smtp.Recipient{Addr: to})
	}
	err := m.submit(p, server, mail)
	if err != nil {
		m.tell(p, "submit", err)
	}
	return err
}

// submit is the dialogue of a submission (RFC 6409, RFC 4954).
func (m *MUA) submit(p *sim.Proc, server Server, mail *smtp.Mail) error {
	conn, err := m.dial(p, server)
	if err != nil {
		return err
	}
	helo := m.Helo
	if helo == "" {
		helo = m.Host.Name
	}
	c := smtp.NewClient(conn, smtp.ClientConfig{Helo: helo, Peer: server.Host, OneByOne: true, Now: p.Now, Room: &m.Host.Room})
	defer func() {
		_ = c.Quit() // what the user is told has been decided before
		conn.Close()
		c.Release()
	}()
	if err := c.Greet(); err != nil {
		return err
	}
	if server.TLS == StartTLS {
		if err := m.startTLS(c, conn, server); err != nil {
			return err
		}
	}
	if m.Login != "" {
		if err := m.login(c); err != nil {
			return err
		}
	}
	res, err := c.Send(mail)
	if err != nil {
		return err
	}
	var failed []error
	for _, o := range res.Outcomes {
		if o.Err != nil {
			failed = append(failed, o.Err)
		}
	}
	return errors.Join(failed...)
}

// startTLS asks for TLS. A program whose settings want it gives nothing away
// without (RFC 8314 §4.1).
func (m *MUA) startTLS(c *smtp.Client, conn *sim.Conn, server Server) error {
	if !c.Offers(smtp.KeyStartTLS) {
		return fmt.Errorf("%s does not offer STARTTLS", server)
	}
	var failed error
	err := c.StartTLS(func(io.ReadWriter) (io.ReadWriter, error) {
		failed = m.secure(conn, server)
		return conn, failed
	})
	if failed != nil {
		return failed
	}
	return err
}

// login authenticates by the first mechanism that both know, in the order in
// which simple programs try them.
func (m *MUA) login(c *smtp.Client) error {
	for _, mechanism := range []string{"PLAIN", "LOGIN", "CRAM-MD5"} {
		for _, offered := range c.AuthMechanisms() {
			if strings.EqualFold(offered, mechanism) {
				return c.Auth(sasl.NewClient(mechanism, m.Login, m.Password))
			}
		}
	}
	return errors.New("the server offers no way to log in that this program knows")
}

// sender is the envelope sender.
func (m *MUA) sender(from string) string {
	switch from {
	case "<>":
		return ""
	case "":
		return addressOf(m.From)
	}
	return addressOf(from)
}
