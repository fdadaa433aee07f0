package trace

// Kind says what happened. The columns that a kind does not name are zero.
type Kind uint8

// The kinds of events.
const (
	NoKind Kind = iota

	// Action is what a person does: Node, A the user ("elena", or "#" for the
	// operator), B the verb (submit, fetch, command, …), Text the words.
	Action
	// Output is what a command printed: Node, A the command, Code its exit
	// status, Text the output.
	Output
	// Fault is a change of the conditions: Node, A the kind (down, up,
	// refuse, …), Text the words of the document; B how far a clock is ahead.
	// With A "forced" it is a fault that makes Node say something to Peer on
	// Conn: B the stage.
	Fault
	// Note is a remark of the simulation itself, for instance about a
	// parameter that has no effect here: A the topic, Text the remark.
	Note

	// Open is a SYN sent from Node to Peer.
	Open
	// Accept is the SYN+ACK that Node sends back to Peer.
	Accept
	// Refuse is the RST with which Node answers a SYN.
	Refuse
	// Timeout is Node giving up: a connection attempt (A "connect"), silence
	// on a connection (A "read"), or a DNS question (A "dns").
	Timeout
	// Close is a FIN sent by Node; A "lost" when the process behind it died.
	Close
	// Reset is an RST on an open connection, sent by Node.
	Reset

	// Line is one line of a dialogue: Side, Proto, A the verb (of a client
	// line; of a server line the verb that it answers), Code the reply code
	// (SMTP, LMTP), Text the octets with their line end. Flags More, Pipelined.
	// Inside TLS (flag Sealed) it is what the endpoints say; a listener on the
	// wire sees a record of application data, of the length N. Several lines
	// that travel in one record have its length at the first.
	Line
	// Content is message content on the wire, dot-stuffed, with the final dot.
	Content
	// Auth is a line of a SASL exchange.
	Auth
	// Raw is what the protocol cannot name.
	Raw
	// State is a session on Node that moves from state A to state B.
	State
	// TLS is a handshake that is over: A the version, B the cipher, N the bits
	// of its key.
	TLS
	// Record is a TLS record that carries no line of the dialogue, as a
	// listener on the wire sees it (RFC 8446 §5.1): A its type ("handshake",
	// "change_cipher_spec", "alert", "application_data"), B what is in it as
	// far as that stands in clear ("client_hello"), N its length. Handshakes
	// and the end of TLS consist of such records.
	Record

	// Query is a DNS question: A the name, B the type, Text the packet.
	Query
	// Answer is a DNS answer: A the name, B the type, Code the rcode, N the
	// number of answer records, Text the packet.
	Answer

	// Daemon is a hand-over on Node: A from which daemon, B to which, C the
	// queue id if there is one, Text what was asked or handed over. When the
	// queue manager gives mail to a delivery agent, N is the window of the
	// destination, how many deliveries to it there may be at a time, and Code
	// how many there are now.
	Daemon
	// Lookup is a table consulted: A the daemon, B the table, C the key,
	// Text what the table said, Flags Lost when it had nothing; N the event
	// that had brought it, for a resolver's cache.
	Lookup
	// Envelope is a queue file that begins to exist: A the queue id, B the
	// sender, N the size in octets, Text a line "recipient[<TAB>original]"
	// for each recipient.
	Envelope
	// Queue is a move of a queue file: A the queue id, B from, C to; the
	// empty name is nowhere. Text the reason, N the size; Code, of a file that
	// is put off, the seconds before which it is not tried again.
	Queue
	// Schedule is a decision of the queue manager: A which one (a constant
	// such as SchedDead), B the destination ("smtp:alabala.com"), C the queue
	// id; Text why. What N and Code are stands at the constants.
	Schedule
	// Delivery is the fate of one recipient in one attempt: A the queue id, B
	// the recipient, C the relay, Code 2 sent, 4 deferred, 5 bounced, Text
	// "dsn text".
	Delivery
	// Field is a header field that daemon A adds, removes or changes: B the
	// field's name, C "add", "remove" or "change", Text the field.
	Field
	// Mailbox is a change of a mailbox: A the user, B the file, C "append",
	// "delete", "flags", "move"; N the UID or number; Text the file's content
	// (append) or the new flags.
	Mailbox
	// Log is a line of the system log: A the program ("postfix/smtpd"), N the
	// process id, Text the line behind "program[pid]: ".
	Log

	kinds
)

var kindNames = [...]string{
	"", "action", "output", "fault", "note",
	"open", "accept", "refuse", "timeout", "close", "reset",
	"line", "content", "auth", "raw", "state", "tls", "record",
	"query", "answer",
	"daemon", "lookup", "envelope", "queue", "schedule", "delivery", "header", "mailbox", "log",
}

// What an event of the kind Schedule decides: its column A. Only what changes is
// said.
const (
	// SchedWindow is a destination's window that changes: Code how wide it
	// was, N how wide it is.
	SchedWindow = "window"
	// SchedDead is a destination that goes onto the list of the dead: Code
	// how wide its window was, N for how many seconds.
	SchedDead = "dead"
	// SchedAlive is a destination that comes off that list: N its window.
	SchedAlive = "alive"
	// SchedRest is a destination, or with only a transport in B all of it, that
	// gets no mail for N milliseconds.
	SchedRest = "rest"
	// SchedWait is a message of which something must wait for a delivery to its
	// destination: Code how many there are now, N the window.
	SchedWait = "wait"
	// SchedGo is such a message when nothing of it has to wait any more: Code
	// how many deliveries there are with this one, N the window.
	SchedGo = "go"
	// SchedAhead is mail that goes before a bigger one, which B names.
	SchedAhead = "ahead"
	// SchedFull is a message that finds the active queue full: N how many
	// messages it holds.
	SchedFull = "full"
	// SchedRoom is the active queue with room for all that wait for it again.
	SchedRoom = "room"
	// SchedScan says when the queue manager looks through the deferred queue
	// next: N in how many milliseconds, Code every how many seconds it does.
	SchedScan = "scan"
	// SchedAnew is a queue manager that begins, and knows nothing of what the
	// one before it had found out.
	SchedAnew = "anew"
)

// String returns the name in lower case, as JSONL and selectors write it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "?"
}

// KindNamed is the kind of that name; NoKind when there is none.
func KindNamed(name string) Kind {
	for i, n := range kindNames {
		if n == name && i > 0 {
			return Kind(i)
		}
	}
	return NoKind
}

// Said tells whether events of the kind are bytes of a dialogue.
func (k Kind) Said() bool { return k >= Line && k <= Raw }

// Connection tells whether events of the kind concern a connection itself.
func (k Kind) Connection() bool { return k >= Open && k <= Reset }
