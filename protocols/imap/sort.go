package imap

import (
	"cmp"
	"slices"
	"strings"
	"time"

	mail "mailtrek/protocols/message"
)

// sortKey is a key of SORT (RFC 5256 §3, RFC 5957).
type sortKey struct {
	name    string
	reverse bool
}

var sortNames = map[string]bool{"ARRIVAL": true, "CC": true, "DATE": true, "FROM": true, "SIZE": true,
	"SUBJECT": true, "TO": true, "DISPLAYFROM": true, "DISPLAYTO": true, "RELEVANCY": true, "X-SCORE": true}

// sortCmd is SORT.
func (s *Session) sortCmd(c *call) {
	res, args, problem := parseReturn(c.args)
	var keys []sortKey
	if problem == "" && (len(args) == 0 || args[0].kind != argList) {
		problem = "Invalid sort argument"
	}
	if problem == "" {
		keys, problem = parseSortKeys(args[0].list)
	}
	if problem == "" && (len(args) < 2 || args[1].kind == argList) {
		problem = "Invalid charset argument"
	}
	if problem != "" {
		s.wrong(c, problem)
		return
	}
	list, ok := s.find(c, &res, args[1].text, args[2:])
	if !ok {
		return
	}
	s.order(list, keys)
	s.answer(c, "SORT", res, list)
	s.searched(c, "Sort completed.")
}

func parseSortKeys(list []arg) (keys []sortKey, problem string) {
	if len(list) == 0 {
		return nil, "Empty sort program"
	}
	reverse, pending := false, false
	for _, a := range list {
		word, ok := a.astring()
		name := upper(word)
		switch {
		case !ok:
			return nil, "Invalid sort list argument"
		case name == "REVERSE":
			reverse, pending = !reverse || !pending, true
		case !sortNames[name]:
			return nil, "Unknown sort argument: " + word
		default:
			keys = append(keys, sortKey{name, reverse})
			reverse, pending = false, false
		}
	}
	if pending {
		return nil, "Sort list ends with REVERSE"
	}
	return keys, ""
}

// facts that SORT and THREAD compare.
type sortFacts struct {
	sent                              time.Time
	subject                           string
	from, to, cc, displayFrom, showTo string
}

func (s *Session) sortFacts(i int) sortFacts {
	m := s.view.list[i].m
	f := sortFacts{sent: m.date}
	c, err := s.load(i)
	if err != nil {
		return f
	}
	c.parse()
	if t, err := mail.ParseDate(c.first("Date")); err == nil {
		f.sent = t
	}
	subject, _ := baseSubject(mail.DecodeWords(c.first("Subject")))
	f.subject = fold(subject)
	f.from, f.displayFrom = addressKey(c.first("From"))
	f.to, f.showTo = addressKey(c.first("To"))
	f.cc, _ = addressKey(c.first("Cc"))
	return f
}

// first is the value of the first field of a name: SORT looks at that, where
// ENVELOPE looks at the last.
func (c *content) first(name string) string {
	for _, f := range c.root.fields {
		if strings.EqualFold(f.name, name) {
			return unfolded(c.text, f)
		}
	}
	return ""
}

// addressKey is what the first address of a field sorts by: its mailbox, and
// what people see of it (RFC 5957).
func addressKey(value string) (mailbox, display string) {
	all := parseAddresses(value)
	if len(all) == 0 {
		return "", ""
	}
	a := all[0]
	display = mail.DecodeWords(a.name)
	switch {
	case display != "":
	case a.group:
		display = a.mailbox
	default:
		display = a.mailbox + "@" + a.host
	}
	return fold(a.mailbox), fold(display)
}

// order sorts a list of indexes. Equal ones stay in the order of the mailbox.
func (s *Session) order(list []int, keys []sortKey) {
	v := s.view
	known := make(map[int]sortFacts, len(list))
	for _, i := range list {
		known[i] = s.sortFacts(i)
	}
	slices.SortStableFunc(list, func(a, b int) int {
		fa, fb := known[a], known[b]
		for _, k := range keys {
			n := 0
			switch k.name {
			case "ARRIVAL":
				n = v.list[a].m.date.Compare(v.list[b].m.date)
			case "DATE":
				n = fa.sent.Compare(fb.sent)
			case "SIZE":
				n = cmp.Compare(v.list[a].m.size, v.list[b].m.size)
			case "SUBJECT":
				n = cmp.Compare(fa.subject, fb.subject)
			case "FROM":
				n = cmp.Compare(fa.from, fb.from)
			case "TO":
				n = cmp.Compare(fa.to, fb.to)
			case "CC":
				n = cmp.Compare(fa.cc, fb.cc)
			case "DISPLAYFROM":
				n = cmp.Compare(fa.displayFrom, fb.displayFrom)
			case "DISPLAYTO":
				n = cmp.Compare(fa.showTo, fb.showTo)
			}
			if n != 0 && k.reverse {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return cmp.Compare(a, b)
	})
}

// baseSubject takes "Re:", "Fwd:", "[list]" and "(fwd)" off a subject (RFC 5256
// §2.1). answer tells whether there was something of an answer.
func baseSubject(s string) (base string, answer bool) {
	s = strings.Join(strings.Fields(s), " ")
	for {
		before := s
		for {
			t, ok := cutSuffixFold(strings.TrimSpace(s), "(fwd)")
			if !ok {
				break
			}
			s, answer = strings.TrimSpace(t), true
		}
		for {
			if t, ok := cutReply(s); ok {
				s, answer = t, true
				continue
			}
			if t, ok := cutBlob(s); ok && t != "" {
				s = t
				continue
			}
			break
		}
		if len(s) > 6 && strings.EqualFold(s[:5], "[fwd:") && strings.HasSuffix(s, "]") {
			s, answer = strings.TrimSpace(s[5:len(s)-1]), true
			continue
		}
		if s == before {
			return s, answer
		}
	}
}

func cutSuffixFold(s, suffix string) (string, bool) {
	if len(s) < len(suffix) || !strings.EqualFold(s[len(s)-len(suffix):], suffix) {
		return s, false
	}
	return s[:len(s)-len(suffix)], true
}

// cutReply cuts "Re:", "Fw:" or "Fwd:" with a blob like "[2]" before the colon.
func cutReply(s string) (string, bool) {
	rest := s
	for {
		t, ok := cutBlob(rest)
		if !ok {
			break
		}
		rest = t
	}
	for _, word := range []string{"re", "fwd", "fw"} {
		if len(rest) < len(word) || !strings.EqualFold(rest[:len(word)], word) {
			continue
		}
		after := strings.TrimLeft(rest[len(word):], " ")
		if t, ok := cutBlob(after); ok {
			after = strings.TrimLeft(t, " ")
		}
		if t, ok := strings.CutPrefix(after, ":"); ok {
			return strings.TrimLeft(t, " "), true
		}
	}
	return s, false
}

// cutBlob cuts "[anything] " at the beginning.
func cutBlob(s string) (string, bool) {
	if !strings.HasPrefix(s, "[") {
		return s, false
	}
	end := strings.IndexAny(s[1:], "[]") + 1
	if end == 0 || s[end] != ']' {
		return s, false
	}
	return strings.TrimLeft(s[end+1:], " "), true
}
