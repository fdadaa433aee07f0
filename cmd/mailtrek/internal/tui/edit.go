package tui

import (
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// edit is a line that is being typed, with a cursor in it.
type edit struct {
	text string
	at   int // the cursor, in octets
}

// editLimit is the longest line that can be typed or pasted, in octets.
const editLimit = 4096

// set replaces the text; the cursor goes to its end.
func (l *edit) set(text string) { l.text, l.at = text, len(text) }

// insert puts text at the cursor, without control characters.
// It tells whether there was room for it.
func (l *edit) insert(s string) bool {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	if len(l.text)+len(s) > editLimit {
		return false
	}
	l.text = l.text[:l.at] + s + l.text[l.at:]
	l.at += len(s)
	return true
}

// press takes a key; false when the key is none that edits.
func (l *edit) press(k tea.KeyPressMsg) bool {
	before, behind := l.text[:l.at], l.text[l.at:]
	switch k.String() {
	case "left", "ctrl+b":
		_, n := utf8.DecodeLastRuneInString(before)
		l.at -= n
	case "right", "ctrl+f":
		_, n := utf8.DecodeRuneInString(behind)
		l.at += n
	case "home", "ctrl+a":
		l.at = 0
	case "end", "ctrl+e":
		l.at = len(l.text)
	case "backspace", "ctrl+h":
		_, n := utf8.DecodeLastRuneInString(before)
		l.at -= n
		l.text = before[:len(before)-n] + behind
	case "delete", "ctrl+d":
		_, n := utf8.DecodeRuneInString(behind)
		l.text = before + behind[n:]
	case "ctrl+u":
		l.text, l.at = behind, 0
	case "ctrl+k":
		l.text = before
	case "ctrl+w":
		cut := strings.TrimRight(before, " ")
		cut = cut[:strings.LastIndexByte(cut, ' ')+1]
		l.text, l.at = cut+behind, len(cut)
	default:
		text := k.Key().Text
		if text == "" {
			return false
		}
		l.insert(text)
	}
	return true
}

// draw writes the line from x on, with the cursor in sight.
func (l *edit) draw(r Region, x, y int, st Style) {
	room := r.W - x - 1
	before := l.text[:l.at]
	for textWidth(before) > room && before != "" {
		_, n := utf8.DecodeRuneInString(before)
		before = before[n:]
	}
	x = r.Put(x, y, st, before)
	under, behind := " ", l.text[l.at:]
	if behind != "" {
		_, n := utf8.DecodeRuneInString(behind)
		under, behind = behind[:n], behind[n:]
	}
	x = r.Put(x, y, Plain|Reverse, under)
	r.PutMax(x, y, r.W-x, st, behind)
}
