package smtp

import (
	"strings"

	"mailtrek/protocols/wire"
)

// Example returns a command line, without CRLF, as a client might send it with
// this verb: for completion, and to try what the answer would be.
func (c Command) Example() string {
	switch c.Verb {
	case "HELO", "EHLO", "LHLO":
		return c.Verb + " client.example"
	case "MAIL", "SEND", "SOML", "SAML":
		return c.Verb + " FROM:<helena@sender.example>"
	case "RCPT":
		return "RCPT TO:<ivan@alabala.com>"
	case "VRFY", "EXPN":
		return c.Verb + " ivan"
	case "ETRN":
		return "ETRN alabala.com"
	case "AUTH":
		return "AUTH PLAIN"
	case "BDAT":
		return "BDAT 0 LAST"
	case "XCLIENT", "XFORWARD":
		return c.Verb + " NAME=client.example"
	}
	return c.Verb
}

// Answer tells what a server of this configuration answers to a well-formed
// command in a state, when nobody objects to client, sender and recipient. It
// finds out by trying: a session is brought into that state and asked. ok is
// false when the state is none in which commands are heard.
func Answer(cfg Config, state State, verb string) (r Reply, ok bool) {
	s := NewSession(cfg, &Memory{Session: "SESSION"})
	s.Open()
	for _, line := range wayTo(s, state) {
		s.Feed([]byte(line+"\r\n"), false)
	}
	if s.state != state || !anyState.Has(state) {
		return Reply{}, false
	}
	line := verb
	for _, c := range s.table {
		if strings.EqualFold(c.Verb, verb) {
			line = c.Example()
		}
	}
	return firstReply(s.Feed([]byte(line+"\r\n"), false))
}

// wayTo are the commands that lead from the greeting to a state.
func wayTo(s *Session, state State) []string {
	hello := "EHLO client.example"
	if s.cfg.LMTP {
		hello = "LHLO client.example"
	} else if s.cfg.Historic {
		hello = "HELO client.example"
	}
	way := []string{hello, "MAIL FROM:<helena@sender.example>", "RCPT TO:<ivan@alabala.com>", "BDAT 3\r\nx"}
	switch state {
	case Greeted:
		return way[:1]
	case MailGiven:
		return way[:2]
	case RcptGiven:
		return way[:3]
	case Chunking:
		return way
	}
	return nil
}

// firstReply reads the first reply in a server's output.
func firstReply(out []byte) (Reply, bool) {
	var r Reply
	for {
		line, _, n := wire.CutLine(out)
		if n == 0 {
			return r, false
		}
		out = out[n:]
		code, more := replyCode(line)
		enhanced, text := splitEnhanced(code, string(line[min(4, len(line)):]))
		if r.Code != 0 {
			text = r.Text + "\n" + text
		}
		r = Reply{Code: code, Enhanced: enhanced, Text: text}
		if !more {
			return r, code > 0
		}
	}
}
