package imap

// deleted are the messages marked as \Deleted, within the UIDs of only if that
// is not nil.
func (v *view) deleted(only set) []*message {
	var list []*message
	for i := range v.list {
		e := &v.list[i]
		if e.m.flags&Deleted != 0 && !e.m.gone && (only == nil || only.has(e.m.uid, v.top(true))) {
			list = append(list, e.m)
		}
	}
	return list
}

// expungeCmd is EXPUNGE (RFC 3501 §6.4.3).
func (s *Session) expungeCmd(c *call) { s.expunge(c, nil) }

// uidExpungeCmd is UID EXPUNGE (RFC 4315 §2.1).
func (s *Session) uidExpungeCmd(c *call) {
	only, ok := parseSet(c.args[0].text)
	if c.args[0].text == "$" {
		only, ok = append(set{}, numbers(s.saved)...), true
	}
	if !ok {
		s.wrong(c, "Invalid uidset")
		return
	}
	s.expunge(c, only)
}

func (s *Session) expunge(c *call, only set) {
	if !s.view.readOnly {
		list := s.view.deleted(only)
		s.stats.Expunged += len(list)
		if err := s.view.box.expunge(list); err != nil {
			s.tagged(c, "NO "+s.because(err, s.view.box.Name))
			return
		}
	}
	s.sync(c, 0, "OK Expunge completed.")
}
