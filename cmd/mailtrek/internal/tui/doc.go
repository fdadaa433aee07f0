// Package tui is the screen of mailtrek: one cursor in a trace, and several
// lenses that look at the same instant.
//
// The way from a key to the terminal:
//
//	key → Keys.meant (the user's own keys become those that the tables name)
//	    → Player.Update (global keys, then the prompt or help that is open)
//	    → the cursor moves → Instant (trace, index, snapshot, event)
//	    → frame.draw → Lens.Draw on a Region of a Canvas
//	    → painter (the cells that have changed, beside the loop of messages)
//
// A lens is a file lens_NAME.go: a value with a pure Draw(Instant, Region).
// It is added to the list in lens.go and then has a number, a tab and a place
// in the help. It never keeps anything from one frame to the next, so a frame
// is a function of the trace, the event and the size.
//
// Everything that is drawn passes through Canvas.put, which lets no control
// character through: nothing in a mail can reach the terminal raw.
package tui
