package tui

import (
	"slices"
	"strconv"
	"strings"

	"mailtrek/protocols/imap"
	"mailtrek/protocols/pop3"
	"mailtrek/protocols/smtp"
	"mailtrek/protocols/wire"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// What the margin says about the last line. The wire carries nothing but what
// the server says; what one may have meant, and what the rule is, stands here.
// It is found by the reply, the state in which the line came, and the table of
// commands.

// lesson is a remark about a line: the words, what fills them, and where the
// rule stands.
type lesson struct {
	key   string
	pairs []string
	ref   string
}

// margin is what stands below the keyboard.
func (p *Player) margin(in *Instant) why {
	b := p.board
	w := in.Words
	if b.until != "" {
		return why{text: w.T("hint.here", "word", b.until)}
	}
	if h := p.hint(); h.key != "" {
		return why{text: w.T(h.key, h.pairs...), ref: h.ref}
	}
	if len(b.seat.Lines) == 0 && b.seat.End() == nil {
		if b.seat.IsShell() {
			return why{text: w.T("hint.shell", "host", p.short(b.seat.Host))}
		}
		return why{text: w.T("hint.begin"), ref: b.firstRef()}
	}
	if end := b.seat.End(); end != nil {
		return why{text: p.seatEnd(end)}
	}
	if q := b.lastSaid(in); q != 0 {
		return (&Instant{Story: in.Story, At: q, Snap: in.Snap, Words: in.Words, Glyphs: in.Glyphs, Depth: in.Depth}).why()
	}
	return in.why()
}

// firstRef is where the beginning of a session is described.
func (b *keyboard) firstRef() string {
	switch b.proto() {
	case trace.SMTP:
		return "RFC 5321 §3.1"
	case trace.POP3:
		return "RFC 1939 §4"
	case trace.IMAP:
		return "RFC 3501 §3.1"
	}
	return ""
}

// lastSaid is the last thing that the server said, or the shell printed.
func (b *keyboard) lastSaid(in *Instant) trace.Seq {
	if b.seat.IsShell() {
		return 0
	}
	events := in.Snap.ConnEvents(b.seat.Conn())
	for i := len(events) - 1; i >= 0; i-- {
		if e := in.Story.T.At(events[i]); e.Kind.Said() && e.Side == trace.Server {
			return events[i]
		}
	}
	return 0
}

// hint is the remark about the last line; its key is empty when there is none
// to make.
func (p *Player) hint() lesson { return p.hintAt(p.board) }

// hintAt is the remark about the last line of a keyboard.
func (p *Player) hintAt(b *keyboard) lesson {
	n := len(b.seat.Lines)
	if n == 0 {
		return lesson{}
	}
	l := &b.seat.Lines[n-1]
	if b.seat.IsShell() {
		return p.shellHint(l)
	}
	if l.Bare {
		return lesson{"hint.bare", nil, "RFC 5321 §2.3.8"}
	}
	code, reply := b.replyTo(l)
	if h := b.secretHint(l, reply); h.key != "" {
		return h
	}
	switch b.proto() {
	case trace.SMTP:
		return b.smtpHint(l, code, reply)
	case trace.POP3:
		return b.popHint(l, reply)
	case trace.IMAP:
		return b.imapHint(l, reply)
	}
	return lesson{}
}

// replyTo is the last line that the server said behind a line; "" for none.
func (b *keyboard) replyTo(l *scenario.Typed) (code int, text string) {
	t, id := b.seat.Branch.Trace(), b.seat.Conn()
	for q := trace.Seq(t.Len()); q > l.From; q-- {
		if e := t.At(q); e.Conn == id && e.Kind.Said() && e.Side == trace.Server {
			return int(e.Code), strings.TrimRight(string(t.Text(e)), "\r\n")
		}
	}
	return 0, ""
}

// stateAt is the state of the session in which a line came.
func (b *keyboard) stateAt(l *scenario.Typed, first string) string {
	t, id := b.seat.Branch.Trace(), b.seat.Conn()
	for q := l.From; q >= 1; q-- {
		if e := t.At(q); e.Conn == id && e.Kind == trace.State {
			return t.Name(e.B)
		}
	}
	return first
}

// contentTyped are the lines of the message that is being typed, or was typed
// last, without its lone dot.
func (b *keyboard) contentTyped() []string {
	var lines []string
	for i := range b.seat.Lines {
		l := &b.seat.Lines[i]
		switch {
		case b.stateAt(l, "") == smtp.Content.String():
			if l.Text != "." {
				lines = append(lines, l.Text)
			}
		case strings.EqualFold(strings.TrimSpace(l.Text), "DATA"):
			lines = nil
		}
	}
	return lines
}

func (b *keyboard) smtpHint(l *scenario.Typed, code int, reply string) lesson {
	state := b.stateAt(l, smtp.Connected.String())
	if state == smtp.Content.String() || b.typing() {
		return contentHint(b.contentTyped(), l.Text == "." && code != 0, b.typing())
	}
	if state == smtp.Authenticating.String() || code < 400 && code != 0 && !looseLine(l.Text) || code == 0 {
		return lesson{}
	}
	verb, rest, _ := strings.Cut(strings.TrimSpace(l.Text), " ")
	c, known := smtp.Lookup(smtp.Postfix, verb)
	switch {
	case verb == "":
		return lesson{"hint.empty", nil, "RFC 5321 §4.1.1"}
	case (c.Verb == "HELO" || c.Verb == "EHLO") && strings.TrimSpace(rest) == "":
		return lesson{"hint.helo", []string{"line", c.Verb + " " + b.seat.Host}, "RFC 5321 §4.1.1.1"}
	case !known && (code == 500 || code == 502):
		return unknownVerb(verb, smtpVerbs(), "RFC 5321 §4.2.4")
	case code == 503:
		return orderHint(c, state)
	case (c.Verb == "MAIL" || c.Verb == "RCPT") && !strings.Contains(rest, ":"):
		return lesson{"hint.colon", []string{"usage", shortUsage(c)}, c.RFC}
	case (c.Verb == "MAIL" || c.Verb == "RCPT") && !strings.Contains(rest, "<"):
		return lesson{"hint.brackets", []string{"usage", shortUsage(c)}, "RFC 5321 §4.1.2"}
	case (c.Verb == "MAIL" || c.Verb == "RCPT") && !strings.Contains(rest, ">"):
		return lesson{"hint.unclosed", []string{"usage", shortUsage(c)}, "RFC 5321 §4.1.2"}
	case (c.Verb == "MAIL" || c.Verb == "RCPT") && strings.Contains(rest, ": "):
		return lesson{"hint.space", []string{"usage", shortUsage(c)}, "RFC 5321 §3.3"}
	case known && (code == 501 || code == 555 || code == 504):
		return lesson{"hint.syntax", []string{"usage", usage(c)}, c.RFC}
	case code == 421 && strings.Contains(strings.ToLower(reply), "too many errors"):
		return lesson{"hint.errors", nil, "Postfix smtpd_hard_error_limit"}
	}
	return lesson{}
}

// looseLine tells whether a line is accepted although it is not as the RFC has
// it: an address without its brackets, a blank behind the colon.
func looseLine(text string) bool {
	low := strings.ToLower(text)
	for _, begin := range []string{"mail from:", "rcpt to:"} {
		if rest, ok := strings.CutPrefix(low, begin); ok {
			return !strings.HasPrefix(rest, "<")
		}
	}
	return false
}

// usage is how a command is written.
func usage(c smtp.Command) string {
	return strings.TrimSpace(c.Verb + " " + strings.ReplaceAll(c.Args, "SP ", ""))
}

// shortUsage is usage without the parameters.
func shortUsage(c smtp.Command) string {
	short, _, _ := strings.Cut(usage(c), " [")
	return short
}

func smtpVerbs() []string {
	var verbs []string
	for _, c := range smtp.Commands(smtp.Postfix) {
		verbs = append(verbs, c.Verb)
	}
	return verbs
}

// unknownVerb is about a command that there is not.
func unknownVerb(verb string, known []string, ref string) lesson {
	if near := wire.Nearest(verb, known); near != "" {
		return lesson{"hint.verb.near", []string{"verb", verb, "near", near}, ref}
	}
	return lesson{"hint.verb", []string{"verb", verb}, ref}
}

// orderHint is about a command that came too early or too late: where it is
// legal, and what leads there.
func orderHint(c smtp.Command, state string) lesson {
	if c.Verb == "" {
		return lesson{}
	}
	legal := func(s smtp.State) bool { return c.States.Has(s) }
	var states []string
	for s := smtp.Connected; s <= smtp.Closed; s++ {
		if legal(s) {
			states = append(states, s.String())
		}
	}
	first := ""
	switch {
	case state == smtp.Connected.String():
		first = "EHLO"
	case legal(smtp.Greeted):
		first = "RSET"
	case state == smtp.Greeted.String():
		first = "MAIL FROM:<…>"
	case state == smtp.MailGiven.String():
		first = "RCPT TO:<…>"
	}
	if first == "" || slices.Contains(states, state) {
		return lesson{}
	}
	return lesson{"hint.order", []string{"verb", c.Verb, "states", strings.Join(states, ", "), "state", state, "first", first}, "RFC 5321 §4.1.4"}
}

// contentHint is about the text of a message.
func contentHint(lines []string, ended, open bool) lesson {
	blank := slices.Index(lines, "")
	header := lines
	if blank >= 0 {
		header = lines[:blank]
	}
	strange := slices.IndexFunc(header, func(l string) bool { return !fieldLine(l) })
	switch {
	case ended && len(lines) > 0 && strange >= 0:
		return lesson{"hint.noblank.end", []string{"line", strconv.Itoa(strange + 1)}, "RFC 5322 §2.1"}
	case ended && blank < 0 && len(lines) > 0:
		return lesson{"hint.nobody", nil, "RFC 5322 §2.1"}
	case !open:
		return lesson{}
	case len(lines) == 0:
		return lesson{"hint.content", nil, "RFC 5321 §4.1.1.4"}
	case strange >= 0:
		return lesson{"hint.noblank", []string{"line", strconv.Itoa(strange + 1)}, "RFC 5322 §2.1"}
	case len(lines[len(lines)-1]) > 998:
		return lesson{"hint.long", nil, "RFC 5322 §2.1.1"}
	case blank < 0:
		return lesson{"hint.header", nil, "RFC 5322 §2.2"}
	case slices.Contains(smtpVerbs(), strings.ToUpper(lines[len(lines)-1])):
		return lesson{"hint.astext", []string{"verb", lines[len(lines)-1]}, "RFC 5321 §4.1.1.4"}
	case strings.HasPrefix(lines[len(lines)-1], "."):
		return lesson{"hint.stuff", nil, "RFC 5321 §4.5.2"}
	}
	return lesson{"hint.body", nil, "RFC 5321 §4.5.2"}
}

// fieldLine tells whether a line may stand in a header: a field, or the
// continuation of one.
func fieldLine(l string) bool {
	if l != "" && (l[0] == ' ' || l[0] == '\t') {
		return true
	}
	name, _, ok := strings.Cut(l, ":")
	return ok && name != "" && !strings.ContainsAny(strings.TrimRight(name, " "), " \t")
}

func (b *keyboard) popHint(l *scenario.Typed, reply string) lesson {
	if verb, _, _ := strings.Cut(strings.TrimSpace(l.Text), " "); strings.EqualFold(verb, "DELE") && strings.HasPrefix(reply, "+OK") {
		return lesson{"hint.dele", nil, "RFC 1939 §6"}
	}
	if !strings.HasPrefix(reply, "-ERR") {
		return lesson{}
	}
	state := b.stateAt(l, pop3.Authorization.String())
	verb, _, _ := strings.Cut(strings.TrimSpace(l.Text), " ")
	var known []string
	for _, c := range pop3.Commands() {
		known = append(known, c.Verb)
		if !strings.EqualFold(c.Verb, verb) {
			continue
		}
		var states []string
		legal := false
		for _, s := range c.States() {
			states = append(states, s.String())
			legal = legal || s.String() == state
		}
		if !legal {
			return lesson{"hint.state", []string{"verb", c.Verb, "states", strings.Join(states, "; "), "state", state}, c.RFC}
		}
		if c.Args != "" && c.Args[0] != '[' && !strings.Contains(strings.TrimSpace(l.Text), " ") {
			return lesson{"hint.syntax", []string{"usage", c.Verb + " " + c.Args}, c.RFC}
		}
		return lesson{}
	}
	return unknownVerb(verb, known, "RFC 1939 §3")
}

func (b *keyboard) imapHint(l *scenario.Typed, reply string) lesson {
	words := strings.Fields(l.Text)
	if h := b.literalHint(l); h.key != "" {
		return h
	}
	if !strings.Contains(reply, " BAD ") && !strings.HasPrefix(reply, "BAD ") || len(words) == 0 {
		return lesson{}
	}
	state := b.stateAt(l, imap.NotAuthenticated.String())
	var known []string
	for _, c := range imap.Commands() {
		known = append(known, c.Verb)
		if strings.EqualFold(c.Verb, words[0]) {
			return lesson{"hint.tag", []string{"line", "a1 " + l.Text}, "RFC 3501 §2.2.1"}
		}
		if len(words) < 2 || !strings.EqualFold(c.Verb, words[1]) {
			continue
		}
		var states []string
		legal := false
		for _, s := range c.States() {
			states = append(states, s.String())
			legal = legal || s.String() == state
		}
		if !legal {
			return lesson{"hint.state", []string{"verb", c.Verb, "states", strings.Join(states, ", "), "state", state}, c.RFC}
		}
		return lesson{"hint.syntax", []string{"usage", strings.TrimSpace(words[0] + " " + c.Verb + " " + c.Args)}, c.RFC}
	}
	if len(words) < 2 {
		return lesson{"hint.tag", []string{"line", "a1 NOOP"}, "RFC 3501 §2.2.1"}
	}
	return unknownVerb(words[1], known, "RFC 3501 §6")
}

// shellHint is about a command that failed, or one that printed nothing.
func (p *Player) shellHint(l *scenario.Typed) lesson {
	name, _, _ := strings.Cut(strings.TrimSpace(l.Text), " ")
	name = name[strings.LastIndexByte(name, '/')+1:]
	for _, t := range scenario.Tools() {
		if t.Name != name {
			continue
		}
		if p.status(l) != 0 {
			return lesson{"hint.usage", []string{"usage", t.Usage}, t.Name + "(1)"}
		}
		return lesson{"hint.ran", []string{"usage", t.Usage}, t.Name + "(1)"}
	}
	return lesson{}
}

// status is the exit status of a command that was typed.
func (p *Player) status(l *scenario.Typed) int {
	t := p.story.T
	for q := l.From + 1; t.Has(q); q++ {
		if e := t.At(q); e.Kind == trace.Output && e.Code != 0 && slices.Contains(t.Chain(q), l.From+1) {
			return int(e.Code)
		}
	}
	return 0
}
