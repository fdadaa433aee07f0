package host

import (
	"cmp"
	"slices"
	"strings"
)

// Dovecot is a dovecot.conf that has been read: settings by protocol, and the
// sections. What the file does not say has Dovecot 2.3's default.
type Dovecot struct {
	File       string
	Passdbs    []AuthDB
	Userdbs    []AuthDB
	Namespaces []Namespace

	settings map[string]string            // global
	protocol map[string]map[string]string // inside "protocol X { }"
	services map[string]*service
	files    map[string]bool // settings whose value is "<path"
	plugin   map[string]string
	asked    map[string]map[string]string // what Settings.Text has found, by protocol

	mechanisms struct { // what Settings.Mechanisms has read last
		text string
		list []string
	}
}

// AuthDB is a passdb or userdb section: where users and passwords come from.
type AuthDB struct {
	Driver string // "passwd-file", "passwd", "static", …
	Args   string
	Line   int
}

// Namespace is a namespace section with its special mailboxes.
type Namespace struct {
	Name      string
	Prefix    string
	Separator string // "" is that of the storage: "." for Maildir
	Inbox     bool
	Mailboxes []SpecialMailbox
}

// SpecialMailbox is a mailbox section inside a namespace.
type SpecialMailbox struct {
	Name       string
	SpecialUse string // RFC 6154 attributes, e.g. `\Sent`
	Auto       string // "no", "create" or "subscribe"
}

// ParseDovecot reads the text of a dovecot.conf. All problems are returned at
// once in the order of the file, those of the whole file last, in Dovecot's words where it has some; when one
// of them is Fatal the real Dovecot would not start. It never returns nil.
func ParseDovecot(file string, text []byte) (*Dovecot, []Problem) {
	p := dovecotReader{d: &Dovecot{
		File:     file,
		settings: map[string]string{},
		protocol: map[string]map[string]string{},
		services: map[string]*service{},
		files:    map[string]bool{},
		plugin:   map[string]string{},
	}}
	carry := ""
	for n, line := range lines(text) {
		p.line = n + 1
		var l confLine
		var ambiguous bool
		if l, carry, ambiguous = readConfLine(line, carry); ambiguous {
			p.report(Warning, "Ambiguous '#' character in line, treating it as comment. Add a space before it to remove this warning.")
		}
		p.take(l)
	}
	if len(p.stack) > 0 {
		p.line = p.stack[len(p.stack)-1].line
		p.report(Fatal, "Missing '}'")
	}
	p.finish()
	slices.SortStableFunc(p.problems, func(a, b Problem) int { return cmp.Compare(uint(a.Line-1), uint(b.Line-1)) })
	return p.d, p.problems
}

// dovecotReader turns lines into a Dovecot.
type dovecotReader struct {
	d        *Dovecot
	problems []Problem
	line     int
	stack    []confSection
}

// confSection is a section that is open.
type confSection struct {
	kind string // the schema it follows: "", "passdb", …; "plugin" is free, "?" is not looked at
	typ  string // as written
	name string
	line int
	vals map[string]string // where its settings go
}

func (p *dovecotReader) report(s Severity, text string) {
	p.problems = append(p.problems, Problem{p.d.File, p.line, s, text})
}

func (p *dovecotReader) take(l confLine) {
	switch l.kind {
	case confError:
		p.report(Fatal, l.value)
	case confInclude:
		p.report(Fatal, l.key+" is not supported in a simulated host: put the settings into this file")
	case confBegin:
		p.begin(l)
	case confEnd:
		if len(p.stack) == 0 {
			p.report(Fatal, "Unexpected '}'")
			return
		}
		p.end(p.stack[len(p.stack)-1])
		p.stack = p.stack[:len(p.stack)-1]
	case confSetting:
		p.setting(l)
	}
}

// scope is the section that lines belong to now.
func (p *dovecotReader) scope() confSection {
	if len(p.stack) == 0 {
		return confSection{vals: p.d.settings}
	}
	return p.stack[len(p.stack)-1]
}

func (p *dovecotReader) setting(l confLine) {
	s := p.scope()
	switch s.kind {
	case "?":
		return
	case "plugin":
		if s.typ == "plugin" {
			p.pluginSetting(l)
		}
		return
	}
	known, ok := dovecotSchema[s.kind][l.key]
	if !ok {
		p.report(Fatal, "Unknown setting: "+p.prefix()+l.key)
		return
	}
	value := l.value
	if !l.file {
		value = expandConf(value, func(name string) (string, bool) { return p.current(s, name) })
	}
	if msg := known.check(value); msg != "" {
		p.report(Fatal, msg)
		return
	}
	if !known.modelled && value != known.deflt {
		p.report(Unmodelled, "setting has no effect in the simulation: "+p.prefix()+l.key)
	}
	s.vals[l.key] = value
	if s.kind == "" {
		p.d.files[l.key] = l.file
	}
}

// current is the value that "$name" stands for inside a section.
func (p *dovecotReader) current(s confSection, name string) (string, bool) {
	if v, ok := s.vals[name]; ok {
		return v, true
	}
	if s.kind == "" {
		if v, ok := p.d.settings[name]; ok {
			return v, true
		}
	}
	known, ok := dovecotSchema[s.kind][name]
	return known.deflt, ok
}

// prefix is the path of sections as doveconf writes it: "service { ".
func (p *dovecotReader) prefix() string {
	var b strings.Builder
	for _, s := range p.stack {
		if s.kind != "" {
			b.WriteString(s.typ + " { ")
		}
	}
	return b.String()
}

// begin opens a section where it may stand.
func (p *dovecotReader) begin(l confLine) {
	outer := p.scope()
	s := confSection{kind: l.key, typ: l.key, name: l.value, line: p.line, vals: map[string]string{}}
	if len(p.stack) >= MaxDovecotDepth {
		p.report(Fatal, "sections are nested too deep")
		s.kind = "?"
	}
	switch {
	case outer.kind == "?" || s.kind == "?":
		s.kind = "?"
	case outer.kind == "" && (l.key == "passdb" || l.key == "userdb" || l.key == "namespace"):
	case outer.kind == "" && l.key == "service":
		s.kind = "service"
	case outer.kind == "" && l.key == "plugin":
	case outer.kind == "" && l.key == "dict":
		s.kind = "plugin"
		p.report(Unmodelled, "section has no effect in the simulation: dict")
	case outer.kind == "" && l.key == "protocol":
		s.kind = ""
		s.vals = p.protocolSettings(l.value)
	case outer.kind == "" && (l.key == "remote" || l.key == "local" || l.key == "local_name"):
		s.kind = "" // its settings are checked and go nowhere
		p.report(Unmodelled, "section has no effect in the simulation: "+l.key)
	case outer.kind == "namespace" && l.key == "mailbox":
	case outer.kind == "service" && (l.key == "unix_listener" || l.key == "inet_listener" || l.key == "fifo_listener"):
	default:
		p.report(Fatal, "Unknown setting: "+p.prefix()+l.key+" { "+l.key)
		s.kind = "?"
	}
	p.stack = append(p.stack, s)
}

func (p *dovecotReader) protocolSettings(name string) map[string]string {
	if p.d.protocol[name] == nil {
		p.d.protocol[name] = map[string]string{}
	}
	return p.d.protocol[name]
}

// end puts a section that closes where it belongs.
func (p *dovecotReader) end(s confSection) {
	switch s.kind {
	case "passdb":
		p.d.Passdbs = append(p.d.Passdbs, AuthDB{s.vals["driver"], s.vals["args"], s.line})
	case "userdb":
		p.d.Userdbs = append(p.d.Userdbs, AuthDB{s.vals["driver"], s.vals["args"], s.line})
	case "namespace":
		p.namespace(s)
	case "mailbox":
		p.mailbox(s)
	case "service":
		p.d.service(s.name)
		if s.name == "" {
			p.problems = append(p.problems, Problem{p.d.File, s.line, Fatal, "Service is missing name"})
		}
	case "unix_listener", "inet_listener":
		p.listener(s)
	}
}

func (p *dovecotReader) namespace(s confSection) {
	n := p.d.namespaceNamed(s.name)
	set := func(to *string, key string) {
		if v, ok := s.vals[key]; ok {
			*to = v
		}
	}
	set(&n.Prefix, "prefix")
	set(&n.Separator, "separator")
	if v, ok := s.vals["inbox"]; ok {
		n.Inbox, _ = dovecotBool(v)
	}
}

func (p *dovecotReader) mailbox(s confSection) {
	outer := p.stack[len(p.stack)-2]
	n := p.d.namespaceNamed(outer.name)
	m := SpecialMailbox{Name: s.name, SpecialUse: s.vals["special_use"], Auto: s.vals["auto"]}
	if m.Name == "" {
		m.Name = s.vals["name"]
	}
	if m.Auto == "" {
		m.Auto = "no"
	}
	n.Mailboxes = append(n.Mailboxes, m)
}

// namespaceNamed returns the namespace of that name; sections of one name add up.
func (d *Dovecot) namespaceNamed(name string) *Namespace {
	for i := range d.Namespaces {
		if d.Namespaces[i].Name == name {
			return &d.Namespaces[i]
		}
	}
	d.Namespaces = append(d.Namespaces, Namespace{Name: name})
	return &d.Namespaces[len(d.Namespaces)-1]
}

// finish checks what only the whole file shows.
func (p *dovecotReader) finish() {
	p.line = 0
	p.plugins()
	for proto := range strings.FieldsSeq(p.d.For("").Text("protocols")) {
		switch proto {
		case "imap", "pop3", "lmtp", "none":
		case "submission", "sieve":
			p.report(Unmodelled, "protocol has no effect in the simulation: "+proto)
		default:
			p.report(Fatal, "protocols: Unknown protocol: "+proto)
		}
	}
	for _, db := range p.d.Passdbs {
		p.line = db.Line
		switch db.Driver {
		case "passwd-file", "static", "passwd", "pam":
		case "":
			p.report(Fatal, "passdb is missing driver")
		default:
			p.report(Unmodelled, "passdb has no effect in the simulation: driver "+db.Driver)
		}
	}
	for _, db := range p.d.Userdbs {
		p.line = db.Line
		switch db.Driver {
		case "passwd-file", "static", "passwd", "prefetch":
		case "":
			p.report(Fatal, "userdb is missing driver")
		default:
			p.report(Unmodelled, "userdb has no effect in the simulation: driver "+db.Driver)
		}
	}
}

// FatalText is what doveconf and Dovecot's master print about a Fatal problem.
func FatalText(p Problem) string {
	if p.Line == 0 {
		return "doveconf: Fatal: Error in configuration file " + p.File + ": " + p.Text
	}
	if p.Text == "Missing '}'" {
		return "doveconf: Fatal: Error in configuration file " + p.File + ": " + p.Text + " (section started at " + p.at() + ")"
	}
	return "doveconf: Fatal: Error in configuration file " + p.File + " line " + itoa(p.Line) + ": " + p.Text
}
