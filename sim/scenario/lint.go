package scenario

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"mailtrek/protocols/dnswire"
	"mailtrek/sim/host"
	"mailtrek/sim/postfix"
)

// lint reads the configuration files of every host as its programs will, and
// reports what they would say.
func (b *builder) lint() {
	for _, h := range b.s.Hosts {
		for _, p := range h.Runs {
			switch p {
			case "postfix":
				b.lintPostfix(h)
			case "dovecot":
				b.lintDovecot(h)
			case "named":
				b.lintNamed(h)
			}
		}
		if h.tree().Exists("/etc/passwd") {
			_, problems := h.Tree.Users()
			for _, p := range problems {
				b.fileProblem(h, p.File, p.Line, p.Text, p.Severity != host.Fatal, p.Severity == host.Unmodelled)
			}
		}
	}
}

// postfixEnv is what a host supplies to its Postfix.
func postfixEnv(h *Host) postfix.Env {
	env := postfix.Env{Hostname: h.Name, Interfaces: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	for _, a := range h.Addresses {
		env.Interfaces = append(env.Interfaces, netip.PrefixFrom(a, 16))
	}
	return env
}

// lintPostfix loads main.cf and master.cf.
func (b *builder) lintPostfix(h *Host) {
	config, master, diags := postfix.LoadConfig(h.Tree, postfixEnv(h))
	if config != nil && master != nil && !postfix.HasFatal(diags) {
		diags = append(diags, config.Lint(master)...)
	}
	for _, d := range diags {
		b.settingProblem(h, d)
	}
}

// settingProblem reports a message of Postfix at the main.cf block that the
// parameter comes from, or at the file.
func (b *builder) settingProblem(h *Host, d postfix.Diag) {
	text := strings.TrimPrefix(d.Text, fmt.Sprintf("%s, line %d: ", d.File, d.Line))
	text = strings.TrimPrefix(text, d.File+": ")
	if name, ok := b.settingOf(h, d); ok {
		if at, ok := b.settings[h][name]; ok {
			if d.Fatal {
				at.src.errorAt(at.w, "", "%s", text)
				return
			}
			if strings.HasPrefix(text, "unused parameter") {
				text += didYouMean(name, paramNames())
			}
			at.src.warnAt(at.w, "%s", text)
			return
		}
	}
	b.fileProblem(h, d.File, d.Line, text, !d.Fatal, d.Note)
}

// settingOf returns the parameter that a message is about: the one in its line
// of main.cf.
func (b *builder) settingOf(h *Host, d postfix.Diag) (string, bool) {
	if d.File != postfix.MainFile {
		return "", false
	}
	if d.Line == 0 {
		for _, name := range slices.Sorted(maps.Keys(b.settings[h])) {
			if strings.Contains(d.Text, " "+name+"=") || strings.Contains(d.Text, " "+name+":") {
				return name, true
			}
		}
		return "", false
	}
	content, _ := h.Tree.ReadFile(postfix.MainFile)
	main, _ := postfix.ParseMain(postfix.MainFile, string(content))
	for _, e := range main.Entries() {
		if e.Line == d.Line {
			return e.Name, true
		}
	}
	return "", false
}

func paramNames() []string {
	var names []string
	for _, p := range postfix.Params() {
		names = append(names, p.Name)
	}
	return names
}

// fileProblem reports a problem with a file of a host: at the line of the
// block that the file comes from, or with the path of the host's folder.
func (b *builder) fileProblem(h *Host, file string, n int, message string, warning, note bool) {
	if t, ok := b.texts[h][file]; ok && n >= 1 && n <= len(t.lines) {
		l := t.lines[n-1]
		p := t.src.problem(l.off, len(strings.TrimRight(l.text, " ")), message, "")
		p.Warning = warning
		return
	}
	if note {
		return // of a tree's file: a remark for who looks at the host, not for the author
	}
	p := &Problem{File: h.Name + file, Message: visible(message), Warning: warning}
	if n > 0 {
		content, _ := h.Tree.ReadFile(file)
		lines := strings.Split(string(content), "\n")
		if n <= len(lines) {
			p.Line, p.Column, p.Excerpt = n, 1, visible(strings.ReplaceAll(lines[n-1], "\t", " "))
		}
	}
	b.treeProblems = append(b.treeProblems, p)
}

// lintDovecot reads dovecot.conf and the passwd-file of a fresh installation.
func (b *builder) lintDovecot(h *Host) {
	for _, file := range []string{"/etc/dovecot/dovecot.conf", usersFile} {
		text, err := h.Tree.ReadFile(file)
		if err != nil {
			continue
		}
		var problems []host.Problem
		if file == usersFile {
			_, problems = host.ParsePasswdFile(file, text, "CRYPT")
		} else {
			_, problems = host.ParseDovecot(file, text)
		}
		for _, p := range problems {
			b.fileProblem(h, file, p.Line, p.Text, p.Severity != host.Fatal, p.Severity == host.Unmodelled)
		}
	}
}

// lintNamed reads named.conf and the zone files it names.
func (b *builder) lintNamed(h *Host) {
	content, err := h.Tree.ReadFile(namedConfFile)
	if err != nil {
		return
	}
	conf, problems := dnswire.ParseNamedConf(namedConfFile, string(content))
	for _, p := range problems {
		b.fileProblem(h, namedConfFile, p.Line, p.Msg, p.Warning, p.Warning)
	}
	if conf == nil {
		return
	}
	for _, z := range conf.Zones {
		if z.Type != "primary" && z.Type != "hint" {
			continue
		}
		text, err := h.Tree.ReadFile(z.File)
		if err != nil {
			b.fileProblem(h, namedConfFile, z.Line, fmt.Sprintf("zone %s: the file %s is not there", z.Name, z.File), false, false)
			continue
		}
		_, problems := dnswire.ParseZone(dnswire.ZoneConfig{File: z.File, Origin: z.Name, Hints: z.Type == "hint"}, string(text))
		for _, p := range problems {
			b.fileProblem(h, z.File, p.Line, p.Msg, p.Warning, p.Warning)
		}
	}
}
