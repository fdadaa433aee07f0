// Package trace is the truth of a run: an append-only list of small events,
// each with its virtual time and its true cause. Everything that is shown,
// exported, explained or checked is a pure function of a Trace.
//
// An Event is a fixed, pointer-free record. Its columns are symbols (interned
// strings), a few numbers and a reference to a text that is stored once, for
// the sender and the receiver of a line alike. What the columns of a kind mean
// stands at the kind (see Kind).
//
// Of this project the package imports only package wire, for the nearest word.
package trace

import "time"

// Seq numbers the events of a trace from 1; 0 is "no event".
type Seq uint32

// Sym is an interned string of a trace; 0 is the empty string.
type Sym uint32

// NodeID numbers the nodes (hosts) of a trace from 1; 0 is "no node".
type NodeID uint16

// ConnID numbers the connections and UDP flows of a trace from 1; 0 is none.
type ConnID uint32

// MsgID numbers the messages of a trace from 1; 0 is none. A message keeps its
// number over all hops; a bounce or a notification is a new message.
type MsgID uint32

// Event is one step of the story. Append fills Arena, Off and Len.
type Event struct {
	Time  int64  // nanoseconds of virtual time since the start of the scenario
	Arena uint32 // where the text stands: in which piece of memory,
	Len   uint32 // how many octets of it,
	Cause Seq    // the event that led to this one
	Msg   MsgID
	Conn  ConnID
	A     Sym
	B     Sym
	C     Sym
	N     uint32
	Off   uint16 // and from which octet on
	Node  NodeID // where it happens; the sender of what travels
	Peer  NodeID // the receiver of what travels
	Code  uint16
	Kind  Kind
	Proto Proto
	Side  Side
	Flags Flags
}

// At is the virtual time of the event as a duration since the start.
func (e *Event) At() time.Duration { return time.Duration(e.Time) }

// Side says who of a connection speaks.
type Side uint8

// The sides of a connection.
const (
	NoSide Side = iota
	Client
	Server
)

// String returns "C", "S" or "".
func (s Side) String() string { return [...]string{"", "C", "S"}[s%3] }

// Flags are further facts about an event.
type Flags uint8

// The flags.
const (
	// More marks a line that is followed by more of the same reply.
	More Flags = 1 << iota
	// Pipelined marks a client line that was sent in one write with the one before.
	Pipelined
	// Lost marks what never arrived.
	Lost
	// Forced marks a reply that a fault demanded.
	Forced
	// Sealed marks what travels inside TLS: the endpoints know it, a listener
	// on the wire does not.
	Sealed
)

// Proto is the protocol of a connection.
type Proto uint8

// The protocols.
const (
	NoProto Proto = iota
	SMTP
	LMTP
	POP3
	IMAP
	DNS
	TCP
)

var protoNames = [...]string{"", "smtp", "lmtp", "pop3", "imap", "dns", "tcp"}

// String returns the name in lower case, as selectors write it.
func (p Proto) String() string {
	if int(p) < len(protoNames) {
		return protoNames[p]
	}
	return "?"
}

// ProtoNamed is the protocol of that name; NoProto when there is none.
func ProtoNamed(name string) Proto {
	for i, n := range protoNames {
		if n == name && i > 0 {
			return Proto(i)
		}
	}
	return NoProto
}

// Node describes a host of the simulated internet.
type Node struct {
	Name  string   // fully qualified
	Short string   // for narrow places; the first label if the document gives none
	Addrs []string // its IP addresses, the first is the usual one
	Roles []string // "MUA", "MSA", "MTA", "MDA", "POP3", "IMAP", "DNS", "resolver"
}

// Conn describes a connection or a UDP flow.
type Conn struct {
	Proto      Proto
	UDP        bool
	Client     NodeID
	Server     NodeID
	ClientAddr string // "10.10.1.10:34271"; empty for a unix socket
	ServerAddr string // "10.10.10.10:25", or the path of a unix socket
}

// Msg describes a message.
type Msg struct {
	Name   string // the name that the document gives, or one made up: "mail 3", "bounce of first"
	Parent MsgID  // the message that this one reports about or forwards
}

// Header is what holds for the whole trace.
type Header struct {
	Scenario string    // the document's id
	Title    string    // and title
	Seed     uint64    // of all dice
	Start    time.Time // virtual time 0, in the scenario's own zone
}
