package scenario_test

import (
	"slices"

	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// typed is what an operator types at some time, with little thought.
func (g *generator) typed() string {
	mail := "$" + pick(g, []string{"m1", "m2", "m3"})
	switch g.IntN(18) {
	case 0, 1, 2:
		return pick(g, []string{"postqueue -f", "postfix flush", "postqueue -f", "postqueue -s " + pick(g, g.domains), "postqueue -i " + mail, "postkick public qmgr D"})
	case 3, 4:
		return pick(g, []string{"postsuper -h ALL", "postsuper -H ALL", "postsuper -r ALL", "postsuper -r ALL deferred", "postsuper -r ALL"})
	case 5, 6:
		return "postsuper " + pick(g, []string{"-h ", "-H ", "-r ", "-r ", "-e ", "-f "}) + mail
	case 7:
		return "postsuper " + pick(g, []string{"-e ALL", "-f ALL", "-e ALL deferred", "-d " + mail, "-d ALL", "-d ALL hold"})
	case 8, 9:
		return "postconf -e '" + g.setting() + "'; postfix reload"
	case 10:
		return "postconf -e '" + g.setting() + "'"
	case 11:
		return "echo 'list: " + pick(g, []string{"a", "b, a", "ghost", "a@" + pick(g, g.domains), "all"}) + "' >> /etc/aliases; newaliases"
	case 14:
		return "postconf " + pick(g, []string{"-M 'smtp/unix=smtp unix - - n - 1 smtp'", "-M 'local/unix=local unix - n n - 1 local'", "-MX local/unix", "-MX relay/unix", "-M# virtual/unix", "-MX retry/unix",
			"-P smtp/inet/content_filter=scan:[127.0.0.1]:10025", "-P smtp/unix/smtp_mx_session_limit=1", "-P local/unix/soft_bounce=yes", "-MX lmtp/unix", "-PX smtp/inet/content_filter"}) + "; postfix reload"
	case 15:
		return "echo '" + pick(g, []string{`\\a, `, "b, ", ""}) + pick(g, []string{"a", "fwd", "ghost"}) + "@" + pick(g, g.domains) + "' > /home/" + pick(g, []string{"a", "b"}) + "/.forward"
	case 16:
		return "echo 'fwd@" + pick(g, g.domains) + " b@" + pick(g, g.domains) + "' >> /etc/postfix/virtual; postmap hash:/etc/postfix/virtual"
	case 12:
		return pick(g, []string{"mailq", "postqueue -j", "postcat -q " + mail, "newaliases", "postfix check", "postfix status"})
	}
	return "postfix reload"
}

// services are lines of master.cf that an operator may take out and put back.
var services = []string{"pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce",
	"defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce", "verify unix - - n - 1 verify", "flush unix n - n 1000? 0 flush", "proxymap unix - - n - - proxymap", "smtp unix - - n - - smtp", "relay unix - - n - - smtp",
	"error unix - - n - - error", "retry unix - - n - - error", "discard unix - - n - - discard", "local unix - n n - - local", "virtual unix - n n - - virtual", "lmtp unix - - n - - lmtp",
	"anvil unix - - n - 1 anvil", "scache unix - - n - 1 scache", "smtp inet n - n - - smtpd"}

// setting is one that an operator changes in the middle of it all.
func (g *generator) setting() string {
	return pick(g, []string{"soft_bounce = yes", "soft_bounce = no", "defer_transports = smtp", "defer_transports =", "maximal_queue_lifetime = 1m",
		"default_transport = error:5.7.1 no way", "default_destination_concurrency_limit = 1", "relayhost =", "relayhost = [mx1." + pick(g, g.domains) + "]",
		"qmgr_message_active_limit = 1", "home_mailbox = Maildir/", "always_bcc = archive@" + pick(g, g.domains), "inet_interfaces = loopback-only",
		"default_process_limit = 1", "header_checks = pcre:/etc/postfix/none", "maximal_queue_lifetime = 0", "mydestination = $myhostname", "relay_domains = " + pick(g, g.domains), "content_filter = smtp:[mx1." + pick(g, g.domains) + "]",
		"enable_original_recipient = no", "transport_maps = inline:{ " + pick(g, g.domains) + "=" + g.fill("PLACE", "", "") + " }", "recipient_delimiter = -", "virtual_alias_maps = hash:/etc/postfix/virtual", "alias_maps =", "hopcount_limit = 1", "transport_maps = hash:/etc/postfix/none", "message_size_limit = 500"})
}

// blow is what an operator types at a bad moment.
func (g *generator) blow(host string) string {
	if slices.Contains(g.dovecot, host) && g.chance(20) {
		return "dovecot stop"
	}
	if g.chance(20) {
		return g.typed()
	}
	return pick(g, []string{"postfix stop", "postfix stop", "postfix stop", "postfix abort", "postfix reload", "postsuper -h ALL", "postsuper -H ALL", "postsuper -r ALL"})
}

// zoneEdit changes where a domain is, while mail for it is under way and its
// records lie in caches.
func (g *generator) zoneEdit(seq trace.Seq) scenario.Intervention {
	domain := pick(g, g.domains)
	records := pick(g, []string{domain + ". MX 0 .\n", domain + ". MX 5 gone\n", domain + ". MX 5 mx1." + pick(g, g.domains) + ".\n", "- " + domain + ". MX\n",
		"mx1 A 10.99.0.1\n", "mx1 A 10.0.1.10\n", "mx1 CNAME pc\n", domain + ". MX 10 mx1\n" + domain + ". MX 10 pc\n", "- mx1 A\n"})
	return scenario.Intervention{After: seq, Do: scenario.DoZone, Line: domain, Data: []byte(records)}
}
