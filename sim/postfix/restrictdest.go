package postfix

import (
	"slices"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/protocols/dnswire"
)

// Restrictions on where mail goes to: relaying, and recipients and senders
// that do not exist.

func (l *list) rejectUnauthDestination(string) verdict {
	return l.unauthDestination(l.conf.Int("relay_domains_reject_code"))
}

func (l *list) deferUnauthDestination(string) verdict {
	return l.unauthDestination(l.conf.Int("relay_domains_reject_code") - 100)
}

// unauthDestination refuses a recipient for whom this host neither is the
// final destination nor relays.
func (l *list) unauthDestination(code int64) verdict {
	if !l.inRcpt {
		return dunno
	}
	ok, err := l.authorised()
	if err != nil {
		return l.lookupFailure(l.recipient)
	}
	if ok {
		return dunno
	}
	return l.refusef(code, "5.7.1", "<%s>: Relay access denied", l.recipient)
}

func (l *list) permitAuthDestination(string) verdict {
	if !l.inRcpt {
		return dunno
	}
	ok, err := l.authorised()
	switch {
	case err != nil:
		return l.lookupFailure(l.recipient)
	case ok:
		return permit
	}
	return dunno
}

// authorised tells whether the recipient is one that anybody may write to: of
// a domain of ours or one that we relay to, without further routing in the
// local part (allow_untrusted_routing).
func (l *list) authorised() (bool, error) {
	res, err := l.d.resolveAs(l.facts.Sender, l.recipient)
	if err != nil {
		return false, err
	}
	if res.Routed && !l.conf.Bool("allow_untrusted_routing") {
		return false, nil
	}
	return res.final() || res.Class == classRelay, nil
}

// permitMXBackup permits a recipient whose domain has this host among its mail
// exchangers, but not as the primary one (permit_mx_backup).
func (l *list) permitMXBackup(string) verdict {
	if !l.inRcpt {
		return dunno
	}
	if v := l.permitAuthDestination(""); v != dunno {
		return v
	}
	_, domain, ok := splitAddress(l.recipient)
	if !ok || strings.HasPrefix(domain, "[") {
		return dunno
	}
	answer, err := l.ask(domain, dns.TypeMX)
	if err != nil {
		return dunno
	}
	mx := dnswire.OrderMX(answer.MX(), nil)
	first := len(mx) // how many are primaries
	if i := slices.IndexFunc(mx, func(x dnswire.MX) bool { return x.Pref != mx[0].Pref }); i >= 0 {
		first = i
	}
	if l.among(mx[:first]) || !l.among(mx[first:]) || !l.backsUp(mx[:first]) {
		return dunno
	}
	return permit
}

// among tells whether this host is one of a domain's mail exchangers: by name,
// or else by address (i_am_mx).
func (l *list) among(mx []dnswire.MX) bool {
	for _, x := range mx {
		if here, err := l.d.isLocalDomainErr(x.Host); err == nil && here {
			return true
		}
	}
	for _, x := range mx {
		hosts, err := l.ask(x.Host, dns.TypeA)
		if err == nil && slices.ContainsFunc(hosts.Addrs(), l.conf.IsOwnAddress) {
			return true
		}
	}
	return false
}

func (l *list) multiRecipientBounce(string) verdict {
	if !l.hasSender() || l.facts.Sender != "" || l.facts.Recipients < 2 && !(l.facts.Where == "RCPT" && l.facts.Recipients >= 1) {
		return dunno
	}
	return l.refusef(l.conf.Int("multi_recipient_bounce_reject_code"), "5.5.3", "<%s>: %s rejected: Multi-recipient bounce", l.name, l.class)
}

func (l *list) unlistedRecipientNow(string) verdict {
	if !l.inRcpt {
		return dunno
	}
	return l.unlistedRecipient()
}

func (l *list) unlistedSenderNow(string) verdict {
	if !l.hasSender() || l.facts.Sender == "" {
		return dunno
	}
	return l.unlistedSender()
}

// unlistedRecipient refuses a recipient whom the tables of its domain do not
// list (check_recipient_rcpt_maps).
func (k *checks) unlistedRecipient() verdict {
	k.listedRcpt = true
	return k.unlisted(k.recipient, nameRecipient, "5.1.1")
}

// unlistedSender refuses a sender that mail could not be returned to.
func (k *checks) unlistedSender() verdict {
	k.listedSender = true
	if k.facts.Sender == "" {
		return dunno
	}
	return k.unlisted(k.facts.Sender, nameSender, "5.1.0")
}

// unlisted refuses an address that is known not to exist.
func (k *checks) unlisted(addr, class, enhanced string) verdict {
	sender := k.facts.Sender
	if class == nameSender {
		sender = ""
	}
	res, err := k.d.resolveAs(sender, addr)
	if err != nil {
		return k.lookupFailure(addr)
	}
	if local, _, _ := splitAddress(res.Recipient); res.Class == classLocal && (strings.EqualFold(local, k.conf.Get("double_bounce_sender")) ||
		strings.EqualFold(local, "postmaster") || strings.EqualFold(local, "mailer-daemon")) {
		return dunno // somebody always has these
	}
	for _, param := range [...]string{"recipient_canonical_maps", "canonical_maps", "virtual_alias_maps"} {
		if found, err := k.listed(res.Recipient, param); err != nil {
			return k.lookupFailure(addr)
		} else if found {
			return dunno
		}
	}
	code, table, maps := int64(550), "", ""
	switch res.Class {
	case classLocal:
		code, table, maps = k.conf.Int("unknown_local_recipient_reject_code"), "local recipient", "local_recipient_maps"
	case classAlias:
		code, table = k.conf.Int("unknown_virtual_alias_reject_code"), "virtual alias"
	case classMailbox:
		code, table, maps = k.conf.Int("unknown_virtual_mailbox_reject_code"), "virtual mailbox", "virtual_mailbox_maps"
	case classRelay:
		code, table, maps = k.conf.Int("unknown_relay_recipient_reject_code"), "relay recipient", "relay_recipient_maps"
	default:
		return k.errorTransport(res, addr, class)
	}
	if res.Class != classAlias {
		if v := k.errorTransport(res, addr, class); v != dunno {
			return v
		}
		if len(k.conf.List(maps)) == 0 {
			return dunno
		}
		found, err := k.listed(res.Recipient, maps)
		switch {
		case err != nil:
			return k.lookupFailure(addr)
		case found:
			return dunno
		}
	}
	text := "User unknown"
	if k.conf.Bool("show_user_unknown_table_name") {
		text += " in " + table + " table"
	}
	return k.refusef(code, enhanced, "<%s>: %s rejected: %s", addr, class, text)
}

// errorTransport refuses what transport_maps or relocated_maps send to the
// error transport, and puts off what they send to the retry transport; the text
// there begins with a status code.
func (k *checks) errorTransport(res resolution, addr, class string) verdict {
	usual := ""
	switch {
	case res.Bad:
		return dunno
	case res.Transport == k.conf.Get("error_service_name"):
		usual = "5.1.1"
	case res.Transport == "retry":
		usual = "4.1.1"
	default:
		return dunno
	}
	enhanced, text, _ := strings.Cut(res.Nexthop, " ")
	if len(enhanced) < 5 || enhanced[1] != '.' {
		enhanced, text = usual, res.Nexthop
	}
	code := int64(550)
	if enhanced[0] == '4' {
		code = 450
	}
	return k.refusef(code, enhanced, "<%s>: %s rejected: %s", addr, class, text)
}

// listed looks an address up in the maps of a parameter; being there counts.
func (k *checks) listed(addr, param string) (bool, error) {
	specs := k.conf.List(param)
	if len(specs) == 0 {
		return false, nil
	}
	m, err := k.d.maps(specs).FindAddress(addr, k.conf.forms(k.d.isLocalDomain))
	if err != nil {
		k.d.unavailable(specs, addr, lookupError)
		return false, err
	}
	m.Value = ""
	k.d.consulted("smtpd", strings.Join(specs, " "), addr, m)
	return m.Found, nil
}

// The four restrictions on who may use a sender address
// (smtpd_sender_login_maps).
func (l *list) loginMismatch(string) verdict {
	if v := l.loginMismatchAuth(""); v != dunno {
		return v
	}
	return l.loginMismatchUnauth("")
}

func (l *list) loginMismatchAuth(string) verdict {
	if !l.authenticated() && l.conf.Bool("smtpd_sasl_auth_enable") {
		return dunno
	}
	return l.ownerCheck("reject_authenticated_sender_login_mismatch", true)
}

func (l *list) loginMismatchUnauth(string) verdict {
	if l.authenticated() {
		return dunno
	}
	return l.ownerCheck("reject_unauthenticated_sender_login_mismatch", false)
}

func (l *list) loginMismatchKnown(string) verdict {
	return l.ownerCheck("reject_known_sender_login_mismatch", false)
}

// ownerCheck compares the login with the owners of the sender address; strict
// tells that an address without owner is nobody's.
func (l *list) ownerCheck(word string, strict bool) verdict {
	if !l.conf.Bool("smtpd_sasl_auth_enable") {
		l.d.log("warning: restriction `%s' ignored: no SASL support", word)
		return dunno
	}
	if !l.hasSender() || l.facts.Sender == "" {
		return dunno
	}
	m, err := l.d.maps(l.conf.List("smtpd_sender_login_maps")).FindAddress(l.facts.Sender, l.conf.forms(l.d.isLocalDomain))
	switch {
	case err != nil:
		return l.lookupFailure(l.facts.Sender)
	case !m.Found && !strict:
		return dunno
	case l.facts.User == "":
		return l.refusef(553, "5.7.1", "<%s>: %s rejected: not logged in", l.facts.Sender, nameSender)
	case listHas(SplitList(m.Value), l.facts.User):
		return dunno
	}
	return l.refusef(553, "5.7.1", "<%s>: %s rejected: not owned by user %s", l.facts.Sender, nameSender, l.facts.User)
}
