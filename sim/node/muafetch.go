package node

import (
	"bytes"
	"fmt"

	"mailtrek/protocols/pop3"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// FetchPOP3 fetches all mail by POP3 into the program's own store: USER, PASS,
// STAT, LIST, then RETR and DELE for each message, and QUIT, at which the
// server deletes. With keep nothing is deleted. It returns how many messages
// came. words is what the user does, for the trace; "" is made up.
func (m *MUA) FetchPOP3(p *sim.Proc, keep bool, words string) (int, error) {
	if words == "" {
		words = fmt.Sprintf("%s fetches mail from %s", m.User, m.Fetch)
	}
	p.Emit(trace.Event{Kind: trace.Action, A: p.Sym(m.User), B: p.Sym("fetch")}, []byte(words))
	n, err := m.fetch(p, keep)
	if err != nil {
		m.tell(p, "fetch", err)
	}
	return n, err
}

// fetch is the dialogue.
func (m *MUA) fetch(p *sim.Proc, keep bool) (int, error) {
	conn, err := m.dial(p, m.Fetch)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	c, err := pop3.NewClient(conn)
	if err != nil {
		return 0, err
	}
	if m.Fetch.TLS == StartTLS {
		if err := c.STLS(); err != nil {
			return 0, err
		}
		if err := m.secure(conn, m.Fetch); err != nil {
			return 0, err
		}
		c.Upgrade(conn)
	}
	n, err := m.transfer(p, c, keep)
	if err != nil {
		if _, refused := err.(*pop3.Error); refused {
			_ = c.Quit() // the refusal is what counts
		}
		return n, err
	}
	return n, c.Quit()
}

// transfer logs in and fetches.
func (m *MUA) transfer(p *sim.Proc, c *pop3.Client, keep bool) (int, error) {
	if err := c.Login(m.Login, m.Password); err != nil {
		return 0, err
	}
	count, _, err := c.Stat()
	if err != nil || count == 0 {
		return 0, err
	}
	list, err := c.List()
	if err != nil {
		return 0, err
	}
	for i, l := range list {
		data, err := c.Retr(l.Number)
		if err != nil {
			return i, err
		}
		if err := m.store(p, data); err != nil {
			return i, err
		}
		if keep {
			continue
		}
		if err := c.Dele(l.Number); err != nil {
			return i, err
		}
	}
	return len(list), nil
}

// home is the user's home.
func (m *MUA) home() string {
	if users, _ := m.Host.Tree.Users(); users != nil {
		if u, ok := users.Lookup(m.User); ok && u.Home != "" {
			return u.Home
		}
	}
	return "/home/" + m.User
}

// store puts a fetched message into the program's inbox, an mbox below the
// user's home; the From_ line names no sender, which is not known here.
func (m *MUA) store(p *sim.Proc, data []byte) error {
	file := m.home() + "/mail/inbox"
	text := bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	if err := m.Host.Tree.AppendMbox(file, "-", p.Now(), text); err != nil {
		return err
	}
	p.Emit(trace.Event{Kind: trace.Mailbox, A: p.Sym(m.User), B: p.Sym(file), C: p.Sym("append")}, text)
	p.Handle(0)
	return nil
}
