package imap

import (
	"slices"
	"strconv"
	"time"

	mail "mailtrek/protocols/message"
)

// threadCmd is THREAD (RFC 5256 §4).
func (s *Session) threadCmd(c *call) {
	args := c.args
	if len(args) < 2 || args[0].kind == argList || args[1].kind == argList {
		s.wrong(c, "Invalid arguments")
		return
	}
	build := s.threads(args[0].text)
	if build == nil {
		s.wrong(c, "Unknown thread algorithm")
		return
	}
	list, ok := s.find(c, &result{}, args[1].text, args[2:])
	if !ok {
		return
	}
	b := []byte("* THREAD ")
	for _, k := range build(list) {
		b = append(b, '(')
		b = s.appendThread(b, k, c.uid)
		b = append(b, ')')
	}
	s.out = append(append(s.out, b...), "\r\n"...)
	s.searched(c, "Thread completed.")
}

// knot is a message in a thread; without one it stands for a message that is
// only referred to.
type knot struct {
	i       int // index in the view, -1: none
	parent  *knot
	answers []*knot
	sent    time.Time
	latest  time.Time
	subject string
	reply   bool
}

// appendThread appends a thread: a line of answers as a list of numbers, a
// fork in brackets.
func (s *Session) appendThread(b []byte, k *knot, uid bool) []byte {
	for {
		if k.i >= 0 {
			b = strconv.AppendUint(b, uint64(s.view.number(k.i, uid)), 10)
		}
		if len(k.answers) != 1 {
			break
		}
		if k.i >= 0 {
			b = append(b, ' ')
		}
		k = k.answers[0]
	}
	if len(k.answers) > 1 && k.i >= 0 {
		b = append(b, ' ')
	}
	for _, a := range k.answers {
		b = append(b, '(')
		b = s.appendThread(b, a, uid)
		b = append(b, ')')
	}
	return b
}

func (s *Session) knot(i int) *knot {
	f := s.sortFacts(i)
	k := &knot{i: i, sent: f.sent, latest: f.sent, subject: f.subject}
	if c, err := s.load(i); err == nil {
		_, k.reply = baseSubject(mail.DecodeWords(c.first("Subject")))
	}
	return k
}

// bySent orders by the date of sending, then by number.
func bySent(a, b *knot) int {
	if n := a.sent.Compare(b.sent); n != 0 {
		return n
	}
	return a.i - b.i
}

// threadSubjects is ORDEREDSUBJECT: messages of one subject, all answers to the
// first.
func (s *Session) threadSubjects(list []int) []*knot {
	var all, roots []*knot
	for _, i := range list {
		all = append(all, s.knot(i))
	}
	slices.SortStableFunc(all, bySent)
	first := map[string]*knot{}
	for _, k := range all {
		if root := first[k.subject]; root != nil {
			root.answers = append(root.answers, k)
			continue
		}
		first[k.subject] = k
		roots = append(roots, k)
	}
	return roots
}

// threadReferences is REFERENCES, and without subjects REFS: answers follow
// what they refer to. REFS orders threads by their latest message.
func (s *Session) threadReferences(list []int, subjects bool) []*knot {
	byID := map[string]*knot{}
	var all []*knot
	get := func(id string) *knot {
		k := byID[id]
		if k == nil {
			k = &knot{i: -1}
			byID[id] = k
			all = append(all, k)
		}
		return k
	}
	for _, i := range list {
		k := s.knot(i)
		id, refs := s.references(i)
		if id != "" {
			if known := get(id); known.i < 0 {
				known.i, known.sent, known.latest, known.subject, known.reply = k.i, k.sent, k.latest, k.subject, k.reply
				k = known
			} else {
				all = append(all, k) // a copy stands for itself
			}
		} else {
			all = append(all, k)
		}
		var above *knot
		for _, ref := range refs {
			r := get(ref)
			if above != nil && r.parent == nil && !r.over(above) {
				r.parent = above
			}
			above = r
		}
		if above != nil && !k.over(above) {
			k.parent = above
		}
	}
	var roots []*knot
	for _, k := range all {
		if k.parent != nil {
			k.parent.answers = append(k.parent.answers, k)
		} else {
			roots = append(roots, k)
		}
	}
	roots = prune(roots, true)
	if subjects {
		slices.SortStableFunc(roots, bySent)
		roots = mergeSubjects(roots)
	}
	sortThreads(roots)
	if !subjects {
		slices.SortStableFunc(roots, func(a, b *knot) int { return a.latest.Compare(b.latest) })
	}
	return roots
}

// over tells whether k is x or stands above it.
func (k *knot) over(x *knot) bool {
	for ; x != nil; x = x.parent {
		if x == k {
			return true
		}
	}
	return false
}

// references are the message's id and those that it refers to, the nearest
// last.
func (s *Session) references(i int) (id string, refs []string) {
	c, err := s.load(i)
	if err != nil {
		return "", nil
	}
	if ids := mail.MessageIDs(c.first("Message-ID")); len(ids) > 0 {
		id = ids[0]
	}
	if refs = mail.MessageIDs(c.first("References")); len(refs) == 0 {
		refs = mail.MessageIDs(c.first("In-Reply-To"))
		refs = refs[:min(1, len(refs))]
	}
	return id, refs
}

// prune takes out knots without a message: their answers move up, at the top
// only a single one does.
func prune(list []*knot, top bool) []*knot {
	var out []*knot
	for _, k := range list {
		k.answers = prune(k.answers, false)
		switch {
		case k.i >= 0, top && len(k.answers) > 1:
			out = append(out, k)
		default:
			out = append(out, k.answers...)
		}
	}
	for _, k := range out {
		if k.i < 0 { // RFC 5256 §4 step 5.B.i: the subject of the first answer
			slices.SortStableFunc(k.answers, bySent)
			k.sent, k.subject = k.answers[0].sent, k.answers[0].subject
		}
	}
	return out
}

// mergeSubjects joins threads of one subject (RFC 5256 §4 step 5).
func mergeSubjects(roots []*knot) []*knot {
	table := map[string]*knot{}
	for _, k := range roots {
		if old := table[k.subject]; k.subject != "" && (old == nil || k.i < 0 && old.i >= 0 || old.i >= 0 && k.i >= 0 && old.reply && !k.reply) {
			table[k.subject] = k
		}
	}
	var out []*knot
	for _, k := range roots {
		first := table[k.subject]
		switch {
		case k.subject == "" || first == k || first == nil:
			out = append(out, k)
		case first.i < 0 && k.i < 0:
			first.answers = append(first.answers, k.answers...)
		case first.i < 0, k.reply && !first.reply:
			first.answers = append(first.answers, k)
		default:
			both := &knot{i: -1, sent: first.sent, subject: k.subject, answers: []*knot{first, k}}
			table[k.subject] = both
			if at := slices.Index(out, first); at >= 0 {
				out[at] = both
			} else {
				out = append(out, both)
			}
		}
	}
	return out
}

// sortThreads orders answers by date and finds the latest date of threads.
func sortThreads(list []*knot) {
	for _, k := range list {
		sortThreads(k.answers)
		if k.i < 0 && len(k.answers) > 0 {
			k.sent = k.answers[0].sent
		}
		for _, a := range k.answers {
			if a.latest.After(k.latest) {
				k.latest = a.latest
			}
		}
	}
	slices.SortStableFunc(list, bySent)
}
