package scenario_test

import (
	"regexp"
	"strings"
	"testing"
)

// shares are things that random worlds must contain, each in at least one of a
// hundred: what its line in a document looks like.
var shares = []struct{ name, line string }{
	{"a filter by pipe(8)", `content_filter=filter:`}, {"a filter by SMTP", `content_filter=scan:`}, {"a filter before the queue", `smtpd_proxy_filter=`},
	{"a mail that a filter rejects", `(?m)^VIRUS$`},
	{"SMTP by hand", `telnet mx1`}, {"chunks by hand", `(?m)^BDAT \d+ LAST$`}, {"recipients from the header", `sendmail [^\n]*-t `}, {"no second attempt", `maximal_queue_lifetime = 0`},
	{"few recipients for LMTP", `lmtp_destination_recipient_limit`}, {"relay by sender", `sender_dependent_relayhost_maps`}, {"transport by sender", `sender_dependent_default_transport_maps`},
	{"another transport for a class", `(virtual|local|default)_transport = `}, {"mailbox_transport_maps", `mailbox_transport_maps`}, {"mailbox_command_maps", `mailbox_command_maps`}, {"fallback_transport_maps", `fallback_transport_maps`},
	{"virtual aliases in a circle", `fwd@\S+=loop@`}, {"a table without its index", `hash:/etc/postfix/virtual`}, {"proxied tables", `proxy:hash`}, {"no original recipients", `enable_original_recipient = no`},
	{"body_checks", `body_checks`}, {"restrictions at the end of data", `smtpd_end_of_data_restrictions`}, {"restrictions of DATA", `smtpd_data_restrictions`}, {"processes that soon end", `max_use|max_idle`},
	{"master.cf changed", `postconf -[MP]`}, {".forward changed", `> /home/./.forward`}, {"a table built anew", `postmap hash`}, {"notices for others", `bounce_notice_recipient`},
	{"a service is taken away", `postconf -MX \S+; postfix reload\n`}, {"narrow limits of virtual aliases", `virtual_alias_expansion_limit`},
	{"a filter of outcomes", `default_delivery_status_filter`}, {"a filter of replies", `smtp_reply_filter`}, {"checks of smtp(8)", `smtp_header_checks`},
	{"VERP", ` -XV `}, {"postscreen", `smtp inet .* postscreen`}, {"one smtpd", `smtp inet n - n - 1 smtpd`}, {"one smtp", `smtp unix - - n - 1 smtp`},
	{"few processes", `default_process_limit = `}, {"a rate of destinations", `default_destination_rate_delay`}, {"a rate of a transport", `smtp_transport_rate_delay`},
	{"a small active queue", `qmgr_message_active_limit = 1`}, {"few recipients in memory", `qmgr_message_recipient_limit = 3`}, {"preemption", `default_delivery_slot_cost = 2`},
	{"small windows", `initial_destination_concurrency = 1`}, {"many recipients", `submit m\d to \S+,\S+,\S+,\S+,\S+,\S+`}, {"anvil", `smtpd_client_connection_count_limit = 1`},
	{"requeue", `postsuper -r`}, {"hold", `\d postsuper -h|postsuper -h`}, {"release", `postsuper -H`}, {"delete", `postsuper -d`}, {"expire", `postsuper -[ef]`}, {"reload", `postfix reload`},
	{"stop", `postfix stop`}, {"abort", `postfix abort`}, {"flush", `postqueue -f|postfix flush`}, {"flush of a site", `postqueue -s`}, {"flush of a mail", `postqueue -i`}, {"settings changed", `postconf -e`},
	{"aliases changed", `newaliases`}, {"a host loses power", `down for`}, {"Maildirs", `home_mailbox = Maildir/`}, {"a Maildir in an alias", `/var/mail/dir/`}, {"a command in an alias", `/usr/bin/prog`},
	{"mailbox_command", `mailbox_command`}, {"pipe(8)", `argv=/usr/bin/store`}, {"virtual aliases", `virtual_alias_domains`}, {"virtual mailboxes", `virtual_mailbox_domains`},
	{"canonical", `canonical_maps`}, {"generic", `smtp_generic_maps`}, {"blind copies", `_bcc`}, {"transport tables", `transport_maps`}, {"relay hosts", `relayhost = `}, {"backup exchangers", `relay_domains`},
	{"fallback relay", `smtp_fallback_relay`}, {"fallback_transport", `fallback_transport`}, {"luser_relay", `luser_relay`}, {"header checks", `header_checks = regexp`}, {"actions of access tables", `check_recipient_access`},
	{"greylisting", `greylist delay`}, {"verification", `reject_unverified_recipient`}, {"verification of senders", `reject_unverified_sender`}, {"IPv6", ` AAAA 2001`}, {"TLS", `smtp_tls_security_level`},
	{"a full disk", `disk (full|\d+K)`}, {"quota", `quota_rule`}, {"DNS that fails", `(ns|res)\.root\.example:domain reply`}, {"DNS that is down", `(ns|res)\.root\.example down`}, {"lost packets", `loss \d+%`},
	{"cut ways", ` cut `}, {"slow ways", ` delay `}, {"slow servers", `:25 slow `}, {"clocks that jump", ` clock `}, {"replies by force", `smtp reply`}, {"replies of LMTP by force", `lmtp reply`},
	{"submission with a login", `smtp \S+:587`}, {"several mail programs at once", `(?m)^(\S+) a@pc\.d1\S+ submit .*\n(\S+) b@pc\.d1`}, {"bursts", `(?m)^(\S+) (a@pc\S+) submit (m\d) to \S+\n\S+ a@pc\S+ submit m\d to`},
	{"POP3 that deletes", `fetch pop3\n`}, {"IMAP that deletes", `fetch imap offline`}, {"IMAP that waits", `fetch imap .* for`}, {"DSN asked for", ` -N success`}, {"no DSN, please", ` -N never`},
	{"verification by hand", ` -bv `}, {"soft bounces", `soft_bounce = yes`}, {"delay warnings", `delay_warning_time`}, {"long queue ids", `enable_long_queue_ids`}, {"lists", `list: a, b`},
	{"forwarding", `\.forward`}, {"connections used again", `smtp_connection_cache_destinations`}, {"faults at an event", `every |on event|on [a-z]+ `}, {"deferred transports", `defer_transports = smtp`},
}

// Random worlds contain what the mail system can do: a change of the generator
// must not make them poor unnoticed. With -v it prints the table of shares.
func TestRandomWorldsAreRich(t *testing.T) {
	const n = 150
	texts := make([]string, n)
	for i := range texts {
		d, _ := generate(uint64(900_000 + i))
		texts[i] = strings.ReplaceAll(d.String(), tooMuch, "")
	}
	for _, s := range shares {
		line, have := regexp.MustCompile(s.line), 0
		for _, text := range texts {
			if line.MatchString(text) {
				have++
			}
		}
		t.Logf("%-32s %5.1f %%", s.name, 100*float64(have)/n)
		if have < n/100 {
			t.Errorf("%s: in %d of %d worlds, want one in a hundred", s.name, have, n)
		}
	}
}
