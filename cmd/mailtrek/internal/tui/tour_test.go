package tui

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"mailtrek/sim/trace/tracetest"
)

// A tour presses keys in a terminal that is emulated cell by cell, and hands the
// same keys to a twin of the program that has no terminal. After each key both
// must show the same screen: what the program composes is what a person sees.

// tour is the keys that are pressed in a program. A word that begins with "="
// is text that is typed, "p" is left again before the twins are compared.
type tour struct {
	name string
	make func(t *testing.T) shower
	keys string
}

// tours press every key of every table of keys.
var tours = []tour{
	{"player", func(t *testing.T) shower {
		p, _ := actor(t, "alabala", "smtp RCPT at mail", "ladder", "en", 120, 40)
		return p
	}, "right l space left h backspace down j up k shift+right ] shift+left [ pgdown } pgup { end home > < " +
		"g =60 enter / =RCPT enter n N c L H . , ) ( r f5 R shift+f5 home + = - p home b B =queue enter m end ' c " +
		"tab shift+tab 1 2 3 J J w 4 5 J W 6 K enter 7 shift+down shift+up 8 K K enter 9 . , 2 " +
		"e E E down up x D down up x ? down up x f1 x M M A A t t t t y d y esc f =reply enter esc s u S x d : esc f2 esc"},
	{"two lenses", func(t *testing.T) shower {
		p, _ := actor(t, "alabala", "smtp RCPT at mail", "ladder", "bg", 170, 50)
		return p
	}, "s s right ] s [ s home end s 5 tab"},
	{"what if", func(t *testing.T) shower {
		p, _ := actor(t, "alabala", "connect smtp -> mail:25", "ladder", "en", 120, 40)
		return p
	}, "i down up enter enter enter enter enter right left down up x x d d tab x d S =a.md enter u i esc esc"},
	{"seat", func(t *testing.T) shower {
		p, _ := actor(t, "alabala", "smtp RCPT at mail", "ladder", "en", 120, 40)
		return p
	}, "T enter enter enter =EH tab enter =LO ctrl+u =EHLO|x.example enter up down ctrl+p ctrl+n ctrl+u =NOOP ctrl+j ctrl+t ctrl+z ctrl+u ctrl+_ ctrl+u " +
		"shift+tab alt+1 alt+2 alt+3 alt+4 alt+5 alt+6 alt+7 alt+8 alt+9 pgup pgdown shift+up shift+down =abc home =x end =y ctrl+a =x ctrl+e =y ctrl+u " +
		"f1 x ctrl+s esc ctrl+c ctrl+d right esc"},
	{"seat left by Esc", func(t *testing.T) shower {
		p, _ := actor(t, "alabala", "smtp RCPT at mail", "ladder", "pl", 80, 24)
		return p
	}, "T enter enter enter =NOOP enter shift+tab shift+tab esc"},
	{"home", func(t *testing.T) shower {
		return Home(Config{Options: Options{Theme: "mono", Lang: "en"}, Items: []Item{
			{ID: "01-dns-mx", Title: "DNS and MX routing", Lesson: true}, {ID: "alabala", Title: "A mail", Summary: "From here to there."},
			{ID: "07-null-mx", Title: "A domain that takes no mail", Group: "course"}, {ID: "mine", Title: "Писмо", Group: "own"},
		}, Load: func(string) (Loaded, error) { return Loaded{Trace: tracetest.Story()}, nil }})
	}, "down j tab up k shift+tab home end < > pgup pgdown / =mail esc esc t t t t ? x f1 x home down enter right esc right esc space esc l left esc"},
	{"lesson", func(t *testing.T) shower { return pupil(t, "en", 120, 40) },
		"pgdown pgup o o ? x enter enter enter h enter x backspace r enter esc T esc esc i esc right tab"},
}

// TestTour presses every key there is.
func TestTour(t *testing.T) {
	for _, tour := range tours {
		t.Run(tour.name, func(t *testing.T) {
			alone = true
			m, twin := tour.make(t), tour.make(t)
			alone = false
			pic := twin.paint(nil)
			w, h := max(pic.canvas.w, 80), max(pic.canvas.h, 24)
			twin.Update(tea.WindowSizeMsg{Width: w, Height: h})
			screen := newTerminal(t, m, w, h)
			screen.same(twin, "nothing")
			for word := range strings.FieldsSeq(tour.keys) {
				names := []string{word}
				if text, typed := strings.CutPrefix(word, "="); typed && text != "" {
					names = strings.Split(strings.ReplaceAll(text, "|", " "), "")
				}
				for _, name := range names {
					screen.write(octets(t, name))
					drive(twin, keyFrom(t, name))
					if name == "p" { // the clock of the terminal goes on
						screen.write("p")
						drive(twin, keyFrom(t, "p"))
						continue
					}
					screen.same(twin, name)
					if name == "esc" { // what follows at once would be a key with Alt
						time.Sleep(150 * time.Millisecond)
					}
				}
			}
			screen.write("\x03")
			screen.leaves()
		})
	}
}

// TestTourIsComplete: there is no key in a table that the tours do not press.
func TestTourIsComplete(t *testing.T) {
	pressed := map[string]bool{"q": true, "ctrl+c": true} // which end them
	for _, tour := range tours {
		for name := range strings.FieldsSeq(tour.keys) {
			pressed[name] = true
		}
	}
	for _, table := range []any{keys, seatKeys, homeKeys, learnKeys} {
		v := reflect.ValueOf(table)
		for i := range v.NumField() {
			for _, name := range v.Field(i).Interface().(key.Binding).Keys() {
				if !pressed[name] {
					t.Errorf("%s: no tour presses %s, which is %s", v.Type().Name(), name, v.Type().Field(i).Name)
				}
			}
		}
	}
}

// drive hands a key to a program without a terminal, and does what it asks for.
func drive(m tea.Model, k tea.KeyPressMsg) {
	_, cmd := m.Update(k)
	for cmd != nil && k.String() != "p" {
		msg := cmd()
		if _, quit := msg.(tea.QuitMsg); quit || msg == nil {
			return
		}
		_, cmd = m.Update(msg)
	}
}

// keyFrom is the key of a name.
func keyFrom(t *testing.T, name string) tea.KeyPressMsg {
	t.Helper()
	if name == " " {
		name = "space"
	}
	k, ok := keyCalled(name)
	if !ok {
		t.Fatalf("no key is called %q", name)
	}
	return k
}

// octets are what a terminal sends for a key.
func octets(t *testing.T, name string) string {
	t.Helper()
	special := map[string]string{
		"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F", "pgup": "\x1b[5~", "pgdown": "\x1b[6~",
		"shift+up": "\x1b[1;2A", "shift+down": "\x1b[1;2B", "shift+right": "\x1b[1;2C", "shift+left": "\x1b[1;2D", "tab": "\t", "shift+tab": "\x1b[Z",
		"enter": "\r", "esc": "\x1b", "space": " ", "backspace": "\x7f", "f1": "\x1bOP", "f2": "\x1bOQ", "f5": "\x1b[15~", "shift+f5": "\x1b[15;2~", "ctrl+_": "\x1f",
	}
	if s, ok := special[name]; ok {
		return s
	}
	if letter, ok := strings.CutPrefix(name, "ctrl+"); ok && len(letter) == 1 {
		return string(letter[0] & 0x1f)
	}
	if letter, ok := strings.CutPrefix(name, "alt+"); ok {
		return "\x1b" + letter
	}
	if utf8.RuneCountInString(name) != 1 {
		t.Fatalf("nobody knows what a terminal sends for %q", name)
	}
	return name
}

// same waits until the terminal shows what the twin does.
func (e *terminal) same(twin shower, name string) {
	e.t.Helper()
	want := trimmed(twin.paint(nil).canvas.Text())
	var got []string
	for limit := time.Now().Add(20 * time.Second); time.Now().Before(limit); time.Sleep(2 * time.Millisecond) {
		e.mu.Lock()
		got = trimmed(e.screen.String())
		e.mu.Unlock()
		if slices.Equal(got, want) {
			return
		}
	}
	e.t.Fatalf("after %s the terminal shows\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
}

// trimmed are the rows of a screen without the blanks at their ends.
func trimmed(screen string) []string {
	rows := strings.Split(screen, "\n")
	for i, row := range rows {
		rows[i] = strings.TrimRight(row, " ")
	}
	return rows
}
