package host

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"
)

//go:embed dovecot-d.txt
var dovecotDefaults string

// dovecotSetting is what is known of a setting besides its name.
type dovecotSetting struct {
	kind     string // "string", "bool", "number", "time", "size", "port", "enum:a,b"
	deflt    string
	modelled bool
}

// dovecotSchema are the settings by section; the section "" is the top level.
var dovecotSchema = parseDovecotSchema(dovecotDefaults)

func parseDovecotSchema(text string) map[string]map[string]dovecotSetting {
	schema := map[string]map[string]dovecotSetting{"": {}}
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
			schema[section] = map[string]dovecotSetting{}
		default:
			f := strings.SplitN(line, "\t", 3)
			name, modelled := strings.CutPrefix(f[0], "*")
			schema[section][name] = dovecotSetting{kind: f[1], deflt: f[2], modelled: modelled}
		}
	}
	return schema
}

// check returns the complaint of doveconf about a value, or "".
func (s dovecotSetting) check(value string) string {
	switch s.kind {
	case "bool":
		if _, ok := dovecotBool(value); !ok {
			return "Invalid boolean value: " + value + " (use yes or no)"
		}
	case "number":
		if strings.HasPrefix(value, "-") && len(value) > 1 {
			return "Invalid number " + value + ": Number too small"
		}
		if _, err := strconv.ParseUint(value, 10, 64); err != nil {
			return "Invalid number " + value + ": Not a valid number"
		}
	case "port":
		if _, err := strconv.ParseUint(value, 10, 16); err != nil {
			return "Invalid port number " + value
		}
	case "time":
		if _, err := dovecotTime(value); err != nil {
			return err.Error()
		}
	case "size":
		if _, ok := dovecotSize(value); !ok {
			return "Invalid size: " + value
		}
	default:
		if choices, ok := strings.CutPrefix(s.kind, "enum:"); ok && !listed(choices, value) {
			return "Invalid value: " + value
		}
	}
	return ""
}

func listed(choices, value string) bool {
	for c := range strings.SplitSeq(choices, ",") {
		if c == value {
			return true
		}
	}
	return false
}

func dovecotBool(v string) (value, ok bool) {
	switch strings.ToLower(v) {
	case "yes", "y", "1":
		return true, true
	case "no":
		return false, true
	}
	return false, false
}

// dovecotTime reads "2 secs", "3w", "0".
func dovecotTime(v string) (time.Duration, error) {
	digits := len(v) - len(strings.TrimLeft(v, "0123456789"))
	n, err := strconv.ParseUint(v[:digits], 10, 32)
	if err != nil {
		return 0, fmt.Errorf("Invalid time interval: %s", v)
	}
	unit := strings.ToLower(strings.TrimLeft(v[digits:], " "))
	if unit == "" {
		if n == 0 {
			return 0, nil
		}
		return 0, fmt.Errorf("Time interval '%s' is missing units (add e.g. 's' for seconds)", v)
	}
	if unit == "ms" || strings.HasPrefix("milliseconds", unit) && len(unit) > 2 || strings.HasPrefix("msecs", unit) && len(unit) > 1 {
		return 0, fmt.Errorf("Milliseconds not supported for this setting: %s", v)
	}
	for _, u := range []struct {
		words string
		size  time.Duration
	}{{"secs seconds", time.Second}, {"mins minutes", time.Minute}, {"hours", time.Hour}, {"days", 24 * time.Hour}, {"weeks", 7 * 24 * time.Hour}} {
		for word := range strings.FieldsSeq(u.words) {
			if strings.HasPrefix(word, unit) {
				return time.Duration(n) * u.size, nil
			}
		}
	}
	return 0, fmt.Errorf("Invalid time interval: %s", v)
}

// dovecotSize reads "64 k", "10M", "3 kb", "512".
func dovecotSize(v string) (int64, bool) {
	digits := len(v) - len(strings.TrimLeft(v, "0123456789"))
	n, err := strconv.ParseUint(v[:digits], 10, 63)
	if err != nil {
		return 0, false
	}
	unit := strings.ToLower(strings.TrimLeft(v[digits:], " "))
	shift := 0
	if unit != "" {
		shift = 10 * strings.IndexByte("bkmgt", unit[0])
		if rest := unit[1:]; shift < 0 || rest != "" && (shift == 0 || rest != "b" && rest != "ib") {
			return 0, false
		}
	}
	return int64(n << shift), int64(n<<shift)>>shift == int64(n)
}
