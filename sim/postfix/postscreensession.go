package postfix

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"mailtrek/protocols/wire"
)

// screenSession is the SMTP engine that postscreen(8) has built in for clients
// that failed a test: it takes no mail, but hears whom it would have been from
// and for (POSTSCREEN_README, "Tests after the 220 SMTP server greeting";
// postscreen_smtpd.c). It is simpler than smtpd's, and answers differently.
type screenSession struct {
	conf   *Config
	client string
	log    func(format string, args ...any)
	waited string // how long the client was silent

	in       []byte
	out      []byte
	helo     string
	proto    string
	mail     bool
	sender   string
	where    string // the last command, as log lines name it
	commands int64
	next     wire.Next
}

func newScreenSession(conf *Config, client, waited string, log func(string, ...any)) *screenSession {
	return &screenSession{conf: conf, client: client, log: log, waited: waited, proto: "SMTP", where: "CONNECT"}
}

// Early takes what the client said before it was greeted.
func (s *screenSession) Early(in []byte) {
	s.log("PREGREET %d after %s from %s: %s", len(in), s.waited, s.client, escape(in))
	s.in = append(s.in, in...)
}

// escape makes line ends and control characters visible, as log lines do.
func escape(in []byte) string {
	if len(in) > 100 {
		in = in[:100]
	}
	q := fmt.Sprintf("%q", in)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// Open says nothing: half of the greeting was sent before the test.
func (s *screenSession) Open() []byte { return nil }

// Feed answers complete lines.
func (s *screenSession) Feed(in []byte, _ bool) []byte {
	s.out = s.out[:0]
	s.in = append(s.in, in...)
	for s.next == wire.Continue {
		line, rest, ok := bytes.Cut(s.in, []byte{'\n'})
		if !ok {
			if limit := int(s.conf.Int("line_length_limit")); len(s.in) > limit {
				s.in = s.in[:limit]
			}
			break
		}
		s.in = rest
		s.command(strings.TrimRight(string(line), "\r"))
	}
	return s.out
}

// Lost notes that the client has gone.
func (s *screenSession) Lost() []byte {
	s.log("HANGUP after %s from %s in tests after SMTP handshake", s.waited, s.client)
	return nil
}

// Timeout is how long postscreen waits for a command.
func (s *screenSession) Timeout() time.Duration {
	return s.conf.Duration("postscreen_command_time_limit")
}

// TimedOut ends the session.
func (s *screenSession) TimedOut() []byte {
	s.log("COMMAND TIME LIMIT from %s after %s", s.client, s.where)
	s.next = wire.Close
	return nil
}

// Next says whether the session goes on.
func (s *screenSession) Next() wire.Next { return s.next }

// State names the state as a learner reads it.
func (s *screenSession) State() string {
	if s.mail {
		return "MAIL given"
	}
	return "screened"
}

func (s *screenSession) say(format string, args ...any) {
	s.out = fmt.Appendf(s.out, format+"\r\n", args...)
}

// command answers one command.
func (s *screenSession) command(line string) {
	verb, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
	arg, verb = strings.TrimSpace(arg), strings.ToUpper(verb)
	if verb == "CONNECT" || verb == "GET" || verb == "POST" || verb != "" && (verb[0] < 'A' || verb[0] > 'Z') {
		s.log("NON-SMTP COMMAND from %s after %s: %s", s.client, s.where, escape([]byte(line)))
		s.say("521 5.7.0 Error: I can break rules, too. Goodbye.")
		s.next = wire.Close
		return
	}
	if s.commands++; s.commands > s.conf.Int("postscreen_command_count_limit") {
		s.log("COMMAND COUNT LIMIT from %s after %s", s.client, s.where)
		s.say("421 4.7.0 %s Error: too many commands", s.conf.Get("myhostname"))
		s.next = wire.Close
		return
	}
	if answer := screenCommands[verb]; answer != nil {
		s.where = verb
		answer(s, arg)
		return
	}
	s.say("502 5.5.2 Error: command not recognized")
}

// screenCommands are the commands that the engine knows.
var screenCommands = map[string]func(s *screenSession, arg string){
	"HELO": (*screenSession).helloSMTP, "EHLO": (*screenSession).helloESMTP,
	"MAIL": (*screenSession).mailFrom, "RCPT": (*screenSession).rcptTo,
	"DATA": (*screenSession).data, "BDAT": (*screenSession).bdat, "RSET": (*screenSession).rset,
	"NOOP": func(s *screenSession, _ string) { s.say("250 2.0.0 Ok") },
	"VRFY": (*screenSession).vrfy, "ETRN": (*screenSession).etrn,
	"STARTTLS": func(s *screenSession, _ string) { s.say("502 5.5.1 Error: command not implemented") },
	"QUIT": func(s *screenSession, _ string) {
		s.say("221 2.0.0 Bye")
		s.next = wire.Close
	},
}

func (s *screenSession) helloSMTP(arg string) {
	if arg == "" {
		s.say("501 Syntax: HELO hostname")
		return
	}
	s.helo, s.proto, s.mail = arg, "SMTP", false
	s.say("250 %s", s.conf.Get("myhostname"))
}

func (s *screenSession) helloESMTP(arg string) {
	if arg == "" {
		s.say("501 Syntax: EHLO hostname")
		return
	}
	s.helo, s.proto, s.mail = arg, "ESMTP", false
	keywords := []string{fmt.Sprintf("SIZE %d", s.conf.Int("message_size_limit"))}
	if !s.conf.Bool("postscreen_disable_vrfy_command") {
		keywords = append(keywords, "VRFY")
	}
	keywords = append(keywords, "ETRN", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN")
	if s.conf.Bool("smtputf8_enable") {
		keywords = append(keywords, "SMTPUTF8")
	}
	keywords = append(keywords, "CHUNKING")
	discard := s.conf.List("postscreen_discard_ehlo_keywords")
	lines := []string{s.conf.Get("myhostname")}
	for _, k := range keywords {
		name, _, _ := strings.Cut(k, " ")
		if !listHas(discard, name) {
			lines = append(lines, k)
		}
	}
	for i, l := range lines {
		sep := "-"
		if i == len(lines)-1 {
			sep = " "
		}
		s.say("250%s%s", sep, l)
	}
}

func (s *screenSession) mailFrom(arg string) {
	switch {
	case s.helo == "" && s.conf.Bool("postscreen_helo_required"):
		s.say("503 5.5.1 Error: send HELO/EHLO first")
	case s.mail:
		s.say("503 5.5.1 Error: nested MAIL command")
	default:
		addr, ok := screenAddress(arg, "FROM:")
		if !ok {
			s.say("501 5.5.4 Syntax: MAIL FROM:<address>")
			return
		}
		s.mail, s.sender = true, addr
		s.say("250 2.1.0 Ok")
	}
}

// screenAddress takes the address off "FROM:<address> …" without looking at it
// any closer.
func screenAddress(arg, keyword string) (string, bool) {
	if len(arg) < len(keyword) || !strings.EqualFold(arg[:len(keyword)], keyword) {
		return "", false
	}
	arg = strings.TrimSpace(arg[len(keyword):])
	if rest, ok := strings.CutPrefix(arg, "<"); ok {
		addr, _, _ := strings.Cut(rest, ">")
		return addr, true
	}
	if f := strings.Fields(arg); len(f) > 0 {
		return f[0], true
	}
	return "", false
}

func (s *screenSession) rcptTo(arg string) {
	if !s.mail {
		s.say("503 5.5.1 Error: need MAIL command")
		return
	}
	addr, ok := screenAddress(arg, "TO:")
	if !ok {
		s.say("501 5.5.4 Syntax: RCPT TO:<address>")
		return
	}
	s.say("550 5.5.1 Protocol error")
	s.log("NOQUEUE: reject: RCPT from %s: 550 5.5.1 Protocol error; from=<%s>, to=<%s>, proto=%s, helo=<%s>", s.client, s.sender, addr, s.proto, s.helo)
}

func (s *screenSession) data(arg string) {
	switch {
	case arg != "":
		s.say("501 5.5.4 Syntax: DATA")
	case !s.mail:
		s.say("503 5.5.1 Error: need RCPT command")
	default:
		s.say("554 5.5.1 Error: no valid recipients")
	}
	s.drop("DATA")
}

func (s *screenSession) bdat(string) {
	if s.mail {
		s.say("554 5.5.1 Error: no valid recipients")
	} else {
		s.say("554 5.5.1 Error: need MAIL command")
	}
	s.drop("BDAT")
}

// drop ends the session with a client that goes on after all was refused.
func (s *screenSession) drop(verb string) {
	s.log("%s without valid RCPT from %s", verb, s.client)
	s.next = wire.Close
}

func (s *screenSession) rset(string) {
	s.mail, s.sender = false, ""
	s.say("250 2.0.0 Ok")
}

func (s *screenSession) vrfy(arg string) {
	switch {
	case s.conf.Bool("postscreen_disable_vrfy_command"):
		s.say("502 5.5.1 VRFY command is disabled")
	case arg == "":
		s.say("501 5.5.4 Syntax: VRFY address")
	default:
		s.say("550 5.5.1 Protocol error")
	}
}

func (s *screenSession) etrn(arg string) {
	switch {
	case s.helo == "":
		s.say("503 Error: send HELO/EHLO first")
	case s.mail:
		s.say("503 Error: MAIL transaction in progress")
	case arg == "":
		s.say("500 Syntax: ETRN domain")
	default:
		s.say("458 Unable to queue messages")
	}
}
