package pop3

import "slices"

// Command is a row of the command table.
type Command struct {
	Verb    string // in capitals
	Args    string // arguments as in the RFC, "" for none
	Summary string // one sentence
	RFC     string // the clause that defines it

	before handler // in AUTHORIZATION; nil: not known there
	after  handler // in TRANSACTION; nil: not known there
}

// A handler carries out a command. It returns false for a command that counts
// as bad: several in a row end the session.
type handler func(s *Session, args string) bool

// commands is the table. Dispatch, completion and the state diagram come from
// it; the order is that of the RFCs.
var commands = []Command{
	{Verb: "USER", Args: "name", RFC: "RFC 1939 §7", before: (*Session).userCmd,
		Summary: "Names the maildrop. Every name gets +OK, known or not."},
	{Verb: "PASS", Args: "password", RFC: "RFC 1939 §7", before: (*Session).passCmd,
		Summary: "Gives the password in the clear; everything behind the blank belongs to it."},
	{Verb: "APOP", Args: "name digest", RFC: "RFC 1939 §7", before: (*Session).apopCmd,
		Summary: "Logs in with the MD5 digest of the greeting's timestamp and the password."},
	{Verb: "AUTH", Args: "[mechanism [initial-response]]", RFC: "RFC 5034 §4", before: (*Session).authCmd,
		Summary: "Logs in by a SASL mechanism; alone it lists the mechanisms."},
	{Verb: "STLS", RFC: "RFC 2595 §4", before: (*Session).stlsCmd,
		Summary: "Begins TLS on this connection."},
	{Verb: "XCLIENT", Args: "attributes", RFC: "Dovecot login_trusted_networks", before: (*Session).xclientCmd,
		Summary: "A trusted proxy tells whom it speaks for; others are ignored."},
	{Verb: "XOIP", Args: "address", RFC: "Dovecot login_trusted_networks", before: (*Session).xclientCmd,
		Summary: "An older form of XCLIENT."},
	{Verb: "CAPA", RFC: "RFC 2449 §5", before: (*Session).capaLoginCmd, after: (*Session).capaCmd,
		Summary: "Lists the server's capabilities, which differ before and after login."},
	{Verb: "STAT", RFC: "RFC 1939 §5", after: (*Session).statCmd,
		Summary: "Tells how many messages there are and their octets, without those marked as deleted."},
	{Verb: "LIST", Args: "[msg]", RFC: "RFC 1939 §5", after: (*Session).listCmd,
		Summary: "Lists the size of each message, or of one."},
	{Verb: "RETR", Args: "msg", RFC: "RFC 1939 §5", after: (*Session).retrCmd,
		Summary: "Sends a whole message, lines that begin with a dot stuffed by another."},
	{Verb: "DELE", Args: "msg", RFC: "RFC 1939 §5", after: (*Session).deleCmd,
		Summary: "Marks a message; it is deleted at QUIT."},
	{Verb: "NOOP", RFC: "RFC 1939 §5", after: (*Session).noopCmd,
		Summary: "Does nothing and keeps the session alive."},
	{Verb: "RSET", RFC: "RFC 1939 §5", after: (*Session).rsetCmd,
		Summary: "Takes back all marks of DELE."},
	{Verb: "TOP", Args: "msg n", RFC: "RFC 1939 §7", after: (*Session).topCmd,
		Summary: "Sends the header of a message and the first n lines of its body."},
	{Verb: "UIDL", Args: "[msg]", RFC: "RFC 1939 §7", after: (*Session).uidlCmd,
		Summary: "Lists identifiers that stay the same from session to session."},
	{Verb: "LAST", RFC: "RFC 1460 §5", after: (*Session).lastCmd,
		Summary: "Tells the highest message number accessed; removed from POP3 in 1994, known only with pop3_enable_last."},
	{Verb: "QUIT", RFC: "RFC 1939 §4, §6", before: (*Session).quitLoginCmd, after: (*Session).quitCmd,
		Summary: "Ends the session; after login the marked messages are deleted now."},
}

// The table refers to handlers that look commands up, so the index is made
// apart.
var byVerb map[string]*Command

func init() {
	byVerb = make(map[string]*Command, len(commands))
	for i := range commands {
		byVerb[commands[i].Verb] = &commands[i]
	}
}

// Commands returns a copy of the command table.
func Commands() []Command { return slices.Clone(commands) }

// States returns the states in which the command is known.
func (c Command) States() []State {
	var states []State
	if c.before != nil {
		states = append(states, Authorization, UserGiven)
	}
	if c.after != nil {
		states = append(states, Transaction)
	}
	return states
}

// Legal tells whether the command is known in a state. A command that is
// known can still fail, as PASS before USER does.
func (c Command) Legal(st State) bool { return slices.Contains(c.States(), st) }
