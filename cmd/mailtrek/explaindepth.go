package main

import (
	"strings"

	"mailtrek/lessons/explain"
)

// writePlainWord writes what a novice is told of an entry: its first sentence.
func writePlainWord(b *strings.Builder, w explain.Word, width int) {
	b.WriteString(w.Name + "\n")
	writeWrapped(b, "  ", explain.FirstSentence(w.Text), width)
}

// writeApart writes the codes of what was asked for, digit by digit.
func writeApart(b *strings.Builder, lang string, asked []string, width int) {
	for _, p := range explain.Apart(lang, asked...) {
		b.WriteString(p.Sign + "\n")
		writeWrapped(b, "  ", p.Text, width)
		b.WriteString("\n")
	}
}

// writeSources writes what the places are about where the rules of an entry
// stand: the heading of the section, and what the document is.
func writeSources(b *strings.Builder, w explain.Word, lang string, width int) {
	for _, see := range w.See {
		for _, s := range explain.Sources(see, lang) {
			line := s.Ref
			if s.Title != "" {
				line += " “" + s.Title + "”"
			}
			if s.Gist != "" {
				line += ": " + s.Gist
			}
			b.WriteString("\n")
			writeWrapped(b, "  ", line, width)
		}
	}
}
