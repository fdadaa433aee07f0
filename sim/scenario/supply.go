package scenario

import (
	_ "embed"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mailtrek/sim/host"
	"mailtrek/sim/postfix"
)

// What a document does not say is supplied as a fresh installation of the
// programs would have it. Only files that are missing are written.

//go:embed fresh/main.cf
var freshMain string

//go:embed fresh/master.cf
var freshMaster string

//go:embed fresh/aliases
var freshAliases string

//go:embed fresh/passwd
var freshPasswd string

//go:embed fresh/dovecot.conf
var freshDovecot string

// usersFile is the passwd-file of the fresh dovecot.conf.
const usersFile = "/etc/dovecot/users"

// freshNamedConf is the named.conf of a name server, or with recursion "yes"
// of a resolver.
func freshNamedConf(recursion string) string {
	conf := "options {\n  directory \"/var/cache/bind\";\n  listen-on { any; };\n  recursion " + recursion + ";\n  allow-query { any; };\n"
	if recursion == "yes" {
		conf += "  allow-recursion { any; };\n"
	}
	return conf + "};\n"
}

// fresh writes the files that a program needs and the host has not.
func fresh(h *Host, program string) {
	supply := func(path, content string) {
		if !h.tree().Exists(path) {
			_ = h.Tree.WriteFile(path, []byte(content)) // a fixed path in a tree cannot fail
		}
	}
	switch program {
	case "postfix":
		supply(postfix.MainFile, strings.ReplaceAll(freshMain, "@HOST@", h.Name))
		supply(postfix.MasterFile, freshMaster)
		supply("/etc/aliases", freshAliases)
		supply("/etc/passwd", freshPasswd)
	case "dovecot":
		supply("/etc/dovecot/dovecot.conf", freshDovecot)
		supply(usersFile, "")
		supply("/etc/passwd", freshPasswd)
	case "smtp821":
		supply("/etc/passwd", freshPasswd)
	}
}

// configured are the files by which a host is known to run a program.
var configured = map[string]string{
	"postfix": postfix.MainFile,
	"dovecot": "/etc/dovecot/dovecot.conf",
	"named":   namedConfFile,
}

// finish completes what needs all documents to be read.
func (b *builder) finish(top *Document) {
	b.doc, b.src, b.top = top, top.src, true
	s := b.s
	if s.Start.IsZero() {
		s.Start = DefaultStart
	}
	if s.Until == 0 {
		s.Until = DefaultUntil
	}
	b.distinct()
	for _, h := range s.Hosts {
		b.resolvConf(h)
	}
	b.delegate()
	for _, h := range s.Hosts {
		if h.Runs == nil {
			for _, p := range programs {
				if h.tree().Exists(configured[p]) {
					h.Runs = append(h.Runs, p)
				}
			}
		}
		for _, p := range h.Runs {
			if p == "named" && !h.tree().Exists(namedConfFile) {
				b.places[h].src.errorAt(b.places[h].w, "a block ```zone DOMAIN on "+h.Name+", or the resolver of other hosts",
					"%s runs named and has neither a zone nor anybody who asks it", h.Name)
			}
			fresh(h, p)
		}
		b.people(h)
	}
	b.lint()
}

// distinct sees to it that every host can be told from the others.
func (b *builder) distinct() {
	addresses, shorts := map[netip.Addr]*Host{}, map[string]*Host{}
	for _, h := range b.s.Hosts {
		at := b.places[h]
		if len(h.Addresses) == 0 {
			at.src.errorAt(at.w, "a line: address 10.1.2.3", "%s has no address", h.Name)
		}
		for _, a := range h.Addresses {
			if other := addresses[a]; other != nil {
				at.src.errorAt(at.w, "", "%s has the address %s, which %s has already", h.Name, a, other.Name)
			}
			addresses[a] = h
		}
		if other := shorts[h.Short]; other != nil && h.Short != "" {
			at.src.errorAt(at.w, "", "%s is called %s, as is %s", h.Name, h.Short, other.Name)
		}
		shorts[h.Short] = h
	}
}

// resolvConf finds the resolver of a host and writes it into /etc/resolv.conf.
func (b *builder) resolvConf(h *Host) {
	at, ok := b.resolvers[h]
	if !ok {
		at = b.resolver
	}
	if at.src == nil {
		return
	}
	r, _ := findHost(b.s.Hosts, at.w.text)
	switch {
	case r == nil || len(r.Addresses) == 0:
		if _, told := b.resolvers[nil]; !told || ok { // the front matter's is reported once
			at.src.errorAt(at.w, "a declared host or its address", "there is no resolver %q%s", at.w.text, didYouMean(at.w.text, b.hostNames()))
			b.resolvers[nil] = at
		}
		return
	case slices.Contains(r.Addresses, addrOr(at.w.text)):
		h.Resolver = addrOr(at.w.text)
	default:
		h.Resolver = r.Addresses[0]
	}
	if !h.tree().Exists("/etc/resolv.conf") {
		b.write(at.w, h, "/etc/resolv.conf", "nameserver "+h.Resolver.String()+"\n")
	}
	if c := b.named(r); c != nil && !c.Recursion && !b.refusing[r] {
		b.refusing[r] = true
		at.src.warnAt(at.w, "%s answers only for its own zones (recursion no)", r.Name)
	}
	if !r.tree().Exists(namedConfFile) {
		b.write(at.w, r, namedConfFile, freshNamedConf("yes")+"zone \".\" { type hint; file \"/etc/bind/hint.zone\"; };\n")
		b.write(at.w, r, "/etc/bind/hint.zone", b.hints())
	}
}

func addrOr(s string) netip.Addr {
	a, _ := netip.ParseAddr(s)
	return a
}

// people gives the users of a host their lines in /etc/passwd and in Dovecot's
// file of passwords.
func (b *builder) people(h *Host) {
	if len(h.Users) == 0 {
		return
	}
	at := b.places[h]
	content, err := h.tree().ReadFile("/etc/passwd")
	if err != nil {
		content = []byte(freshPasswd)
	}
	known, _ := host.ParsePasswd("/etc/passwd", content)
	uid := 1000
	for _, u := range known.Users {
		if u.UID > uid && u.UID < 60000 {
			uid = u.UID
		}
	}
	passwd := endLine(string(content))
	secrets, err := h.tree().ReadFile(usersFile)
	hasSecrets := err == nil
	lines := endLine(string(secrets))
	for _, u := range h.Users {
		if _, ok := known.Lookup(u.Name); !ok {
			uid++
			passwd += fmt.Sprintf("%s:x:%d:%d:%s:/home/%s:/bin/sh\n", u.Name, uid, uid, u.FullName, u.Name)
		}
		if u.Password == "" {
			continue
		}
		if !hasSecrets {
			at.src.warnAt(at.w, "%s runs no dovecot with %s, so the password of %s has no use", h.Name, usersFile, u.Name)
			continue
		}
		lines = withoutUser(lines, u.Name) + u.Name + ":{PLAIN}" + u.Password + "\n"
	}
	b.write(at.w, h, "/etc/passwd", passwd)
	if hasSecrets {
		b.write(at.w, h, usersFile, lines)
	}
}

func endLine(s string) string {
	if s != "" && !strings.HasSuffix(s, "\n") {
		return s + "\n"
	}
	return s
}

// withoutUser returns a passwd-file without the line of a user.
func withoutUser(lines, user string) string {
	var out strings.Builder
	for l := range strings.Lines(lines) {
		if !strings.HasPrefix(l, user+":") {
			out.WriteString(l)
		}
	}
	return out.String()
}
