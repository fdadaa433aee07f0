package imap

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	mail "mailtrek/protocols/message"
)

// key tells whether the message at an index of the view is meant.
type key func(i int) bool

// searchParser makes a key of arguments.
type searchParser struct {
	s       *Session
	args    []arg
	common  *searchCommon
	depth   int
	modseq  bool
	problem string
}

// searchCommon is what the parsers of one search share.
type searchCommon struct {
	charset string
	decoded bool     // a text was decoded from it
	unknown bool     // which nobody knows
	then    []func() // to be done when all keys are understood
}

// fail notes what is wrong; the first is told.
func (p *searchParser) fail(text string) key {
	if p.problem == "" {
		p.problem = text
	}
	p.args = nil
	return func(int) bool { return false }
}

// keys reads all keys: all of them must hold (RFC 3501 §6.4.4).
func (p *searchParser) keys(inside bool) key {
	if inside && len(p.args) == 0 {
		return p.fail("No search parameters inside list")
	}
	var list []key
	for len(p.args) > 0 && p.problem == "" {
		list = append(list, p.one())
	}
	return func(i int) bool {
		for _, k := range list {
			if !k(i) {
				return false
			}
		}
		return true
	}
}

// flagKeys are the keys that ask for a system flag, or its absence.
var flagKeys = map[string]struct {
	flag Flags
	not  bool
}{
	"ANSWERED": {Answered, false}, "DELETED": {Deleted, false}, "DRAFT": {Draft, false},
	"FLAGGED": {Flagged, false}, "SEEN": {Seen, false}, "UNANSWERED": {Answered, true},
	"UNDELETED": {Deleted, true}, "UNDRAFT": {Draft, true}, "UNFLAGGED": {Flagged, true}, "UNSEEN": {Seen, true},
}

// one reads one key.
func (p *searchParser) one() key {
	v := p.s.view
	if p.depth++; p.depth > MaxDepth {
		return p.fail("Too many nested search keys")
	}
	defer func() { p.depth-- }()
	a := p.args[0]
	p.args = p.args[1:]
	if a.kind == argList {
		inner := &searchParser{s: p.s, args: a.list, common: p.common, depth: p.depth}
		k := inner.keys(true)
		p.modseq = p.modseq || inner.modseq
		if inner.problem != "" {
			return p.fail(inner.problem)
		}
		return k
	}
	word, ok := a.atom()
	if !ok {
		return p.fail("Unexpected string as search key: " + oneLine(a.text))
	}
	name := upper(word)
	if f, ok := flagKeys[name]; ok {
		return func(i int) bool { return (v.list[i].flags&f.flag == 0) == f.not }
	}
	switch name {
	case "ALL", "SAVEDATESUPPORTED":
		return func(int) bool { return true }
	case "NEW":
		return func(i int) bool { return v.list[i].recent && v.list[i].flags&Seen == 0 }
	case "OLD":
		return func(i int) bool { return !v.list[i].recent }
	case "RECENT":
		return func(i int) bool { return v.list[i].recent }
	case "NOT":
		if len(p.args) == 0 {
			return p.fail("Missing argument")
		}
		k := p.one()
		return func(i int) bool { return !k(i) }
	case "OR":
		return p.or()
	case "FUZZY":
		if len(p.args) == 0 {
			return p.fail("Missing argument")
		}
		return p.one()
	case "MIMEPART":
		return p.mimePart()
	}
	if k := p.withParameter(name); k != nil {
		return k
	}
	if word == "$" || word != "" && (word[0] == '*' || word[0] >= '0' && word[0] <= '9') {
		return p.numbers(word, false, "Invalid messageset")
	}
	return p.fail("Unknown argument " + name)
}

func (p *searchParser) or() key {
	if len(p.args) == 0 {
		return p.fail("Missing argument")
	}
	a := p.one()
	if len(p.args) == 0 {
		return p.fail("Missing argument")
	}
	b := p.one()
	return func(i int) bool { return a(i) || b(i) }
}

// numbers is a key of a set of numbers or UIDs. Unlike FETCH it may mean
// messages that do not exist.
func (p *searchParser) numbers(text string, uid bool, problem string) key {
	v := p.s.view
	if text == "$" {
		saved := map[uint32]bool{}
		for _, u := range p.s.saved {
			saved[u] = true
		}
		return func(i int) bool { return saved[v.list[i].m.uid] }
	}
	st, ok := parseSet(text)
	if !ok {
		return p.fail(problem)
	}
	return func(i int) bool {
		top := v.top(uid)
		if r := st[len(st)-1]; !uid && r.hi == last && r.lo > top && r.lo != last {
			// A range from beyond the last message means none here, unlike in FETCH.
			return st[:len(st)-1].has(v.number(i, uid), top)
		}
		return st.has(v.number(i, uid), top)
	}
}

// parameter takes the next argument as a text.
func (p *searchParser) parameter(name string) (string, bool) {
	if len(p.args) > 0 && p.args[0].kind == argList {
		p.fail("Unexpected ( (for search key: " + name + ")")
		return "", false
	}
	if len(p.args) == 0 {
		p.fail("Missing parameter for search key (for search key: " + name + ")")
		return "", false
	}
	text := p.args[0].text
	p.args = p.args[1:]
	return text, true
}

// decoded is a text parameter in UTF-8.
func (p *searchParser) decoded(name string) (string, bool) {
	text, ok := p.parameter(name)
	if !ok {
		return "", false
	}
	return p.decode(text)
}

// decode puts a text into UTF-8. It is here that an unknown charset is found
// out.
func (p *searchParser) decode(text string) (string, bool) {
	charset := p.common.charset
	p.common.decoded = true
	if _, err := mail.DecodeCharset(charset, nil); err != nil {
		p.common.unknown = true
		p.fail("Unknown charset")
		return "", false
	}
	d, err := mail.DecodeCharset(charset, []byte(text))
	if err != nil || strings.EqualFold(charset, "UTF-8") && !utf8.ValidString(text) {
		p.fail("Invalid search key")
		return "", false
	}
	return d, true
}

// withParameter reads a key that has a parameter; nil: there is none of this
// name.
func (p *searchParser) withParameter(name string) key {
	switch name {
	case "BCC", "CC", "FROM", "TO":
		text, ok := p.decoded(name)
		if !ok {
			return p.fail("")
		}
		return p.address(name, text)
	case "SUBJECT":
		text, ok := p.decoded(name)
		if !ok {
			return p.fail("")
		}
		return p.header(name, text)
	case "HEADER":
		field, ok := p.decoded(name)
		if !ok {
			return p.fail("")
		}
		text, ok := p.decoded(name)
		if !ok {
			return p.fail("")
		}
		return p.header(field, text)
	case "BODY", "TEXT":
		text, ok := p.decoded(name)
		if !ok {
			return p.fail("")
		}
		return p.text(text, name == "TEXT")
	case "BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE", "SAVEDBEFORE", "SAVEDON", "SAVEDSINCE",
		"X-SAVEDBEFORE", "X-SAVEDON", "X-SAVEDSINCE":
		return p.date(name)
	case "LARGER", "SMALLER":
		return p.size(name)
	case "YOUNGER", "OLDER":
		return p.interval(name)
	case "KEYWORD", "UNKEYWORD":
		return p.keyword(name)
	case "X-MAILBOX":
		text, ok := p.parameter(name)
		if !ok {
			return p.fail("")
		}
		return func(int) bool { return p.s.inbox(text) == p.s.view.box.Name }
	case "UID", "X-REAL-UID":
		text, ok := p.parameter(name)
		if !ok {
			return p.fail("")
		}
		if name == "UID" {
			return p.numbers(text, true, "Invalid UID messageset")
		}
		if text == "$" {
			return p.fail("Invalid X-REAL-UID messageset")
		}
		return p.numbers(text, true, "Invalid X-REAL-UID messageset")
	case "MODSEQ":
		return p.sequence()
	case "X-GUID":
		text, ok := p.parameter(name)
		if !ok {
			return p.fail("")
		}
		return func(i int) bool { return p.s.view.list[i].m.key == text }
	case "INTHREAD":
		return p.inThread()
	}
	return nil
}

func (p *searchParser) size(name string) key {
	text, ok := p.parameter(name)
	n, err := strconv.ParseUint(text, 10, 63)
	if !ok || err != nil {
		return p.fail("Invalid search size parameter")
	}
	v := p.s.view
	return func(i int) bool {
		size := uint64(v.list[i].m.size)
		return name == "LARGER" && size > n || name == "SMALLER" && size < n
	}
}

// interval is OLDER and YOUNGER (RFC 5032).
func (p *searchParser) interval(name string) key {
	text, ok := p.parameter(name)
	n, err := strconv.ParseUint(text, 10, 32)
	if !ok || err != nil || n == 0 {
		return p.fail("Invalid search interval parameter")
	}
	v, limit := p.s.view, p.s.b.Now().Add(-time.Duration(n)*time.Second)
	return func(i int) bool {
		d := v.list[i].m.date
		return name == "OLDER" && !d.After(limit) || name == "YOUNGER" && !d.Before(limit)
	}
}

// keyword is KEYWORD. As in Dovecot a new one becomes known to the mailbox by
// being asked for.
func (p *searchParser) keyword(name string) key {
	text, ok := p.parameter(name)
	if !ok {
		return p.fail("")
	}
	v := p.s.view
	var word uint64
	if keywordProblem(text) == "" {
		p.common.then = append(p.common.then, func() { word = v.box.words([]string{text}) })
	}
	return func(i int) bool { return (v.list[i].keywords&word != 0) == (name == "KEYWORD") }
}

// sequence is MODSEQ [entry type] n (RFC 7162 §3.1.5).
func (p *searchParser) sequence() key {
	p.modseq = true
	text, ok := p.parameter("MODSEQ")
	if !ok {
		return p.fail("")
	}
	if flag, entry := strings.CutPrefix(strings.ToLower(text), "/flags/"); entry {
		if strings.HasPrefix(flag, `\`) {
			if _, known := systemFlag(flag); !known {
				return p.fail("Invalid MODSEQ system flag")
			}
		}
		kind, ok := p.parameter("MODSEQ")
		if !ok {
			return p.fail("")
		}
		if !slices.Contains([]string{"ALL", "PRIV", "SHARED"}, upper(kind)) {
			return p.fail("Invalid MODSEQ type")
		}
		if text, ok = p.parameter("MODSEQ"); !ok {
			return p.fail("")
		}
		if keywordProblem(flag) == "" {
			box := p.s.view.box
			p.common.then = append(p.common.then, func() { box.words([]string{flag}) })
		}
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return p.fail("Invalid MODSEQ value")
	}
	v := p.s.view
	return func(i int) bool { return v.list[i].m.modseq >= n }
}

// date is a key about a day: of arrival, of the Date field as its sender wrote
// it, or of saving (RFC 8514).
func (p *searchParser) date(name string) key {
	text, ok := p.parameter(name)
	if !ok {
		return p.fail("")
	}
	day, ok := parseDay(text)
	if !ok {
		return p.fail("Invalid search date parameter")
	}
	v := p.s.view
	when := func(i int) (time.Time, bool) { return v.list[i].m.date.UTC(), true }
	if how, sent := strings.CutPrefix(name, "SENT"); sent {
		name, when = how, p.s.sentLocal
	} else if how, saved := strings.CutPrefix(strings.TrimPrefix(name, "X-"), "SAVED"); saved {
		name, when = how, func(i int) (time.Time, bool) { return v.list[i].m.saved.UTC(), true }
	}
	return func(i int) bool {
		t, ok := when(i)
		if !ok {
			return false
		}
		d := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
		return name == "BEFORE" && d.Before(day) || name == "ON" && d.Equal(day) || name == "SINCE" && !d.Before(day)
	}
}

// parseDay reads "1-Nov-2026" (RFC 3501 §9 date). A day that does not exist is no
// time that Dovecot can count, and so the end of all.
func parseDay(text string) (time.Time, bool) {
	parts := strings.Split(strings.TrimPrefix(text, " "), "-")
	if len(parts) != 3 || len(parts[0]) > 2 || len(parts[2]) != 4 {
		return time.Time{}, false
	}
	day, err := strconv.ParseUint(parts[0], 10, 8)
	month, err2 := time.Parse("Jan", parts[1])
	year, err3 := strconv.ParseUint(parts[2], 10, 16)
	if err != nil || err2 != nil || err3 != nil {
		return time.Time{}, false
	}
	t := time.Date(int(year), month.Month(), int(day), 0, 0, 0, 0, time.UTC)
	if t.Day() != int(day) {
		t = time.Date(2106, 2, 7, 0, 0, 0, 0, time.UTC)
	}
	return t, true
}

// sentLocal is the Date field in the sender's own zone.
func (s *Session) sentLocal(i int) (time.Time, bool) {
	c, err := s.load(i)
	if err != nil {
		return time.Time{}, false
	}
	c.parse()
	t, err := mail.ParseDate(c.root.header(c.text, "Date"))
	if err != nil {
		return time.Unix(0, 0).UTC(), true // no date is before all others
	}
	return t, true
}
