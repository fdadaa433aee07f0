package postfix

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// defaultNetworks computes the default of mynetworks from mynetworks_style and
// the addresses that inet_interfaces leaves (postconf(5), mynetworks_style).
func (c *Config) defaultNetworks() string {
	style := c.Get("mynetworks_style")
	var nets []string
	seen := map[string]bool{}
	for _, p := range c.OwnAddresses() {
		var net netip.Prefix
		switch style {
		case "subnet":
			net = p.Masked()
		case "class":
			net = classful(p.Addr())
		default:
			net = netip.PrefixFrom(p.Addr(), p.Addr().BitLen())
		}
		text := networkText(net)
		if !seen[text] {
			seen[text] = true
			nets = append(nets, text)
		}
	}
	return strings.Join(nets, " ")
}

// classful returns the network of the time before CIDR: class A, B or C.
func classful(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is4() {
		switch first := a.As4()[0]; {
		case first < 128:
			bits = 8
		case first < 192:
			bits = 16
		case first < 224:
			bits = 24
		}
	}
	return netip.PrefixFrom(a, bits).Masked()
}

func networkText(p netip.Prefix) string {
	if p.Addr().Is4() {
		return p.String()
	}
	_, bits, _ := strings.Cut(p.String(), "/")
	return "[" + p.Addr().String() + "]/" + bits
}

// OwnAddresses returns the addresses on which Postfix receives mail: those of
// the host that inet_interfaces and inet_protocols leave. With any other value
// than "all" and "loopback-only", each name stands for an address of its own;
// "$myhostname" is found among the host's addresses by the caller's resolver,
// so here all non-loopback addresses stand for it.
func (c *Config) OwnAddresses() []netip.Prefix {
	if c.own != nil {
		return c.own
	}
	own := []netip.Prefix{}
	for _, p := range c.env.Interfaces {
		if c.protocolEnabled(p.Addr()) && c.interfaceEnabled(p.Addr()) {
			own = append(own, p)
		}
	}
	c.own = own // first of all: proxy_interfaces may name what is made of it
	for _, name := range c.List("proxy_interfaces") {
		if a, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
			c.proxies = append(c.proxies, a)
		}
	}
	return own
}

func (c *Config) protocolEnabled(a netip.Addr) bool {
	for _, p := range c.List("inet_protocols") {
		if p == "all" || p == "ipv4" && a.Is4() || p == "ipv6" && a.Is6() {
			return true
		}
	}
	return false
}

// addressTypes are the record types that hold a host's addresses, as far as
// inet_protocols makes use of them (inet_proto_init).
func (c *Config) addressTypes() []uint16 {
	var types []uint16
	if c.protocolEnabled(netip.IPv4Unspecified()) {
		types = append(types, dns.TypeA)
	}
	if c.protocolEnabled(netip.IPv6Unspecified()) {
		types = append(types, dns.TypeAAAA)
	}
	return types
}

func (c *Config) interfaceEnabled(a netip.Addr) bool {
	for _, name := range c.List("inet_interfaces") {
		switch name {
		case "all":
			return true
		case "loopback-only", "localhost":
			if a.IsLoopback() {
				return true
			}
			continue
		}
		if want, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
			if want == a {
				return true
			}
		} else if strings.EqualFold(name, c.Get("myhostname")) && !a.IsLoopback() {
			return true
		}
	}
	return false
}

// loopback is the address of the loopback interface in the family of a.
func loopback(a netip.Addr) netip.Addr {
	if a.Is4() {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.IPv6Loopback()
}

// IsOwnAddress tells whether Postfix receives mail on a, directly or through
// a proxy (inet_interfaces, proxy_interfaces).
func (c *Config) IsOwnAddress(a netip.Addr) bool {
	for _, p := range c.OwnAddresses() {
		if p.Addr() == a {
			return true
		}
	}
	// The loopback interface, which hosts have without saying so.
	if a.IsLoopback() && a == loopback(a) && c.protocolEnabled(a) && c.interfaceEnabled(a) {
		return true
	}
	return slices.Contains(c.proxies, a)
}

// Networks is a list of network patterns as mynetworks has it: "1.2.3.4",
// "1.2.0.0/16", "[::1]/128", "!" before a pattern excludes, "/file" and
// "type:table" are looked up.
type Networks struct {
	rules  []networkRule
	tables *Tables
	// Problems are the patterns that could not be read, in Postfix's words.
	Problems []string
}

type networkRule struct {
	net  netip.Prefix
	spec string // a table, when net is not valid
	not  bool
}

// ParseNetworks reads network patterns; tables may be nil when none of them is
// a file or a table.
func ParseNetworks(patterns []string, tables *Tables) *Networks {
	n := &Networks{tables: tables}
	n.add(patterns, false, 0)
	return n
}

// maxListDepth bounds how deep a list may name files that name files.
const maxListDepth = 10

func (n *Networks) add(patterns []string, not bool, depth int) {
	for _, p := range patterns {
		exclude := not
		for strings.HasPrefix(p, "!") {
			p, exclude = p[1:], !exclude
		}
		switch {
		case strings.HasPrefix(p, "/"):
			if n.tables != nil && depth < maxListDepth {
				lines, err := n.tables.listFile(p)
				if err != nil {
					n.Problems = append(n.Problems, err.Error())
				}
				n.add(lines, exclude, depth+1)
			}
		case isTableSpec(p):
			n.rules = append(n.rules, networkRule{spec: p, not: exclude})
		default:
			net, problem := ParseNetwork(p)
			if problem != "" {
				n.Problems = append(n.Problems, problem)
				continue
			}
			n.rules = append(n.rules, networkRule{net: net, not: exclude})
		}
	}
}

// ParseNetwork reads "addr", "addr/bits", "[addr]" or "[addr]/bits". The
// problem is in the words of cidr_match(3).
func ParseNetwork(s string) (net netip.Prefix, problem string) {
	plain := s
	if strings.HasPrefix(s, "[") {
		plain = strings.Replace(s[1:], "]", "", 1)
	}
	if !strings.Contains(plain, "/") {
		a, err := netip.ParseAddr(plain)
		if err != nil || a.Zone() != "" {
			return net, "bad address pattern: \"" + s + "\""
		}
		return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), ""
	}
	addr, bits, _ := strings.Cut(plain, "/")
	a, err := netip.ParseAddr(addr)
	if n, bad := strconv.Atoi(bits); err == nil && bad != nil {
		return net, "bad mask value in \"" + s + "\""
	} else if err == nil && (n < 0 || n > a.BitLen()) {
		return net, "bad mask length in \"" + s + "\""
	}
	p, err := netip.ParsePrefix(plain)
	if err != nil {
		return net, "bad network/mask pattern: \"" + s + "\""
	}
	if p.Masked() != p {
		return net, "non-null host address bits in \"" + s + "\", perhaps you should use \"" + p.Masked().String() + "\" instead"
	}
	return p, ""
}

// Match tells whether the address is in one of the networks; the first
// pattern that matches decides.
func (n *Networks) Match(a netip.Addr) bool {
	a = a.Unmap()
	for _, r := range n.rules {
		if r.spec != "" {
			if t, err := n.tables.Open(r.spec); err == nil {
				if _, found, err := t.Lookup(a.String()); err == nil && found {
					return !r.not
				}
			}
			continue
		}
		if r.net.Contains(a) {
			return !r.not
		}
	}
	return false
}

// Networks returns the network patterns that a parameter such as mynetworks
// holds; they are read once. tables may be nil when no file or table is named.
func (c *Config) Networks(param string, tables *Tables) *Networks {
	if n := c.nets[param]; n != nil && n.tables == tables {
		return n
	}
	n := ParseNetworks(c.List(param), tables)
	if c.nets == nil {
		c.nets = map[string]*Networks{}
	}
	c.nets[param] = n
	return n
}
