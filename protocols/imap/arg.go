package imap

import (
	"strconv"
	"strings"
)

const invalidArguments = "Invalid arguments"

// argKind is what an argument looks like on the wire (RFC 3501 §4).
type argKind uint8

const (
	argAtom argKind = iota
	argNil
	argString  // quoted
	argLiteral // octets
	argList
)

// arg is an argument of a command.
type arg struct {
	kind argKind
	text string
	list []arg
}

// atom returns the text of an atom.
func (a arg) atom() (string, bool) { return a.text, a.kind == argAtom || a.kind == argNil }

// astring returns the text of anything but a list. NIL is the string "NIL".
func (a arg) astring() (string, bool) { return a.text, a.kind != argList }

// verdict is how reading arguments went.
type verdict uint8

const (
	readOK   verdict = iota
	readMore         // more octets are needed
	readBad          // err says what is wrong; the rest of the line is skipped
	readDead         // err says why the connection must end
)

// reader reads the arguments of one command as Dovecot's imap-parser does. It
// stands on the octets of the whole command, of which some may not be there
// yet: then the command is read again when they are.
type reader struct {
	in       []byte
	pos      int
	prompts  int         // synchronising literals met
	prompt   func(n int) // is called with their number at each; may be nil
	literal  int         // longest literal allowed
	literals int         // octets of literals met
	lists    int         // most lists allowed; 0: any number
	opened   int         // lists met
	err      string
}

// eol tells whether the arguments end here.
func (r *reader) eol() bool {
	return r.pos >= len(r.in) || r.in[r.pos] == '\n' || r.in[r.pos] == '\r' && !r.bareCR()
}

// bareCR tells whether a CR stands here that belongs to no line end.
func (r *reader) bareCR() bool {
	return r.pos+1 < len(r.in) && r.in[r.pos] == '\r' && r.in[r.pos+1] != '\n'
}

// unfinished tells whether nothing more is there, or the half of a line end.
func (r *reader) unfinished() bool {
	n := len(r.in)
	return r.pos >= n || r.pos == n-1 && r.in[r.pos] == '\r'
}

// lineEnd moves behind a line end.
func (r *reader) lineEnd() {
	if r.pos < len(r.in) && r.in[r.pos] == '\r' {
		r.pos++
	}
	if r.pos < len(r.in) && r.in[r.pos] == '\n' {
		r.pos++
	}
}

// args reads count arguments, with count 0 all up to the end of the line.
func (r *reader) args(count int) ([]arg, verdict) {
	var list []arg
	for count == 0 || len(list) < count {
		r.blanks()
		if r.unfinished() {
			return list, readMore
		}
		if r.eol() {
			break
		}
		if r.in[r.pos] == ')' {
			return list, r.bad("Unexpected ')'")
		}
		a, v := r.one(0)
		if v != readOK {
			return list, v
		}
		list = append(list, a)
	}
	return list, readOK
}

func (r *reader) blanks() {
	for r.pos < len(r.in) && r.in[r.pos] == ' ' {
		r.pos++
	}
}

func (r *reader) bad(text string) verdict {
	r.err = text
	return readBad
}

// one reads one argument.
func (r *reader) one(depth int) (arg, verdict) {
	switch r.in[r.pos] {
	case '"':
		return r.quoted()
	case '{':
		return r.octets()
	case '(':
		r.pos++
		return r.inner(depth + 1)
	case '~':
		if r.pos+1 >= len(r.in) {
			return arg{}, readMore
		}
		if r.in[r.pos+1] == '{' {
			return arg{}, r.bad("literal8 not allowed here")
		}
	}
	if r.bareCR() {
		return arg{}, r.bad("CR sent without LF")
	}
	from := r.pos
	a, v := r.word(depth)
	if v == readBad && r.pos > from {
		r.pos = from + 1 // all that Dovecot has passed of what is wrong
	}
	return a, v
}

// inner reads the rest of a list.
func (r *reader) inner(depth int) (arg, verdict) {
	a := arg{kind: argList}
	if r.opened++; depth > MaxDepth || r.lists > 0 && r.opened > r.lists {
		return a, r.bad("Too many '('")
	}
	for {
		r.blanks()
		switch {
		case r.pos >= len(r.in):
			return a, readMore
		case r.eol():
			return a, r.bad("Missing ')'")
		case r.in[r.pos] == ')':
			r.pos++
			return a, readOK
		}
		item, v := r.one(depth)
		if v != readOK {
			return a, v
		}
		a.list = append(a.list, item)
	}
}

// word reads an atom. Dovecot takes wildcards and "]" in it as well.
func (r *reader) word(depth int) (arg, verdict) {
	from := r.pos
	for ; r.pos < len(r.in); r.pos++ {
		switch c := r.in[r.pos]; {
		case c == ' ' || c == '\r' || c == '\n' || c == ')' && depth > 0:
			return atomArg(string(r.in[from:r.pos])), readOK
		case c == ')':
			return arg{}, r.bad("Unexpected ')'")
		case c == '"' || c == '(' || c == '{' || c < ' ' || c == 0x7f:
			return arg{}, r.bad("Invalid characters in atom")
		case c >= 0x80:
			return arg{}, r.bad("8bit data in atom")
		}
	}
	return arg{}, readMore
}

func atomArg(text string) arg {
	a := arg{text: text}
	if strings.EqualFold(text, "NIL") {
		a.kind = argNil
	}
	return a
}

// quoted reads a quoted string. A backslash takes any character literally.
func (r *reader) quoted() (arg, verdict) {
	r.pos++
	from, plain := r.pos, true
	for ; r.pos < len(r.in); r.pos++ {
		switch r.in[r.pos] {
		case '"':
			text := string(r.in[from:r.pos])
			r.pos++
			if !plain {
				text = unescape(text)
			}
			return arg{kind: argString, text: text}, readOK
		case '\\':
			plain = false
			if r.pos+1 < len(r.in) && r.in[r.pos+1] != '\r' && r.in[r.pos+1] != '\n' {
				r.pos++
			}
		case '\r', '\n':
			r.pos = from
			return arg{}, r.bad(`Missing '"'`)
		case 0:
			r.pos = from
			return arg{}, r.bad("NULs not allowed in strings")
		}
	}
	return arg{}, readMore
}

// unescape takes the backslashes out of a quoted string.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// size reads "{n}" or "{n+}" with its line end (RFC 7888 §4) and moves behind
// it.
func (r *reader) size() (n int, sync bool, v verdict) {
	i := r.pos + 1
	from := i
	for i < len(r.in) && r.in[i] >= '0' && r.in[i] <= '9' {
		i++
	}
	if i >= len(r.in) {
		return 0, false, readMore
	}
	digits := string(r.in[from:i])
	sync = true
	if r.in[i] == '+' {
		sync = false
		i++
	}
	if i >= len(r.in) {
		return 0, sync, readMore
	}
	if r.in[i] != '}' {
		r.pos = from
		if !sync {
			return 0, sync, r.bad("Expecting '}' after '+'")
		}
		return 0, sync, r.bad("Invalid literal size")
	}
	i++
	if i < len(r.in) && r.in[i] == '\r' {
		i++
	}
	if i >= len(r.in) {
		return 0, sync, readMore
	}
	if r.in[i] != '\n' {
		r.pos = i
		return 0, sync, r.bad("Missing LF after literal size")
	}
	if digits == "" {
		digits = "0"
	}
	size, err := strconv.ParseInt(digits, 10, 63)
	if err != nil || size > 1<<31 {
		r.err = "Literal size too large"
		return 0, sync, readDead
	}
	r.pos = i + 1
	return int(size), sync, readOK
}

// met counts a synchronising literal.
func (r *reader) met() {
	r.prompts++
	if r.prompt != nil {
		r.prompt(r.prompts)
	}
}

// octets reads a literal.
func (r *reader) octets() (arg, verdict) {
	n, sync, v := r.size()
	if v != readOK {
		return arg{}, v
	}
	if r.literals += n; r.literals > r.literal {
		r.err = "Literal size too large"
		return arg{}, readDead
	}
	if sync {
		r.met()
	}
	if len(r.in)-r.pos < n {
		return arg{}, readMore
	}
	a := arg{kind: argLiteral, text: string(r.in[r.pos : r.pos+n])}
	r.pos += n
	return a, readOK
}
