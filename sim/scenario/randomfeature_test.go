package scenario_test

import (
	"fmt"
	"slices"
	"strings"
)

// feature is something that Postfix can do: in how many hosts of a thousand it
// is at work, and what stands in their files for it. Of features with the same
// word in front of the colon a host has one at most. In the texts HOST, SHORT
// and DOMAIN are the host's, ANY is any domain, N a small number.
type feature struct {
	name   string
	chance int // of a thousand
	main   string
	master string
	blocks []string // further ones: the first line is the info string
}

const handBack = "\n127.0.0.1:10026 inet n - n - 10 smtpd\n  -o content_filter=\n  -o smtpd_recipient_restrictions=permit_mynetworks,reject\n" +
	"  -o smtpd_relay_restrictions=permit_mynetworks,reject\n  -o mynetworks=127.0.0.0/8\n  -o smtpd_authorized_xforward_hosts=127.0.0.0/8"

const filterRules = "add X-Scanned: yes\nreject VIRUS \"554 5.7.1 virus\"\ndefer LATER \"451 4.7.1 later\"\ndiscard JUNK"

var features = []feature{
	// What stands behind port 25.
	{"door: filter by pipe", 40, "", "smtp inet n - n - - smtpd\n  -o content_filter=filter:dummy\nfilter unix - n n - 2 pipe\n" +
		"  flags=Rq user=filter null_sender=\n  argv=/path/to/script -f ${sender} -- ${recipient}", []string{"host HOST\nuser filter", "command HOST /path/to/script\nfilter\n" + filterRules}},
	{"door: filter by SMTP", 40, "", "smtp inet n - n - - smtpd\n  -o content_filter=scan:[127.0.0.1]:10025\n  -o receive_override_options=no_address_mappings\n" +
		"scan unix - - n - 2 smtp\n  -o smtp_send_xforward_command=yes" + handBack, []string{"service HOST inet:127.0.0.1:10025\nfilter to=127.0.0.1:10026\n" + filterRules}},
	{"door: filter before the queue", 50, "", "smtp inet n - n - 20 smtpd\n  -o smtpd_proxy_filter=127.0.0.1:10025" + handBack +
		"\n  -o receive_override_options=no_unknown_recipient_checks", []string{"service HOST inet:127.0.0.1:10025\nfilter to=127.0.0.1:10026\n" + filterRules}},
	{"door: filter before the queue, at the end", 25, "smtpd_proxy_options = speed_adjust", "smtp inet n - n - 20 smtpd\n  -o smtpd_proxy_filter=127.0.0.1:10025" + handBack,
		[]string{"service HOST inet:127.0.0.1:10025\nfilter to=127.0.0.1:10026\n" + filterRules}},
	{"door: filter that is not there", 10, "smtpd_proxy_timeout = 10s", "smtp inet n - n - 20 smtpd\n  -o smtpd_proxy_filter=127.0.0.1:10029", nil},
	{"door: postscreen", 30, "postscreen_greet_action = enforce", "smtp inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd", nil},
	{"door: one smtpd", 40, "", "smtp inet n - n - 1 smtpd", nil},

	// How many, and how fast.
	{"limit: one smtp", 60, "", "smtp unix - - n - 1 smtp", nil},
	{"limit: two of each", 30, "default_process_limit = 2", "", nil},
	{"limit: one local", 30, "", "local unix - n n - 1 local", nil},
	{"limit: preemption", 60, "default_delivery_slot_cost = 2\ndefault_minimum_delivery_slots = 1\ndefault_delivery_slot_loan = 1\ndefault_delivery_slot_discount = 90\n" +
		"default_destination_recipient_limit = 1\ndefault_destination_concurrency_limit = 1", "smtp unix - - n - 1 smtp", nil},
	{"rate of destinations", 50, "default_destination_rate_delay = Ns", "", nil},
	{"rate of a transport", 50, "smtp_transport_rate_delay = Ns", "", nil},
	{"few recipients in memory", 50, "qmgr_message_recipient_limit = 3\nqmgr_message_recipient_minimum = 1\ndefault_recipient_limit = 2\ndefault_recipient_refill_limit = 1", "", nil},
	{"window", 40, "initial_destination_concurrency = 1\ndefault_destination_concurrency_failed_cohort_limit = N\ndefault_destination_concurrency_negative_feedback = 1/2", "", nil},
	{"deferred transport", 15, "defer_transports = smtp", "", nil},
	{"anvil", 60, "smtpd_client_connection_count_limit = 1\nsmtpd_client_message_rate_limit = N\nsmtpd_client_event_limit_exceptions =", "", nil},
	{"recipient limit of smtpd", 40, "smtpd_recipient_limit = 2\nsmtpd_recipient_overshoot_limit = 1", "", nil},
	{"errors of a client", 40, "smtpd_soft_error_limit = 1\nsmtpd_hard_error_limit = 2\nsmtpd_error_sleep_time = 3s", "", nil},
	{"in_flow_delay", 30, "in_flow_delay = 3s", "", nil},
	{"impatient client", 60, "smtp_data_done_timeout = 10s\nsmtp_rcpt_timeout = 15s\nsmtp_helo_timeout = 5s", "", nil},
	{"little room", 30, "queue_minfree = 20000", "", nil},

	{"max_use", 50, "max_use = N", "", nil},
	{"max_idle", 30, "max_idle = Ns", "", nil},
	{"nothing waits", 25, "maximal_queue_lifetime = 0\nbounce_queue_lifetime = 0", "", nil},
	{"recipients of LMTP and virtual", 40, "virtual_destination_recipient_limit = 1\nlmtp_destination_recipient_limit = N", "", nil},

	// Where mail goes.
	{"by sender: relay", 35, "sender_dependent_relayhost_maps = inline:{ {a@DOMAIN=[mx1.ANY]}, {@ANY=[mx1.ANY]} }", "", nil},
	{"by sender: transport", 25, "sender_dependent_default_transport_maps = inline:{ {a@DOMAIN=smtp:[mx1.ANY]}, {b@ANY=error:5.7.1 not you}, {list@ANY=retry:4.7.1 not now} }", "", nil},
	{"class: virtual", 30, "virtual_transport = PLACE", "", nil},
	{"class: local", 15, "local_transport = PLACE", "", nil},
	{"class: all local", 10, "default_transport = local:\nrelay_transport = local:", "", nil},
	{"class: all virtual", 10, "default_transport = virtual:\nvirtual_mailbox_base = /var/mail/vhosts\nvirtual_mailbox_maps = static:all/\nvirtual_uid_maps = static:5000\nvirtual_gid_maps = static:5000", "", nil},
	{"class: default", 20, "default_transport = PLACE", "", nil},
	{"mailbox_transport_maps", 25, "mailbox_transport_maps = inline:{ {a=PLACE}, {b=PLACE} }", "", nil},
	{"mailbox_command_maps", 25, "mailbox_command_maps = inline:{ b=/usr/bin/deliver }", "", []string{"command HOST /usr/bin/deliver\nexit EXIT"}},
	{"fallback_transport_maps", 20, "fallback_transport_maps = inline:{ {ghost=PLACE}, {archive=PLACE} }\nlocal_recipient_maps =", "", nil},
	{"mail_spool_directory", 30, "mail_spool_directory = /var/mail/spool/", "", nil},
	{"no files and commands", 20, "allow_mail_to_files =\nallow_mail_to_commands = alias", "", nil},
	{"transport: slow", 70, "transport_maps = inline:{ ANY=slow: }\nslow_destination_rate_delay = Ns\nslow_destination_concurrency_limit = 1", "slow unix - - n - 1 smtp", nil},
	{"transport: everywhere", 40, "transport_maps = inline:{ {ANY=smtp:[mx1.ANY]}, {ghost@ANY=discard:gone}, {b@ANY=error:5.1.1 no b}, {list@ANY=retry:4.3.0 not now} }", "", nil},
	{"transport: a command", 40, "transport_maps = inline:{ {b@DOMAIN=bin:}, {ANY=bin:} }\nbin_destination_recipient_limit = N",
		"bin unix - n n - N pipe\n  flags=DRhu user=a argv=/usr/bin/store -f ${sender} -- ${recipient}", []string{"command HOST /usr/bin/store\nexit EXIT"}},
	{"transport: relay", 30, "relay_transport = relay:[mx1.DOMAIN]", "", nil},
	{"fallback_transport", 25, "fallback_transport = smtp:[mx1.ANY]\nlocal_recipient_maps =", "", nil},
	{"luser_relay", 30, "luser_relay = lost@ANY\nlocal_recipient_maps =", "", nil},
	{"nobody is unknown", 60, "local_recipient_maps =\nsmtpd_reject_unlisted_recipient = no", "", nil},
	{"mailbox_command", 40, "mailbox_command = /usr/bin/procmail", "", []string{"command HOST /usr/bin/procmail\nexit EXIT"}},
	{"recipient_delimiter", 500, "recipient_delimiter = +", "", nil},
	{"IPv6", 150, "smtp_address_preference = PREFERENCE", "", []string{"zone DOMAIN on ns.root.example\nSHORT AAAA 2001:db8::N"}},
	{"no DNS", 8, "disable_dns_lookups = yes", "", nil},

	// What addresses and headers become.
	{"canonical: recipients", 40, "recipient_canonical_maps = inline:{ {ghost@DOMAIN=a@DOMAIN}, {b@ANY=a@ANY} }", "", nil},
	{"canonical: senders", 40, "sender_canonical_maps = inline:{ {a@DOMAIN=b@DOMAIN} }", "", nil},
	{"canonical: all", 30, "canonical_maps = inline:{ {fwd@DOMAIN=list@DOMAIN} }\nmasquerade_domains = $mydomain", "", nil},
	{"generic", 30, "smtp_generic_maps = inline:{ {a@DOMAIN=a+gen@DOMAIN} }", "", nil},
	{"virtual circle", 20, "virtual_alias_maps = inline:{ {loop@DOMAIN=a@DOMAIN, fwd@DOMAIN}, {fwd@DOMAIN=loop@DOMAIN, b@ANY} }", "", nil}, // not of one who may be a sender: no notification would ever reach him
	{"virtual limits", 30, "virtual_alias_expansion_limit = 2\nvirtual_alias_recursion_limit = N", "", nil},
	{"virtual table without its index", 20, "virtual_alias_maps = hash:/etc/postfix/virtual", "", []string{"file HOST:/etc/postfix/virtual\nfwd@DOMAIN a@DOMAIN"}},
	{"proxied tables", 30, "alias_maps = proxy:hash:/etc/aliases\nlocal_recipient_maps = proxy:unix:passwd.byname $alias_maps", "", nil},
	{"enable_original_recipient", 40, "enable_original_recipient = no", "", nil},
	{"propagate_unmatched_extensions", 20, "propagate_unmatched_extensions = canonical", "", nil},
	{"bcc: always", 40, "always_bcc = archive@DOMAIN", "", nil},
	{"bcc: by sender", 30, "sender_bcc_maps = inline:{ {a@DOMAIN=archive@ANY} }", "", nil},
	{"bcc: by recipient", 30, "recipient_bcc_maps = inline:{ {a@DOMAIN=archive@ANY}, {@ANY=archive@DOMAIN} }", "", nil},
	{"header_checks", 80, "header_checks = regexp:/etc/postfix/checks", "", []string{"file HOST:/etc/postfix/checks\n/^Subject: m1/ CHECK\n/^Subject: m2/ CHECK\n/^Subject: Undelivered/ PREPEND X-Seen: yes"}},
	{"body_checks", 50, "body_checks = regexp:/etc/postfix/body", "", []string{"file HOST:/etc/postfix/body\n/^VIRUS/ CHECK\n/^JUNK/ CHECK\n/over the lazy dog\\.$/ MILD"}},
	{"end of data", 40, "smtpd_end_of_data_restrictions = check_sender_access inline:{ {a@DOMAIN=CHECK}, {b@ANY=CHECK}, {<>=MILD} }", "", nil},
	{"data", 25, "smtpd_data_restrictions = reject_multi_recipient_bounce, check_sender_access inline:{ {a@ANY=CHECK}, {ghost@ANY=DEFER} }", "", nil},
	{"restrict: actions", 50, "smtpd_recipient_restrictions = check_recipient_access inline:{ {b@DOMAIN=CHECK}, {list@DOMAIN=CHECK}, {ghost@ANY=CHECK}, {fwd@ANY=DEFER} }, " +
		"permit_mynetworks, reject_unauth_destination", "", nil},
	{"restrict: greylist", 60, "smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, check_policy_service unix:private/greylist", "",
		[]string{"service HOST private/greylist\ngreylist delay=N0s"}},
	{"restrict: verify", 60, "smtpd_recipient_restrictions = reject_unverified_recipient, permit_mynetworks, reject_unauth_destination", "", nil},
	{"restrict: verify the sender", 30, "smtpd_recipient_restrictions = reject_unverified_sender, permit_mynetworks, reject_unauth_destination", "", nil},
	{"at once", 30, "smtpd_delay_reject = no\nsmtpd_sender_restrictions = reject_unknown_sender_domain", "", nil},

	// How they talk.
	{"TLS: if offered", 70, "smtp_tls_security_level = may\nsmtpd_tls_security_level = may\nsmtpd_tls_cert_file = /etc/ssl/mail.pem", "", nil},
	{"TLS: insisted on", 15, "smtp_tls_security_level = encrypt\nsmtpd_tls_security_level = may\nsmtpd_tls_cert_file = /etc/ssl/mail.pem", "", nil},
	{"TLS: broken", 10, "smtpd_tls_security_level = may\nsmtpd_tls_cert_file = /etc/postfix/nowhere.pem", "", nil},
	{"words of EHLO", 60, "smtpd_discard_ehlo_keywords = pipelining, chunking, KEYWORD", "", nil},
	{"filter of outcomes", 35, "default_delivery_status_filter = regexp:/etc/postfix/outcomes", "", []string{"file HOST:/etc/postfix/outcomes\n/^4\\.4\\.1 (.*)/ 5.4.1 $1\n/^5\\.1\\.1 (.*)/ 4.1.1 $1\n/^2\\.0\\.0 (.*)/ 2.7.0 $1"}},
	{"filter of replies", 35, "smtp_reply_filter = regexp:/etc/postfix/replies", "", []string{"file HOST:/etc/postfix/replies\n/^55(.*)/ 45$1\n/^421 (.*)/ 521 $1\n/^250-CHUNKING/ 250-X-NOTHING"}},
	{"smtp_header_checks", 30, "smtp_header_checks = regexp:/etc/postfix/out\nsmtp_body_checks = regexp:/etc/postfix/out", "", []string{"file HOST:/etc/postfix/out\n/^Subject: m1/ PREPEND X-Out: yes\n/^Subject: m2/ IGNORE\n/^The quick/ REPLACE The slow"}},
	{"no EHLO", 20, "smtp_never_send_ehlo = yes", "", nil},
	{"QUIT that waits", 30, "smtp_skip_quit_response = no", "", nil},
	{"one protocol", 10, "inet_protocols = PROTOCOL", "", nil},
	{"long queue ids", 80, "enable_long_queue_ids = yes", "", nil},

	// What is told to whom.
	{"all notices", 40, "notify_classes = bounce, delay, policy, protocol, resource, software, 2bounce", "", nil},
	{"notice of the end of a delay", 40, "delay_warning_time = 2m\nconfirm_delay_cleared = yes", "", nil},
	{"notices for others", 30, "notify_classes = bounce, delay, 2bounce\nbounce_notice_recipient = ghost@ANY\n2bounce_notice_recipient = lost@ANY\ndelay_notice_recipient = list@ANY", "", nil},
	{"small bounces", 40, "bounce_size_limit = 200", "", nil},
	{"VERP asked for by the client", 30, "smtpd_authorized_verp_clients = 0.0.0.0/0\ndefault_verp_delimiters = +=", "", nil},
	{"no Delivered-To", 15, "prepend_delivered_header =", "", nil},
	{"owner of lists", 30, "expand_owner_alias = yes", "", nil},
}

// checks are what a table of headers or addresses may demand.
var checks = []string{"HOLD", "DISCARD", "REJECT", "REDIRECT a@ANY", "FILTER smtp:[mx1.ANY]", "BCC archive@ANY", "PREPEND X-Seen: yes", "WARN", "DEFER"}

// mild are those that harm little, where all mail meets them.
var mild = []string{"WARN", "PREPEND X-Seen: yes", "HOLD", "BCC archive@ANY", "DUNNO"}

// places are transports, with next hops. That local(8) hands mail to itself is a
// circle without end, in which the real one blocks itself, too.
var places = []string{"smtp:[mx1.ANY]", "smtp:ANY", "relay:[mx1.ANY]", "error:5.1.1 gone", "retry:4.3.0 later", "discard:nothing", "lmtp:unix:private/dovecot-lmtp", "nothing:"}

// equip gives a host some of the features.
func (g *generator) equip(host, domain string, cf *section) {
	had := map[string]bool{}
	var master *section
	for _, f := range features {
		group, _, grouped := strings.Cut(f.name, ": ")
		if g.IntN(1000) >= f.chance || grouped && had[group] {
			continue
		}
		had[group] = true
		for line := range strings.Lines(f.main) {
			cf.may("%s", g.fill(strings.TrimSuffix(line, "\n"), host, domain))
		}
		if f.master != "" {
			if master == nil {
				master = g.doc.section("master.cf %s", host)
			}
			master.may("%s", g.fill(f.master, host, domain))
		}
		for _, b := range f.blocks {
			info, text, _ := strings.Cut(g.fill(b, host, domain), "\n")
			first, rest, _ := strings.Cut(text, "\n")
			s := g.doc.section("%s", info)
			s.must("%s", first)
			for line := range strings.Lines(rest) {
				s.may("%s", strings.TrimSuffix(line, "\n"))
			}
		}
	}
}

// fill replaces the words that stand for something.
func (g *generator) fill(text, host, domain string) string {
	short, _, _ := strings.Cut(host, ".")
	for _, w := range []struct {
		word string
		is   func() string
	}{
		{"CHECK", func() string { return pick(g, checks) }}, {"MILD", func() string { return pick(g, mild) }}, {"PLACE", func() string { return pick(g, places) }},
		{"PROTOCOL", func() string { return pick(g, []string{"ipv4", "ipv6"}) }}, {"HOST", func() string { return host }}, {"SHORT", func() string { return short }}, {"DOMAIN", func() string { return domain }},
		{"ANY", func() string { return pick(g, g.domains) }}, {"EXIT", func() string { return pick(g, []string{"0", "0", "75", "67", "1"}) }},
		{"PREFERENCE", func() string { return pick(g, []string{"any", "ipv6", "ipv4"}) }}, {"KEYWORD", func() string { return pick(g, []string{"size", "dsn", "8bitmime", "enhancedstatuscodes", "etrn"}) }},
		{"Ns", func() string { return fmt.Sprintf("%ds", 1+g.IntN(5)) }}, {"N0s", func() string { return fmt.Sprintf("%d0s", 1+g.IntN(9)) }},
		{" N ", func() string { return fmt.Sprintf(" %d ", 1+g.IntN(3)) }}, {"= N", func() string { return fmt.Sprintf("= %d", 1+g.IntN(3)) }}, {"::N", func() string { return fmt.Sprintf("::%d", 1+g.IntN(99)) }},
	} {
		for strings.Contains(text, w.word) {
			text = strings.Replace(text, w.word, w.is(), 1)
		}
	}
	return text
}

// submission gives the people of a domain a port of their own, where they have
// to log in.
func (g *generator) submission(mx1 string) bool {
	if !slices.Contains(g.dovecot, mx1) || !g.chance(30) {
		return false
	}
	g.doc.section("master.cf %s", mx1).must("submission inet n - n - - smtpd\n  -o syslog_name=postfix/submission\n  -o smtpd_sasl_auth_enable=yes\n" +
		"  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject\n  -o smtpd_recipient_restrictions=")
	g.doc.section("main.cf %s", mx1).must("smtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth")
	return true
}
