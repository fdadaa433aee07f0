//go:build !unix

package tui

import "io"

// ownPainting tells whether the screen is painted by ourselves. Where terminals
// are no files with signals, Bubble Tea knows how to treat them.
const ownPainting = false

// tty is nothing here.
type tty struct{}

func newTTY(io.Reader, io.Writer) *tty { return &tty{} }

func (t *tty) raw() {}

func (t *tty) restore() {}

func (t *tty) size() (w, h int) { return 80, 24 }

func (t *tty) watch(func(w, h int), func()) (forget func()) { return func() {} }
