package postfix

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"mailtrek/protocols/mailaddr"
	"mailtrek/protocols/smtp"
)

// The access restrictions of smtpd(8) (SMTPD_ACCESS_README, smtpd_check.c):
// lists of restrictions for the stages of a session. Each restriction says yes,
// no, or nothing; the first that speaks ends its list.

// verdict is what a restriction says.
type verdict uint8

const (
	dunno  verdict = iota // nothing: the next one decides
	permit                // the list is done, the request passes it
	reject                // the reply stands in checks.reply
)

// peer is the client of a session as smtpd(8) sees it (smtpd_peer.c).
type peer struct {
	name    string // verified: its address leads back; else "unknown"
	reverse string // what the PTR record says, else "unknown"
	addr    netip.Addr
	port    uint16
	// nameOK and reverseOK are 2 when the name is known, 5 when there is none,
	// 4 when DNS had a temporary problem.
	nameOK, reverseOK int
	shownPort         bool // the log has its port, too (smtpd_client_port_logging)

	text      string // what String returned last, about
	shownName string // this name and
	shownAddr netip.Addr
}

// String returns "name[address]" as log lines and replies have it.
func (c *peer) String() string {
	if c.text == "" || c.shownName != c.name || c.shownAddr != c.addr {
		c.text, c.shownName, c.shownAddr = bracketed(c.name, c.addr), c.name, c.addr
		if c.shownPort {
			c.text += ":" + strconv.Itoa(int(c.port))
		}
	}
	return c.text
}

// bracketed is "name[address]".
func bracketed(name string, addr netip.Addr) string {
	b := append(append(make([]byte, 0, 128), name...), '[')
	return string(append(addr.AppendTo(b), ']'))
}

// The words with which replies name what they refuse.
const (
	nameClient    = "Client host"
	nameReverse   = "Unverified Client host"
	nameHelo      = "Helo command"
	nameSender    = "Sender address"
	nameRecipient = "Recipient address"
	nameData      = "Data command"
	nameEndOfData = "End-of-data"
	nameEtrn      = "Etrn command"
)

// checks applies restriction lists for one session.
type checks struct {
	d      *daemon
	conf   *Config
	set    *accessParams
	client *peer
	facts  *smtp.Facts
	// session has the message whose id log lines name.
	session *smtpdSession
	// serverAddr is the address that the client connected to.
	serverAddr netip.AddrPort

	recipient string // the one under way, internal form
	inRcpt    bool   // there is one
	inMail    bool   // MAIL is under way: there is a sender, though no transaction yet
	etrn      string
	instance  int // number of the message in the session, for policy services

	reply         *smtp.Reply // of the verdict reject
	deferPermit   *smtp.Reply // defer_if_permit: instead of a permission
	deferReject   *smtp.Reply // defer_if_reject: instead of a permanent no
	warn          bool        // warn_if_reject: the next restriction only warns
	listedRcpt    bool        // reject_unlisted_recipient has looked at it
	listedSender  bool
	prepended     []string // PREPEND of access tables
	redirect      string   // REDIRECT
	filter        string   // FILTER
	bcc           []string // BCC
	hold, discard bool     // HOLD, DISCARD
}

// reset forgets what an earlier list postponed.
func (k *checks) reset() { k.reply, k.deferPermit, k.deferReject, k.warn = nil, nil, nil, false }

// clientStage applies smtpd_client_restrictions.
func (k *checks) clientStage() *smtp.Reply {
	k.reset()
	return k.conclude(k.run(&k.set.client, k.client.String(), nameClient))
}

// heloStage applies smtpd_helo_restrictions, when there was a HELO.
func (k *checks) heloStage(name string) *smtp.Reply {
	if name == "" {
		return nil
	}
	saved := k.facts.Helo
	k.facts.Helo = name
	k.reset()
	r := k.conclude(k.run(&k.set.helo, name, nameHelo))
	k.facts.Helo = saved
	return r
}

// mailStage applies smtpd_sender_restrictions.
func (k *checks) mailStage() *smtp.Reply {
	k.reset()
	k.listedSender = false
	v := k.run(&k.set.sender, k.facts.Sender, nameSender)
	if v != reject && k.deferPermit != nil {
		return k.conclude(v)
	}
	if v != reject && k.set.unlistedSender && !k.listedSender {
		v = k.unlistedSender()
	}
	return k.conclude(v)
}

// rcptStage applies what smtpd_delay_reject has held back, then
// smtpd_relay_restrictions and smtpd_recipient_restrictions, then the lookup of
// the recipient.
func (k *checks) rcptStage(recipient string) *smtp.Reply {
	k.recipient, k.inRcpt, k.listedRcpt = recipient, true, false
	defer func() { k.inRcpt, k.recipient = false, "" }()
	// RFC 5321 §4.5.1: postmaster without a domain is always accepted.
	if strings.EqualFold(recipient, "postmaster") || k.discard {
		return nil // or the message goes nowhere anyway
	}
	if k.set.delay {
		if r := k.clientStage(); r != nil {
			return r
		}
		if r := k.heloStage(k.facts.Helo); r != nil {
			return r
		}
		if k.facts.Mail {
			if r := k.mailStage(); r != nil {
				return r
			}
		}
	}
	k.reset()
	lists := [2]*restrictionList{&k.set.relay, &k.set.recipient}
	if !k.set.relayFirst {
		lists[0], lists[1] = lists[1], lists[0]
	}
	for _, list := range lists {
		if r := k.conclude(k.run(list, recipient, nameRecipient)); r != nil {
			return r
		}
	}
	if k.set.unlistedRecipient && !k.listedRcpt && !k.discard {
		return k.conclude(k.unlistedRecipient())
	}
	return nil
}

// aboutOne makes the recipient known to a stage behind RCPT when there is only
// one: of several it would be misleading to judge one (smtpd_check_data). What
// it returns ends that.
func (k *checks) aboutOne() func() {
	if k.facts.Recipients == 1 {
		k.recipient, k.inRcpt = k.facts.First, true
	}
	return func() { k.recipient, k.inRcpt = "", false }
}

// dataStage applies smtpd_data_restrictions.
func (k *checks) dataStage() *smtp.Reply {
	defer k.aboutOne()()
	k.reset()
	return k.conclude(k.run(&k.set.data, "DATA", nameData))
}

// endOfDataStage applies smtpd_end_of_data_restrictions.
func (k *checks) endOfDataStage() *smtp.Reply {
	defer k.aboutOne()()
	k.reset()
	return k.conclude(k.run(&k.set.endOfData, "END-OF-MESSAGE", nameEndOfData))
}

// etrnStage applies smtpd_etrn_restrictions.
func (k *checks) etrnStage(domain string) *smtp.Reply {
	k.etrn = domain
	defer func() { k.etrn = "" }()
	if k.set.delay {
		if r := k.clientStage(); r != nil {
			return r
		}
		if r := k.heloStage(k.facts.Helo); r != nil {
			return r
		}
	}
	k.reset()
	return k.conclude(k.run(&k.set.etrn, domain, nameEtrn))
}

// conclude turns the verdict of a list into a reply; nil is yes. What
// defer_if_permit postponed takes the place of a permission.
func (k *checks) conclude(v verdict) *smtp.Reply {
	if v != reject && k.deferPermit != nil {
		r := k.deferPermit
		k.deferPermit = nil
		v = k.refuse(*r)
	}
	if v != reject {
		return nil
	}
	return k.reply
}

// run applies a restriction list; name and class are what replies call its
// object.
func (k *checks) run(of *restrictionList, name, class string) verdict {
	if len(of.items) == 0 {
		return dunno
	}
	l := list{checks: k, param: of.param, name: name, class: class}
	return l.apply(of.items, 0)
}

// refuse makes the no of a restriction: it is logged, and with warn_if_reject
// that is all. A permanent no becomes temporary where defer_if_reject has a
// reason, and with soft_bounce.
func (k *checks) refuse(r smtp.Reply) verdict {
	r.Text = printable(r.Text, ' ') // smtpd_check_reject
	if !k.warn && k.deferReject != nil && r.Code/100 == 5 {
		r = *k.deferReject
	}
	if r.Code/100 == 5 && k.conf.Bool("soft_bounce") {
		r = makeReply(int64(r.Code)-100, r.Enhanced, "%s", r.Text) // as it is sent, too
	}
	if k.warn {
		k.logVerdict("reject_warning", &r)
		return dunno
	}
	k.logVerdict("reject", &r)
	k.reply = &r
	return reject
}

// refusef is refuse with the text made on the spot. A temporary code gets a
// temporary enhanced code and the other way round.
func (k *checks) refusef(code int64, enhanced, format string, args ...any) verdict {
	return k.refuse(makeReply(code, enhanced, format, args...))
}

func makeReply(code int64, enhanced, format string, args ...any) smtp.Reply {
	if enhanced != "" && (code/100 == 4 || code/100 == 5) {
		enhanced = string(rune('0'+code/100)) + enhanced[1:]
	}
	return smtp.Reply{Code: int(code), Enhanced: enhanced, Text: fmt.Sprintf(format, args...)}
}

// postpone is what becomes of a no that only a temporary problem justifies:
// mail that would be accepted is deferred instead (defer_if_permit).
func (k *checks) postpone(action string, r smtp.Reply) verdict {
	if strings.HasPrefix(action, "defer") && !strings.HasPrefix(action, "defer_if_permit") {
		return k.refuse(r)
	}
	if k.warn {
		k.logVerdict("reject_warning", &r)
		return dunno
	}
	if k.deferPermit == nil {
		k.deferPermit = &r
	}
	return dunno
}

// logVerdict writes the log line of a verdict (log_whatsup in smtpd_check.c).
func (k *checks) logVerdict(what string, r *smtp.Reply) { k.logRequest(what, r.String()) }

// logRequest writes a log line about the request under way.
func (k *checks) logRequest(what, text string) {
	id := k.session.queueID()
	if id == "" {
		id = "NOQUEUE"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s: %s from %s: %s;", id, what, k.facts.Where, k.client, text)
	if k.hasSender() {
		fmt.Fprintf(&b, " from=<%s>", external(k.facts.Sender))
	}
	switch {
	case k.inRcpt:
		fmt.Fprintf(&b, " to=<%s>", external(k.recipient))
	case k.facts.Recipients == 1:
		fmt.Fprintf(&b, " to=<%s>", external(k.facts.First))
	}
	fmt.Fprintf(&b, " proto=%s", k.facts.Proto)
	if k.facts.Helo != "" {
		fmt.Fprintf(&b, " helo=<%s>", k.facts.Helo)
	}
	k.d.log("%s", b.String())
}

// external is an address as log lines have it, its local part quoted where
// that must be; the null sender is empty.
func external(addr string) string {
	if addr == "" {
		return ""
	}
	return mailaddr.Quote(addr)
}

// hasSender tells whether MAIL has named a sender.
func (k *checks) hasSender() bool { return k.facts.Mail || k.inMail }

// mynetworks tells whether the client is in mynetworks.
func (k *checks) mynetworks() bool {
	return k.conf.Networks("mynetworks", k.d.tables).Match(k.client.addr)
}

// authenticated tells whether the client has given a password.
func (k *checks) authenticated() bool {
	return k.facts.User != "" && k.session.set.sasl
}
