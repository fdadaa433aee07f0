package postfix

import (
	"strconv"
	"strings"
	"time"
)

// list is one restriction list under way.
type list struct {
	*checks
	param string // the parameter that holds the list
	name  string // what it is about: "name[addr]", an address, …
	class string // how replies call that
}

// maxClassDepth bounds how deep restriction classes may nest.
const maxClassDepth = 100

// restriction is a row of the table of restrictions.
type restriction struct {
	// arg tells that an argument follows: a table, a DNS domain, a service.
	arg     bool
	run     func(l *list, arg string) verdict
	summary string // postconf(5) in a line
}

// restrictionNames are older names that Postfix still knows.
var restrictionNames = map[string]string{
	"reject_unknown_client": "reject_unknown_client_hostname", "reject_invalid_hostname": "reject_invalid_helo_hostname",
	"reject_unknown_hostname": "reject_unknown_helo_hostname", "reject_non_fqdn_hostname": "reject_non_fqdn_helo_hostname",
	"reject_rbl": "reject_rbl_client",
}

// restrictionTable is filled in by init, since some of its functions apply
// lists again.
var restrictionTable map[string]restriction

func init() {
	restrictionTable = map[string]restriction{
		"permit":                                       {run: func(*list, string) verdict { return permit }, summary: "Permit the request."},
		"reject":                                       {run: (*list).reject, summary: "Reject the request."},
		"defer":                                        {run: (*list).deferAll, summary: "Defer the request."},
		"defer_if_permit":                              {run: (*list).deferIfPermit, summary: "Defer the request if some later restriction would permit it."},
		"defer_if_reject":                              {run: (*list).deferIfReject, summary: "Defer the request if some later restriction would reject it."},
		"permit_mynetworks":                            {run: permitIf((*checks).mynetworks), summary: "Permit when the client is in mynetworks."},
		"permit_inet_interfaces":                       {run: permitIf((*checks).ownClient), summary: "Permit when the client's address is one of this host."},
		"permit_sasl_authenticated":                    {run: permitIf((*checks).authenticated), summary: "Permit when the client has authenticated (RFC 4954)."},
		"reject_unauth_pipelining":                     {run: (*list).unauthPipelining, summary: "Reject a client that sends commands ahead of time (RFC 2920)."},
		"reject_plaintext_session":                     {run: (*list).plaintextSession, summary: "Reject when the session is not encrypted."},
		"reject_unknown_client_hostname":               {run: (*list).unknownClient, summary: "Reject when address and name of the client do not lead to each other."},
		"reject_unknown_reverse_client_hostname":       {run: (*list).unknownReverse, summary: "Reject when the client's address has no name."},
		"reject_invalid_helo_hostname":                 {run: (*list).invalidHelo, summary: "Reject when the HELO name is malformed."},
		"reject_non_fqdn_helo_hostname":                {run: (*list).nonFQDNHelo, summary: "Reject when the HELO name is not fully qualified."},
		"reject_unknown_helo_hostname":                 {run: (*list).unknownHelo, summary: "Reject when the HELO name has no A or MX record."},
		"permit_naked_ip_address":                      {run: func(*list, string) verdict { return dunno }, summary: "Permit when the HELO name is a bare address."},
		"reject_non_fqdn_sender":                       {run: (*list).nonFQDNSender, summary: "Reject when the sender's domain is not fully qualified."},
		"reject_non_fqdn_recipient":                    {run: (*list).nonFQDNRecipient, summary: "Reject when the recipient's domain is not fully qualified."},
		"reject_unknown_sender_domain":                 {run: (*list).unknownSenderDomain, summary: "Reject when the sender's domain has neither MX nor A record."},
		"reject_unknown_recipient_domain":              {run: (*list).unknownRecipientDomain, summary: "Reject when the recipient's domain has neither MX nor A record."},
		"reject_unauth_destination":                    {run: (*list).rejectUnauthDestination, summary: "Reject unless this host is final destination or relay for the recipient."},
		"defer_unauth_destination":                     {run: (*list).deferUnauthDestination, summary: "Defer unless this host is final destination or relay for the recipient."},
		"permit_auth_destination":                      {run: (*list).permitAuthDestination, summary: "Permit when this host is final destination or relay for the recipient."},
		"permit_mx_backup":                             {run: (*list).permitMXBackup, summary: "Permit when this host is a mail exchanger of the recipient's domain."},
		"reject_unlisted_recipient":                    {run: (*list).unlistedRecipientNow, summary: "Reject when the recipient is not listed for its domain."},
		"reject_unlisted_sender":                       {run: (*list).unlistedSenderNow, summary: "Reject when the sender is not listed for its domain."},
		"reject_multi_recipient_bounce":                {run: (*list).multiRecipientBounce, summary: "Reject a bounce with several recipients."},
		"reject_sender_login_mismatch":                 {run: (*list).loginMismatch, summary: "Reject when the login does not own the sender address."},
		"reject_authenticated_sender_login_mismatch":   {run: (*list).loginMismatchAuth, summary: "The same, for clients that have logged in."},
		"reject_known_sender_login_mismatch":           {run: (*list).loginMismatchKnown, summary: "The same, for senders that have an owner."},
		"reject_unauthenticated_sender_login_mismatch": {run: (*list).loginMismatchUnauth, summary: "The same, for clients that have not logged in."},
		"reject_rbl_client":                            {arg: true, run: (*list).rblClient, summary: "Reject when the client's address is listed in a DNS block list."},
		"permit_dnswl_client":                          {arg: true, run: (*list).dnswlClient, summary: "Permit when the client's address is listed in a DNS allow list."},
		"reject_rhsbl_client":                          {arg: true, run: rhsbl(nameClient), summary: "Reject when the client's name is listed in a DNS block list."},
		"reject_rhsbl_helo":                            {arg: true, run: rhsbl(nameHelo), summary: "Reject when the HELO name is listed in a DNS block list."},
		"reject_rhsbl_sender":                          {arg: true, run: rhsbl(nameSender), summary: "Reject when the sender's domain is listed in a DNS block list."},
		"reject_rhsbl_recipient":                       {arg: true, run: rhsbl(nameRecipient), summary: "Reject when the recipient's domain is listed in a DNS block list."},
		"check_client_access":                          {arg: true, run: (*list).clientAccess, summary: "Look the client up in an access(5) table."},
		"check_reverse_client_hostname_access":         {arg: true, run: (*list).reverseAccess, summary: "Look the client's unverified name up in an access(5) table."},
		"check_helo_access":                            {arg: true, run: (*list).heloAccess, summary: "Look the HELO name up in an access(5) table."},
		"check_sender_access":                          {arg: true, run: (*list).senderAccess, summary: "Look the sender up in an access(5) table."},
		"check_recipient_access":                       {arg: true, run: (*list).recipientAccess, summary: "Look the recipient up in an access(5) table."},
		"check_sasl_access":                            {arg: true, run: (*list).saslAccess, summary: "Look the login name up in an access(5) table."},
		"check_etrn_access":                            {arg: true, run: (*list).etrnAccess, summary: "Look the ETRN domain up in an access(5) table."},
		"check_policy_service":                         {arg: true, run: (*list).policyService, summary: "Ask a policy service (SMTPD_POLICY_README)."},
		"sleep":                                        {arg: true, run: (*list).sleep, summary: "Pause for so many seconds."},
	}
	serverRestrictions(restrictionTable)
	restrictionTable["reject_unverified_sender"] = restriction{run: (*list).unverifiedSender, summary: "Reject when a probe finds that mail to the sender cannot be delivered."}
	restrictionTable["reject_unverified_recipient"] = restriction{run: (*list).unverifiedRecipient, summary: "Reject when a probe finds that mail to the recipient cannot be delivered."}
}

// permitIf is a restriction that only permits.
func permitIf(holds func(*checks) bool) func(*list, string) verdict {
	return func(l *list, _ string) verdict {
		if holds(l.checks) {
			return permit
		}
		return dunno
	}
}

// apply goes through the items of a list until one speaks (generic_checks).
func (l *list) apply(items []string, depth int) verdict {
	if depth > maxClassDepth {
		l.d.log("warning: restriction lists nest too deep in %s", l.param)
		return l.serverError()
	}
	for i := 0; i < len(items); i++ {
		word := items[i]
		if word == "warn_if_reject" {
			l.warn = true
			continue
		}
		v := l.item(items, &i, depth)
		l.warn = false
		if v != dunno {
			return v
		}
	}
	return dunno
}

// item applies one restriction; at is moved over its argument.
func (l *list) item(items []string, at *int, depth int) verdict {
	word := strings.ToLower(items[*at])
	if newer := restrictionNames[word]; newer != "" {
		word = newer
	}
	if r, ok := restrictionTable[word]; ok {
		arg := ""
		if r.arg {
			if *at+1 >= len(items) {
				l.d.log("warning: restriction `%s' needs an argument", word)
				return l.serverError()
			}
			*at++
			arg = items[*at]
		}
		return r.run(l, arg)
	}
	if arg, ok := unmodelledRestrictions[word]; ok {
		if arg {
			*at++
		}
		return dunno // Lint has said that it does nothing
	}
	if isTableSpec(items[*at]) {
		return l.defaultAccess(items[*at])
	}
	if listHas(l.conf.List("smtpd_restriction_classes"), items[*at]) {
		return l.apply(l.conf.List(items[*at]), depth+1)
	}
	l.d.log("warning: unknown smtpd restriction: \"%s\"", items[*at])
	return l.serverError()
}

// serverError is the reply when the configuration is at fault.
func (l *list) serverError() verdict {
	l.warn = false
	return l.refusef(451, "4.3.5", "Server configuration error")
}

func (l *list) reject(string) verdict {
	return l.refusef(l.conf.Int("reject_code"), "5.7.1", "<%s>: %s rejected: Access denied", l.name, l.class)
}

func (l *list) deferAll(string) verdict {
	return l.refusef(l.conf.Int("defer_code"), "4.3.2", "<%s>: %s rejected: Try again later", l.name, l.class)
}

func (l *list) deferIfPermit(string) verdict {
	return l.postpone("defer_if_permit", makeReply(450, "4.7.0", "<%s>: %s rejected: defer_if_permit requested", l.name, l.class))
}

func (l *list) deferIfReject(string) verdict {
	if l.deferReject == nil {
		r := makeReply(450, "4.7.0", "<%s>: %s rejected: defer_if_reject requested", l.name, l.class)
		l.deferReject = &r
	}
	return dunno
}

func (l *list) unauthPipelining(string) verdict {
	if !l.facts.BadPipelining {
		return dunno
	}
	return l.refusef(503, "5.5.0", "<%s>: %s rejected: Improper use of SMTP command pipelining", l.name, l.class)
}

func (l *list) plaintextSession(string) verdict {
	if l.facts.TLS != nil {
		return dunno
	}
	return l.refusef(l.conf.Int("plaintext_reject_code"), "4.7.1", "Session encryption is required")
}

func (l *list) sleep(arg string) verdict {
	if n, err := strconv.Atoi(arg); err == nil && n > 0 {
		l.d.p.Sleep(time.Duration(n) * time.Second)
	}
	return dunno
}

func (l *list) unknownClient(string) verdict {
	if l.client.nameOK == 2 {
		return dunno
	}
	code := int64(450)
	if l.client.nameOK == 5 {
		code = l.conf.Int("unknown_client_reject_code")
	}
	return l.refusef(code, "4.7.25", "Client host rejected: cannot find your hostname, [%s]", l.client.addr)
}

func (l *list) unknownReverse(string) verdict {
	if l.client.reverseOK == 2 {
		return dunno
	}
	code := int64(450)
	if l.client.reverseOK == 5 {
		code = l.conf.Int("unknown_client_reject_code")
	}
	return l.refusef(code, "4.7.1", "Client host rejected: cannot find your reverse hostname, [%s]", l.client.addr)
}

// ownClient tells whether the client connects from this host.
func (k *checks) ownClient() bool {
	return k.client.addr.IsLoopback() || k.conf.IsOwnAddress(k.client.addr)
}
