package scenario

import (
	"errors"
	"strconv"
	"strings"

	"mailtrek/sim/trace"
)

// ExpectKind says how an expectation is checked.
type ExpectKind uint8

// The kinds of expectations.
const (
	Happens ExpectKind = iota + 1 // events of a selector: so many of them
	Queues                        // the queues through which a mail went on a host
	Holds                         // what is in a mailbox in the end
)

// Expect is a line of an expect block: what must be true when the story is
// over.
type Expect struct {
	Kind ExpectKind

	Selector *trace.Selector // Happens: which events
	Min, Max int             // Happens: how many; Max -1 is any number. Holds: messages

	Host  string   // Queues: the full name of the host
	Mail  string   // Queues: the name of the message
	Path  []string // Queues: incoming, active, deferred, …, gone
	User  string   // Holds: the mailbox, USER@DOMAIN or USER@HOST
	Parts []Having // Holds: what the messages have

	Text         string // as the document has it
	File         string // and where
	Line, Column int
}

// Having is a property of the messages in a mailbox: "Received x4" or
// "Subject: Hello *".
type Having struct {
	Field   string
	Count   int    // of fields in each message; -1 when Pattern counts
	Pattern string // of the field's value in at least one message
}

// queueNames are the queues of Postfix, and the end.
var queueNames = []string{"maildrop", "incoming", "active", "deferred", "hold", "corrupt", "gone"}

// expect reads an expect block.
func (b *builder) expect(blk *Block) {
	if !b.top {
		return // a world's expectations are about its own story
	}
	for _, l := range blk.lines {
		if l.comment() {
			continue
		}
		words := l.words()
		e := Expect{Text: strings.TrimSpace(l.text), File: b.src.file}
		e.Line, e.Column = b.src.position(words[0].off)
		ok := false
		switch {
		case words[0].text == "queue" && strings.Contains(l.text, ":") && len(words) > 2:
			ok = b.expectQueues(&e, words)
		case words[0].text == "mailbox" && len(words) > 2 && isNumber(words[2].text):
			ok = b.expectMailbox(&e, l, words)
		default:
			ok = b.expectEvents(&e, l, words)
		}
		if ok {
			b.s.Expects = append(b.s.Expects, e)
		}
	}
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil || s == "no"
}

// expectQueues reads "queue HOST MAIL: incoming active gone".
func (b *builder) expectQueues(e *Expect, words []word) bool {
	e.Kind = Queues
	h := b.hostNamed(words[1])
	name := words[2]
	queues := words[3:]
	if m, ok := strings.CutSuffix(name.raw, ":"); ok {
		name = name.cut(0, len(m))
	} else if len(queues) > 0 && queues[0].text == ":" {
		queues = queues[1:]
	} else {
		b.src.errorAt(name, "queue HOST MAIL: incoming active … gone", "a colon is missing behind the mail")
		return false
	}
	e.Mail = name.text
	if of, bounce := strings.CutPrefix(e.Mail, "bounce of "); b.s.Mail(e.Mail) == nil && !(bounce && b.s.Mail(of) != nil) {
		b.src.errorAt(name, "the name of a mail block", "there is no mail %q%s", e.Mail, didYouMean(e.Mail, b.mailNames()))
		return false
	}
	if len(queues) == 0 {
		b.src.errorAt(name, "some of "+oneOf(queueNames), "the line names no queue")
		return false
	}
	for _, q := range queues {
		known := false
		for _, n := range queueNames {
			known = known || n == q.text
		}
		if !known {
			b.src.errorAt(q, oneOf(queueNames), "Postfix has no queue %q%s", q.text, didYouMean(q.text, queueNames))
			return false
		}
		e.Path = append(e.Path, q.text)
	}
	if h == nil {
		return false
	}
	e.Host = h.Name
	return true
}

// expectMailbox reads "mailbox USER@DOMAIN 1 message, Received x4, Subject: *".
func (b *builder) expectMailbox(e *Expect, l line, words []word) bool {
	e.Kind, e.User = Holds, words[1].text
	if at := strings.LastIndexByte(e.User, '@'); at <= 0 || at == len(e.User)-1 {
		b.src.errorAt(words[1], "USER@DOMAIN or USER@HOST", "%q names no mailbox", e.User)
		return false
	}
	e.Min, _ = strconv.Atoi(words[2].text)
	items := l.rest(words[2]).list()
	if head := (line{text: items[0].raw, off: items[0].off}).words(); len(head) != 2 || head[1].text != "message" && head[1].text != "messages" {
		b.src.errorAt(items[0], "NUMBER messages, FIELD xNUMBER, FIELD: PATTERN", "how many messages?")
		return false
	}
	for _, item := range items[1:] {
		h := Having{Count: -1}
		if name, pattern, ok := strings.Cut(item.raw, ":"); ok {
			h.Field, h.Pattern = strings.TrimSpace(name), strings.TrimSpace(pattern)
		} else {
			w := line{text: item.raw, off: item.off}.words()
			if len(w) != 2 || !strings.HasPrefix(w[1].text, "x") || !isNumber(w[1].text[1:]) {
				b.src.errorAt(item, "FIELD xNUMBER or FIELD: PATTERN", "%q is no property of a message", item.text)
				return false
			}
			h.Field = w[0].text
			h.Count, _ = strconv.Atoi(w[1].text[1:])
		}
		e.Parts = append(e.Parts, h)
	}
	return true
}

// expectEvents reads "[never | once | twice | NUMBER times] SELECTOR".
func (b *builder) expectEvents(e *Expect, l line, words []word) bool {
	e.Kind, e.Min, e.Max = Happens, 1, -1
	first := words[0]
	switch {
	case first.text == "never":
		e.Min, e.Max, words = 0, 0, words[1:]
	case first.text == "once":
		e.Min, e.Max, words = 1, 1, words[1:]
	case first.text == "twice":
		e.Min, e.Max, words = 2, 2, words[1:]
	case len(words) > 1 && words[1].text == "times" && isNumber(first.text):
		n, _ := strconv.Atoi(first.text)
		e.Min, e.Max, words = n, n, words[2:]
	}
	if len(words) == 0 {
		b.src.errorAt(first, "a selector, such as: connect smtp -> mail:25 refused", "what %s?", first.text)
		return false
	}
	rest := l.rest(words[0])
	s, err := trace.ParseSelector(rest.text)
	if err == nil {
		e.Selector = s
		err = s.Check(b.cast())
	}
	if err == nil {
		return true
	}
	b.selectorProblem(rest, err)
	return false
}

// cast returns a trace in which nothing has happened but where all hosts and
// mails are known, so that a selector can be checked before a run.
func (b *builder) cast() *trace.Trace {
	if b.known != nil {
		return b.known
	}
	b.known = trace.New(trace.Header{})
	for _, h := range b.s.Hosts {
		n := trace.Node{Name: h.Name, Short: h.Short}
		if label, _, _ := strings.Cut(h.Name, "."); n.Short == "" && b.s.Host(label) == h {
			n.Short = label
		}
		for _, a := range h.Addresses {
			n.Addrs = append(n.Addrs, a.String())
		}
		b.known.AddNode(n)
	}
	for _, m := range b.s.Mails {
		for _, name := range []string{m.Name, "bounce of " + m.Name, m.Name + " (2)", m.Name + " (3)"} {
			b.known.AddMsg(trace.Msg{Name: name})
		}
	}
	return b.known
}

// selectorProblem reports a broken selector at its place in the document.
func (b *builder) selectorProblem(rest word, err error) {
	var se *trace.SelectorError
	if !errors.As(err, &se) {
		b.src.errorAt(rest, "a selector", "%v", err)
		return
	}
	off, column := rest.off, 1
	for i := range rest.raw {
		if column == se.Col {
			off = rest.off + i
		}
		column++
	}
	if column <= se.Col {
		off = rest.off + len(rest.raw)
	}
	msg := se.Msg
	if se.Near != "" {
		msg += "; did you mean " + strconv.Quote(se.Near) + "?"
	}
	b.src.errorAt(word{off: off, raw: se.Word}, "a selector, such as: smtp RCPT at mail2", "%s", msg)
}
