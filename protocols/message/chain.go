package message

import "time"

// Hop is one step of a journey, read from one Received field.
type Hop struct {
	Received
	Field int           // index of the field in the header
	Known bool          // the field could be read, with host and time
	Delay time.Duration // since the hop before; negative when clocks disagree
}

// Chain reads the journey of a message from its Received fields: the hop that
// was first comes first, although its field stands lowest.
func Chain(h Header) []Hop {
	var hops []Hop
	var before time.Time
	for i := len(h.Fields) - 1; i >= 0; i-- {
		if !h.Fields[i].Is("Received") {
			continue
		}
		hop := Hop{Field: i}
		hop.Received, hop.Known = ParseReceived(h.Fields[i].Value())
		if !hop.Time.IsZero() {
			if !before.IsZero() {
				hop.Delay = hop.Time.Sub(before)
			}
			before = hop.Time
		}
		hops = append(hops, hop)
	}
	return hops
}
