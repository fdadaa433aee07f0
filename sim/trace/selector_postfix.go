package trace

import (
	"strconv"
	"strings"
)

var queueNames = []string{"maildrop", "incoming", "active", "deferred", "hold", "corrupt", "gone"}

func parseQueue(p *selectorParser, c *clause, w word) {
	c.kinds = kindsOf(Queue)
	for p.err == nil && p.more() {
		w := p.next()
		name := queueName(w.text)
		switch {
		case w.quoted:
			c.parts = append(c.parts, newPattern(w.text))
		case w.text == "->":
			p.queueTarget(c)
		case name && p.accept("->"):
			c.setQueue(&c.b, &c.bEmpty, w.text)
			p.queueTarget(c)
		case name:
			c.setQueue(&c.c, &c.cEmpty, w.text)
		case w.text == "at":
			c.at = p.host(w)
		case isQueueID(w.text):
			c.a = newPattern(w.text)
		case c.at.set:
			p.fail(w, "unexpected "+strconv.Quote(w.text), queueNames)
		default:
			c.at = p.hostNamed(w)
		}
	}
}

func (p *selectorParser) queueTarget(c *clause) {
	if w, ok := p.peek(); !ok || !queueName(w.text) {
		p.fail(w, "a queue is missing behind \"->\"; there are "+strings.Join(queueNames, ", "), queueNames)
		return
	}
	c.setQueue(&c.c, &c.cEmpty, p.next().text)
}

func (c *clause) setQueue(p *pattern, empty *bool, name string) {
	if name == "gone" || name == "-" {
		*empty = true
		return
	}
	*p = newPattern(name)
}

func queueName(s string) bool {
	return s == "-" || indexFold(queueNames, s) >= 0
}

// isQueueID tells whether a word looks like a short queue id of Postfix.
func isQueueID(s string) bool {
	return len(s) >= 9 && strings.Trim(s, "0123456789ABCDEF") == ""
}

func parseDelivery(p *selectorParser, c *clause, w word) {
	c.kinds = kindsOf(Delivery)
	fates := map[string]uint16{"sent": 2, "deferred": 4, "bounced": 5}
	p.arguments(c, func(w word) bool {
		if f, ok := fates[w.text]; ok {
			c.code = literal(itoa(uint64(f)))
			return true
		}
		return strings.ContainsAny(w.text, "@*?") && take(&c.b, w.text)
	}, []string{"sent", "deferred", "bounced"})
}

func parseDaemon(p *selectorParser, c *clause, w word) {
	c.kinds = kindsOf(Daemon)
	for p.err == nil && p.more() {
		w := p.next()
		switch {
		case w.quoted:
			c.parts = append(c.parts, newPattern(w.text))
		case w.text == "->" && p.more():
			c.b = newPattern(p.next().text)
		case w.text == "at":
			c.at = p.host(w)
		case !c.a.set && !c.b.set:
			c.a = newPattern(w.text)
			if next, ok := p.peek(); !ok || !next.is("->") {
				c.eitherDaemon()
			}
		default:
			p.fail(w, "unexpected "+strconv.Quote(w.text), []string{"at", "->"})
		}
	}
}

// eitherDaemon lets the named daemon be the giver or the receiver.
func (c *clause) eitherDaemon() {
	name := c.a
	c.a = pattern{}
	c.more = func(t *Trace, e *Event, _ Seq) bool { return name.symbol(t, e.A) || name.symbol(t, e.B) }
}

func parseLookup(p *selectorParser, c *clause, w word) {
	c.kinds = kindsOf(Lookup)
	p.arguments(c, func(w word) bool {
		word, before := newPattern(w.text), c.more
		c.more = func(t *Trace, e *Event, s Seq) bool {
			return (before == nil || before(t, e, s)) && (word.symbol(t, e.A) || word.symbol(t, e.B) || word.symbol(t, e.C))
		}
		return true
	}, nil)
}

func parseHeader(p *selectorParser, c *clause, w word) {
	c.kinds = kindsOf(Field)
	p.arguments(c, func(w word) bool {
		switch {
		case w.text == "by" && p.more():
			c.a = newPattern(p.next().text)
		case w.text == "add" || w.text == "remove" || w.text == "change":
			c.c = literal(w.text)
		default:
			return take(&c.b, strings.TrimSuffix(w.text, ":"))
		}
		return true
	}, []string{"by", "add", "remove", "change"})
}

func parseMailbox(p *selectorParser, c *clause, w word) {
	c.kinds = kindsOf(Mailbox)
	p.arguments(c, func(w word) bool {
		switch w.text {
		case "append", "delete", "flags", "move":
			c.c = literal(w.text)
			return true
		}
		if c.more != nil {
			return false
		}
		whole := newPattern(w.text)
		user, domain, hasDomain := strings.Cut(w.text, "@")
		local := newPattern(user)
		c.more = func(t *Trace, e *Event, _ Seq) bool {
			return whole.symbol(t, e.A) || hasDomain && local.symbol(t, e.A) && inDomain(t.Node(e.Node).Name, domain)
		}
		return true
	}, []string{"append", "delete", "flags", "move"})
}

func inDomain(host, domain string) bool {
	return equalFold(host, domain) || newPattern("*."+domain).match(host)
}

// parseLog takes the first word as a host if there is such a host in the trace.
func parseLog(p *selectorParser, c *clause, w word) {
	c.kinds = kindsOf(Log)
	var words []word
	p.arguments(c, func(w word) bool { words = append(words, w); return true }, nil)
	if len(words) == 0 {
		return
	}
	all, rest := make([]string, len(words)), pattern{}
	for i, w := range words {
		all[i] = w.text
	}
	if len(words) > 1 {
		rest = newPattern(strings.Join(all[1:], " "))
	}
	whole, first := newPattern(strings.Join(all, " ")), newPattern(all[0])
	c.more = func(t *Trace, e *Event, _ Seq) bool {
		if t.NodeNamed(first.text) != 0 {
			return first.node(t, e.Node) && rest.within(logLine(t, e))
		}
		return whole.within(logLine(t, e))
	}
}

// logLine is the line of the log without date and host.
func logLine(t *Trace, e *Event) string {
	line := t.Name(e.A)
	if e.N != 0 {
		line += "[" + itoa(uint64(e.N)) + "]"
	}
	return line + ": " + string(t.Text(e))
}
