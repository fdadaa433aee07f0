package trace

import (
	"strings"

	"mailtrek/protocols/wire"
)

var verbs = map[Proto][]string{
	SMTP: {"HELO", "EHLO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "VRFY", "EXPN", "HELP", "NOOP", "QUIT", "AUTH", "STARTTLS", "ETRN", "SEND", "SAML", "SOML", "TURN"},
	LMTP: {"LHLO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "VRFY", "NOOP", "QUIT", "STARTTLS"},
	POP3: {"USER", "PASS", "APOP", "AUTH", "STLS", "CAPA", "STAT", "LIST", "RETR", "DELE", "NOOP", "RSET", "QUIT", "TOP", "UIDL"},
	IMAP: {"LOGIN", "AUTHENTICATE", "STARTTLS", "CAPABILITY", "NOOP", "LOGOUT", "SELECT", "EXAMINE", "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE",
		"LIST", "LSUB", "STATUS", "APPEND", "CHECK", "CLOSE", "UNSELECT", "EXPUNGE", "SEARCH", "FETCH", "STORE", "COPY", "MOVE", "UID", "IDLE", "SORT", "THREAD", "ENABLE", "ID", "NAMESPACE"},
}

var wireKinds = map[string]Kind{"open": Open, "accept": Accept, "refuse": Refuse, "timeout": Timeout, "close": Close, "reset": Reset,
	"line": Line, "content": Content, "auth": Auth, "raw": Raw, "state": State, "tls": TLS, "record": Record}

// parseProto reads a clause such as: smtp RCPT at mail2.
func parseProto(p *selectorParser, c *clause, w word) {
	c.proto = ProtoNamed(w.text)
	known := verbs[c.proto]
	p.arguments(c, func(w word) bool {
		if k, ok := wireKinds[w.text]; ok {
			c.kinds |= kindsOf(k)
			return true
		}
		if isCode(w.text) {
			c.code, c.side, c.kinds = newPattern(w.text), Server, kindsOf(Line)
			return true
		}
		return !c.a.set && c.verb(w, known)
	}, append([]string{"content", "state", "open", "close"}, known...))
	if c.a.set && c.side == NoSide {
		c.side = Client
	}
}

// verb takes the word as a command's verb unless it looks like a slip.
func (c *clause) verb(w word, known []string) bool {
	verb := strings.ToUpper(w.text)
	ok := strings.ContainsAny(verb, "*?") || wire.Nearest(verb, known) == ""
	for _, k := range known {
		ok = ok || k == verb
	}
	if ok {
		c.a = newPattern(verb)
		c.kinds |= kindsOf(Line, Content, Auth, Raw)
	}
	return ok
}

func isCode(s string) bool {
	if len(s) != 3 && s != "4*" && s != "5*" && s != "2*" && s != "3*" {
		return false
	}
	return s[0] >= '1' && s[0] <= '5' && strings.Trim(s, "0123456789?*") == ""
}

// rcodes are the names of DNS response codes (RFC 1035 §4.1.1, RFC 6895 §2.3).
var rcodes = []string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"}

var recordTypes = []string{"A", "AAAA", "MX", "NS", "PTR", "TXT", "CNAME", "SOA", "SRV", "TLSA", "ANY", "DS", "DNSKEY", "SPF", "AXFR"}

func parseDNS(p *selectorParser, c *clause, w word) {
	switch w.text {
	case "dns":
		c.proto = DNS
	case "query":
		c.kinds = kindsOf(Query)
	case "answer":
		c.kinds = kindsOf(Answer)
	}
	p.arguments(c, func(w word) bool {
		if w.text == "query" || w.text == "answer" {
			c.kinds = kindsOf(KindNamed(w.text))
			return true
		}
		if i := indexFold(rcodes, w.text); i >= 0 {
			c.kinds = kindsOf(Answer)
			c.more = func(_ *Trace, e *Event, _ Seq) bool { return int(e.Code) == i }
			return true
		}
		if !c.b.set && indexFold(recordTypes, w.text) >= 0 {
			c.b = newPattern(w.text)
			return true
		}
		if c.a.set {
			return false
		}
		if c.a = newPattern(strings.TrimSuffix(w.text, ".")); w.text == "." {
			c.a = newPattern(".")
		}
		return true
	}, append(append([]string{"query", "answer"}, rcodes...), recordTypes...))
	if (c.a.set || c.b.set) && c.kinds == 0 {
		c.kinds = kindsOf(Query, Answer)
	}
}

func indexFold(list []string, s string) int {
	for i, x := range list {
		if equalFold(x, s) {
			return i
		}
	}
	return -1
}

func parseCommand(p *selectorParser, c *clause, w word) {
	c.side = Client
	c.kinds = kindsOf(Line, Content, Auth, Raw)
	p.arguments(c, func(w word) bool { return take(&c.a, strings.ToUpper(w.text)) }, nil)
}

// take sets a pattern that is not yet set.
func take(p *pattern, s string) bool {
	if p.set {
		return false
	}
	*p = newPattern(s)
	return true
}

func parseReply(p *selectorParser, c *clause, w word) {
	c.side, c.final = Server, true
	c.kinds = kindsOf(Line)
	if !p.more() {
		return
	}
	code := p.next()
	if !code.quoted && (code.text == "at" || code.text == "from" || code.text == "to" || code.text == "->") {
		p.i--
		p.arguments(c, nil, nil)
		return
	}
	if isCode(code.text) {
		c.code = newPattern(code.text)
	} else {
		status := newPattern(code.text)
		c.more = func(t *Trace, e *Event, _ Seq) bool { return status.match(replyStatus(t, e)) }
	}
	var words []string
	p.arguments(c, func(w word) bool { words = append(words, w.text); return true }, nil)
	if len(words) > 0 {
		c.line = newPattern("*" + strings.Join(words, " ") + "*")
	}
}

// replyStatus is the word by which a POP3 or IMAP reply says how it went.
func replyStatus(t *Trace, e *Event) string {
	f := strings.SplitN(strings.TrimRight(string(t.Text(e)), "\r\n"), " ", 3)
	if protoOf(t, e) == IMAP && len(f) > 1 {
		return f[1]
	}
	return f[0]
}

func parseConnect(p *selectorParser, c *clause, w word) {
	c.kinds = kindsOf(Open)
	outcomes := []string{"refused", "accepted", "timeout"}
	p.arguments(c, func(w word) bool {
		switch w.text {
		case "refused":
			c.kinds = kindsOf(Refuse)
		case "accepted":
			c.kinds = kindsOf(Accept)
		case "timeout":
			c.kinds = kindsOf(Timeout)
			c.a = literal("connect")
		default:
			return false
		}
		return true
	}, outcomes)
}

// parseKind reads a clause about one kind; words are its columns in order.
func parseKind(p *selectorParser, c *clause, w word) {
	c.kinds = kindsOf(KindNamed(w.text))
	columns := []*pattern{&c.a, &c.b, &c.c}
	p.arguments(c, func(w word) bool {
		if len(columns) == 0 {
			return false
		}
		*columns[0] = newPattern(w.text)
		columns = columns[1:]
		return true
	}, nil)
}

func parseState(p *selectorParser, c *clause, w word) {
	c.kinds = kindsOf(State)
	var words []string
	p.arguments(c, func(w word) bool { words = append(words, w.text); return true }, nil)
	if len(words) > 0 {
		c.b = newPattern(strings.Join(words, " "))
	}
}
