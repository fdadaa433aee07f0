package node

import (
	"net/netip"
	"slices"
	"strings"

	"mailtrek/protocols/dnswire"

	"github.com/miekg/dns"
)

// maxTrace is how many referrals are followed.
const maxTrace = 30

// digTrace is dig +trace: from the root's name servers, which the usual server
// names, each referral is followed, and what each server says is shown.
func (t *DNSTool) digTrace(q *inquiry, first *dnswire.DigLine) (status int) {
	root := *q
	root.Name, root.Type, root.Class = ".", dns.TypeNS, dns.ClassINET
	step, domain := &root, "."
	for i := range maxTrace {
		rs := t.put(step)
		if len(rs) == 0 {
			first.Greet = ""
			return 9
		}
		t.head(first)
		t.printf("%s", step.Show(rs[0]))
		var m dns.Msg
		if m.Unpack(rs[0].Packet) != nil {
			return 0
		}
		section := m.Ns
		if i == 0 && slices.ContainsFunc(m.Answer, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeNS }) {
			section = m.Answer
		} else if len(m.Answer) > 0 {
			return 0
		}
		next := *q
		next.NoRD, next.heading = true, ""
		below, servers, ok := t.follow(section, domain, i > 0)
		if !ok {
			return 1
		}
		if len(servers) == 0 {
			return 0
		}
		next.servers, domain = servers, below
		step = &next
	}
	return 0
}

// follow finds the addresses of the name servers of a section. With below set,
// a referral has to lead further down from domain. ok is false when none of
// them has an address.
func (t *DNSTool) follow(section []dns.RR, domain string, below bool) (to string, servers []toolServer, ok bool) {
	to = domain
	horizontal, bad := false, false
	lost := ""
	for _, rr := range section {
		owner := dnswire.CanonicalName(rr.Header().Name)
		ns, isNS := rr.(*dns.NS)
		if _, soa := rr.(*dns.SOA); soa {
			return to, nil, true
		}
		if !isNS {
			continue
		}
		if below {
			switch {
			case owner == domain:
				if !horizontal {
					t.printf(";; BAD (HORIZONTAL) REFERRAL\n")
				}
				horizontal = true
			case domain != "." && !strings.HasSuffix(owner, "."+domain):
				if !bad {
					t.printf(";; BAD REFERRAL\n")
				}
				bad = true
				continue
			}
		}
		to = owner
		name := strings.TrimSuffix(ns.Ns, ".")
		as := t.addresses(name)
		if len(as) == 0 {
			t.printf("couldn't get address for '%s': not found\n", dnswire.EscapeText(name))
			lost = name
		}
		for _, a := range as {
			servers = append(servers, toolServer{netip.AddrPortFrom(a, dnsPort), name})
		}
	}
	if len(servers) == 0 && lost != "" {
		t.fatal("couldn't get address for '%s': not found", dnswire.EscapeText(lost))
		return to, nil, false
	}
	dice := t.Stub.h.Dice
	for i := len(servers) - 1; i > 0; i-- {
		j := dice.IntN(i + 1)
		servers[i], servers[j] = servers[j], servers[i]
	}
	return to, servers, true
}

// nsSearch asks for a name's name servers, and each of them for its SOA, which
// show writes.
//
// BIND 9.18.49 gives up a single server as soon as the question is sent, and
// says that it cannot be reached; so does this one.
func (t *DNSTool) nsSearch(q *inquiry, show func(q *inquiry, r *dnswire.Reply)) (status int) {
	ns := *q
	ns.Type = dns.TypeNS
	rs := t.put(&ns)
	if len(rs) == 0 {
		return 9
	}
	var m dns.Msg
	if m.Unpack(rs[0].Packet) != nil {
		return 0
	}
	section := m.Answer
	if !slices.ContainsFunc(section, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeNS }) {
		section = m.Ns
	}
	_, servers, ok := t.follow(section, ".", false)
	if !ok {
		return 1
	}
	heard := 0
	for _, s := range servers {
		each := *q
		each.Type, each.NoRD, each.Tries, each.servers = dns.TypeSOA, true, 1, []toolServer{s}
		packet, ok := t.packet(&each)
		if !ok {
			return 10
		}
		start := t.P.World().Now()
		reply, err := t.datagram(s, packet, &each)
		switch {
		case len(servers) == 1:
		case err != nil:
			t.printf(";; communications error to %s: %s\n", at(s), whyNot(err))
		default:
			heard++
			show(&each, t.reply(s, reply, start, false))
		}
	}
	if len(servers) > 0 && heard == 0 {
		t.printf(";; NS servers could not be reached\n")
		return 9
	}
	return 0
}
