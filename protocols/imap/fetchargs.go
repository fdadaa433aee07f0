package imap

import (
	"strconv"
	"strings"
)

// parseFetch reads the arguments of FETCH.
func (s *Session) parseFetch(c *call) (f fetching, problem string) {
	args := c.args
	if len(args) < 2 || args[0].kind != argAtom {
		return f, "Invalid arguments"
	}
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
	if problem != "" {
		return f, problem
	}
	if len(args) > 0 && args[0].kind == argList {
		if problem = s.parseModifiers(&f, args[0].list, c.uid); problem != "" {
			return f, problem
		}
		args = args[1:]
	}
	if len(args) > 0 {
		return f, "Invalid arguments"
	}
	return f, ""
}

// parseItems reads one item, a macro or a list of items, and returns what
// follows.
func (f *fetching) parseItems(args []arg) (rest []arg, problem string) {
	if args[0].kind != argList {
		if args[0].kind != argAtom {
			return nil, "Invalid arguments"
		}
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
		it.name = word
		rest = args[1:]
		if (word == "PREVIEW" || word == "SNIPPET") && len(rest) > 0 && rest[0].kind == argList {
			return f.parsePreview(word, rest)
		}
		f.add(it)
		return rest, ""
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
		it.name = head
		f.add(it)
		return args[1:], ""
	}
	return nil, "Unknown parameter: " + word
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
	withFields := len(rest) > 0 && rest[0].kind == argList && !strings.Contains(text, "]")
	var tail string
	if !withFields && len(rest) > 0 && rest[0].kind != argList && !strings.Contains(text, "]") && strings.HasSuffix(upper(text), ".FIELDS") {
		return nil, "Invalid arguments"
	}
	if withFields {
		fields, rest = rest[0].list, rest[1:]
		if len(rest) == 0 || rest[0].kind != argAtom || !strings.HasPrefix(rest[0].text, "]") {
			return nil, "Invalid " + what + " parameter: Missing ']'"
		}
		tail, rest = rest[0].text[1:], rest[1:]
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
	if problem := it.sec.parsePartial(tail); problem != "" {
		return nil, "Invalid " + what + " parameter: " + problem
	}
	if it.name == "BINARY.SIZE" {
		it.sec.label, _, _ = strings.Cut(it.sec.label, "<")
	}
	it.name += it.sec.label
	f.add(it)
	return rest, ""
}

// parseModifiers reads CHANGEDSINCE and VANISHED.
func (s *Session) parseModifiers(f *fetching, list []arg, uid bool) string {
	for i := 0; i < len(list); i++ {
		switch word, _ := list[i].atom(); upper(word) {
		case "CHANGEDSINCE":
			if i++; i >= len(list) {
				return "Invalid CHANGEDSINCE modseq"
			}
			n, err := strconv.ParseUint(list[i].text, 10, 63)
			if err != nil {
				return "Invalid CHANGEDSINCE modseq"
			}
			f.changedSince, f.changed = n, true
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
