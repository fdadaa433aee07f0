package node

import (
	"fmt"
	"strings"

	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/host"
)

// overQuota is a message that the plugin "quota" keeps out of a mailbox.
type overQuota struct{ text string }

func (e overQuota) Error() string { return e.text }

// Reply is what IMAP says (RFC 5530 §3, OVERQUOTA).
func (e overQuota) Reply() string { return "[OVERQUOTA] " + e.text }

// quota tells whether a message of a size fits into the mail of a user, as a
// protocol sees it; nil when it does. A size of -1 asks whether anything does.
func (d *Dovecot) quota(user string, inbox host.Maildir, protocol string, size int64) error {
	q, ok := d.conf.For(protocol).Quota()
	if !ok {
		return nil
	}
	octets, messages := usage(inbox)
	if size < 0 && !q.Full(octets, messages) || size >= 0 && q.Fits(octets, messages, size, protocol == "lmtp") {
		return nil
	}
	return overQuota{host.Expand(q.Exceeded, func(key string) (string, bool) {
		name, domain, _ := strings.Cut(user, "@")
		v, ok := map[string]string{"u": user, "n": name, "d": domain}[key]
		return v, ok
	})}
}

// usage counts a user's mail, of INBOX and all folders.
func usage(inbox host.Maildir) (octets int64, messages int) {
	names, _ := inbox.Folders()
	for _, name := range append([]string{""}, names...) {
		list, err := inbox.Folder(name).List()
		if err != nil {
			continue
		}
		for _, e := range list {
			octets += e.Disk
			messages++
		}
	}
	return octets, messages
}

// checkQuota refuses a recipient whose mailbox is full, with
// lmtp_rcpt_check_quota.
func (s *lmtpServer) checkQuota(user, addr string) *smtp.Reply {
	if !s.d.usual.lmtp.checkQuota {
		return nil
	}
	box, err := s.d.box(s.p, user, "lmtp")
	if err == nil {
		err = s.d.quota(user, box.dir, "lmtp", -1)
	}
	if full, ok := err.(overQuota); ok {
		return s.d.full(addr, full)
	}
	return nil
}

// full is the reply about a mailbox that is full.
func (d *Dovecot) full(addr string, e overQuota) *smtp.Reply {
	code := "552 5.2.2"
	if d.conf.For("lmtp").Bool("quota_full_tempfail") {
		code = "452 4.2.2"
	}
	return smtp.NewReply(fmt.Sprintf("%s <%s> %s", code, addr, e.text))
}

// noSpace puts what was being written before the word of a full disk, as
// Dovecot's log has it.
func noSpace(dir host.Maildir, name string) error {
	tmp, _, _ := strings.Cut(name, ",")
	return fmt.Errorf("Mailbox INBOX: Saving mail: write(%s/tmp/%s) failed: %w", dir.Path, tmp, host.ErrNoSpace)
}

// failed is the reply about a message that could not be saved.
func (s *lmtpServer) failed(p *sim.Proc, addr string, err error) *smtp.Reply {
	if full, ok := err.(overQuota); ok {
		return s.d.full(addr, full)
	}
	return smtp.NewReply(fmt.Sprintf("451 4.2.0 <%s> Internal error occurred. Refer to server log for more information. [%s]",
		addr, p.Now().Format("2006-01-02 15:04:05")))
}
