package imap

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"
)

// item is something that FETCH asks for. A buffered one is told before others,
// whatever the order asked for, as in Dovecot.
type item struct {
	name     string // as in the reply, with the section
	buffered bool
	cached   bool // known without the message itself
	sees     bool // sets \Seen
	preview  bool // PREVIEW or SNIPPET
	fuzzy    bool // with the name of its algorithm
	lazy     bool // only if it is known already
	sec      section
	append   func(s *Session, b []byte, i int, it *item) ([]byte, error)
}

// fetching is the arguments of FETCH.
type fetching struct {
	s            *Session
	list         []int
	items        []item
	changedSince uint64
	changed      bool
	vanished     bool
	known        set
}

// fetchCmd is FETCH (RFC 3501 §6.4.5) with CHANGEDSINCE and VANISHED (RFC 7162
// §3.1.4, §3.2.6). \Seen is set when all is told: a MODSEQ is that of before.
func (s *Session) fetchCmd(c *call) {
	f, problem := s.parseFetch(c)
	if problem != "" {
		s.wrong(c, problem)
		return
	}
	if f.vanished {
		s.tellVanished(f.known, f.changedSince)
	}
	if f.changed {
		var list []int
		for _, i := range f.list {
			if s.view.list[i].m.modseq > f.changedSince {
				list = append(list, i)
			}
		}
		f.list = list
	}
	s.view.lost = false
	seen := s.unseen(&f)
	err := s.fetch(&f)
	if set := s.markSeen(seen); err == nil {
		err = set
	}
	lost := s.view.lost
	s.view.lost = false
	if errors.Is(err, errCutOff) {
		s.bye("FETCH failed: " + s.failure())
		return
	}
	mode := syncFast
	if len(seen) > 0 {
		mode = 0
	}
	if !c.uid {
		mode |= syncKeep
	}
	switch {
	case err != nil:
		s.sync(c, mode, "NO "+s.because(err, s.view.box.Name))
	case lost:
		// RFC 5530 §3.
		s.sync(c, mode, "OK [EXPUNGEISSUED] Some messages were already expunged.")
	default:
		s.sync(c, mode, "OK Fetch completed.")
	}
}

// unseen finds the messages to which \Seen comes new, because contents are asked
// for.
func (s *Session) unseen(f *fetching) []int {
	sees := false
	for i := range f.items {
		sees = sees || f.items[i].sees
	}
	if !sees || s.view.readOnly {
		return nil
	}
	var list []int
	for _, i := range f.list {
		e := &s.view.list[i]
		if e.m.flags&Seen == 0 && !e.m.gone {
			e.seeing = true
			list = append(list, i)
		}
	}
	return list
}

// markSeen sets \Seen. The session has told it already.
func (s *Session) markSeen(list []int) error {
	var changes []change
	for _, i := range list {
		e := &s.view.list[i]
		e.seeing = false
		e.flags |= Seen
		if e.m.flags&Seen == 0 {
			changes = append(changes, change{e.m, e.m.flags | Seen, e.m.keywords})
		}
	}
	if changes == nil {
		return nil
	}
	return s.view.box.set(changes)
}

// fetch answers.
func (s *Session) fetch(f *fetching) (err error) {
	flags := f.has("FLAGS")
	for _, i := range f.list {
		seeing := s.view.list[i].seeing
		if flags || seeing {
			s.tellKeywords()
		}
		s.fetchHead(i)
		first := true
		tell := func(it *item) error {
			from, began := len(s.out), first
			if !first {
				s.out = append(s.out, ' ')
			}
			first = false
			s.out = append(append(s.out, it.name...), ' ')
			b, err := it.append(s, s.out, i, it)
			switch {
			case err == nil:
				s.out = b
			case err == ErrExpunged:
				s.view.lost = true
				s.out = append(s.out, "NIL"...)
				return nil
			default:
				s.out, first = s.out[:from], began
			}
			return err
		}
		for k := range f.items {
			if it := &f.items[k]; it.buffered && err == nil {
				err = tell(it)
			}
		}
		if seeing && !flags && err == nil {
			err = tell(&item{name: "FLAGS", append: fetchFlags})
		}
		for k := range f.items {
			if it := &f.items[k]; !it.buffered && err == nil {
				err = tell(it)
			}
		}
		if first { // RFC 3501 §7.4.2 allows no empty one
			s.out = append(s.out, "UID "...)
			s.out = strconv.AppendUint(s.out, uint64(s.view.list[i].m.uid), 10)
		}
		s.out = append(s.out, ")\r\n"...)
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *fetching) has(name string) bool {
	for i := range f.items {
		if f.items[i].name == name {
			return true
		}
	}
	return false
}

// add adds an item; facts are told once, sections and previews as often as asked.
func (f *fetching) add(it item) {
	if it.sec.label == "" && !it.preview && f.has(it.name) {
		return
	}
	f.items = append(f.items, it)
}

// facts are the items without a section.
var facts = map[string]item{
	"FLAGS":         {buffered: true, cached: true, append: fetchFlags},
	"UID":           {buffered: true, cached: true, append: fetchUID},
	"INTERNALDATE":  {buffered: true, cached: true, append: fetchDate},
	"RFC822.SIZE":   {buffered: true, cached: true, append: fetchSize},
	"MODSEQ":        {buffered: true, cached: true, append: fetchModseq},
	"SAVEDATE":      {buffered: true, cached: true, append: fetchSaved},
	"X-SAVEDATE":    {buffered: true, cached: true, append: fetchSaved},
	"X-GUID":        {buffered: true, cached: true, append: fetchGUID},
	"X-MAILBOX":     {buffered: true, cached: true, append: fetchMailbox},
	"X-REAL-UID":    {buffered: true, cached: true, append: fetchUID},
	"PREVIEW":       {buffered: true, preview: true, append: fetchPreview},
	"SNIPPET":       {buffered: true, preview: true, fuzzy: true, append: fetchPreview},
	"ENVELOPE":      {append: fetchEnvelope},
	"BODY":          {append: fetchStructure},
	"BODYSTRUCTURE": {append: fetchStructure},
}

func fetchFlags(s *Session, b []byte, i int, _ *item) ([]byte, error) {
	e := &s.view.list[i]
	flags := e.m.flags
	if e.seeing {
		flags |= Seen
	}
	b = appendFlags(append(b, '('), flags, e.recent, e.m.keywords, s.view.box.keywords)
	return append(b, ')'), nil
}

func fetchUID(s *Session, b []byte, i int, _ *item) ([]byte, error) {
	return strconv.AppendUint(b, uint64(s.view.list[i].m.uid), 10), nil
}

func fetchSize(s *Session, b []byte, i int, _ *item) ([]byte, error) {
	return strconv.AppendInt(b, s.view.list[i].m.size, 10), nil
}

func fetchModseq(s *Session, b []byte, i int, _ *item) ([]byte, error) {
	n := s.view.list[i].m.modseq
	s.view.told = max(s.view.told, n)
	return append(strconv.AppendUint(append(b, '('), n, 10), ')'), nil
}

func fetchDate(s *Session, b []byte, i int, _ *item) ([]byte, error) {
	return appendDate(b, s.view.list[i].m.date), nil
}

func fetchSaved(s *Session, b []byte, i int, _ *item) ([]byte, error) {
	return appendDate(b, s.view.list[i].m.saved), nil
}

func fetchGUID(s *Session, b []byte, i int, _ *item) ([]byte, error) {
	return appendAstring(b, s.view.list[i].m.key), nil
}

func fetchMailbox(s *Session, b []byte, _ int, _ *item) ([]byte, error) {
	return appendAstring(b, s.view.box.Name), nil
}

func fetchEnvelope(s *Session, b []byte, i int, _ *item) ([]byte, error) {
	c, err := s.load(i)
	if err == ErrExpunged {
		// Dovecot has no envelope to tell and finds out too late.
		return append(b, "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"...), nil
	}
	if err != nil {
		return b, err
	}
	c.parse()
	return appendEnvelope(b, c.text, c.root), nil
}

func fetchStructure(s *Session, b []byte, i int, it *item) ([]byte, error) {
	c, err := s.load(i)
	if err != nil {
		return b, err
	}
	c.parse()
	return appendStructure(b, c.text, c.root, it.name == "BODYSTRUCTURE"), nil
}

// fetchSection sends octets of a message as a literal.
func fetchSection(s *Session, b []byte, i int, it *item) ([]byte, error) {
	c, err := s.load(i)
	if err != nil {
		return b, err
	}
	data := it.sec.cut(c.section(&it.sec))
	if it.sec.what == "" || it.sec.what == "TEXT" {
		s.stats.BodyCount++
		s.stats.BodyBytes += int64(len(data))
	} else {
		s.stats.HeaderCount++
		s.stats.HeaderBytes += int64(len(data))
	}
	b = append(strconv.AppendInt(append(b, '{'), int64(len(data)), 10), "}\r\n"...)
	from := len(b)
	b = append(b, data...)
	// RFC 3501 §9 CHAR8: no NUL in a literal. Dovecot sends 0x80 instead.
	for text := b[from:]; ; {
		n := bytes.IndexByte(text, 0)
		if n < 0 {
			return b, nil
		}
		text[n] = 0x80
		text = text[n+1:]
	}
}

// load reads a message, unless it was the last one read.
func (s *Session) load(i int) (*content, error) {
	v := s.view
	m := v.list[i].m
	if v.cached.m == m && !m.gone {
		return &v.cached, nil
	}
	if m.gone {
		v.lost = true
		return nil, ErrExpunged
	}
	raw, err := v.box.store.Read(m.key)
	if err != nil {
		return nil, err
	}
	v.cached = content{m: m, text: toCRLF(raw)}
	return &v.cached, nil
}

// appendDate appends a date as INTERNALDATE has it (RFC 3501 §9 date-time).
func appendDate(b []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(b, `"02-Jan-2006 15:04:05 -0700"`)
}

// macros are shorthands (RFC 3501 §6.4.5).
var macros = map[string]string{
	"ALL":  "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE",
	"FAST": "FLAGS INTERNALDATE RFC822.SIZE",
	"FULL": "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY",
}

// macro expands a macro.
func (f *fetching) macro(word string) bool {
	names, ok := macros[upper(word)]
	if ok {
		for _, n := range strings.Fields(names) {
			it := facts[n]
			it.name = n
			f.add(it)
		}
	}
	return ok
}
