package shell

import (
	"fmt"
	"strconv"
	"strings"

	"mailtrek/sim/host"
)

// chmod is chmod(1), with octal and with symbolic modes.
func chmod(s *Shell, args []string) int {
	mode := ""
	for i, a := range args { // "chmod -x FILE" has a mode that looks like an option
		if len(a) > 1 && a[0] == '-' && strings.Trim(a[1:], "rwxXst") == "" {
			mode, args = a, append(append([]string{}, args[:i]...), args[i+1:]...)
			break
		}
	}
	f, names, ok := s.parse("chmod", args, "Rvcf")
	if !ok {
		return 1
	}
	if mode == "" && len(names) > 0 {
		mode, names = names[0], names[1:]
	}
	if len(names) == 0 {
		s.missing("chmod", mode)
		return 1
	}
	if _, ok := changed(mode, 0, false); !ok {
		s.Errorf("chmod: invalid mode: '%s'\nTry 'chmod --help' for more information.\n", shown(mode))
		return 1
	}
	return s.permit("chmod", "permissions", names, f, func(name string, p host.Permission, dir bool) (host.Permission, error) {
		old := p.Mode
		p.Mode, _ = changed(mode, p.Mode, dir)
		if f.has('v') || f.has('c') && old != p.Mode {
			s.Printf("mode of '%s' %s\n", shown(name), modeChange(old, p.Mode))
		}
		return p, s.Files.Chmod(s.Path(name), p.Mode)
	})
}

// modeChange is what chmod -v says.
func modeChange(old, mode uint16) string {
	if old == mode {
		return fmt.Sprintf("retained as %04o (%s)", mode, host.ModeString(mode))
	}
	return fmt.Sprintf("changed from %04o (%s) to %04o (%s)", old, host.ModeString(old), mode, host.ModeString(mode))
}

// missing says that operands are missing; last is what stands there.
func (s *Shell) missing(name, last string) {
	after := ""
	if last != "" {
		after = " after '" + shown(last) + "'"
	}
	s.Errorf("%s: missing operand%s\nTry '%s --help' for more information.\n", name, after, name)
}

// permit changes the permissions of files, with -R of all below them.
func (s *Shell) permit(command, what string, names []string, f flags, change func(name string, p host.Permission, dir bool) (host.Permission, error)) (status int) {
	for _, n := range names {
		i, err := s.Files.Stat(s.Path(n))
		if err != nil {
			if !f.has('f') {
				s.Errorf("%s: cannot access '%s': %s\n", command, shown(n), Why(err))
			}
			status = 1
			continue
		}
		p, _ := s.Files.Permission(s.Path(n))
		if _, err = change(n, p, i.Dir); err != nil {
			why := Why(err)
			if why == "Permission denied" {
				why = "Operation not permitted"
			}
			s.Errorf("%s: changing %s of '%s': %s\n", command, what, shown(n), why)
			status = 1
			continue
		}
		if !f.has('R') || !i.Dir {
			continue
		}
		list, _ := s.Files.ReadDir(s.Path(n))
		for _, k := range list {
			if *s.steps++; *s.steps > maxSteps {
				return 1
			}
			status = max(status, s.permit(command, what, []string{strings.TrimSuffix(n, "/") + "/" + k.Name}, f, change))
		}
	}
	return status
}

// changed is a mode after a change: octal, or "u+x,go=r"; ok is false when the
// words make none.
func changed(words string, mode uint16, dir bool) (after uint16, ok bool) {
	if words != "" && words[0] >= '0' && words[0] <= '9' {
		n, err := strconv.ParseUint(words, 8, 16)
		return uint16(n), err == nil && n <= 0o7777
	}
	for _, part := range strings.Split(words, ",") {
		at := strings.IndexAny(part, "+-=")
		if at < 0 || strings.Trim(part[:at], "ugoa") != "" {
			return mode, false
		}
		whose := uint16(0)
		for _, w := range part[:at] {
			whose |= map[rune]uint16{'u': 0o4700, 'g': 0o2070, 'o': 0o1007, 'a': 0o7777}[w]
		}
		if at == 0 {
			whose = 0o7755 // umask 022
			if part[at] == '-' || strings.Trim(part[1:], "rx") == "" {
				whose = 0o7777
			}
		}
		bits, known := modeBits(part[at+1:], mode, dir)
		if !known {
			return mode, false
		}
		switch part[at] {
		case '+':
			mode |= bits & whose
		case '-':
			mode &^= bits & whose
		case '=':
			mode = mode&^(whose&0o777) | bits&whose
		}
	}
	return mode, true
}

// modeBits are those that letters stand for, for all.
func modeBits(letters string, mode uint16, dir bool) (bits uint16, ok bool) {
	for _, l := range letters {
		switch {
		case l == 'X' && (dir || mode&0o111 != 0):
			bits |= 0o111
		case l == 'X':
		case strings.ContainsRune("rwxst", l):
			bits |= map[rune]uint16{'r': 0o444, 'w': 0o222, 'x': 0o111, 's': 0o6000, 't': 0o1000}[l]
		default:
			return 0, false
		}
	}
	return bits, true
}

// chown is chown(1): OWNER, OWNER:GROUP, OWNER: (with the group of that user), :GROUP.
func chown(s *Shell, args []string) int {
	return s.give("chown", "ownership", args, func(word string) (uid, gid int, bad string) {
		uid, gid = -1, -1
		user, group, both := strings.Cut(word, ":")
		users, _ := s.Files.Users()
		if user != "" {
			u, known := users.Lookup(user)
			n, err := strconv.Atoi(user)
			if !known && err != nil {
				return 0, 0, "invalid user: '" + shown(word) + "'"
			}
			if uid = n; known {
				uid = u.UID
			}
			if both && group == "" && known {
				gid = u.GID
			}
		}
		if group != "" {
			if gid = s.group(group); gid < 0 {
				return 0, 0, "invalid group: '" + shown(word) + "'"
			}
		}
		return uid, gid, ""
	})
}

// chgrp is chgrp(1).
func chgrp(s *Shell, args []string) int {
	return s.give("chgrp", "group", args, func(word string) (uid, gid int, bad string) {
		if gid = s.group(word); gid < 0 {
			return 0, 0, "invalid group: '" + shown(word) + "'"
		}
		return -1, gid, ""
	})
}

// group is the number of a group, -1 when there is none of that name.
func (s *Shell) group(word string) int {
	if gid, ok := s.Files.GroupID(word); ok {
		return gid
	}
	if n, err := strconv.Atoi(word); err == nil {
		return n
	}
	return -1
}

// give is what chown and chgrp have in common.
func (s *Shell) give(command, what string, args []string, read func(word string) (uid, gid int, bad string)) int {
	f, names, ok := s.parse(command, args, "Rvcfh")
	if !ok {
		return 1
	}
	if len(names) < 2 {
		s.missing(command, strings.Join(names, ""))
		return 1
	}
	uid, gid, bad := read(names[0])
	if bad != "" {
		s.Errorf("%s: %s\n", command, bad)
		return 1
	}
	return s.permit(command, what, names[1:], f, func(name string, p host.Permission, _ bool) (host.Permission, error) {
		return p, s.Files.Chown(s.Path(name), uid, gid)
	})
}
