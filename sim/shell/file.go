package shell

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"mailtrek/sim/host"
)

// ls lists folders, a name a line as it does into a pipe.
func ls(s *Shell, args []string) (status int) {
	f, names, ok := s.parse("ls", args, "la1dhtrAFRSin")
	if !ok {
		return 2
	}
	if len(names) == 0 {
		names = []string{"."}
	}
	slices.Sort(names)
	var folders []string
	gap := ""
	for _, n := range names {
		i, err := s.Files.Stat(s.Path(n))
		switch {
		case s.Path(n) == "/":
			folders = append(folders, n)
		case err != nil:
			s.Errorf("ls: cannot access '%s': %s\n", shown(n), Why(err))
			status = 2
		case i.Dir && !f.has('d'):
			folders = append(folders, n)
		default:
			i.Name = n
			s.entry(f, i, n)
			gap = "\n"
		}
	}
	for _, n := range folders {
		if len(names) > 1 {
			s.Printf("%s%s:\n", gap, n)
		}
		gap = "\n"
		status = max(status, s.folder(f, n))
	}
	return status
}

// folder lists one.
func (s *Shell) folder(f flags, name string) (status int) {
	list, err := s.Files.ReadDir(s.Path(name))
	if err != nil {
		s.Errorf("ls: cannot open directory '%s': %s\n", shown(name), Why(err))
		return 2
	}
	if f.has('l') {
		blocks := int64(0)
		for _, i := range list {
			blocks += (i.Size + 4095) / 4096 * 4
		}
		s.Printf("total %d\n", blocks)
	}
	if f.has('a') {
		list = append([]host.Info{{Name: ".", Dir: true, Size: 4096}, {Name: "..", Dir: true, Size: 4096}}, list...)
	}
	for k := range list {
		i := list[k]
		if f.has('r') {
			i = list[len(list)-1-k]
		}
		if i.Name[0] != '.' || f.has('a') || f.has('A') {
			s.entry(f, i, strings.TrimSuffix(name, "/")+"/"+i.Name)
		}
	}
	return 0
}

// entry is a line of ls about the file at a path.
func (s *Shell) entry(f flags, i host.Info, at string) {
	name := i.Name
	if f.has('F') && i.Dir {
		name += "/"
	}
	if f.has('i') {
		s.Printf("%d ", i.Inode)
	}
	if !f.has('l') && !f.has('n') {
		s.Printf("%s\n", name)
		return
	}
	kind, links, size := "-", 1, i.Size
	if i.Dir {
		kind, links, size = "d", 2, 4096
	}
	p, _ := s.Files.Permission(s.Path(at))
	user, group := s.Files.UserName(p.UID), s.Files.GroupName(p.GID)
	if f.has('n') {
		user, group = strconv.Itoa(p.UID), strconv.Itoa(p.GID)
	}
	s.Printf("%s%s %d %s %s %5d %s %s\n", kind, host.ModeString(p.Mode), links, user, group, size, i.ModTime.Format("Jan _2 15:04"), name)
}

// into is where a file goes: into a folder under its own name, or to the name.
func (s *Shell) into(from, to string) string {
	if i, err := s.Files.Stat(s.Path(to)); err == nil && i.Dir {
		return strings.TrimSuffix(to, "/") + "/" + path.Base(from)
	}
	return to
}

// move is what cp and mv have in common.
func (s *Shell) move(name, letters string, args []string, do func(from, to string) (why string)) (status int) {
	_, files, ok := s.parse(name, args, letters)
	switch {
	case !ok:
		return 1
	case len(files) == 0:
		s.Errorf("%s: missing file operand\nTry '%s --help' for more information.\n", name, name)
		return 1
	case len(files) == 1:
		s.Errorf("%s: missing destination file operand after '%s'\nTry '%s --help' for more information.\n", name, shown(files[0]), name)
		return 1
	}
	to := files[len(files)-1]
	for _, from := range files[:len(files)-1] {
		if _, err := s.Files.Stat(s.Path(from)); err != nil {
			s.Errorf("%s: cannot stat '%s': %s\n", name, shown(from), Why(err))
			status = 1
		} else if why := do(from, s.into(from, to)); why != "" {
			s.Errorf("%s: %s\n", name, why)
			status = 1
		}
	}
	return status
}

func cp(s *Shell, args []string) int {
	recursive := false
	return s.move("cp", "apfvrR", args, func(from, to string) string {
		if i, _ := s.Files.Stat(s.Path(from)); i.Dir && !recursive {
			return "-r not specified; omitting directory '" + shown(from) + "'"
		}
		data, why := s.Read(from)
		if why != "" {
			return "cannot open '" + shown(from) + "' for reading: " + why
		}
		if why := s.Save(to, data, false); why != "" {
			return "cannot create regular file '" + shown(to) + "': " + why
		}
		return ""
	})
}

func mv(s *Shell, args []string) int {
	return s.move("mv", "fvn", args, func(from, to string) string {
		why := s.bar(from, to)
		if why == "" {
			if i, err := s.Files.Stat(s.Path(to)); err == nil && !i.Dir {
				why = Why(s.Files.Remove(s.Path(to)))
			}
		}
		if why == "" {
			why = Why(s.Files.Rename(s.Path(from), s.Path(to)))
		}
		if why != "" {
			return "cannot move '" + shown(from) + "' to '" + shown(to) + "': " + why
		}
		return ""
	})
}

// bar is why one of the files may not come or go: that changes the folder in which
// it is.
func (s *Shell) bar(names ...string) string {
	for _, n := range names {
		if s.Bar != nil {
			if why := s.Bar(path.Dir(s.Path(n))); why != "" {
				return why
			}
		}
	}
	return ""
}

func rm(s *Shell, args []string) (status int) {
	f, files, ok := s.parse("rm", args, "rRfvi")
	if !ok {
		return 1
	}
	if len(files) == 0 && !f.has('f') {
		s.Errorf("rm: missing operand\nTry 'rm --help' for more information.\n")
		return 1
	}
	for _, n := range files {
		i, err := s.Files.Stat(s.Path(n))
		why := Why(err)
		switch {
		case err != nil && f.has('f'):
			continue
		case err != nil:
		case i.Dir && !f.has('r') && !f.has('R'):
			why = "Is a directory"
		default:
			if why = s.bar(n); why == "" {
				why = Why(s.Files.RemoveAll(s.Path(n)))
			}
		}
		if why != "" {
			s.Errorf("rm: cannot remove '%s': %s\n", shown(n), why)
			status = 1
		}
	}
	return status
}

func mkdir(s *Shell, args []string) (status int) {
	f, names, ok := s.parse("mkdir", args, "pm:v")
	if !ok {
		return 1
	}
	for _, n := range names {
		why := s.bar(n)
		_, err := s.Files.Stat(s.Path(n))
		_, above := s.Files.Stat(path.Dir(s.Path(n)))
		switch {
		case why != "":
		case err == nil && f.has('p'):
			continue
		case err == nil:
			why = "File exists"
		case above != nil && !f.has('p'):
			why = "No such file or directory"
		default:
			why = Why(s.Files.Mkdir(s.Path(n)))
		}
		if why != "" {
			s.Errorf("mkdir: cannot create directory '%s': %s\n", shown(n), why)
			status = 1
		}
	}
	return status
}

func rmdir(s *Shell, args []string) (status int) {
	for _, n := range args {
		why := s.bar(n)
		if list, err := s.Files.ReadDir(s.Path(n)); why == "" && err == nil && len(list) > 0 {
			why = "Directory not empty"
		} else if why == "" {
			why = Why(s.Files.Remove(s.Path(n)))
		}
		if why != "" {
			s.Errorf("rmdir: failed to remove '%s': %s\n", shown(n), why)
			status = 1
		}
	}
	return status
}

func touch(s *Shell, args []string) (status int) {
	for _, n := range args {
		if why := s.Save(n, nil, true); why != "" {
			s.Errorf("touch: cannot touch '%s': %s\n", shown(n), why)
			status = 1
		}
	}
	return status
}

// tee is tee(1): it writes its standard input to files, and passes it on.
func tee(s *Shell, args []string) (status int) {
	f, files, ok := s.parse("tee", args, "ai")
	if !ok {
		return 1
	}
	text := s.In.All()
	for _, n := range files {
		if why := s.Save(n, text, f.has('a')); why != "" {
			s.Errorf("tee: %s: %s\n", shown(n), why)
			status = 1
		}
	}
	s.Out.Write(text)
	return status
}

func basename(s *Shell, args []string) int {
	if len(args) == 0 {
		s.Errorf("basename: missing operand\nTry 'basename --help' for more information.\n")
		return 1
	}
	name := path.Base(args[0])
	if len(args) > 1 && name != args[1] {
		name = strings.TrimSuffix(name, args[1])
	}
	s.Printf("%s\n", name)
	return 0
}

func dirname(s *Shell, args []string) int {
	for _, a := range args {
		s.Printf("%s\n", path.Dir(a))
	}
	return 0
}

// xargs gives the words on its standard input to a command.
func xargs(s *Shell, args []string) (status int) {
	n := ""
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch a := args[0]; {
		case a == "-n" && len(args) > 1:
			n, args = args[1], args[1:]
		case strings.HasPrefix(a, "-n"):
			n = a[2:]
		case a != "-r":
			s.Errorf("xargs: the option %s is not modelled here\n", shown(a))
			return 1
		}
		args = args[1:]
	}
	words := strings.Fields(string(s.In.All()))
	if len(args) == 0 {
		args = []string{"echo"}
	}
	each := max(1, len(words))
	if v := number(n); v >= 1 {
		each = int(v)
	}
	for first := true; first || len(words) > 0; first = false {
		k := min(each, len(words))
		if s.Exec(append(append([]string{}, args...), words[:k]...)) != 0 {
			status = 123
		}
		words = words[k:]
		if *s.steps++; *s.steps > maxSteps {
			return 124
		}
	}
	return status
}
