package scenario

import (
	"fmt"
	"net/netip"
	"strings"

	"mailtrek/protocols/dnswire"

	"github.com/miekg/dns"
)

// namedConfFile is where BIND looks for its configuration (named(8)).
const namedConfFile = "/etc/bind/named.conf"

// zoneBlock is a zone that a document writes about.
type zoneBlock struct {
	domain string
	host   *Host
	at     place
}

// namedConf is the named.conf of a host with the text it was read from.
type namedConf struct {
	text string
	conf *dnswire.NamedConf
}

// zone reads a zone block. Its records replace whole RRsets of the zone that
// is there; SOA, NS and $TTL are supplied where a new zone has none.
func (b *builder) zone(blk *Block) {
	domain := strings.ToLower(blk.args[0].text)
	if domain != "." {
		domain = strings.TrimSuffix(domain, ".")
	}
	if why := badZoneName(domain); why != "" {
		b.src.errorAt(blk.args[0], "a domain such as alabala.com", "%q %s", domain, why)
		return
	}
	h, file := b.zoneServer(blk, domain)
	if h == nil || !b.once(blk.args[0], "zone "+domain+" on "+h.Name) {
		return
	}
	cfg := dnswire.ZoneConfig{File: b.src.file, Line: 1, Origin: domain, Primary: h.Name}
	if old, err := h.tree().ReadFile(file); err == nil {
		base, problems := dnswire.ParseZone(dnswire.ZoneConfig{File: file, Origin: domain, Primary: h.Name}, string(old))
		if dnswire.Fatal(problems) {
			b.src.errorAt(blk.args[0], "", "the zone that is there is broken: %v", problems[0].Error())
			return
		}
		cfg.Base = base
	}
	z, problems := dnswire.ParseZone(cfg, blk.Text())
	for _, p := range problems {
		b.zoneProblem(blk, p)
	}
	if z == nil {
		return
	}
	if inside(h.Name, domain) && len(z.Lookup(h.Name, dns.TypeA)) == 0 && len(h.Addresses) > 0 && b.ownsName(z, domain, h.Name) {
		cfg.Base = z
		if whole, _ := dnswire.ParseZone(cfg, fmt.Sprintf("%s. A %s\n", h.Name, h.Addresses[0])); whole != nil {
			z = whole
		}
	}
	b.write(blk.kind, h, file, z.Text())
	b.zones = append(b.zones, &zoneBlock{domain, h, place{b.src, blk.args[0]}})
}

// ownsName tells whether a name is the zone's own, not in a part of it that is
// delegated.
func (b *builder) ownsName(z *dnswire.Zone, domain, name string) bool {
	for name != domain {
		if len(z.Lookup(name, dns.TypeNS)) > 0 {
			return false
		}
		i := strings.IndexByte(name, '.')
		if i < 0 {
			break
		}
		name = name[i+1:]
	}
	return true
}

// badZoneName says why a name cannot be that of a zone, or "".
func badZoneName(name string) string {
	if name == "." {
		return ""
	}
	if why := badHostName(strings.ReplaceAll(name, "_", "x")); why != "" && why != "is an address, not a name" {
		return why
	}
	return ""
}

// zoneProblem reports a problem with a line of a zone block.
func (b *builder) zoneProblem(blk *Block, p dnswire.Problem) {
	w := blk.wordAt(p.Line)
	if p.Line >= 1 && p.Line <= len(blk.lines) && p.Col >= 1 {
		l := blk.lines[p.Line-1]
		column := 1
		for i := range l.text {
			if column == p.Col {
				end := i
				for end < len(l.text) && l.text[end] != ' ' && l.text[end] != '\t' {
					end++
				}
				w = word{raw: l.text[i:end], off: l.off + i}
				break
			}
			column++
		}
		if column < p.Col {
			w = l.end()
		}
	}
	if p.Warning {
		b.src.warnAt(w, "%s", p.Msg)
		return
	}
	b.src.errorAt(w, "", "%s", p.Msg)
}

// zoneServer returns the host that serves a domain, and in which file. It is
// the one that the block names, or whose named.conf has the zone, or the only
// name server there is.
func (b *builder) zoneServer(blk *Block, domain string) (h *Host, file string) {
	switch {
	case len(blk.args) == 1:
		if h, file = b.primary(domain); h != nil {
			return h, file
		}
		if h = b.onlyNameServer(); h == nil {
			b.src.errorAt(blk.args[0], "```zone "+domain+" on HOST", "no name server has the zone %s yet", domain)
			return nil, ""
		}
	case len(blk.args) == 3 && blk.args[1].text == "on":
		if h = b.hostNamed(blk.args[2]); h == nil {
			return nil, ""
		}
	default:
		b.src.errorAt(blk.args[1], "```zone DOMAIN on HOST", "%q says nothing about a zone", blk.args[1].text)
		return nil, ""
	}
	if c := b.named(h); c != nil {
		for _, z := range c.Zones {
			if strings.EqualFold(strings.TrimSuffix(z.Name, "."), strings.TrimSuffix(domain, ".")) {
				return h, z.File
			}
		}
	}
	file = "/etc/bind/" + domain + ".zone"
	if domain == "." {
		file = "/etc/bind/root.zone"
	}
	conf, err := h.tree().ReadFile(namedConfFile)
	if err != nil {
		conf = []byte(freshNamedConf("no"))
	}
	b.write(blk.kind, h, namedConfFile, string(conf)+fmt.Sprintf("zone %q { type primary; file %q; };\n", domain, file))
	return h, file
}

// named returns the configuration of a host's name server; nil if it has none.
func (b *builder) named(h *Host) *dnswire.NamedConf {
	content, err := h.tree().ReadFile(namedConfFile)
	if err != nil {
		return nil
	}
	if c := b.confs[h]; c != nil && c.text == string(content) {
		return c.conf
	}
	conf, _ := dnswire.ParseNamedConf(namedConfFile, string(content))
	b.confs[h] = &namedConf{string(content), conf}
	return conf
}

// primary returns the host whose name server is primary for a domain.
func (b *builder) primary(domain string) (*Host, string) {
	for _, h := range b.s.Hosts {
		c := b.named(h)
		if c == nil {
			continue
		}
		for _, z := range c.Zones {
			if z.Type == "primary" && strings.EqualFold(strings.TrimSuffix(z.Name, "."), strings.TrimSuffix(domain, ".")) {
				return h, z.File
			}
		}
	}
	return nil, ""
}

// onlyNameServer returns the one host that runs named and is no resolver; nil
// if there are none or several.
func (b *builder) onlyNameServer() (only *Host) {
	for _, h := range b.s.Hosts {
		runs := false
		for _, p := range h.Runs {
			runs = runs || p == "named"
		}
		if c := b.named(h); !runs && c == nil || c != nil && c.Recursion {
			continue
		}
		if only != nil {
			return nil
		}
		only = h
	}
	return only
}

// delegate supplies the delegations that the zones of documents need: the
// closest zone above gets an NS record and, where the name server is inside
// that zone, its address.
func (b *builder) delegate() {
	for _, z := range b.zones {
		if z.domain == "." {
			continue
		}
		parent, server, file := b.parent(z.domain)
		if server == nil {
			z.at.src.warnAt(z.at.w, "no zone above %s is served, so nobody finds it", z.domain)
			continue
		}
		content, err := server.tree().ReadFile(file)
		if err != nil {
			continue
		}
		zone, problems := dnswire.ParseZone(dnswire.ZoneConfig{File: file, Origin: parent, Primary: server.Name}, string(content))
		if zone == nil || dnswire.Fatal(problems) || len(zone.Lookup(z.domain, dns.TypeNS)) > 0 {
			continue
		}
		add := fmt.Sprintf("%s. NS %s.\n", z.domain, z.host.Name)
		if inside(z.host.Name, parent) && len(zone.Lookup(z.host.Name, dns.TypeA)) == 0 && len(z.host.Addresses) > 0 {
			add += fmt.Sprintf("%s. A %s\n", z.host.Name, z.host.Addresses[0])
		}
		if zone, _ = dnswire.ParseZone(dnswire.ZoneConfig{File: file, Origin: parent, Primary: server.Name, Base: zone}, add); zone != nil {
			b.write(z.at.w, server, file, zone.Text())
		}
	}
}

// inside tells whether a name is in a zone or below.
func inside(name, zone string) bool {
	return zone == "." || name == zone || strings.HasSuffix(name, "."+zone)
}

// parent returns the closest zone above a domain that some host serves.
func (b *builder) parent(domain string) (name string, h *Host, file string) {
	for domain != "." {
		if i := strings.IndexByte(domain, '.'); i >= 0 {
			domain = domain[i+1:]
		} else {
			domain = "."
		}
		if h, file = b.primary(domain); h != nil {
			return domain, h, file
		}
	}
	return "", nil, ""
}

// hints returns the root hints that a resolver needs: the name servers of the
// root zone with their addresses.
func (b *builder) hints() string {
	h, file := b.primary(".")
	if h == nil {
		return ""
	}
	content, _ := h.tree().ReadFile(file)
	zone, _ := dnswire.ParseZone(dnswire.ZoneConfig{File: file, Origin: ".", Primary: h.Name}, string(content))
	if zone == nil {
		return ""
	}
	var text strings.Builder
	for _, rr := range zone.Lookup(".", dns.TypeNS) {
		ns, ok := rr.(*dns.NS)
		if !ok {
			continue
		}
		fmt.Fprintf(&text, ". 3600000 IN NS %s\n", ns.Ns)
		for _, a := range b.addressesOf(ns.Ns) {
			fmt.Fprintf(&text, "%s 3600000 IN A %s\n", ns.Ns, a)
		}
	}
	return text.String()
}

func (b *builder) addressesOf(name string) []netip.Addr {
	if h, _ := findHost(b.s.Hosts, name); h != nil && len(h.Addresses) > 0 {
		return h.Addresses[:1]
	}
	return nil
}
