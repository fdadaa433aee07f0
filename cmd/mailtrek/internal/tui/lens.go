package tui

import (
	"mailtrek/cmd/mailtrek/internal/i18n"
	"mailtrek/lessons/explain"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// Instant is all that a lens may look at: the story, the event where the
// cursor stands, and how to write.
type Instant struct {
	Story  *Story
	At     trace.Seq
	Snap   *state.Snapshot // how things stand after event At
	Scroll int             // rows that the lens is scrolled, towards what is older or further down
	Pick   int             // the line of the lens that is chosen, counted from 1; 0 for none
	Octet  int             // the octet of the event where one is, counted from 1; 0 for none
	Words  *i18n.Words
	Glyphs *Glyphs
	Keys   *Keys         // what the keys mean
	Place  place         // whose keys they are
	Depth  explain.Depth // how deep explanations go

	// What is copied and only the player knows: the command line that leads
	// here, and the lens as text.
	Command, View string
}

// event is the event where the cursor stands.
func (in *Instant) event() *trace.Event { return in.Story.T.At(in.At) }

// Lens is one way of looking at an instant. Its functions are pure:
// the same instant and size give the same cells.
type Lens struct {
	Name string
	Draw func(in *Instant, r Region)
	// Plain is the linear twin: the same facts as lines, one fact a line.
	Plain func(in *Instant) []string
	// Picks are the lines that can be chosen, from the top to the bottom; nil
	// for a lens that has none. Last tells that choosing begins at the bottom.
	Picks func(in *Instant) []pick
	Last  bool
}

// picks are the lines of a lens that can be chosen.
func (l *Lens) picks(in *Instant) []pick {
	if l.Picks == nil {
		return nil
	}
	return l.Picks(in)
}

// lenses are the lenses in the order of their numbers.
var lenses = []Lens{
	{Name: "map", Draw: drawMap, Plain: plainMap},
	{Name: "ladder", Draw: drawLadder, Plain: plainLadder},
	{Name: "dialogue", Draw: drawDialogue, Plain: plainDialogue, Picks: dialoguePicks, Last: true},
	{Name: "postfix", Draw: drawPostfix, Plain: plainPostfix},
	{Name: "message", Draw: drawMessage, Plain: plainMessage, Picks: messagePicks},
	{Name: "dns", Draw: drawDNS, Plain: plainDNS, Picks: dnsPicks, Last: true},
	{Name: "mailboxes", Draw: drawMailboxes, Plain: plainMailboxes, Picks: mailboxPicks},
	{Name: "log", Draw: drawLog, Plain: plainLog, Picks: logPicks, Last: true},
	{Name: "bytes", Draw: drawBytes, Plain: plainBytes, Picks: bytesPicks},
}

// Lenses are the names of the lenses, in the order of their keys 1–9.
func Lenses() []string {
	names := make([]string, len(lenses))
	for i := range lenses {
		names[i] = lenses[i].Name
	}
	return names
}
