package postfix

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/protocols/dnswire"
	"mailtrek/protocols/mailaddr"
	"mailtrek/sim/trace"
)

// target is one address of one host of a next hop (smtp_addr.c).
type target struct {
	host string
	addr netip.Addr
	port uint16
	pref uint16
}

// splitNexthop cuts "host:port", "[host]" and "[host]:port"; port 0 is the
// usual one. The brackets, which forbid the MX lookup, stay.
func splitNexthop(s string) (host string, port uint16) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 || strings.HasSuffix(s, "]") {
		return s, 0
	}
	n, err := strconv.ParseUint(s[i+1:], 10, 16)
	if err != nil {
		return s, 0
	}
	return s[:i], uint16(n)
}

// clientLookupParams are those about where addresses are looked for.
type clientLookupParams struct {
	noMX bool // disable_dns_lookups
	dns  bool // host_lookup
	host bool // likewise, "native": /etc/hosts and what else the host knows
}

// clientLookup evaluates them.
func clientLookup(c *Config, lmtp bool) clientLookupParams {
	how, noMX := c.List(clientParam(lmtp, "host_lookup")), c.Bool("disable_dns_lookups")
	return clientLookupParams{noMX: noMX, dns: !noMX && slices.Contains(how, "dns"), host: noMX || slices.Contains(how, "native")}
}

// find lists the addresses to try, in order; or why there are none. DNS is asked
// for A-labels (RFC 5891 §4.4).
func (a *smtpAgent) find(host string, port uint16) ([]target, *result) {
	host = dnswire.ALabels(host)
	if strings.HasPrefix(host, "[") || a.lmtp || a.set.lookup.noMX {
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
		if ip, err := parseAddr(strings.TrimPrefix(host, "IPv6:")); err == nil {
			return a.elsewhere([]target{{host: host, addr: ip, port: port}}, host)
		}
		out, failure := a.addresses(nil, host, port, 0)
		if len(out) == 0 {
			return nil, failure
		}
		return a.elsewhere(out, host)
	}
	return a.exchangers(host, port)
}

// elsewhere makes sure that a host that is named as such is not this one
// (smtp_host_addr).
func (a *smtpAgent) elsewhere(list []target, host string) ([]target, *result) {
	for _, t := range list {
		if !a.lmtp && t.port == a.set.port && a.d.ownAddress(t.addr) {
			return nil, &result{dsn: "5.4.6", text: fmt.Sprintf("mail for %s loops back to myself", host)}
		}
	}
	return a.set.balanced(sortTargets(list, a.d)), nil
}

// balanced leaves out addresses beyond smtp_mx_address_limit so that neither
// version of IP crowds out the other; the order stays (smtp_balance_inet_proto).
func (p *clientParams) balanced(list []target) []target {
	limit := p.addressLimit
	if !p.balances || limit <= 0 || len(list) <= limit {
		return list
	}
	six := 0
	for _, t := range list {
		six += boolDigit(t.addr.Is6())
	}
	four := len(list) - six
	if six == 0 || four == 0 {
		return list
	}
	switch {
	case six <= limit/2:
		four = limit - six
	case four <= limit/2:
		six = limit - four
	default:
		four = (limit + boolDigit(!list[0].addr.Is6())) / 2
		six = limit - four
	}
	var out []target
	for _, t := range list {
		left := &four
		if t.addr.Is6() {
			left = &six
		}
		if *left > 0 {
			*left--
			out = append(out, t)
		}
	}
	return out
}

// exchangers lists the hosts that receive mail for a domain (RFC 5321 §5.1):
// its mail exchangers by preference, equal ones in random order, or the domain
// itself when it has no MX record.
func (a *smtpAgent) exchangers(domain string, port uint16) ([]target, *result) {
	d := a.d
	ans, err := d.Host.Stub.Lookup(d.p, domain, dns.TypeMX)
	if err != nil {
		return a.noExchanger(domain, port, err)
	}
	d.p.Because(trace.Seq(ans.Cause))
	mx := ans.MX()
	if dnswire.NullMX(mx) {
		// RFC 7505 §4.1: the domain takes no mail; its address is not tried.
		return nil, &result{dsn: "5.1.0", text: fmt.Sprintf("Domain %s does not accept mail (nullMX)", domain)}
	}
	if mx = a.hostsOf(domain, mx); len(mx) == 0 {
		return nil, nameError(domain, "MX", &dnswire.LookupError{Failure: dnswire.Malformed})
	}
	return a.resolveExchangers(domain, mx, port)
}

// hostsOf leaves out exchangers that are no host names. An address in place of
// a name is an error, too, but "works" with so many programs that Postfix has to
// take it (valid_rr_name).
func (a *smtpAgent) hostsOf(domain string, mx []dnswire.MX) []dnswire.MX {
	gripe := func(what string, x dnswire.MX) {
		a.d.log("warning: %s in resource data of MX record for %s: %s", what, domain, x.Host)
	}
	return slices.DeleteFunc(mx, func(x dnswire.MX) bool {
		if _, err := parseAddr(x.Host); err == nil {
			gripe("numeric domain name", x)
			return false
		}
		if !mailaddr.ValidHostname(x.Host) {
			gripe("malformed domain name", x)
			return true
		}
		return false
	})
}

// resolveExchangers looks up the address of every exchanger. Hosts that are no
// better than this one itself are left out, or mail would go round in circles
// (RFC 5321 §5.1).
func (a *smtpAgent) resolveExchangers(domain string, mx []dnswire.MX, port uint16) ([]target, *result) {
	d := a.d
	var out []target
	var last *result
	for _, x := range mx {
		var failure *result
		if out, failure = a.addresses(out, x.Host, port, x.Pref); failure != nil {
			last = failure
		}
	}
	if len(out) == 0 {
		d.log("warning: no MX host for %s has a valid address record", domain)
		if last.dsn[0] == '5' && d.conf.Bool("smtp_defer_if_no_mx_address_found") {
			last.dsn = "4" + last.dsn[1:]
		}
		return nil, last
	}
	out = sortTargets(out, d)
	for i, t := range out {
		if d.ownAddress(t.addr) && port == a.set.port {
			for i > 0 && out[i-1].pref == t.pref {
				i--
			}
			a.lastSite = true // an exchanger does not go to hosts that are none
			if i > 0 {
				return a.set.balanced(out[:i]), nil
			}
			if best := slices.MinFunc(mx, func(a, b dnswire.MX) int { return int(a.Pref) - int(b.Pref) }); best.Pref < t.pref {
				return nil, &result{dsn: "4.4.4", text: "unable to find primary relay for " + domain}
			}
			return nil, a.loopsBack(domain)
		}
	}
	return a.set.balanced(out), nil
}

// loopsBack is the verdict about a domain of which this host is the best
// exchanger although it does not receive mail for it. Other next hops are not
// tried then: that would only make it worse.
func (a *smtpAgent) loopsBack(domain string) *result {
	a.loops, a.lastSite = true, true
	return &result{dsn: "5.4.6", text: fmt.Sprintf("mail for %s loops back to myself", domain)}
}

// sortTargets orders by preference; equal ones are shuffled when
// smtp_randomize_addresses says so. Then smtp_address_preference may put one
// version of IP in front of the other; lmtp(8) has its own of both. The list
// itself is put in order.
func sortTargets(list []target, d *daemon) []target {
	var dice dnswire.Dice // without them equals keep their order
	shuffles, preference := "smtp_randomize_addresses", "smtp_address_preference"
	if d.svc.Command == "lmtp" {
		shuffles, preference = "lmtp_randomize_addresses", "lmtp_address_preference"
	}
	if d.conf.Bool(shuffles) {
		dice = d.Host.Dice
	}
	dnswire.Order(list, dice, func(t *target) uint16 { return t.pref })
	if preferred := d.conf.Get(preference); preferred != "any" {
		other := func(t target) int { return boolDigit(t.addr.Is6() != (preferred == "ipv6")) }
		slices.SortStableFunc(list, func(a, b target) int {
			return cmp.Or(cmp.Compare(a.pref, b.pref), cmp.Compare(other(a), other(b)))
		})
	}
	return list
}

// noExchanger decides what follows from a failed MX lookup: a domain without
// MX records, or one that does not seem to exist, is looked up as a host.
func (a *smtpAgent) noExchanger(domain string, port uint16, err error) ([]target, *result) {
	var failure *dnswire.LookupError
	if errors.As(err, &failure) {
		a.d.p.Because(trace.Seq(failure.Cause))
		switch failure.Failure {
		case dnswire.NXDomain, dnswire.NoData:
			// RFC 5321 §5.1: the implicit MX, preference 0.
			out, res := a.addresses(nil, domain, port, 0)
			if len(out) == 0 {
				return nil, res
			}
			for _, t := range out {
				if a.d.ownAddress(t.addr) && port == a.set.port {
					return nil, a.loopsBack(domain)
				}
			}
			return a.set.balanced(sortTargets(out, a.d)), nil
		}
		if a.d.conf.Bool("ignore_mx_lookup_error") {
			out, res := a.addresses(nil, domain, port, 0)
			if len(out) > 0 {
				res = nil
			}
			return out, res
		}
	}
	return nil, nameError(domain, "MX", err)
}

// addresses adds the addresses of a host, of each version of IP that
// inet_protocols names; or says why it has none.
func (a *smtpAgent) addresses(out []target, host string, port, pref uint16) ([]target, *result) {
	if host == "" {
		return out, nameError(".", "A", errors.New("Invalid host name"))
	}
	if addr, err := parseAddr(host); err == nil && a.d.conf.protocolEnabled(addr) {
		return append(out, target{host: host, addr: addr, port: port, pref: pref}), nil
	}
	var failure *result
	if a.set.lookup.dns {
		found := len(out)
		if out, failure = a.recordsOf(out, host, port, pref); len(out) > found {
			return out, nil
		}
	}
	if a.set.lookup.host {
		return a.known(out, host, port, pref)
	}
	return out, failure
}

// known adds the addresses that the host itself knows of a name, /etc/hosts first
// (smtp_host_lookup = native).
func (a *smtpAgent) known(out []target, host string, port, pref uint16) ([]target, *result) {
	addrs, err := a.d.Host.Stub.Addrs(a.d.p, host)
	if err != nil {
		dsn := "5.4.4"
		if temporary(err) {
			dsn = "4.4.3"
		}
		return out, &result{dsn: dsn, text: fmt.Sprintf("unable to look up host %s: %s", host, hostError(err))}
	}
	for _, addr := range addrs {
		out = append(out, target{host: host, addr: addr, port: port, pref: pref})
	}
	return out, nil
}

// recordsOf adds the addresses that the DNS has for a name.
func (a *smtpAgent) recordsOf(out []target, host string, port, pref uint16) ([]target, *result) {
	found := len(out)
	var failure *result
	for _, typ := range a.d.conf.addressTypes() {
		ans, err := a.d.Host.Stub.Lookup(a.d.p, host, typ)
		if err != nil {
			if failure == nil || failure.dsn[0] != '4' {
				failure = nameError(host, dns.TypeToString[typ], err)
			}
			continue
		}
		a.d.p.Because(trace.Seq(ans.Cause))
		for _, addr := range ans.Addrs() {
			out = append(out, target{host: host, addr: addr, port: port, pref: pref})
		}
	}
	if len(out) > found {
		failure = nil
	}
	return out, failure
}

// nameError is the verdict about a name that cannot be resolved, in the words
// of dns_lookup(3).
func nameError(name, typ string, err error) *result {
	dsn, why := "4.4.3", "Host not found, try again"
	var failure *dnswire.LookupError
	if errors.As(err, &failure) {
		switch failure.Failure {
		case dnswire.NXDomain:
			dsn, why = "5.4.4", "Host not found"
		case dnswire.NoData:
			dsn, why = "5.4.4", "Host found but no data record of requested type"
		case dnswire.Malformed:
			dsn, why = "5.4.4", "Malformed or unexpected name server reply"
		}
	}
	return &result{dsn: dsn, text: fmt.Sprintf("Host or domain name not found. Name service error for name=%s type=%s: %s", name, typ, why)}
}

// ownAddress tells whether an address is one at which this mail system
// receives mail (inet_interfaces, proxy_interfaces).
func (s *System) ownAddress(a netip.Addr) bool { return s.config.IsOwnAddress(a) }

// errName is that a text is the name of a host.
var errName = errors.New("a name, not an address")

// parseAddr is netip.ParseAddr for what is nearly always a name, which it sees
// by its last octet.
func parseAddr(text string) (netip.Addr, error) {
	if last := len(text) - 1; last < 0 || text[last] > '9' && strings.IndexByte(text, ':') < 0 {
		return netip.Addr{}, errName
	}
	return netip.ParseAddr(text)
}
