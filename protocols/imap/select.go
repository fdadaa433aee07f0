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
// it (RFC 3501 §6.3.1), unless the arguments cannot be read at all.
func (s *Session) open(c *call, readOnly bool) {
	if !s.ownArguments(c, 0) {
		return
	}
	var o openOptions
	name, problem := s.openName(c, &o)
	if s.view != nil {
		s.leave()
		s.line("* OK [CLOSED] Previous mailbox closed.")
	}
	if problem != "" {
		if no, ok := strings.CutPrefix(problem, "NO "); ok {
			s.tagged(c, "NO "+no)
		} else {
			s.wrong(c, problem)
		}
		return
	}
	if o.condstore {
		s.useCondstore()
	}
	box, problem := s.mailbox(name)
	if problem != "" {
		s.tagged(c, "NO "+problem)
		return
	}
	s.enterBox(box, readOnly)
	if o.resync != nil && o.resync.validity == box.validity {
		s.resynchronise(o.resync)
	}
	verb, mode := "Select", "READ-WRITE"
	if readOnly {
		verb, mode = "Examine", "READ-ONLY"
	}
	s.tagged(c, "OK ["+mode+"] "+verb+" completed.")
}

// mailbox finds a mailbox by the name that a client gives, and looks into its
// store.
func (s *Session) mailbox(text string) (*Mailbox, string) {
	name, problem := s.name(text)
	if problem != "" {
		return nil, problem
	}
	box, err := s.account.Mailbox(name)
	if err == nil {
		err = box.Refresh()
	}
	if err != nil {
		return nil, s.because(err, name)
	}
	return box, ""
}

// openOptions is what stands behind the name (RFC 7162 §3.1.8, §3.2.5).
type openOptions struct {
	condstore bool
	resync    *resync
}

// openName reads the arguments of SELECT.
func (s *Session) openName(c *call, o *openOptions) (name, problem string) {
	if len(c.args) == 0 || c.args[0].kind == argList {
		return "", invalidArguments
	}
	name = c.args[0].text
	if !validUTF7(name) {
		return "", "NO " + notUTF7
	}
	if len(c.args) > 1 && c.args[1].kind == argList {
		problem = s.openOptions(o, c.args[1].list)
	}
	return name, problem
}

// openOptions reads CONDSTORE and QRESYNC.
func (s *Session) openOptions(o *openOptions, list []arg) (problem string) {
	for i := 0; i < len(list); i++ {
		word, ok := list[i].atom()
		if !ok {
			return "SELECT options contain non-atoms"
		}
		switch upper(word) {
		case "CONDSTORE":
			o.condstore = true
		case "QRESYNC":
			if !s.qresync {
				return "QRESYNC not enabled"
			}
			if i++; i >= len(list) || list[i].kind != argList {
				return "QRESYNC parameters missing"
			}
			if o.resync, problem = parseResync(list[i].list); problem != "" {
				return problem
			}
		default:
			return "Unknown FETCH modifier"
		}
	}
	return ""
}

// parseResync reads "validity modseq [known-uids] [(sequence-set uid-set)]".
func parseResync(list []arg) (*resync, string) {
	const invalid = "Invalid QRESYNC parameters"
	if len(list) < 2 {
		return nil, invalid
	}
	validity, err := strconv.ParseUint(list[0].text, 10, 32)
	modseq, err2 := strconv.ParseUint(list[1].text, 10, 64)
	if err != nil || err2 != nil || list[0].kind != argAtom || list[1].kind != argAtom {
		return nil, invalid
	}
	q := &resync{validity: uint32(validity), modseq: modseq, known: set{{1, last}}}
	list = list[2:]
	if len(list) > 0 && (list[0].kind == argAtom || list[0].kind == argNil) {
		var ok bool
		if q.known, ok = parseSet(list[0].text); !ok || q.known.starred() {
			return nil, "Invalid QRESYNC known-uids"
		}
		list = list[1:]
	}
	if len(list) > 0 && list[0].kind == argList {
		if problem := knownPairs(list[0].list); problem != "" {
			return nil, problem
		}
		list = list[1:]
	}
	if len(list) > 0 {
		return nil, invalid
	}
	return q, ""
}

// knownPairs checks the numbers and UIDs of messages that a client still knows
// (RFC 7162 §3.2.5.2). They spare a server that has forgotten what is gone to
// tell of all; this one never forgets.
func knownPairs(list []arg) (problem string) {
	var sets [2]set
	for i, name := range []string{"sequence", "uid"} {
		var ok bool
		if i < len(list) && (list[i].kind == argAtom || list[i].kind == argNil) {
			sets[i], ok = parseSet(list[i].text)
		}
		if !ok || sets[i].starred() {
			return "Invalid QRESYNC known-" + name + "-set"
		}
	}
	if sets[0].count() != sets[1].count() {
		return "Invalid QRESYNC sets"
	}
	if len(list) > 2 {
		return "Too many parameters to QRESYNC known set"
	}
	return ""
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
