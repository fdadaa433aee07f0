package scenario

import (
	"fmt"
	"slices"
	"strings"
)

// A Letter says that a scenario tells the way of a message from a file: through
// the internet of which scenario it travels, who hands it in, and to whom. With
// it a saved branch finds its world again.
type Letter struct {
	File  string   `json:"file"`
	World string   `json:"world"`        // the scenario whose internet it is
	As    string   `json:"as,omitempty"` // USER@HOST whose mail program sends it; empty: chosen
	To    []string `json:"to,omitempty"` // of the envelope; none: chosen

	Mail string `json:"-"` // its name among the mails of the scenario
}

// letterName is what the mail of a file is called in a document.
const letterName = "opened-letter"

// letter writes the mail that came from a file as a block of its own.
func (w *branchWriter) letter() (block string, err error) {
	l := w.b.Scenario.Letter
	if l == nil {
		return "", nil
	}
	m := w.b.Scenario.Mail(l.Mail)
	if m == nil {
		return "", nil
	}
	lines := strings.Split(strings.TrimSuffix(m.Content, "\n"), "\n")
	if i := slices.IndexFunc(lines, func(s string) bool { return notText(s) >= 0 }); i >= 0 {
		return "", fmt.Errorf("line %d of the message has octets that no document has; save the branch as a file instead", i+1)
	}
	for _, s := range lines {
		w.fenceAround(s)
	}
	return "mail " + letterName + "\n" + strings.Join(lines, "\n"), nil
}

// handedIn is the line of a do block in which the letter is handed in.
func (w *branchWriter) handedIn(a *Action) string {
	line := fmt.Sprintf("%s@%s submit %s from %s", a.User, a.Host, letterName, bracketed(a.From))
	if len(a.To) > 0 {
		line += " to " + strings.Join(a.To, ",")
	}
	return line
}

// bracketed is an address; that of nobody needs its brackets.
func bracketed(addr string) string {
	if addr == "" {
		return "<>"
	}
	return addr
}

// fenceAround makes the fence of the blocks longer than one in a line.
func (w *branchWriter) fenceAround(line string) {
	for strings.HasPrefix(strings.TrimSpace(line), w.fence) {
		w.fence += "`"
	}
}
