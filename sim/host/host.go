// Package host is what a simulated host has on its disk: a file tree in
// memory, the users of /etc/passwd, the mailboxes (Maildir and mbox) that lie
// in the tree as files, and the configuration of Dovecot that says where.
//
// The files are the truth. A listing of a mailbox, a UID, a size is derived
// from them and can be derived again, just as Dovecot rebuilds an index that
// somebody has deleted. What a document puts into a host's folder
// (HOST/home/ivan/Maildir/new/…) is therefore a mailbox at once.
//
// Nothing here knows of a clock, a disk or a network: times come from the
// tree's Clock, names of new files from their arguments, locks are a matter of
// who calls.
//
// Sources: maildir(5) and the Maildir++ description of Courier, RFC 4155 (mbox),
// local(8) and pipe(8) of Postfix, passwd(5), and the Dovecot 2.3 manual.
package host

import "fmt"

// Severity says how bad a Problem in a configuration file is.
type Severity uint8

const (
	// Unmodelled is a setting that the real program has and this model does
	// not follow: it is valid, and has no effect here.
	Unmodelled Severity = iota
	// Warning is what the real program warns of and goes on.
	Warning
	// Fatal is what keeps the real program from starting.
	Fatal
)

// String returns "not modelled", "warning" or "error".
func (s Severity) String() string {
	return [...]string{"not modelled", "warning", "error"}[s%3]
}

// Problem is a remark about a configuration file. Text is in the words of the
// real program where it has any.
type Problem struct {
	File     string
	Line     int // from 1; 0 when it concerns the whole file
	Severity Severity
	Text     string
}

// Error returns "file:line: text".
func (p Problem) Error() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.Text)
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Fails returns the first Fatal problem, or nil.
func Fails(problems []Problem) error {
	for _, p := range problems {
		if p.Severity == Fatal {
			return p
		}
	}
	return nil
}
