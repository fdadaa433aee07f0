package postfix

import (
	"fmt"
	"slices"
	"strings"

	"mailtrek/protocols/smtp"
)

// What smtp(8) and lmtp(8) say and how they send a message, as far as parameters
// decide about it (smtp_proto.c).

// clientConfig is how the client behaves towards a server. ok is false when that
// cannot be found out; the session cannot go on then.
func (a *smtpAgent) clientConfig(s *clientSession, final bool) (cfg smtp.ClientConfig, ok bool) {
	set := &a.set.dialogue
	cfg = smtp.ClientConfig{Helo: a.set.helo, Peer: s.peer, LMTP: a.lmtp, HeloOnly: set.neverEHLO, HeloUnlessESMTP: set.greetedEHLO, AwaitQuit: set.awaitQuit,
		Discard: set.discard, LineLimit: set.lineLimit, Now: a.d.clock, Timeouts: a.set.timeouts, Room: &a.d.Host.Room}
	cfg.Listener = s
	if len(a.set.replyFilter) > 0 {
		cfg.Filter = s.filter
	}
	if len(set.discardMaps) > 0 {
		key := strings.TrimSuffix(s.peer[strings.LastIndexByte(s.peer, '[')+1:], "]")
		words, spec, err := a.d.maps(set.discardMaps).Find(key)
		if err != nil {
			return cfg, a.sessionFailed(result{dsn: "4.3.0", text: "local data error while talking to " + s.peer, relay: s.relay}, final)
		}
		a.d.consulted(a.d.name(), strings.Join(set.discardMaps, " "), key, AddressMatch{Value: words, Key: key, Spec: spec, Found: spec != ""})
		if spec != "" {
			cfg.Discard = smtp.ParseKeywords(words)
		}
	}
	return cfg, true
}

// offers logs what is remarkable about the answer to EHLO.
func (a *smtpAgent) offers(s *clientSession, discard smtp.Keywords) {
	if !s.client.Extended() {
		return
	}
	if discard&^smtp.KeySilent != 0 && discard&smtp.KeySilent == 0 {
		a.d.log("discarding EHLO keywords: %s", discard)
	}
	if s.client.Unsaid8Bit() {
		a.d.log("host %s offers SMTPUTF8 support, but not 8BITMIME", s.peer)
	}
	if a.set.dialogue.noteTLS && s.client.Offers(smtp.KeyStartTLS) && a.tlsLevel() == tlsNone {
		a.d.log("Host offered STARTTLS: [%s]", hostOf(s.relay))
	}
}

// tooBig returns a message that is bigger than a server takes.
func (a *smtpAgent) tooBig(left []*Recipient, limit int64, relay, peer string) {
	a.reached = true
	for _, to := range left {
		a.d.bounced(a.r, to, result{dsn: "5.3.4", relay: relay,
			text: fmt.Sprintf("message size %d exceeds size limit %d of server %s", a.r.mail.size, limit, peer)})
	}
}

// mail is the message as the client sends it.
func (a *smtpAgent) mail(s *clientSession, left []*Recipient) *smtp.Mail {
	m := a.r.mail
	out := &a.out
	*out = smtp.Mail{Sender: a.r.sender(), Content: m.Content, Size: int64(m.size), EnvID: m.EnvID, Ret: m.Ret, UTF8: m.UTF8, NeedsUTF8: m.needsUTF8(left), Probe: m.probe}
	if a.set.dialogue.xforward {
		f := m.forward()
		out.Forward = &f
	}
	if m.Body8 {
		out.Body = "8BITMIME"
	}
	if a.downgrades(s.client) {
		out.Content = quoted8Bit(out.Content)
	}
	out.Recipients = slices.Grow(a.to[:0], len(left))
	for _, to := range left {
		out.Recipients = append(out.Recipients, smtp.Recipient{Addr: to.Addr, ORCPT: to.original(), Notify: to.Notify})
	}
	g, hasGeneric := a.generic()
	out.Rewrite = a.rewrite(g, hasGeneric)
	if hasGeneric {
		out.Sender = g.address(out.Sender)
		if out.Rewrite == nil {
			out.Content = g.content(out.Content)
		}
		for i := range out.Recipients {
			out.Recipients[i].Addr = g.address(out.Recipients[i].Addr)
		}
	}
	return out
}

// brokenLines logs that lines of the message were too long and have been broken.
func (a *smtpAgent) brokenLines(res *smtp.Result) {
	if res.Long {
		a.d.log("%s: breaking line > %d bytes with <CR><LF>SPACE", a.r.mail.ID, a.set.dialogue.lineLimit)
	}
}
