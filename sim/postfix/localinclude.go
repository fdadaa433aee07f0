package postfix

import (
	"fmt"
	"strings"

	"mailtrek/sim/trace"
)

// Files with destinations: :include: in an alias (include.c), and .forward in a
// home (dotforward.c).

// include delivers to the destinations in a file. That it is not there, or no
// file, is a mistake in the configuration, and the mail comes back (include.c).
func (e *expansion) include(to *Recipient, path string, depth int) {
	if e.again("include", e.rights, path) {
		return
	}
	info, err := e.d.Host.Tree.Stat(path)
	wrong := ""
	switch {
	case !strings.HasPrefix(path, "/"):
		wrong = fmt.Sprintf(":include:%s uses a relative path", path)
	case err != nil:
		wrong = fmt.Sprintf("unable to lookup :include: file %s: No such file or directory", path)
	case info.Dir:
		wrong = fmt.Sprintf(":include: file %s is not a regular file", path)
	default:
		wrong = e.d.includable(path)
	}
	if wrong != "" {
		e.d.log("warning: %s", wrong)
		e.done(to, bounced, result{dsn: "5.3.5", text: "mail system configuration error"})
		return
	}
	text, err := e.d.Host.Tree.ReadFile(path)
	if err != nil {
		e.done(to, deferral, result{dsn: "4.2.0", text: fmt.Sprintf("cannot open include file %s: Permission denied", path)})
		return
	}
	targets, err := ParseTargetFile(string(text))
	if err != nil {
		e.done(to, deferral, result{dsn: "4.3.0", text: "bad include file " + path})
		return
	}
	defer func(was expansion) { e.restore(&was) }(*e)
	e.origin = "include"
	if e.rights == "" {
		e.rights = e.d.homeOf(path)
	}
	if !e.propagates("include") {
		e.unmatched = ""
	}
	if e.owner == "" && e.rights != "" { // somebody's own list
		e.owner, e.sender = e.rights, e.d.standard(e.rights)
	} else if e.owner == "" {
		e.owner = to.Addr // whatever it leads to is delivered to for itself
	}
	e.targets(to, targets, e.d.conf.List("allow_mail_to_commands"), e.d.conf.List("allow_mail_to_files"), "include", depth+1)
}

// dotForward delivers as the user's .forward says, if there is one that has not
// been followed before.
func (e *expansion) dotForward(to *Recipient, name, ext string, depth int) bool {
	d := e.d
	u, ok := d.user(name)
	if !ok {
		return false
	}
	for _, pattern := range d.conf.List("forward_path") {
		path, err := ExpandWith(pattern, func(n string) (string, bool) {
			switch n {
			case "home":
				return u.Home, true
			case "user":
				return u.Name, true
			case "local":
				return name + ext, true
			case "extension":
				return ext[min(len(ext), 1):], true
			case "recipient_delimiter":
				return ext[:min(len(ext), 1)], true
			}
			return "", false
		})
		if err != nil || ext == "" && strings.Contains(pattern, "extension") {
			continue
		}
		if !d.forwardable(path, u) {
			continue
		}
		text, err := d.Host.Tree.ReadFile(path)
		if err != nil {
			continue
		}
		targets, err := ParseTargetFile(string(text))
		if err != nil || len(targets) == 0 {
			return false
		}
		if e.seen["forward "+path] { // a user who names himself gets the mail; one who is named again has got it
			return e.seen["forward-done "+path]
		}
		d.p.Record(trace.Event{Kind: trace.Lookup, A: d.p.Sym("local"), B: d.p.Sym(path), C: d.p.Sym(name)}, text)
		if e.r.mail.verifies() {
			e.done(to, sent, result{dsn: "2.0.0", text: "forward via file: " + path})
			return true
		}
		e.seen["forward "+path] = true
		if strings.Contains(pattern, "extension") || !e.propagates("forward") {
			e.unmatched = ""
		}
		e.expansionSucceeded(to, false)
		next, was := *to, *e
		next.Notify = withoutSuccess(to.Notify)
		e.within, e.origin, e.owner, e.rights = name+ext, "forward", u.Name, u.Name
		e.targets(&next, targets, d.conf.List("allow_mail_to_commands"), d.conf.List("allow_mail_to_files"), "forward", depth+1)
		e.restore(&was)
		e.seen["forward-done "+path] = true
		return true
	}
	return false
}
