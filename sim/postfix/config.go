package postfix

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mailtrek/protocols/mailaddr"
)

// Env is what a Postfix program learns from its host rather than from its
// configuration.
type Env struct {
	// Hostname is what gethostname(2) returns; the default of myhostname.
	Hostname string
	// Interfaces are the host's addresses with the lengths of their networks,
	// in the order in which the host lists them, loopback included.
	Interfaces []netip.Prefix
}

// Files is what this package needs of a host's file tree to read from it.
type Files interface {
	ReadFile(path string) ([]byte, error)
}

// Config is a configuration as one Postfix program sees it: the defaults,
// main.cf, and for a service of master.cf its "-o" options. Values are
// evaluated when first asked for and then remembered. A Config belongs to one
// simulated world and never changes: an edit makes a new one.
type Config struct {
	main    *MainCF
	master  *MasterCF
	env     Env
	service string
	command string
	over    map[string]Entry
	cache   values
	rewrite *mailaddr.RewriteConfig // see rewriting
	clean   *cleanupParams          // see cleanup
	nets    map[string]*Networks
	own     []netip.Prefix // see OwnAddresses
	proxies []netip.Addr   // likewise: proxy_interfaces
	domains map[string]*DomainList
	routes  *knownRoutes
}

// value is an evaluated parameter.
type value struct {
	text string
	num  int64
	dur  time.Duration
	list []string
	yes  bool
	has  uint8 // which of the typed forms above are filled in
	err  error // the macro error, or why the text is no value of its kind
}

const (
	hasNum = 1 << iota
	hasDur
	hasList
	hasBool
)

// NewConfig returns the configuration that main.cf describes on a host.
func NewConfig(main *MainCF, env Env) *Config {
	if main == nil {
		main = &MainCF{File: MainFile, index: map[string]int{}}
	}
	return &Config{main: main, env: env}
}

// LoadConfig reads main.cf and master.cf from a host's files. Messages are
// those of parsing alone; Lint has the rest. A missing file is fatal.
func LoadConfig(files Files, env Env) (*Config, *MasterCF, []Diag) {
	mainText, err := files.ReadFile(MainFile)
	if err != nil {
		return NewConfig(nil, env), &MasterCF{File: MasterFile},
			[]Diag{{Fatal: true, File: MainFile, Text: fmt.Sprintf("open %s: No such file or directory", MainFile)}}
	}
	main, diags := ParseMain(MainFile, string(mainText))
	masterText, err := files.ReadFile(MasterFile)
	if err != nil {
		return NewConfig(main, env), &MasterCF{File: MasterFile},
			append(diags, Diag{Fatal: true, File: MasterFile, Text: fmt.Sprintf("open %s: No such file or directory", MasterFile)})
	}
	master, more := ParseMaster(MasterFile, string(masterText))
	c := NewConfig(main, env)
	c.master = master
	return c, master, append(diags, more...)
}

// Service returns the configuration of a service: c with the service's "-o"
// options over it, and $service_name and $process_name set.
func (c *Config) Service(s *Service) *Config {
	derived := &Config{main: c.main, master: c.master, env: c.env, service: s.Name, command: s.Command,
		over: make(map[string]Entry, len(s.Options))}
	for _, o := range s.Options {
		derived.over[o.Name] = o // the last one wins, as options do
	}
	return derived
}

// ServiceName returns the name in the first column of master.cf, or "".
func (c *Config) ServiceName() string { return c.service }

// Main returns the main.cf behind the configuration.
func (c *Config) Main() *MainCF { return c.main }

// Env returns what the host supplied.
func (c *Config) Env() Env { return c.env }

// IsSet tells whether main.cf or an option sets the parameter.
func (c *Config) IsSet(name string) bool {
	if _, ok := c.over[name]; ok {
		return true
	}
	_, ok := c.main.Lookup(name)
	return ok
}

// Raw returns the unexpanded value of a parameter, which may be its default.
// defined is false for a name that nothing defines.
func (c *Config) Raw(name string) (raw string, defined bool) {
	if o, ok := c.over[name]; ok {
		return o.Value, true
	}
	if e, ok := c.main.Lookup(name); ok {
		return e.Value, true
	}
	switch name {
	case "service_name":
		return c.service, true
	case "process_name":
		return c.command, true
	case "myhostname":
		return c.defaultHostname(), true
	case "mydomain":
		return c.defaultDomain(), true
	case "mynetworks":
		return c.defaultNetworks(), true
	}
	if p := paramIndex()[name]; p != nil {
		return p.Default, true
	}
	if _, fallback, ok := serviceParam(name); ok {
		return c.Raw(fallback.Name)
	}
	return "", false
}

// defaultHostname is the host's name, completed with "localdomain" when it has
// no dot (postconf(5), myhostname).
func (c *Config) defaultHostname() string {
	host := c.env.Hostname
	if host != "" && !strings.Contains(host, ".") {
		return host + "." + c.Get("mydomain")
	}
	return host
}

// defaultDomain is myhostname without its first label, or "localdomain"
// (postconf(5), mydomain).
func (c *Config) defaultDomain() string {
	host := c.env.Hostname
	if c.IsSet("myhostname") {
		host = c.Get("myhostname")
	}
	if _, domain, ok := strings.Cut(host, "."); ok {
		return domain
	}
	return "localdomain"
}

// rawParams are evaluated when they are used, with names such as $home or
// $rbl_domain that main.cf does not have; until then they stay as they are.
var rawParams = map[string]bool{
	"forward_path": true, "luser_relay": true, "mailbox_command": true, "default_rbl_reply": true,
	"command_execution_directory": true, "local_command_shell": true,
}

// eval returns the remembered value of a parameter.
func (c *Config) eval(name string) *value {
	if v := c.cache.find(name); v != nil {
		return v
	}
	raw, _ := c.Raw(name)
	v := &value{text: raw}
	if !rawParams[name] {
		v.text, v.err = expandMacros(raw, c.Raw)
	}
	c.cache.add(name, v)
	return v
}

// Get returns the expanded value of a parameter. Names that nothing defines
// are empty, as in Postfix.
func (c *Config) Get(name string) string { return c.eval(name).text }

// Expand expands the $names in a text that does not stand in main.cf itself.
func (c *Config) Expand(text string) (string, error) { return expandMacros(text, c.Raw) }

// ExpandWith expands text with the names that lookup knows, as local(8) does
// with $home in forward_path and smtpd(8) with $rbl_domain in default_rbl_reply.
func ExpandWith(text string, lookup func(name string) (string, bool)) (string, error) {
	return expandMacros(text, lookup)
}

// Bool returns a parameter that is yes or no. Where the text is neither, a
// Postfix program ends with "bad boolean configuration", which Lint reports;
// here the default holds.
func (c *Config) Bool(name string) bool {
	v := c.eval(name)
	if v.has&hasBool == 0 {
		v.has |= hasBool
		switch {
		case strings.EqualFold(v.text, "yes"):
			v.yes = true
		case strings.EqualFold(v.text, "no"):
		default:
			v.err = fmt.Errorf("bad boolean configuration: %s = %s", name, v.text)
			v.yes = c.defaultText(name) == "yes"
		}
	}
	return v.yes
}

// Int returns a parameter that is a number, e.g. a size in bytes.
func (c *Config) Int(name string) int64 {
	v := c.eval(name)
	if v.has&hasNum == 0 {
		v.has |= hasNum
		var err error
		if v.num, err = strconv.ParseInt(v.text, 10, 64); err != nil {
			v.err = fmt.Errorf("bad numerical configuration: %s = %s", name, v.text)
			v.num, _ = strconv.ParseInt(c.defaultText(name), 10, 64)
		}
	}
	return v.num
}

// Duration returns a parameter that is a time.
func (c *Config) Duration(name string) time.Duration {
	v := c.eval(name)
	if v.has&hasDur == 0 {
		v.has |= hasDur
		def := c.defaultText(name)
		unit := byte('s')
		if def != "" {
			unit = def[len(def)-1]
		}
		var ok bool
		if v.dur, ok = parseTime(v.text, unit); !ok {
			v.err = fmt.Errorf("parameter %s: bad time value or unit: %s", name, v.text)
			v.dur, _ = parseTime(def, unit)
		}
	}
	return v.dur
}

// List returns a parameter that is a list: items apart by commas or white
// space; an item in braces may contain both.
func (c *Config) List(name string) []string {
	v := c.eval(name)
	if v.has&hasList == 0 {
		v.has |= hasList
		v.list = SplitList(v.text)
	}
	return v.list
}

// Problem returns why the value of a parameter cannot be used, or nil.
func (c *Config) Problem(name string) error {
	v := c.eval(name)
	if v.err == nil {
		switch c.kind(name) {
		case KindBool:
			c.Bool(name)
		case KindInt:
			c.Int(name)
		case KindTime:
			c.Duration(name)
		}
	}
	return v.err
}

// TransportInt returns TRANSPORT_SUFFIX, e.g. the destination_recipient_limit
// of transport smtp, or what that falls back to.
func (c *Config) TransportInt(transport, suffix string) int64 { return c.Int(transport + "_" + suffix) }

// TransportDuration is TransportInt for times.
func (c *Config) TransportDuration(transport, suffix string) time.Duration {
	return c.Duration(transport + "_" + suffix)
}

func (c *Config) kind(name string) Kind {
	if p := paramIndex()[name]; p != nil {
		return p.Kind
	}
	if _, fallback, ok := serviceParam(name); ok {
		return fallback.Kind
	}
	return KindString
}

// defaultText returns the evaluated default of a parameter.
func (c *Config) defaultText(name string) string {
	p := paramIndex()[name]
	if p == nil {
		_, fallback, ok := serviceParam(name)
		if !ok {
			return ""
		}
		p = fallback
	}
	text, _ := expandMacros(p.Default, c.Raw)
	return text
}

// timeUnits are the units of postconf(5): seconds, minutes, hours, days, weeks.
var timeUnits = map[byte]time.Duration{
	's': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour,
}

// parseTime reads "300s"; unit counts when the text has none.
func parseTime(s string, unit byte) (time.Duration, bool) {
	if s == "" {
		return 0, false
	}
	if last := s[len(s)-1] | 0x20; last >= 'a' && last <= 'z' {
		s, unit = s[:len(s)-1], last
	}
	n, err := strconv.ParseInt(s, 10, 32)
	scale, known := timeUnits[unit]
	if err != nil || n < 0 || !known {
		return 0, false
	}
	return time.Duration(n) * scale, true
}

// SplitList cuts a list at commas and white space; braces hold an item
// together and stay on it.
func SplitList(s string) []string {
	var items []string
	for i := 0; i < len(s); {
		if s[i] == ',' || isBlank(s[i]) {
			i++
			continue
		}
		start, level := i, 0
		for i < len(s) && (level > 0 || s[i] != ',' && !isBlank(s[i])) {
			switch s[i] {
			case '{':
				level++
			case '}':
				level--
			}
			i++
		}
		items = append(items, s[start:i])
	}
	return items
}
