package scenario

import (
	"strings"
	"time"

	"mailtrek/sim/trace"
)

// FaultKind says what is wrong.
type FaultKind uint8

// The kinds of faults.
const (
	Down    FaultKind = iota + 1 // the host is silent: packets vanish
	Up                           // and is back
	Refuse                       // the port answers with a reset
	Accept                       // and accepts again
	Cut                          // nothing passes on the way
	Restore                      // the way is as it was
	Delay                        // packets take longer
	Loss                         // packets vanish now and then
	Reply                        // the server at the port says something else than it would
	Slow                         // it takes its time for each reply
	Normal                       // it behaves again
	Disk                         // the disk has only so much room left
	Clock                        // the wall clock of the host is wrong
)

// faultWords is the table of faults: which word, where it may stand, what it
// wants, and what ends it.
var faultWords = []struct {
	name  string
	kind  FaultKind
	where string // "HOST", "HOST:PORT" or "A -> B"
	value string // what follows the word
	undo  FaultKind
}{
	{"down", Down, "HOST", "", Up},
	{"up", Up, "HOST", "", Down},
	{"disk", Disk, "HOST", "full|SIZE|free", Disk},
	{"clock", Clock, "HOST", "+TIME|-TIME|right", Clock},
	{"refuse", Refuse, "HOST:PORT", "", Accept},
	{"accept", Accept, "HOST:PORT", "", Refuse},
	{"slow", Slow, "HOST:PORT", "TIME", Normal},
	{"reply", Reply, "HOST:PORT", `STAGE "TEXT"`, Normal},
	{"normal", Normal, "HOST:PORT", "", 0},
	{"cut", Cut, "A -> B", "", Restore},
	{"restore", Restore, "A -> B", "", Cut},
	{"delay", Delay, "A -> B", "TIME", Restore},
	{"loss", Loss, "A -> B", "PERCENT", Restore},
}

// String returns the word for the kind.
func (k FaultKind) String() string {
	for _, f := range faultWords {
		if f.kind == k {
			return f.name
		}
	}
	return "?"
}

// Fault is a line of a fault block: a condition that begins at a time.
type Fault struct {
	At     time.Duration
	Timed  bool            // the line says when; else it holds from the start
	On     *trace.Selector // the first event of it, from At on, is when; nil: At is
	Every  bool            // every event of it, not only the first
	Lasts  time.Duration   // how long; 0 is for ever
	Chance float64         // that it begins, or of a Reply, that it is given; 0 is always
	Times  int             // how often at most it begins, or of a Reply, is given; 0 is any number
	Kind   FaultKind
	Host   string // full name
	Port   uint16 // of Refuse, Accept, Reply, Slow and Normal
	Peer   string // full name; of Cut, Restore, Delay and Loss
	Both   bool   // both directions
	Delay  time.Duration
	Loss   float64
	Room   int64         // of Disk: octets left; -1 is as always
	Shift  time.Duration // of Clock: how far it is ahead
	Stage  string        // of Reply: CONNECT, a verb, END-OF-MESSAGE, a record type; * is any
	Reply  string        // and its text, node.Lost or node.Silence
	From   string        // to which client; full name; empty: to all
	About  string        // a pattern that a word of the command matches; empty: any command
	Text   string        // as the document has it, without the time

	undo FaultKind // what ends it
	of   *Fault    // it is the end of that one
}

// ending is the fault that ends this one.
func (f *Fault) ending() *Fault {
	end := *f
	end.Kind, end.Text, end.of = f.undo, "the end of: "+f.Text, f
	end.Room, end.Shift = -1, 0
	return &end
}

func faultUsage(where string) string {
	var names []string
	for _, f := range faultWords {
		if f.where == where {
			names = append(names, strings.TrimSpace(f.name+" "+f.value))
		}
	}
	return where + " " + oneOf(names)
}

func faultNames() []string {
	var names []string
	for _, f := range faultWords {
		names = append(names, f.name)
	}
	return names
}
