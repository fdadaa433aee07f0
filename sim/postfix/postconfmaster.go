package postfix

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// masterFields are the columns of master.cf as "postconf -F" calls them.
var masterFields = []string{"service", "type", "private", "unprivileged", "chroot", "wakeup", "process_limit", "command"}

// asked tells whether the words of postconf -M, -F or -P, "name", "name/type" or
// "name/type/what", mean the service.
func (s *Service) asked(words []string) bool {
	for i, w := range words {
		if i < 2 && w != "*" && w != [...]string{s.Name, s.Type}[i] {
			return false
		}
	}
	return true
}

// each calls do for what is asked of the services, of all of them when nothing
// is; requests that no service answers come back.
func (m *MasterCF) each(requests []string, do func(s *Service, words []string) (found bool)) (unmatched []string) {
	if len(requests) == 0 {
		for i := range m.Services {
			do(&m.Services[i], nil)
		}
	}
	for _, r := range requests {
		words, found := strings.Split(r, "/"), false
		for i := range m.Services {
			if s := &m.Services[i]; s.asked(words) && do(s, words) {
				found = true
			}
		}
		if !found {
			unmatched = append(unmatched, r)
		}
	}
	return unmatched
}

// PostconfMaster is "postconf -M": the services that are asked for, all of them
// when none is, a line each, or more with opt.Fold.
func (m *MasterCF) PostconfMaster(c *Config, opt PostconfOptions, requests []string) (lines, unmatched []string, err error) {
	for _, r := range requests {
		if r == "" || strings.Count(r, "/") > 1 {
			return nil, nil, errors.New("-M option requires service_name[/type]")
		}
	}
	unmatched = m.each(requests, func(s *Service, _ []string) bool {
		lines = append(lines, strings.Split(s.text(c, opt), "\n")...)
		return true
	})
	return lines, unmatched, nil
}

// text is a service as "postconf -M" prints it.
func (s *Service) text(c *Config, opt PostconfOptions) string {
	return s.head() + s.command(c, opt)
}

// head are the columns up to the command.
func (s *Service) head() string {
	var b strings.Builder
	for i, goal := range [...]int{0, 11, 17, 25, 33, 41, 49, 57} {
		if i > 0 {
			b.WriteString(strings.Repeat(" ", max(1, goal-b.Len())))
		}
		if i < 7 {
			b.WriteString(s.columns[i])
		}
	}
	return b.String()
}

// command is the program with its arguments; opt.Fold begins a line with each
// -o, opt.Expand replaces the $names.
func (s *Service) command(c *Config, opt PostconfOptions) string {
	text := s.columns[7]
	for i, a := range s.args {
		if i > 0 && s.args[i-1] == "-o" {
			if name, value, problem := splitNameValue(a); problem == "" {
				a = name + "=" + value
			}
		}
		if opt.Expand && c != nil {
			if expanded, err := c.Service(s).Expand(a); err == nil {
				a = expanded
			}
		}
		if strings.ContainsAny(a, " \t") {
			a = "{" + a + "}"
		}
		if gap := " "; opt.Fold && strings.HasPrefix(a, "-o") {
			text += "\n    " + a
		} else {
			text += gap + a
		}
	}
	return text
}

// PostconfFields is "postconf -F": the columns of services, "name/type/column =
// value".
func (m *MasterCF) PostconfFields(c *Config, opt PostconfOptions, requests []string) (lines, unmatched []string, err error) {
	for _, r := range requests {
		if words := strings.Split(r, "/"); len(words) == 3 && words[2] != "*" && !slices.Contains(masterFields, words[2]) {
			return nil, nil, fmt.Errorf("invalid service attribute name: \"%s\"", words[2])
		}
	}
	unmatched = m.each(requests, func(s *Service, words []string) bool {
		for i, field := range masterFields {
			if len(words) == 3 && words[2] != field && words[2] != "*" {
				continue
			}
			value := s.columns[i]
			if i == 7 {
				value = s.command(c, PostconfOptions{Expand: opt.Expand})
			}
			lines = append(lines, opt.line(s.Name+"/"+s.Type+"/"+field, value))
		}
		return true
	})
	return lines, unmatched, nil
}

// PostconfOverrides is "postconf -P": the parameters that services set with -o,
// "name/type/parameter = value".
func (m *MasterCF) PostconfOverrides(c *Config, opt PostconfOptions, requests []string) (lines, unmatched []string) {
	unmatched = m.each(requests, func(s *Service, words []string) (found bool) {
		options := map[string]string{}
		var names []string
		for _, o := range s.Options {
			if _, again := options[o.Name]; !again {
				names = append(names, o.Name)
			}
			options[o.Name] = o.Value
		}
		slices.SortFunc(names, cmp.Compare[string])
		for _, n := range names {
			if len(words) < 3 || words[2] == n || words[2] == "*" {
				value := options[n]
				if opt.Expand {
					if expanded, err := c.Service(s).Expand(value); err == nil {
						value = expanded
					}
				}
				lines, found = append(lines, opt.line(s.Name+"/"+s.Type+"/"+n, value)), true
			}
		}
		return found
	})
	return lines, unmatched
}

// MapTypes is "postconf -m": the types of lookup tables of a Debian Postfix 3.7.
var MapTypes = []string{"btree", "cidr", "environ", "fail", "hash", "inline", "internal", "memcache", "nis", "pipemap", "proxy",
	"randmap", "regexp", "socketmap", "static", "tcp", "texthash", "unionmap", "unix"}
