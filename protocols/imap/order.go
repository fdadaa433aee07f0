package imap

import (
	"slices"
	"strings"
)

// Order is the order in which a user's mailboxes are listed. Dovecot keeps an
// index of names, to which a new one is added in front; INBOX is added when it
// is used for the first time. A name deleted that has others below it stays in
// the index as long as it has.
type Order struct {
	Separator byte // 0: "/"
	names     []string
	deleted   []string
}

// Add puts a new name in front.
func (o *Order) Add(name string) {
	o.deleted = slices.DeleteFunc(o.deleted, func(n string) bool { return n == name })
	if !slices.Contains(o.names, name) {
		o.names = slices.Insert(o.names, 0, name)
	}
}

// Remove takes a name out.
func (o *Order) Remove(name string) {
	if o.below(name) {
		o.deleted = append(o.deleted, name)
		return
	}
	o.drop(name)
	for _, n := range slices.Clone(o.deleted) {
		if !o.below(n) {
			o.drop(n)
		}
	}
}

func (o *Order) drop(name string) {
	gone := func(n string) bool { return n == name }
	o.names, o.deleted = slices.DeleteFunc(o.names, gone), slices.DeleteFunc(o.deleted, gone)
}

// below tells whether there are names below a name.
func (o *Order) below(name string) bool {
	sep := o.Separator
	if sep == 0 {
		sep = '/'
	}
	return slices.ContainsFunc(o.names, func(n string) bool { return strings.HasPrefix(n, name+string(sep)) })
}

// Names lists all names, INBOX among them.
func (o *Order) Names() []string {
	if slices.Contains(o.names, "INBOX") {
		return slices.Clone(o.names)
	}
	return append(slices.Clone(o.names), "INBOX")
}
