package postfix

import (
	"errors"
	"slices"
	"strings"

	"mailtrek/protocols/smtp"
)

// What cleanup(8) does with the envelope: that of the queue file has other
// addresses, and often more of them, than the client has named.

// openEnvelope rewrites the envelope's addresses, expands virtual aliases and
// drops duplicate recipients (cleanup_envelope.c, cleanup_out_recipient.c). It
// ends with the first address that cannot be expanded.
func (u *Submission) openEnvelope() {
	if u.opened {
		return
	}
	u.opened = true
	u.mail.Sender = u.d.rewriteSender(u.mail.Sender)
	u.copyTo(u.bccOf(u.d.conf.cleanup().senderBCC, u.mail.Sender))
	for _, r := range u.mail.Recipients {
		if u.failed != nil && u.failed.Code < 500 {
			return
		}
		addr := u.d.rewriteAs(r.Addr, recipientSide, "envelope_recipient")
		targets := u.expand(addr)
		if targets == nil {
			return
		}
		if u.mail.probe && !u.mail.report && len(targets) > 1 {
			u.aliasedToMany(r)
			continue
		}
		if r.ORcpt == "" {
			r.ORcpt = originalRecipient(addr)
		}
		if len(targets) > 1 || targets[0] != addr {
			r = u.expanded(r, addr)
		}
		u.envelope.add(r, targets)
		u.copyTo(u.bccOf(u.d.conf.cleanup().recipientBCC, addr))
	}
}

// closeEnvelope adds what is known only when the content has been read, and
// makes the recipients those of the queue file (cleanup_extracted.c).
func (u *Submission) closeEnvelope() {
	for _, addr := range u.bcc {
		u.copyTo(addr)
	}
	if len(u.mail.Recipients) > 0 {
		u.copyTo(u.d.conf.cleanup().alwaysBCC)
	}
	list := u.envelope.list
	u.mail.Recipients = list
	if u.redirect != "" && len(list) > 0 { // the queue manager counts those that it passes over, and has sorted them
		only := *slices.MinFunc(list, func(a, b *Recipient) int { return compareAddresses(a.Addr, b.Addr) })
		only.Addr = u.d.standard(u.redirect)
		u.mail.Recipients, u.mail.replaced = []*Recipient{&only}, len(list)
	}
}

// expand expands an address by virtual_alias_maps. When that cannot be done, the
// message is refused for the moment, and nil returned.
func (u *Submission) expand(addr string) []string {
	targets, err := u.d.expandVirtual(addr)
	if err == nil {
		return targets
	}
	var beyond *expansionError
	switch {
	case u.failed != nil: // it has been said why already
	case errors.As(err, &beyond):
		u.failed = &Refusal{Code: 451, Enhanced: "4.6.0", Text: "Alias expansion error", Log: err.Error()}
	default:
		u.failed = &Refusal{Code: 451, Enhanced: "4.3.0", Text: "Error: queue file write error", Log: err.Error()}
	}
	return nil
}

// recipients are those of a message, without duplicates.
type recipients struct {
	list []*Recipient
	seen map[sameRecipient]bool // not for a single one
}

// add adds the addresses for which a recipient stands.
func (l *recipients) add(r *Recipient, targets []string) {
	for _, addr := range targets {
		c := *r
		c.Addr = addr
		if len(l.list) > 0 {
			if l.seen == nil {
				l.seen = map[sameRecipient]bool{l.list[0].same(): true}
			}
			if l.seen[c.same()] {
				continue
			}
			l.seen[c.same()] = true
		}
		l.list = append(l.list, &c)
	}
}

// expanded reports the success of a virtual alias to a sender who wants to hear
// of it: what becomes of the addresses that it stands for is then no success
// to report (RFC 3461 §5.2.7.2).
func (u *Submission) expanded(r *Recipient, alias string) *Recipient {
	c := *r
	if r.Notify&smtp.NotifySuccess != 0 {
		to := *r
		to.Addr = alias
		u.mail.remember(&to, &result{status: sent, dsn: "2.0.0", text: "alias expanded", relay: "none", action: "expanded"})
		c.Notify = withoutSuccess(r.Notify)
	}
	return &c
}

// sameRecipient is what two recipients have in common of whom one is dropped.
type sameRecipient struct {
	notify            smtp.Notify
	orcpt, orig, addr string
}

func (r *Recipient) same() sameRecipient {
	return sameRecipient{r.Notify, strings.ToLower(r.ORcpt), strings.ToLower(r.Orig), strings.ToLower(r.Addr)}
}

// copyTo adds the recipient of a blind copy: what always_bcc and sender_bcc_maps
// say, and recipient_bcc_maps, which is asked about each recipient as it is before
// virtual aliases. Mail that the mail system itself makes gets none
// (CLEANUP_FLAG_BCC_OK), and nobody is told what became of one.
func (u *Submission) copyTo(addr string) {
	if addr == "" || !u.copied() || u.failed != nil && u.failed.Code < 500 {
		return
	}
	addr = u.d.standard(addr)
	if targets := u.expand(u.d.rewriteAs(addr, recipientSide, "envelope_recipient")); targets != nil {
		u.envelope.add(&Recipient{Orig: addr, Notify: smtp.NotifyNever}, targets)
	}
}

// copied tells whether the message may get blind copies.
func (u *Submission) copied() bool {
	return (u.client == "smtpd" || u.client == "pickup") && !u.d.unmapped
}

// bccOf looks up in some tables who gets a blind copy of mail from or to an
// address.
func (u *Submission) bccOf(specs []string, addr string) string {
	if len(specs) == 0 || addr == "" || !u.copied() {
		return ""
	}
	m, err := u.d.maps(specs).FindAddress(addr, u.d.conf.forms(u.d.isLocalDomain))
	if err != nil {
		return ""
	}
	u.d.consulted("cleanup", strings.Join(specs, " "), addr, m)
	return m.Value
}
