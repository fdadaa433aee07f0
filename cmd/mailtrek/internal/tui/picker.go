package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// choice is something that can be chosen from a list.
type choice struct {
	text string // what is chosen
	note string // what it is
	id   string // what the program calls it; empty: as text
}

// key is what the program calls a choice.
func (c choice) key() string {
	if c.id != "" {
		return c.id
	}
	return c.text
}

// picker is a list to choose from, which becomes shorter while one types. Where
// it is free, what is typed may be something that is not in the list.
type picker struct {
	line edit
	all  []choice
	at   int // the selected one; -1 is what is typed
	free bool
	kept string // what stood there in the beginning: it filters nothing
}

func newPicker(all []choice, free bool, text string) *picker {
	k := &picker{all: all, free: free, kept: text}
	k.line.set(text)
	k.at = k.first()
	return k
}

// first is what is selected while one types: where anything may stand, what is
// typed.
func (k *picker) first() int {
	if k.free && k.line.text != "" {
		return -1
	}
	return 0
}

// shown are the choices that have all words of what is typed.
func (k *picker) shown() []choice {
	if k.line.text == k.kept {
		return k.all
	}
	words := strings.Fields(strings.ToLower(k.line.text))
	var out []choice
next:
	for _, c := range k.all {
		low := strings.ToLower(c.text + " " + c.note)
		for _, w := range words {
			if !strings.Contains(low, w) {
				continue next
			}
		}
		out = append(out, c)
	}
	return out
}

// press takes a key; done tells that c was chosen, gone that the list is to be
// closed.
func (k *picker) press(key tea.KeyPressMsg) (c choice, done, gone bool) {
	list := k.shown()
	least := 0
	if k.free {
		least = -1
	}
	switch key.String() {
	case "esc":
		return c, false, true
	case "enter":
		switch {
		case k.at >= 0 && k.at < len(list):
			return list[k.at], true, false
		case k.free:
			text := strings.TrimSpace(k.line.text)
			return choice{text: text}, text != "", false
		}
	case "tab":
		if i := max(k.at, 0); i < len(list) {
			k.line.set(list[i].text)
			k.at = k.first()
		}
	case "down", "ctrl+n":
		if k.at++; k.at >= len(list) {
			k.at = least
		}
	case "up", "ctrl+p":
		if k.at--; k.at < least {
			k.at = len(list) - 1
		}
	case "pgdown":
		k.at = min(k.at+10, len(list)-1)
	case "pgup":
		k.at = max(k.at-10, least)
	default:
		if old := k.line.text; k.line.press(key) && k.line.text != old {
			k.at = k.first()
		}
	}
	k.at = max(k.at, least)
	return c, false, false
}

// paste puts text into the line.
func (k *picker) paste(text string) {
	k.line.insert(text)
	k.at = k.first()
}

// draw writes the line and below it the list.
func (k *picker) draw(in *Instant, r Region) {
	x := r.Put(0, 0, Accent, "> ")
	k.line.draw(r, x, 0, Plain)
	list := k.shown()
	if len(list) == 0 {
		if !k.free {
			r.PutMax(2, 2, r.W-2, Quiet, in.Words.T("choose.none"))
		}
		return
	}
	room, wide := r.H-2, 0
	for _, c := range list {
		wide = max(wide, textWidth(c.text))
	}
	wide = min(wide, r.W*2/3)
	top := max(min(k.at-room/2, len(list)-room), 0)
	for y := 0; y < room && top+y < len(list); y++ {
		c := list[top+y]
		st := Plain
		if top+y == k.at {
			st = Accent
			r.Put(0, 2+y, Accent, in.Glyphs.Cursor)
		}
		r.PutMax(2, 2+y, wide, st, c.text)
		r.PutMax(wide+4, 2+y, r.W-wide-4, Quiet, c.note)
	}
	if n := len(list) - top - room; n > 0 {
		r.Fill(0, r.H-1, r.W, Plain, " ")
		r.PutMax(2, r.H-1, r.W-2, Quiet, in.Words.T("choose.more", "n", itoa(n+1)))
	}
}
