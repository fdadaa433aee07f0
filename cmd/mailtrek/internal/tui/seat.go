package tui

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"mailtrek/protocols/smtp"
	"mailtrek/protocols/wire"
	"mailtrek/sim"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// A seat is a keyboard of the simulated internet: a telnet that is connected to
// a listener, or the shell of a host. What is typed is answered by the server
// or the host itself; the run is a fork that grows with every line, and all
// lenses follow it. What the screen has to say about a line stands in the
// margin, below.

// keyboard is the seat that one has taken.
type keyboard struct {
	seat    *scenario.Seat
	line    edit
	history []string
	back    int    // how many lines back in the history; 0 is the line itself
	kept    string // the line, while one is in the history
	input   []string
	until   string // the end word of a here-document that is being typed; "" for none
	offer   []choice
	at      int // of offer; -1 none
	lens    bool
	scroll  int
	closed  bool      // it was said that the connection is over
	under   *keyboard // of a telnet that a shell has begun: the shell
	came    []string  // of a shell: the hosts from which one came by ssh
	queue   []string  // lines that were pasted and are still to be typed
	warned  bool      // it was said what Ctrl-C does
}

// takeSeat asks where to sit down.
func (p *Player) takeSeat() tea.Cmd {
	return p.mayFork(func() tea.Cmd {
		return p.survey(func(w *facts) tea.Cmd {
			title := p.look.words.T("seat.title", "n", strconv.Itoa(int(p.at)))
			return p.openForm(&form{title: title, world: w, next: p.nextSeat})
		})
	})
}

// nextSeat asks for the listener or the host, and for a telnet from where.
func (p *Player) nextSeat(f *form) question {
	w := p.look.words
	switch len(f.values) {
	case 0:
		var list []choice
		for _, l := range f.world.listeners {
			if proto := protoOf(portOf(l.String())); proto != trace.DNS {
				list = append(list, choice{text: "telnet " + l.String(), note: w.T("seat.telnet", "service", f.world.shortPlace(l)), id: "t" + l.Host + " " + l.Addr.String()})
			}
		}
		for _, h := range f.world.hosts {
			list = append(list, choice{text: w.T("seat.shell", "host", h), note: f.world.about(h), id: "s" + h})
		}
		return question{ask: "ask.seat", list: list}
	case 1:
		if f.values[0][0] == 's' {
			host := f.values[0][1:]
			return question{finish: func(p *Player) tea.Cmd {
				return p.sit(p.course.branch.Shell(p.at, host, ""))
			}}
		}
		q := question{ask: "ask.from"}
		server, _, _ := strings.Cut(f.values[0][1:], " ")
		for _, h := range f.world.guests() {
			if h != server {
				q.list = append(q.list, choice{text: h, note: f.world.about(h)})
			}
		}
		q.list = append(q.list, choice{text: server, note: w.T("seat.itself")})
		return q
	}
	_, addr, _ := strings.Cut(f.values[0], " ")
	to, _ := netip.ParseAddrPort(addr)
	from := f.values[1]
	return question{finish: func(p *Player) tea.Cmd { return p.sit(p.course.branch.Telnet(p.at, from, to)) }}
}

// guests are the hosts from which one may knock, strangers first.
func (w *facts) guests() []string {
	var out, rest []string
	for _, h := range w.hosts {
		if d := w.branch.Scenario.Host(h); d != nil && d.Outside {
			out = append(out, h)
		} else {
			rest = append(rest, h)
		}
	}
	return append(out, rest...)
}

// sit takes a seat: the run is played up to the event, and grows from there.
func (p *Player) sit(s *scenario.Seat) tea.Cmd {
	b := &keyboard{seat: s, at: -1}
	if err := s.Sit(); err != nil {
		p.notice = firstLine(err)
		return nil
	}
	p.board = b
	p.compare = false
	return p.settle()
}

// settle lets the answer come, then puts the cursor at its end.
func (p *Player) settle() tea.Cmd {
	b := p.board
	if b.seat.Branch == nil {
		p.grow(p.course.parentOf(b), b.seat.After)
		return p.moreTyping(b)
	}
	return p.start(&work{
		words: func() string { return p.progress("work.seat", b.seat.Branch) },
		part:  func() bool { return b.seat.Settle(50) },
		giveUp: func() tea.Cmd {
			p.board = nil
			b.seat.Branch.Close()
			return nil
		},
		done: func() tea.Cmd {
			if err := b.seat.Branch.Err(); err != nil {
				p.notice = firstLine(err)
				p.board = nil
				return nil
			}
			p.follow()
			return p.moreTyping(b)
		},
	})
}

// follow puts the growing run on the screen, at its end. A run that was played
// anew is another trace.
func (p *Player) follow() {
	b := p.board
	t := b.seat.Branch.Trace()
	c := p.course
	if c.board != b {
		c = &course{branch: b.seat.Branch, story: NewStory(t), parent: p.course, after: b.seat.After, what: p.seatName(b.seat), board: b}
		c.story.knows(c.branch)
		p.course.child = c
		p.show(c, trace.Seq(t.Len()))
		return
	}
	if c.story.T != t {
		c.branch, c.story = b.seat.Branch, NewStory(t)
		c.story.knows(c.branch)
	} else {
		c.story.Grow()
	}
	p.story, p.at, p.scroll = c.story, trace.Seq(t.Len()), 0
}

// grow shows the run that a seat without a line stands in.
func (p *Player) grow(c *course, at trace.Seq) {
	if p.course != c {
		p.show(c, at)
		c.child = nil
	}
	p.at = at
}

// parentOf is the run from which a seat was taken.
func (c *course) parentOf(b *keyboard) *course {
	if c.board == b {
		return c.parent
	}
	return c
}

// seatName is a seat in a few words.
func (p *Player) seatName(s *scenario.Seat) string {
	if s.IsShell() {
		return p.short(s.Host) + "$"
	}
	return p.short(s.Host) + "$ telnet " + p.place(s.To)
}

// place is an address as HOST:PORT where a host has it.
func (p *Player) place(to netip.AddrPort) string {
	port := strconv.Itoa(int(to.Port()))
	for id := trace.NodeID(1); int(id) <= p.story.T.Nodes(); id++ {
		for _, a := range p.story.T.Node(id).Addrs {
			if a == to.Addr().String() {
				return p.story.short(id) + ":" + port
			}
		}
	}
	return net.JoinHostPort(to.Addr().String(), port)
}

// enter sends the line that was typed.
func (p *Player) enter(bare bool) tea.Cmd {
	text := p.board.line.text
	p.board.line.set("")
	return p.submit(text, bare)
}

// submit sends a line.
func (p *Player) submit(text string, bare bool) tea.Cmd {
	b := p.board
	b.offer, b.at, b.back, b.scroll, b.warned = nil, -1, 0, 0, false
	if b.until != "" {
		return p.hereDocument(text)
	}
	if b.under != nil && b.seat.End() != nil {
		cmd := p.comeBack()
		if text == "" {
			return cmd
		}
		b, bare = p.board, false
	}
	if b.seat.IsShell() {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		if i := strings.LastIndex(text, "<<"); i >= 0 {
			if mark := strings.Trim(strings.TrimSpace(text[i+2:]), `'"`); mark != "" && !strings.Contains(mark, " ") {
				b.until, b.input = mark, nil
				b.remember(text)
				return nil
			}
		}
		if cmd, done := p.builtin(text); done {
			b.remember(text)
			return cmd
		}
	}
	b.remember(text)
	return p.say(text, "", bare)
}

// hereDocument takes a line of what a command reads; behind the last one the
// command is given.
func (p *Player) hereDocument(text string) tea.Cmd {
	b := p.board
	if text != b.until {
		b.input = append(b.input, text)
		return nil
	}
	command := b.history[len(b.history)-1]
	command = strings.TrimSpace(command[:strings.LastIndex(command, "<<")])
	input := strings.Join(append(b.input, ""), "\n")
	b.until, b.input = "", nil
	return p.say(command, input, false)
}

func (p *Player) say(text, input string, bare bool) tea.Cmd {
	if err := p.board.seat.Type(text, input, bare); err != nil {
		p.notice = p.seatEnd(err)
		return nil
	}
	return p.settle()
}

// seatEnd says in words why nothing can be typed any more.
func (p *Player) seatEnd(err error) string {
	key := "seat.end"
	switch {
	case errors.Is(err, io.EOF):
		key = "seat.end.closed"
	case errors.Is(err, sim.ErrRefused):
		key = "seat.end.refused"
	case errors.Is(err, sim.ErrTimeout), errors.Is(err, sim.ErrUnreachable):
		key = "seat.end.silent"
	}
	return p.look.words.T(p.spoken(key))
}

// spoken is the key of a text for a player without keys, where it has one of
// its own: it names commands.
func (p *Player) spoken(key string) string {
	if !p.linear {
		return key
	}
	_, name, _ := strings.Cut(key, ".")
	return "plain." + name
}

// remember puts a line into the history.
func (b *keyboard) remember(text string) {
	if n := len(b.history); text != "" && (n == 0 || b.history[n-1] != text) {
		b.history = append(b.history, text)
	}
}

// past goes back or on in the history.
func (b *keyboard) past(step int) {
	if b.back == 0 {
		b.kept = b.line.text
	}
	b.back = min(max(b.back+step, 0), len(b.history))
	if b.back == 0 {
		b.line.set(b.kept)
	} else {
		b.line.set(b.history[len(b.history)-b.back])
	}
}

// undo takes the last line back: it is there again to be corrected, and the run
// is as if it had never been typed.
func (p *Player) undo() tea.Cmd {
	b := p.board
	if b.until != "" {
		b.until, b.input = "", nil
		return nil
	}
	line, ok, err := b.seat.Undo()
	switch {
	case err != nil:
		p.notice = firstLine(err)
		return nil
	case !ok:
		p.notice = p.look.words.T("seat.undo.none")
		return nil
	}
	b.line.set(line.Text)
	b.closed = false
	p.notice = p.look.words.T("seat.undo")
	return p.settle()
}

// pass lets virtual time pass.
func (p *Player) pass() {
	b := p.board
	if b.seat.Branch == nil {
		p.notice = p.look.words.T("seat.pass.first")
		return
	}
	from := b.seat.Branch.Now()
	if !b.seat.Wait() {
		p.notice = p.look.words.T("seat.pass.rest")
		return
	}
	p.follow()
	p.notice = p.look.words.T("seat.pass", "time", stamp(int64(b.seat.Branch.Now()-from)))
}

// stand leaves the seat: the connection is closed, and the world goes on to its
// rest, so that one sees what becomes of what was typed.
func (p *Player) stand() tea.Cmd {
	b := p.board
	b.queue = nil
	if b.under != nil {
		return p.comeBack()
	}
	if b.seat.Branch == nil {
		p.board = nil
		p.notice = p.look.words.T("seat.left.empty")
		return nil
	}
	at := p.at
	b.seat.Leave()
	s := b.seat.Branch
	finish := func() tea.Cmd {
		s.Close()
		p.board = nil
		c := p.course
		c.story.Grow()
		c.board = nil
		p.at = at
		fork, was := c, c.parent
		p.course, p.story = was, was.story // what it is compared with
		cmd := p.weigh(s.Trace(), func(_ *Story, a *pairs) { fork.pairs = a })
		p.course, p.story = fork, fork.story
		p.notice = p.look.words.T(p.spoken("seat.left"), "n", strconv.Itoa(s.Trace().Len()-int(at)))
		return cmd
	}
	return p.start(&work{
		words:  func() string { return p.progress("work.rest", s) },
		part:   func() bool { return s.Advance(200) },
		giveUp: finish,
		done:   finish,
	})
}

// proto is the protocol that is spoken at the seat.
func (b *keyboard) proto() trace.Proto {
	if b.seat.IsShell() {
		return trace.NoProto
	}
	if id := b.seat.Conn(); id != 0 {
		return b.seat.Branch.Trace().Conn(id).Proto
	}
	return protoOf(strconv.Itoa(int(b.seat.To.Port())))
}

// typing tells whether what is typed is the text of a message.
func (b *keyboard) typing() bool {
	return b.proto() == trace.SMTP && b.seat.State() == smtp.Content.String()
}

// prompt is what stands before the line.
func (p *Player) seatPrompt() string {
	b := p.board
	switch {
	case b.until != "":
		return "> "
	case b.seat.IsShell():
		return p.instant().shellPrompt(b.seat.Host)
	}
	return "C: "
}

// visibleText is text without control characters, for a line of the console.
func visibleText(s string) string { return wire.Visible(s) }
