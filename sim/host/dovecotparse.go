package host

import "strings"

// The syntax of dovecot.conf, line by line as lib-config reads it
// (https://doc.dovecot.org/configuration_manual/config_file/):
//
//	key = value          key = <file           type [name] {          }
//
// A "#" begins a comment, a backslash at the end continues a line, quotes
// around a whole value are taken off.

// MaxDovecotDepth is how deep sections may stand in each other.
const MaxDovecotDepth = 8

// confLine is what one logical line of dovecot.conf says.
type confLine struct {
	kind  confKind
	key   string // of a setting, or the type of a section
	value string // of a setting, the name of a section, or the error
	file  bool   // key = <value
}

type confKind uint8

const (
	confSkip confKind = iota
	confContinue
	confSetting
	confBegin
	confEnd
	confInclude
	confError
)

const confWhite = " \t\r"

// readConfLine analyses a line; carried is what lines before continued into it.
func readConfLine(line, carried string) (l confLine, carry string, ambiguous bool) {
	line = strings.TrimLeft(line, confWhite)
	if line == "" && carried == "" || strings.HasPrefix(line, "#") {
		return confLine{kind: confSkip}, carried, false
	}
	line, ambiguous = stripComment(line)
	line = strings.TrimRight(line, confWhite)
	if before, ok := strings.CutSuffix(line, `\`); ok {
		if before = strings.TrimRight(before, confWhite); before != "" {
			carried += before + " "
		}
		return confLine{kind: confContinue}, carried, ambiguous
	}
	return analyseConf(strings.TrimLeft(carried+line, confWhite)), "", ambiguous
}

// stripComment cuts a comment off; ambiguous tells that no blank stood before it.
func stripComment(line string) (string, bool) {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case '\'', '"':
			for i++; i < len(line) && line[i] != c; i++ {
				if line[i] == '\\' {
					i++
				}
			}
		case '#':
			return line[:i], i > 0 && !strings.ContainsRune(confWhite, rune(line[i-1]))
		}
	}
	return line, false
}

func analyseConf(line string) confLine {
	if line == "" {
		return confLine{kind: confSkip}
	}
	end := strings.IndexAny(line, confWhite+"=")
	if end < 0 {
		end = len(line)
	}
	key, rest := line[:end], strings.TrimLeft(line[end:], confWhite)
	switch {
	case key == "!include" || key == "!include_try":
		return confLine{kind: confInclude, key: key, value: rest}
	case strings.HasPrefix(rest, "="):
		value := strings.TrimLeft(rest[1:], confWhite)
		if file, ok := strings.CutPrefix(value, "<"); ok {
			return confLine{kind: confSetting, key: key, value: strings.TrimLeft(file, confWhite), file: true}
		}
		return confLine{kind: confSetting, key: key, value: unquoteConf(value)}
	case key == "}" && rest == "":
		return confLine{kind: confEnd}
	}
	name := ""
	if !strings.HasPrefix(rest, "{") {
		name, rest = confSectionName(rest)
	}
	switch {
	case !strings.HasPrefix(rest, "{"):
		return confLine{kind: confError, value: "Expecting '{'"}
	case rest != "{":
		return confLine{kind: confError, value: "Garbage after '{'"}
	}
	return confLine{kind: confBegin, key: key, value: name}
}

// confSectionName reads a name, quoted or up to the next blank.
func confSectionName(s string) (name, rest string) {
	if quoted, ok := strings.CutPrefix(s, `"`); ok {
		name, rest, _ = strings.Cut(quoted, `"`)
		return name, strings.TrimLeft(rest, confWhite)
	}
	end := strings.IndexAny(s, confWhite)
	if end < 0 {
		return s, ""
	}
	return s[:end], strings.TrimLeft(s[end:], confWhite)
}

func unquoteConf(v string) string {
	if len(v) < 2 || v[0] != v[len(v)-1] || v[0] != '"' && v[0] != '\'' {
		return v
	}
	var b strings.Builder
	for i := 1; i < len(v)-1; i++ {
		if v[i] == '\\' && i+1 < len(v)-1 {
			i++
		}
		b.WriteByte(v[i])
	}
	return b.String()
}

// expandConf puts values in place of "$name" where name is a setting.
func expandConf(v string, value func(name string) (string, bool)) string {
	if !strings.Contains(v, "$") {
		return v
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(v, "$")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		n := 0
		for n < len(rest) && (rest[n] == '_' || rest[n] >= '0' && rest[n] <= '9' || rest[n] >= 'a' && rest[n] <= 'z') {
			n++
		}
		if known, ok := value(rest[:n]); ok {
			b.WriteString(known)
		} else {
			b.WriteString("$" + rest[:n])
		}
		v = rest[n:]
	}
}
