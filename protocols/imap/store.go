package imap

import (
	"strconv"
	"strings"
)

// storing is the arguments of STORE.
type storing struct {
	list           []int
	how            byte // '+', '-', or 0 for replacing
	silent         bool
	flags          Flags
	keywords       []string
	unchangedSince uint64
	conditional    bool
}

// storeCmd is STORE (RFC 3501 §6.4.6) with UNCHANGEDSINCE (RFC 7162 §3.1.3).
func (s *Session) storeCmd(c *call) {
	p, problem := s.parseStore(c)
	if problem != "" {
		if text, no := strings.CutPrefix(problem, "NO "); no {
			s.tagged(c, "NO "+text)
		} else {
			s.wrong(c, strings.TrimPrefix(problem, "BAD "))
		}
		return
	}
	if s.view.readOnly {
		s.view.box.words(p.keywords)
		mode, text := syncFast, "OK Store ignored with read-only mailbox."
		if p.conditional {
			text = "NO CONDSTORE failed: Mailbox is read-only."
		}
		if !c.uid {
			mode |= syncKeep
		}
		s.sync(c, mode, text)
		return
	}
	modified, err := s.store(p)
	mode := syncMode(0)
	switch {
	case !c.uid:
		mode = syncKeep
	case !p.silent || s.condstore:
		mode = syncUID
	}
	switch {
	case err != nil:
		s.sync(c, mode, "NO "+s.because(err, s.view.box.Name))
	case len(modified) > 0:
		var list []uint32
		for _, i := range modified {
			list = append(list, s.view.number(i, c.uid))
		}
		s.sync(c, mode, "OK [MODIFIED "+numbers(list).String()+"] Conditional store failed.")
	default:
		s.sync(c, mode, "OK Store completed.")
	}
}

func (s *Session) parseStore(c *call) (p storing, problem string) {
	args := c.args
	if len(args) == 0 || args[0].kind != argAtom && args[0].kind != argNil {
		return p, invalidArguments
	}
	var ok bool
	if p.list, ok = s.messages(args[0].text, c.uid); !ok {
		return p, invalidSet(c)
	}
	args = args[1:]
	if len(args) > 0 && args[0].kind == argList {
		if problem := s.storeModifiers(&p, args[0].list); problem != "" {
			return p, problem
		}
		args = args[1:]
	}
	if len(args) == 0 || args[0].kind == argList {
		return p, invalidArguments
	}
	item := upper(args[0].text)
	if item != "" && (item[0] == '+' || item[0] == '-') {
		p.how, item = item[0], item[1:]
	}
	if item, p.silent = strings.CutSuffix(item, ".SILENT"); item != "FLAGS" {
		return p, invalidArguments
	}
	args = args[1:]
	if len(args) > 0 && args[0].kind == argList {
		args = args[0].list
	}
	p.flags, p.keywords, problem = flagArgs(args)
	return p, problem
}

// storeModifiers reads UNCHANGEDSINCE.
func (s *Session) storeModifiers(p *storing, list []arg) string {
	for i := 0; i < len(list); i += 2 {
		word, ok := list[i].atom()
		if !ok || i+1 >= len(list) {
			return "Invalid STORE modifiers"
		}
		value, ok := list[i+1].atom()
		switch n, err := strconv.ParseUint(value, 10, 64); {
		case !ok:
			return "Invalid STORE modifiers"
		case !strings.EqualFold(word, "UNCHANGEDSINCE"):
			return "Unknown STORE modifier"
		case err != nil:
			return "Invalid modseq"
		default:
			p.unchangedSince, p.conditional = n, true
		}
		s.useCondstore()
	}
	return ""
}

// store changes flags; modified are messages that have changed too late for
// the client to know.
func (s *Session) store(p storing) (modified []int, err error) {
	v := s.view
	words := v.box.words(p.keywords)
	var changes []change
	var quiet []int
	for _, i := range p.list {
		e := &v.list[i]
		if p.conditional && e.m.modseq > p.unchangedSince {
			modified = append(modified, i)
			continue
		}
		if e.flags == e.m.flags && e.keywords == e.m.keywords {
			quiet = append(quiet, i)
		}
		ch := change{e.m, p.flags, words}
		switch p.how {
		case '+':
			ch.flags, ch.keywords = e.m.flags|p.flags, e.m.keywords|words
		case '-':
			ch.flags, ch.keywords = e.m.flags&^p.flags, e.m.keywords&^words
		}
		if ch.flags&^e.m.flags&Deleted != 0 {
			s.stats.Deleted++
		}
		changes = append(changes, ch)
	}
	err = v.box.set(changes)
	if p.silent && err == nil {
		for _, i := range quiet { // what others have changed is told all the same
			e := &v.list[i]
			e.flags, e.keywords = e.m.flags, e.m.keywords
		}
	}
	return modified, err
}
