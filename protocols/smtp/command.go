package smtp

import (
	"encoding/binary"
	"strings"
)

// Command is a row of the table of commands.
type Command struct {
	Verb    string
	Args    string // what may follow the verb, "" for nothing
	States  States // where the RFC allows it; elsewhere the reply is 503
	RFC     string // the clause that defines it
	Summary string // what it is for, in half a line
	flags   flags
	run     func(*Session, []word) *Reply
}

type flags uint8

const (
	// junk: it may be repeated for ever without effect, so it is counted
	// against smtpd_junk_command_limit.
	junk flags = 1 << iota
	// preTLS: it is allowed before STARTTLS where TLS is demanded.
	preTLS
	// lastInGroup: RFC 2920 §3.1: the client must wait for the reply to it.
	lastInGroup
	// foreign: the verb is known and refused.
	foreign
)

// Dialect names a table of commands.
type Dialect uint8

const (
	// Postfix is smtpd(8) of Postfix 3.7: relay (25), submission (587), and
	// submissions (465).
	Postfix Dialect = iota
	// Dovecot is lmtp of Dovecot 2.3.
	Dovecot
	// Historic is a receiver of RFC 821.
	Historic
)

var (
	anyState = setOf(Connected, Greeted, MailGiven, RcptGiven, Chunking)
	noMail   = setOf(Connected, Greeted)
	tables   [3][]Command
	small    [3][]string // their verbs as Stats has them
	heads    [3][]uint32 // how their verbs begin, see headOf
	first    [3][32]int8 // where the first one stands that begins with a letter
)

// The tables refer to handlers which refer to the tables.
func init() {
	tables[Postfix] = postfixTable()
	tables[Dovecot] = dovecotTable()
	tables[Historic] = historicTable()
	for d, t := range tables {
		for i := range first[d] {
			first[d][i] = int8(len(t))
		}
		for i, c := range t {
			if at := &first[d][c.Verb[0]&0x1f]; int(*at) == len(t) {
				*at = int8(i)
			}
			small[d] = append(small[d], strings.ToLower(c.Verb))
			heads[d] = append(heads[d], headOf([]byte(c.Verb)))
		}
	}
}

// postfixTable is the table of smtpd, in the order in which its log line
// "disconnect from" counts them.
func postfixTable() []Command {
	return []Command{
		{"HELO", "SP domain", anyState, "RFC 5321 §4.1.1.1", "says who the client is; no extensions", junk | preTLS | lastInGroup, (*Session).helo},
		{"EHLO", "SP (domain / address-literal)", anyState, "RFC 5321 §4.1.1.1", "says who the client is and asks for the extensions", junk | preTLS | lastInGroup, (*Session).ehlo},
		{"XCLIENT", "SP attribute=value…", noMail, "Postfix XCLIENT_README", "a trusted proxy names its client", preTLS | foreign, (*Session).xclient},
		{"XFORWARD", "SP attribute=value…", noMail, "Postfix XFORWARD_README", "a filter names the client it acts for", foreign, (*Session).xclient},
		{"STARTTLS", "", noMail, "RFC 3207 §4", "asks for encryption from here on", preTLS, (*Session).starttls},
		{"AUTH", "SP mechanism [SP initial-response]", noMail, "RFC 4954 §4", "proves who the user is", 0, (*Session).auth},
		{"MAIL", "SP FROM:<reverse-path> [SP parameters]", noMail, "RFC 5321 §4.1.1.2", "begins a transaction and names the sender", 0, (*Session).mail},
		{"RCPT", "SP TO:<forward-path> [SP parameters]", setOf(MailGiven, RcptGiven), "RFC 5321 §4.1.1.3", "names one recipient", 0, (*Session).rcptTo},
		{"DATA", "", setOf(RcptGiven), "RFC 5321 §4.1.1.4", "announces the message, which ends with a lone dot", lastInGroup, (*Session).data},
		{"BDAT", "SP count [SP LAST]", setOf(RcptGiven, Chunking), "RFC 3030 §2", "brings a piece of the message of so many octets", 0, (*Session).bdat},
		{"RSET", "", anyState, "RFC 5321 §4.1.1.5", "throws the transaction away", junk, (*Session).rset},
		{"NOOP", "[SP string]", anyState, "RFC 5321 §4.1.1.9", "does nothing, and is answered", junk | preTLS | lastInGroup, (*Session).noop},
		{"VRFY", "SP string", anyState, "RFC 5321 §4.1.1.6", "asks whether an address is a user's", junk | lastInGroup, (*Session).vrfy},
		{"ETRN", "SP domain", noMail, "RFC 1985 §5", "asks the server to send what it holds for a domain", junk, (*Session).etrn},
		{"QUIT", "", anyState, "RFC 5321 §4.1.1.10", "ends the session", preTLS, (*Session).quit},
	}
}

// dovecotTable is the table of Dovecot's LMTP server.
func dovecotTable() []Command {
	return []Command{
		{"LHLO", "SP domain", anyState, "RFC 2033 §4.1", "says who the client is and asks for the extensions", 0, (*Session).lhlo},
		{"MAIL", "SP FROM:<reverse-path> [SP parameters]", noMail, "RFC 5321 §4.1.1.2", "begins a transaction and names the sender", 0, (*Session).lmtpMail},
		{"RCPT", "SP TO:<forward-path> [SP parameters]", setOf(MailGiven, RcptGiven), "RFC 5321 §4.1.1.3", "names one recipient", 0, (*Session).lmtpRcpt},
		{"DATA", "", setOf(RcptGiven), "RFC 2033 §4.2", "announces the message; each recipient gets a reply", 0, (*Session).lmtpData},
		{"BDAT", "SP count [SP LAST]", setOf(RcptGiven, Chunking), "RFC 3030 §2", "brings a piece of the message of so many octets", 0, (*Session).lmtpBdat},
		{"RSET", "", anyState, "RFC 5321 §4.1.1.5", "throws the transaction away", 0, (*Session).lmtpRset},
		{"NOOP", "[SP string]", anyState, "RFC 5321 §4.1.1.9", "does nothing, and is answered", 0, (*Session).lmtpNoop},
		{"VRFY", "SP string", anyState, "RFC 5321 §4.1.1.6", "asks whether an address is a user's", 0, (*Session).lmtpVrfy},
		{"STARTTLS", "", noMail, "RFC 3207 §4", "asks for encryption from here on", 0, (*Session).lmtpStartTLS},
		{"XCLIENT", "SP attribute=value…", noMail, "Postfix XCLIENT_README", "a trusted proxy names its client", foreign, (*Session).lmtpXClient},
		{"QUIT", "", anyState, "RFC 5321 §4.1.1.10", "ends the session", 0, (*Session).lmtpQuit},
	}
}

// Commands returns the table of a dialect. It is the one source of dispatch,
// of HELP where there is one, of completion, and of the state diagrams.
func Commands(d Dialect) []Command {
	return append([]Command(nil), tables[d]...)
}

// Lookup finds a command of a dialect by its verb, in any case.
func Lookup(d Dialect, verb string) (Command, bool) {
	for _, c := range tables[d] {
		if strings.EqualFold(c.Verb, verb) {
			return c, true
		}
	}
	return Command{}, false
}

// Verbs returns the verbs that may be said now without breaking the order of
// commands. What the answer would be is another question.
func (s *Session) Verbs() []string {
	var verbs []string
	for _, c := range s.table {
		if c.States.Has(s.state) && c.flags&foreign == 0 {
			verbs = append(verbs, c.Verb)
		}
	}
	return verbs
}

// find returns the index of the command with that verb, len(s.table) if there
// is none.
func (s *Session) find(verb []byte) int { return find(s.dialect, verb) }

// find is the same for the table of a dialect.
func find(d Dialect, verb []byte) int {
	head, list := headOf(verb), heads[d]
	letter := head >> 24 & 0x1f
	for i := int(first[d][letter]); i < len(list); i++ {
		if list[i] == head && equalFold(verb, tables[d][i].Verb) {
			return i
		}
	}
	return len(list)
}

// headOf is the first four letters of a verb, in capitals, as one number; 0 when
// there are less.
func headOf(verb []byte) uint32 {
	if len(verb) < 4 {
		return 0
	}
	return binary.BigEndian.Uint32(verb) &^ 0x20202020
}
