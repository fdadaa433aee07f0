package dnswire

import (
	"net/netip"
	"path"
	"strconv"
	"strings"
)

// NamedConf is what a named.conf (BIND 9 manual, "Configuration Reference")
// says to a name server of ours. The zero value is not BIND's default; use
// ParseNamedConf, also for an empty text.
type NamedConf struct {
	Directory      string // base of relative file names
	Recursion      bool   // BIND's default is yes
	AllowQuery     ACL
	AllowRecursion ACL
	AllowTransfer  ACL // of whole zones; BIND's default is any
	ListenOn       ACL // of the host's own IPv4 addresses
	Port           uint16
	Forwarders     []netip.Addr
	ForwardOnly    bool
	Zones          []ZoneClause
}

// ZoneClause is a zone statement.
type ZoneClause struct {
	Name        string // without final dot, lower case
	Type        string // "primary", "hint" or "forward"
	File        string // absolute
	Forwarders  []netip.Addr
	ForwardOnly bool
	ConfFile    string // where the statement stands
	Line, Col   int
}

// Zone returns the clause of a zone, nil when there is none.
func (c *NamedConf) Zone(name string) *ZoneClause {
	name = CanonicalName(name)
	for i := range c.Zones {
		if c.Zones[i].Name == name {
			return &c.Zones[i]
		}
	}
	return nil
}

// Hints returns the clause of the root hints, nil when there is none.
func (c *NamedConf) Hints() *ZoneClause {
	if z := c.Zone("."); z != nil && z.Type == "hint" {
		return z
	}
	return nil
}

type confParser struct {
	conf  NamedConf
	list  []Problem
	probs *problems // of the file being read
	acls  map[string]ACL
	read  func(string) (string, error)
	depth int
}

// badType marks a zone whose type was a problem already.
const badType = "?"

// maxIncludes limits include within include.
const maxIncludes = 8

// ParseNamedConf reads the text of a named.conf that includes no other file. A
// statement that BIND knows and that has no effect here is a warning unless what
// it asks for is what our servers do anyway; one that BIND does not know is an
// error. The configuration is nil when a problem is more than a warning.
func ParseNamedConf(file, text string) (*NamedConf, []Problem) { return parseConf(file, text, nil) }

// ReadNamedConf reads a named.conf and the files that it includes; read returns
// the text of a file.
func ReadNamedConf(file string, read func(path string) (string, error)) (*NamedConf, []Problem) {
	text, err := read(file)
	if err != nil {
		return nil, []Problem{{File: file, Line: 1, Col: 1, Msg: "open: " + shown(file) + ": file not found"}}
	}
	return parseConf(file, text, read)
}

func parseConf(file, text string, read func(path string) (string, error)) (*NamedConf, []Problem) {
	p := &confParser{read: read, acls: map[string]ACL{}}
	p.conf = NamedConf{Directory: "/var/cache/bind", Recursion: true, AllowQuery: anyACL(), AllowTransfer: anyACL(), ListenOn: anyACL(), Port: 53,
		AllowRecursion: ACL{elems: []aclElem{{word: "localnets"}, {word: "localhost"}}}}
	p.file(file, text)
	for i := range p.conf.Zones {
		z := &p.conf.Zones[i]
		if z.File != "" && !path.IsAbs(z.File) {
			z.File = path.Join(p.conf.Directory, z.File)
		}
	}
	if Fatal(p.list) {
		return nil, p.list
	}
	return &p.conf, p.list
}

func (p *confParser) file(file, text string) {
	old := p.probs
	p.probs = &problems{file: file}
	if len(text) > MaxConfText {
		p.probs.add(1, 1, false, "the file has %d bytes, at most %d are read", len(text), MaxConfText)
		text = ""
	}
	s := &confScanner{text: text, line: 1, probs: p.probs}
	for _, st := range s.stmts() {
		p.top(st)
	}
	p.list = append(p.list, p.probs.sorted()...)
	p.probs = old
}

func (p *confParser) bad(t token, format string, args ...any) {
	p.probs.add(t.line, t.col, false, format, args...)
}

func (p *confParser) warn(t token, format string, args ...any) {
	p.probs.add(t.line, t.col, true, format, args...)
}

func (p *confParser) top(st confStmt) {
	if len(st.words) == 0 {
		return
	}
	t := st.words[0]
	switch t.text {
	case "options":
		for _, o := range st.body {
			p.option(o)
		}
	case "zone":
		p.zone(st)
	case "acl":
		if len(st.words) != 2 || !st.block {
			p.bad(t, "acl: a name and { addresses } expected")
			return
		}
		p.acls[st.words[1].text] = p.acl(st)
	case "include":
		p.include(st)
	case "logging", "controls", "key", "statistics-channels", "primaries", "masters", "dnssec-policy", "trust-anchors",
		"managed-keys", "trusted-keys", "server", "tls", "http", "parental-agents", "plugin", "dyndb":
		p.warn(t, "'%s' has no effect here", t.text)
	case "view":
		p.bad(t, "'view' is not modelled: write its zones at the top level")
	default:
		p.bad(t, "unknown option '%s'%s", shown(t.text), p.probs.nearest(t.text, []string{"options", "zone", "acl", "include", "logging", "controls", "view"}))
	}
}

func (p *confParser) include(st confStmt) {
	t := st.words[0]
	if len(st.words) != 2 {
		p.bad(t, "include: one file name expected")
		return
	}
	name := st.words[1].text
	if p.read == nil || p.depth >= maxIncludes {
		p.bad(t, "open: %s: include is not possible here", shown(name))
		return
	}
	text, err := p.read(name)
	if err != nil {
		p.bad(st.words[1], "open: %s: file not found", shown(name))
		return
	}
	p.depth++
	p.file(name, text)
	p.depth--
}

// option reads one statement of the options block.
func (p *confParser) option(st confStmt) {
	if len(st.words) == 0 {
		return
	}
	t, arg := st.words[0], st.word(1)
	switch t.text {
	case "directory":
		p.conf.Directory = path.Join("/", arg)
	case "recursion":
		p.yesno(st, &p.conf.Recursion)
	case "allow-query":
		p.conf.AllowQuery = p.acl(st)
	case "allow-recursion":
		p.conf.AllowRecursion = p.acl(st)
	case "allow-transfer":
		p.conf.AllowTransfer = p.acl(st)
	case "listen-on":
		p.listenOn(st)
	case "forwarders":
		p.conf.Forwarders = p.addrs(st)
	case "forward":
		p.forward(st, &p.conf.ForwardOnly)
	default:
		p.inert(t, arg, "options")
	}
}

func (p *confParser) listenOn(st confStmt) {
	if st.word(1) == "port" {
		n, err := strconv.ParseUint(st.word(2), 10, 16)
		if err != nil || n == 0 {
			p.bad(st.words[0], "listen-on: a port number expected after 'port'")
			return
		}
		p.conf.Port = uint16(n)
	}
	p.conf.ListenOn = p.acl(st)
}

// inert deals with what is no parameter of ours. The value given in inertOptions
// is what our servers do; another is a warning.
func (p *confParser) inert(t token, arg, where string) {
	want, ok := inertOptions[t.text]
	if !ok {
		p.bad(t, "unknown option '%s'%s in %s", shown(t.text), p.probs.nearest(t.text, optionNames), where)
		return
	}
	if want == "*" || want != "" && want == arg {
		return
	}
	p.warn(t, "'%s' is not modelled", t.text)
}

// yesno reads a boolean as BIND does.
func (p *confParser) yesno(st confStmt, v *bool) {
	switch st.word(1) {
	case "yes", "true", "1":
		*v = true
	case "no", "false", "0":
		*v = false
	default:
		p.bad(st.words[len(st.words)-1], "boolean expected near '%s'", shown(st.words[len(st.words)-1].text))
	}
}

func (p *confParser) forward(st confStmt, only *bool) {
	switch st.word(1) {
	case "only":
		*only = true
	case "first":
		*only = false
	default:
		p.bad(st.words[0], "forward: 'first' or 'only' expected")
	}
}

func (p *confParser) addrs(st confStmt) []netip.Addr {
	var out []netip.Addr
	for _, e := range st.body {
		if len(e.words) == 0 {
			continue
		}
		a, err := netip.ParseAddr(e.words[0].text)
		if err != nil || a.Zone() != "" {
			p.bad(e.words[0], "expected IP address near '%s'", shown(e.words[0].text))
			continue
		}
		out = append(out, a)
	}
	return out
}

// zone reads a zone statement.
func (p *confParser) zone(st confStmt) {
	t := st.words[0]
	if len(st.words) < 2 || !st.block {
		p.bad(t, "zone: a name and { statements } expected")
		return
	}
	name, msg := absolute(token{text: st.words[1].text}, ".")
	if msg != "" {
		p.bad(st.words[1], "zone '%s': %s", shown(st.words[1].text), msg)
		return
	}
	z := ZoneClause{Name: CanonicalName(name), ConfFile: p.probs.file, Line: t.line, Col: t.col}
	for _, o := range st.body {
		if len(o.words) > 0 {
			p.zoneOption(&z, o)
		}
	}
	switch {
	case z.Type == badType:
	case z.Type == "":
		p.bad(t, "zone '%s': missing 'type' option", z.Name)
	case z.Type != "forward" && z.File == "":
		p.bad(t, "zone '%s': missing 'file' entry", z.Name)
	case p.conf.Zone(z.Name) != nil:
		p.bad(t, "zone '%s': already exists: previous definition at line %d", z.Name, p.conf.Zone(z.Name).Line)
	default:
		p.conf.Zones = append(p.conf.Zones, z)
	}
}

func (p *confParser) zoneOption(z *ZoneClause, o confStmt) {
	t, arg := o.words[0], o.word(1)
	switch t.text {
	case "type":
		switch arg {
		case "primary", "master":
			z.Type = "primary"
		case "hint", "forward":
			z.Type = arg
		case "secondary", "slave", "stub", "static-stub", "mirror", "redirect", "delegation-only":
			z.Type = badType
			p.bad(t, "zone '%s': type '%s' is not modelled: primary, hint or forward expected", z.Name, arg)
		default:
			z.Type = badType
			p.bad(t, "'%s' unexpected%s: primary, hint or forward expected", shown(arg), p.probs.nearest(arg, []string{"primary", "hint", "forward"}))
		}
	case "file":
		z.File = arg
	case "forwarders":
		z.Forwarders = p.addrs(o)
	case "forward":
		p.forward(o, &z.ForwardOnly)
	default:
		p.inert(t, arg, "zone "+strconv.Quote(z.Name))
	}
}

// Text returns a named.conf that says the same to our servers.
func (c *NamedConf) Text() string {
	var b strings.Builder
	yes := map[bool]string{true: "yes", false: "no"}
	b.WriteString("options {\n\tdirectory \"" + c.Directory + "\";\n\trecursion " + yes[c.Recursion] + ";\n")
	b.WriteString("\tlisten-on port " + strconv.Itoa(int(c.Port)) + " { " + c.ListenOn.text() + " };\n\tlisten-on-v6 { none; };\n")
	b.WriteString("\tallow-query { " + c.AllowQuery.text() + " };\n\tallow-recursion { " + c.AllowRecursion.text() + " };\n\tallow-transfer { " + c.AllowTransfer.text() + " };\n")
	b.WriteString("\tdnssec-validation no;\n\tempty-zones-enable no;\n\tnotify no;\n")
	writeForwarders(&b, "\t", c.Forwarders, c.ForwardOnly)
	b.WriteString("};\n")
	for _, z := range c.Zones {
		b.WriteString("zone \"" + z.Name + "\" {\n\ttype " + z.Type + ";\n")
		if z.File != "" {
			b.WriteString("\tfile \"" + z.File + "\";\n")
		}
		writeForwarders(&b, "\t", z.Forwarders, z.ForwardOnly)
		b.WriteString("};\n")
	}
	return b.String()
}

func writeForwarders(b *strings.Builder, indent string, addrs []netip.Addr, only bool) {
	if len(addrs) == 0 {
		return
	}
	b.WriteString(indent + "forwarders {")
	for _, a := range addrs {
		b.WriteString(" " + a.String() + ";")
	}
	b.WriteString(" };\n")
	if only {
		b.WriteString(indent + "forward only;\n")
	}
}
