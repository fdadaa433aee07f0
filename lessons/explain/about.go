package explain

import (
	"slices"
	"strings"

	"mailtrek/sim/trace"
)

// aboutLimit is how many entries About gives at most.
const aboutLimit = 8

// About are the entries of the encyclopaedia that concern event s of a trace,
// the nearest first, at most eight: the command or the codes of a line, the
// field, the queue, the daemons, the record type, the kind of log line with
// what it names. Fewer or none when the event names nothing of the kind.
func About(t *trace.Trace, s trace.Seq, lang string) []Word {
	if !t.Has(s) {
		return nil
	}
	a := &about{teller: teller{t: t, s: s, e: t.At(s), lang: lang}, book: book(lang)}
	switch k := a.e.Kind; {
	case k.Connection():
		a.connected()
	case k.Said():
		a.spoken()
	default:
		a.happened()
	}
	all := a.book.pick(a.found)
	return all[:min(len(all), aboutLimit)]
}

// about collects the entries for one event.
type about struct {
	teller
	book  *encyclopaedia
	found []int
}

// add finds a name in kinds and tells whether there was one.
func (a *about) add(name string, in ...string) bool {
	found := a.book.name(name, in)
	a.found = append(a.found, found...)
	return len(found) > 0
}

// connected is about a TCP connection.
func (a *about) connected() {
	var names []string
	switch a.e.Kind {
	case trace.Open:
		names = []string{"tcp SYN-SENT"}
	case trace.Accept:
		names = []string{"tcp ESTABLISHED"}
	case trace.Refuse:
		names = []string{"tcp refused"}
	case trace.Reset:
		names = []string{"tcp reset"}
	case trace.Close:
		names = []string{"tcp FIN-WAIT"}
	case trace.Timeout:
		names = []string{"tcp timed out"}
	}
	for _, n := range names {
		a.add(n, "state", "term")
	}
}

// happened is about what is no conversation.
func (a *about) happened() {
	switch a.e.Kind {
	case trace.State:
		proto := a.proto().String()
		if a.proto() == trace.LMTP {
			proto = "smtp"
		}
		a.add(proto+" "+a.b(), "state")
		a.add(proto+" "+a.a(), "state")
	case trace.TLS, trace.Record:
		a.add("TLS", "term")
	case trace.Query, trace.Answer:
		a.asked()
	case trace.Daemon:
		a.add(program(a.b()), "daemon")
		a.add(program(a.a()), "daemon")
	case trace.Lookup:
		a.table()
	case trace.Envelope:
		a.add("envelope", "term")
		a.add("queue file", "term")
	case trace.Queue:
		a.add(a.c(), "queue")
		a.add(a.b(), "queue")
	case trace.Schedule:
		a.add("qmgr", "daemon")
		a.add(scheduleTerms[a.a()], "term")
	case trace.Delivery:
		a.delivered()
	case trace.Field:
		a.add(a.b(), "header")
		a.add(program(a.a()), "daemon")
	case trace.Mailbox:
		a.boxed()
	case trace.Log:
		a.logged()
	case trace.Action, trace.Output:
		a.typed()
	}
}

// asked is about a DNS question or the answer to it.
func (a *about) asked() {
	a.add(a.b(), "record")
	if a.e.Kind == trace.Query {
		return
	}
	switch key := a.why().Key; {
	case strings.HasPrefix(key, "dns.nodata"):
		a.add("NODATA", "rcode")
	case key == "dns.referral":
		a.add("referral", "term")
	case strings.HasPrefix(key, "dns.got.nullmx"):
		a.add("null MX", "term")
	case key == "dns.truncated":
		a.add("truncation", "term")
	}
	a.add(rcodeName(int(a.e.Code)), "rcode")
}

// rcodeName is the mnemonic of a DNS reply code.
func rcodeName(code int) string {
	names := [...]string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"}
	if code < 0 || code >= len(names) {
		return ""
	}
	return names[code]
}

// table is about a lookup: the parameter or the kind of the table, who asks.
func (a *about) table() {
	e := a.why()
	for _, p := range []struct{ key, word string }{
		{"lookup.alias", "alias"}, {"lookup.virtual", "virtual alias"}, {"lookup.transport", "transport"}, {"lookup.canonical", "canonical"},
		{"lookup.cache", "cache"}, {"lookup.access", "access table"}, {"lookup.forward", ".forward"}, {"lookup.policy", "policy service"},
	} {
		if strings.HasPrefix(e.Key, p.key) {
			a.add(p.word, "term")
		}
	}
	kind, _, _ := strings.Cut(a.b(), ":")
	a.add(kind, "term")
	a.parameters(a.b())
	a.add(program(a.a()), "daemon")
}

// delivered is about the fate of a recipient.
func (a *about) delivered() {
	fate := map[uint16]string{2: "status=sent", 4: "status=deferred", 5: "status=bounced"}[a.e.Code]
	a.add(fate, "log")
	a.enhanced(a.line())
	a.repeated(a.line())
}

// repeated is about a reply that a text repeats: "host … said: 550 5.1.1 …".
func (a *about) repeated(text string) {
	_, reply, ok := strings.Cut(text, "said: ")
	if !ok || len(reply) < 3 || !isReply(reply[:3]) {
		return
	}
	a.add(reply[:3], "reply")
	a.enhanced(reply[3:])
}

// boxed is about a change of a mailbox.
func (a *about) boxed() {
	if strings.Contains(a.b(), "new/") || strings.Contains(a.b(), "cur/") || strings.Contains(a.b(), ":2,") {
		a.add("Maildir", "term")
		return
	}
	a.add("mbox", "term")
}

// logged is about a log line: its kind, the codes that it repeats, its program,
// the parameters that it names; its fields at last.
func (a *about) logged() {
	text := a.line()
	kinds := a.book.logKinds(text)
	fields := len(kinds)
	for fields > 0 && strings.HasSuffix(a.book.words[kinds[fields-1]].Name, "=") {
		fields--
	}
	a.found = append(a.found, kinds[:fields]...)
	if _, dsn, ok := strings.Cut(text, " dsn="); ok {
		dsn, _, _ = strings.Cut(dsn, ",")
		a.enhanced(dsn)
	}
	a.repeated(text)
	if _, reply, ok := strings.Cut(text, "]: "); ok && len(reply) > 3 && isReply(reply[:3]) {
		a.add(reply[:3], "reply")
		a.enhanced(reply[3:])
	}
	a.add(program(a.a()), "daemon", "tool")
	a.parameters(text)
	a.found = append(a.found, kinds[fields:]...)
}

// logKinds are the entries of the kind log whose pattern occurs in a line. A
// pattern that ends with "=" is that of a field; fields come last.
func (b *encyclopaedia) logKinds(text string) []int {
	var lines, fields []int
	for n, w := range b.words {
		if w.Kind != "log" || !slices.ContainsFunc(append([]string{w.Name}, w.Also...), func(p string) bool { return occurs(p, text) }) {
			continue
		}
		if strings.HasSuffix(w.Name, "=") {
			fields = append(fields, n)
		} else {
			lines = append(lines, n)
		}
	}
	return append(lines, fields...)
}

// occurs tells whether a pattern stands in a text; "*" or " … " in it stand
// for anything. A pattern begins where a word does: "connect from" does not
// stand in "disconnect from".
func occurs(pattern, text string) bool {
	if strings.HasSuffix(pattern, "=") && !strings.Contains(pattern, " ") {
		return strings.HasPrefix(text, pattern) || strings.Contains(text, " "+pattern)
	}
	for n, piece := range strings.Split(strings.ReplaceAll(pattern, " … ", "*"), "*") {
		piece = strings.Trim(piece, " ")
		i := strings.Index(text, piece)
		for n == 0 && i > 0 && isLetter(text[i-1]) && isLetter(piece[0]) {
			next := strings.Index(text[i+1:], piece)
			if next < 0 {
				return false
			}
			i += 1 + next
		}
		if i < 0 {
			return false
		}
		text = text[i+len(piece):]
	}
	return true
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// typed is about a command of an operator or what a mail program is told.
func (a *about) typed() {
	words := strings.Fields(a.line())
	if a.e.Kind == trace.Output {
		words = strings.Fields(a.a())
	}
	if len(words) == 0 {
		return
	}
	if a.b() == "submit" {
		a.add("submission", "term")
		a.add("MUA", "term")
		return
	}
	tool := program(words[0])
	if len(words) > 1 {
		a.add(tool+" "+words[1], "tool")
	}
	if !a.add(tool, "tool") && len(words) > 1 {
		a.add(words[1], "term")
	}
}

// enhanced looks for an enhanced code at the beginning of a text.
func (a *about) enhanced(text string) {
	word, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	if isEnhanced(word) {
		a.add(word, "enhanced")
	}
}

// parameters looks for names of configuration parameters in a text.
func (a *about) parameters(text string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}) {
		if strings.Contains(word, "_") {
			a.add(word, "parameter")
		}
	}
}
