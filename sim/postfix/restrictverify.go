package postfix

import (
	"strconv"

	"mailtrek/sim/trace"
)

// Restrictions that ask verify(8) whether an address exists.

func (l *list) unverifiedSender(string) verdict {
	if !l.hasSender() || l.facts.Sender == "" {
		return dunno
	}
	return l.unverified("unverified_sender_", l.facts.Sender, nameSender, "4.1.7")
}

func (l *list) unverifiedRecipient(string) verdict {
	if !l.inRcpt {
		return dunno
	}
	return l.unverified("unverified_recipient_", l.recipient, nameRecipient, "4.1.1")
}

// unverified refuses an address to which no mail can be delivered, as far as
// verify(8) knows; it asks address_verify_poll_count times while that is not
// known (reject_unverified_address). The parameters begin with prefix.
func (l *list) unverified(prefix, addr, class, enhanced string) verdict {
	if l.d.isProbeSender(addr) {
		return dunno
	}
	tempfail := l.conf.Get(prefix + "tempfail_action")
	answer, ok := l.d.queryVerify(addr)
	polls, _ := strconv.Atoi(l.conf.Get("address_verify_poll_count"))
	for n := 1; ok && answer.status == undecided && n < polls; n++ {
		l.d.p.Sleep(l.conf.Duration("address_verify_poll_delay"))
		answer, ok = l.d.queryVerify(addr)
	}
	if !ok {
		l.d.log("warning: %s service failure", l.conf.Get("address_verify_service_name"))
		return l.postpone(tempfail, makeReply(450, enhanced, "<%s>: %s rejected: address verification problem", addr, class))
	}
	l.verifyAnswered(addr, &answer)
	code := l.conf.Int(prefix + "defer_code")
	switch answer.status {
	case sent:
		return dunno
	case bounced:
		code = l.conf.Int(prefix + "reject_code")
	}
	why := orElse(l.conf.Get(prefix+"reject_reason"), answer.text)
	switch code / 100 {
	case 2:
		return dunno
	case 4:
		if len(why) > maxVerifyReason {
			why = why[:maxVerifyReason]
		}
		return l.postpone(tempfail, makeReply(code, enhanced, "<%s>: %s rejected: unverified address: %s", addr, class, why))
	}
	return l.refusef(code, enhanced, "<%s>: %s rejected: undeliverable address: %s", addr, class, why)
}

// maxVerifyReason is how much of a reason a reply has that is not for good.
const maxVerifyReason = 250

// verifyAnswered records what verify(8) has answered.
func (l *list) verifyAnswered(addr string, v *verified) {
	p := l.d.p
	p.Emit(trace.Event{Kind: trace.Daemon, A: p.Sym("verify"), B: p.Sym("smtpd"), C: p.Sym(l.session.queueID())}, []byte(addr+" is "+v.describe()))
}
