package imap

import (
	"errors"
	"strconv"
	"strings"
)

func (s *Session) selectCmd(c *call)  { s.open(c, false) }
func (s *Session) examineCmd(c *call) { s.open(c, true) }

// resync is the parameter of QRESYNC (RFC 7162 §3.2.5).
type resync struct {
	validity uint32
	modseq   uint64
	known    set
}

// ownArguments reads all arguments of a command that does so itself.
func (s *Session) ownArguments(c *call, count int) bool {
	args, v := c.r.args(count)
	switch v {
	case readMore:
		c.missed = true
	case readBad:
		s.wrong(c, c.r.err)
	case readDead:
		s.bye(c.r.err)
	}
	c.args = args
	return v == readOK
}

// open opens a mailbox. The one that was open is left first, whatever comes of
// it (RFC 3501 §6.3.1).
func (s *Session) open(c *call, readOnly bool) {
	args, v := c.r.args(0)
	if v == readMore {
		c.missed = true
		return
	}
	if s.view != nil {
		s.leave()
		s.line("* OK [CLOSED] Previous mailbox closed.")
	}
	switch {
	case v == readDead:
		s.bye(c.r.err)
		return
	case v == readBad:
		s.wrong(c, c.r.err)
		return
	case len(args) == 0 || args[0].kind == argList:
		s.wrong(c, "Invalid arguments")
		return
	}
	var q *resync
	if len(args) > 1 && args[1].kind == argList {
		var problem string
		if q, problem = s.openOptions(args[1].list); problem != "" {
			s.wrong(c, problem)
			return
		}
	}
	name, problem := s.name(args[0].text)
	if problem != "" {
		s.tagged(c, "NO "+problem)
		return
	}
	box, err := s.account.Mailbox(name)
	if err == nil {
		err = box.Refresh()
	}
	if err != nil {
		s.tagged(c, "NO "+s.because(err, name))
		return
	}
	s.enterBox(box, readOnly)
	if q != nil && q.validity == box.validity {
		s.resynchronise(q)
	}
	verb, mode := "Select", "READ-WRITE"
	if readOnly {
		verb, mode = "Examine", "READ-ONLY"
	}
	s.tagged(c, "OK ["+mode+"] "+verb+" completed.")
}

// openOptions reads CONDSTORE and QRESYNC.
func (s *Session) openOptions(list []arg) (q *resync, problem string) {
	for i := 0; i < len(list); i++ {
		switch word, _ := list[i].atom(); upper(word) {
		case "CONDSTORE":
			s.useCondstore()
		case "QRESYNC":
			if !s.qresync {
				return nil, "QRESYNC not enabled"
			}
			if i++; i >= len(list) || list[i].kind != argList {
				return nil, "QRESYNC parameters missing"
			}
			if q, problem = parseResync(list[i].list); problem != "" {
				return nil, problem
			}
		default:
			return nil, "Unknown FETCH modifier"
		}
	}
	return q, ""
}

func parseResync(list []arg) (*resync, string) {
	const invalid = "Invalid QRESYNC parameters"
	if len(list) < 2 {
		return nil, invalid
	}
	validity, err := strconv.ParseUint(list[0].text, 10, 32)
	modseq, err2 := strconv.ParseUint(list[1].text, 10, 63)
	if err != nil || err2 != nil {
		return nil, invalid
	}
	q := &resync{validity: uint32(validity), modseq: modseq, known: set{{1, last}}}
	if len(list) > 2 && list[2].kind == argAtom {
		var ok bool
		if q.known, ok = parseSet(list[2].text); !ok {
			return nil, invalid
		}
	}
	return q, ""
}

// enterBox makes box the selected mailbox and tells about it.
func (s *Session) enterBox(box *Mailbox, readOnly bool) {
	v := &view{box: box, readOnly: readOnly, version: box.version}
	s.view = v
	v.takeNew()
	v.claim()
	v.recent = v.countRecent()
	if s.condstore {
		box.track()
		for i := range v.list {
			v.list[i].modseq = v.list[i].m.modseq
		}
	}
	v.full = box.modseq
	s.become(Selected)
	s.tellFlags()
	s.line("* " + strconv.Itoa(len(v.list)) + " EXISTS")
	if !s.rev2 {
		s.line("* " + strconv.Itoa(v.recent) + " RECENT")
	}
	for i := range v.list {
		if v.list[i].flags&Seen == 0 && !s.rev2 {
			s.line("* OK [UNSEEN " + strconv.Itoa(i+1) + "] First unseen.")
			break
		}
	}
	s.line("* OK [UIDVALIDITY " + strconv.FormatUint(uint64(box.validity), 10) + "] UIDs valid")
	s.line("* OK [UIDNEXT " + strconv.FormatUint(uint64(box.next), 10) + "] Predicted next UID")
	if s.rev2 {
		l := &listing{s: s}
		l.say("LIST", "", box.Name, "")
	}
	if box.tracked {
		s.tellModseq()
	}
}

func (s *Session) tellModseq() {
	s.line("* OK [HIGHESTMODSEQ " + strconv.FormatUint(s.view.box.modseq, 10) + "] Highest")
}

// useCondstore notes that the client knows CONDSTORE (RFC 7162 §3.1).
func (s *Session) useCondstore() {
	if s.condstore {
		return
	}
	s.condstore = true
	if v := s.view; v != nil {
		v.box.track()
		for i := range v.list {
			v.list[i].modseq = v.list[i].m.modseq
		}
		s.tellModseq()
	}
}

// resynchronise tells what has changed since the client's last session.
func (s *Session) resynchronise(q *resync) {
	v := s.view
	s.tellVanished(q.known, q.modseq)
	for i := range v.list {
		e := &v.list[i]
		if e.m.modseq > q.modseq && q.known.has(e.m.uid, v.top(true)) {
			s.fetchHead(i)
			s.out = append(s.out, "UID "...)
			s.out = strconv.AppendUint(s.out, uint64(e.m.uid), 10)
			s.out = append(s.out, " FLAGS ("...)
			s.out = appendFlags(s.out, e.flags, e.recent, e.keywords, v.box.keywords)
			s.out = append(s.out, ") "...)
			s.modseq(e.m.modseq)
			s.out = append(s.out, ")\r\n"...)
		}
	}
}

// tellVanished tells the UIDs of a set that are gone since modseq (RFC 7162
// §3.2.10.1).
func (s *Session) tellVanished(known set, modseq uint64) {
	var uids []uint32
	for _, g := range s.view.box.vanished {
		if g.modseq > modseq && known.has(g.uid, s.view.box.next) {
			uids = append(uids, g.uid)
		}
	}
	if len(uids) > 0 {
		var st set
		for _, u := range uids {
			st = append(st, span{u, u})
		}
		s.line("* VANISHED (EARLIER) " + st.ordered().String())
	}
}

// leave closes the selected mailbox.
func (s *Session) leave() {
	if s.view == nil {
		return
	}
	s.unwatch()
	s.view, s.saved, s.contexts = nil, nil, nil
	if s.state == Selected {
		s.become(Authenticated)
	}
}

// checkCmd is CHECK (RFC 3501 §6.4.1).
func (s *Session) checkCmd(c *call) { s.sync(c, 0, "OK Check completed.") }

// closeCmd is CLOSE (RFC 3501 §6.4.2).
func (s *Session) closeCmd(c *call) {
	if !s.view.readOnly {
		if err := s.view.box.expunge(s.view.deleted(nil)); err != nil {
			s.tagged(c, "NO "+s.because(err, s.view.box.Name))
			return
		}
	}
	s.leave()
	s.tagged(c, "OK Close completed.")
}

// unselectCmd is UNSELECT (RFC 3691 §2).
func (s *Session) unselectCmd(c *call) {
	s.leave()
	s.tagged(c, "OK Unselect completed.")
}

// because is the text of NO for an error of a backend.
func (s *Session) because(err error, name string) string {
	switch {
	case errors.Is(err, ErrNonexistent):
		s.lastProblem = "Mailbox doesn't exist: " + oneLine(fromUTF7(name))
		return s.lastProblem
	case errors.Is(err, ErrExpunged):
		return "[EXPUNGEISSUED] Some of the requested messages no longer exist."
	}
	var r interface{ Reply() string }
	if errors.As(err, &r) {
		return oneLine(r.Reply())
	}
	return "[SERVERBUG] " + s.failure()
}

// oneLine keeps line ends of a literal out of a reply.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == 0 {
			return '?'
		}
		return r
	}, s)
}
