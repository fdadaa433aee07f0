package explain

import (
	_ "embed"
	"strings"
	"sync"
)

// The references of the catalogue lead to sections of RFCs and to manual pages.
// Whoever has neither at hand learns here at least what they are about: the
// heading of the section as the RFC has it, and what the document is.

//go:embed sections.txt
var sectionFile string

// sectionTitles are the headings by "5321 §4.1.1.2".
var sectionTitles = sync.OnceValue(func() map[string]string {
	titles := map[string]string{}
	for line := range strings.Lines(sectionFile) {
		number, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		section, title, _ := strings.Cut(rest, " ")
		titles[number+" "+section] = title
	}
	return titles
})

// Source is a place where a rule stands.
type Source struct {
	Ref   string // "RFC 5321 §4.1.1.2", "Postfix qmgr(8)"
	Title string // the heading of the section, in English as in the document; "" where there is none
	Gist  string // what the document is, in the language that was asked for; "" where nothing is known
}

// Sources takes a reference apart, such as Explanation.Ref or an element of
// Word.See: "RFC 5321 §4.1.1.2, §4.5; Postfix smtpd(8)" are three. The gist of
// a document stands only at its first source.
func Sources(ref, lang string) []Source {
	var out []Source
	document := ""
	for _, part := range strings.FieldsFunc(ref, func(r rune) bool { return r == ',' || r == ';' }) {
		part = strings.TrimSpace(part)
		name, section, _ := strings.Cut(part, "§")
		name = strings.TrimSpace(name)
		section = strings.TrimSpace(section)
		if name == "" {
			name = document
		}
		s := Source{Ref: name}
		if section != "" {
			s.Ref += " §" + section
			s.Title = sectionTitles()[strings.TrimPrefix(name, "RFC ")+" §"+section]
		}
		if name != document {
			s.Gist = gistOf(name, lang)
		}
		document = name
		out = append(out, s)
	}
	return out
}

// gistOf says what a document is: that of an RFC is an entry of the
// encyclopaedia, that of a manual page the entry of the program.
func gistOf(name, lang string) string {
	kinds := []string{"rfc"}
	if page, ok := strings.CutPrefix(name, "Postfix "); ok {
		name, _, _ = strings.Cut(page, "(")
		kinds = []string{"daemon", "tool", "term"}
	}
	b := book(lang)
	for _, n := range b.name(name, kinds) {
		return FirstSentence(b.words[n].Text)
	}
	return ""
}
