package scenario

import (
	"net/netip"
	"strconv"
	"strings"
)

// mail reads a mail block: a message as its author typed it.
func (b *builder) mail(blk *Block) {
	name := blk.args[0]
	if !b.once(name, "mail "+name.text) {
		return
	}
	content := blk.Text()
	if strings.TrimSpace(content) == "" {
		b.src.errorAt(name, "header fields, an empty line, and a text", "the message %q is empty", name.text)
		return
	}
	b.header(blk)
	m := b.s.Mail(name.text)
	if m == nil {
		m = &Mail{Name: name.text}
		b.s.Mails = append(b.s.Mails, m)
	}
	m.Content = content
}

// header warns of a first line that begins no header: every mail program would
// take the line for the body.
func (b *builder) header(blk *Block) {
	first := blk.lines[0]
	name, _, colon := strings.Cut(first.text, ":")
	if first.text != "" && (!colon || strings.ContainsAny(name, " \t")) {
		b.src.warnAt(first.rest(word{off: first.off}), "this is no header field, so the whole message is body")
	}
}

// muaWords is the table of settings of a mail program.
var muaWords = []struct{ name, want string }{
	{"from", "the person's address, such as Elena Petrova <elena@sender.example>"},
	{"smtp", "HOST[:PORT] [starttls|tls] [without login] that takes mail; without a port, 587, or 465 with tls"},
	{"pop3", "HOST[:PORT] [starttls|tls] where mail is read; without a port, 110, or 995 with tls"},
	{"imap", "HOST[:PORT] [starttls|tls] where mail is read; without a port, 143, or 993 with tls"},
	{"login", "the name at both servers"},
	{"password", "the password at both servers"},
	{"helo", "what the program calls itself in EHLO"},
}

func muaNames() []string {
	var names []string
	for _, w := range muaWords {
		names = append(names, w.name)
	}
	return names
}

// mua reads a mua block.
func (b *builder) mua(blk *Block) {
	user, h := b.userAt(blk.args[0])
	if h == nil || !b.once(blk.args[0], "mua "+user+"@"+h.Name) {
		return
	}
	a := b.s.Account(user, h.Name)
	if a == nil {
		a = &Account{User: user, Host: h.Name}
		b.s.Accounts = append(b.s.Accounts, a)
	}
	for _, l := range blk.lines {
		if l.comment() {
			continue
		}
		key := l.words()[0]
		value := l.after(key)
		name := strings.TrimSuffix(key.text, ":")
		if value.text == "" {
			b.src.errorAt(key, b.muaWant(name), "%s has no value", name)
			continue
		}
		switch name {
		case "from":
			a.From = value.text
			if addr := AddressOf(value.text); strings.Count(addr, "@") != 1 {
				b.src.errorAt(value, b.muaWant(name), "%q has no address", value.text)
			}
		case "smtp":
			var rest string
			a.Submit, rest = b.secureServer(value, 587, 465)
			a.Open = rest == "without login"
			if rest != "" && !a.Open {
				b.src.errorAt(value, b.muaWant(name), "%q says nothing about a server", rest)
			}
		case "pop3":
			var rest string
			if a.Fetch, rest = b.secureServer(value, 110, 995); rest != "" {
				b.src.errorAt(value, b.muaWant(name), "%q says nothing about a server", rest)
			}
		case "imap":
			var rest string
			if a.IMAP, rest = b.secureServer(value, 143, 993); rest != "" {
				b.src.errorAt(value, b.muaWant(name), "%q says nothing about a server", rest)
			}
		case "login":
			a.Login = value.text
		case "password":
			a.Password = value.text
		case "helo":
			a.Helo = value.text
		default:
			b.src.errorAt(key, oneOf(muaNames()), "a mail program has no setting %q%s", name, didYouMean(name, muaNames()))
		}
	}
	if a.From == "" {
		b.src.errorAt(blk.args[0], "a line: from NAME <ADDRESS>", "the settings have no from")
	}
}

func (b *builder) muaWant(name string) string {
	for _, w := range muaWords {
		if w.name == name {
			return w.want
		}
	}
	return ""
}

// secureServer reads HOST[:PORT] [starttls|tls] and returns the words behind
// it; tls has a port of its own (RFC 8314).
func (b *builder) secureServer(w word, port, tlsPort uint16) (s Server, rest string) {
	words := strings.Fields(w.raw)[1:]
	mode := ""
	if len(words) > 0 && (words[0] == "starttls" || words[0] == "tls") {
		mode, words = words[0], words[1:]
	}
	if mode == "tls" {
		port = tlsPort
	}
	host, _, _ := strings.Cut(w.raw, " ")
	s = b.server(w.cut(0, len(host)), port)
	s.TLS = mode
	return s, strings.Join(words, " ")
}

// server reads HOST[:PORT]. The host may be one that does not exist: people
// mistype, and then see what happens.
func (b *builder) server(w word, port uint16) Server {
	name, digits, given := strings.Cut(w.text, ":")
	if given {
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || n == 0 {
			b.src.errorAt(w.cut(len(name)+1, len(w.raw)), "a port such as 25, 587 or 110", "%q is no port", digits)
			return Server{}
		}
		port = uint16(n)
	}
	if _, err := netip.ParseAddr(name); err != nil {
		if h, _ := findHost(b.s.Hosts, name); h != nil {
			name = h.Name
		} else if why := badHostName(strings.ToLower(name)); why != "" {
			b.src.errorAt(w, "HOST[:PORT]", "%q %s", name, why)
		} else {
			b.src.warnAt(w, "no host is called %q%s", name, didYouMean(name, b.hostNames()))
		}
	}
	return Server{Host: name, Port: port}
}

// AddressOf returns the address in "Name <address>", or all of it.
func AddressOf(s string) string {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		if j := strings.IndexByte(s[i:], '>'); j > 0 {
			return s[i+1 : i+j]
		}
	}
	return strings.TrimSpace(s)
}
