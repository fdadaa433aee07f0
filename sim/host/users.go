package host

import (
	"fmt"
	"strconv"
	"strings"
)

// User is a line of /etc/passwd.
type User struct {
	Name  string
	UID   int
	GID   int
	Gecos string // full name and more, comma-separated
	Home  string
	Shell string
}

// FullName is the part of Gecos before the first comma, with "&" standing for
// the capitalized login name, as finger(1) and sendmail read it.
func (u User) FullName() string {
	full, _, _ := strings.Cut(u.Gecos, ",")
	if strings.Contains(full, "&") && u.Name != "" {
		full = strings.ReplaceAll(full, "&", strings.ToUpper(u.Name[:1])+u.Name[1:])
	}
	return full
}

// System tells whether it is a user of the system (Debian Policy §9.2.2: UID 1
// to 999, and nobody) rather than root or a person.
func (u User) System() bool { return u.UID > 0 && u.UID < 1000 || u.UID == 65534 }

// OwnsHome tells whether the user may create files in his home. Those of the
// system often may not: their homes are root's, or do not exist. A few daemons
// have a directory of their own.
func (u User) OwnsHome() bool {
	if !u.System() {
		return true
	}
	switch u.Home {
	case "/var/cache/man", "/var/mail", "/run/ircd", "/var/cache/bind":
		return true
	}
	return strings.HasPrefix(u.Home, "/home/") || strings.HasPrefix(u.Home, "/var/lib/") || strings.HasPrefix(u.Home, "/srv/")
}

// Passwd is the list of users of a host in the order of the file.
type Passwd struct {
	Users  []User
	byName map[string]int
}

// Lookup finds a user by exact name, as getpwnam(3) does.
func (p *Passwd) Lookup(name string) (User, bool) {
	if p == nil {
		return User{}, false
	}
	i, ok := p.byName[name]
	if !ok {
		return User{}, false
	}
	return p.Users[i], true
}

// LookupUID finds the first user with a number, as getpwuid(3) does.
func (p *Passwd) LookupUID(uid int) (User, bool) {
	if p != nil {
		for _, u := range p.Users {
			if u.UID == uid {
				return u, true
			}
		}
	}
	return User{}, false
}

// ParsePasswd reads passwd(5): name:password:uid:gid:gecos:home:shell. A line
// that is wrong is reported as Fatal and left out; a name that comes again is
// reported as Warning, the first one counts.
func ParsePasswd(file string, text []byte) (*Passwd, []Problem) {
	p := &Passwd{byName: map[string]int{}}
	var problems []Problem
	for n, line := range lines(text) {
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		u, err := parseUser(line)
		if err != nil {
			problems = append(problems, Problem{file, n + 1, Fatal, err.Error()})
			continue
		}
		if _, dup := p.byName[u.Name]; dup {
			problems = append(problems, Problem{file, n + 1, Warning,
				fmt.Sprintf("user %q is already defined above; this line has no effect", u.Name)})
			continue
		}
		p.byName[u.Name] = len(p.Users)
		p.Users = append(p.Users, u)
	}
	return p, problems
}

func parseUser(line string) (User, error) {
	f := strings.Split(line, ":")
	if len(f) != 7 {
		return User{}, fmt.Errorf("%d fields separated by colons, expected 7: name:password:uid:gid:gecos:home:shell", len(f))
	}
	if f[0] == "" {
		return User{}, fmt.Errorf("empty user name")
	}
	uid, err := parseID("uid", f[2])
	if err != nil {
		return User{}, err
	}
	gid, err := parseID("gid", f[3])
	if err != nil {
		return User{}, err
	}
	if f[5] != "" {
		if _, err := Clean(f[5]); err != nil {
			return User{}, fmt.Errorf("home directory %q: expected an absolute path", f[5])
		}
	}
	return User{Name: f[0], UID: uid, GID: gid, Gecos: f[4], Home: f[5], Shell: f[6]}, nil
}

func parseID(what, s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%s %q: expected a number from 0 to 4294967295", what, s)
	}
	return int(n), nil
}

// lines splits a text into lines without their ends (LF or CRLF).
func lines(text []byte) []string {
	s := strings.TrimSuffix(string(text), "\n")
	if s == "" {
		return nil
	}
	list := strings.Split(s, "\n")
	for i := range list {
		list[i] = strings.TrimSuffix(list[i], "\r")
	}
	return list
}

// Users reads /etc/passwd of the tree. A host without the file has no users.
// The caller must not change what it gets.
func (t *Tree) Users() (*Passwd, []Problem) {
	text, err := t.ReadFile("/etc/passwd")
	if err != nil {
		text = nil
	}
	if k := &t.known; k.passwd == nil || !sameBytes(k.text, text) {
		k.text = text
		k.passwd, k.problems = ParsePasswd("/etc/passwd", text)
	}
	return t.known.passwd, t.known.problems
}

// knownUsers is what Users has read last.
type knownUsers struct {
	text     []byte
	passwd   *Passwd
	problems []Problem
}

// sameBytes tells whether two slices are the same memory: a file that is
// written anew gets new memory.
func sameBytes(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
