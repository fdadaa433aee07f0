package explain

import (
	"embed"
	"slices"
	"sync"
)

// Word is an entry of the encyclopaedia: what a word of the mail system means.
// Name is what stands on the wire, in a file or in a log, the same in every
// language; Text, Why and Next are in the language that was asked for.
type Word struct {
	Kind string   // one of Kinds: "command-smtp", "reply", "header", …
	Name string   // "RCPT", "550", "x.7.1", "Received"
	Also []string // other names that lead here
	See  []string // where the rule stands: "RFC 5321 §4.1.1.3", "Postfix smtpd(8)"
	Text string   // what it means
	Why  string   // why it happens, or when one sees it; may be empty
	Next string   // what to do next; may be empty
}

// Kinds are the kinds of entries, in the order in which Lookup answers. Each
// is a file of that name in words/LANGUAGE.
func Kinds() []string { return slices.Clone(kinds) }

var kinds = []string{
	"command-smtp", "command-pop3", "command-imap",
	"reply", "enhanced", "response-pop3", "response-imap",
	"capability-smtp", "capability-pop3", "capability-imap",
	"header", "mime", "record", "rcode", "state",
	"queue", "daemon", "tool", "log", "parameter", "term", "rfc",
}

// All are the entries in a language ("en", "bg", "pl"; any other is English),
// by kinds and within a kind in the order of its file. Of what a language
// lacks the English entry stands in its place. The caller may keep the slice.
func All(lang string) []Word { return slices.Clone(book(lang).words) }

// Title says in a language what an entry of a kind is: "SMTP command". It is
// the kind itself when there is no such kind.
func Title(lang, kind string) string {
	if title, ok := book(lang).titles[kind]; ok {
		return title
	}
	return kind
}

//go:embed words
var wordFiles embed.FS

// encyclopaedia is all entries of one language with the ways to find them.
type encyclopaedia struct {
	words  []Word
	titles map[string]string // of the kinds
	named  map[string][]int  // plain names and other names, see plain
	faults []string          // what is wrong with the files; a test looks at it
}

// books are read when somebody first asks for the language.
var books = map[string]func() *encyclopaedia{
	"en": sync.OnceValue(func() *encyclopaedia { return readBook("en") }),
	"bg": sync.OnceValue(func() *encyclopaedia { return readBook("bg") }),
	"pl": sync.OnceValue(func() *encyclopaedia { return readBook("pl") }),
}

func book(lang string) *encyclopaedia {
	if b, ok := books[lang]; ok {
		return b()
	}
	return books["en"]()
}

// readBook reads the files of a language over the English ones.
func readBook(lang string) *encyclopaedia {
	b := &encyclopaedia{titles: map[string]string{}, named: map[string][]int{}}
	for _, kind := range kinds {
		words := b.readFile("en", kind)
		if lang != "en" {
			b.translate(words, lang, kind)
		}
		for _, w := range words {
			b.add(w)
		}
	}
	return b
}

func (b *encyclopaedia) readFile(lang, kind string) []Word {
	name := "words/" + lang + "/" + kind + ".md"
	data, err := wordFiles.ReadFile(name)
	if err != nil {
		b.faults = append(b.faults, name+": there is no such file")
		return nil
	}
	title, words, faults := readWords(kind, string(data))
	if title != "" {
		b.titles[kind] = title
	}
	for _, f := range faults {
		b.faults = append(b.faults, name+":"+f)
	}
	return words
}

// translate puts the texts of a language over the English ones. Names and
// references stay; other names in the language are added.
func (b *encyclopaedia) translate(words []Word, lang, kind string) {
	own := map[string]Word{}
	for _, w := range b.readFile(lang, kind) {
		own[w.Name] = w
	}
	for i := range words {
		w, ok := own[words[i].Name]
		if !ok {
			b.faults = append(b.faults, lang+"/"+kind+": no entry "+words[i].Name)
			continue
		}
		delete(own, words[i].Name)
		words[i].Text, words[i].Why, words[i].Next = w.Text, w.Why, w.Next
		words[i].Also = append(words[i].Also, w.Also...)
	}
	for _, w := range words {
		delete(own, w.Name)
	}
	for name := range own {
		b.faults = append(b.faults, lang+"/"+kind+": entry "+name+" has no English original")
	}
	slices.Sort(b.faults)
}

// add puts an entry at the end and under all its names.
func (b *encyclopaedia) add(w Word) {
	n := len(b.words)
	b.words = append(b.words, w)
	for _, name := range append([]string{w.Name}, w.Also...) {
		key := plain(name)
		if !slices.Contains(b.named[key], n) {
			b.named[key] = append(b.named[key], n)
		}
	}
}
