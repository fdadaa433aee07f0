package postfix

import (
	"cmp"
	"slices"
	"strings"
)

// masterColumns are where postconf(1) begins the columns of a service, as long
// as those before leave room.
var masterColumns = [8]int{0, 11, 17, 25, 33, 41, 49, 57}

// asked tells whether the words of postconf -M or -P, "name", "name/type" or
// "name/type/parameter", mean the service.
func (s *Service) asked(words []string) bool {
	for i, w := range words {
		if i < 2 && w != "*" && w != [...]string{s.Name, s.Type}[i] {
			return false
		}
	}
	return true
}

// PostconfMaster is "postconf -M": the services that are asked for, all of them
// when none is, a line each. Requests that no service answers come back.
func (m *MasterCF) PostconfMaster(requests []string) (lines, unmatched []string) {
	each := func(words []string) (found bool) {
		for i := range m.Services {
			if s := &m.Services[i]; s.asked(words) {
				lines, found = append(lines, s.masterLine()), true
			}
		}
		return found
	}
	if len(requests) == 0 {
		each(nil)
	}
	for _, r := range requests {
		if !each(strings.Split(r, "/")) {
			unmatched = append(unmatched, r)
		}
	}
	return lines, unmatched
}

// masterLine is a service as postconf -M prints it.
func (s *Service) masterLine() string {
	var b strings.Builder
	for i, column := range s.columns {
		if i > 0 {
			b.WriteString(strings.Repeat(" ", max(1, masterColumns[i]-b.Len())))
		}
		b.WriteString(column)
	}
	for _, a := range s.args {
		b.WriteString(" " + a)
	}
	return b.String()
}

// PostconfOverrides is "postconf -P": the parameters that services set with -o,
// "name/type/parameter = value".
func (m *MasterCF) PostconfOverrides(requests []string) (lines, unmatched []string) {
	each := func(words []string) (found bool) {
		for i := range m.Services {
			s := &m.Services[i]
			if !s.asked(words) {
				continue
			}
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
					lines, found = append(lines, strings.TrimRight(s.Name+"/"+s.Type+"/"+n+" = "+options[n], " ")), true
				}
			}
		}
		return found
	}
	if len(requests) == 0 {
		each(nil)
	}
	for _, r := range requests {
		if !each(strings.Split(r, "/")) {
			unmatched = append(unmatched, r)
		}
	}
	return lines, unmatched
}

// MapTypes is "postconf -m": the types of lookup tables of a Debian Postfix 3.7.
var MapTypes = []string{"btree", "cidr", "environ", "fail", "hash", "inline", "internal", "memcache", "nis", "pipemap", "proxy",
	"randmap", "regexp", "socketmap", "static", "tcp", "texthash", "unionmap", "unix"}
