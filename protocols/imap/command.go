package imap

import "slices"

// Command is a row of the command table.
type Command struct {
	Verb    string // in capitals; "UID FETCH" is a command of its own
	Args    string // arguments as in the RFC, "" for none
	Summary string // one sentence
	RFC     string // the clause that defines it

	before func(s *Session, c *call) // before login; nil: not known there
	after  func(s *Session, c *call) // after login; nil: not known there
	reads  int                       // arguments read before: n strings, allArgs, noArgs, ownArgs
	needs  bool                      // a selected mailbox
	alone  bool                      // waits until earlier commands are done with the mailbox
}

// How many arguments are read before a handler is called.
const (
	noArgs  = 0  // what stands behind is ignored
	allArgs = -1 // all up to the end of the line
	ownArgs = -2 // the handler reads them itself
)

// call is one command as it was given.
type call struct {
	row    *Command
	tag    string
	name   string // as errors cite it
	uid    bool   // behind UID
	r      *reader
	args   []arg
	missed bool // the handler needs more octets
	ended  bool // the reader stands at the next command already
}

// commands is the table. Dispatch, completion and the state diagram come from
// it; the order is that of RFC 3501, then the extensions.
var commands = []Command{
	{Verb: "CAPABILITY", RFC: "RFC 3501 §6.1.1", before: (*Session).capabilityLoginCmd, after: (*Session).capabilityCmd,
		Summary: "Lists what the server can do, which differs before and after login."},
	{Verb: "NOOP", RFC: "RFC 3501 §6.1.2", before: (*Session).noopLoginCmd, after: (*Session).noopCmd,
		Summary: "Does nothing, and lets the server tell what has changed."},
	{Verb: "LOGOUT", RFC: "RFC 3501 §6.1.3", before: (*Session).logoutLoginCmd, after: (*Session).logoutCmd, alone: true,
		Summary: "Ends the session."},
	{Verb: "STARTTLS", RFC: "RFC 3501 §6.2.1", before: (*Session).startTLSCmd,
		Summary: "Begins TLS on this connection."},
	{Verb: "AUTHENTICATE", Args: "mechanism [initial-response]", RFC: "RFC 3501 §6.2.2, RFC 4959", before: (*Session).authenticateCmd,
		Summary: "Logs in by a SASL mechanism."},
	{Verb: "LOGIN", Args: "user password", RFC: "RFC 3501 §6.2.3", before: (*Session).loginCmd,
		Summary: "Logs in with a password in the clear."},
	{Verb: "SELECT", Args: "mailbox [(CONDSTORE | QRESYNC (…))]", RFC: "RFC 3501 §6.3.1", after: (*Session).selectCmd, reads: ownArgs, alone: true,
		Summary: "Opens a mailbox."},
	{Verb: "EXAMINE", Args: "mailbox [(CONDSTORE | QRESYNC (…))]", RFC: "RFC 3501 §6.3.2", after: (*Session).examineCmd, reads: ownArgs, alone: true,
		Summary: "Opens a mailbox only to read."},
	{Verb: "CREATE", Args: "mailbox", RFC: "RFC 3501 §6.3.3", after: (*Session).createCmd, reads: 1,
		Summary: "Makes a mailbox."},
	{Verb: "DELETE", Args: "mailbox", RFC: "RFC 3501 §6.3.4", after: (*Session).deleteCmd, reads: 1, alone: true,
		Summary: "Removes a mailbox with its messages; those below it stay."},
	{Verb: "RENAME", Args: "mailbox new-name", RFC: "RFC 3501 §6.3.5", after: (*Session).renameCmd, reads: 2,
		Summary: "Gives a mailbox, and those below it, another name."},
	{Verb: "SUBSCRIBE", Args: "mailbox", RFC: "RFC 3501 §6.3.6", after: (*Session).subscribeCmd, reads: 1,
		Summary: "Puts a mailbox on the list of those that are looked at."},
	{Verb: "UNSUBSCRIBE", Args: "mailbox", RFC: "RFC 3501 §6.3.7", after: (*Session).unsubscribeCmd, reads: 1,
		Summary: "Takes a mailbox off that list."},
	{Verb: "LIST", Args: "[(selection)] reference pattern [RETURN (…)]", RFC: "RFC 3501 §6.3.8, RFC 5258", after: (*Session).listCmd, reads: allArgs,
		Summary: "Lists mailboxes by a pattern: * is anything, % anything within one level."},
	{Verb: "LSUB", Args: "reference pattern", RFC: "RFC 3501 §6.3.9", after: (*Session).lsubCmd, reads: allArgs,
		Summary: "Lists mailboxes subscribed to."},
	{Verb: "STATUS", Args: "mailbox (items)", RFC: "RFC 3501 §6.3.10", after: (*Session).statusCmd, reads: ownArgs,
		Summary: "Tells facts of a mailbox without opening it."},
	{Verb: "APPEND", Args: "mailbox [(flags)] [date] literal …", RFC: "RFC 3501 §6.3.11, RFC 3502", after: (*Session).appendCmd, reads: ownArgs,
		Summary: "Puts messages into a mailbox."},
	{Verb: "CHECK", RFC: "RFC 3501 §6.4.1", after: (*Session).checkCmd, needs: true,
		Summary: "Asks the server to put the mailbox in order."},
	{Verb: "CLOSE", RFC: "RFC 3501 §6.4.2", after: (*Session).closeCmd, needs: true, alone: true,
		Summary: "Removes what is marked as deleted, silently, and leaves the mailbox."},
	{Verb: "EXPUNGE", RFC: "RFC 3501 §6.4.3", after: (*Session).expungeCmd, needs: true,
		Summary: "Removes what is marked as deleted."},
	{Verb: "SEARCH", Args: "[RETURN (…)] [CHARSET c] criteria", RFC: "RFC 3501 §6.4.4, RFC 4731", after: (*Session).searchCmd, reads: allArgs, needs: true,
		Summary: "Finds messages."},
	{Verb: "FETCH", Args: "set items [(CHANGEDSINCE n)]", RFC: "RFC 3501 §6.4.5", after: (*Session).fetchCmd, reads: allArgs, needs: true,
		Summary: "Tells facts, headers, parts and contents of messages."},
	{Verb: "STORE", Args: "set [(UNCHANGEDSINCE n)] [+|-]FLAGS[.SILENT] flags", RFC: "RFC 3501 §6.4.6", after: (*Session).storeCmd, reads: allArgs, needs: true,
		Summary: "Changes flags of messages."},
	{Verb: "COPY", Args: "set mailbox", RFC: "RFC 3501 §6.4.7", after: (*Session).copyCmd, reads: 2, needs: true,
		Summary: "Copies messages into a mailbox."},
	{Verb: "UID FETCH", Args: "set items [(CHANGEDSINCE n [VANISHED])]", RFC: "RFC 3501 §6.4.8", after: (*Session).fetchCmd, reads: allArgs, needs: true,
		Summary: "FETCH by UIDs."},
	{Verb: "UID SEARCH", Args: "criteria", RFC: "RFC 3501 §6.4.8", after: (*Session).searchCmd, reads: allArgs, needs: true,
		Summary: "SEARCH that answers with UIDs."},
	{Verb: "UID STORE", Args: "set [+|-]FLAGS[.SILENT] flags", RFC: "RFC 3501 §6.4.8", after: (*Session).storeCmd, reads: allArgs, needs: true,
		Summary: "STORE by UIDs."},
	{Verb: "UID COPY", Args: "set mailbox", RFC: "RFC 3501 §6.4.8", after: (*Session).copyCmd, reads: 2, needs: true,
		Summary: "COPY by UIDs."},
	{Verb: "UID EXPUNGE", Args: "set", RFC: "RFC 4315 §2.1", after: (*Session).uidExpungeCmd, reads: 1, needs: true,
		Summary: "EXPUNGE of only some UIDs."},
	{Verb: "MOVE", Args: "set mailbox", RFC: "RFC 6851 §3.1", after: (*Session).moveCmd, reads: 2, needs: true,
		Summary: "Moves messages into a mailbox."},
	{Verb: "UID MOVE", Args: "set mailbox", RFC: "RFC 6851 §3.2", after: (*Session).moveCmd, reads: 2, needs: true,
		Summary: "MOVE by UIDs."},
	{Verb: "SORT", Args: "[RETURN (…)] (keys) charset criteria", RFC: "RFC 5256 §3, RFC 5267", after: (*Session).sortCmd, reads: allArgs, needs: true,
		Summary: "SEARCH with the result in an order."},
	{Verb: "UID SORT", Args: "(keys) charset criteria", RFC: "RFC 5256 §3", after: (*Session).sortCmd, reads: allArgs, needs: true,
		Summary: "SORT that answers with UIDs."},
	{Verb: "THREAD", Args: "algorithm charset criteria", RFC: "RFC 5256 §4", after: (*Session).threadCmd, reads: allArgs, needs: true,
		Summary: "SEARCH with the result as trees of answers."},
	{Verb: "UID THREAD", Args: "algorithm charset criteria", RFC: "RFC 5256 §4", after: (*Session).threadCmd, reads: allArgs, needs: true,
		Summary: "THREAD that answers with UIDs."},
	{Verb: "ID", Args: "(field value …) | NIL", RFC: "RFC 2971 §3", before: (*Session).idLoginCmd, after: (*Session).idCmd, reads: allArgs,
		Summary: "Both sides say which program they are."},
	{Verb: "ENABLE", Args: "capability …", RFC: "RFC 5161 §3.1", before: (*Session).enableLoginCmd, after: (*Session).enableCmd, reads: allArgs,
		Summary: "Says that the client understands an extension."},
	{Verb: "IDLE", RFC: "RFC 2177 §3", after: (*Session).idleCmd, alone: true,
		Summary: "Lets the server tell changes as they happen, until DONE."},
	{Verb: "NAMESPACE", RFC: "RFC 2342 §5", after: (*Session).namespaceCmd,
		Summary: "Tells under which names personal and shared mailboxes lie."},
	{Verb: "UNSELECT", RFC: "RFC 3691 §2", after: (*Session).unselectCmd, needs: true, alone: true,
		Summary: "Leaves the mailbox and removes nothing."},
	{Verb: "NOTIFY", Args: "NONE | SET …", RFC: "RFC 5465 §3", after: (*Session).notifyCmd, reads: allArgs,
		Summary: "Chooses what is told of which mailboxes."},
	{Verb: "XLIST", Args: "reference pattern", RFC: "Gmail, before RFC 6154", after: (*Session).xlistCmd, reads: allArgs,
		Summary: "LIST with special uses, as it was before RFC 6154."},
	{Verb: "CANCELUPDATE", Args: "tag …", RFC: "RFC 5267 §4.5", after: (*Session).cancelUpdateCmd, reads: allArgs,
		Summary: "Ends the updates of a search."},
	{Verb: "GETMETADATA", Args: "[(options)] mailbox entries", RFC: "RFC 5464 §4.2", after: (*Session).metadataCmd, reads: allArgs,
		Summary: "Reads annotations of a mailbox; disabled."},
	{Verb: "SETMETADATA", Args: "mailbox (entry value …)", RFC: "RFC 5464 §4.3", after: (*Session).metadataCmd, reads: allArgs,
		Summary: "Writes annotations of a mailbox; disabled."},
	{Verb: "GENURLAUTH", RFC: "RFC 4467 §7", after: (*Session).urlAuthCmd, reads: allArgs,
		Summary: "Makes a URL by which another program may fetch a message; disabled."},
	{Verb: "RESETKEY", RFC: "RFC 4467 §7", after: (*Session).urlAuthCmd, reads: allArgs,
		Summary: "Revokes such URLs; disabled."},
	{Verb: "URLFETCH", RFC: "RFC 4467 §7", after: (*Session).urlAuthCmd, reads: allArgs,
		Summary: "Fetches by such a URL; disabled."},
	{Verb: "X-STATE", RFC: "Dovecot", after: (*Session).xStateCmd,
		Summary: "Saves the session's state; disabled."},
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

// States returns the states in which the command can succeed.
func (c Command) States() []State {
	var states []State
	if c.before != nil {
		states = append(states, NotAuthenticated)
	}
	if c.after != nil && !c.needs {
		states = append(states, Authenticated)
	}
	if c.after != nil {
		states = append(states, Selected)
	}
	return states
}

// Legal tells whether the command can succeed in a state.
func (c Command) Legal(st State) bool { return slices.Contains(c.States(), st) }
