package tui

import (
	"strings"
	"unicode"
)

// fuzzy tells how well a text fits what was typed; 0 is not at all. All words
// that were typed must be found. Whole text, beginning, beginning of a word,
// somewhere within, and at last letters in their order: each is worth less than
// the one before.
func fuzzy(typed, text string) int {
	typed, text = strings.ToLower(strings.TrimSpace(typed)), strings.ToLower(strings.TrimRight(text, " "))
	switch {
	case typed == "":
		return 1
	case typed == text:
		return 1000
	case strings.HasPrefix(text, typed):
		return 800 - min(len(text)-len(typed), 100)
	}
	score := 600
	for _, word := range strings.Fields(typed) {
		score = min(score, fuzzyWord(word, text))
	}
	return score
}

// fuzzyWord is fuzzy for one word.
func fuzzyWord(word, text string) int {
	if i := strings.Index(text, word); i >= 0 {
		for at := i; at >= 0; {
			if at == 0 || strings.ContainsRune(" -_.@:/", rune(text[at-1])) {
				return 500 - min(at, 100)
			}
			next := strings.Index(text[at+1:], word)
			if next < 0 {
				break
			}
			at += 1 + next
		}
		return 300 - min(i, 100)
	}
	if len(word) < 2 {
		return 0
	}
	letters := []rune(word)
	gaps, last := 0, -1
	for i, r := range []rune(text) {
		if len(letters) == 0 {
			break
		}
		if unicode.ToLower(r) == letters[0] {
			if last >= 0 {
				gaps += i - last - 1
			}
			letters, last = letters[1:], i
		}
	}
	if len(letters) > 0 || gaps > 3*len(word) {
		return 0
	}
	return 150 - min(gaps*5, 100)
}
