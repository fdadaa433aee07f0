package imap

import (
	"errors"
	"strconv"
)

func (s *Session) copyCmd(c *call) { s.transfer(c, false) }
func (s *Session) moveCmd(c *call) { s.transfer(c, true) }

// transfer is COPY (RFC 3501 §6.4.7) and MOVE (RFC 6851).
func (s *Session) transfer(c *call, move bool) {
	list, ok := s.messages(c.args[0].text, c.uid)
	if !ok {
		s.wrong(c, invalidSet(c))
		return
	}
	if len(list) == 0 {
		s.sync(c, 0, "OK No messages found.")
		return
	}
	text := c.args[1].text
	name, problem := s.name(text)
	if problem != "" {
		s.tagged(c, "NO "+problem)
		return
	}
	dest, err := s.account.Mailbox(name)
	if err != nil {
		s.tagged(c, "NO [TRYCREATE] "+s.because(err, text))
		return
	}
	from, to, err := s.copyTo(dest, list)
	mode := syncFast
	if move || s.view.box == dest {
		mode = 0
	}
	switch {
	case errors.Is(err, ErrExpunged):
		s.sync(c, mode, "NO "+s.because(err, name))
		return
	case err != nil:
		s.tagged(c, "NO "+s.because(err, name))
		return
	}
	code := "[COPYUID " + strconv.FormatUint(uint64(dest.validity), 10) + " " + numbers(from).String() + " " + numbers(to).String() + "]"
	if !move {
		s.sync(c, mode, "OK "+code+" Copy completed.")
		return
	}
	// RFC 6851 §4.3: COPYUID comes before the EXPUNGEs.
	s.line("* OK " + code + " Moved UIDs.")
	var gone []*message
	for _, i := range list {
		gone = append(gone, s.view.list[i].m)
	}
	if err := s.view.box.expunge(gone); err != nil {
		s.sync(c, mode, "NO "+s.because(err, name))
		return
	}
	s.sync(c, mode, "OK Move completed.")
}

// copyTo copies messages with flags and dates, all or none (RFC 3501 §6.4.7).
func (s *Session) copyTo(dest *Mailbox, list []int) (from, to []uint32, err error) {
	box := s.view.box
	var texts [][]byte
	for _, i := range list {
		text, err := box.store.Read(s.view.list[i].m.key)
		if err != nil {
			return nil, nil, err
		}
		texts = append(texts, text)
	}
	if err := dest.number(); err != nil {
		return nil, nil, err
	}
	var new []*message
	for k, i := range list {
		m := s.view.list[i].m
		saved, err := dest.save(texts[k], Stored{Flags: m.flags, Keywords: box.names(m.keywords), Date: m.date, Saved: s.b.Now()})
		if err != nil {
			dest.enter(new)
			return nil, nil, err
		}
		new = append(new, saved)
		from, to = append(from, m.uid), append(to, saved.uid)
	}
	dest.enter(new)
	return from, to, nil
}
