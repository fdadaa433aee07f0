package postfix

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// EditServices changes the text of a master.cf as "postconf -Me" does for edits
// "name/type=line", "postconf -MX" and "postconf -M#" for "name/type": the line
// of the service is replaced where it stands, removed, or put in comments; one
// that was not there is added at the end.
func EditServices(text string, how byte, edits []string) (string, []string, error) {
	for _, e := range edits {
		words, line, err := readEdit(e, how == 'e', 2, "-Me, -MX or -M# requires service_name/type")
		if err != nil {
			return text, nil, err
		}
		var becomes *Service
		if how == 'e' {
			s, _, err := parseService(line)
			if err != nil && len(s.columns[7]) == 0 && s.Name == "" {
				return text, nil, fmt.Errorf("bad field count: \"%s\"", e)
			}
			if err != nil {
				return text, nil, err
			}
			becomes = &s
		}
		done := false
		text = eachService(text, func(s *Service, old string) (string, bool) {
			if !s.asked(words) {
				return "", false
			}
			done = true
			switch how {
			case 'X':
				return "", true
			case '#':
				var b strings.Builder
				for l := range strings.Lines(old) {
					b.WriteString("#" + l)
				}
				return b.String(), true
			}
			return becomes.text(nil, PostconfOptions{Fold: true}) + "\n", true
		})
		if !done && how == 'e' {
			text = endWithNewline(text) + becomes.text(nil, PostconfOptions{Fold: true}) + "\n"
		}
	}
	return text, nil, nil
}

// EditFields changes columns as "postconf -Fe name/type/column=value" does.
func EditFields(text string, edits []string) (out string, warnings []string, err error) {
	for _, e := range edits {
		words, value, err := readEdit(e, true, 3, "-Fe requires service_name/type/field_name")
		if err != nil {
			return text, nil, err
		}
		column := slices.Index(masterFields, words[2])
		if column < 0 {
			return text, nil, fmt.Errorf("invalid service attribute name: \"%s\"", words[2])
		}
		text, warnings, err = editService(text, words, e, func(s *Service) error {
			fields := slices.Clone(s.columns[:])
			if column == 7 {
				list, _ := splitFields(value)
				if len(list) == 0 {
					return errors.New("bad field count: \"" + e + "\"")
				}
				s.columns[7], s.args = list[0], list[1:]
				return nil
			}
			fields[column] = value
			if _, _, err := parseService(strings.Join(fields, " ")); err != nil {
				before, _, _ := strings.Cut(err.Error(), " in \"")
				return errors.New(before + " in \"" + value + "\"")
			}
			s.columns[column] = value
			return nil
		})
		if err != nil {
			return text, nil, err
		}
	}
	return text, warnings, nil
}

// EditOverrides changes the -o of services as "postconf -Pe
// name/type/parameter=value" and "postconf -PX" do.
func EditOverrides(text string, how byte, edits []string) (out string, warnings []string, err error) {
	for _, e := range edits {
		words, value, err := readEdit(e, how == 'e', 3, "-Pe or -PX requires service_name/type/parameter")
		if err != nil {
			return text, nil, err
		}
		if strings.ContainsAny(value, " \t") {
			return text, nil, errors.New("-Pe does not accept whitespace in parameter value")
		}
		var more []string
		text, more, err = editService(text, words, e, func(s *Service) error {
			for i := 0; i+1 < len(s.args); i++ {
				name, _, _ := splitNameValue(s.args[i+1])
				switch {
				case s.args[i] != "-o" || name != words[2]:
				case how == 'e':
					s.args[i+1] = name + "=" + value
					return nil
				default:
					s.args = slices.Delete(s.args, i, i+2)
					return nil
				}
			}
			if how == 'e' {
				s.args = append(s.args, "-o", words[2]+"="+value)
			}
			return nil
		})
		if warnings = append(warnings, more...); err != nil {
			return text, nil, err
		}
	}
	return text, warnings, nil
}

// readEdit takes an edit apart: the names before the "=", of which there must be
// n, and the value behind it where the edit has one.
func readEdit(edit string, valued bool, n int, requires string) (names []string, value string, err error) {
	target := edit
	if valued {
		var problem string
		if target, value, problem = splitNameValue(edit); problem != "" {
			return nil, "", fmt.Errorf("%s: \"%s\"", problem, edit)
		}
	}
	if names = strings.Split(target, "/"); len(names) != n {
		return nil, "", errors.New(requires)
	}
	return names, value, nil
}

// editService changes the services that are asked for and writes their lines
// anew.
func editService(text string, words []string, edit string, change func(s *Service) error) (out string, warnings []string, err error) {
	done := false
	out = eachService(text, func(s *Service, _ string) (string, bool) {
		if !s.asked(words) || err != nil {
			return "", false
		}
		if done, err = true, change(s); err != nil {
			return "", false
		}
		return s.text(nil, PostconfOptions{Fold: true}) + "\n", true
	})
	if !done {
		warnings = append(warnings, fmt.Sprintf("unmatched service_name/type: \"%s\"", edit))
	}
	return out, warnings, err
}

// eachService passes every line of a master.cf to change, which may replace it.
func eachService(text string, change func(s *Service, old string) (string, bool)) string {
	lines, _ := logicalLines(MasterFile, text)
	var b strings.Builder
	at := 0
	for _, l := range lines {
		s, _, err := parseService(l.text)
		if err != nil {
			continue
		}
		if line, ok := change(&s, text[l.start:l.end]); ok {
			b.WriteString(text[at:l.start] + line)
			at = l.end
		}
	}
	return b.String() + text[at:]
}

// MultipleEntries warns of names that an edit of main.cf finds more than once.
func MultipleEntries(text string, edits []string) (warnings []string) {
	lines, _ := logicalLines(MainFile, text)
	for _, e := range edits {
		name, _, _ := splitNameValue(e)
		n := 0
		for _, l := range lines {
			if found, _, problem := splitNameValue(l.text); problem == "" && found == name {
				n++
			}
		}
		if n > 1 {
			warnings = append(warnings, fmt.Sprintf("%s: multiple entries for \"%s\"", MainFile, name))
		}
	}
	return warnings
}
