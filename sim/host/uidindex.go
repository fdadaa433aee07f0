package host

import (
	"cmp"
	"slices"
)

// UIDIndex remembers which UID a message of a Maildir has. Dovecot keeps it in
// dovecot-uidlist; it is derived from the files, and starts anew with other
// UIDs (and another validity) when it is lost. RFC 3501 §2.3.1.1.
type UIDIndex struct {
	Validity uint32 // RFC 3501 UIDVALIDITY: usually the time of creation in seconds
	Next     uint32 // RFC 3501 UIDNEXT

	uids map[string]numbered
}

// numbered is the UID of a message; it is recent until a session sees it.
type numbered struct {
	uid    uint32
	recent bool
}

// UIDEntry is a message with its UID.
type UIDEntry struct {
	MaildirEntry
	UID    uint32
	Recent bool // no session before has been told of it (RFC 3501 §2.3.2)
}

// NewUIDIndex returns an empty index with this validity.
func NewUIDIndex(validity uint32) *UIDIndex {
	return &UIDIndex{Validity: validity, Next: 1, uids: map[string]numbered{}}
}

// Sync gives UIDs to messages that have none, in the order of the list, and
// forgets those that are gone. Messages come back in the order of their UIDs.
// With claim they stop being recent: one session has been told of them.
func (x *UIDIndex) Sync(list []MaildirEntry, claim bool) []UIDEntry {
	out := make([]UIDEntry, 0, len(list))
	known := 0
	for _, e := range list {
		if x.uids[e.Name].uid != 0 {
			known++
		}
	}
	if known < len(x.uids) {
		x.forget(list)
	}
	ordered := true
	for _, e := range list {
		n := x.uids[e.Name]
		if n.uid == 0 {
			n = numbered{x.Add(e.Name), true}
		}
		if len(out) > 0 && out[len(out)-1].UID > n.uid {
			ordered = false
		}
		out = append(out, UIDEntry{MaildirEntry: e, UID: n.uid, Recent: n.recent})
		if claim && n.recent {
			x.uids[e.Name] = numbered{uid: n.uid}
		}
	}
	if !ordered {
		slices.SortFunc(out, func(a, b UIDEntry) int { return cmp.Compare(a.UID, b.UID) })
	}
	return out
}

// Add gives the next UID to a message that is delivered now, and is recent. It
// saves a Sync of the whole folder.
func (x *UIDIndex) Add(name string) uint32 {
	if n := x.uids[name]; n.uid != 0 {
		return n.uid
	}
	uid := x.Next
	x.Next++
	x.uids[name] = numbered{uid, true}
	return uid
}

// forget drops the UIDs of messages that are not in the list.
func (x *UIDIndex) forget(list []MaildirEntry) {
	uids := make(map[string]numbered, len(list))
	for _, e := range list {
		if n := x.uids[e.Name]; n.uid != 0 {
			uids[e.Name] = n
		}
	}
	x.uids = uids
}
