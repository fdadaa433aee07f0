package shell

import (
	"fmt"
	"strconv"
	"strings"

	"mailtrek/sim/host"
)

// stat is stat(1): all that is known about files, or with -c what a format asks
// for.
func stat(s *Shell, args []string) (status int) {
	f, names, ok := s.parse("stat", args, "c:L")
	if !ok {
		return 1
	}
	if len(names) == 0 {
		s.missing("stat", "")
		return 1
	}
	for _, n := range names {
		i, err := s.Files.Stat(s.Path(n))
		if err != nil {
			s.Errorf("stat: cannot statx '%s': %s\n", shown(n), Why(err))
			status = 1
			continue
		}
		p, _ := s.Files.Permission(s.Path(n))
		v := s.statValues(n, i, p)
		if f.has('c') {
			s.Printf("%s\n", statFormat(f['c'], v))
			continue
		}
		s.Printf("  File: %s\n  Size: %-10s\tBlocks: %-10s IO Block: 4096   %s\nDevice: 254,0\tInode: %-10s  Links: %s\nAccess: (0%s/%s)  Uid: (%5s/%8s)   Gid: (%5s/%8s)\n",
			shown(n), v['s'], v['b'], v['F'], v['i'], v['h'], v['a'], v['A'], v['u'], v['U'], v['g'], v['G'])
		s.Printf("Access: %[1]s\nModify: %[1]s\nChange: %[1]s\n Birth: %[1]s\n", v['y'])
	}
	return status
}

// statValues are what the letters of a format stand for.
func (s *Shell) statValues(name string, i host.Info, p host.Permission) map[byte]string {
	kind, letter, size, links := "regular file", "-", i.Size, "1"
	switch {
	case i.Dir:
		kind, letter, size, links = "directory", "d", 4096, "2"
	case size == 0:
		kind = "regular empty file"
	}
	const layout = "2006-01-02 15:04:05.000000000 -0700"
	return map[byte]string{'n': shown(name), 's': strconv.FormatInt(size, 10), 'b': strconv.FormatInt((size+4095)/4096*8, 10), 'F': kind, 'i': strconv.FormatUint(i.Inode, 10), 'h': links,
		'a': strconv.FormatUint(uint64(p.Mode), 8), 'A': letter + host.ModeString(p.Mode), 'u': strconv.Itoa(p.UID), 'g': strconv.Itoa(p.GID),
		'U': s.Files.UserName(p.UID), 'G': s.Files.GroupName(p.GID), 'y': i.ModTime.Format(layout), 'x': i.ModTime.Format(layout), 'z': i.ModTime.Format(layout),
		'Y': strconv.FormatInt(i.ModTime.Unix(), 10), '%': "%"}
}

// statFormat fills a format in.
func statFormat(format string, values map[byte]string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		if v, ok := values[format[i]]; ok {
			b.WriteString(v)
		} else {
			fmt.Fprintf(&b, "?%c", format[i])
		}
	}
	return b.String()
}
