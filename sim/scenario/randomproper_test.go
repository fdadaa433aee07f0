package scenario_test

import (
	"slices"
	"strings"

	"mailtrek/sim/trace"
)

// means adds whom an address, or a word of an alias, may mean: itself, the user
// of that name, and the one in front of an extension.
func (at *attempt) means(word string) {
	word = strings.ToLower(strings.Trim(word, "\"\\"))
	local, _, _ := strings.Cut(word, "@")
	user, _, _ := strings.Cut(local, "+")
	at.names[word], at.names[local], at.names[user] = true, true, true
}

// lookup: local(8) has made something else of an address.
func (a *audit) lookup(e *trace.Event) {
	at := a.attemptOf(a.at, e.Node)
	if at == nil || a.t.Name(e.A) != "local" || e.Flags&trace.Lost != 0 {
		return
	}
	at.alias = true
	for _, word := range strings.FieldsFunc(string(a.t.Text(e)), func(r rune) bool { return strings.ContainsRune(", \t\n", r) }) {
		at.means(word)
	}
}

// keeps: what is said to lie in a mailbox has been put there by this attempt.
func (a *audit) keeps(at *attempt, e *trace.Event) {
	text := string(a.t.Text(e))
	lmtp := strings.HasPrefix(text, "2.0.0 250 2.0.0 <") && strings.HasSuffix(text, " Saved")
	local := strings.HasPrefix(text, "2.0.0 delivered to ") && !strings.HasPrefix(text, "2.0.0 delivered to command: ") && !strings.HasSuffix(text, ": /dev/null")
	if !lmtp && !local {
		return
	}
	if user, _, _ := strings.Cut(strings.ToLower(a.t.Name(e.B)), "@"); at.kept == 0 && lmtp && len(at.addrs) > 1 {
		if user, _, _ = strings.Cut(user, "+"); at.got[user] > 0 {
			return // Dovecot gives a user one copy of what comes in one transaction
		}
	}
	if at.kept == 0 {
		a.problem("%s for %s is said to be in a mailbox, and is in none", at.file.id, a.t.Name(e.B))
		return
	}
	at.kept--
}

// waits: a message that is to be tried again has somebody who has not got it,
// or a sender who is to be told.
func (a *audit) waits(f *queueFile) {
	for _, r := range f.rcpts {
		if r.state != 2 || r.last != nil && r.last.alias {
			return
		}
	}
	if f.unsent == f.stint {
		return // the sender is to be told that they have
	}
	if f.envelope != 0 && len(f.rcpts) > 0 {
		a.problem("%s is deferred, and all recipients have got it", f.id)
	}
}

// talk is the transaction of a dialogue as its server sees it.
type talk struct {
	asked     []asked      // of which RCPT has not been answered
	said      []string     // to which it said yes
	elsewhere bool         // a rule sends the message to somebody else
	discarded bool         // or nowhere
	silent    []string     // of which the client does not want to hear
	later     []*queueFile // whose recipients are compared when the server says that it has the content
	raw       bool         // its client has said things that are no lines: nobody can tell what it has asked
}

// asked is a recipient of whom a client has spoken.
type asked struct {
	addr  string
	never bool
}

func (a *audit) talk(conn trace.ConnID) *talk {
	if a.talks[conn] == nil {
		a.talks[conn] = &talk{}
	}
	return a.talks[conn]
}

// asks: a client names a recipient.
func (k *talk) asks(line string) {
	_, rest, _ := strings.Cut(line, "<")
	addr, _, _ := strings.Cut(rest, ">")
	k.asked = append(k.asked, asked{addr, strings.Contains(rest, "NOTIFY=") && !strings.Contains(rest, "FAILURE")})
}

// said: the recipients of a transaction.
func (a *audit) said(e *trace.Event) {
	verb, k := a.t.Name(e.A), a.talk(e.Conn)
	switch {
	case e.Side == trace.Server && verb == "MAIL" && e.Code/100 == 2 && e.Flags&trace.More == 0:
		k.said, k.silent = nil, nil
	case e.Side == trace.Client && verb == "RCPT":
		k.asks(string(a.t.Text(e)))
	case e.Side == trace.Server && verb == "RCPT" && len(k.asked) > 0 && e.Flags&trace.More == 0:
		if e.Code/100 == 2 {
			k.said = append(k.said, k.asked[0].addr)
			if k.asked[0].never {
				k.silent = append(k.silent, k.asked[0].addr)
			}
		}
		k.asked = k.asked[1:]
	}
}

// opened: a transaction begins. A MAIL that is refused leaves the one before it alone.
func (a *audit) opened(e *trace.Event) {
	if k := a.talks[e.Conn]; k != nil && e.Proto == trace.SMTP && a.t.Name(e.B) == "MAIL given" {
		k.elsewhere, k.discarded = false, false
	}
}

// ruled: a rule of a host sends a message to somebody else, or nowhere.
func (a *audit) ruled(e *trace.Event) {
	id, rest, _ := strings.Cut(string(a.t.Text(e)), ": ")
	elsewhere, discarded := strings.HasPrefix(rest, "redirect: "), strings.HasPrefix(rest, "discard: ")
	if !elsewhere && !discarded {
		return
	}
	if f := a.files[fileKey{e.Node, id}]; f != nil {
		f.elsewhere = f.elsewhere || elsewhere
	}
	for s := a.cause(a.at); s != 0; s = a.cause(s) {
		if k := a.talks[a.t.At(s).Conn]; k != nil {
			k.elsewhere, k.discarded = k.elsewhere || elsewhere, k.discarded || discarded
			return
		}
	}
}

// accepted: a content that came by SMTP is for those to whom the server said
// yes, and for nobody else.
func (a *audit) accepted(f *queueFile, content *trace.Event) {
	k := a.talks[content.Conn]
	if k == nil {
		return
	}
	for _, r := range f.rcpts {
		r.never = slices.ContainsFunc(k.silent, func(addr string) bool { return strings.EqualFold(addr, r.orig) }) ||
			slices.ContainsFunc(k.asked, func(x asked) bool { return x.never && strings.EqualFold(x.addr, r.orig) })
	}
	switch f.elsewhere = f.elsewhere || k.elsewhere; {
	case f.elsewhere || k.raw:
	case len(k.asked) > 0: // whom it accepts, the server says later, with pipelining
		k.later = append(k.later, f)
	default:
		a.meant(f, k)
	}
}

// meant compares the recipients of a file with those of the dialogue.
func (a *audit) meant(f *queueFile, k *talk) {
	for _, addr := range k.said {
		if !f.has(addr) {
			a.problem("%s is not for %s, to whom the server said yes", f.id, addr)
		}
	}
	for _, r := range f.rcpts {
		if !r.blind() && !slices.ContainsFunc(k.said, func(addr string) bool { return strings.EqualFold(addr, r.orig) }) {
			a.problem("%s is for %s, of whom nobody spoke", f.id, r.orig)
		}
	}
}

// never notes that the sender does not want to hear of failures.
func (f *queueFile) never(is bool) {
	for _, r := range f.rcpts {
		r.never = is
	}
}

// all are the recipients of a file.
func (f *queueFile) all() string {
	var list []string
	for _, r := range f.rcpts {
		list = append(list, r.addr)
	}
	return strings.Join(list, ",")
}
