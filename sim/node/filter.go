package node

import (
	"bufio"
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// Filter is a model of a content filter, which looks at a message and hands it
// back to the mail system, changed or not, or refuses it, or throws it away
// (Postfix FILTER_README, SMTPD_PROXY_README). As a server it stands between
// two SMTP servers and passes on what the one says to the other; only the
// message itself it holds until it has judged it.
type Filter struct {
	// Rules are looked at in their order; the first that decides counts.
	Rules []FilterRule
	// To is the server behind the filter, "127.0.0.1:10026".
	To string
}

// FilterRule is what a filter does: "add" puts Text above the message; "reject",
// "defer" and "discard" deal so with a message in which Text occurs.
type FilterRule struct {
	Do, Text string
	Say      string // the reply to the message that is refused; "" is one of the filter's own
}

// filterTimeout is how long a filter waits for either side.
const filterTimeout = 5 * time.Minute

// Judge is what becomes of a message: "pass", "reject", "defer" or "discard",
// what to say about it, and the message as it is then. Its lines end in LF.
func (f *Filter) Judge(message []byte) (what, say string, now []byte) {
	var added []byte
	for _, r := range f.Rules {
		switch {
		case r.Do == "add":
			added = append(append(added, r.Text...), '\n')
		case bytes.Contains(message, []byte(r.Text)):
			return r.Do, r.Say, message
		}
	}
	return "pass", "", append(added, message...)
}

// Listen makes the filter a server of its own on a host, such as
// 127.0.0.1:10025.
func (f *Filter) Listen(h *Host, address string) error {
	_, err := h.Listen(address, sim.Service{Name: "filter", Proto: trace.SMTP, Splitter: smtp.NewSplitter,
		Serve: func(p *sim.Proc, c *sim.Conn) { f.Serve(h, p, c, f.To) }})
	return err
}

// Serve stands between a client and the server at address to.
func (f *Filter) Serve(h *Host, p *sim.Proc, c *sim.Conn, to string) {
	defer c.Close()
	c.SetTimeout(filterTimeout)
	s := &filtering{f: f, p: p, front: c, in: bufio.NewReader(c)}
	at, err := netip.ParseAddrPort(strings.TrimPrefix(to, "inet:"))
	if err != nil {
		s.say("421 4.3.5 " + h.Name + " filter: no server to pass mail on to: " + to)
		return
	}
	back, err := p.Dial(netip.Addr{}, at, filterTimeout)
	if err != nil {
		s.say(fmt.Sprintf("421 4.3.0 %s filter: connect to %s: %v", h.Name, at, err))
		return
	}
	defer back.Close()
	back.SetTimeout(filterTimeout)
	s.back, s.answers = back, bufio.NewReader(back)
	if s.passReply() {
		s.run()
	}
}

// filtering is one connection in front of a filter and the one behind it.
type filtering struct {
	f       *Filter
	p       *sim.Proc
	front   *sim.Conn
	in      *bufio.Reader
	back    *sim.Conn
	answers *bufio.Reader
	taken   bool // a recipient was accepted
	ended   bool
}

func (s *filtering) run() {
	for !s.ended {
		line, err := s.in.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.TrimSpace(line))
		if verb == "DATA" && s.taken {
			s.content()
			continue
		}
		_, _ = s.back.Write([]byte(line)) // that it broke, the reply will tell
		code, ok := s.reply()
		if !ok {
			return
		}
		switch {
		case strings.HasPrefix(verb, "RCPT") && code == '2':
			s.taken = true
		case strings.HasPrefix(verb, "MAIL"), strings.HasPrefix(verb, "RSET"):
			s.taken = false
		case strings.HasPrefix(verb, "QUIT"):
			return
		}
	}
}

// say answers in the filter's own words.
func (s *filtering) say(line string) { _, _ = s.front.Write([]byte(line + "\r\n")) } // who has gone misses nothing

// passReply passes a reply on.
func (s *filtering) passReply() bool {
	_, ok := s.reply()
	return ok
}

// reply passes a reply on and returns the first digit of its code.
func (s *filtering) reply() (code byte, ok bool) {
	text, ok := s.heard()
	if !ok {
		s.ended = true
		s.say("421 4.4.2 filter: lost connection with the server behind")
		return 0, false
	}
	_, _ = s.front.Write(text)
	return text[0], true
}

// heard is a whole reply of the server behind.
func (s *filtering) heard() (text []byte, ok bool) {
	for len(text) < 1<<16 {
		line, err := s.answers.ReadBytes('\n')
		if err != nil || len(line) < 4 {
			return nil, false
		}
		text = append(text, line...)
		if line[3] != '-' {
			return text, true
		}
	}
	return nil, false
}

// ask says something to the server behind, and hears the reply.
func (s *filtering) ask(line string) (reply []byte, ok bool) {
	_, _ = s.back.Write([]byte(line)) // that it broke, the reply will tell
	return s.heard()
}

// content takes a message, judges it, and passes it on if it is to be.
func (s *filtering) content() {
	s.taken = false
	s.say("354 End data with <CR><LF>.<CR><LF>")
	var message []byte
	for {
		line, err := s.in.ReadBytes('\n')
		if err != nil {
			s.ended = true
			return
		}
		if string(line) == ".\r\n" {
			break
		}
		message = append(message, bytes.Replace(line, []byte("\r\n"), []byte("\n"), 1)...)
	}
	s.p.Sleep(filterTime)
	what, say, now := s.f.Judge(message)
	if what != "pass" {
		if _, ok := s.ask("RSET\r\n"); !ok {
			s.ended = true
		}
		s.say(orDefault(say, map[string]string{"reject": "554 5.7.1 message content rejected", "defer": "451 4.7.1 message content deferred",
			"discard": "250 2.7.0 Ok, discarded"}[what]))
		return
	}
	reply, ok := s.ask("DATA\r\n")
	if ok && reply[0] == '3' {
		reply, ok = s.ask(string(bytes.ReplaceAll(now, []byte("\n"), []byte("\r\n"))) + ".\r\n")
	}
	if !ok {
		s.ended = true
		reply = []byte("451 4.4.2 filter: lost connection with the server behind\r\n")
	}
	_, _ = s.front.Write(reply) // who has gone misses nothing
}

// filterTime is how long a filter looks at a message.
const filterTime = 30 * time.Millisecond

func orDefault(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
