package host

import (
	"strconv"
	"strings"
)

// MaxExpansion is how deep variables may stand in each other and how long an
// expanded text may grow.
const (
	maxVarDepth  = 8
	MaxExpansion = 64 << 10
)

// UserVars are the variables that every setting about a user knows: %u the
// whole name, %n the part before "@", %d the part behind, %h the home
// directory, %{hostname}.
type UserVars struct {
	User     string
	Home     string
	Hostname string
}

// Lookup returns the value of a variable by its letter or its long name.
func (v UserVars) Lookup(key string) (string, bool) {
	switch key {
	case "u", "user":
		return v.User, true
	case "n", "username":
		name, _, _ := strings.Cut(v.User, "@")
		return name, true
	case "d", "domain":
		_, domain, _ := strings.Cut(v.User, "@")
		return domain, true
	case "h", "home":
		return v.Home, true
	case "hostname":
		return v.Hostname, true
	}
	return "", false
}

// Expand puts values in place of the %-variables of Dovecot's settings
// (https://doc.dovecot.org/configuration_manual/config_file/config_variables/):
// %u, %{hostname}, with a width (%08u) and the modifiers L (lower case), U
// (upper case), X (hexadecimal), R (reversed), and
// %{if;a;op;b;then;else}. A variable that lookup does not know becomes
// "UNSUPPORTED_VARIABLE_x", as in Dovecot.
func Expand(format string, lookup func(key string) (string, bool)) string {
	return expandVars(format, lookup, 0)
}

// AppendExpand is Expand, appended to b.
func AppendExpand(b []byte, format string, lookup func(key string) (string, bool)) []byte {
	return appendExpanded(b, format, lookup, 0)
}

func expandVars(format string, lookup func(key string) (string, bool), depth int) string {
	if !strings.Contains(format, "%") {
		return format
	}
	return string(appendExpanded(nil, format, lookup, depth))
}

func appendExpanded(b []byte, format string, lookup func(key string) (string, bool), depth int) []byte {
	end := len(b) + MaxExpansion
	for i := 0; i < len(format) && len(b) <= end; i++ {
		if format[i] != '%' {
			b = append(b, format[i])
			continue
		}
		v, n := parseVar(format[i+1:])
		if n == 0 {
			b = append(b, '%')
			continue
		}
		b = append(b, v.value(lookup, depth)...)
		i += n
	}
	return b
}

// confVar is a variable as it is written.
type confVar struct {
	key       string
	offset    int
	width     int
	zero      bool
	modifiers string
}

// parseVar reads what follows a "%"; n is how many octets belong to it.
func parseVar(s string) (v confVar, n int) {
	number := func() int {
		start := n
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		if n == start {
			return 0
		}
		x, _ := strconv.Atoi(s[start:n])
		return min(x, 1024)
	}
	if n < len(s) && s[n] == '0' {
		v.zero = true
	}
	v.width = number()
	if n < len(s) && s[n] == '.' {
		n++
		v.offset, v.zero = v.width, false
		v.width = number()
	}
	for n < len(s) && strings.IndexByte("LUXR", s[n]) >= 0 {
		v.modifiers += s[n : n+1]
		n++
	}
	switch {
	case n >= len(s):
		return v, 0
	case s[n] != '{':
		v.key = s[n : n+1]
		return v, n + 1
	}
	end := matchBrace(s[n:])
	if end < 0 {
		return v, 0
	}
	v.key = s[n+1 : n+end]
	return v, n + end + 1
}

// matchBrace returns where the "}" stands that closes the "{" at the start.
func matchBrace(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func (v confVar) value(lookup func(string) (string, bool), depth int) string {
	text, ok := "", true
	switch {
	case v.key == "%":
		text = "%"
	case strings.HasPrefix(v.key, "if;") && depth < maxVarDepth:
		text, ok = expandIf(splitParams(v.key[3:]), lookup, depth+1)
	default:
		text, ok = lookup(v.key)
	}
	if !ok {
		return "UNSUPPORTED_VARIABLE_" + v.key
	}
	for i := range len(v.modifiers) {
		text = modify(text, v.modifiers[i])
	}
	if v.zero && len(text) < v.width {
		text = strings.Repeat("0", v.width-len(text)) + text
	}
	text = text[min(v.offset, len(text)):]
	if v.width > 0 && !v.zero && len(text) > v.width {
		text = text[:v.width]
	}
	return text
}

func modify(text string, modifier byte) string {
	switch modifier {
	case 'L':
		return strings.ToLower(text)
	case 'U':
		return strings.ToUpper(text)
	case 'X':
		n, _ := strconv.ParseUint(text, 10, 64)
		return strconv.FormatUint(n, 16)
	case 'R':
		b := []byte(text)
		for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
		return string(b)
	}
	return text
}

// splitParams cuts at ";" outside of braces.
func splitParams(s string) []string {
	var parts []string
	depth, start := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			depth--
		case ';':
			if depth == 0 {
				parts = append(parts, s[start:i])
				start = i + 1
			}
		}
	}
	return append(parts, s[start:])
}

// expandIf evaluates %{if;a;op;b;then;else}.
func expandIf(p []string, lookup func(string) (string, bool), depth int) (string, bool) {
	if len(p) != 5 {
		return "", false
	}
	a, b := expandVars(p[0], lookup, depth), expandVars(p[2], lookup, depth)
	x, _ := strconv.ParseInt(a, 10, 64)
	y, _ := strconv.ParseInt(b, 10, 64)
	var yes bool
	switch p[1] {
	case "eq":
		yes = a == b
	case "ne":
		yes = a != b
	case "==":
		yes = x == y
	case "!=":
		yes = x != y
	case "<":
		yes = x < y
	case "<=":
		yes = x <= y
	case ">":
		yes = x > y
	case ">=":
		yes = x >= y
	case "lt":
		yes = a < b
	case "le":
		yes = a <= b
	case "gt":
		yes = a > b
	case "ge":
		yes = a >= b
	default:
		return "", false
	}
	if yes {
		return expandVars(p[3], lookup, depth), true
	}
	return expandVars(p[4], lookup, depth), true
}
