package host

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

func (p Problem) at() string { return p.File + ":" + itoa(p.Line) }

// Settings are the settings of a dovecot.conf as one protocol sees them: those
// in "protocol X { }" before the global ones before the defaults.
type Settings struct {
	d        *Dovecot
	protocol string
}

// For returns the settings of a protocol: "imap", "pop3", "lmtp"; "" is those
// outside of all protocols.
func (d *Dovecot) For(protocol string) Settings { return Settings{d, protocol} }

// Text is the value of a setting; "" when there is no such setting.
func (s Settings) Text(name string) string {
	asked := s.d.asked[s.protocol]
	if v, ok := asked[name]; ok {
		return v
	}
	if asked == nil {
		if s.d.asked == nil {
			s.d.asked = map[string]map[string]string{}
		}
		asked = map[string]string{}
		s.d.asked[s.protocol] = asked
	}
	asked[name] = s.find(name)
	return asked[name]
}

// find is Text without remembering what was asked before.
func (s Settings) find(name string) string {
	if v, ok := s.d.protocol[s.protocol][name]; ok && s.protocol != "" {
		return v
	}
	if v, ok := s.d.settings[name]; ok {
		return v
	}
	return dovecotSchema[""][name].deflt
}

// Bool is the value of a yes-or-no setting.
func (s Settings) Bool(name string) bool {
	v, _ := dovecotBool(s.Text(name))
	return v
}

// Number is the value of a setting that is a number.
func (s Settings) Number(name string) int {
	n, _ := strconv.Atoi(s.Text(name))
	return n
}

// Duration is the value of a setting that is a time interval.
func (s Settings) Duration(name string) time.Duration {
	d, _ := dovecotTime(s.Text(name))
	return d
}

// Size is the value of a setting that is a number of octets.
func (s Settings) Size(name string) int64 {
	n, _ := dovecotSize(s.Text(name))
	return n
}

// List is the value of a setting that is a list of words.
func (s Settings) List(name string) []string {
	return strings.FieldsFunc(s.Text(name), func(r rune) bool { return r == ' ' || r == '\t' || r == ',' })
}

// Mechanisms are auth_mechanisms in capitals, in the order of the file. The
// caller must not change them.
func (s Settings) Mechanisms() []string {
	text := s.Text("auth_mechanisms")
	if m := &s.d.mechanisms; m.list == nil || m.text != text {
		m.text, m.list = text, strings.Fields(strings.ToUpper(text))
	}
	return s.d.mechanisms.list
}

// Enabled tells whether protocols names a protocol.
func (d *Dovecot) Enabled(protocol string) bool {
	return slices.Contains(strings.Fields(d.For("").Text("protocols")), protocol)
}

// Listener is a socket on which a service of Dovecot listens.
type Listener struct {
	Service string   // "pop3-login", "imap-login", "lmtp", "auth"
	Name    string   // of an inet_listener: "pop3", "imaps", …
	Path    string   // of a unix_listener: absolute
	Address []string // of an inet_listener: IP addresses, "*" and "::" are all
	Port    int      // of an inet_listener
	TLS     bool     // TLS from the first octet on
}

// Protocol is the protocol spoken there: "pop3", "imap", "lmtp", "auth" (the
// protocol between Postfix and Dovecot's auth service).
func (l Listener) Protocol() string { return strings.TrimSuffix(l.Service, "-login") }

type service struct {
	name      string
	listeners []*listener
}

type listener struct {
	name string
	inet bool
	vals map[string]string
}

// service returns the service section of that name, made if it is missing.
func (d *Dovecot) service(name string) *service {
	if d.services[name] == nil {
		d.services[name] = &service{name: name}
	}
	return d.services[name]
}

// listener adds a listener section to its service.
func (p *dovecotReader) listener(s confSection) {
	outer := p.stack[len(p.stack)-2]
	p.d.service(outer.name).add(s.name, s.kind == "inet_listener", s.vals)
}

// add adds a listener; sections of one name add up.
func (s *service) add(name string, inet bool, vals map[string]string) {
	for _, l := range s.listeners {
		if l.name == name && l.inet == inet {
			maps.Copy(l.vals, vals)
			return
		}
	}
	s.listeners = append(s.listeners, &listener{name, inet, vals})
}

// dovecotListeners are those that a service has without any configuration.
var dovecotListeners = []struct {
	service, protocol string
	listeners         []listener
}{
	{"auth", "", nil},
	{"imap-login", "imap", []listener{
		{"imap", true, map[string]string{"port": "143"}},
		{"imaps", true, map[string]string{"port": "993", "ssl": "yes"}}}},
	{"lmtp", "lmtp", []listener{{"lmtp", false, map[string]string{}}}},
	{"pop3-login", "pop3", []listener{
		{"pop3", true, map[string]string{"port": "110"}},
		{"pop3s", true, map[string]string{"port": "995", "ssl": "yes"}}}},
}

// Listeners are the sockets of the services that protocols enables, in the
// order auth, imap, lmtp, pop3. TLS listeners are left out with ssl = no.
func (d *Dovecot) Listeners() []Listener {
	var list []Listener
	for _, known := range dovecotListeners {
		if known.protocol != "" && !d.Enabled(known.protocol) {
			continue
		}
		s := service{name: known.service}
		for _, l := range known.listeners {
			s.add(l.name, l.inet, maps.Clone(l.vals))
		}
		if mine := d.services[known.service]; mine != nil {
			for _, l := range mine.listeners {
				s.add(l.name, l.inet, maps.Clone(l.vals))
			}
		}
		for _, l := range s.listeners {
			if out, ok := d.open(known.service, l); ok {
				list = append(list, out)
			}
		}
	}
	return list
}

// open turns a listener section into a socket; ok is false when it is switched off.
func (d *Dovecot) open(service string, l *listener) (Listener, bool) {
	global := d.For("")
	out := Listener{Service: service, Name: l.name}
	if !l.inet {
		out.Path = l.name
		if p, ok := l.vals["path"]; ok {
			out.Path = p
		}
		if !strings.HasPrefix(out.Path, "/") {
			out.Path = global.Text("base_dir") + "/" + out.Path
		}
		return out, l.vals["mode"] != "0"
	}
	out.Port, _ = strconv.Atoi(l.vals["port"])
	out.TLS, _ = dovecotBool(l.vals["ssl"])
	if out.TLS && global.Text("ssl") == "no" || out.Port == 0 {
		return out, false
	}
	out.Address = global.List("listen")
	if a := l.vals["address"]; a != "" {
		out.Address = strings.FieldsFunc(a, func(r rune) bool { return r == ' ' || r == ',' })
	}
	return out, len(out.Address) > 0
}

// Covers tells whether an inet listener accepts connections to an address.
func (l Listener) Covers(addr netip.Addr) bool {
	for _, a := range l.Address {
		if a == "*" && addr.Is4() || (a == "::" || a == "[::]") && addr.Is6() {
			return true
		}
		if ip, err := netip.ParseAddr(strings.Trim(a, "[]")); err == nil && ip == addr {
			return true
		}
	}
	return false
}
