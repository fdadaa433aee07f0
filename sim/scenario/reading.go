package scenario

import "strings"

// Reading is the document of the scenario for its reader, in a language if there
// is a translation into it.
func (s *Scenario) Reading(lang string) string {
	for _, t := range s.Translations {
		if t.Lang == lang {
			return Reading(t.Parts)
		}
	}
	return Reading(s.Parts)
}

// Reading is a document as its reader takes it: Markdown with the prose and
// what the blocks say, each as code under its info string. What is expected is
// left out: it tells the end before the beginning.
func Reading(parts []Part) string {
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.Block == nil:
			b.WriteString(withoutID(p.Markdown))
		case p.Block.Kind == "expect":
			continue
		default:
			fence := "```"
			for strings.Contains(p.Block.Text(), fence) {
				fence += "`"
			}
			b.WriteString("*" + escapeMarkdown(p.Block.Info()) + "*\n\n" + fence + "\n" + p.Block.Text() + fence)
		}
		b.WriteString("\n\n")
	}
	return strings.TrimSpace(b.String())
}

// withoutID is a heading without the id at its end.
func withoutID(md string) string {
	head, id, ok := strings.Cut(md, "{#")
	if ok && strings.HasPrefix(md, "#") && strings.HasSuffix(strings.TrimSpace(id), "}") {
		return strings.TrimSpace(head)
	}
	return md
}

// escapeMarkdown makes a text that stands for itself.
func escapeMarkdown(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "<", `\<`).Replace(s)
}
