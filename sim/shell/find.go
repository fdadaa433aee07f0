package shell

import (
	"strconv"
	"strings"

	"mailtrek/sim/host"
)

// finding is a find(1) under way: which files it wants.
type finding struct {
	s        *Shell
	kind     string // -type: f or d; empty is any
	name     string // -name: a pattern
	maxDepth int    // -maxdepth; below 0 is any
	status   int
}

// find is find(1) with the tests -type, -name and -maxdepth; each folder comes
// before what is in it, which comes in order of the names.
func find(s *Shell, args []string) int {
	f := &finding{s: s, maxDepth: -1}
	var roots []string
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		roots, args = append(roots, args[0]), args[1:]
	}
	for len(args) > 0 {
		test := args[0]
		if args = args[1:]; test == "-print" {
			continue
		}
		if test != "-type" && test != "-name" && test != "-maxdepth" {
			s.Errorf("find: of its tests only -type, -name and -maxdepth are modelled here, not %s\n", shown(test))
			return 1
		}
		if len(args) == 0 {
			s.Errorf("find: missing argument to `%s'\n", test)
			return 1
		}
		value := args[0]
		args = args[1:]
		switch test {
		case "-type":
			if f.kind = value; value != "f" && value != "d" {
				s.Errorf("find: Unknown argument to -type: %s\n", shown(value))
				return 1
			}
		case "-name":
			f.name = value
		case "-maxdepth":
			n, err := strconv.Atoi(value)
			if f.maxDepth = n; err != nil || n < 0 {
				s.Errorf("find: Expected a positive decimal integer argument to -maxdepth, but got '%s'\n", shown(value))
				return 1
			}
		}
	}
	if len(roots) == 0 {
		roots = []string{"."}
	}
	for _, r := range roots {
		i, err := s.Files.Stat(s.Path(r))
		if err != nil {
			s.Errorf("find: '%s': %s\n", shown(r), Why(err))
			f.status = 1
			continue
		}
		if at := strings.LastIndexByte(r, '/'); r != "/" && at < len(r)-1 {
			i.Name = r[at+1:]
		}
		f.visit(r, i, 0)
	}
	return f.status
}

// visit looks at a file and at all below it.
func (f *finding) visit(name string, i host.Info, depth int) {
	s := f.s
	if *s.steps++; *s.steps > maxSteps {
		f.status = 124
		return
	}
	if (f.kind == "" || (f.kind == "d") == i.Dir) && (f.name == "" || matches(f.name, i.Name)) {
		s.Printf("%s\n", name)
	}
	if !i.Dir || f.maxDepth >= 0 && depth >= f.maxDepth {
		return
	}
	list, err := s.Files.ReadDir(s.Path(name))
	if err != nil {
		s.Errorf("find: '%s': %s\n", shown(name), Why(err))
		f.status = 1
		return
	}
	for _, k := range list {
		f.visit(strings.TrimSuffix(name, "/")+"/"+k.Name, k, depth+1)
	}
}
