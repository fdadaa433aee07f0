package postfix

import (
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/protocols/dnswire"
)

// Restrictions that look up the servers behind a name: its mail exchangers,
// its name servers or its own addresses (postconf(5), check_sender_mx_access
// and its siblings).

// serverAccess makes the restriction named word, for one kind of name and one
// kind of server.
func serverAccess(word, class string, typ uint16) func(*list, string) verdict {
	return func(l *list, spec string) verdict {
		domain, name := l.serverDomain(class)
		if domain == "" {
			return dunno
		}
		if strings.HasPrefix(domain, "[") {
			return l.literalAccess(spec, domain, name, class)
		}
		for _, host := range l.servers(domain, typ) {
			v := l.access(spec, domainKeys(strings.ToLower(host), l.parentsMatch()), name, class)
			if v == dunno {
				v = l.serverAddresses(host, spec, name, class, typ)
			}
			switch v {
			case reject:
				return v
			case permit:
				l.d.log("warning: restriction %s returns OK for %s", word, name)
				l.d.log("warning: this is not allowed for security reasons")
				l.d.log("warning: use DUNNO instead of OK if you want to make an exception")
				return l.serverError()
			}
		}
		return dunno
	}
}

// serverDomain is the domain whose servers are looked up, and what replies
// name.
func (l *list) serverDomain(class string) (domain, name string) {
	switch class {
	case nameClient:
		if l.client.nameOK == 2 {
			domain = l.client.name
		}
		return domain, l.client.String()
	case nameReverse:
		if l.client.reverseOK == 2 {
			domain = l.client.reverse
		}
		return domain, l.client.reverse + "[" + l.client.addr.String() + "]"
	case nameHelo:
		return trimDot(l.facts.Helo), l.facts.Helo
	case nameSender:
		if l.hasSender() {
			name = l.facts.Sender
		}
	case nameRecipient:
		name = l.recipient
	}
	local, domain, ok := splitAddress(name)
	if !ok {
		domain = local
	}
	return domain, name
}

// literalAccess looks up the address in an address literal.
func (l *list) literalAccess(spec, literal, name, class string) verdict {
	text := strings.TrimSuffix(literal[1:], "]")
	if len(text) > 5 && strings.EqualFold(text[:5], "IPv6:") {
		text = text[5:]
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return dunno
	}
	return l.access(spec, networkKeys(a.String()), name, class)
}

// servers are the names of the servers of a domain. Without an MX record the
// domain is its own exchanger (RFC 5321 §5.1); name servers are those of the
// zone that the name is in.
func (l *list) servers(domain string, typ uint16) []string {
	switch typ {
	case dns.TypeMX:
		answer, err := l.ask(domain, dns.TypeMX)
		if err != nil {
			return []string{domain}
		}
		var hosts []string
		for _, mx := range dnswire.OrderMX(answer.MX(), nil) {
			hosts = append(hosts, mx.Host)
		}
		return hosts
	case dns.TypeNS:
		for zone := domain; strings.Contains(zone, "."); {
			if answer, err := l.ask(zone, dns.TypeNS); err == nil {
				return answer.Names()
			}
			_, zone, _ = strings.Cut(zone, ".")
		}
		return nil
	}
	return []string{domain}
}

// serverAddresses looks the addresses of a server up in the table.
func (l *list) serverAddresses(host, spec, name, class string, typ uint16) verdict {
	answer, err := l.ask(host, dns.TypeA)
	if err != nil {
		why := "Name or service not known"
		if temporary(err) {
			why = "Temporary failure in name resolution"
		}
		l.d.log("warning: Unable to look up %s host %s for %s %s: %s", dns.TypeToString[typ], host, class, name, why)
		return dunno
	}
	for _, a := range answer.Addrs() {
		if v := l.access(spec, networkKeys(a.String()), name, class); v != dunno {
			return v
		}
	}
	return dunno
}

// serverRestrictions are the rows of the table of restrictions for all kinds
// of names and servers.
func serverRestrictions(into map[string]restriction) {
	for _, n := range [...]struct{ word, class string }{
		{"client", nameClient}, {"reverse_client_hostname", nameReverse}, {"helo", nameHelo}, {"sender", nameSender}, {"recipient", nameRecipient},
	} {
		for _, s := range [...]struct {
			word, what string
			typ        uint16
		}{{"mx", "mail exchangers", dns.TypeMX}, {"ns", "name servers", dns.TypeNS}, {"a", "addresses", dns.TypeA}} {
			word := "check_" + n.word + "_" + s.word + "_access"
			into[word] = restriction{arg: true, run: serverAccess(word, n.class, s.typ),
				summary: "Look the " + s.what + " of the " + n.word + "'s domain up in an access(5) table."}
		}
	}
}
