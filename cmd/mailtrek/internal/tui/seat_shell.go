package tui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// What a shell does by itself: "telnet HOST PORT" connects the keyboard to a
// server until the connection is over, "ssh HOST" and "exit" carry it to
// another host and back. And what a terminal does: lines that are pasted are
// typed one after the other.

// builtin carries out what the shell itself does; false when the line is a
// command of the host.
func (p *Player) builtin(text string) (cmd tea.Cmd, done bool) {
	b := p.board
	words := strings.Fields(text)
	switch {
	case len(words) == 0:
		return nil, true
	case words[0] == "ssh" && len(words) == 2:
		name := words[1][strings.LastIndexByte(words[1], '@')+1:]
		h := p.course.branch.Scenario.Host(name)
		if h == nil {
			p.notice = p.look.words.T("learn.nohost", "host", visibleText(name))
			return nil, true
		}
		b.came = append(b.came, b.seat.Host)
		b.seat.Host = h.Name
		return nil, true
	case len(words) == 1 && (words[0] == "exit" || words[0] == "logout"):
		return p.exitShell(), true
	case len(words) == 3 && words[0] == "telnet":
		return p.dial(text, words[1], words[2])
	}
	return nil, false
}

// exitShell goes back to the host from which one came, and in the end leaves
// the seat.
func (p *Player) exitShell() tea.Cmd {
	b := p.board
	n := len(b.came)
	if n == 0 {
		return p.stand()
	}
	b.seat.Host, b.came = b.came[n-1], b.came[:n-1]
	return nil
}

// dial connects the keyboard to a server; false when the name is one that only
// the resolver of the host may know.
func (p *Player) dial(line, name, port string) (tea.Cmd, bool) {
	b := p.board
	to, err := p.course.branch.Reach(b.seat.Host, name, port)
	if err != nil {
		return nil, false
	}
	s, err := b.seat.Telnet(line, to)
	if err != nil {
		p.notice = firstLine(err)
		return nil, true
	}
	t := &keyboard{seat: s, at: -1, under: b, lens: b.lens}
	if p.course.board == b {
		p.course.board = t
	}
	p.board = t
	return p.settle(), true
}

// comeBack closes the telnet of a shell and returns to its prompt.
func (p *Player) comeBack() tea.Cmd {
	t := p.board
	b := t.under
	b.seat.Return()
	if p.course.board == t {
		p.course.board = b
	}
	b.lens = t.lens
	p.board = b
	return p.settle()
}

// interrupt is Ctrl-C: the line that is being typed is thrown away. Where there
// is none it tells whether it was said before how to leave; the next Ctrl-C
// leaves the program.
func (p *Player) interrupt() (quit bool) {
	b := p.board
	b.queue = nil
	switch {
	case b.until != "":
		b.until, b.input = "", nil
		b.line.set("")
	case b.line.text != "" || len(b.offer) > 0:
		b.line.set("")
		b.offer, b.at, b.back = nil, -1, 0
	case b.warned:
		return true
	default:
		b.warned = true
		p.notice = p.look.words.T("seat.interrupt")
		return false
	}
	b.warned = false
	return false
}

// The limits of what can be pasted at once.
const (
	pasteLines  = 10_000
	pasteOctets = 1 << 20
)

// pasteLine asks for the next line of what was pasted, after a frame.
type pasteLine struct{ b *keyboard }

// pasted takes text into the keyboard: what ends in a line end is typed, line
// by line; the rest stays in the line.
func (p *Player) pasted(text string) tea.Cmd {
	b := p.board
	if len(text) > pasteOctets {
		p.notice = p.look.words.T("seat.paste.much", "n", strconv.Itoa(pasteLines))
		return nil
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(text, "\n")
	if len(lines) > pasteLines {
		p.notice = p.look.words.T("seat.paste.much", "n", strconv.Itoa(pasteLines))
		return nil
	}
	if len(lines) == 1 {
		if !b.line.insert(lines[0]) {
			p.notice = p.look.words.T("seat.paste.long", "n", strconv.Itoa(editLimit))
		}
		return nil
	}
	behind := b.line.text[b.line.at:]
	lines[0] = b.line.text[:b.line.at] + lines[0]
	lines[len(lines)-1] += behind
	b.line.set("")
	b.queue = append(b.queue, lines...)
	return p.nextPasted(b)
}

// nextPasted types the next line that was pasted; the last stays to be edited.
func (p *Player) nextPasted(b *keyboard) tea.Cmd {
	if len(b.queue) == 0 || p.work != nil {
		return nil
	}
	if now := p.board; now != b { // a telnet has begun or ended within what was pasted
		if now != nil {
			now.queue, b.queue = b.queue, nil
			return p.nextPasted(now)
		}
		return nil
	}
	line := b.queue[0]
	b.queue = b.queue[1:]
	if len(b.queue) == 0 {
		b.line.insert(line)
		return nil
	}
	cmd := p.submit(typable(line), false)
	if b.seat.End() != nil && p.board == b && b.under == nil {
		b.queue = nil
	}
	if cmd != nil {
		return cmd
	}
	return p.moreTyping(b)
}

// moreTyping goes on with what was pasted, when the screen has been drawn.
func (p *Player) moreTyping(b *keyboard) tea.Cmd {
	if len(b.queue) == 0 {
		return nil
	}
	return func() tea.Msg { return pasteLine{b} }
}

// typable is a line as a keyboard can type it: tabs and printable characters.
func typable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r >= 0x20 && (r < 0x7f || r >= 0xa0) && r != 0xfffd {
			return r
		}
		return -1
	}, s)
}
