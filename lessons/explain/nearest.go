package explain

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// Nearest are the names closest to words that Lookup does not know, the best
// first, at most three; none when nothing is near.
func Nearest(lang string, words ...string) []string {
	b := book(lang)
	said := strings.Fields(plain(strings.Join(words, " ")))
	if len(said) == 0 {
		return nil
	}
	out := b.near(strings.Join(said, " "), nil)
	if len(said) == 1 {
		return out
	}
	if in := scope(said[0]); in != nil {
		if scoped := b.near(strings.Join(said[1:], " "), in); len(scoped) > 0 {
			return scoped
		}
	}
	for _, w := range said {
		if len(out) == 0 && b.phrase([]string{w}) == nil {
			out = b.near(w, nil)
		}
	}
	return out
}

// longWord is the length in octets beyond which a word is like no name.
const longWord = 60

// near are the names that differ from a word in few letters, or begin with it.
func (b *encyclopaedia) near(word string, in []string) []string {
	if len(word) > longWord {
		return nil
	}
	limit := 1 + utf8.RuneCountInString(word)/4
	if strings.Trim(word, "0123456789.") == "" {
		limit = 1
	}
	type guess struct {
		name string
		far  int
	}
	var all []guess
	for _, w := range b.words {
		if in != nil && !slices.Contains(in, w.Kind) {
			continue
		}
		for _, name := range append([]string{w.Name}, w.Also...) {
			far := distance(word, plain(name), limit+1)
			if far > limit && len(word) >= 3 && strings.HasPrefix(plain(name), word) {
				far = limit
			}
			if far <= limit && !slices.Contains(all, guess{name, far}) {
				all = append(all, guess{name, far})
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].far < all[j].far })
	var out []string
	for _, g := range all {
		if len(out) < 3 && !slices.Contains(out, g.name) {
			out = append(out, g.name)
		}
	}
	return out
}

// distance is how many letters must be added, left out, exchanged or swapped
// with their neighbour to make a into b; limit when it is as much or more.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) >= limit || len(y)-len(x) >= limit {
		return limit
	}
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(y)], limit)
}
