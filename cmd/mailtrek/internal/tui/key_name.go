package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// A key has a name: "x", "?", "right", "ctrl+s", "shift+f5". The file of keys
// uses these names, and so does the program itself; they are the ones that
// Bubble Tea gives to the keys of a terminal. On the screen they look shorter:
// "→", "Ctrl-S".

// specialKeys are the keys that are no characters, with what the screen shows.
var specialKeys = []struct {
	name, shown string
	code        rune
}{
	{"up", "↑", tea.KeyUp}, {"down", "↓", tea.KeyDown}, {"left", "←", tea.KeyLeft}, {"right", "→", tea.KeyRight},
	{"home", "Home", tea.KeyHome}, {"end", "End", tea.KeyEnd}, {"pgup", "PgUp", tea.KeyPgUp}, {"pgdown", "PgDn", tea.KeyPgDown},
	{"tab", "Tab", tea.KeyTab}, {"enter", "Enter", tea.KeyEnter}, {"esc", "Esc", tea.KeyEscape}, {"space", "space", tea.KeySpace},
	{"backspace", "Bksp", tea.KeyBackspace}, {"delete", "Del", tea.KeyDelete}, {"insert", "Ins", tea.KeyInsert},
	{"f1", "F1", tea.KeyF1}, {"f2", "F2", tea.KeyF2}, {"f3", "F3", tea.KeyF3}, {"f4", "F4", tea.KeyF4}, {"f5", "F5", tea.KeyF5}, {"f6", "F6", tea.KeyF6},
	{"f7", "F7", tea.KeyF7}, {"f8", "F8", tea.KeyF8}, {"f9", "F9", tea.KeyF9}, {"f10", "F10", tea.KeyF10}, {"f11", "F11", tea.KeyF11}, {"f12", "F12", tea.KeyF12},
}

// modifiers are what may stand before a key, in the order in which they are
// written.
var modifiers = []struct {
	name, shown string
	mod         tea.KeyMod
}{{"ctrl+", "Ctrl-", tea.ModCtrl}, {"alt+", "Alt-", tea.ModAlt}, {"shift+", "⇧", tea.ModShift}}

// keyCalled is the key of a name, as a terminal sends it; ok is false when
// there is none. A letter with shift is written as the capital letter.
func keyCalled(name string) (k tea.KeyPressMsg, ok bool) {
	var mod tea.KeyMod
	rest := name
	for _, m := range modifiers {
		if r, cut := strings.CutPrefix(rest, m.name); cut && r != "" {
			mod, rest = mod|m.mod, r
		}
	}
	for _, s := range specialKeys {
		if s.name == rest {
			k := tea.Key{Code: s.code, Mod: mod}
			if s.code == tea.KeySpace && mod == 0 {
				k.Text = " "
			}
			return tea.KeyPressMsg(k), true
		}
	}
	r, n := utf8.DecodeRuneInString(rest)
	switch {
	case n != len(rest) || r == utf8.RuneError || !unicode.IsGraphic(r) || unicode.IsSpace(r):
		return k, false
	case mod&tea.ModShift != 0, mod != 0 && unicode.IsUpper(r):
		return k, false
	case mod != 0:
		return tea.KeyPressMsg(tea.Key{Code: r, Mod: mod}), true
	}
	return tea.KeyPressMsg(tea.Key{Code: unicode.ToLower(r), Text: rest}), true
}

// typesText tells whether the key of a name puts a character into a line.
func typesText(name string) bool {
	k, _ := keyCalled(name)
	return k.Text != ""
}

// keyShown is a key as the screen names it.
func keyShown(name string) string {
	before, rest := "", name
	for _, m := range modifiers {
		if r, cut := strings.CutPrefix(rest, m.name); cut && r != "" {
			before, rest = before+m.shown, r
		}
	}
	for _, s := range specialKeys {
		if s.name == rest {
			return before + s.shown
		}
	}
	if before != "" {
		rest = strings.ToUpper(rest)
	}
	return before + rest
}

// keysShown are several keys as the screen names them; nine in a row of the
// digits are "1 … 9".
func keysShown(names []string) string {
	if len(names) == 9 && names[0] == "1" && names[8] == "9" {
		return "1 … 9"
	}
	shown := make([]string, len(names))
	for i, n := range names {
		shown[i] = keyShown(n)
	}
	return strings.Join(shown, " ")
}

// keysIn are the names of the keys in a text of the last row: "←→", "[ ]",
// "Ctrl-Z". ok is false when something in it is no key.
func keysIn(text string) (names []string, ok bool) {
	for _, word := range strings.Fields(text) {
		for word != "" {
			name, n := keyAhead(word)
			if n == 0 {
				return nil, false
			}
			names, word = append(names, name), word[n:]
		}
	}
	return names, len(names) > 0
}

// keyAhead is the key with which a text begins, and how long it is.
func keyAhead(text string) (name string, n int) {
	before := ""
	for _, m := range modifiers {
		if strings.HasPrefix(text[n:], m.shown) && len(text) > n+len(m.shown) {
			before, n = before+m.name, n+len(m.shown)
		}
	}
	rest := text[n:]
	for _, s := range specialKeys {
		if rest == s.shown || len([]rune(s.shown)) == 1 && strings.HasPrefix(rest, s.shown) {
			return before + s.name, n + len(s.shown)
		}
	}
	if utf8.RuneCountInString(rest) != 1 {
		return "", 0
	}
	if before != "" {
		rest = strings.ToLower(rest)
	}
	return before + rest, len(text)
}
