package postfix

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/sim/trace"
)

// Restrictions that ask somebody else: DNS block lists and policy services.

// listing is what a DNS list says about a name.
type listing struct {
	what   string // the address or domain that is listed
	domain string // the list
	reason string // its TXT record
}

// dnsList asks a DNS list, "domain" or "domain=filter", about a query name.
func (l *list) dnsList(arg, query string) (zone string, listed bool) {
	zone, filter, filtered := strings.Cut(arg, "=")
	answer, err := l.ask(query+"."+zone, dns.TypeA)
	if err != nil {
		return zone, false
	}
	for _, a := range answer.Addrs() {
		if !filtered || matchAddressPattern(filter, a) {
			return zone, true
		}
	}
	return zone, false
}

// matchAddressPattern matches "127.0.0.[4..6;9]"-style patterns
// (postconf(5), reject_rbl_client).
func matchAddressPattern(pattern string, a netip.Addr) bool {
	if !a.Is4() {
		return false
	}
	rest := pattern
	for i, octet := range a.As4() {
		var part string
		if strings.HasPrefix(rest, "[") {
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return false
			}
			part, rest = rest[1:end], rest[end+1:]
		} else {
			end := strings.IndexByte(rest, '.')
			if end < 0 || i == 3 {
				end = len(rest)
			}
			part, rest = rest[:end], rest[end:]
		}
		rest = strings.TrimPrefix(rest, ".")
		if !octetMatches(part, int(octet)) {
			return false
		}
	}
	return rest == ""
}

func octetMatches(part string, octet int) bool {
	for _, choice := range strings.Split(part, ";") {
		low, high, isRange := strings.Cut(choice, "..")
		from, err := strconv.Atoi(low)
		to := from
		if isRange {
			to, _ = strconv.Atoi(high)
		}
		if err == nil && octet >= from && octet <= to {
			return true
		}
	}
	return false
}

// reversed returns the octets of an IPv4 address, or the nibbles of an IPv6
// one, in reverse order, as a DNS list wants them (RFC 5782 §2.1).
func reversed(a netip.Addr) string {
	var parts []string
	if a.Is4() {
		for _, b := range a.As4() {
			parts = append([]string{strconv.Itoa(int(b))}, parts...)
		}
	} else {
		for _, b := range a.As16() {
			parts = append([]string{strconv.FormatUint(uint64(b&15), 16), strconv.FormatUint(uint64(b>>4), 16)}, parts...)
		}
	}
	return strings.Join(parts, ".")
}

func (l *list) rblClient(arg string) verdict {
	query := reversed(l.client.addr)
	zone, listed := l.dnsList(arg, query)
	if !listed {
		return dunno
	}
	return l.blocked(listing{what: l.client.addr.String(), domain: zone, reason: l.reason(query + "." + zone)}, nameClient)
}

func (l *list) dnswlClient(arg string) verdict {
	if _, listed := l.dnsList(arg, reversed(l.client.addr)); listed {
		return permit
	}
	return dunno
}

// rhsbl makes a restriction that asks a DNS list about a domain.
func rhsbl(class string) func(*list, string) verdict {
	return func(l *list, arg string) verdict {
		domain := ""
		switch class {
		case nameClient:
			if l.client.nameOK == 2 {
				domain = l.client.name
			}
		case nameHelo:
			domain, _ = l.heloName()
		case nameSender:
			_, domain, _ = splitAddress(l.facts.Sender)
		case nameRecipient:
			_, domain, _ = splitAddress(l.recipient)
		}
		if domain == "" || domain[0] == '[' {
			return dunno
		}
		zone, listed := l.dnsList(arg, domain)
		if !listed {
			return dunno
		}
		what := domain
		if class == nameSender {
			what = l.facts.Sender
		} else if class == nameRecipient {
			what = l.recipient
		}
		return l.blocked(listing{what: what, domain: zone, reason: l.reason(domain + "." + zone)}, class)
	}
}

// reason asks for the TXT record of a listing.
func (l *list) reason(name string) string {
	answer, err := l.ask(name, dns.TypeTXT)
	if err != nil {
		return ""
	}
	return strings.Join(answer.Texts(), "")
}

// blocked refuses what a DNS list has, in the words of default_rbl_reply.
func (l *list) blocked(found listing, class string) verdict {
	template := l.conf.Get("default_rbl_reply")
	if specs := l.conf.List("rbl_reply_maps"); len(specs) > 0 {
		if value, spec, err := l.d.maps(specs).Find(found.domain); err == nil && spec != "" {
			template = value
		}
	}
	code := l.conf.Int("maps_rbl_reject_code")
	text, err := ExpandWith(template, func(name string) (string, bool) {
		switch name {
		case "rbl_code":
			return strconv.FormatInt(code, 10), true
		case "rbl_class":
			return class, true
		case "rbl_what":
			return found.what, true
		case "rbl_domain":
			return found.domain, true
		case "rbl_reason", "rbl_txt":
			return strings.ReplaceAll(found.reason, "$", "$$"), true
		case "client_address":
			return l.client.addr.String(), true
		case "client_name":
			return l.client.name, true
		case "helo_name":
			return l.facts.Helo, true
		case "sender":
			return l.facts.Sender, true
		case "recipient":
			return l.recipient, true
		}
		return l.conf.Raw(name)
	})
	if err != nil {
		return l.serverError()
	}
	if n, rest, ok := replyCode(text); ok {
		code, text = n, rest
	}
	enhanced, text := splitOr(text, "5.7.1")
	return l.refusef(code, enhanced, "%s", text)
}

// policyService asks a policy service and does what it answers
// (SMTPD_POLICY_README).
func (l *list) policyService(arg string) verdict {
	endpoint := arg
	if strings.HasPrefix(arg, "{") {
		if items := SplitList(payload(arg)); len(items) > 0 {
			endpoint = items[0]
		}
	}
	path := strings.TrimPrefix(endpoint, "unix:")
	policy := l.d.Host.Policy(path)
	command, isSpawned := l.d.spawnAt(path)
	if policy == nil && isSpawned {
		action, ok := l.spawnPolicy(command, path)
		if !ok {
			action = l.conf.Get("smtpd_policy_service_default_action")
		}
		return l.policyAction(action, path)
	}
	if policy == nil {
		for try := int64(1); try <= max(l.conf.Int("smtpd_policy_service_try_limit"), 1); try++ {
			if try > 1 {
				l.d.p.Sleep(l.conf.Duration("smtpd_policy_service_retry_delay"))
			}
			l.d.log("warning: connect to %s: No such file or directory", path)
		}
		l.d.log("warning: problem talking to server %s: No such file or directory", path)
		return l.policyAction(l.conf.Get("smtpd_policy_service_default_action"), path)
	}
	d := l.d
	if isSpawned {
		command.connect(d, path, l.session.queueID())
	}
	d.p.Emit(trace.Event{Kind: trace.Daemon, A: d.p.Sym("smtpd"), B: d.p.Sym(path), C: d.p.Sym(l.session.queueID())}, []byte("policy request for "+orElse(l.recipient, l.name)))
	return l.policyAction(policy(d.p, l.policyRequest(), d.p.Now()), path)
}

// policyAction applies an answer like the right-hand side of an access table.
func (l *list) policyAction(action, path string) verdict {
	l.d.p.Record(trace.Event{Kind: trace.Lookup, A: l.d.p.Sym("smtpd"), B: l.d.p.Sym("policy " + path), C: l.d.p.Sym(orElse(l.recipient, l.name))}, []byte(action))
	return l.action(action, l.name, l.name, l.class, "policy "+path, 0)
}

// policyRequest is the request with all attributes that have a value.
func (l *list) policyRequest() map[string]string {
	f := l.facts
	count := 0
	if l.class == nameData || l.class == nameEndOfData {
		count = f.Recipients
	}
	tls := ""
	if f.TLS != nil {
		tls = f.TLS.Version
	}
	return map[string]string{
		"request": "smtpd_access_policy", "protocol_state": f.Where, "protocol_name": f.Proto, "helo_name": f.Helo,
		"client_address": l.client.addr.String(), "client_name": l.client.name, "reverse_client_name": l.client.reverse,
		"client_port": strconv.Itoa(int(l.client.port)), "server_address": l.serverAddr.Addr().String(), "server_port": strconv.Itoa(int(l.serverAddr.Port())),
		"sender": f.Sender, "recipient": l.recipient, "recipient_count": strconv.Itoa(count), "queue_id": l.session.queueID(),
		"instance": fmt.Sprintf("%x.%x.%d", l.d.pid, l.d.p.Now().Unix(), l.instance), "size": strconv.FormatInt(f.Size, 10),
		"etrn_domain": l.etrn, "stress": l.conf.Get("stress"), "sasl_method": f.Mechanism, "sasl_username": f.User, "sasl_sender": f.Auth,
		"encryption_protocol": tls, "policy_context": l.conf.Get("smtpd_policy_service_policy_context"), "compatibility_level": l.conf.Get("compatibility_level"), "mail_version": l.conf.Get("mail_version"),
	}
}
