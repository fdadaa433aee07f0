package scenario

import (
	"fmt"
	"net"
	"net/netip"
	"sort"
	"strconv"
	"strings"

	"mailtrek/protocols/dnswire"
	"mailtrek/sim/node"
	"mailtrek/sim/postfix"
)

// What somebody may lay hands on in a world: listeners to connect to, commands
// of operators, settings, records, files. It is what completion offers.

// Listening is a place that takes connections.
type Listening struct {
	Host    string         // the full name
	Addr    netip.AddrPort // where to connect to from other hosts
	Service string         // the name of the port: "smtp", "submission", …; its number where it has none
}

// services are the names of ports that mail programs know (RFC 6335 registry).
var services = map[uint16]string{25: "smtp", 53: "domain", 110: "pop3", 143: "imap", 465: "submissions", 587: "submission", 993: "imaps", 995: "pop3s", 24: "lmtp"}

// Listening are the places that take connections now, by host and port.
func (r *Run) Listening() []Listening {
	var out []Listening
	for _, m := range r.machines {
		var own []Listening
		seen := map[uint16]bool{}
		for _, l := range m.Node.Listeners() {
			at, err := netip.ParseAddrPort(l.Addr)
			if err != nil || at.Addr().IsLoopback() || seen[at.Port()] {
				continue
			}
			if at.Addr().IsUnspecified() {
				at = netip.AddrPortFrom(m.Node.Addr(), at.Port())
			}
			seen[at.Port()] = true
			own = append(own, Listening{m.Name, at, serviceName(at.Port())})
		}
		sort.SliceStable(own, func(i, j int) bool { return own[i].Addr.Port() < own[j].Addr.Port() })
		out = append(out, own...)
	}
	return out
}

func serviceName(port uint16) string {
	if name := services[port]; name != "" {
		return name
	}
	return strconv.Itoa(int(port))
}

// String is HOST:PORT.
func (l Listening) String() string {
	return net.JoinHostPort(l.Host, strconv.Itoa(int(l.Addr.Port())))
}

// Tool is a command that an operator can type.
type Tool struct{ Name, Usage, Summary string }

// Tools are the commands of the operators, by name.
func Tools() []Tool {
	tools := make([]Tool, len(operatorCommands))
	for i, c := range operatorCommands {
		tools[i] = Tool{c.name, c.usage, c.summary}
	}
	sort.Slice(tools, func(i, j int) bool { return tools[i].Name < tools[j].Name })
	return tools
}

// Setting is a parameter of main.cf with its present value.
type Setting struct {
	Name, Value string
	Own         bool // main.cf sets it; else it is the default
}

// Settings are the parameters of a host that the simulation models, by name:
// those that main.cf sets first. A host without Postfix has none.
func (r *Run) Settings(host string) []Setting {
	m := r.machine(host)
	if m == nil || m.postfix == nil {
		return nil
	}
	config, _, diags := postfix.LoadConfig(m.Tree, postfixEnv(m.decl))
	if config == nil || postfix.HasFatal(diags) {
		return nil
	}
	own := map[string]bool{}
	var out []Setting
	add := func(o postfix.PostconfOptions, mark bool) {
		lines, _ := config.Postconf(o)
		for _, l := range lines {
			name, value, _ := strings.Cut(l, " =")
			if p, known := postfix.LookupParam(name); own[name] || known && !p.Modelled || !known && !mark {
				continue
			}
			own[name] = true
			out = append(out, Setting{name, strings.TrimSpace(value), mark})
		}
	}
	add(postfix.PostconfOptions{NonDefaults: true}, true)
	add(postfix.PostconfOptions{}, false)
	return out
}

// ZoneRecord is a record of a zone that some host is primary for.
type ZoneRecord struct {
	Host, Domain string
	Name, Type   string // the name as zone files write it: inside the zone, "@" for the zone itself
	Data         string
}

// ZoneRecords are the records of all zones but their SOAs, in the order of the
// hosts and of the zone files.
func (r *Run) ZoneRecords() []ZoneRecord {
	var out []ZoneRecord
	for _, m := range r.machines {
		text, err := m.Tree.ReadFile(node.NamedConf)
		if err != nil {
			continue
		}
		conf, _ := dnswire.ParseNamedConf(node.NamedConf, string(text))
		if conf == nil {
			continue
		}
		for _, z := range conf.Zones {
			if z.Type == "primary" {
				out = append(out, zoneRecords(m, z.Name, z.File)...)
			}
		}
	}
	return out
}

func zoneRecords(m *machine, domain, file string) (out []ZoneRecord) {
	text, err := m.Tree.ReadFile(file)
	if err != nil {
		return nil
	}
	domain = dnswire.CanonicalName(domain)
	zone, _ := dnswire.ParseZone(dnswire.ZoneConfig{File: file, Origin: domain}, string(text))
	if zone == nil {
		return nil
	}
	for _, rr := range zone.Records() {
		h := rr.Header()
		kind := dnswire.TypeName(h.Rrtype)
		if kind == "SOA" {
			continue
		}
		name := dnswire.CanonicalName(h.Name)
		if name == domain {
			name = "@"
		} else if domain != "" && domain != "." {
			name = strings.TrimSuffix(name, "."+domain)
		}
		out = append(out, ZoneRecord{m.Name, domain, name, kind, strings.TrimPrefix(rr.String(), h.String())})
	}
	return out
}

// FileNames are the files of a host below a folder, at most so many.
func (r *Run) FileNames(host, folder string, limit int) []string {
	m := r.machine(host)
	if m == nil {
		return nil
	}
	list, err := m.Tree.ReadDir(folder)
	if err != nil {
		return nil
	}
	var out []string
	for _, f := range list {
		if len(out) == limit {
			break
		}
		name := strings.TrimSuffix(folder, "/") + "/" + f.Name
		if f.Dir {
			name += "/"
		}
		out = append(out, name)
	}
	return out
}

// ZoneText is the zone file of a domain on a host that is primary for it.
func (r *Run) ZoneText(host, domain string) (string, error) {
	m := r.machine(host)
	if m == nil {
		return "", fmt.Errorf("no host %q", host)
	}
	text, err := m.Tree.ReadFile(node.NamedConf)
	if err != nil {
		return "", err
	}
	conf, _ := dnswire.ParseNamedConf(node.NamedConf, string(text))
	for i := 0; conf != nil && i < len(conf.Zones); i++ {
		if z := conf.Zones[i]; dnswire.CanonicalName(z.Name) == dnswire.CanonicalName(domain) {
			zone, err := m.Tree.ReadFile(z.File)
			return string(zone), err
		}
	}
	return "", fmt.Errorf("%s serves no zone %s", host, domain)
}
