package shell

import (
	"fmt"
	"strconv"
	"strings"
)

// maxSeq is how many numbers seq prints.
const maxSeq = 1 << 20

// seq prints numbers: up to LAST, from FIRST on, in steps (whole numbers only).
func seq(s *Shell, args []string) int {
	sep, wide := "\n", false
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && len(args[0]) > 1 && (args[0][1] < '0' || args[0][1] > '9') {
		switch {
		case args[0] == "-w":
			wide = true
		case strings.HasPrefix(args[0], "-s") && len(args[0]) > 2:
			sep = args[0][2:]
		case args[0] == "-s" && len(args) > 1:
			sep, args = args[1], args[1:]
		default:
			s.Errorf("seq: the option %s is not modelled here\n", shown(args[0]))
			return 1
		}
		args = args[1:]
	}
	if len(args) == 0 || len(args) > 3 {
		why := "missing operand"
		if len(args) > 3 {
			why = "extra operand '" + shown(args[3]) + "'"
		}
		s.Errorf("seq: %s\nTry 'seq --help' for more information.\n", why)
		return 1
	}
	bounds := []int{1, 1, 0} // first, step, last
	for i, a := range args {
		n, err := strconv.Atoi(a)
		if err != nil {
			s.Errorf("seq: invalid floating point argument: '%s'\nTry 'seq --help' for more information.\n", shown(a))
			return 1
		}
		bounds[[][]int{{2}, {0, 2}, {0, 1, 2}}[len(args)-1][i]] = n
	}
	return s.count(bounds, sep, wide)
}

// count prints the numbers of seq.
func (s *Shell) count(bounds []int, sep string, wide bool) int {
	first, step, last := bounds[0], bounds[1], bounds[2]
	if step == 0 {
		s.Errorf("seq: invalid Zero increment value: '0'\nTry 'seq --help' for more information.\n")
		return 1
	}
	width := 0
	if wide {
		width = max(len(strconv.Itoa(first)), len(strconv.Itoa(last)))
	}
	var b strings.Builder
	for i, n := 0, first; (step > 0 && n <= last || step < 0 && n >= last) && i < maxSeq; i, n = i+1, n+step {
		if i > 0 {
			b.WriteString(sep)
		}
		fmt.Fprintf(&b, "%0*d", width, n)
	}
	if b.Len() > 0 {
		s.Printf("%s\n", b.String())
	}
	return 0
}
