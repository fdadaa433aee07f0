package trace

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// object is one line of a trace file: a JSON object whose members are strings,
// numbers, true, false or lists of strings. Members of any other form are read
// over, so that a later version may add some. What a member is asked for and
// is not sets err once.
type object struct {
	members []member
	err     error

	in   []byte
	i    int
	text []byte
}

type member struct {
	key, value string
	list       []string
	form       byte // '"' string, '0' number, 't' true or false, '[' list, '?' other
}

// maxNesting is how deep members that are read over may be nested.
const maxNesting = 64

func (o *object) fail(format string, args ...any) {
	if o.err == nil {
		o.err = fmt.Errorf(format, args...)
	}
}

func (o *object) find(key string) *member {
	for i := range o.members {
		if o.members[i].key == key {
			return &o.members[i]
		}
	}
	return nil
}

func (o *object) has(key string) bool { return o.find(key) != nil }

// str is a string, or "true" or "false"; empty when there is none.
func (o *object) str(key string) string {
	m := o.find(key)
	if m == nil {
		return ""
	}
	if m.form != '"' && m.form != 't' {
		o.fail("%q is no string", key)
	}
	return m.value
}

// num is a whole number of at most limit; 0 when there is none.
func (o *object) num(key string, limit uint64) uint64 {
	m := o.find(key)
	if m == nil {
		return 0
	}
	n, err := strconv.ParseUint(m.value, 10, 64)
	if m.form != '0' || err != nil || n > limit {
		o.fail("%q is no whole number from 0 to %d", key, limit)
		return 0
	}
	return n
}

func (o *object) list(key string) []string {
	m := o.find(key)
	if m == nil {
		return nil
	}
	if m.form != '[' {
		o.fail("%q is no list of strings", key)
	}
	return m.list
}

// seconds is a number of seconds, exactly, in nanoseconds.
func (o *object) seconds(key string) int64 {
	m := o.find(key)
	if m == nil || m.form != '0' {
		o.fail("%q is no number of seconds", key)
		return 0
	}
	whole, frac, _ := strings.Cut(m.value, ".")
	n, err := strconv.ParseUint(whole, 10, 63)
	f := uint64(0)
	if err == nil && frac != "" && len(frac) <= 9 {
		f, err = strconv.ParseUint((frac + "00000000")[:9], 10, 63)
	}
	if err != nil || len(frac) > 9 || n > math.MaxInt64/1_000_000_000-1 {
		o.fail("%q is %s, want seconds from 0 on, with at most 9 decimals", key, m.value)
		return 0
	}
	return int64(n*1e9 + f)
}

// parse reads the line. The error has no line number yet.
func (o *object) parse(line []byte) *ReadError {
	o.members, o.err, o.in, o.i = o.members[:0], nil, line, 0
	if msg := o.parseObject(); msg != "" {
		return &ReadError{Col: o.i + 1, Msg: msg}
	}
	return nil
}

func (o *object) space() {
	for o.i < len(o.in) && strings.IndexByte(" \t\r\n", o.in[o.i]) >= 0 {
		o.i++
	}
}

// take reads over c, and blanks before it, if it is next.
func (o *object) take(c byte) bool {
	o.space()
	if o.i < len(o.in) && o.in[o.i] == c {
		o.i++
		return true
	}
	return false
}

func (o *object) parseObject() string {
	if !o.take('{') {
		return `want "{"`
	}
	for first := true; !o.take('}'); first = false {
		if !first && !o.take(',') {
			return `want "," or "}"`
		}
		o.space()
		key, msg := o.parseString()
		if msg != "" {
			return msg
		}
		if !o.take(':') {
			return `want ":"`
		}
		m := member{key: key}
		if msg := o.parseValue(&m, 0); msg != "" {
			return msg
		}
		if o.has(key) {
			return fmt.Sprintf("%q stands here twice", key)
		}
		o.members = append(o.members, m)
	}
	o.space()
	if o.i < len(o.in) {
		return "something follows the object"
	}
	return ""
}

func (o *object) parseValue(m *member, depth int) (msg string) {
	o.space()
	if o.i >= len(o.in) {
		return "the line ends too early"
	}
	switch c := o.in[o.i]; {
	case depth > maxNesting:
		return fmt.Sprintf("more than %d levels", maxNesting)
	case c == '"':
		m.form = '"'
		m.value, msg = o.parseString()
		return msg
	case c == '-' || '0' <= c && c <= '9':
		start := o.i
		for o.i < len(o.in) && strings.IndexByte("+-.eE0123456789", o.in[o.i]) >= 0 {
			o.i++
		}
		m.form, m.value = '0', string(o.in[start:o.i])
		return ""
	case c == '[':
		return o.parseList(m, depth)
	case c == '{':
		return o.skipObject(m, depth)
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if strings.HasPrefix(string(o.in[o.i:min(len(o.in), o.i+5)]), word) {
			o.i += len(word)
			m.form, m.value = 't', word
			if word == "null" {
				m.form = '?'
			}
			return ""
		}
	}
	return "want a value"
}

func (o *object) parseList(m *member, depth int) string {
	o.i++
	form := byte('[')
	for first := true; !o.take(']'); first = false {
		if !first && !o.take(',') {
			return `want "," or "]"`
		}
		var item member
		if msg := o.parseValue(&item, depth+1); msg != "" {
			return msg
		}
		if item.form != '"' {
			form = '?'
		}
		m.list = append(m.list, item.value)
	}
	m.form = form
	return ""
}

func (o *object) skipObject(m *member, depth int) string {
	o.i++
	m.form = '?'
	for first := true; !o.take('}'); first = false {
		if !first && !o.take(',') {
			return `want "," or "}"`
		}
		o.space()
		if _, msg := o.parseString(); msg != "" {
			return msg
		}
		if !o.take(':') {
			return `want ":"`
		}
		var skipped member
		if msg := o.parseValue(&skipped, depth+1); msg != "" {
			return msg
		}
	}
	return ""
}

func (o *object) parseString() (s, msg string) {
	if o.i >= len(o.in) || o.in[o.i] != '"' {
		return "", "want a string"
	}
	o.i++
	o.text = o.text[:0]
	for o.i < len(o.in) {
		switch c := o.in[o.i]; {
		case c == '"':
			o.i++
			if !utf8.Valid(o.text) {
				return "", "the string is no UTF-8"
			}
			return string(o.text), ""
		case c < ' ':
			return "", "a control character stands in the string"
		case c == '\\':
			if msg := o.parseEscape(); msg != "" {
				return "", msg
			}
		default:
			o.text = append(o.text, c)
			o.i++
		}
	}
	return "", "the string has no end"
}

func (o *object) parseEscape() string {
	if o.i+1 >= len(o.in) {
		return "the string has no end"
	}
	c := o.in[o.i+1]
	if k := strings.IndexByte(`"\/bfnrt`, c); k >= 0 {
		o.text = append(o.text, "\"\\/\b\f\n\r\t"[k])
		o.i += 2
		return ""
	}
	r, ok := o.unit()
	if !ok {
		return "unknown escape"
	}
	o.i += 6
	if utf16.IsSurrogate(r) {
		low, ok := o.unit()
		if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
			return "half of a surrogate pair"
		}
		o.i += 6
	}
	o.text = utf8.AppendRune(o.text, r)
	return ""
}

// unit is the UTF-16 unit of the \uXXXX that stands next.
func (o *object) unit() (rune, bool) {
	if o.i+6 > len(o.in) || o.in[o.i] != '\\' || o.in[o.i+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(o.in[o.i+2:o.i+6]), 16, 32)
	return rune(n), err == nil
}
