package scenario_test

import (
	"strings"

	"mailtrek/sim/trace"
)

// boxFile is the name of a file in a Maildir, without its flags. Dovecot gives
// the copies of one LMTP transaction the same name, in each user's.
type boxFile struct {
	node       trace.NodeID
	user, name string
}

// letter is what a Maildir has got.
type letter struct {
	text string
	gone bool
}

// mailbox: a mailbox gets a copy, and gives none away that nobody has.
func (a *audit) mailbox(e *trace.Event) {
	switch a.t.Name(e.C) {
	case "append":
		if a.reads(e) {
			a.takenHome(e)
		} else {
			a.appended(e)
		}
	case "delete":
		if !a.reads(e) {
			a.deleted(e)
		}
	}
}

// appended: a server has put a copy into a mailbox.
func (a *audit) appended(e *trace.Event) {
	at := a.attemptOf(a.at, e.Node)
	if at == nil {
		a.problem("the mailbox of %s gets a mail that nobody delivers", a.t.Name(e.A))
		return
	}
	if !at.names[strings.ToLower(a.t.Name(e.A))] {
		a.problem("the mailbox of %s gets what is for %s", a.t.Name(e.A), strings.Join(at.addrs, ", "))
	}
	at.kept++
	who := "mailbox " + a.t.Name(e.A)
	if addr := at.addressee(a.t.Name(e.A)); addr != "" { // aliases may lead to one mailbox on several ways
		who += " for " + strings.ToLower(addr)
	}
	a.take(at, who, 0)
	if k := a.boxFile(e); strings.Contains(a.t.Name(e.B), "/new/") {
		if a.boxes[k] != nil {
			a.problem("the Maildir of %s has a file %s already", a.t.Name(e.A), k.name)
		}
		a.boxes[k] = &letter{text: text(a.t, e)}
		a.letters[a.boxes[k].text] = true
	}
}

// addressee is the recipient for whom the next copy in a mailbox is: of several
// with the user's name, such as those with extensions, one after the other.
func (at *attempt) addressee(user string) (addr string) {
	if len(at.addrs) == 1 {
		return at.addrs[0]
	}
	if at.got == nil {
		at.got = map[string]int{}
	}
	n := at.got[user]
	at.got[user]++
	for _, x := range at.addrs {
		local, _, _ := strings.Cut(strings.ToLower(x), "@")
		if name, _, _ := strings.Cut(local, "+"); name != user {
			continue
		}
		if addr = x; n == 0 {
			break
		}
		n--
	}
	return addr
}

func (a *audit) boxFile(e *trace.Event) boxFile {
	file := a.t.Name(e.B)
	name, _, _ := strings.Cut(file[strings.LastIndexByte(file, '/')+1:], ":")
	return boxFile{e.Node, a.t.Name(e.A), name}
}

// text is the text of a message, whatever its lines end in.
func text(t *trace.Trace, e *trace.Event) string {
	return strings.TrimRight(string(t.Text(e)), "\n")
}

// takenHome: a mail program has what was in the mailbox, unchanged.
func (a *audit) takenHome(e *trace.Event) {
	mail := text(a.t, e)
	a.home[mail] = true
	if !a.letters[mail] {
		a.problem("%s takes a mail home that was in no mailbox", a.t.Name(e.A))
	}
}

// deleted: what a reader deletes at the server, a mail program has.
func (a *audit) deleted(e *trace.Event) {
	k := a.boxFile(e)
	switch l := a.boxes[k]; {
	case l == nil || l.gone:
		a.problem("%s is deleted from the mailbox of %s, and is not there", k.name, a.t.Name(e.A))
	case !a.home[l.text]:
		a.problem("%s is deleted from the mailbox of %s, and nobody has it", k.name, a.t.Name(e.A))
	default:
		l.gone = true
	}
}
