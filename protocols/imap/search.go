package imap

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// result is how a search is answered (RFC 4731 §3.1, RFC 5182, RFC 5267).
type result struct {
	extended  bool // RETURN was given
	min, max  bool
	all       bool
	count     bool
	save      bool
	relevancy bool
	update    bool
	partial   bool
	from, to  uint32
	modseq    bool // a MODSEQ key was given
	fits      key
}

// searchCmd is SEARCH (RFC 3501 §6.4.4).
func (s *Session) searchCmd(c *call) {
	args := c.args
	res, args, problem := parseReturn(args)
	if problem != "" {
		s.wrong(c, problem)
		return
	}
	if s.rev2 && !res.extended {
		res.extended, res.all = true, true // RFC 9051 §6.4.4
	}
	charset := "UTF-8"
	if len(args) > 0 && args[0].kind == argAtom && strings.EqualFold(args[0].text, "CHARSET") {
		if len(args) < 2 || args[1].kind == argList {
			s.wrong(c, "Invalid charset argument")
			return
		}
		charset, args = args[1].text, args[2:]
	}
	list, ok := s.find(c, &res, charset, args)
	if !ok {
		return
	}
	s.answer(c, "SEARCH", res, list)
	s.searched(c, "Search completed.")
	if res.save {
		s.settle() // RFC 5182 §2.3: what follows may ask for the result
	}
}

// searched ends a search. A message that is gone meanwhile may have been passed
// over (RFC 5530 §3).
func (s *Session) searched(c *call, text string) {
	if s.view.lost {
		s.view.lost = false
		text = "[EXPUNGEISSUED] " + text
	}
	s.sync(c, searchMode(c), "OK "+text)
}

func searchMode(c *call) syncMode {
	if c.uid {
		return syncFast
	}
	return syncFast | syncKeep
}

// find runs a search over the selected mailbox. When it returns false the
// command has been answered.
func (s *Session) find(c *call, res *result, charset string, args []arg) (list []int, ok bool) {
	if res.update && s.context(c.tag) >= 0 {
		s.wrong(c, "Duplicate search update tag")
		return nil, false
	}
	if len(args) == 0 {
		s.wrong(c, "Missing search parameters")
		return nil, false
	}
	p := &searchParser{s: s, args: args, common: &searchCommon{charset: charset}}
	k := p.keys(false)
	res.fits = k
	if p.problem == "" && !p.common.decoded {
		p.decode("")
	}
	switch {
	case p.common.unknown:
		if res.save {
			s.saved = nil // RFC 5182 §2.1
		}
		s.tagged(c, "NO [BADCHARSET] "+p.problem)
		return nil, false
	case p.problem != "":
		s.wrong(c, p.problem)
		return nil, false
	}
	for _, f := range p.common.then {
		f()
	}
	if p.modseq {
		s.useCondstore()
		res.modseq = true
	}
	for i := range s.view.list {
		if k(i) {
			list = append(list, i)
		}
	}
	if res.update {
		s.keep(c, res, list)
	}
	return list, true
}

// parseReturn reads "RETURN (…)".
func parseReturn(args []arg) (res result, rest []arg, problem string) {
	if len(args) < 2 || args[0].kind != argAtom || !strings.EqualFold(args[0].text, "RETURN") || args[1].kind != argList {
		return res, args, ""
	}
	res.extended = true
	list := args[1].list
	for i := 0; i < len(list); i++ {
		word, ok := list[i].atom()
		if !ok {
			return res, nil, "SEARCH return options contain non-atoms"
		}
		switch upper(word) {
		case "MIN":
			res.min = true
		case "MAX":
			res.max = true
		case "ALL":
			res.all = true
		case "COUNT":
			res.count = true
		case "SAVE":
			res.save = true
		case "CONTEXT":
		case "UPDATE":
			if res.update {
				return res, nil, "SEARCH return options have duplicate UPDATE"
			}
			res.update = true
		case "RELEVANCY":
			res.relevancy = true
		case "PARTIAL":
			if res.partial {
				return res, nil, "PARTIAL can be used only once"
			}
			if i++; i >= len(list) || list[i].kind != argAtom {
				return res, nil, "PARTIAL range missing"
			}
			a, b, ok := strings.Cut(list[i].text, ":")
			from, err := strconv.ParseUint(a, 10, 32)
			to, err2 := strconv.ParseUint(b, 10, 32)
			if !ok || err != nil || err2 != nil || from == 0 || to == 0 {
				return res, nil, "PARTIAL range broken"
			}
			res.partial, res.from, res.to = true, uint32(min(from, to)), uint32(max(from, to))
		default:
			return res, nil, "Unknown SEARCH return option"
		}
	}
	if res.partial && res.all {
		return res, nil, "PARTIAL conflicts with ALL"
	}
	if !(res.min || res.max || res.count || res.save || res.partial || res.relevancy || res.update) {
		res.all = true // RFC 4731 §3.1: "()" means ALL
	}
	return res, args[2:], ""
}

// answer tells the result, in the order of the list.
func (s *Session) answer(c *call, verb string, res result, list []int) {
	v := s.view
	found := make([]uint32, len(list))
	modseq := uint64(0)
	for k, i := range list {
		found[k] = v.number(i, c.uid)
		modseq = max(modseq, v.list[i].m.modseq)
	}
	if res.save {
		s.saved = nil
		for _, i := range res.toSave(list) {
			s.saved = append(s.saved, v.list[i].m.uid)
		}
		slices.Sort(s.saved)
	}
	if !res.extended {
		s.out = append(s.out, "* "+verb...)
		for _, n := range found {
			s.out = strconv.AppendUint(append(s.out, ' '), uint64(n), 10)
		}
		if res.modseq && len(found) > 0 {
			s.out = fmt.Appendf(s.out, " (MODSEQ %d)", modseq)
		}
		s.out = append(s.out, "\r\n"...)
		return
	}
	if res.save && !(res.min || res.max || res.all || res.count || res.partial || res.relevancy || res.update) {
		return // RFC 5182 §2.1: only remembered
	}
	s.esearch(c, res, found, modseq)
}

// toSave is the part of a result that SAVE keeps (RFC 5182 §2.4): with nothing
// but MIN and MAX only those.
func (res *result) toSave(list []int) []int {
	n := len(list)
	switch {
	case n == 0 || res.all || res.count:
	case res.partial:
		return list[min(int(res.from)-1, n):min(int(res.to), n)]
	case res.min && res.max && n > 1:
		return []int{list[0], list[n-1]}
	case res.min:
		return list[:1]
	case res.max:
		return list[n-1:]
	}
	return list
}

// esearch sends an ESEARCH response (RFC 4466 §2.6.2) in Dovecot's order.
func (s *Session) esearch(c *call, res result, found []uint32, modseq uint64) {
	b := appendString([]byte("* ESEARCH (TAG "), c.tag)
	b = append(b, ')')
	if c.uid {
		b = append(b, " UID"...)
	}
	n := len(found)
	if res.min && n > 0 {
		b = fmt.Appendf(b, " MIN %d", found[0])
	}
	if res.max && n > 0 {
		b = fmt.Appendf(b, " MAX %d", found[n-1])
	}
	if res.all && n > 0 {
		b = append(b, " ALL "+numbers(found).String()...)
	}
	if res.relevancy {
		b = append(b, " RELEVANCY ("...)
		for i := range found {
			if i > 0 {
				b = append(b, ' ')
			}
			b = append(b, '1')
		}
		b = append(b, ')')
	}
	if res.partial {
		part := found[min(int(res.from)-1, n):min(int(res.to), n)]
		text := "NIL"
		if len(part) > 0 {
			text = numbers(part).String()
		}
		b = fmt.Appendf(b, " PARTIAL (%d:%d %s)", res.from, res.to, text)
	}
	if res.count {
		b = fmt.Appendf(b, " COUNT %d", n)
	}
	if res.modseq && n > 0 {
		b = fmt.Appendf(b, " MODSEQ %d", modseq)
	}
	s.out = append(append(s.out, b...), "\r\n"...)
}
