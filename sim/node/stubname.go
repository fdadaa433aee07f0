package node

import (
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// Addrs returns the IPv4 addresses of a host name, from /etc/hosts or else from
// the DNS (nsswitch.conf "hosts: files dns"), as getaddrinfo(3) does: a name that
// is not there as it stands is looked for in the domains of the search list, too,
// and one without enough dots first there (resolv.conf(5), res_search(3)). The
// error is what the DNS says about the name itself.
func (s *Stub) Addrs(p *sim.Proc, name string) ([]netip.Addr, error) {
	if as := s.fromHosts(func(a netip.Addr, names []string) bool { return a.Is4() && hasName(names, name) }); len(as) > 0 {
		return as, nil
	}
	conf := s.config()
	if rooted := strings.HasSuffix(name, "."); rooted || strings.Count(name, ".") >= conf.ndots {
		as, err := s.addrs(p, name)
		if err == nil || rooted {
			return as, err
		}
		if as := s.inDomains(p, name, conf); len(as) > 0 {
			return as, nil
		}
		return nil, err
	}
	if as := s.inDomains(p, name, conf); len(as) > 0 {
		return as, nil
	}
	return s.addrs(p, name)
}

// addrs returns the addresses that the DNS has for a name as it stands.
func (s *Stub) addrs(p *sim.Proc, name string) ([]netip.Addr, error) {
	ans, err := s.Lookup(p, name, dns.TypeA)
	if err != nil {
		return nil, err
	}
	p.Because(trace.Seq(ans.Cause))
	return ans.Addrs(), nil
}

// inDomains looks for a name in the domains of the search list. Without "search"
// or "domain" in resolv.conf that is the domain of the host's own name
// (res_init(3)).
func (s *Stub) inDomains(p *sim.Proc, name string, conf resolvConf) []netip.Addr {
	domains := conf.search
	if _, own, ok := strings.Cut(s.h.Name, "."); ok && len(domains) == 0 {
		domains = []string{own}
	}
	for _, d := range domains {
		if as, err := s.addrs(p, name+"."+strings.TrimSuffix(d, ".")); err == nil {
			return as
		}
	}
	return nil
}
