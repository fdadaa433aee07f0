package postfix

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"mailtrek/protocols/dsn"
)

// PostconfOptions are the switches of postconf(1) that print parameters.
type PostconfOptions struct {
	Defaults    bool // -d: the defaults instead of the settings
	NonDefaults bool // -n: only what main.cf sets
	NoNames     bool // -h: values only
	NoValues    bool // -H: names only
	Expand      bool // -x: with the $names replaced
	Fold        bool // -f: long values in several lines
	Class       Class
	Strict      bool // what main.cf sets and nothing refers to is unknown, as to postconf(1)
}

// Class are kinds of parameters that "postconf -C" chooses; 0 is all of them.
type Class uint8

// The classes of parameters.
const (
	Builtin     Class = 1 << iota // known to Postfix by name
	OfService                     // of a service of master.cf by its name
	UserDefined                   // of main.cf, for $name
)

// ParamClass reads the value of -C.
func ParamClass(text string) (c Class, err error) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		switch word {
		case "builtin":
			c |= Builtin
		case "service":
			c |= OfService
		case "user":
			c |= UserDefined
		case "all":
			c |= Builtin | OfService | UserDefined
		default:
			return 0, fmt.Errorf("unknown -C option value \"%s\" in \"%s\"", word, text)
		}
	}
	return c, nil
}

// classOf is the class of a parameter.
func classOf(name string) Class {
	p := paramIndex()[name]
	if p == nil {
		return UserDefined
	}
	for _, s := range serviceSuffixes {
		if strings.HasSuffix(name, s.suffix) && p.Default == "$"+s.fallback && !builtinOfService[name] {
			return OfService
		}
	}
	return Builtin
}

// builtinOfService are parameters that look like those of a service and are
// known by name.
var builtinOfService = map[string]bool{"lmtp_destination_concurrency_limit": true, "lmtp_destination_recipient_limit": true, "relay_destination_concurrency_limit": true,
	"relay_destination_recipient_limit": true, "smtp_destination_concurrency_limit": true, "smtp_destination_recipient_limit": true,
	"virtual_destination_concurrency_limit": true, "virtual_destination_recipient_limit": true}

// postconfWidth is how long the lines of "postconf -f" get.
const postconfWidth = 80

// line is a name with its value as the options want them.
func (opt PostconfOptions) line(name, value string) string {
	switch {
	case opt.NoValues:
		return name
	case opt.NoNames:
		return value
	}
	text := strings.TrimRight(name+" = "+value, " ")
	if !opt.Fold || len(text) <= postconfWidth {
		return text
	}
	return dsn.WrapAt(strings.Join(strings.Fields(text), " "), postconfWidth)
}

// Postconf prints parameters as postconf(1) does: those named, or all in the
// order of their names. The messages are those it writes to stderr.
func (c *Config) Postconf(opt PostconfOptions, names ...string) (lines []string, diags []Diag) {
	asked := len(names) > 0
	used := c.usedNames(c.master)
	if !asked {
		names = slices.DeleteFunc(c.printable(opt), func(name string) bool { return opt.Class != 0 && opt.Class&classOf(name) == 0 })
	}
	for _, name := range names {
		raw, ok := c.printed(name, opt.Defaults)
		if _, set := c.main.Lookup(name); set && opt.Strict && !opt.Defaults && !used.has(name) {
			ok = false // set, and nobody asks for it
		}
		if !ok {
			diags = append(diags, Diag{Text: name + ": unknown parameter"})
			continue
		}
		if opt.NonDefaults && !c.IsSet(name) {
			continue
		}
		if opt.Expand {
			of := c
			if opt.Defaults {
				of = NewConfig(nil, c.env)
			}
			expanded, err := of.Expand(raw)
			if err != nil {
				return lines, append(diags, Diag{Text: err.Error()}, Diag{Fatal: true, Text: "macro processing error"})
			}
			raw = expanded
		}
		lines = append(lines, strings.Split(opt.line(name, raw), "\n")...)
	}
	return lines, diags
}

// printable returns the names that postconf prints when asked for no one name:
// the built-in parameters, and what else main.cf sets that anything refers to.
func (c *Config) printable(opt PostconfOptions) []string {
	var names []string
	if opt.NonDefaults && !opt.Defaults {
		used := c.usedNames(c.master)
		for _, e := range c.main.Entries() {
			if used.has(e.Name) {
				names = append(names, e.Name)
			}
		}
	} else {
		for _, p := range Params() {
			names = append(names, p.Name)
		}
		if used := c.usedNames(c.master); opt.Class&UserDefined != 0 {
			for _, e := range c.main.Entries() {
				if classOf(e.Name) == UserDefined && used.has(e.Name) {
					names = append(names, e.Name)
				}
			}
		}
	}
	sort.Strings(names)
	return names
}

func (c *Config) printed(name string, defaults bool) (string, bool) {
	if defaults {
		bare := NewConfig(nil, c.env)
		return bare.Raw(name)
	}
	return c.Raw(name)
}

// Lint returns what a check of the configuration finds: what postconf(1) warns
// of, values that end a daemon, and, as notes, parameters that Postfix has and
// the simulation does not model.
func (c *Config) Lint(master *MasterCF) []Diag {
	used := c.usedNames(master)
	var diags []Diag
	for _, e := range c.main.Entries() {
		diags = append(diags, c.lintEntry(c, c.main.File, e, used)...)
	}
	if master == nil {
		return diags
	}
	for i := range master.Services {
		s := &master.Services[i]
		diags = append(diags, lintService(master.File, s)...)
		own := c.Service(s)
		for _, o := range s.Options {
			diags = append(diags, c.lintEntry(own, master.File, o, used)...)
		}
	}
	return diags
}

// lintEntry checks one "name = value" as own sees it.
func (c *Config) lintEntry(own *Config, file string, e Entry, used usedNames) []Diag {
	var diags []Diag
	warn := func(format string, args ...any) {
		diags = append(diags, Diag{File: file, Line: e.Line, Text: fmt.Sprintf(format, args...)})
	}
	if !used.has(e.Name) {
		warn("%s: unused parameter: %s=%s", file, e.Name, e.Value)
		return diags
	}
	if p, ok := LookupParam(e.Name); ok && !p.Modelled && e.Value != p.Default {
		diags = append(diags, Diag{Note: true, File: file, Line: e.Line, Text: e.Name + " is known to Postfix and not modelled here"})
	}
	if !rawParams[e.Name] {
		for _, name := range macroNames(e.Value) {
			if _, ok := own.Raw(name); !ok && !legacyNames[name] {
				warn("%s: undefined parameter: %s", file, name)
			}
		}
	}
	diags = append(diags, own.lintValue(file, e)...)
	if err := own.Problem(e.Name); err != nil {
		diags = append(diags, badValue(file, e, err))
	}
	return diags
}

// legacyNames are names that the defaults refer to without defining them:
// parameters of older versions, which an old main.cf may still set.
var legacyNames = func() map[string]bool {
	names := map[string]bool{}
	for _, p := range paramIndex() {
		for _, name := range macroNames(p.Default) {
			if paramIndex()[name] == nil {
				names[name] = true
			}
		}
	}
	return names
}()

// usedNames are names that mean something though they are no built-in
// parameters: those of master.cf's services, restriction classes, names of old
// versions, and what values that count refer to as $name.
type usedNames map[string]bool

func (u usedNames) has(name string) bool {
	return u[name] || legacyNames[name] || paramIndex()[name] != nil
}

// visit takes up what a value refers to.
func (u usedNames) visit(c *Config, value string, depth int) {
	if depth > maxMacroDepth || strings.IndexByte(value, '$') < 0 {
		return
	}
	for _, ref := range macroNames(value) {
		if !u[ref] {
			u[ref] = true
			raw, _ := c.Raw(ref)
			u.visit(c, raw, depth+1)
		}
	}
}

// usedNames collects the names that main.cf and master.cf use.
func (c *Config) usedNames(master *MasterCF) usedNames {
	used := usedNames{}
	for _, class := range c.List("smtpd_restriction_classes") {
		used[class] = true
	}
	for _, e := range c.main.Entries() {
		if service, _, ok := serviceParam(e.Name); ok && master != nil && master.Find(service, "unix") != nil {
			used[e.Name] = true
		}
	}
	for _, e := range c.main.Entries() {
		if used.has(e.Name) {
			used.visit(c, e.Value, 0)
		}
	}
	if master != nil {
		for i := range master.Services {
			for _, o := range master.Services[i].Options {
				if used.has(o.Name) {
					used.visit(c, o.Value, 0)
				}
			}
			for _, a := range master.Services[i].Args {
				used.visit(c, a, 0)
			}
		}
	}
	return used
}

// macroNames returns the names that a text refers to as $name, ${name…}.
func macroNames(text string) []string {
	var names []string
	seen := map[string]bool{}
	var scan func(s string, depth int)
	scan = func(s string, depth int) {
		for depth < maxMacroDepth {
			i := strings.IndexByte(s, '$')
			if i < 0 {
				return
			}
			s = s[i:]
			if strings.HasPrefix(s, "$$") {
				s = s[2:]
				continue
			}
			body, _, n := macroBody(s)
			if n == 0 {
				return
			}
			name := strings.TrimLeft(body, " \t")
			end := 0
			for end < len(name) && isMacroChar(name[end]) {
				end++
			}
			if end > 0 && !seen[name[:end]] {
				seen[name[:end]] = true
				names = append(names, name[:end])
			}
			scan(body, depth+1)
			s = s[n:]
		}
	}
	scan(text, 0)
	return names
}
