package imap

import (
	"math/bits"
	"strings"
)

// Flags is a set of the system flags of a message (RFC 3501 §2.3.2), without
// \Recent, which belongs to a session.
type Flags uint8

// The system flags, in the order in which Dovecot tells them.
const (
	Answered Flags = 1 << iota
	Flagged
	Deleted
	Seen
	Draft
)

var flagNames = [...]string{`\Answered`, `\Flagged`, `\Deleted`, `\Seen`, `\Draft`}

const systemFlags = `\Answered \Flagged \Deleted \Seen \Draft`

// systemFlag finds a system flag by its name in any case.
func systemFlag(name string) (Flags, bool) {
	for i, n := range flagNames {
		if strings.EqualFold(n, name) {
			return 1 << i, true
		}
	}
	return 0, false
}

// String lists the flags, separated by blanks.
func (f Flags) String() string { return string(appendFlags(nil, f, false, 0, nil)) }

// appendFlags appends the flags of a message as FETCH tells them. keywords is a
// set of indexes into names.
func appendFlags(b []byte, f Flags, recent bool, keywords uint64, names []string) []byte {
	from := len(b)
	for i, n := range flagNames {
		if f&(1<<i) != 0 {
			b = append(append(b, n...), ' ')
		}
	}
	if recent {
		b = append(b, `\Recent `...)
	}
	for ; keywords != 0; keywords &= keywords - 1 {
		if i := bits.TrailingZeros64(keywords); i < len(names) {
			b = append(append(b, names[i]...), ' ')
		}
	}
	if len(b) > from {
		b = b[:len(b)-1]
	}
	return b
}

// flagArgs reads flags of a list or of arguments in a row. problem is what is
// wrong, with the answer it calls for.
func flagArgs(args []arg) (f Flags, keywords []string, problem string) {
	for _, a := range args {
		name, ok := a.atom()
		if !ok {
			return 0, nil, "BAD Flags list contains non-atoms"
		}
		if strings.HasPrefix(name, `\`) {
			one, ok := systemFlag(name)
			if !ok {
				return 0, nil, "BAD Invalid system flag " + upper(name)
			}
			f |= one
			continue
		}
		keywords = append(keywords, name)
	}
	for _, name := range keywords {
		if problem := keywordProblem(name); problem != "" {
			return 0, nil, "NO [CANNOT] " + problem
		}
	}
	return f, keywords, ""
}

// maxKeyword is the longest keyword.
const maxKeyword = 255

// keywordProblem tells what is wrong with a keyword.
func keywordProblem(name string) string {
	switch {
	case name == "":
		return "Empty keywords not allowed"
	case strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`\%*]"(){`, r) }):
		return "Invalid characters in keyword"
	case strings.ContainsFunc(name, func(r rune) bool { return r >= 0x80 }):
		return "8bit characters in keyword"
	case len(name) > maxKeyword:
		return "Keyword length too long"
	}
	return ""
}
