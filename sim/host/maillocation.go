package host

import (
	"fmt"
	"strings"
)

// MailLocation is where and how the mail of a user is stored: mail_location of
// Dovecot with its variables expanded.
type MailLocation struct {
	Driver string // "maildir" or "mbox"
	Path   string // absolute: of the Maildir, or of the folder with mbox files
	Inbox  string // absolute: of INBOX where it lies elsewhere, else Path
}

// MailLocation returns where the mail of an account lies. An account without
// home cannot have "~" in it. Without mail_location Dovecot looks for ~/Maildir,
// then for an mbox.
func (s Settings) MailLocation(acc Account, t *Tree, hostname string) (MailLocation, error) {
	text := acc.Mail
	if text == "" {
		text = s.Text("mail_location")
	}
	if home := s.Text("mail_home"); acc.Home == "" && home != "" {
		acc.Home = Expand(home, UserVars{User: acc.Name, Hostname: hostname}.Lookup)
	}
	if text == "" {
		if acc.Home == "" || !t.Exists(acc.Home+"/Maildir") {
			return MailLocation{}, fmt.Errorf("mail_location not set and autodetection failed: Mail storage autodetection failed with home=%s", acc.Home)
		}
		text = "maildir:~/Maildir"
	}
	parts := strings.Split(text, ":")
	if len(parts) < 2 {
		return MailLocation{}, fmt.Errorf("Unknown mail storage driver %s", parts[0])
	}
	l := MailLocation{Driver: parts[0]}
	if l.Driver != "maildir" && l.Driver != "mbox" {
		return l, fmt.Errorf("mail_location: %s is not supported in a simulated host; expected maildir or mbox", l.Driver)
	}
	vars := UserVars{User: acc.Name, Home: acc.Home, Hostname: hostname}
	var err error
	if l.Path, err = mailPath(parts[1], vars); err != nil {
		return l, err
	}
	l.Inbox = l.Path
	for _, option := range parts[2:] {
		key, value, _ := strings.Cut(option, "=")
		switch key {
		case "INBOX":
			if l.Inbox, err = mailPath(value, vars); err != nil {
				return l, err
			}
		case "INDEX", "CONTROL", "UTF-8", "VOLATILEDIR":
		default:
			return l, fmt.Errorf("mail_location: option %s is not supported in a simulated host", option)
		}
	}
	return l, nil
}

// mailPath expands variables and "~" and wants an absolute path.
func mailPath(path string, vars UserVars) (string, error) {
	path = Expand(path, vars.Lookup)
	if path == "~" || strings.HasPrefix(path, "~/") {
		if vars.Home == "" {
			return "", fmt.Errorf("Home directory not set for user. Can't expand ~/ for mail root dir in: %s", path)
		}
		path = vars.Home + path[1:]
	}
	clean, err := Clean(path)
	if err != nil {
		return "", fmt.Errorf("mail_location %q: expected an absolute path", path)
	}
	return clean, nil
}

// Maildir is the INBOX of a location with the driver maildir.
func (l MailLocation) Maildir(t *Tree) Maildir { return Maildir{t, l.Inbox} }
