package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mailtrek/sim/postfix"
)

// qshapeCommand is qshape(1): how many recipients of each domain have waited for
// how long.
func qshapeCommand(sh *operator, args []string) int {
	o, bad := getopt(args, "sb:t:w:ln:N:m:")
	if bad != "" {
		sh.errorf("/usr/sbin/qshape: %s\nUsage: /usr/sbin/qshape [ -s ] [ -l ] [ -b <bucket_count> ] [ -t <bucket_time> ] [ <queue_name> ... ]\n", bad)
		return 255
	}
	if !sh.root() {
		sh.errorf("Can't opendir incoming: Permission denied\n")
		return 1
	}
	buckets, minutes, senders, linear := 10, 5, false, false
	for _, s := range o.switches {
		n, err := strconv.Atoi(s.value)
		switch {
		case s.letter == 's':
			senders = true
		case s.letter == 'l':
			linear = true
		case err != nil || n < 1 || n > 40:
			sh.errorf("Value \"%s\" invalid for option %c (number expected)\n", visible(s.value), s.letter)
			return 255
		case s.letter == 'b':
			buckets = n
		case s.letter == 't':
			minutes = n
		}
	}
	queues := o.args
	if len(queues) == 0 {
		queues = []string{"incoming", "active"}
	}
	for _, q := range queues {
		if _, ok := sh.m.postfix.QueueFolder(q); !ok {
			sh.errorf("Can't stat %s: No such file or directory\n at /usr/sbin/qshape line 375.\n", visible(q))
		}
	}
	limits := make([]int, max(0, buckets-1))
	for i := range limits {
		if limits[i] = minutes << i; linear {
			limits[i] = minutes * (i + 1)
		}
	}
	sh.qshape(limits, sh.m.postfix.DomainAges(sh.p.Now(), senders, queues...))
	return 0
}

// qshape prints the table; limits are the ages, in minutes, at which columns end.
func (sh *operator) qshape(limits []int, domains []postfix.DomainAges) {
	labels := []string{"T"}
	for _, l := range limits {
		labels = append(labels, strconv.Itoa(l))
	}
	if len(limits) > 0 {
		labels = append(labels, labels[len(labels)-1]+"+")
	}
	total := make([]int, len(labels))
	var rows [][]int
	for _, d := range domains {
		row := make([]int, len(labels))
		for _, age := range d.Ages {
			at := slices.IndexFunc(limits, func(l int) bool { return age < time.Duration(l)*time.Minute })
			if at < 0 {
				at = len(limits)
			}
			row[0]++
			row[min(at+1, len(row)-1)]++
		}
		for i := range row {
			total[i] += row[i]
		}
		rows = append(rows, row)
	}
	room, widths := 80, make([]int, len(labels))
	for i, l := range labels {
		widths[i] = max(2, len(l), len(strconv.Itoa(total[i])))
		room -= widths[i] + 1
	}
	room = max(room, len("TOTAL"))
	line := func(name string, cells []string) {
		if len(name) > room {
			name = name[:room]
		}
		out := fmt.Sprintf("%*s", room, name)
		for i, c := range cells {
			out += fmt.Sprintf(" %*s", widths[i], c)
		}
		sh.printf("%s\n", out)
	}
	numbers := func(row []int) (cells []string) {
		for _, n := range row {
			cells = append(cells, strconv.Itoa(n))
		}
		return cells
	}
	line("", labels)
	line("TOTAL", numbers(total))
	for i, d := range domains {
		line(visible(d.Domain), numbers(rows[i]))
	}
}

const multiUsage = "Usage:postmulti -l [-v] [-a] [-g group] [-i instance] | postmulti -p [-v] [-a] [-g group] [-i instance] command... | " +
	"postmulti -x [-v] [-a] [-i name] [-g group] command..."

// multiCommand is postmulti(1) on a host with one Postfix; more are not modelled.
func multiCommand(sh *operator, args []string) int {
	split := len(args) // the command's own options are not ours
	for i, a := range args {
		if !strings.HasPrefix(a, "-") && (i == 0 || args[i-1] != "-i" && args[i-1] != "-g") {
			split = i
			break
		}
		if a == "-" && i > 0 && args[i-1] != "-i" {
			split = i
			break
		}
	}
	o, bad := getopt(args[:split], "ae:g:i:G:I:lpvxR")
	has := func(letter byte) bool { _, ok := o.value(letter); return ok }
	modes := 0
	for _, letter := range []byte("elpx") {
		if has(letter) {
			modes++
		}
	}
	name, named := o.value('i')
	switch {
	case bad != "":
		sh.errorf("postmulti: %s\npostmulti: fatal: %s\n", bad, multiUsage)
		return 1
	case modes != 1:
		const why = "fatal: Specify exactly one of '-e', '-l', '-p', '-x'"
		sh.errorf("postmulti: %s\n", why)
		sh.m.postfix.LogAs(sh.p, "postmulti", why)
		return 1
	case has('e'):
		sh.errorf("postmulti: a second Postfix on a host is not modelled\n")
		return 1
	case named && name != "-" || has('g'):
		return 0 // no instance has that name
	case has('l'):
		sh.printf("%-15s %-15s %-9s %s\n", "-", "-", "y", "/etc/postfix")
		return 0
	case has('p'):
		return sh.one(append([]string{"postfix"}, args[split:]...))
	case split == len(args):
		return 1
	}
	return sh.one(args[split:])
}
