package tui

// why is the explanation of the current event.
func (in *Instant) why() why {
	return why{text: in.short(in.At).text}
}
