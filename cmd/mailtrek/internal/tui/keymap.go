package tui

import (
	"reflect"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// The screens know their keys by the names that the tables in keys.go and its
// neighbours give them. Whoever wants other keys puts a Keys in front of the
// screens, like a keyboard layout: it turns the key that was pressed into the
// one that the screen knows, and the help into the keys that are to be pressed.
// Nothing behind it need know that there is such a thing.

// place is where keys mean something: each has a table of its own, and a
// section in the file of keys.
type place string

const (
	inPlay   place = "play"   // a story: lenses, comparison
	inSeat   place = "seat"   // where one types
	inLesson place = "lesson" // goes before the keys of play
	atHome   place = "home"   // the first screen
)

// named is a binding with its name in the file of keys.
type named struct {
	name string
	key.Binding
}

// tables are the bindings of all places, in the order of the file of keys.
func tables() []struct {
	at    place
	binds []named
} {
	return []struct {
		at    place
		binds []named
	}{{inPlay, bindingsOf(keys)}, {inSeat, bindingsOf(seatKeys)}, {inLesson, bindingsOf(learnKeys)}, {atHome, bindingsOf(homeKeys)}}
}

// bindingsOf are the fields of a table of keys. Their names in the file are
// those of the fields: LensBack is lens-back.
func bindingsOf(table any) []named {
	v := reflect.ValueOf(table)
	var out []named
	for i := range v.NumField() {
		if b, ok := v.Field(i).Interface().(key.Binding); ok {
			out = append(out, named{dashed(v.Type().Field(i).Name), b})
		}
	}
	return out
}

// dashed is the name of a field as the file of keys has it.
func dashed(field string) string {
	switch field {
	case "Lno":
		return "lens-number"
	case "ASCII":
		return "ascii"
	}
	var b strings.Builder
	for i, r := range field {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('-')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Keys says which keys are to be pressed. The zero value, and nil, are the keys
// as they come.
type Keys struct {
	layouts map[place]*layout
	spoken  map[string]string // in place of keys, by the first key of a binding: the commands of the linear player
}

// layout is the keys of one place.
type layout struct {
	meant map[string]string   // from a key to the one that the screen knows; "" does nothing
	own   map[string][]string // from the first key of a binding as it comes to those to be pressed
}

// meant is the key that the screen is to get where one was pressed.
func (k *Keys) meant(at place, pressed tea.KeyPressMsg) tea.KeyPressMsg {
	l := k.layout(at)
	if l == nil {
		return pressed
	}
	name, ok := l.meant[pressed.String()]
	if !ok {
		return pressed
	}
	known, _ := keyCalled(name)
	return known
}

func (k *Keys) layout(at place) *layout {
	if k == nil {
		return nil
	}
	return k.layouts[at]
}

// shown are the keys of a binding as the help names them.
func (k *Keys) shown(at place, b key.Binding) string {
	if own, ok := k.own(at, b); ok {
		return keysShown(own)
	}
	return b.Help().Key
}

// own are the keys that a binding got; ok is false where it has those it came
// with.
func (k *Keys) own(at place, b key.Binding) (own []string, ok bool) {
	l := k.layout(at)
	if l == nil || len(b.Keys()) == 0 {
		return nil, false
	}
	own, ok = l.own[b.Keys()[0]]
	return own, ok
}

// first is the shortest way to name a binding: the first of its keys that is a
// character, else its first key.
func (k *Keys) first(at place, b key.Binding) string {
	names := b.Keys()
	if own, ok := k.own(at, b); ok {
		names = own
	}
	if len(names) == 0 {
		return "–"
	}
	if k != nil && k.spoken[names[0]] != "" {
		return k.spoken[names[0]]
	}
	for _, n := range names {
		if utf8.RuneCountInString(n) == 1 {
			return n
		}
	}
	return keyShown(names[0])
}

// brief is an entry of the last row with the keys as they are.
func (k *Keys) brief(at place, text string) string {
	names, ok := keysIn(text)
	if k == nil || !ok {
		return text
	}
	places := []place{at}
	if at == inLesson { // behind its keys are those of the play
		places = append(places, inPlay)
	}
	changed := false
	for i, n := range names {
		for _, at := range places {
			if key, ok := k.layout(at).instead(at, n); ok {
				names[i], changed = key, true
				break
			}
		}
	}
	if !changed {
		return text
	}
	return keysShown(names)
}

// instead is the key to press where the screen knows one as n.
func (l *layout) instead(at place, n string) (string, bool) {
	if l == nil {
		return "", false
	}
	for _, t := range tables() {
		if t.at != at {
			continue
		}
		for _, b := range t.binds {
			for i, known := range b.Keys() {
				if known != n {
					continue
				}
				own, ok := l.own[b.Keys()[0]]
				switch {
				case !ok:
					return "", false
				case len(own) == 0:
					return "–", true
				case b.name == "lens-number":
					return own[i], true
				}
				return own[0], true
			}
		}
	}
	return "", false
}

// keyPlace is where the keys that are pressed now have their meaning; nowhere
// while something is being typed.
func (p *Player) keyPlace() place {
	switch {
	case p.prompt != nil || p.palette != nil || p.form != nil || p.copying:
		return ""
	case p.board != nil:
		return inSeat
	}
	return inPlay
}

// meant is the key that the player is to get where one was pressed.
func (p *Player) meant(pressed tea.KeyPressMsg) tea.KeyPressMsg {
	return p.look.keys.meant(p.keyPlace(), pressed)
}

// bound makes the layout of a place from the keys that some bindings have got.
func bound(binds []named, own map[string][]string) *layout {
	l := &layout{meant: map[string]string{}, own: map[string][]string{}}
	for _, b := range binds {
		list, ok := own[b.name]
		if !ok {
			continue
		}
		known := b.Keys()
		l.own[known[0]] = list
		for _, k := range known { // no longer theirs
			if k != "ctrl+c" {
				l.meant[k] = ""
			}
		}
	}
	for _, b := range binds {
		for i, k := range own[b.name] {
			known := b.Keys()[0]
			if b.name == "lens-number" {
				known = b.Keys()[i]
			}
			l.meant[k] = known
		}
	}
	return l
}
