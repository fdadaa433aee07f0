package host

import (
	"fmt"
	"strings"
)

// Secret is a line of a Dovecot passwd-file: user:password:uid:gid:gecos:home:
// shell:extra fields, of which all but the user may be missing
// (https://doc.dovecot.org/configuration_manual/authentication/passwd_file/).
type Secret struct {
	User     string
	Scheme   string // in capitals: "PLAIN"
	Password string // in clear
	UID, GID string
	Home     string
	Extra    []string // "key=value" fields behind the shell
	Line     int
}

// PasswdFile is a passwd-file that has been read.
type PasswdFile struct {
	byName map[string]Secret
}

// Lookup finds a user by exact name.
func (f *PasswdFile) Lookup(user string) (Secret, bool) {
	if f == nil {
		return Secret{}, false
	}
	s, ok := f.byName[user]
	return s, ok
}

// ParsePasswdFile reads a passwd-file; scheme is that of passwords that name
// none ("CRYPT" is Dovecot's default for passwd-file). Passwords must be in
// clear ({PLAIN}, {CLEAR}, {CLEARTEXT}): another scheme is reported, and its
// user cannot log in. Of two lines for one user the last one counts, as in
// Dovecot.
func ParsePasswdFile(file string, text []byte, scheme string) (*PasswdFile, []Problem) {
	f := &PasswdFile{byName: map[string]Secret{}}
	var problems []Problem
	for n, line := range lines(text) {
		if line == "" || line[0] == ':' || line[0] == '#' {
			continue // as Dovecot skips them
		}
		s, err := parseSecret(line, scheme)
		if err != nil {
			problems = append(problems, Problem{file, n + 1, Fatal, err.Error()})
			continue
		}
		if old, dup := f.byName[s.User]; dup {
			problems = append(problems, Problem{file, n + 1, Warning,
				fmt.Sprintf("User %s exists more than once: line %d has no effect", s.User, old.Line)})
		}
		s.Line = n + 1
		f.byName[s.User] = s
	}
	return f, problems
}

func parseSecret(line, scheme string) (Secret, error) {
	fields := strings.SplitN(line, ":", 8)
	for len(fields) < 8 {
		fields = append(fields, "")
	}
	s := Secret{
		User: fields[0], Scheme: strings.ToUpper(scheme), Password: fields[1],
		UID: fields[2], GID: fields[3], Home: fields[5], Extra: strings.Fields(fields[7]),
	}
	if rest, ok := strings.CutPrefix(s.Password, "{"); ok {
		name, password, closed := strings.Cut(rest, "}")
		if !closed {
			return s, fmt.Errorf("password of %s: missing '}' behind the scheme", s.User)
		}
		s.Scheme, s.Password = strings.ToUpper(name), password
	}
	switch s.Scheme {
	case "PLAIN", "CLEAR", "CLEARTEXT":
		s.Scheme = "PLAIN"
	default:
		if s.Password != "" {
			return s, fmt.Errorf("password of %s: scheme %s is not supported in a simulated host; expected {PLAIN}", s.User, s.Scheme)
		}
	}
	return s, nil
}
