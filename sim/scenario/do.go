package scenario

import (
	"net/mail"
	"sort"
	"strings"
	"time"

	"mailtrek/sim/node"
)

// ActionKind says what somebody does.
type ActionKind uint8

// The kinds of actions.
const (
	Submit  ActionKind = iota + 1 // a person sends a mail with a mail program
	Fetch                         // a person reads mail with a mail program
	Operate                       // somebody types a command on a host
)

// String returns "submit", "fetch" or "command".
func (k ActionKind) String() string { return [...]string{"", "submit", "fetch", "command"}[k%4] }

// Action is a line of a do block: what somebody does, where and when.
type Action struct {
	At   time.Duration
	Kind ActionKind
	Host string // the full name
	User string // who; empty is the operator (root) of a command

	Mail   string        // Submit, and Operate with "< MAIL": the name of the message
	From   string        // Submit: the envelope sender, "<>" for the null path; empty: from the message
	To     []string      // Submit: the envelope recipients; none: from the message
	Server Server        // Submit: where to; zero: from the settings
	Proto  string        // Fetch: "pop3" or "imap"
	Keep   bool          // Fetch by POP3: leave the mail on the server
	Access node.Access   // Fetch by IMAP: online, disconnected or offline
	Stay   time.Duration // Fetch by IMAP: how long to stay connected

	Command string // Operate: the command line
	Input   string // Operate: its standard input

	Text string // as the document has it, without the time
}

// verbs is the table of what a person does with a mail program.
var verbs = []struct{ name, usage string }{
	{"submit", "submit MAIL [from ADDRESS] [to ADDRESS,ADDRESS] [via HOST[:PORT]]"},
	{"fetch", "fetch pop3 [keep], or fetch imap [online|disconnected|offline] [for TIME]"},
}

func verbUsage(name string) string {
	for _, v := range verbs {
		if v.name == name {
			return v.usage
		}
	}
	return ""
}

// wantAction says how a line of a do block looks.
const wantAction = "TIME HOST$ COMMAND, TIME USER@HOST submit MAIL, or TIME USER@HOST fetch pop3|imap"

// do reads a do block.
func (b *builder) do(blk *Block) {
	c := clock{src: b.src}
	for i := 0; i < len(blk.lines); i++ {
		l := blk.lines[i]
		if l.comment() {
			continue
		}
		words := l.words()
		at := c.time(words[0])
		if len(words) < 2 {
			b.src.errorAt(words[0], wantAction, "the line says neither who nor what")
			continue
		}
		who := words[1]
		text := l.rest(who).text
		if prompt := strings.IndexAny(who.raw, "$#"); prompt >= 0 || len(words) > 2 && (words[2].raw == "$" || words[2].raw == "#") {
			i += b.operate(at, l, who, blk.lines[i+1:])
			continue
		}
		user, h := b.userAt(who)
		if h == nil {
			continue
		}
		if len(words) < 3 {
			b.src.errorAt(who, wantAction, "the line does not say what %s does", user)
			continue
		}
		a := Action{At: at, Host: h.Name, User: user, Text: text}
		ok := false
		switch verb := words[2]; verb.text {
		case "submit":
			ok = b.submit(&a, verb, words[3:])
		case "fetch":
			ok = b.fetch(&a, verb, words[3:])
		default:
			names := []string{"submit", "fetch"}
			b.src.errorAt(verb, verbUsage("submit")+", or "+verbUsage("fetch"), "nobody can %q%s", verb.text, didYouMean(verb.text, names))
		}
		if ok {
			b.s.Actions = append(b.s.Actions, a)
		}
	}
	sort.SliceStable(b.s.Actions, func(i, j int) bool { return b.s.Actions[i].At < b.s.Actions[j].At })
}

// submit reads what follows "submit".
func (b *builder) submit(a *Action, verb word, words []word) bool {
	a.Kind = Submit
	if len(words) == 0 {
		b.src.errorAt(verb, verbUsage("submit"), "submit what?")
		return false
	}
	m := b.s.Mail(words[0].text)
	if m == nil {
		b.src.errorAt(words[0], "the name of a mail block", "there is no mail %q%s", words[0].text, didYouMean(words[0].text, b.mailNames()))
	}
	a.Mail = words[0].text
	for words = words[1:]; len(words) > 0; words = words[2:] {
		key := words[0]
		if len(words) < 2 {
			b.src.errorAt(key, verbUsage("submit"), "%q has nothing behind it", key.text)
			return false
		}
		switch value := words[1]; key.text {
		case "from":
			a.From = value.text
		case "to":
			for _, to := range value.list() {
				a.To = append(a.To, to.text)
			}
		case "via":
			a.Server = b.server(value, 587)
		default:
			b.src.errorAt(key, verbUsage("submit"), "submit has no %q%s", key.text, didYouMean(key.text, []string{"from", "to", "via"}))
			return false
		}
	}
	acc := b.s.Account(a.User, a.Host)
	if acc == nil {
		b.src.errorAt(verb, "a block ```mua "+a.User+"@"+a.Host, "%s has no mail program on %s", a.User, a.Host)
		return false
	}
	if acc.Submit.Host == "" && a.Server.Host == "" {
		b.src.errorAt(verb, "a line smtp HOST in the mua block, or via HOST here", "the mail program of %s knows no server to send by", a.User)
		return false
	}
	return m != nil && b.envelope(a, verb, m)
}

// envelope sees to it that a mail goes to somebody.
func (b *builder) envelope(a *Action, verb word, m *Mail) bool {
	if len(a.To) == 0 {
		a.To = Recipients(m.Content)
	}
	if len(a.To) == 0 {
		b.src.errorAt(verb, "a field To, Cc or Bcc, or to ADDRESS in this line", "the mail %q has no recipient", a.Mail)
	}
	return len(a.To) > 0
}

func (b *builder) mailNames() []string {
	var names []string
	for _, m := range b.s.Mails {
		names = append(names, m.Name)
	}
	return names
}

// Recipients returns the addresses in To, Cc and Bcc, in this order, each once.
func Recipients(content string) []string {
	msg, err := mail.ReadMessage(strings.NewReader(content))
	if err != nil {
		return nil
	}
	var to []string
	seen := map[string]bool{}
	for _, field := range []string{"To", "Cc", "Bcc"} {
		list, err := msg.Header.AddressList(field)
		if err != nil {
			continue
		}
		for _, a := range list {
			if !seen[a.Address] {
				seen[a.Address] = true
				to = append(to, a.Address)
			}
		}
	}
	return to
}

// fetch reads what follows "fetch".
func (b *builder) fetch(a *Action, verb word, words []word) bool {
	a.Kind = Fetch
	usage := verbUsage("fetch")
	if len(words) == 0 || words[0].text != "pop3" && words[0].text != "imap" {
		w := verb
		if len(words) > 0 {
			w = words[0]
		}
		b.src.errorAt(w, usage, "fetch by which protocol?")
		return false
	}
	a.Proto = words[0].text
	if a.Proto == "imap" && !b.fetchIMAP(a, words[1:]) || a.Proto == "pop3" && !b.fetchPOP3(a, words[1:]) {
		return false
	}
	acc := b.s.Account(a.User, a.Host)
	if acc == nil || a.Proto == "pop3" && acc.Fetch.Host == "" || a.Proto == "imap" && acc.IMAP.Host == "" {
		b.src.errorAt(verb, "a block ```mua "+a.User+"@"+a.Host+" with a line "+a.Proto+" HOST", "the mail program of %s knows no server to read from", a.User)
		return false
	}
	return true
}

// fetchPOP3 reads what follows "fetch pop3".
func (b *builder) fetchPOP3(a *Action, words []word) bool {
	for _, w := range words {
		if w.text != "keep" {
			b.src.errorAt(w, verbUsage("fetch"), "fetch has no %q%s", w.text, didYouMean(w.text, []string{"keep"}))
			return false
		}
		a.Keep = true
	}
	return true
}

// fetchIMAP reads what follows "fetch imap".
func (b *builder) fetchIMAP(a *Action, words []word) bool {
	if len(words) > 0 {
		if way, ok := node.AccessNamed(words[0].text); ok {
			a.Access, words = way, words[1:]
		}
	}
	if len(words) == 2 && words[0].text == "for" {
		var ok bool
		if a.Stay, ok = parseDuration(words[1].text); !ok {
			b.src.errorAt(words[1], wantDuration, "%q is not a time", words[1].text)
		}
		return ok
	}
	if len(words) > 0 {
		b.src.errorAt(words[0], verbUsage("fetch"), "fetch has no %q%s", words[0].text, didYouMean(words[0].text, []string{"online", "disconnected", "offline", "for"}))
		return false
	}
	return true
}

// operate reads "HOST$ COMMAND" or "USER@HOST$ COMMAND" and returns the number
// of further lines that its here-document took.
func (b *builder) operate(at time.Duration, l line, who word, following []line) (taken int) {
	i := strings.IndexAny(who.raw, "$#")
	name, command := who, l.after(who)
	if i >= 0 {
		name = who.cut(0, i)
		command = l.after(who.cut(0, i+1))
	} else { // "HOST $ COMMAND"
		command = l.after(command.cut(0, 1))
	}
	a := Action{At: at, Kind: Operate, Text: l.rest(who).text}
	var h *Host
	if strings.Contains(name.raw, "@") {
		a.User, h = b.userAt(name)
	} else {
		h = b.hostNamed(name)
	}
	a.Command, a.Input, a.Mail, taken = b.input(command, following)
	if command.text == "" {
		b.src.errorAt(who, "HOST$ COMMAND", "the line does not say which command")
	}
	if h != nil && a.Command != "" {
		a.Host = h.Name
		b.s.Actions = append(b.s.Actions, a)
	}
	return taken
}

// input takes "<<WORD" or "< MAIL" from the end of a command, as a shell would;
// mail is the name of the mail.
func (b *builder) input(command word, following []line) (cmd, in, mail string, taken int) {
	if i := strings.LastIndex(command.raw, "<<"); i >= 0 {
		mark := strings.Trim(strings.TrimSpace(command.raw[i+2:]), `'"`)
		if mark == "" || strings.ContainsAny(mark, " \t") {
			b.src.errorAt(command.cut(i, len(command.raw)), "<<WORD, and a line WORD behind the text", "the here-document has no end word")
			return "", "", "", 0
		}
		for n, l := range following {
			if strings.TrimSpace(l.text) == mark {
				return strings.TrimSpace(command.raw[:i]), in, "", n + 1
			}
			in += l.text + "\n"
		}
		b.src.errorAt(command.cut(i, len(command.raw)), "a line "+mark, "the here-document has no end")
		return "", "", "", len(following)
	}
	if i := strings.LastIndex(command.raw, "<"); i > 0 && command.raw[i-1] == ' ' {
		rest := command.cut(i+1, len(command.raw))
		if m := b.s.Mail(strings.TrimSpace(rest.text)); m != nil {
			return strings.TrimSpace(command.raw[:i]), m.Content, m.Name, 0
		}
		b.src.errorAt(rest, "the name of a mail block", "there is no mail %q%s", strings.TrimSpace(rest.text), didYouMean(strings.TrimSpace(rest.text), b.mailNames()))
	}
	return command.text, "", "", 0
}
