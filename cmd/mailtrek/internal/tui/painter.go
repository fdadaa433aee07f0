package tui

import (
	"io"
	"sync"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// painter brings pictures to a terminal. It writes beside the loop of messages:
// on a terminal that is slower than the keys, pictures that it never came to
// are left out, and what is typed is still answered.
type painter struct {
	out     io.Writer
	profile colorprofile.Profile

	mu     sync.Mutex
	news   sync.Cond
	raw    []byte  // sequences to be said before the next picture
	next   picture // to be shown; without a canvas there is none
	spare  *Canvas
	on     bool // the terminal is ours
	busy   bool // something is being written
	closed bool
	done   chan struct{}

	// Of the one who writes.
	shown   picture // what is on the terminal; without a canvas nobody knows
	lost    bool    // what is on the terminal has become unknown
	mouse   bool    // the terminal tells clicks
	palette *Palette
	colour  *Palette // palette in the colours of the terminal
	buf     []byte
}

func newPainter(out io.Writer) *painter {
	p := &painter{out: out, profile: colorprofile.TrueColor, done: make(chan struct{})}
	p.news.L = &p.mu
	go p.write()
	return p
}

// The sequences that take the terminal and give it back: the alternate screen,
// no cursor, no wrapping at the right margin, pasted text told apart, keys told
// apart as far as the terminal can.
const (
	takeTerminal = ansi.SetModeAltScreenSaveCursor + ansi.ResetModeTextCursorEnable + ansi.ResetModeAutoWrap +
		ansi.SetModeBracketedPaste + ansi.SetModifyOtherKeys2
	giveTerminal = ansi.ResetStyle + ansi.ResetModifyOtherKeys + ansi.ResetModeBracketedPaste +
		ansi.SetModeAutoWrap + ansi.SetModeTextCursorEnable + ansi.ResetModeAltScreenSaveCursor
	clicksOn  = ansi.SetModeMouseButtonEvent + ansi.SetModeMouseExtSgr
	clicksOff = ansi.ResetModeMouseButtonEvent + ansi.ResetModeMouseExtSgr
)

// enter takes the terminal.
func (p *painter) enter() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.on && !p.closed {
		p.on, p.lost = true, true
		p.raw = append(p.raw, takeTerminal+ansi.PushKittyKeyboard(1)+ansi.SetWindowTitle(windowTitle)...)
		p.news.Broadcast()
	}
}

// leave gives the terminal back, behind what is just being written.
func (p *painter) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.busy {
		p.news.Wait()
	}
	if !p.on {
		return
	}
	p.on = false
	end := append(p.raw, ansi.PopKittyKeyboard(1)...)
	p.raw = nil
	if p.mouse {
		end = append(end, clicksOff...)
		p.mouse = false
	}
	_, _ = p.out.Write(append(end, ansi.SetWindowTitle("")+giveTerminal...))
}

// close ends the writing.
func (p *painter) close() {
	p.mu.Lock()
	p.closed = true
	p.news.Broadcast()
	p.mu.Unlock()
	<-p.done
}

// say writes a sequence that changes nothing on the screen.
func (p *painter) say(seq string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.raw = append(p.raw, seq...)
	p.news.Broadcast()
}

// forget has all cells written anew: the terminal may have changed them.
func (p *painter) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lost = true
}

// colours tells how many colours the terminal has.
func (p *painter) colours(profile colorprofile.Profile) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.profile, p.palette, p.lost = profile, nil, true
}

// blank is a canvas that is no longer looked at; nil when there is none.
func (p *painter) blank() *Canvas {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.spare
	p.spare = nil
	return c
}

// put shows a picture as soon as the terminal takes it.
func (p *painter) put(pic picture) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next.canvas != nil {
		p.spare = p.next.canvas // was never seen
	}
	p.next = pic
	p.news.Broadcast()
}

// write is the one who writes.
func (p *painter) write() {
	defer close(p.done)
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.closed {
		if !p.on || len(p.raw) == 0 && p.next.canvas == nil {
			p.news.Wait()
			continue
		}
		buf := append(p.buf[:0], p.raw...)
		p.raw = p.raw[:0]
		next := p.next
		p.next = picture{}
		if next.canvas != nil {
			p.ready(next)
		}
		p.busy = true
		p.mu.Unlock()
		if next.canvas != nil {
			buf = p.compose(buf, next)
		}
		var err error
		if len(buf) > 0 {
			_, err = p.out.Write(buf)
		}
		p.mu.Lock()
		if next.canvas != nil {
			p.spare, p.shown = p.shown.canvas, next
		}
		p.lost = p.lost || err != nil
		p.buf, p.busy = buf, false
		p.news.Broadcast()
	}
}

// ready finds out how a picture is to be written; p is locked.
func (p *painter) ready(next picture) {
	if p.palette != next.palette {
		p.palette, p.colour, p.lost = next.palette, next.palette.in(p.profile), true
	}
	if p.lost {
		p.shown.canvas = nil
	}
	p.lost = false
}

// compose is what turns the picture on the terminal into the next one.
func (p *painter) compose(buf []byte, next picture) []byte {
	if p.mouse != next.mouse {
		p.mouse = next.mouse
		if p.mouse {
			buf = append(buf, clicksOn...)
		} else {
			buf = append(buf, clicksOff...)
		}
	}
	const begin, end = ansi.SetModeSynchronizedOutput, ansi.ResetModeSynchronizedOutput
	from := len(buf)
	buf = append(buf, begin...)
	if buf = appendChanges(buf, p.shown.canvas, next.canvas, p.colour); len(buf) == from+len(begin) {
		return buf[:from]
	}
	return append(buf, end...)
}
