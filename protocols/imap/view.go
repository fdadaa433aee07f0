package imap

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// view is the selected mailbox as one session knows it: what it has been told.
// Sequence numbers count in it, so that they stay valid until the session is
// told otherwise (RFC 3501 §5.5).
type view struct {
	box      *Mailbox
	readOnly bool
	list     []entry
	version  uint64 // of the mailbox at the last look
	recent   int    // told by RECENT
	words    int    // keywords told by FLAGS
	lastUID  uint32
	watcher  *watcher
	cached   content
	delayed  bool   // some EXPUNGE has still to be told
	lost     bool   // a message could not be read because it is gone
	full     uint64 // HIGHESTMODSEQ when the session knew everything
	told     uint64 // the highest MODSEQ told since
}

// entry is a message as the session knows it.
type entry struct {
	m        *message
	flags    Flags
	keywords uint64
	modseq   uint64
	recent   bool // to this session (RFC 3501 §2.3.2)
	seeing   bool // the FETCH at hand is going to set \Seen
}

// syncMode is how a command looks for changes.
type syncMode uint8

const (
	// syncFast takes what the index knows and does not look into the store.
	syncFast syncMode = 1 << iota
	// syncKeep tells no EXPUNGE, because numbers are in use (RFC 3501 §7.4.1).
	syncKeep
	// syncUID tells the UID with changes of flags.
	syncUID
)

// waiting is a command that ends when the session has been told of changes.
type waiting struct {
	c    *call
	text string
	mode syncMode
}

// sync ends a command with a report of changes. Commands that arrived together
// share it.
func (s *Session) sync(c *call, mode syncMode, text string) {
	if s.view == nil {
		s.tagged(c, text)
		return
	}
	s.waiting = append(s.waiting, waiting{c, text, mode})
}

// settle ends the commands that wait: first those during which nothing may be
// expunged, then the others.
func (s *Session) settle() {
	for _, keep := range []bool{true, false} {
		var group, others []waiting
		mode := syncFast
		for _, w := range s.waiting {
			if (w.mode&syncKeep != 0) != keep {
				others = append(others, w)
				continue
			}
			group = append(group, w)
			mode = mode&(w.mode|^syncFast) | w.mode&^syncFast
		}
		if len(group) == 0 {
			continue
		}
		s.waiting = others
		if !s.report(mode) {
			s.waiting = nil
			return
		}
		for _, w := range group {
			s.tagged(w.c, s.withModseq(w))
		}
	}
}

// withModseq tells HIGHESTMODSEQ in a session with QRESYNC when it is higher
// than what has been told with messages: in the OK of the command (RFC 7162
// §3.2.10), or in a line of its own where that has another code already.
func (s *Session) withModseq(w waiting) string {
	v := s.view
	if !s.qresync || v.delayed || v.box.modseq <= max(v.full, v.told) {
		return w.text
	}
	v.full = v.box.modseq
	if strings.HasPrefix(w.text, "OK ") && !strings.HasPrefix(w.text, "OK [") {
		return fmt.Sprintf("OK [HIGHESTMODSEQ %d] %s", v.full, w.text[len("OK "):])
	}
	s.tellModseq()
	return w.text
}

// report tells what has changed since the last time. It returns false when the
// session has to end.
func (s *Session) report(mode syncMode) bool {
	v := s.view
	if v == nil {
		return true
	}
	if mode&syncFast == 0 && !v.box.deleted {
		if err := v.box.Refresh(); err != nil {
			v.box.Close()
		}
	}
	if v.box.deleted {
		s.bye("IMAP session state is inconsistent, please relogin.")
		return false
	}
	s.tellKeywords()
	if s.notify != nil && !s.tellsCounts() {
		mode |= syncKeep // NOTIFY without MessageExpunge: not even its own
	}
	if v.version == v.box.version && mode&syncFast != 0 {
		return true
	}
	if v.version != v.box.version {
		s.reportFlags(mode)
		s.updateContexts(0, mode&syncKeep == 0)
		if mode&syncKeep == 0 {
			s.reportExpunged()
			v.version = v.box.version
		}
	}
	s.reportNew(mode)
	return true
}

// tellKeywords tells the flags of the mailbox when it has new keywords.
func (s *Session) tellKeywords() {
	if s.view.words < len(s.view.box.keywords) {
		s.tellFlags()
	}
}

// tellFlags sends FLAGS and PERMANENTFLAGS (RFC 3501 §7.2.6, §7.1).
func (s *Session) tellFlags() {
	v := s.view
	v.words = len(v.box.keywords)
	all := systemFlags
	for _, k := range v.box.keywords {
		all += " " + k
	}
	s.line("* FLAGS (" + all + ")")
	if v.readOnly {
		s.line("* OK [PERMANENTFLAGS ()] Read-only mailbox.")
		return
	}
	if len(v.box.keywords) < MaxKeywords {
		all += ` \*`
	}
	s.line("* OK [PERMANENTFLAGS (" + all + ")] Flags permitted.")
}

// reportFlags tells changed flags, then changed modification sequences of
// messages whose flags the session knows already.
func (s *Session) reportFlags(mode syncMode) {
	v := s.view
	var silent []int
	for i := range v.list {
		e := &v.list[i]
		if e.m.gone {
			v.delayed = true
			if mode&syncKeep == 0 {
				continue
			}
		}
		if e.flags == e.m.flags && e.keywords == e.m.keywords {
			if e.modseq != e.m.modseq {
				silent = append(silent, i)
			}
			continue
		}
		e.flags, e.keywords, e.modseq = e.m.flags, e.m.keywords, e.m.modseq
		if !s.tellsFlags() {
			continue
		}
		s.changeHead(i, mode)
		if s.condstore {
			s.modseq(e.modseq)
			s.out = append(s.out, ' ')
		}
		s.out = append(s.out, "FLAGS ("...)
		s.out = appendFlags(s.out, e.flags, e.recent, e.keywords, v.box.keywords)
		s.out = append(s.out, "))\r\n"...)
	}
	for _, i := range silent {
		e := &v.list[i]
		e.modseq = e.m.modseq
		if s.condstore && s.tellsFlags() {
			s.changeHead(i, mode)
			s.modseq(e.modseq)
			s.out = append(s.out, ")\r\n"...)
		}
	}
}

// changeHead begins the FETCH of a change.
func (s *Session) changeHead(i int, mode syncMode) {
	s.fetchHead(i)
	if s.qresync || mode&syncUID != 0 {
		s.out = append(s.out, "UID "...)
		s.out = strconv.AppendUint(s.out, uint64(s.view.list[i].m.uid), 10)
		s.out = append(s.out, ' ')
	}
}

// fetchHead begins "* n FETCH (".
func (s *Session) fetchHead(i int) {
	s.out = append(s.out, "* "...)
	s.out = strconv.AppendInt(s.out, int64(i+1), 10)
	s.out = append(s.out, " FETCH ("...)
}

func (s *Session) modseq(n uint64) {
	s.view.told = max(s.view.told, n)
	s.out = append(s.out, "MODSEQ ("...)
	s.out = strconv.AppendUint(s.out, n, 10)
	s.out = append(s.out, ')')
}

// reportExpunged tells what is gone, from the highest number down, so that
// the numbers are the old ones (RFC 3501 §7.4.1), or by UIDs (RFC 7162
// §3.2.10).
func (s *Session) reportExpunged() {
	v := s.view
	var uids []uint32
	for i := len(v.list) - 1; i >= 0; i-- {
		if !v.list[i].m.gone {
			continue
		}
		if s.qresync {
			uids = append(uids, v.list[i].m.uid)
		} else {
			s.line("* " + strconv.Itoa(i+1) + " EXPUNGE")
		}
	}
	if len(uids) > 0 {
		slices.Reverse(uids)
		s.line("* VANISHED " + numbers(uids).String())
	}
	v.list = slices.DeleteFunc(v.list, func(e entry) bool { return e.m.gone })
	v.delayed = false
}

// reportNew tells of new messages and of how many are recent. One session
// claims what is recent; a read-only one leaves it to others.
func (s *Session) reportNew(mode syncMode) {
	v := s.view
	if !s.tellsCounts() {
		return
	}
	before := len(v.list)
	v.takeNew()
	if len(v.list) != before {
		s.line("* " + strconv.Itoa(len(v.list)) + " EXISTS")
	}
	if mode&syncFast == 0 {
		v.claim()
	}
	if n := v.countRecent(); n != v.recent && !s.rev2 {
		v.recent = n
		s.line("* " + strconv.Itoa(n) + " RECENT")
	}
	if before < len(v.list) {
		s.tellAdded(before)
		s.updateContexts(before, false)
	}
}

// takeNew puts messages into the view that are new.
func (v *view) takeNew() {
	i, _ := v.box.find(v.lastUID + 1)
	for _, m := range v.box.messages[i:] {
		v.list = append(v.list, entry{m: m, flags: m.flags, keywords: m.keywords, modseq: m.modseq})
		v.lastUID = m.uid
	}
}

// claim makes recent to this session what is recent to none so far.
func (v *view) claim() {
	for i := len(v.list) - 1; i >= 0; i-- {
		e := &v.list[i]
		if e.m.recent {
			e.recent = true
			e.m.recent = v.readOnly
		}
	}
}

func (v *view) countRecent() int {
	n := 0
	for i := range v.list {
		if v.list[i].recent {
			n++
		}
	}
	return n
}

// find looks a UID up in the view.
func (v *view) find(uid uint32) (int, bool) {
	return slices.BinarySearchFunc(v.list, uid, func(e entry, uid uint32) int { return cmp.Compare(e.m.uid, uid) })
}

// top is what "*" means.
func (v *view) top(uid bool) uint32 {
	n := uint32(len(v.list))
	if uid && n > 0 {
		return v.list[n-1].m.uid
	}
	return n
}

// number is the number or UID of the message at index i.
func (v *view) number(i int, uid bool) uint32 {
	if uid {
		return v.list[i].m.uid
	}
	return uint32(i + 1)
}

// invalidSet is what is said of a set that is none.
func invalidSet(c *call) string {
	if c.uid {
		return "Invalid uidset"
	}
	return "Invalid messageset"
}

// messages reads a set argument and returns the indexes it means. "$" is the
// result that SEARCH saved (RFC 5182).
func (s *Session) messages(text string, uid bool) (list []int, ok bool) {
	v := s.view
	if text == "$" {
		for _, u := range s.saved {
			if i, found := v.find(u); found {
				list = append(list, i)
			}
		}
		return list, true
	}
	st, ok := parseSet(text)
	if !ok || !uid && !st.valid(uint32(len(v.list))) {
		return nil, false
	}
	top := v.top(uid)
	if len(v.list) == 0 {
		return nil, true
	}
	for _, r := range st {
		lo, hi := r.lo, r.hi
		if lo == last {
			lo = top
		}
		if hi == last {
			lo, hi = min(lo, top), max(lo, top)
		}
		from, to := int(lo)-1, int(min(hi, top))
		if uid {
			from, _ = v.find(lo)
			to, _ = v.find(hi)
			if to < len(v.list) && v.list[to].m.uid == hi {
				to++
			}
		}
		for i := max(from, 0); i < to; i++ {
			if n := len(list); n == 0 || list[n-1] < i {
				list = append(list, i)
			}
		}
	}
	return list, true
}
