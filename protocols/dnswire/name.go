package dnswire

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// CanonicalName returns name as names are compared here: lower case, no final
// dot, "." for the root.
func CanonicalName(name string) string { return plain(canonical(name)) }

// canonical returns name in lower case with a final dot, as the zone and cache
// tables use it.
func canonical(name string) string {
	lower := true
	for i := 0; i < len(name); i++ {
		if c := name[i]; c >= 'A' && c <= 'Z' {
			lower = false
			break
		}
	}
	if !lower {
		name = strings.ToLower(name)
	}
	return dns.Fqdn(name)
}

// plain removes the final dot that names have inside this package.
func plain(name string) string {
	if name == "." || name == "" || !dns.IsFqdn(name) {
		return name
	}
	return name[:len(name)-1]
}

// parent returns what follows the first label of a name with a final dot; the
// parent of "com." is ".", of "." it is "".
func parent(name string) string {
	if name == "." || name == "" {
		return ""
	}
	off, end := dns.NextLabel(name, 0)
	if end {
		return "."
	}
	return name[off:]
}

// within tells whether name is zone or below it; both canonical.
func within(name, zone string) bool {
	if zone == "." || name == zone {
		return true
	}
	if !strings.HasSuffix(name, zone) {
		return false
	}
	for rest := name; len(rest) > len(zone); {
		rest = parent(rest)
		if rest == zone {
			return true
		}
	}
	return false
}

// suffix returns the last n labels of a canonical name ("." has none).
func suffix(name string, n int) string {
	have := dns.CountLabel(name)
	for ; have > n; have-- {
		name = parent(name)
	}
	return name
}

// isHostname tells whether a name (with final dot) may own addresses or be a
// mail host by BIND's check-names: letters, digits and inner hyphens
// (RFC 1123 §2.1); a wildcard may be the first label of an owner.
func isHostname(name string, owner bool) bool {
	if name == "." {
		return true
	}
	labels := dns.SplitDomainName(name)
	for i, l := range labels {
		if i == 0 && owner && l == "*" {
			continue
		}
		if l == "" || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for j := 0; j < len(l); j++ {
			c := l[j] | 0x20
			if !(c >= 'a' && c <= 'z' || l[j] >= '0' && l[j] <= '9' || l[j] == '-') {
				return false
			}
		}
	}
	return true
}

// ReverseName returns the name under which the PTR record of an address
// stands: "10.1.10.10.in-addr.arpa" for 10.10.1.10 (RFC 1035 §3.5), or the
// nibbles under ip6.arpa (RFC 3596 §2.5).
func ReverseName(a netip.Addr) string {
	a = a.Unmap()
	var room [80]byte // of the longest: 32 nibbles with their dots, and "ip6.arpa"
	b := room[:0]
	if a.Is4() {
		q := a.As4()
		for i := 3; i >= 0; i-- {
			b = strconv.AppendUint(b, uint64(q[i]), 10)
			b = append(b, '.')
		}
		return string(append(b, "in-addr.arpa"...))
	}
	const hex = "0123456789abcdef"
	q := a.As16()
	for i := 15; i >= 0; i-- {
		b = append(b, hex[q[i]&15], '.', hex[q[i]>>4], '.')
	}
	return string(append(b, "ip6.arpa"...))
}

// TypeName returns the mnemonic of a record type, "MX" for 15.
func TypeName(t uint16) string {
	switch t { // those of every mail, without a look into the library's table
	case dns.TypeA:
		return "A"
	case dns.TypeMX:
		return "MX"
	case dns.TypePTR:
		return "PTR"
	case dns.TypeAAAA:
		return "AAAA"
	}
	return dns.Type(t).String()
}

// TypeOf returns the record type with a mnemonic as dig takes it ("mx",
// "TYPE65280"), false when there is none.
func TypeOf(word string) (uint16, bool) {
	word = strings.ToUpper(word)
	if t, ok := dns.StringToType[word]; ok {
		return t, true
	}
	if n, ok := strings.CutPrefix(word, "TYPE"); ok {
		v, err := strconv.ParseUint(n, 10, 16)
		return uint16(v), err == nil
	}
	return 0, false
}
