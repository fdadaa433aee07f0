package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/charmbracelet/x/term"
	"github.com/clipperhouse/displaywidth"
	"github.com/spf13/cobra"

	"mailtrek/cmd/mailtrek/internal/i18n"
	"mailtrek/lessons/explain"
	"mailtrek/protocols/wire"
)

// explained is an entry of the encyclopaedia in the output of explain and of
// list explanations.
type explained struct {
	Kind string   `json:"kind"`
	Name string   `json:"name"`
	Also []string `json:"also,omitempty"`
	See  []string `json:"see,omitempty"`
	Text string   `json:"text"`
	Why  string   `json:"why,omitempty"`
	Next string   `json:"next,omitempty"`
}

func newExplain(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "explain WORD...",
		Short: "what a command, a code, a field, a queue, a parameter or another word means",
		Long: `Explains a word of mail and its servers: an SMTP, POP3 or IMAP command, a reply
code or an enhanced code, a header field, a queue, a daemon, a tool, a kind of
log line, a parameter, a DNS record type, a state, a term, an RFC.

  mailtrek explain RCPT
  mailtrek explain imap LIST           one of several meanings
  mailtrek explain 550 5.7.1           a code, or a whole reply
  mailtrek explain header Received`,
		Args: func(_ *cobra.Command, args []string) error {
			if strings.TrimSpace(strings.Join(args, "")) == "" {
				return usagef("mailtrek explain: a word is missing, for example 'mailtrek explain RCPT'")
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return explainable(a.lang, args), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			words := explain.Lookup(a.lang, args...)
			if len(words) == 0 {
				return unexplained(a.lang, args)
			}
			return a.explanations(words, true, args...)
		},
	}
}

// explainable are the names that complete a word on the command line.
func explainable(lang string, args []string) []string {
	if len(args) > 0 {
		return nil
	}
	var names []string
	for _, w := range explain.All(lang) {
		names = append(names, w.Name)
	}
	return names
}

// unexplained is the error for words that are not known.
func unexplained(lang string, args []string) error {
	said := wire.Visible(strings.Join(args, " "))
	if len(said) > 80 {
		said = strings.ToValidUTF8(said[:80], "") + "…"
	}
	near := explain.Nearest(lang, args...)
	if len(near) == 0 {
		return usagef("nothing is known about %q; 'mailtrek list explanations' shows all words", said)
	}
	return usagef("nothing is known about %q; did you mean %s? 'mailtrek list explanations' shows all words", said, strings.Join(near, " or "))
}

// explanations writes entries: whole ones, or one line for each. asked is what
// they were found by.
func (a *app) explanations(words []explain.Word, whole bool, asked ...string) error {
	if a.json {
		all := make([]explained, len(words))
		for i, w := range words {
			all[i] = explained(w)
		}
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(all)
	}
	if !whole {
		w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
		for _, e := range words {
			fmt.Fprintf(w, "%s\t%s\t%s\n", e.Kind, e.Name, firstSentence(e.Text))
		}
		return w.Flush()
	}
	var b strings.Builder
	depth, _ := explain.DepthNamed(a.depth)
	if depth == explain.Clause {
		writeApart(&b, a.lang, asked, width(a.out))
	}
	for i, w := range words {
		if i > 0 {
			b.WriteString("\n")
		}
		switch depth {
		case explain.Novice:
			writePlainWord(&b, w, width(a.out))
		default:
			writeWord(&b, w, a.lang, width(a.out))
		}
		if depth == explain.Clause {
			writeSources(&b, w, a.lang, width(a.out))
		}
	}
	_, err := io.WriteString(a.out, b.String())
	return err
}

// writeWord writes a whole entry.
func writeWord(b *strings.Builder, w explain.Word, lang string, width int) {
	words, _ := i18n.In(lang)
	fmt.Fprintf(b, "%s · %s\n", w.Name, explain.Title(lang, w.Kind))
	if len(w.Also) > 0 {
		writeWrapped(b, "  ", words.T("explain.also")+": "+strings.Join(w.Also, ", "), width)
	}
	if len(w.See) > 0 {
		writeWrapped(b, "  ", strings.Join(w.See, ", "), width)
	}
	for _, paragraph := range strings.Split(w.Text, "\n\n") {
		b.WriteString("\n")
		writeWrapped(b, "  ", paragraph, width)
	}
	for _, more := range []struct{ key, text string }{{"explain.why", w.Why}, {"explain.next", w.Next}} {
		if more.text != "" {
			b.WriteString("\n")
			writeWrapped(b, "  ", words.T(more.key)+": "+more.text, width)
		}
	}
}

// writeWrapped writes a text in lines of at most width columns, each indented;
// a word that is longer stands in a line of its own.
func writeWrapped(b *strings.Builder, indent, text string, width int) {
	used := 0
	for _, word := range strings.Fields(text) {
		n := displaywidth.String(word)
		switch {
		case used == 0:
			b.WriteString(indent)
			used = len(indent)
		case used+1+n > width:
			b.WriteString("\n" + indent)
			used = len(indent)
		default:
			b.WriteString(" ")
			used++
		}
		b.WriteString(word)
		used += n
	}
	b.WriteString("\n")
}

// firstSentence is what a list shows of a text.
func firstSentence(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	for i := 0; i+2 < len(text); i++ {
		if text[i] == '.' && text[i+1] == ' ' && i > 1 && text[i-1] != '.' {
			return text[:i+1]
		}
	}
	return text
}

// usualWidth is how wide a text is where there is no terminal, and widest how
// wide at most: longer lines are hard to read.
const (
	usualWidth = 80
	widest     = 100
)

// width is how wide a text for out should be.
func width(out io.Writer) int {
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(f.Fd()) {
		return usualWidth
	}
	w, _, err := term.GetSize(f.Fd())
	if err != nil || w < 1 {
		return usualWidth
	}
	return min(max(w, 20), widest)
}
