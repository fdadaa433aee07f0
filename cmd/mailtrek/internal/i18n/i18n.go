// Package i18n holds the words of the user interface in English, Bulgarian and
// Polish. Protocol tokens, host names and what servers say are never
// translated; explanations of events have a catalogue of their own (package
// explain).
//
// A word is found by its key. A key that a language lacks is taken from
// English, and a key that English lacks shows as the key itself, which a test
// makes impossible.
package i18n

import "strings"

// Words are the words of one language.
type Words struct {
	lang  string
	words map[string]string
}

var languages = []struct {
	tag   string
	words map[string]string
}{{"en", english}, {"bg", bulgarian}, {"pl", polish}}

// Languages are the tags of the languages, the first is the default.
func Languages() []string {
	tags := make([]string, len(languages))
	for i := range languages {
		tags[i] = languages[i].tag
	}
	return tags
}

// In returns the words of a language; ok is false, and the words are English,
// when there is no such language.
func In(tag string) (w *Words, ok bool) {
	for _, l := range languages {
		if l.tag == tag {
			return &Words{lang: l.tag, words: l.words}, true
		}
	}
	return &Words{lang: "en", words: english}, false
}

// FromLocale is the language that a POSIX locale name such as "bg_BG.UTF-8"
// asks for; the default where it names none of ours.
func FromLocale(locale string) string {
	tag, _, _ := strings.Cut(locale, "_")
	tag, _, _ = strings.Cut(tag, ".")
	if w, ok := In(strings.ToLower(tag)); ok {
		return w.lang
	}
	return "en"
}

// Lang is the tag of the language.
func (w *Words) Lang() string { return w.lang }

// T is the text of a key. The arguments are pairs of a name and a value; {name}
// in the text stands for the value.
func (w *Words) T(key string, pairs ...string) string {
	text, ok := w.words[key]
	if !ok {
		if text, ok = english[key]; !ok {
			return key
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

// Or is the text of a key, or another one where there is none.
func (w *Words) Or(key, other string) string {
	if text, ok := w.words[key]; ok {
		return text
	}
	return other
}
