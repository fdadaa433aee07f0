package shell

import (
	"strconv"
	"strings"
)

// bracket is [, which is test with a ] at its end.
func bracket(s *Shell, args []string) int {
	if len(args) == 0 || args[len(args)-1] != "]" {
		s.Errorf("sh: %d: [: missing ]\n", s.line)
		return 2
	}
	return test(s, args[:len(args)-1])
}

// test is test(1): it compares texts and numbers, and looks for files.
func test(s *Shell, args []string) int {
	t := &tester{s: s, args: args}
	if len(args) == 0 {
		return 1
	}
	yes := t.or()
	if t.bad == "" && len(t.args) > 0 {
		t.bad = t.args[0] + ": unexpected operator"
	}
	switch {
	case t.bad != "":
		s.Errorf("sh: %d: [: %s\n", s.line, shown(t.bad))
		return 2
	case yes:
		return 0
	}
	return 1
}

type tester struct {
	s    *Shell
	args []string
	bad  string
}

func (t *tester) next() string {
	if len(t.args) == 0 {
		return ""
	}
	a := t.args[0]
	t.args = t.args[1:]
	return a
}

func (t *tester) or() bool {
	yes := t.and()
	for t.bad == "" && len(t.args) > 0 && t.args[0] == "-o" {
		t.next()
		more := t.and()
		yes = yes || more
	}
	return yes
}

func (t *tester) and() bool {
	yes := t.not()
	for t.bad == "" && len(t.args) > 0 && t.args[0] == "-a" {
		t.next()
		more := t.not()
		yes = yes && more
	}
	return yes
}

func (t *tester) not() bool {
	if len(t.args) > 1 && t.args[0] == "!" {
		t.next()
		return !t.not()
	}
	return t.primary()
}

func (t *tester) primary() bool {
	if len(t.args) >= 3 && strings.Contains(" = != -eq -ne -lt -le -gt -ge ", " "+t.args[1]+" ") {
		a, op, b := t.next(), t.next(), t.next()
		return t.compare(a, op, b)
	}
	if len(t.args) == 2 && (t.args[1] == "=" || t.args[1] == "!=" || len(t.args[1]) == 3 && t.args[1][0] == '-') {
		t.bad = t.args[1] + ": argument expected"
		return false
	}
	a := t.next()
	if len(a) != 2 || a[0] != '-' || len(t.args) == 0 {
		return a != ""
	}
	b := t.next()
	switch a[1] {
	case 'n':
		return b != ""
	case 'z':
		return b == ""
	}
	i, err := t.s.Files.Stat(t.s.Path(b))
	switch a[1] {
	case 'e', 'r', 'w':
		return err == nil
	case 'f':
		return err == nil && !i.Dir
	case 'd':
		return err == nil && i.Dir
	case 's':
		return err == nil && i.Size > 0
	}
	t.bad = a + ": unexpected operator"
	return false
}

func (t *tester) compare(a, op, b string) bool {
	switch op {
	case "=":
		return a == b
	case "!=":
		return a != b
	}
	x, err := strconv.Atoi(strings.TrimSpace(a))
	y, err2 := strconv.Atoi(strings.TrimSpace(b))
	if err != nil || err2 != nil {
		if t.bad = "Illegal number: " + a; err == nil {
			t.bad = "Illegal number: " + b
		}
		return false
	}
	switch op {
	case "-eq":
		return x == y
	case "-ne":
		return x != y
	case "-lt":
		return x < y
	case "-le":
		return x <= y
	case "-gt":
		return x > y
	}
	return x >= y
}
