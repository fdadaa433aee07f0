package tui

import "mailtrek/lessons/explain"

// why is the explanation of the current event.
func (in *Instant) why() why {
	e := explain.WhyAt(in.Depth, in.Story.T, in.At, in.Words.Lang())
	return why{text: e.Text, ref: e.Ref}
}
