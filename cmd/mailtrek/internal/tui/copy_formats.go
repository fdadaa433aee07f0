package tui

import (
	"strconv"
	"strings"

	"mailtrek/lessons/explain"
)

// The formats in which an event, its message or the whole screen is copied.

// copyMarkdown is the event as a piece of a report: what happened, the line or
// the dialogue around it, why, and where the rule stands.
func (in *Instant) copyMarkdown() string {
	t, e := in.Story.T, in.event()
	w := explain.Why(t, in.At, in.Words.Lang())
	var b strings.Builder
	b.WriteString("**" + in.Words.T("app.event", "n", strconv.Itoa(int(in.At)), "of", strconv.Itoa(t.Len())) + "**, " + stamp(e.Time) + ", " + markdownText(t.Header.Title) + "\n\n")
	said := in.short(in.At).text
	if e.Kind.Said() {
		said = e.Side.String() + ": " + oneLine(t.Text(e))
	}
	b.WriteString("    " + said + "\n\n" + markdownText(w.Text) + "\n")
	for _, s := range explain.Sources(w.Ref, in.Words.Lang()) {
		b.WriteString("\n- " + s.Ref)
		if s.Title != "" {
			b.WriteString(" “" + s.Title + "”")
		}
	}
	if c := e.Cause; t.Has(c) {
		b.WriteString("\n- " + in.Words.T("why.because") + " " + strconv.Itoa(int(c)) + ": `" + strings.ReplaceAll(in.short(c).text, "`", "'") + "`")
	}
	return b.String() + "\n"
}

// markdownText is a text without a meaning in Markdown.
func markdownText(s string) string {
	return strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "<", "\\<", "[", "\\[", "]", "\\]", "#", "\\#", "|", "\\|").Replace(s)
}

// copyJSON is the event as in the JSONL form of the trace.
func (in *Instant) copyJSON() string { return string(in.Story.T.EventJSON(in.At)) }

// copySource is the message as it stands, header and body.
func (in *Instant) copySource() string {
	m := in.Story.msg(in.At)
	if m == 0 {
		return ""
	}
	return string(in.letterOf(m).raw)
}

// commandHere is a command line that comes back to this place; "" where no
// command can: a changed run is kept in a file.
func (p *Player) commandHere(in *Instant) string {
	b := p.course.branch
	if b == nil || len(b.Done) > 0 {
		return ""
	}
	source := p.look.source
	if source == "" {
		source = b.Scenario.ID
	}
	line := "mailtrek play " + shellWord(source)
	if s := b.Options.Seed; s != nil {
		line += " --seed " + strconv.FormatUint(*s, 10)
	}
	line += " --at " + shellWord(in.selectorHere()) + " --lens " + lenses[p.lens].Name
	if p.look.depth != explain.Course {
		line += " --depth " + p.look.depth.String()
	}
	return line
}

// shellWord is a word as sh(1) takes it, quoted only where it has to be.
func shellWord(s string) string {
	plain := s != ""
	for _, r := range s {
		plain = plain && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./@:+,", r))
	}
	if plain {
		return s
	}
	return shellQuote(s)
}

// viewText is the lens as text, without the blanks at the ends of lines.
func (p *Player) viewText() string {
	c := NewCanvas(p.w, p.h)
	c.ascii = p.look.glyphs.ASCII
	lenses[p.lens].Draw(p.instant(), c.All().Sub(0, 0, p.w, max(p.h-9, 8)))
	var lines []string
	for line := range strings.Lines(c.Text()) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}
