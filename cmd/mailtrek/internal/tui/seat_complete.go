package tui

import (
	"encoding/base64"
	"slices"
	"strings"

	"mailtrek/protocols/imap"
	"mailtrek/protocols/pop3"
	"mailtrek/protocols/smtp"
	"mailtrek/sim/scenario"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// complete completes the line at Tab: what is the only way on is put there;
// where there are several, they are listed, and Tab goes through them.
func (p *Player) complete() {
	b := p.board
	if len(b.offer) > 0 {
		b.at = (b.at + 1) % len(b.offer)
		return
	}
	text := b.line.text[:b.line.at]
	var fit []choice
	for _, c := range p.candidates(text) {
		if len(c.text) > len(text) && strings.EqualFold(c.text[:len(text)], text) {
			fit = append(fit, c)
		}
	}
	switch {
	case len(fit) == 0:
		p.notice = p.look.words.T("complete.none")
		return
	case len(fit) == 1:
		b.accept(fit[0])
		return
	}
	common := fit[0].text
	for _, c := range fit[1:] {
		for !strings.HasPrefix(c.text, common) {
			common = common[:len(common)-1]
		}
	}
	if len(common) > len(text) {
		b.accept(choice{text: common})
	}
	b.offer, b.at = fit, -1
}

// accept puts a completion in the place of what stands before the cursor.
func (b *keyboard) accept(c choice) {
	behind := b.line.text[b.line.at:]
	b.line.set(c.text)
	b.line.text += behind
	b.offer, b.at = nil, -1
}

// mayNow are the verbs that may be said now, or the tools of the shell.
func (p *Player) mayNow() []string {
	b := p.board
	switch {
	case b.seat.IsShell() || b.seat.End() != nil:
		return nil
	case b.typing():
		return []string{"."}
	}
	verbs, _ := p.legal()
	return verbs
}

// legal are the verbs that may be said in the present state and would not be
// refused, those that lead on first, with what may follow them.
func (p *Player) legal() (verbs, args []string) {
	if id := p.board.seat.Conn(); id != 0 {
		m := p.instant().moment(id)
		moves, _ := m.may()
		for _, mv := range moves {
			if !refusal(mv.answer) {
				verbs, args = append(verbs, mv.verb), append(args, strings.ReplaceAll(mv.args, "SP ", ""))
			}
		}
		if len(verbs) > 0 {
			return verbs, args
		}
	}
	return p.tableLegal()
}

// tableLegal are the verbs that the table of the protocol has in the present
// state.
func (p *Player) tableLegal() (verbs, args []string) {
	state := p.board.seat.State()
	proto := p.board.proto()
	if state == "" {
		switch proto {
		case trace.SMTP:
			state = smtp.Connected.String()
		case trace.POP3:
			state = pop3.Authorization.String()
		case trace.IMAP:
			state = imap.NotAuthenticated.String()
		}
	}
	add := func(verb, arg string) { verbs, args = append(verbs, verb), append(args, arg) }
	switch proto {
	case trace.SMTP:
		for _, c := range smtp.Commands(smtp.Postfix) {
			for s := smtp.Connected; s <= smtp.Closed; s++ {
				if s.String() == state && c.States.Has(s) && c.Verb != "XCLIENT" && c.Verb != "XFORWARD" {
					add(c.Verb, strings.ReplaceAll(c.Args, "SP ", ""))
				}
			}
		}
	case trace.POP3:
		for _, c := range pop3.Commands() {
			if slices.ContainsFunc(c.States(), func(s pop3.State) bool { return s.String() == state }) && c.Verb != "XCLIENT" && c.Verb != "XOIP" {
				add(c.Verb, c.Args)
			}
		}
	case trace.IMAP:
		for _, c := range imap.Commands() {
			if slices.ContainsFunc(c.States(), func(s imap.State) bool { return s.String() == state }) {
				add(c.Verb, c.Args)
			}
		}
	}
	return verbs, args
}

// candidates are whole lines that begin with what may stand there.
func (p *Player) candidates(text string) []choice {
	b := p.board
	switch proto := b.proto(); {
	case b.until != "":
		return nil
	case b.seat.IsShell():
		return p.shellWords(text)
	case b.typing():
		return p.contentLines()
	case proto == trace.SMTP:
		return p.smtpLines(text)
	case proto == trace.POP3:
		return p.popLines(text)
	case proto == trace.IMAP:
		return p.imapLines()
	}
	return nil
}

// account is a login that somebody has in the scenario.
type account struct{ user, password string }

// accounts are the logins of the mail programs, and of users with a password.
func (p *Player) accounts() []account {
	var out []account
	add := func(a account) {
		if a.user != "" && a.password != "" && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	s := p.course.branch.Scenario
	for _, a := range s.Accounts {
		add(account{a.Login, a.Password})
	}
	for _, h := range s.Hosts {
		for _, u := range h.Users {
			add(account{u.Name, u.Password})
		}
	}
	return out
}

// addresses are those of the people and of the mails of the scenario.
func (p *Player) addresses() []string {
	var out []string
	add := func(a string) {
		if a != "" && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	s := p.course.branch.Scenario
	for _, a := range s.Accounts {
		from := a.From
		if i := strings.LastIndexByte(from, '<'); i >= 0 {
			from = strings.TrimRight(from[i+1:], "> ")
		}
		if strings.Contains(from, "@") {
			add(from)
		}
	}
	for _, m := range s.Mails {
		for _, to := range scenario.Recipients(m.Content) {
			add(to)
		}
	}
	for _, h := range s.Hosts {
		for _, u := range h.Users {
			add(u.Name + "@" + h.Name)
		}
	}
	return out
}

func (p *Player) smtpLines(text string) []choice {
	b := p.board
	if b.seat.State() == smtp.Authenticating.String() {
		var list []choice
		for _, a := range p.accounts() {
			list = append(list, choice{text: base64.StdEncoding.EncodeToString([]byte(a.user)), note: a.user}, choice{text: base64.StdEncoding.EncodeToString([]byte(a.password)), note: a.password})
		}
		return list
	}
	verbs, args := p.legal()
	if !strings.Contains(text, " ") {
		var list []choice
		for i, v := range verbs {
			line := v
			switch v {
			case "MAIL":
				line = "MAIL FROM:<"
			case "RCPT":
				line = "RCPT TO:<"
			default:
				if args[i] != "" {
					line += " "
				}
			}
			list = append(list, choice{text: line, note: args[i]})
		}
		return list
	}
	verb, _, _ := strings.Cut(text, " ")
	var list []choice
	switch strings.ToUpper(verb) {
	case "HELO", "EHLO":
		list = append(list, choice{text: verb + " " + b.seat.Host})
	case "MAIL":
		for _, a := range p.addresses() {
			list = append(list, choice{text: verb + " FROM:<" + a + ">"})
		}
		list = append(list, choice{text: verb + " FROM:<>", note: p.look.words.T("complete.null")})
	case "RCPT":
		for _, a := range p.addresses() {
			list = append(list, choice{text: verb + " TO:<" + a + ">"})
		}
	case "VRFY", "EXPN":
		for _, a := range p.addresses() {
			list = append(list, choice{text: verb + " " + a})
		}
	case "AUTH":
		for _, a := range p.accounts() {
			plain := base64.StdEncoding.EncodeToString([]byte("\x00" + a.user + "\x00" + a.password))
			list = append(list, choice{text: verb + " PLAIN " + plain, note: a.user + " / " + a.password})
		}
		list = append(list, choice{text: verb + " LOGIN"})
	}
	return list
}

// contentLines are fields for a header that is being typed, and the end.
func (p *Player) contentLines() []choice {
	list := []choice{{text: ".", note: p.look.words.T("complete.dot")}}
	if lines := p.board.contentTyped(); !slices.Contains(lines, "") {
		for _, f := range []string{"From: ", "To: ", "Subject: ", "Date: ", "Message-ID: "} {
			list = append(list, choice{text: f})
		}
	}
	return list
}

func (p *Player) popLines(text string) []choice {
	var list []choice
	verb, _, inside := strings.Cut(text, " ")
	if inside {
		for _, a := range p.accounts() {
			switch strings.ToUpper(verb) {
			case "USER":
				list = append(list, choice{text: verb + " " + a.user})
			case "PASS":
				list = append(list, choice{text: verb + " " + a.password, note: a.user})
			}
		}
		return list
	}
	verbs, args := p.legal()
	for i, v := range verbs {
		if args[i] != "" && args[i][0] != '[' {
			v += " "
		}
		list = append(list, choice{text: v, note: args[i]})
	}
	return list
}

func (p *Player) imapLines() []choice {
	tag := "a" + itoa(len(p.board.seat.Lines)+1) + " "
	var list []choice
	verbs, args := p.legal()
	for i, v := range verbs {
		switch v {
		case "LOGIN":
			for _, a := range p.accounts() {
				list = append(list, choice{text: tag + v + " " + a.user + " " + a.password})
			}
			continue
		case "SELECT", "EXAMINE":
			list = append(list, choice{text: tag + v + " INBOX", note: args[i]})
			continue
		}
		list = append(list, choice{text: tag + v, note: args[i]})
	}
	return list
}

// shellWords completes the last word of a command line.
func (p *Player) shellWords(text string) []choice {
	cut := strings.LastIndexAny(text, " ;&|") + 1
	head, word := text[:cut], text[cut:]
	var list []choice
	add := func(word, note string) { list = append(list, choice{text: head + word, note: note}) }
	command := strings.Fields(head)
	last := strings.TrimRight(head, " ")
	if len(command) == 0 || strings.HasSuffix(last, ";") || strings.HasSuffix(last, "&") || strings.HasSuffix(last, "|") {
		for _, t := range scenario.Tools() {
			add(t.Name+" ", t.Usage)
		}
		return list
	}
	run := p.course.branch.Run()
	if strings.HasPrefix(word, "/") {
		for _, name := range run.FileNames(p.board.seat.Host, word[:strings.LastIndexByte(word, '/')+1], 500) {
			add(name, "")
		}
		return list
	}
	switch command[0] {
	case "postconf":
		for _, s := range run.Settings(p.board.seat.Host) {
			if slices.Contains(command, "-e") {
				add(s.Name+"=", s.Value)
			} else {
				add(s.Name, s.Value)
			}
		}
	case "postsuper", "postcat", "postqueue":
		for _, e := range p.queued() {
			add(e.ID, e.Queue+" "+e.Sender)
		}
	case "dig", "host", "nslookup", "telnet", "nc":
		for _, h := range p.course.branch.Scenario.Hosts {
			add(h.Name, "")
		}
		for _, z := range run.ZoneRecords() {
			if d := strings.TrimSuffix(z.Domain, "."); z.Name == "@" && d != "" {
				add(d, z.Type)
			}
		}
	case "cat", "ls", "sed", "tee", "postmap", "postalias":
		add("/", "")
	case "postfix":
		for _, w := range []string{"start", "stop", "reload", "status", "check", "flush"} {
			add(w, "")
		}
	case "rndc":
		add("reload", "")
		add("flush", "")
	}
	return list
}

// queued are the queue files of the seat's host.
func (p *Player) queued() []*state.Entry {
	snap := p.story.Folds.At(p.at)
	node := p.story.T.NodeNamed(p.board.seat.Host)
	var out []*state.Entry
	for _, q := range state.QueueNames {
		out = append(out, snap.Queue(node, q, 100)...)
	}
	return out
}
