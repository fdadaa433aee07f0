package tui

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"mailtrek/cmd/mailtrek/internal/i18n"
	"mailtrek/protocols/wire"
)

// The file of keys is text: sections in brackets, one for each place, and lines
// "action = key key …". A line that begins with # is a remark. What the file
// does not name keeps its keys; a key that it gives to an action is taken from
// the one that had it, and that one must have another or be named in the file
// as well, so that nothing gets out of reach unnoticed.
//
//	[play]
//	next     = right space n
//	again    = N
//	before   = P
//	exchange =
//
// The last line leaves exchange without a key; the palette still has it.

// The limits of a file of keys.
const (
	maxKeyFile  = 64 << 10 // octets
	maxKeysEach = 9        // keys of one action
)

// KeyError is a fault in a file of keys.
type KeyError struct {
	File      string
	Line, Col int // from 1, the column in characters
	Msg       string
}

// Error is FILE:LINE:COLUMN: what is wrong, and what to write instead.
func (e *KeyError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.Msg)
}

// KeyErrors are the faults of a file, in the order of its lines.
type KeyErrors []*KeyError

// Error is the faults, one a line.
func (e KeyErrors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}

// ReadKeys reads a file of keys; name is what errors call it. The error is a
// KeyErrors.
func ReadKeys(name string, text []byte) (*Keys, error) {
	r := &keyReader{file: wire.Visible(name), own: map[place]map[string][]string{}, given: map[place]map[string]givenKey{}}
	if len(text) > maxKeyFile {
		r.fault(1, 1, fmt.Sprintf("the file has %d octets; at most %d are read", len(text), maxKeyFile))
		return nil, r.faults
	}
	for i, line := range strings.Split(string(text), "\n") {
		r.line(i+1, strings.TrimSuffix(line, "\r"))
	}
	k := &Keys{layouts: map[place]*layout{}}
	for _, t := range tables() {
		if own := r.own[t.at]; own != nil {
			r.robbed(t.at, t.binds)
			k.layouts[t.at] = bound(t.binds, own)
		}
	}
	if len(r.faults) > 0 {
		slices.SortStableFunc(r.faults, func(a, b *KeyError) int { return a.Line - b.Line })
		return nil, r.faults
	}
	return k, nil
}

// givenKey is where a key was given to an action.
type givenKey struct {
	action    string
	line, col int
}

// keyReader reads a file of keys line by line.
type keyReader struct {
	file   string
	at     place
	own    map[place]map[string][]string
	given  map[place]map[string]givenKey
	faults KeyErrors
}

func (r *keyReader) fault(line, col int, msg string) {
	if len(r.faults) < 20 {
		r.faults = append(r.faults, &KeyError{r.file, line, col, msg})
	}
}

// column is the column of the octet i of a line.
func column(line string, i int) int { return utf8.RuneCountInString(line[:i]) + 1 }

func (r *keyReader) line(n int, line string) {
	trimmed := strings.TrimSpace(line)
	col := column(line, strings.Index(line, trimmed))
	switch {
	case trimmed == "" || trimmed[0] == '#':
	case trimmed[0] == '[' && trimmed[len(trimmed)-1] == ']':
		r.section(n, col, strings.TrimSpace(trimmed[1:len(trimmed)-1]))
	case r.at == "":
		r.fault(n, col, "a section has to come first: [play], [seat], [lesson] or [home]")
	case !strings.Contains(line, "="):
		r.fault(n, col, "expected ACTION = KEY KEY …, there is no =")
	default:
		r.binding(n, line)
	}
}

func (r *keyReader) section(n, col int, name string) {
	var known []string
	for _, t := range tables() {
		known = append(known, string(t.at))
	}
	if !slices.Contains(known, name) {
		r.at = ""
		r.fault(n, col, fmt.Sprintf("there is no section [%s]%s; known: %s", wire.Visible(name), meantPerhaps(name, known), strings.Join(known, ", ")))
		return
	}
	r.at = place(name)
	if r.own[r.at] == nil {
		r.own[r.at], r.given[r.at] = map[string][]string{}, map[string]givenKey{}
	}
}

// meantPerhaps names the known word that is nearest to one.
func meantPerhaps(word string, known []string) string {
	if near := wire.Nearest(word, known); near != "" {
		return fmt.Sprintf("; did you mean %s?", near)
	}
	return ""
}

// binding is a line ACTION = KEY KEY ….
func (r *keyReader) binding(n int, line string) {
	left, right, _ := strings.Cut(line, "=")
	action := strings.TrimSpace(left)
	col := column(line, max(strings.Index(line, action), 0))
	var binds []named
	for _, t := range tables() {
		if t.at == r.at {
			binds = t.binds
		}
	}
	i := slices.IndexFunc(binds, func(b named) bool { return b.name == action })
	if i < 0 {
		var known []string
		for _, b := range binds {
			known = append(known, b.name)
		}
		near := meantPerhaps(action, known)
		if near == "" {
			near = "; 'mailtrek list keys' names them all"
		}
		r.fault(n, col, fmt.Sprintf("[%s] has no action %q%s", r.at, wire.Visible(action), near))
		return
	}
	if _, twice := r.own[r.at][action]; twice {
		r.fault(n, col, fmt.Sprintf("%s has got its keys already, further up; write all keys of an action on one line", action))
		return
	}
	list := r.keysOf(n, line, len(left)+1, right, action)
	r.own[r.at][action] = list
	if action == "lens-number" && len(list) != 9 {
		r.fault(n, col, fmt.Sprintf("lens-number needs nine keys, one for each lens, not %d", len(list)))
	}
}

// keysOf are the keys that a line gives to an action.
func (r *keyReader) keysOf(n int, line string, from int, text, action string) []string {
	list := []string{}
	for i := 0; i < len(text); {
		if text[i] == ' ' || text[i] == '\t' {
			i++
			continue
		}
		end := i
		for end < len(text) && text[end] != ' ' && text[end] != '\t' {
			end++
		}
		col := column(line, from+i)
		if name := text[i:end]; r.mayBe(n, col, name, action) {
			list = append(list, name)
			r.given[r.at][name] = givenKey{action, n, col}
		}
		i = end
	}
	if len(list) > maxKeysEach {
		r.fault(n, 1, fmt.Sprintf("%s has %d keys; at most %d are kept", action, len(list), maxKeysEach))
	}
	return list
}

// mayBe tells whether a key can be given to an action, and says why not.
func (r *keyReader) mayBe(n, col int, name, action string) bool {
	_, ok := keyCalled(name)
	before, taken := r.given[r.at][name]
	switch {
	case !ok:
		var known []string
		for _, s := range specialKeys {
			known = append(known, s.name)
		}
		near := meantPerhaps(strings.ToLower(name), known)
		if near == "" {
			near = "; a key is a character, a name like right, enter, f5, or one with ctrl+, alt+, shift+ before it"
		}
		r.fault(n, col, fmt.Sprintf("no key is called %q%s", wire.Visible(name), near))
	case name == "ctrl+c":
		r.fault(n, col, "ctrl+c always leaves the program; it can have no other meaning")
	case r.at == inSeat && typesText(name):
		r.fault(n, col, fmt.Sprintf("at a seat %q is typed into the line; use ctrl+ or alt+ or a key that is no character", wire.Visible(name)))
	case taken && before.action == action:
		r.fault(n, col, fmt.Sprintf("%s has the key %s twice", action, wire.Visible(name)))
	case taken:
		r.fault(n, col, fmt.Sprintf("the key %s cannot mean both %s and %s (line %d)", wire.Visible(name), action, before.action, before.line))
	default:
		return true
	}
	return false
}

// robbed finds actions that the file does not name and that lost keys to
// others. They go on with what is left to them; with nothing left is a fault.
func (r *keyReader) robbed(at place, binds []named) {
	for _, b := range binds {
		if _, own := r.own[at][b.name]; own {
			continue
		}
		var thief givenKey
		var left []string
		for _, k := range b.Keys() {
			if g, taken := r.given[at][k]; taken {
				thief = g
			} else {
				left = append(left, k)
			}
		}
		switch {
		case thief.action == "":
		case len(left) == 0 || b.name == "lens-number":
			r.fault(thief.line, thief.col, fmt.Sprintf("this key belongs to %s, which [%s] leaves as it is: add %q there, with other keys or with none", b.name, at, b.name+" ="))
		default:
			r.own[at][b.name] = left
		}
	}
}

// WriteKeys writes the file of keys with the keys as they are, each action with
// what it does in a language: something to start from.
func WriteKeys(out io.Writer, k *Keys, lang string) error {
	w, _ := i18n.In(lang)
	var b strings.Builder
	for line := range strings.Lines(w.T("keyfile.head")) {
		b.WriteString("# " + strings.TrimRight(line, "\n") + "\n")
	}
	at := ""
	for _, row := range ListKeys(k, lang) {
		if row.Place != at {
			at = row.Place
			fmt.Fprintf(&b, "\n# %s\n[%s]\n", w.T("keyfile."+at), at)
		}
		fmt.Fprintf(&b, "# %s\n%s\n", row.Does, strings.TrimRight(row.Action+" = "+strings.Join(row.Keys, " "), " "))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// describe says what the actions of a place do, by their names.
func describe(at place, w *i18n.Words) map[string]string {
	rows := map[place][]helpRow{inSeat: seatKeys.rows(), inLesson: learnKeys.rows(), atHome: homeKeys.rows()}[at]
	out := map[string]string{}
	for _, t := range tables() {
		for _, b := range t.binds {
			if t.at != at {
				continue
			}
			out[b.name] = w.T("do." + b.name)
			for _, row := range rows {
				for _, k := range row.keys {
					if len(k.Keys()) > 0 && k.Keys()[0] == b.Keys()[0] {
						out[b.name] = w.T(row.text)
					}
				}
			}
		}
	}
	return out
}

// KeyRow is an action with its keys, for lists.
type KeyRow struct {
	Place  string   `json:"place"` // the section of the file
	Action string   `json:"action"`
	Keys   []string `json:"keys"`
	Does   string   `json:"does"` // in the language that was asked for
}

// ListKeys are all actions with the keys as they are; k may be nil.
func ListKeys(k *Keys, lang string) []KeyRow {
	w, _ := i18n.In(lang)
	var out []KeyRow
	for _, t := range tables() {
		does := describe(t.at, w)
		for _, n := range t.binds {
			names := n.Keys()
			if own, ok := k.own(t.at, n.Binding); ok {
				names = own
			}
			names = slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "ctrl+c" })
			out = append(out, KeyRow{string(t.at), n.name, names, does[n.name]})
		}
	}
	return out
}
