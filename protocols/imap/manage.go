package imap

import (
	"errors"
	"strings"
)

// exists tells whether there is a mailbox of a name, and whether there are any
// below it.
func (s *Session) exists(name string) (self, below bool, err error) {
	if _, err := s.account.Mailbox(name); err == nil {
		self = true
	} else if !errors.Is(err, ErrNonexistent) {
		return false, false, err
	}
	names, err := s.account.Names()
	for _, n := range names {
		below = below || strings.HasPrefix(n, name+string(s.cfg.Separator))
	}
	return self, below, err
}

// maxDirName is the longest name of a new mailbox: in a Maildir it is, behind a
// dot, the name of one directory.
const maxDirName = 254

// createCmd is CREATE (RFC 3501 §6.3.3). Only the mailbox itself is made; its
// parents are names without a mailbox.
func (s *Session) createCmd(c *call) {
	text := c.args[0].text
	if len(text) > 1 {
		// RFC 3501 §6.3.3: a separator at the end announces children.
		text = strings.TrimSuffix(text, string(s.cfg.Separator))
	}
	name, problem := s.name(text)
	if problem != "" {
		s.tagged(c, "NO "+problem)
		return
	}
	switch self, _, err := s.exists(name); {
	case err != nil:
		s.tagged(c, "NO "+s.because(err, text))
	case len(name) > maxDirName:
		s.tagged(c, "NO [CANNOT] Mailbox name too long")
	case self || name == "INBOX":
		s.tagged(c, "NO [ALREADYEXISTS] Mailbox already exists")
	default:
		if err := s.account.Create(name); err != nil {
			s.tagged(c, "NO "+s.because(err, text))
			return
		}
		s.account.audience().tell(nameEvent{name: name})
		s.tagged(c, "OK Create completed.")
	}
}

// deleteCmd is DELETE (RFC 3501 §6.3.4). Mailboxes below stay. When it is the
// selected one, the session ends.
func (s *Session) deleteCmd(c *call) {
	text := c.args[0].text
	if text == "" {
		s.tagged(c, "NO [CANNOT] Storage root can't be deleted")
		return
	}
	name, problem := s.name(text)
	if problem != "" {
		s.tagged(c, "NO "+problem)
		return
	}
	if name == "INBOX" {
		s.tagged(c, "NO INBOX can't be deleted.")
		return
	}
	box, err := s.account.Mailbox(name)
	if err == nil {
		err = s.account.Delete(name)
	}
	if err != nil {
		s.tagged(c, "NO "+s.nonexistent(err, text))
		return
	}
	own := s.view != nil && s.view.box == box
	box.Close()
	s.account.audience().tell(nameEvent{name: name, flags: `\NonExistent`})
	s.tagged(c, "OK Delete completed.")
	if own {
		s.bye("Selected mailbox was deleted, have to disconnect.")
	}
}

// nonexistent is because with the response code that some commands have.
func (s *Session) nonexistent(err error, name string) string {
	if errors.Is(err, ErrNonexistent) {
		return "[NONEXISTENT] " + s.because(err, name)
	}
	return s.because(err, name)
}

// renameCmd is RENAME (RFC 3501 §6.3.5). Deviates from it as Dovecot does:
// INBOX cannot be renamed, and a name that has only children may take the name
// of an existing mailbox.
func (s *Session) renameCmd(c *call) {
	from, problem := s.name(c.args[0].text)
	if problem == "" {
		var to string
		if to, problem = s.name(strings.TrimSuffix(c.args[1].text, string(s.cfg.Separator))); problem == "" {
			s.rename(c, from, to)
			return
		}
	}
	s.tagged(c, "NO "+problem)
}

func (s *Session) rename(c *call, from, to string) {
	sep := string(s.cfg.Separator)
	self, below, err := s.exists(from)
	there, _, err2 := s.exists(to)
	switch {
	case err != nil || err2 != nil:
		s.tagged(c, "NO "+s.because(errors.Join(err, err2), from))
	case from == to:
		s.tagged(c, "NO [ALREADYEXISTS] Can't rename mailbox to itself.")
	case strings.HasPrefix(to, from+sep):
		s.tagged(c, "NO Can't rename mailbox under its own child.")
	case from == "INBOX":
		s.tagged(c, "NO [CANNOT] Renaming INBOX isn't supported.")
	case !self && !below:
		s.tagged(c, "NO [NONEXISTENT] Mailbox doesn't exist: "+oneLine(c.args[0].text))
	case to == "INBOX", self && there:
		s.tagged(c, "NO [ALREADYEXISTS] Target mailbox already exists")
	default:
		names, _ := s.account.Names()
		for _, n := range names {
			if n != from && !strings.HasPrefix(n, from+sep) {
				continue
			}
			err := s.renameOne(n, to+n[len(from):])
			if errors.Is(err, ErrNonexistent) && n != from {
				continue // a name that stands only for those below it
			}
			if err != nil {
				s.tagged(c, "NO "+s.because(err, n))
				return
			}
		}
		s.tagged(c, "OK Rename completed.")
	}
}

func (s *Session) renameOne(from, to string) error {
	box, err := s.account.Mailbox(from)
	if err == nil {
		err = s.account.Rename(from, to)
	}
	if err == nil {
		box.Close()
		s.account.audience().tell(nameEvent{name: to, old: from})
	}
	return err
}

// subscribeCmd is SUBSCRIBE (RFC 3501 §6.3.6). Deviates from it as Dovecot
// does: the mailbox must exist.
func (s *Session) subscribeCmd(c *call) {
	text := c.args[0].text
	name, problem := s.name(text)
	if problem == notUTF7 {
		s.tagged(c, "NO "+problem)
		return
	}
	err := ErrNonexistent // also where there can be none of this name
	if problem == "" {
		_, err = s.account.Mailbox(name)
	}
	if err == nil {
		err = s.account.Subscribe(name, true)
	}
	if err != nil {
		s.tagged(c, "NO "+s.because(err, text))
		return
	}
	s.account.audience().tell(nameEvent{name: name, flags: `\Subscribed`, subs: true})
	s.tagged(c, "OK Subscribe completed.")
}

// unsubscribeCmd is UNSUBSCRIBE (RFC 3501 §6.3.7).
func (s *Session) unsubscribeCmd(c *call) {
	name, problem := s.name(c.args[0].text)
	if problem != "" {
		s.tagged(c, "NO "+problem)
		return
	}
	if err := s.account.Subscribe(name, false); err != nil {
		s.tagged(c, "NO "+s.because(err, name))
		return
	}
	s.account.audience().tell(nameEvent{name: name, subs: true})
	s.tagged(c, "OK Unsubscribe completed.")
}
