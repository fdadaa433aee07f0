package tui

import (
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// The list of the home screen: a line for each item under the heading of its
// group, and beside it or below it what the selected one is about.

// homeGroups are the folders of scenarios that have a heading, in the order of
// the screen. A folder that is not named here stands under its own name.
var homeGroups = []string{"", "course", "routing", "lab"}

// rank orders items by their group.
func (it Item) rank() int {
	if it.Lesson {
		return 0
	}
	for i, g := range homeGroups {
		if g == it.Group {
			return i + 1
		}
	}
	return len(homeGroups) + 1
}

// heading is what stands above the items of a group.
func (it Item) heading(in *Instant) string {
	switch {
	case it.Lesson:
		return in.Words.T("home.lessons")
	case it.Group == "":
		return in.Words.T("home.scenarios")
	case it.rank() > len(homeGroups):
		return it.Group
	}
	return in.Words.T("home." + it.Group)
}

// has tells whether each of the words stands in the item.
func (it Item) has(words []string) bool {
	text := strings.ToLower(it.Title + "\n" + it.ID + "\n" + it.Summary)
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// shown are the items that have the words that are looked for.
func (a *App) shown() []Item {
	if a.find == nil || strings.TrimSpace(a.find.text) == "" {
		return a.cfg.Items
	}
	words := strings.Fields(strings.ToLower(a.find.text))
	var some []Item
	for _, it := range a.cfg.Items {
		if it.has(words) {
			some = append(some, it)
		}
	}
	return some
}

// seek takes a key while words are looked for; false hands it to the list.
func (a *App) seek(k tea.KeyPressMsg) bool {
	if k.String() == "enter" || len(k.Key().Text) == 0 && k.String() != "backspace" && k.String() != "ctrl+u" && !key.Matches(k, homeKeys.Leave) {
		return false
	}
	if _, gone := a.find.edit(k); gone {
		a.find = nil
	}
	a.at = 0
	return true
}

// besideWidth is the width from which on the description stands beside the
// list.
const besideWidth = 104

// page is how many items a screen shows.
func (a *App) page() int { return max(a.h-14, 3) }

// body draws the list and what the selected item is about.
func (a *App) body(in *Instant, r Region) {
	items := a.shown()
	a.at = min(a.at, len(items))
	if len(items) == 0 && a.find != nil {
		for i, line := range wrap(in.Words.T("home.nothing", "what", oneLine([]byte(a.find.text))), min(r.W-4, 76)) {
			r.Put(3, i, Plain, line)
		}
		a.list(in, items, r.Sub(0, 3, min(r.W, 100), r.H-4))
		return
	}
	if r.W >= besideWidth {
		w := min(r.W*11/20, 84)
		a.list(in, items, r.Sub(0, 0, w, r.H-1))
		for y := 0; y < r.H-1; y++ {
			r.Put(w+1, y, Rule, in.Glyphs.V)
		}
		a.about(in, items, r.Sub(w+4, 0, min(r.W-w-6, 76), r.H-1))
		return
	}
	lines := min(max((r.H-4)/4, 2), 4)
	a.list(in, items, r.Sub(0, 0, r.W, r.H-lines-2))
	r.Fill(0, r.H-lines-1, r.W, Rule, in.Glyphs.H)
	for i, line := range a.summary(in, items, r.W-2) {
		if i < lines {
			r.Put(1, r.H-lines+i, Plain, line)
		}
	}
}

// summary is what the selected item is about, in lines of that width.
func (a *App) summary(in *Instant, items []Item, w int) []string {
	if a.at < len(items) {
		return wrap(items[a.at].Summary, w)
	}
	return wrap(in.Words.T("home.openhint"), w)
}

// about is the description of the selected item.
func (a *App) about(in *Instant, items []Item, r Region) {
	title, command := in.Words.T("home.open"), "mailtrek open FILE"
	if a.at < len(items) {
		it := items[a.at]
		title, command = it.Title, "mailtrek play "+it.ID
		if it.Lesson {
			command = "mailtrek learn " + it.ID
		}
	}
	y := 0
	for _, line := range wrap(title, r.W) {
		r.Put(0, y, Title, line)
		y++
	}
	if a.at < len(items) && items[a.at].Note != "" {
		r.PutMax(0, y, r.W, Quiet, items[a.at].Note)
		y++
	}
	y++
	for _, line := range a.summary(in, items, r.W) {
		r.Put(0, y, Plain, line)
		y++
	}
	r.PutMax(0, y+1, r.W, Quiet, in.Words.T("home.run"))
	r.PutMax(0, y+2, r.W, Quiet, "  "+command)
	if a.at < len(items) {
		r.reading(0, y+4, items[a.at].Reading, in)
	}
}

// reading lays a document from row y on; where it does not end before the
// region does, the last row says that it goes on.
func (r Region) reading(x, y int, md string, in *Instant) {
	lines := layProse(md, r.W-x, in.Glyphs)
	if len(lines) > 0 {
		r.Fill(x, y, r.W, Rule, in.Glyphs.H)
		y += 2
	}
	for i, line := range lines {
		if y+i == r.H-1 && i < len(lines)-1 {
			r.Put(x, y+i, Quiet, "…")
			return
		}
		r.putProse(x, y+i, line)
	}
}

// homeRow is one row of the list.
type homeRow struct {
	item int // -1 for a heading or a blank
	text string
	note string
}

// rows are the rows of the whole list.
func (a *App) rows(in *Instant, items []Item) []homeRow {
	var rows []homeRow
	heading := ""
	for i, it := range items {
		if head := it.heading(in); head != heading {
			if i > 0 {
				rows = append(rows, homeRow{item: -1})
			}
			heading = head
			rows = append(rows, homeRow{item: -1, text: head})
		}
		note := it.ID
		if it.Note != "" {
			note = it.Note + "  " + note
		}
		rows = append(rows, homeRow{i, it.Title, note})
	}
	return append(rows, homeRow{item: -1}, homeRow{item: len(items), text: in.Words.T("home.open")})
}

// list draws the items with the selected one in sight, and its heading if it
// is the first one of its group.
func (a *App) list(in *Instant, items []Item, r Region) {
	rows := a.rows(in, items)
	at := 0
	for i, row := range rows {
		if row.item == a.at {
			at = i
		}
	}
	top := 0
	if len(rows) > r.H {
		top = min(max(at-r.H/2, 0), len(rows)-r.H)
	}
	for y := 0; y < r.H && top+y < len(rows); y++ {
		row := rows[top+y]
		if row.item < 0 {
			r.PutMax(1, y, r.W-2, Quiet, row.text)
			continue
		}
		st := Plain
		if row.item == a.at {
			st = Accent | Bold
			r.Put(1, y, Accent, in.Glyphs.Cursor)
		}
		end := r.PutMax(3, y, r.W-4, st, row.text)
		if r.W-end-4 >= textWidth(row.note) {
			r.PutRight(r.W-2, y, Quiet, row.note)
		}
	}
	if len(rows) > r.H && a.at < len(items) {
		a.count(in, len(items), r)
	}
}

// count says in the corner of a list that is longer than the screen where one
// is in it.
func (a *App) count(in *Instant, of int, r Region) {
	said := " " + in.Words.T("home.count", "n", strconv.Itoa(a.at+1), "of", strconv.Itoa(of)) + " "
	r.c.put(r.c.w-1-textWidth(said), r.Y-2, r.c.w, Quiet, said)
}
