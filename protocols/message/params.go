package message

import (
	"strconv"
	"strings"
)

// Param is a parameter of a field such as Content-Type.
type Param struct {
	Name  string // lower case
	Value string // decoded
}

// Params are parameters in the order of the field.
type Params []Param

// Value returns the value of a parameter, or "".
func (ps Params) Value(name string) string {
	for _, p := range ps {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// ParseParams reads "value; name=value; …" as Content-Type and
// Content-Disposition have it (RFC 2045 §5.1, RFC 2183 §2), with the
// continuations and character sets of RFC 2231, and encoded words in quotes,
// which RFC 2047 §5 forbids and many programs write. main is in lower case.
func ParseParams(value string) (main string, params Params) {
	s := stripComments(Unfold(value))
	main, s, _ = strings.Cut(s, ";")
	main = strings.ToLower(strings.TrimSpace(main))
	var raw Params
	for s != "" && len(raw) < MaxParams {
		var p Param
		p, s = cutParam(s)
		if p.Name != "" {
			raw = append(raw, p)
		}
	}
	return main, joinParams(raw)
}

// cutParam reads one "name=value" and what follows its semicolon.
func cutParam(s string) (Param, string) {
	end := strings.IndexAny(s, "=;")
	if end < 0 {
		return Param{}, ""
	}
	name := strings.ToLower(strings.TrimSpace(s[:end]))
	if s[end] == ';' {
		return Param{}, s[end+1:]
	}
	s = strings.TrimLeft(s[end+1:], " \t")
	if strings.HasPrefix(s, `"`) {
		n := skipQuoted(s)
		value := quotedText(s[:n])
		_, rest, _ := strings.Cut(s[n:], ";")
		return Param{name, value}, rest
	}
	value, rest, _ := strings.Cut(s, ";")
	return Param{name, strings.TrimSpace(value)}, rest
}

// joinParams puts the sections "name*0", "name*1*" … together and decodes them
// (RFC 2231 §3, §4).
func joinParams(raw Params) Params {
	var out Params
	for _, p := range raw {
		base, section, extended := splitName(p.Name)
		if section < 0 && !extended {
			out = append(out, Param{p.Name, DecodeWords(p.Value)})
			continue
		}
		if section > 0 || out.has(base) {
			continue // joined with its first section
		}
		charset, text := "", p.Value
		if extended {
			charset, text = splitCharset(p.Value)
			text = percent(text)
		}
		for n := 1; section == 0 && n < MaxParams; n++ {
			next, ok := raw.section(base, n)
			if !ok {
				break
			}
			text += next
		}
		value, _ := DecodeCharset(charset, []byte(text))
		out = append(out, Param{base, value})
	}
	return out
}

func (ps Params) has(name string) bool {
	for _, p := range ps {
		if p.Name == name {
			return true
		}
	}
	return false
}

// section finds a later section of a parameter.
func (ps Params) section(base string, n int) (string, bool) {
	for _, p := range ps {
		b, section, extended := splitName(p.Name)
		if b == base && section == n {
			if extended {
				return percent(p.Value), true
			}
			return p.Value, true
		}
	}
	return "", false
}

// splitName takes "title*1*" apart; section is -1 when there is none.
func splitName(name string) (base string, section int, extended bool) {
	if base, extended = strings.CutSuffix(name, "*"); extended {
		name = base
	}
	if star := strings.LastIndexByte(name, '*'); star >= 0 {
		if n, err := strconv.ParseUint(name[star+1:], 10, 16); err == nil {
			return name[:star], int(n), extended
		}
	}
	return name, -1, extended
}

// splitCharset takes "charset'language'text" apart.
func splitCharset(s string) (charset, text string) {
	charset, rest, ok := strings.Cut(s, "'")
	if !ok {
		return "", s
	}
	_, text, ok = strings.Cut(rest, "'")
	if !ok {
		return "", s
	}
	return charset, text
}

// percent decodes "%20"; what is no such code stays.
func percent(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
