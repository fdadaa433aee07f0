package host

import (
	"strings"
)

// Account is what the userdb of Dovecot knows of a user.
type Account struct {
	Name string // after auth_username_format
	Home string
	Mail string // a mail_location of its own; usually ""
	User User   // in /etc/passwd, if the userdb is that
}

// AuthDBs are the passdb and userdb of a dovecot.conf with their files read
// from a host's tree. As in Dovecot without auth_cache_size, each question sees
// the users of that moment: a passwd-file is read again when its size or the
// second of its modification has changed.
type AuthDBs struct {
	conf  *Dovecot
	tree  *Tree
	host  string
	files map[string]passwdFile
	args  map[string]authArgs // that were read before, by their text
	names map[string]string   // what Normalize made of a name
}

// passwdFile is a passwd-file as it was read last.
type passwdFile struct {
	entries *PasswdFile
	size    int64
	stamp   int64 // second of its modification
}

// maxKnownNames is how many names an AuthDBs remembers.
const maxKnownNames = 1024

// AuthDBs opens the databases of users and passwords over a tree.
func (d *Dovecot) AuthDBs(t *Tree, hostname string) *AuthDBs {
	return &AuthDBs{conf: d, tree: t, host: hostname, files: map[string]passwdFile{}, args: map[string]authArgs{}, names: map[string]string{}}
}

// Normalize is the user name as auth_username_format makes it from what a
// client gave; a name without domain gets auth_default_realm first. ok is
// false when it has characters outside of auth_username_chars, or none at all.
func (a *AuthDBs) Normalize(user string) (name string, ok bool) {
	if name, ok = a.names[user]; ok {
		return name, true
	}
	if name, ok = a.normalize(user); ok && len(a.names) < maxKnownNames {
		a.names[user] = name
	}
	return name, ok
}

// normalize is Normalize of a name that is new.
func (a *AuthDBs) normalize(user string) (name string, ok bool) {
	s := a.conf.For("")
	if chars := s.Text("auth_username_chars"); chars != "" {
		for i := range len(user) {
			if strings.IndexByte(chars, user[i]) < 0 {
				return user, false
			}
		}
	}
	if realm := s.Text("auth_default_realm"); realm != "" && !strings.Contains(user, "@") {
		user += "@" + realm
	}
	if format := s.Text("auth_username_format"); format != "" {
		user = Expand(format, UserVars{User: user, Hostname: a.host}.Lookup)
	}
	return user, user != ""
}

// Password finds the password of a normalized user name in the first passdb
// that knows it. nopassword tells that any will do.
func (a *AuthDBs) Password(user string) (password string, nopassword, ok bool) {
	for _, db := range a.conf.Passdbs {
		args := a.argsOf(db)
		switch db.Driver {
		case "passwd-file":
			s, found := a.secret(args, user)
			if !found || s.Scheme != "PLAIN" {
				continue
			}
			for _, x := range s.Extra {
				nopassword = nopassword || x == "nopassword" || x == "nopassword=y"
			}
			return s.Password, nopassword, true
		case "static":
			if v, found := args.values["password"]; found {
				return Expand(v, a.vars(user).Lookup), false, true
			}
			if _, found := args.values["nopassword"]; found {
				return "", true, true
			}
		}
	}
	return "", false, false
}

// Account finds a normalized user name in the first userdb that knows it.
func (a *AuthDBs) Account(user string) (Account, bool) {
	for _, db := range a.conf.Userdbs {
		args := a.argsOf(db)
		switch db.Driver {
		case "passwd":
			users, _ := a.tree.Users()
			if u, ok := users.Lookup(user); ok {
				return Account{Name: user, Home: u.Home, User: u}, true
			}
		case "passwd-file":
			if s, ok := a.secret(args, user); ok {
				acc := Account{Name: user, Home: s.Home}
				for _, x := range s.Extra {
					if mail, ok := strings.CutPrefix(x, "userdb_mail="); ok {
						acc.Mail = mail
					}
				}
				return acc, true
			}
		case "static":
			// A static userdb knows everybody whom a passdb knows.
			if _, _, ok := a.Password(user); ok || args.values["allow_all_users"] == "yes" {
				vars := a.vars(user)
				return Account{Name: user, Home: Expand(args.values["home"], vars.Lookup), Mail: Expand(args.values["mail"], vars.Lookup)}, true
			}
		}
	}
	return Account{}, false
}

func (a *AuthDBs) vars(user string) UserVars { return UserVars{User: user, Hostname: a.host} }

// secret looks a user up in a passwd-file.
func (a *AuthDBs) secret(args authArgs, user string) (Secret, bool) {
	name := user
	if format := args.values["username_format"]; format != "" {
		name = Expand(format, a.vars(user).Lookup)
	}
	return a.read(Expand(args.path, a.vars(user).Lookup), args).Lookup(name)
}

// read is a passwd-file in its present state; nil if there is none.
func (a *AuthDBs) read(path string, args authArgs) *PasswdFile {
	info, err := a.tree.Stat(path)
	if err != nil {
		return nil
	}
	f, known := a.files[path]
	if !known || f.size != info.Size || f.stamp != info.ModTime.Unix() {
		f = passwdFile{size: info.Size, stamp: info.ModTime.Unix()}
		if text, err := a.tree.ReadFile(path); err == nil {
			f.entries, _ = ParsePasswdFile(path, text, args.scheme())
		}
		a.files[path] = f
	}
	return f.entries
}

// Check reads all passwd-files that the configuration names and returns what
// is wrong with them.
func (a *AuthDBs) Check() []Problem {
	var problems []Problem
	for _, db := range append(append([]AuthDB{}, a.conf.Passdbs...), a.conf.Userdbs...) {
		args := a.argsOf(db)
		if db.Driver != "passwd-file" || strings.Contains(args.path, "%") {
			continue
		}
		text, err := a.tree.ReadFile(args.path)
		if err != nil {
			problems = append(problems, Problem{a.conf.File, db.Line, Warning, "passwd-file: open(" + args.path + ") failed: No such file or directory"})
			continue
		}
		_, more := ParsePasswdFile(args.path, text, args.scheme())
		problems = append(problems, more...)
	}
	return problems
}

// authArgs are the args of a passdb or userdb: key=value words, then a path.
type authArgs struct {
	values map[string]string
	path   string
}

// scheme is that of a passwd-file's passwords without a {SCHEME}.
func (a authArgs) scheme() string {
	if scheme := a.values["scheme"]; scheme != "" {
		return scheme
	}
	return "CRYPT"
}

// argsOf is what the args of a database say.
func (a *AuthDBs) argsOf(db AuthDB) authArgs {
	args, ok := a.args[db.Args]
	if !ok {
		args = parseAuthArgs(db.Args)
		a.args[db.Args] = args
	}
	return args
}

func parseAuthArgs(args string) authArgs {
	a := authArgs{values: map[string]string{}}
	for word := range strings.FieldsSeq(args) {
		if key, value, ok := strings.Cut(word, "="); ok && !strings.HasPrefix(word, "/") {
			a.values[key] = value
		} else if strings.HasPrefix(word, "/") {
			a.path = word
		} else {
			a.values[word] = ""
		}
	}
	return a
}
