package imap

import (
	"strconv"
	"strings"
)

// parseFetch reads the arguments of FETCH.
func (s *Session) parseFetch(c *call) (f fetching, problem string) {
	args := c.args
	if len(args) < 2 || args[0].kind != argAtom && args[0].kind != argNil || args[1].kind != argAtom && args[1].kind != argList ||
		len(args) > 2 && args[2].kind != argList {
		return f, invalidArguments
	}
	f.s = s
	var ok bool
	if f.list, ok = s.messages(args[0].text, c.uid); !ok {
		return f, invalidSet(c)
	}
	f.known, _ = parseSet(args[0].text)
	if c.uid {
		uid := facts["UID"]
		uid.name = "UID"
		f.add(uid)
	}
	args, problem = f.parseItems(args[1:])
	if problem == "" && len(args) > 0 && args[0].kind == argList {
		problem = s.parseModifiers(&f, args[0].list, c.uid)
	}
	return f, problem
}

// parseItems reads one item, a macro or a list of items, and returns what
// follows.
func (f *fetching) parseItems(args []arg) (rest []arg, problem string) {
	if args[0].kind != argList {
		if f.macro(args[0].text) {
			return args[1:], ""
		}
		return f.parseItem(args)
	}
	list := args[0].list
	if len(list) == 0 {
		return nil, "FETCH list is empty"
	}
	for len(list) > 0 {
		if _, ok := list[0].atom(); !ok {
			return nil, "FETCH list contains non-atoms"
		}
		if list, problem = f.parseItem(list); problem != "" {
			return nil, problem
		}
	}
	return args[1:], ""
}

// parseItem reads an item at the head of args and returns what follows it.
func (f *fetching) parseItem(args []arg) (rest []arg, problem string) {
	word := upper(args[0].text)
	if it, ok := facts[word]; ok {
		return f.parseFact(word, it, args[1:])
	}
	end := strings.IndexFunc(word, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z')
	})
	head := word
	if end >= 0 {
		head = word[:end]
	}
	switch head {
	case "BODY", "BINARY":
		return f.parseSection(head, args)
	case "RFC822":
		return args[1:], f.parseRFC822(word)
	}
	if it, ok := facts[head]; ok { // what stands behind is not looked at
		return f.parseFact(head, it, args[1:])
	}
	return nil, "Unknown parameter: " + word
}

// parseFact adds an item that has no section.
func (f *fetching) parseFact(name string, it item, rest []arg) ([]arg, string) {
	it.name = name
	if it.preview && len(rest) > 0 && rest[0].kind == argList {
		return f.parsePreview(it, rest)
	}
	if name == "MODSEQ" {
		f.s.useCondstore() // RFC 7162 §3.1: whatever becomes of the command
	}
	f.add(it)
	return rest, ""
}

// parseRFC822 reads the items that were before BODY[…] (RFC 3501 §6.4.5).
func (f *fetching) parseRFC822(word string) string {
	it := item{name: word, append: fetchSection}
	switch word {
	case "RFC822":
		it.sees = true
	case "RFC822.HEADER":
		it.sec.what = "HEADER"
	case "RFC822.TEXT":
		it.sec.what, it.sees = "TEXT", true
	default:
		return "Unknown parameter " + word
	}
	f.add(it)
	return ""
}

// parseSection reads BODY[…] and BINARY[…] with their relatives.
func (f *fetching) parseSection(head string, args []arg) (rest []arg, problem string) {
	text := args[0].text[len(head):]
	rest = args[1:]
	it := item{name: head, sees: true, append: fetchSection}
	what := head + "[..]"
	if head == "BINARY" {
		it.append = fetchBinary
	}
	if len(text) >= 5 && upper(text[:5]) == ".PEEK" {
		text, it.sees = text[5:], false
	} else if head == "BINARY" && len(text) >= 5 && upper(text[:5]) == ".SIZE" {
		text, it.sees, it.append = text[5:], false, fetchBinarySize
		it.name = "BINARY.SIZE"
	}
	if text == "" || text[0] != '[' {
		return nil, "Invalid " + what + " parameter: Missing '['"
	}
	text = text[1:]
	var fields []arg
	withFields := len(rest) > 0 && rest[0].kind == argList // also when it is CHANGEDSINCE
	var tail string
	if withFields {
		fields, rest = rest[0].list, rest[1:]
		if len(rest) == 0 || rest[0].kind != argAtom || !strings.HasPrefix(rest[0].text, "]") {
			return nil, "Invalid " + what + " parameter: Missing ']'"
		}
		tail, rest = rest[0].text[1:], rest[1:]
		for _, a := range fields {
			if a.kind == argList {
				return nil, "Invalid BODY[..] parameter: Header list contains non-strings"
			}
		}
	} else {
		var found bool
		if text, tail, found = strings.Cut(text, "]"); !found {
			return nil, "Invalid " + what + " parameter: Missing ']'"
		}
	}
	var ok bool
	if it.sec, ok = parseSection(text, fields, withFields); !ok {
		return nil, "Invalid " + what + " section"
	}
	if it.name != "BINARY.SIZE" { // there a partial is ignored
		if problem := it.sec.parsePartial(tail); problem != "" {
			return nil, "Invalid " + what + " parameter: " + problem
		}
	}
	it.name += it.sec.label
	f.add(it)
	return rest, ""
}

// parseModifiers reads CHANGEDSINCE and VANISHED.
func (s *Session) parseModifiers(f *fetching, list []arg, uid bool) string {
	for i := 0; i < len(list); i++ {
		word, ok := list[i].atom()
		if !ok {
			return "FETCH modifiers contain non-atoms"
		}
		switch upper(word) {
		case "CHANGEDSINCE":
			if i++; i >= len(list) || list[i].kind != argAtom {
				return "Invalid CHANGEDSINCE modseq"
			}
			n, err := strconv.ParseUint(list[i].text, 10, 64)
			if err != nil {
				return "Invalid CHANGEDSINCE modseq"
			}
			f.changedSince, f.changed = max(f.changedSince, n), true
			f.parseFact("MODSEQ", facts["MODSEQ"], nil)
		case "VANISHED":
			if !uid {
				return "Unknown FETCH modifier"
			}
			if !s.qresync {
				return "QRESYNC not enabled"
			}
			f.vanished = true
		default:
			return "Unknown FETCH modifier"
		}
	}
	if f.vanished && !f.changed {
		return "VANISHED used without CHANGEDSINCE"
	}
	return ""
}
