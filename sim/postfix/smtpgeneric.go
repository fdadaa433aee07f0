package postfix

import (
	"bytes"
	"strings"

	"mailtrek/protocols/mailaddr"
)

// generic is smtp_generic_maps, or lmtp_generic_maps: what an address is called
// where this host's own names mean nothing. It changes the sender, the
// recipients and the addresses of the header while a message is being sent; the
// queue file and the log keep the address (generic(5), smtp_map11.c).
type generic struct {
	d     *daemon
	specs []string
}

// generic is the table of this client; ok is false when it has none.
func (a *smtpAgent) generic() (g generic, ok bool) {
	return generic{a.d, a.set.generic}, len(a.set.generic) > 0
}

// address looks one address up, once: the result is not looked up again. The
// null sender has no other name.
func (g generic) address(addr string) string {
	if addr == "" {
		return ""
	}
	m, err := g.d.maps(g.specs).FindAddress(addr, g.d.conf.forms(g.d.isLocalDomain))
	if err != nil || !m.Found {
		return addr
	}
	g.d.consulted("smtp", strings.Join(g.specs, " "), addr, m)
	return g.d.mapped(addr, m, m.Value, "generic")
}

// content is a message with the addresses of its header changed. Fields in
// which nothing changes stay as they are; so do the headers of attachments.
func (g generic) content(msg []byte) []byte {
	out := make([]byte, 0, len(msg)+64)
	for len(msg) > 0 {
		n := fieldEnd(msg)
		if n == 0 || nameLen(msg[:n]) == 0 {
			break
		}
		field := msg[:n]
		msg = msg[n:]
		if hasAddresses(string(bytes.ToLower(field[:nameLen(field)]))) {
			field = rewriteAddresses(field, func(addr string, _ side, _ string) string { return g.address(addr) })
		}
		out = append(out, field...)
	}
	return append(out, msg...)
}

// hasAddresses tells whether a header field, its name in small letters, holds
// addresses that are rewritten (header_opts.c).
func hasAddresses(name string) bool {
	switch name {
	case "from", "sender", "reply-to", "to", "cc", "bcc", "apparently-to", "errors-to", "return-receipt-to", "disposition-notification-to",
		"resent-from", "resent-sender", "resent-reply-to", "resent-to", "resent-cc", "resent-bcc", "mail-followup-to":
		return true
	}
	return false
}

// rewriteAddresses gives the addresses of a header field, in the internal form,
// another form. The field comes back as it was when nothing in it changes; else
// in the form that Postfix writes.
func rewriteAddresses(raw []byte, as func(addr string, of side, class string) string) []byte {
	colon := bytes.IndexByte(raw, ':')
	if colon < 0 {
		return raw
	}
	name := string(raw[:colon])
	of, class := recipientSide, "header_recipient"
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "from", "sender", "reply-to", "resent-from", "resent-sender", "errors-to", "return-receipt-to", "disposition-notification-to":
		of, class = senderSide, "header_sender"
	}
	changed := false
	parts := scanAddresses(string(raw[colon+1:]))
	for i := range parts {
		p := &parts[i]
		if p.addr == "" {
			continue
		}
		internal := unquoteLocal(p.addr)
		if now := as(internal, of, class); now != internal {
			p.addr = mailaddr.Quote(now)
			changed = true
		}
	}
	if !changed {
		return raw
	}
	return foldField(name, parts)
}
