package postfix

import (
	"errors"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/protocols/dnswire"
	"mailtrek/protocols/mailaddr"
	"mailtrek/sim/trace"
)

// Restrictions on names: the HELO name and the domains of sender and recipient.

// trimDot takes off one dot at the end, but not of "..".
func trimDot(name string) string {
	if strings.HasSuffix(name, ".") && !strings.HasSuffix(name, "..") {
		return name[:len(name)-1]
	}
	return name
}

// heloName is the HELO name; ok is false when there is none or it is an
// address literal, which most restrictions leave alone.
func (l *list) heloName() (name string, ok bool) {
	name = l.facts.Helo
	return name, name != "" && name[0] != '['
}

func (l *list) invalidHelo(string) verdict {
	name := l.facts.Helo
	switch {
	case name == "":
		return dunno
	case name[0] == '[':
		if mailaddr.ValidLiteral(name) {
			return dunno
		}
		return l.refusef(l.conf.Int("invalid_hostname_reject_code"), "5.5.2", "<%s>: %s rejected: invalid ip address", l.name, l.class)
	}
	test := trimDot(name)
	if mailaddr.ValidHostname(test) || mailaddr.ValidAddress(test) {
		return dunno
	}
	return l.refusef(l.conf.Int("invalid_hostname_reject_code"), "5.5.2", "<%s>: %s rejected: Invalid name", l.name, l.class)
}

func (l *list) nonFQDNHelo(string) verdict {
	name, ok := l.heloName()
	if !ok || isFQDN(name) {
		return dunno
	}
	return l.refusef(l.conf.Int("non_fqdn_reject_code"), "5.5.2", "<%s>: %s rejected: need fully-qualified hostname", l.name, l.class)
}

func isFQDN(name string) bool {
	name = trimDot(name)
	return mailaddr.ValidHostname(name) && strings.Contains(name, ".")
}

func (l *list) unknownHelo(string) verdict {
	name, ok := l.heloName()
	if !ok {
		return dunno
	}
	found := l.exists(name, dns.TypeA, dns.TypeAAAA, dns.TypeMX)
	r := makeReply(450, "4.7.1", "<%s>: %s rejected: Host not found", l.name, l.class)
	switch found {
	case nameThere, nameNull:
		return dunno
	case nameUnsure:
		return l.postpone(l.conf.Get("unknown_helo_hostname_tempfail_action"), r)
	}
	return l.refusef(l.conf.Int("unknown_hostname_reject_code"), r.Enhanced, "%s", r.Text)
}

func (l *list) nonFQDNSender(string) verdict {
	if !l.hasSender() || l.facts.Sender == "" {
		return dunno
	}
	return l.nonFQDNAddress(l.facts.Sender, nameSender)
}

func (l *list) nonFQDNRecipient(string) verdict {
	if !l.inRcpt {
		return dunno
	}
	return l.nonFQDNAddress(l.recipient, nameRecipient)
}

func (l *list) nonFQDNAddress(addr, class string) verdict {
	_, domain, ok := splitAddress(addr)
	if ok && (strings.HasPrefix(domain, "[") || isFQDN(domain)) {
		return dunno
	}
	return l.refusef(l.conf.Int("non_fqdn_reject_code"), "5.5.2", "<%s>: %s rejected: need fully-qualified address", addr, class)
}

func (l *list) unknownSenderDomain(string) verdict {
	if !l.hasSender() || l.facts.Sender == "" {
		return dunno
	}
	return l.unknownDomain(l.facts.Sender, nameSender)
}

func (l *list) unknownRecipientDomain(string) verdict {
	if !l.inRcpt {
		return dunno
	}
	return l.unknownDomain(l.recipient, nameRecipient)
}

// unknownDomain refuses an address whose domain takes no mail. Domains for
// which this host is the final destination are not asked for.
func (l *list) unknownDomain(addr, class string) verdict {
	res, err := l.d.resolve(addr)
	if err != nil {
		return l.lookupFailure(addr)
	}
	_, domain, ok := splitAddress(res.Recipient)
	if !ok || res.final() || strings.HasPrefix(domain, "[") {
		return dunno
	}
	enhanced, nullCode, nullEnhanced := "4.1.2", int64(556), "5.1.10"
	if class == nameSender {
		enhanced, nullCode, nullEnhanced = "4.1.8", 550, "5.7.27"
	}
	r := makeReply(450, enhanced, "<%s>: %s rejected: Domain not found", addr, class)
	switch l.exists(domain, dns.TypeMX, dns.TypeA, dns.TypeAAAA) {
	case nameThere:
		return dunno
	case nameNull:
		// RFC 7505 §4.
		return l.refusef(nullCode, nullEnhanced, "<%s>: %s rejected: Domain %s does not accept mail (nullMX)", addr, class, domain)
	case nameUnsure:
		return l.postpone(l.conf.Get("unknown_address_tempfail_action"), r)
	}
	return l.refusef(l.conf.Int("unknown_address_reject_code"), enhanced, "%s", r.Text)
}

// What the DNS says about a name.
type existence uint8

const (
	nameThere  existence = iota
	nameAbsent           // no such name, or no such record
	nameNull             // a null MX (RFC 7505)
	nameUnsure           // a temporary problem
)

// exists asks for record types in turn until one is there. What is no host
// name, as with a dot at its end, is not even asked for.
func (k *checks) exists(name string, types ...uint16) existence {
	if !mailaddr.ValidHostname(name) {
		return nameAbsent
	}
	for _, typ := range types {
		answer, err := k.ask(name, typ)
		if err == nil {
			if typ == dns.TypeMX && dnswire.NullMX(answer.MX()) {
				return nameNull
			}
			return nameThere
		}
		var failure *dnswire.LookupError
		if errors.As(err, &failure) && failure.Temporary() {
			return nameUnsure
		}
	}
	return nameAbsent
}

// ask is a DNS lookup whose answer becomes the cause of what follows.
func (k *checks) ask(name string, typ uint16) (*dnswire.Answer, error) {
	answer, err := k.d.lookup(name, typ)
	if err == nil {
		k.d.p.Because(trace.Seq(answer.Cause))
		return answer, nil
	}
	var failure *dnswire.LookupError
	if errors.As(err, &failure) && failure.Cause != 0 {
		k.d.p.Because(trace.Seq(failure.Cause))
	}
	return nil, err
}

// lookupFailure is the reply when a table could not be asked.
func (k *checks) lookupFailure(name string) verdict {
	return k.refusef(451, "4.3.0", "<%s>: Temporary lookup failure", name)
}
