package smtp

import "strings"

// historicTable is that of a receiver of 1982 (RFC 821 §4.1.1). It knows no
// EHLO, and so a client of today falls back to HELO.
func historicTable() []Command {
	return []Command{
		{"HELO", "SP domain", anyState, "RFC 821 §3.5", "says who the sender-SMTP is", lastInGroup, (*Session).helo},
		{"MAIL", "SP FROM:<reverse-path>", noMail, "RFC 821 §3.1", "begins a transaction to mailboxes", 0, (*Session).mail},
		{"SEND", "SP FROM:<reverse-path>", noMail, "RFC 821 §3.4", "begins a transaction to terminals", 0, (*Session).mail},
		{"SOML", "SP FROM:<reverse-path>", noMail, "RFC 821 §3.4", "to terminals, or else to mailboxes", 0, (*Session).mail},
		{"SAML", "SP FROM:<reverse-path>", noMail, "RFC 821 §3.4", "to terminals and to mailboxes", 0, (*Session).mail},
		{"RCPT", "SP TO:<forward-path>", setOf(MailGiven, RcptGiven), "RFC 821 §3.1", "names one recipient, with the route to it", 0, (*Session).rcptTo},
		{"DATA", "", setOf(RcptGiven), "RFC 821 §3.1", "announces the message, which ends with a lone dot", lastInGroup, (*Session).data},
		{"RSET", "", anyState, "RFC 821 §4.1.1", "throws the transaction away", 0, (*Session).rset},
		{"VRFY", "SP string", anyState, "RFC 821 §3.3", "asks whether a name is a user's", lastInGroup, (*Session).historicVrfy},
		{"EXPN", "SP string", anyState, "RFC 821 §3.3", "asks who is on a mailing list", lastInGroup, (*Session).expn},
		{"HELP", "[SP string]", anyState, "RFC 821 §4.1.1", "asks which commands there are", lastInGroup, (*Session).help},
		{"NOOP", "", anyState, "RFC 821 §4.1.1", "does nothing, and is answered", lastInGroup, (*Session).noop},
		{"QUIT", "", anyState, "RFC 821 §3.5", "ends the session", 0, (*Session).quit},
		{"TURN", "", noMail, "RFC 821 §3.8", "asks the receiver to change roles", lastInGroup, (*Session).turn},
	}
}

// Expander is a Policy that also answers the questions of RFC 821 §3.3.
type Expander interface {
	// FullName is a user's name and mailbox, "Fred Smith <Smith@USC-ISIF.ARPA>".
	FullName(f *Facts, user string) (string, *Reply)
	// Expand are the members of a mailing list.
	Expand(f *Facts, list string) ([]string, *Reply)
}

// historicVrfy is VRFY. RFC 821 §3.3: 250 with the full name and the mailbox.
func (s *Session) historicVrfy(args []word) *Reply {
	if len(args) < 2 {
		return &Reply{Code: 501, Text: "Syntax: VRFY string"}
	}
	name := string(joined(args[1:]))
	if e, ok := s.b.(Expander); ok {
		text, r := e.FullName(&s.facts, name)
		if r != nil {
			return r
		}
		return &Reply{Code: 250, Text: text}
	}
	if r := s.b.Vrfy(&s.facts, name); r != nil {
		return r
	}
	return &Reply{Code: 250, Text: "<" + name + ">"}
}

// expn is EXPN. RFC 821 §3.3: a line of the reply for each member.
func (s *Session) expn(args []word) *Reply {
	if len(args) < 2 {
		return &Reply{Code: 501, Text: "Syntax: EXPN string"}
	}
	e, ok := s.b.(Expander)
	if !ok {
		return replyNotImplemented
	}
	members, r := e.Expand(&s.facts, string(joined(args[1:])))
	if r != nil {
		return r
	}
	if len(members) == 0 {
		return &Reply{Code: 550, Text: "That is a mailing list without members"}
	}
	return &Reply{Code: 250, Text: strings.Join(members, "\n")}
}

// help is HELP: 214, made of the table.
func (s *Session) help(args []word) *Reply {
	if len(args) > 1 {
		for _, c := range s.table {
			if equalFold(args[1].text, c.Verb) {
				return &Reply{Code: 214, Text: strings.TrimSpace(strings.ReplaceAll(c.Verb+" "+c.Args, "SP ", "")) + ": " + c.Summary}
			}
		}
		return &Reply{Code: 504, Text: "No help for " + printable(args[1].text)}
	}
	verbs := make([]string, len(s.table))
	for i, c := range s.table {
		verbs[i] = c.Verb
	}
	return &Reply{Code: 214, Text: "Commands:\n" + strings.Join(verbs, " ")}
}

// turn is TURN. RFC 821 §3.8: a receiver may refuse with 502; RFC 5321
// appendix F.1 says that it should, for anybody could collect mail with it.
func (s *Session) turn([]word) *Reply { return replyNotImplemented }
