package shell

import (
	"sort"
	"strconv"
	"strings"

	"mailtrek/protocols/wire"
)

// shown is text from outside as a terminal may have it.
func shown(s string) string { return wire.Visible(s) }

// builtins are the commands that every shell has, and the filters.
func builtins() map[string]Program {
	return map[string]Program{
		"cd": cd, "pwd": pwd, "echo": echo, "printf": printf, "exit": exit, "test": test, "[": bracket, "read": readLine,
		"set": set, "shift": shift, "unset": unset, "export": export, "break": leaveLoop, "continue": nextRound, "return": leaveFunction, "local": local, "eval": eval, "sh": anotherShell, "dash": anotherShell,
		":": success, "true": success, "false": failure, "command": commandV, "which": which, "type": kindOf,
		"cat": cat, "less": cat, "more": cat, "head": head, "tail": tail, "wc": wc, "sort": sortLines, "uniq": uniq, "cut": cut, "tr": translate,
		"grep": grep, "egrep": grepExtended, "fgrep": grepFixed, "sed": sed, "awk": awk, "tee": tee, "xargs": xargs, "basename": basename, "dirname": dirname, "seq": seq,
		"ls": ls, "cp": cp, "mv": mv, "rm": rm, "mkdir": mkdir, "rmdir": rmdir, "touch": touch, "chmod": chmod, "chown": chown, "chgrp": chgrp, "stat": stat, "find": find,
	}
}

func builtin(name string) Program { return builtins()[name] }

// Names are the commands that a shell has by itself, in order.
func Names() []string {
	var names []string
	for n := range builtins() {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

func success(*Shell, []string) int { return 0 }
func failure(*Shell, []string) int { return 1 }

func cd(s *Shell, args []string) int {
	to := s.Home
	if len(args) > 0 {
		to = args[0]
	}
	if to == "-" {
		to = s.vars["OLDPWD"]
	}
	full := s.Path(to)
	if i, err := s.Files.Stat(full); full != "/" && (err != nil || !i.Dir) {
		s.Errorf("sh: %d: cd: can't cd to %s\n", s.line, shown(to))
		return 2
	}
	if len(args) > 0 && args[0] == "-" {
		s.Printf("%s\n", full)
	}
	s.vars["OLDPWD"] = s.Dir
	s.Dir = full
	return 0
}

func pwd(s *Shell, _ []string) int {
	s.Printf("%s\n", s.Dir)
	return 0
}

// echo is that of dash: it knows -n, and escapes.
func echo(s *Shell, args []string) int {
	end := "\n"
	if len(args) > 0 && args[0] == "-n" {
		args, end = args[1:], ""
	}
	text, stop := escapes(strings.Join(args, " "), true)
	if stop {
		end = ""
	}
	s.Printf("%s%s", text, end)
	return 0
}

// escapes replaces \n and its like; stop is \c. Octal numbers have a 0 at their
// head in echo and need none in printf.
func escapes(text string, zero bool) (out string, stop bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		if at := strings.IndexByte(`abfnrtv\`, text[i]); at >= 0 {
			b.WriteByte("\a\b\f\n\r\t\v\\"[at])
			continue
		}
		if text[i] == 'c' {
			return b.String(), true
		}
		digits := i
		if zero && text[i] == '0' {
			digits++
		}
		n := digits
		for n < len(text) && n < digits+3 && text[n] >= '0' && text[n] <= '7' {
			n++
		}
		if zero && text[i] != '0' || !zero && n == digits {
			b.WriteString(text[i-1 : i+1])
			continue
		}
		v, _ := strconv.ParseUint("0"+text[digits:n], 8, 16)
		b.WriteByte(byte(v))
		i = n - 1
	}
	return b.String(), false
}

func printf(s *Shell, args []string) int {
	if len(args) == 0 {
		s.Errorf("sh: %d: printf: usage: printf format [arg ...]\n", s.line)
		return 2
	}
	format, rest := args[0], args[1:]
	for round := 0; round == 0 || len(rest) > 0; round++ {
		text, left, stop := formatted(format, rest)
		s.Printf("%s", text)
		if stop || len(left) == len(rest) {
			break
		}
		rest = left
	}
	return 0
}

// formatted is one use of the format; left are the arguments that it did not need.
func formatted(format string, args []string) (text string, left []string, stop bool) {
	var b strings.Builder
	for len(format) > 0 {
		i := strings.IndexByte(format, '%')
		if i < 0 {
			i = len(format)
		}
		literal, stop := escapes(format[:i], false)
		if b.WriteString(literal); stop {
			return b.String(), args, true
		}
		if format = format[i:]; format == "" {
			break
		}
		n := 1
		for n < len(format) && strings.IndexByte("-+ #0.123456789", format[n]) >= 0 {
			n++
		}
		if n == len(format) {
			b.WriteString(format)
			break
		}
		verb := format[n]
		flags := format[1:n]
		format = format[n+1:]
		if verb == '%' {
			b.WriteByte('%')
			continue
		}
		arg := ""
		if len(args) > 0 {
			arg, args = args[0], args[1:]
		}
		b.WriteString(padded(verb, flags, arg))
	}
	return b.String(), args, false
}

// padded is one argument in the form that a verb of printf gives it.
func padded(verb byte, flags, arg string) string {
	switch verb {
	case 'b':
		arg, _ = escapes(arg, true)
	case 'c':
		arg = arg[:min(1, len(arg))]
	case 'd', 'i', 'u':
		n, _ := strconv.ParseInt(strings.TrimSpace(arg), 0, 64)
		arg = strconv.FormatInt(n, 10)
	case 'x':
		n, _ := strconv.ParseInt(strings.TrimSpace(arg), 0, 64)
		arg = strconv.FormatInt(n, 16)
	}
	left := strings.Contains(flags, "-")
	width, precision, cut := strings.Cut(strings.TrimLeft(flags, "-+ #"), ".")
	if n, err := strconv.Atoi(precision); cut && verb == 's' && err == nil && n < len(arg) {
		arg = arg[:n]
	}
	n, _ := strconv.Atoi(width)
	pad := strings.Repeat(" ", min(max(0, n-len(arg)), 1000))
	if strings.HasPrefix(width, "0") && verb != 's' {
		pad = strings.ReplaceAll(pad, " ", "0")
	}
	if left {
		return arg + pad
	}
	return pad + arg
}

func exit(s *Shell, args []string) int {
	s.done = true
	if len(args) > 0 {
		n, err := strconv.Atoi(args[0])
		if err != nil || n < 0 {
			s.Errorf("sh: %d: exit: Illegal number: %s\n", s.line, shown(args[0]))
			return 2
		}
		return n & 255
	}
	return s.status
}

func leaveLoop(s *Shell, args []string) int { return s.leap(breaking, args) }
func nextRound(s *Shell, args []string) int { return s.leap(continuing, args) }

// leap leads out of a loop, or of several.
func (s *Shell) leap(to jump, args []string) int {
	n := 1
	if len(args) > 0 {
		n, _ = strconv.Atoi(args[0])
	}
	if n < 1 {
		s.Errorf("sh: %d: %s: Illegal number: %s\n", s.line, map[jump]string{breaking: "break", continuing: "continue"}[to], shown(args[0]))
		s.done = true
		return 2
	}
	if s.loops > 0 {
		s.jump, s.levels = to, min(n, s.loops)
	}
	return 0
}

// leaveFunction is return.
func leaveFunction(s *Shell, args []string) int {
	s.jump = returning
	if len(args) == 0 {
		return s.status
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 0 {
		s.Errorf("sh: %d: return: Illegal number: %s\n", s.line, shown(args[0]))
		s.done = true
		return 2
	}
	return n & 255
}

// local gives variables that are those of the function alone.
func local(s *Shell, args []string) int {
	if s.locals == nil {
		s.Errorf("sh: %d: local: not in a function\n", s.line)
		s.done = true
		return 2
	}
	for _, a := range args {
		name, value, set := strings.Cut(a, "=")
		if _, again := s.locals[name]; !again {
			s.locals[name] = nil
			if v, ok := s.vars[name]; ok {
				s.locals[name] = &v
			}
		}
		if set {
			s.vars[name] = value
		}
	}
	return 0
}

func eval(s *Shell, args []string) int { return s.source("eval: ", strings.Join(args, " ")) }

// anotherShell is sh(1): with -c it runs its argument, else a file, or what it
// reads. The words after that are its parameters.
func anotherShell(s *Shell, args []string) int {
	sub := s.sub()
	sub.done, sub.jump, sub.args = false, 0, []string{"sh"}
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && args[0] != "-c" {
		args = args[1:]
	}
	switch {
	case len(args) == 0:
		return sub.source("", string(s.In.All()))
	case args[0] != "-c":
		data, why := s.Read(args[0])
		if why != "" {
			s.Errorf("sh: 0: cannot open %s: %s\n", shown(args[0]), strings.TrimSuffix(why, " or directory"))
			return 2
		}
		sub.args = args
		return sub.source("", string(data))
	case len(args) == 1:
		s.Errorf("sh: 0: -c requires an argument\n")
		return 2
	case len(args) > 2:
		sub.args = args[2:]
	}
	return sub.source("", args[1])
}

// readLine is read: it puts a line's words into variables.
func readLine(s *Shell, args []string) int {
	if len(args) > 0 && args[0] == "-r" {
		args = args[1:]
	}
	line, ok := s.In.Line()
	line = strings.Trim(line, " \t")
	for i, name := range args {
		word := line
		if at := strings.IndexAny(line, " \t"); at >= 0 && i < len(args)-1 {
			word, line = line[:at], strings.TrimLeft(line[at:], " \t")
		} else {
			line = ""
		}
		s.vars[name] = word
	}
	if !ok {
		return 1
	}
	return 0
}

// set gives the positional parameters; its options have no effect here.
func set(s *Shell, args []string) int {
	for len(args) > 0 && len(args[0]) > 1 && (args[0][0] == '-' || args[0][0] == '+') {
		word := args[0]
		if args = args[1:]; word == "--" {
			s.args = append([]string{"sh"}, args...)
			return 0
		}
	}
	if len(args) > 0 {
		s.args = append([]string{"sh"}, args...)
	}
	return 0
}

func shift(s *Shell, args []string) int {
	n := 1
	if len(args) > 0 {
		n, _ = strconv.Atoi(args[0])
	}
	if n < 0 || n > len(s.params()) {
		s.Errorf("sh: %d: shift: can't shift that many\n", s.line)
		s.done = true
		return 2
	}
	s.args = append([]string{"sh"}, s.params()[n:]...)
	return 0
}

func unset(s *Shell, args []string) int {
	if len(args) > 0 && args[0] == "-f" {
		for _, name := range args[1:] {
			delete(s.functions, name)
		}
		return 0
	}
	for _, name := range args {
		delete(s.vars, name)
	}
	return 0
}

func export(s *Shell, args []string) int {
	for _, a := range args {
		if name, value, ok := strings.Cut(a, "="); ok {
			s.vars[name] = value
		}
	}
	return 0
}

// commandV is command: with -v it tells where a program is.
func commandV(s *Shell, args []string) int {
	if len(args) > 0 && args[0] == "-v" {
		return which(s, args[1:])
	}
	if len(args) == 0 {
		return 0
	}
	return s.Exec(args)
}

// folderOf is where a program lies.
func (s *Shell) folderOf(name string) (folder string, ok bool) {
	if s.Find != nil && s.Find(name) != nil {
		if strings.HasPrefix(name, "post") || name == "sendmail" || name == "dovecot" {
			return "/usr/sbin/", true
		}
		return "/usr/bin/", true
	}
	if builtin(name) == nil {
		return "", false
	}
	if strings.Contains(" cd pwd echo printf exit test [ read set shift unset export break continue return local eval : true false command type ", " "+name+" ") {
		return "", true
	}
	return "/usr/bin/", true
}

func which(s *Shell, args []string) (status int) {
	for _, a := range args {
		folder, ok := s.folderOf(a)
		if !ok {
			status = 127
			continue
		}
		s.Printf("%s%s\n", folder, a)
	}
	return status
}

func kindOf(s *Shell, args []string) (status int) {
	for _, a := range args {
		switch folder, ok := s.folderOf(a); {
		case !ok:
			s.Printf("%s: not found\n", shown(a))
			status = 127
		case folder == "":
			s.Printf("%s is a shell builtin\n", a)
		default:
			s.Printf("%s is %s%s\n", a, folder, a)
		}
	}
	return status
}
