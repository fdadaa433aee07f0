package tui

import "unicode/utf8"

// Region is a rectangle of a canvas with coordinates of its own; what is put
// beyond its edge is cut off.
type Region struct {
	c    *Canvas
	X, Y int // of its corner on the canvas
	W, H int
}

// Sub is the part of r at (x, y) of size w × h, as far as r reaches.
func (r Region) Sub(x, y, w, h int) Region {
	x, y = min(max(x, 0), r.W), min(max(y, 0), r.H)
	return Region{c: r.c, X: r.X + x, Y: r.Y + y, W: max(min(w, r.W-x), 0), H: max(min(h, r.H-y), 0)}
}

// Put writes s at (x, y) and returns the column behind it.
func (r Region) Put(x, y int, st Style, s string) int {
	if y < 0 || y >= r.H || x >= r.W {
		return x
	}
	return r.c.put(r.X+x, r.Y+y, r.X+r.W, st, s) - r.X
}

// PutMax is Put with at most w cells; what does not fit ends in "…".
func (r Region) PutMax(x, y, w int, st Style, s string) int {
	w = min(w, r.W-x)
	if w <= 0 || y < 0 || y >= r.H {
		return x
	}
	if textWidth(s) <= w {
		return r.Put(x, y, st, s)
	}
	end := r.c.put(r.X+x, r.Y+y, r.X+x+w-1, st, s)
	return r.c.put(end, r.Y+y, r.X+r.W, st, "…") - r.X
}

// PutRight writes s so that it ends before column end.
func (r Region) PutRight(end, y int, st Style, s string) int {
	x := end - textWidth(s)
	r.Put(max(x, 0), y, st, s)
	return x
}

// Fill repeats a one-cell mark from x to end.
func (r Region) Fill(x, y, end int, st Style, mark string) {
	for ; x < min(end, r.W); x++ {
		r.Put(x, y, st, mark)
	}
}

// Restyle changes the style of a part of a row.
func (r Region) Restyle(x, y, end int, f func(Style) Style) {
	if y < 0 || y >= r.H {
		return
	}
	r.c.restyle(r.X+max(x, 0), r.Y+y, r.X+min(end, r.W), f)
}

// clip is s in at most w cells, ending in "…" when something is missing.
func clip(s string, w int) string {
	if textWidth(s) <= w {
		return s
	}
	n := 0
	for i := 0; i < len(s); {
		cw, size := firstWidth(s[i:])
		if n+cw > w-1 {
			return s[:i] + "…"
		}
		n, i = n+cw, i+size
	}
	return s
}

// firstWidth is the width of the first character of s, and its octets.
func firstWidth(s string) (width, size int) {
	r, size := utf8.DecodeRuneInString(s)
	if mark := visible(r, size, s); mark != "" {
		return textWidth(mark), size
	}
	return runeWidth(r), size
}

// wrap breaks s at blanks into lines of at most w cells; a word that is longer
// is cut.
func wrap(s string, w int) []string {
	if w < 1 {
		return nil
	}
	var lines []string
	line, used := "", 0
	for _, word := range splitWords(s) {
		n := textWidth(word)
		switch {
		case used > 0 && used+1+n <= w:
			line, used = line+" "+word, used+1+n
			continue
		case used > 0:
			lines = append(lines, line)
		}
		for n > w {
			head := cut(word, w)
			lines = append(lines, head)
			word = word[len(head):]
			n = textWidth(word)
		}
		line, used = word, n
	}
	if used > 0 {
		lines = append(lines, line)
	}
	return lines
}

// cut is the beginning of s that fits w cells, at least one character.
func cut(s string, w int) string {
	n := 0
	for i := 0; i < len(s); {
		cw, size := firstWidth(s[i:])
		if n+cw > w && i > 0 {
			return s[:i]
		}
		n, i = n+cw, i+size
	}
	return s
}

func splitWords(s string) []string {
	var words []string
	start := -1
	for i := 0; i < len(s); i++ {
		if s[i] == ' ' || s[i] == '\n' {
			if start >= 0 {
				words = append(words, s[start:i])
			}
			start = -1
		} else if start < 0 {
			start = i
		}
	}
	if start >= 0 {
		words = append(words, s[start:])
	}
	return words
}

// PutRightPad writes s at the right end of a column of w cells that begins at
// x, and returns the column behind.
func (r Region) PutRightPad(x, y int, st Style, s string, w int) int {
	r.PutRight(x+w, y, st, s)
	return x + w
}
