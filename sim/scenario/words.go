package scenario

import (
	"strings"
	"time"
	"unicode"
)

// word is a word of a block or an info string, with its place.
type word struct {
	text string // without quotes
	raw  string // as it stands in the document
	off  int    // where it begins
}

// line is a line of a block, with the place where it begins.
type line struct {
	text string
	off  int
}

// rest returns the line from the place of w on, without blanks at its end.
func (l line) rest(w word) word {
	t := strings.TrimRight(l.text[w.off-l.off:], " \t")
	return word{text: t, raw: t, off: w.off}
}

// after returns what follows w on the line, without the blanks around it.
func (l line) after(w word) word {
	i := w.off - l.off + len(w.raw)
	t := strings.TrimLeft(l.text[i:], " \t")
	off := l.off + len(l.text) - len(t)
	t = strings.TrimRight(t, " \t")
	return word{text: t, raw: t, off: off}
}

// end is the place behind the last word of the line.
func (l line) end() word {
	t := strings.TrimRight(l.text, " \t")
	return word{off: l.off + len(t)}
}

// comment tells whether a line of one of our own blocks says nothing.
func (l line) comment() bool {
	t := strings.TrimSpace(l.text)
	return t == "" || t[0] == '#'
}

// words cuts the line at blanks; what stands in double quotes is one word.
func (l line) words() []word {
	var out []word
	t := l.text
	for i := 0; i < len(t); {
		if t[i] == ' ' || t[i] == '\t' {
			i++
			continue
		}
		j := i
		if t[i] == '"' {
			if k := strings.IndexByte(t[i+1:], '"'); k >= 0 {
				j = i + k + 2
				out = append(out, word{text: t[i+1 : j-1], raw: t[i:j], off: l.off + i})
				i = j
				continue
			}
		}
		for j < len(t) && t[j] != ' ' && t[j] != '\t' {
			j++
		}
		out = append(out, word{text: t[i:j], raw: t[i:j], off: l.off + i})
		i = j
	}
	return out
}

// list cuts a word (usually the rest of a line) at commas; blanks around the
// items do not count, empty items are left out.
func (w word) list() []word {
	var out []word
	begin := 0
	for i := 0; i <= len(w.raw); i++ {
		if i < len(w.raw) && w.raw[i] != ',' {
			continue
		}
		item := w.raw[begin:i]
		trimmed := strings.TrimLeft(item, " \t")
		off := w.off + begin + len(item) - len(trimmed)
		if trimmed = strings.TrimRight(trimmed, " \t"); trimmed != "" {
			out = append(out, word{text: trimmed, raw: trimmed, off: off})
		}
		begin = i + 1
	}
	return out
}

// cut returns w from octet i to octet j of its raw form.
func (w word) cut(i, j int) word {
	return word{text: w.raw[i:j], raw: w.raw[i:j], off: w.off + i}
}

// Duration limits: nothing in a story is a negative time or after ten years.
const maxDuration = 10 * 365 * 24 * time.Hour

// parseDuration reads "0s", "1.5s", "2h3m", "5d"; ok tells whether it is one.
func parseDuration(s string) (d time.Duration, ok bool) {
	days := time.Duration(0)
	if i := strings.IndexByte(s, 'd'); i > 0 {
		for _, c := range s[:i] {
			if c < '0' || c > '9' || days > maxDuration {
				return 0, false
			}
			days = days*10 + time.Duration(c-'0')
		}
		if days > maxDuration/(24*time.Hour) {
			return 0, false
		}
		days *= 24 * time.Hour
		if s = s[i+1:]; s == "" {
			return days, true
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d+days > maxDuration || s[0] == '+' || s[0] == '-' {
		return 0, false
	}
	return d + days, true
}

// wantDuration says how a time is written.
const wantDuration = "a time with its unit, such as 0s, 1.5s, 250ms, 2h3m or 5d"

// looksLikeTime tells whether a word was meant as a time.
func looksLikeTime(s string) bool {
	s = strings.TrimPrefix(s, "+")
	if s == "" || s[0] < '0' || s[0] > '9' {
		return false
	}
	for _, r := range s {
		if r != '.' && !unicode.IsDigit(r) && !unicode.IsLower(r) && r != 'µ' {
			return false
		}
	}
	return strings.Count(s, ".") <= 1
}

// clock reads the times at the beginning of the lines of a block: "+5s" counts
// from the line before.
type clock struct {
	src  *source
	last time.Duration
}

// time reads w; a bad time is reported and counts as the last one.
func (c *clock) time(w word) time.Duration {
	text, relative := strings.CutPrefix(w.text, "+")
	d, ok := parseDuration(text)
	if !ok {
		c.src.errorAt(w, wantDuration, "%q is not a time", w.text)
		return c.last
	}
	if relative {
		d += c.last
	}
	c.last = d
	return d
}
