package wire

import (
	"strings"
	"unicode/utf8"
)

// maxMisspelt is the longest word, in characters, for which a nearest one is
// looked for.
const maxMisspelt = 64

// Nearest is the known word that a misspelt one most probably means, "" when
// none is near: a third of its letters, and one more, but not all, may differ.
// Case does not count.
func Nearest(word string, known []string) string {
	if len(word) > 4*maxMisspelt {
		return ""
	}
	lower := strings.ToLower(word)
	letters := utf8.RuneCountInString(word)
	best, limit := "", letters/3+2
	for _, k := range known {
		if d := distance(lower, strings.ToLower(k), limit); d < limit && d < max(letters, utf8.RuneCountInString(k)) && k != word {
			best, limit = k, d
		}
	}
	return best
}

// distance is the number of insertions, deletions and substitutions, and swaps
// of neighbours, that make b of a (Damerau-Levenshtein); limit when there are so
// many or more.
func distance(a, b string, limit int) int {
	if utf8.RuneCountInString(a) > maxMisspelt || utf8.RuneCountInString(b) > maxMisspelt {
		return limit
	}
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) >= limit || len(y)-len(x) >= limit {
		return limit
	}
	two, one, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(one[j]+1, row[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
		two, one, row = one, row, two
	}
	return min(one[len(y)], limit)
}
