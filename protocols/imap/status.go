package imap

import (
	"strconv"
)

// statusItems are the items of STATUS (RFC 3501 §6.3.10, RFC 7162 §3.1.7,
// RFC 8438).
var statusItems = map[string]func(*Mailbox) string{
	"MESSAGES":      func(m *Mailbox) string { return strconv.Itoa(len(m.messages)) },
	"RECENT":        func(m *Mailbox) string { n, _, _ := m.counts(); return strconv.Itoa(n) },
	"UIDNEXT":       func(m *Mailbox) string { return strconv.FormatUint(uint64(m.next), 10) },
	"UIDVALIDITY":   func(m *Mailbox) string { return strconv.FormatUint(uint64(m.validity), 10) },
	"UNSEEN":        func(m *Mailbox) string { _, n, _ := m.counts(); return strconv.Itoa(n) },
	"HIGHESTMODSEQ": func(m *Mailbox) string { return strconv.FormatUint(m.modseq, 10) },
	"SIZE":          func(m *Mailbox) string { _, _, n := m.counts(); return strconv.FormatInt(n, 10) },
	"X-SIZE":        func(m *Mailbox) string { _, _, n := m.counts(); return strconv.FormatInt(n, 10) },
}

// statusOrder is the order in which Dovecot answers.
var statusOrder = []string{"MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "HIGHESTMODSEQ", "SIZE", "X-SIZE"}

// parseStatus reads the items of STATUS.
func parseStatus(list []arg) (items map[string]bool, problem string) {
	if len(list) == 0 {
		return nil, "Empty status list"
	}
	items = map[string]bool{}
	for _, a := range list {
		word, ok := a.atom()
		if !ok {
			return nil, "Status list contains non-atoms"
		}
		if word = upper(word); statusItems[word] == nil {
			return nil, "Invalid status item " + word
		}
		items[word] = true
	}
	return items, ""
}

// statusCmd is STATUS. It reads two arguments, and no more of the line.
func (s *Session) statusCmd(c *call) {
	if !s.ownArguments(c, 2) {
		return
	}
	if len(c.args) < 2 {
		s.wrong(c, "Missing arguments")
		return
	}
	text, ok := c.args[0].astring()
	if !ok || c.args[1].kind != argList {
		s.wrong(c, invalidArguments)
		return
	}
	items, problem := parseStatus(c.args[1].list)
	if problem != "" {
		s.wrong(c, problem)
		return
	}
	name, problem := s.name(text)
	if items["HIGHESTMODSEQ"] && problem != notUTF7 {
		s.useCondstore() // RFC 7162 §3.1.7: whatever becomes of the command
	}
	if problem != "" {
		s.tagged(c, "NO "+problem)
		return
	}
	box, err := s.account.Mailbox(name)
	if err == nil {
		err = s.status(box, text, items)
	}
	if err != nil {
		s.tagged(c, "NO "+s.because(err, text))
		return
	}
	if s.view != nil && s.view.box == box {
		// RFC 3501 §6.3.10: it should not be asked of the selected mailbox.
		s.tagged(c, "OK [CLIENTBUG] Status on selected mailbox completed.")
		return
	}
	s.tagged(c, "OK Status completed.")
}

// status sends a STATUS response.
func (s *Session) status(box *Mailbox, text string, items map[string]bool) error {
	if err := box.Refresh(); err != nil {
		return err
	}
	if items["HIGHESTMODSEQ"] {
		s.useCondstore()
		box.track()
	}
	s.out = append(s.out, "* STATUS "...)
	s.out = appendAstring(s.out, text)
	s.out = append(s.out, " ("...)
	first := true
	for _, item := range statusOrder {
		if !items[item] {
			continue
		}
		if !first {
			s.out = append(s.out, ' ')
		}
		first = false
		value := statusItems[item](box)
		if item == "RECENT" && s.view != nil && s.view.box == box {
			value = strconv.Itoa(s.view.countRecent())
		}
		s.out = append(append(append(s.out, item...), ' '), value...)
	}
	s.out = append(s.out, ")\r\n"...)
	return nil
}
