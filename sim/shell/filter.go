package shell

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Filters read files, or the standard input when none is named, and write what
// is left. Of each the options that operators use are there; others are refused
// by name.

// flags are the options of a filter, by letter; those that may be given twice
// keep the last.
type flags map[byte]string

// parse takes the options off the arguments. letters are as for getopt(3); a
// number as in "head -3" comes as the option n.
func (s *Shell) parse(name string, args []string, letters string) (f flags, rest []string, ok bool) {
	f = flags{}
	if len(args) > 0 && len(args[0]) > 1 && args[0][0] == '+' && name == "tail" {
		args = append([]string{"-n" + args[0]}, args[1:]...)
	}
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		word := args[0][1:]
		args = args[1:]
		if word == "-" {
			break
		}
		if _, err := strconv.Atoi(word); err == nil && strings.Contains(letters, "n:") {
			f['n'] = word
			continue
		}
		for word != "" {
			c := word[0]
			at := strings.IndexByte(letters, c)
			if word = word[1:]; at < 0 || c == ':' {
				s.Errorf("%s: the option -%s is not modelled here\n", name, shown(string(rune(c))))
				return nil, nil, false
			}
			if at+1 == len(letters) || letters[at+1] != ':' {
				f[c] = ""
				continue
			}
			if word == "" {
				if len(args) == 0 {
					s.Errorf("%s: option requires an argument -- '%c'\n", name, c)
					return nil, nil, false
				}
				word, args = args[0], args[1:]
			}
			f[c], word = word, ""
		}
	}
	return f, args, true
}

func (f flags) has(c byte) bool {
	_, ok := f[c]
	return ok
}

// content is that of the files, one behind the other.
func (s *Shell) content(name string, files []string) (text string, status int) {
	if len(files) == 0 {
		return string(s.In.All()), 0
	}
	var b strings.Builder
	for _, f := range files {
		data, why := s.Read(f)
		if why != "" {
			s.Errorf("%s\n", cannot(name, f, why))
			status = 1
			continue
		}
		b.Write(data)
	}
	return b.String(), status
}

// cannot is how a filter says that it cannot read a file.
func cannot(name, file, why string) string {
	switch {
	case name == "head" || name == "tail":
		if why == "Is a directory" {
			return fmt.Sprintf("%s: error reading '%s': %s", name, shown(file), why)
		}
		return fmt.Sprintf("%s: cannot open '%s' for reading: %s", name, shown(file), why)
	case name == "sort" && why != "Is a directory":
		return fmt.Sprintf("sort: cannot read: %s: %s", shown(file), why)
	}
	return fmt.Sprintf("%s: %s: %s", name, shown(file), why)
}

// lines cuts a text into lines without their ends.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func cat(s *Shell, args []string) int {
	f, files, ok := s.parse("cat", args, "nAvSXRFi")
	if !ok {
		return 1
	}
	text, status := s.content("cat", files)
	if f.has('n') {
		for i, l := range lines(text) {
			s.Printf("%6d\t%s\n", i+1, l)
		}
		return status
	}
	s.Printf("%s", text)
	return status
}

// ends is what head and tail have in common: keep chooses of the lines.
func (s *Shell) ends(name string, args []string, keep func(all []string, n string) []string) int {
	f, files, ok := s.parse(name, args, "n:c:qvfF")
	if !ok {
		return 1
	}
	n := f['n']
	if !f.has('n') {
		n = "10"
	}
	if f.has('c') {
		n = f['c']
	}
	if _, err := strconv.Atoi(n); err != nil {
		unit := "lines"
		if f.has('c') {
			unit = "bytes"
		}
		s.Errorf("%s: invalid number of %s: '%s'\n", name, unit, shown(n))
		return 1
	}
	status := 0
	if len(files) == 0 {
		files = []string{"-"}
	}
	for i, file := range files {
		data, why := s.Read(file)
		if why != "" {
			s.Errorf("%s\n", cannot(name, file, why))
			status = 1
			continue
		}
		if len(files) > 1 && !f.has('q') {
			gap := ""
			if i > 0 {
				gap = "\n"
			}
			s.Printf("%s==> %s <==\n", gap, file)
		}
		units := strings.SplitAfter(string(data), "\n")
		if units[len(units)-1] == "" {
			units = units[:len(units)-1]
		}
		if f.has('c') {
			units = make([]string, len(data))
			for i := range data {
				units[i] = string(data[i : i+1])
			}
		}
		s.Printf("%s", strings.Join(keep(units, n), ""))
	}
	return status
}

func head(s *Shell, args []string) int {
	return s.ends("head", args, func(all []string, count string) []string {
		n, _ := strconv.Atoi(count)
		if n < 0 {
			n = max(0, len(all)+n)
		}
		return all[:min(n, len(all))]
	})
}

func tail(s *Shell, args []string) int {
	return s.ends("tail", args, func(all []string, count string) []string {
		n, _ := strconv.Atoi(strings.TrimLeft(count, "+-"))
		if strings.HasPrefix(count, "+") {
			return all[min(max(0, n-1), len(all)):]
		}
		return all[max(0, len(all)-n):]
	})
}

func wc(s *Shell, args []string) (status int) {
	f, files, ok := s.parse("wc", args, "lwcm")
	if !ok {
		return 1
	}
	type row struct {
		n    [3]int
		name string
	}
	var rows []row
	total := row{name: "total"}
	count := func(text, name string) {
		r := row{[3]int{strings.Count(text, "\n"), len(strings.Fields(text)), len(text)}, name}
		for i := range r.n {
			total.n[i] += r.n[i]
		}
		rows = append(rows, r)
	}
	if len(files) == 0 {
		count(string(s.In.All()), "")
	}
	for _, file := range files {
		data, why := s.Read(file)
		if why != "" {
			s.Errorf("wc: %s: %s\n", shown(file), why)
			status = 1
			continue
		}
		count(string(data), file)
	}
	if len(files) > 1 {
		rows = append(rows, total)
	}
	single := len(f) == 1
	width := len(strconv.Itoa(total.n[2]))
	if len(files) == 0 && !single {
		width = 7
	}
	if single && len(rows) == 1 {
		width = 0
	}
	for _, r := range rows {
		var cells []string
		for i, c := range []byte("lwc") {
			if len(f) == 0 || f.has(c) || c == 'c' && f.has('m') {
				cells = append(cells, fmt.Sprintf("%*d", width, r.n[i]))
			}
		}
		s.Printf("%s\n", strings.TrimRight(strings.Join(cells, " ")+" "+r.name, " "))
	}
	return status
}

func sortLines(s *Shell, args []string) int {
	f, files, ok := s.parse("sort", args, "rnuk:t:fhb")
	if !ok {
		return 2
	}
	text, status := s.content("sort", files)
	all := lines(text)
	column, _, _ := strings.Cut(f['k'], ",")
	numeric := f.has('n') || f.has('h') || strings.HasSuffix(column, "n")
	k, _ := strconv.Atoi(strings.TrimRight(column, "nr"))
	key := func(l string) string {
		if k > 0 {
			parts := strings.Fields(l)
			if f['t'] != "" {
				parts = strings.Split(l, f['t'])
			}
			l = strings.Join(parts[min(k-1, len(parts)):], " ")
		}
		if f.has('f') {
			l = strings.ToUpper(l)
		}
		return l
	}
	less := func(a, b string) bool { return a < b }
	if numeric {
		less = func(a, b string) bool {
			if x, y := number(a), number(b); x != y {
				return x < y
			}
			return a < b
		}
	}
	back := f.has('r') || strings.HasSuffix(column, "r")
	sort.SliceStable(all, func(i, j int) bool {
		a, b := key(all[i]), key(all[j])
		if back {
			a, b = b, a
		}
		return less(a, b)
	})
	if f.has('u') {
		all = slices.CompactFunc(all, func(a, b string) bool { return key(a) == key(b) })
	}
	for _, l := range all {
		s.Printf("%s\n", l)
	}
	return status * 2
}

// number is that at the head of a line.
func number(l string) float64 {
	l = strings.TrimLeft(l, " \t")
	n := 0
	for n < len(l) && (l[n] >= '0' && l[n] <= '9' || l[n] == '.' || n == 0 && l[n] == '-') {
		n++
	}
	v, _ := strconv.ParseFloat(l[:n], 64)
	return v
}

func uniq(s *Shell, args []string) int {
	f, files, ok := s.parse("uniq", args, "cdui")
	if !ok {
		return 1
	}
	text, status := s.content("uniq", files)
	all := lines(text)
	for i := 0; i < len(all); {
		n := 1
		for i+n < len(all) && (all[i+n] == all[i] || f.has('i') && strings.EqualFold(all[i+n], all[i])) {
			n++
		}
		switch {
		case f.has('d') && n == 1, f.has('u') && n > 1:
		case f.has('c'):
			s.Printf("%7d %s\n", n, all[i])
		default:
			s.Printf("%s\n", all[i])
		}
		i += n
	}
	return status
}

// cut is cut(1) by fields (-f, -d) or characters (-c).
func cut(s *Shell, args []string) int {
	f, files, ok := s.parse("cut", args, "d:f:c:b:s")
	if !ok {
		return 1
	}
	list, sign := f['f'], "\t"
	switch {
	case f.has('c') || f.has('b'):
		list, sign = f['c']+f['b'], ""
	case !f.has('f'):
		s.Errorf("cut: you must specify a list of bytes, characters, or fields\nTry 'cut --help' for more information.\n")
		return 1
	case f.has('d'):
		sign = f['d']
	}
	text, status := s.content("cut", files)
	for _, l := range lines(text) {
		parts := strings.Split(l, sign)
		if sign != "" && len(parts) == 1 {
			if !f.has('s') {
				s.Printf("%s\n", l)
			}
			continue
		}
		var keep []string
		for i, p := range parts {
			if inList(list, i+1) {
				keep = append(keep, p)
			}
		}
		s.Printf("%s\n", strings.Join(keep, sign))
	}
	return status
}

// inList tells whether a list such as "1,3-5,7-" has the number.
func inList(list string, n int) bool {
	for _, item := range strings.Split(list, ",") {
		from, to, span := strings.Cut(item, "-")
		low, err := strconv.Atoi(from)
		if err != nil && from != "" {
			continue
		}
		high, err := strconv.Atoi(to)
		if !span {
			high = low
		} else if err != nil {
			high = n
		}
		if n >= low && n <= high {
			return true
		}
	}
	return false
}

// translate is tr(1).
func translate(s *Shell, args []string) int {
	f, sets, ok := s.parse("tr", args, "dsc")
	if !ok {
		return 1
	}
	if len(sets) == 0 || len(sets) == 1 && !f.has('d') && !f.has('s') {
		s.Errorf("tr: missing operand\nTry 'tr --help' for more information.\n")
		return 1
	}
	from, to := charset(sets[0]), ""
	if len(sets) > 1 {
		to = charset(sets[1])
	}
	last := -1
	var b strings.Builder
	for _, c := range s.In.All() {
		at := strings.IndexByte(from, c)
		if f.has('c') {
			if at = -at - 1; at >= 0 {
				at = max(0, len(from)-1)
			}
		}
		out := c
		switch {
		case at >= 0 && f.has('d'):
			continue
		case at >= 0 && to != "":
			out = to[min(at, len(to)-1)]
		}
		if f.has('s') && at >= 0 && int(out) == last {
			continue
		}
		if last = -1; at >= 0 {
			last = int(out)
		}
		b.WriteByte(out)
	}
	s.Printf("%s", b.String())
	return 0
}

// charset writes out a set of characters of tr.
func charset(text string) string {
	text = strings.NewReplacer("[:upper:]", "A-Z", "[:lower:]", "a-z", "[:digit:]", "0-9", "[:space:]", ` \t\n\r\f\v`,
		"[:alpha:]", "A-Za-z", "[:alnum:]", "0-9A-Za-z", "[:blank:]", ` \t`).Replace(text)
	text, _ = escapes(text, false)
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if i+2 < len(text) && text[i+1] == '-' && text[i] <= text[i+2] {
			for c := int(text[i]); c <= int(text[i+2]); c++ {
				b.WriteByte(byte(c))
			}
			i += 2
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
