package tui

// sheetRows is how long a page can be that is looked at through a window.
const sheetRows = 300

// window draws a page that may be longer than the region and shows it from the
// row scroll on, as far as there is something. It tells which row it began with
// and how many rows are hidden below.
func (r Region) window(scroll int, draw func(sheet Region)) (top, below int) {
	c := NewCanvas(r.W, sheetRows)
	c.ascii = r.c.ascii
	draw(c.All())
	used := sheetRows
	for used > 0 && blankRow(c.cells[(used-1)*c.w:used*c.w]) {
		used--
	}
	top = min(max(scroll, 0), max(used-r.H, 0))
	for y := 0; y < r.H && top+y < used; y++ {
		copy(r.c.cells[(r.Y+y)*r.c.w+r.X:(r.Y+y)*r.c.w+r.X+r.W], c.cells[(top+y)*c.w:(top+y+1)*c.w])
	}
	return top, max(used-top-r.H, 0)
}

// blankRow tells whether nothing stands in a row.
func blankRow(row []cell) bool {
	for _, at := range row {
		if at.text != "" || at.width != 1 {
			return false
		}
	}
	return true
}
