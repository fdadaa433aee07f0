package scenario_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// A piece is a line of a random document. Pieces that are not fixed may be
// left out, and the document still loads: that is how a failing world becomes
// the shortest one that fails.
type piece struct {
	text  string
	fixed bool
	off   bool // left out
}

// section is a fenced block; without pieces it is left out.
type section struct {
	info   string
	pieces []piece
}

func (s *section) must(format string, args ...any) { s.add(true, format, args...) }
func (s *section) may(format string, args ...any)  { s.add(false, format, args...) }
func (s *section) add(fixed bool, format string, args ...any) {
	s.pieces = append(s.pieces, piece{text: fmt.Sprintf(format, args...), fixed: fixed})
}

// String is what stands in the section, without what is left out.
func (s *section) String() string {
	var text strings.Builder
	for _, p := range s.pieces {
		if !p.off {
			text.WriteString(p.text + "\n")
		}
	}
	return text.String()
}

// document is a random scenario, ready to be written and to be made shorter.
type document struct {
	seed     uint64
	sections []*section
	struck   section // interventions, as JSON; they are played, and not written into the document
}

// section is the block with an info string, which a document has once.
func (d *document) section(format string, args ...any) *section {
	info := fmt.Sprintf(format, args...)
	for _, s := range d.sections {
		if s.info == info {
			return s
		}
	}
	s := &section{info: info}
	d.sections = append(d.sections, s)
	return s
}

// String is the document as "mailtrek test" loads it.
func (d *document) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\nid: random-%d\ntitle: Random world %d\nresolver: res\nseed: %d\nuntil: 30d\n---\n", d.seed, d.seed, d.seed)
	for _, s := range d.sections {
		if text := s.String(); text != "" {
			fmt.Fprintf(&b, "\n```%s\n%s```\n", s.info, text)
		}
	}
	return b.String()
}

// endOfTrouble is when everything has been repaired and every Postfix been
// started: whatever waits can go on from here.
const endOfTrouble = 50 * time.Minute

// generator throws the dice for a document.
type generator struct {
	*rand.Rand
	doc     *document
	domains []string // example domains with hosts, "d1.example"
	hosts   []string // those that run Postfix
	dovecot []string // those of them that run Dovecot
	lmtp    []string // those of them where Dovecot delivers
	rcpts   []string // addresses worth writing to
	faults  *section
	do      *section
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

// generate is the random document of a seed.
func generate(seed uint64) (*document, *generator) {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 41)), doc: &document{seed: seed}}
	hosts := g.doc.section("hosts")
	hosts.must("name  address  runs")
	hosts.must("ns.root.example  10.0.0.1  named")
	hosts.must("res.root.example  10.0.0.53  named")
	g.doc.section("host res.root.example").must("short res")
	root := g.doc.section("zone . on ns.root.example")
	root.must("ns.root.example. A 10.0.0.1")
	g.doc.section("zone example on ns.root.example").must("ns.root.example. A 10.0.0.1")
	for n := range 1 + g.IntN(4) {
		g.domains = append(g.domains, fmt.Sprintf("d%d.example", n+1))
	}
	g.rcpts = []string{"who@nowhere.example", "who@null.example", "who@noaddress.example", "who@lame.example"}
	g.doc.section("zone null.example on ns.root.example").must("@ MX 0 .")
	g.doc.section("zone noaddress.example on ns.root.example").must("@ MX 5 gone")
	for n := range g.domains {
		g.domain(n+1, hosts)
	}
	g.strangers()
	g.faults, g.do = g.doc.section("fault"), nil
	g.mails()
	g.troubles()
	return g.doc, g
}

// strangers are domains without hosts of their own that lead into the others:
// loops and virtual ones.
func (g *generator) strangers() {
	z := g.doc.section("zone round.example on ns.root.example")
	z.must("@ MX 5 mx1.%s.", pick(g, g.domains))
	z.may("@ MX 5 mx1.%s.", pick(g, g.domains))
	g.rcpts = append(g.rcpts, "a@round.example")
}

// domain lays out one domain: its exchangers, its way out, its people.
func (g *generator) domain(n int, hosts *section) {
	domain := fmt.Sprintf("d%d.example", n)
	zone := g.doc.section("zone %s on ns.root.example", domain)
	host := func(short string, last int, runs string) string {
		name := short + "." + domain
		hosts.must("%s  10.0.%d.%d  %s", name, n, last, runs)
		zone.must("%s A 10.0.%d.%d", short, n, last)
		if strings.Contains(runs, "postfix") {
			g.hosts = append(g.hosts, name)
		}
		return name
	}
	runs := "postfix"
	lmtp, read := g.chance(30), g.chance(35)
	if lmtp || read {
		runs = "postfix, dovecot"
	}
	mx1 := host("mx1", 10, runs)
	pc := host("pc", 100, "nothing")
	zone.must("@ MX 5 mx1")
	cf := g.mainCF(mx1, n)
	defer g.equip(mx1, domain, cf)
	cf.must("mydomain = %s", domain)
	cf.must("myorigin = $mydomain")
	cf.must("mydestination = $myhostname, $mydomain, localhost")
	if lmtp || read {
		g.dovecot = append(g.dovecot, mx1)
		g.dovecotConf(mx1)
	}
	switch {
	case lmtp:
		g.lmtp = append(g.lmtp, mx1)
		cf.must("mailbox_transport = lmtp:unix:private/dovecot-lmtp")
	case read:
		cf.must("home_mailbox = Maildir/")
	case g.chance(50):
		cf.may("home_mailbox = Maildir/")
	}
	if g.chance(25) {
		relay := host("out", 30, "postfix")
		rcf := g.mainCF(relay, n)
		defer g.equip(relay, domain, rcf)
		rcf.must("mydestination = $myhostname")
		cf.may("relayhost = [%s]", relay)
		if g.chance(15) { // two smart hosts that trust each other
			rcf.may("relayhost = [%s]", mx1)
		}
	}
	for k := range g.IntN(3) {
		name := host(fmt.Sprintf("mx%d", k+2), 20+k, "postfix")
		zone.may("@ MX %d mx%d", pick(g, []int{5, 10, 20}), k+2)
		bcf := g.mainCF(name, n)
		defer g.equip(name, domain, bcf)
		bcf.must("mydestination = $myhostname")
		bcf.must("relay_domains = %s", domain)
		if g.chance(20) {
			bcf.may("transport_maps = inline:{ %s=smtp:[%s] }", domain, mx1)
		}
	}
	g.people(mx1, domain, lmtp)
	g.accounts(pc, mx1, domain)
	g.virtual(n, mx1, cf)
}

// mainCF begins a main.cf with timers that let a world come to rest soon.
func (g *generator) mainCF(host string, n int) *section {
	cf := g.doc.section("main.cf %s", host)
	cf.must("myhostname = %s", host)
	cf.must("mynetworks = 127.0.0.0/8 10.0.%d.0/24", n)
	cf.must("queue_run_delay = 60s")
	cf.must("minimal_backoff_time = 60s")
	cf.must("maximal_backoff_time = %ds", 60+60*g.IntN(4))
	cf.must("maximal_queue_lifetime = %dm", 5+g.IntN(40))
	cf.must("bounce_queue_lifetime = %dm", 5+g.IntN(40))
	cf.must("hopcount_limit = %d", 3+g.IntN(4)) // so that no list makes a storm
	for _, may := range []struct {
		percent int
		text    string
	}{
		{20, "delay_warning_time = 3m"}, {10, "message_size_limit = 60000"}, {10, "message_size_limit = 9000\nmailbox_size_limit = 9000"}, {10, "smtp_connect_timeout = 5s"},
		{15, "qmgr_message_active_limit = 1"}, {10, "default_destination_concurrency_limit = 1"}, {10, "soft_bounce = yes"},
		{10, "default_destination_recipient_limit = 1"}, {10, "smtp_mx_session_limit = 1"},
		{10, "smtpd_timeout = 30s"}, {5, "notify_classes = resource, software, 2bounce"}, {5, "smtp_defer_if_no_mx_address_found = yes"},
		{20, "smtp_connection_cache_destinations = d1.example d2.example d3.example d4.example"}, {10, "smtp_connection_cache_on_demand = no"},
		{8, "smtp_connection_reuse_time_limit = 20s"}, {6, "smtp_connection_cache_time_limit = 20s"}, {6, "smtp_connection_reuse_count_limit = 2"},
		{5, "smtp_fallback_relay = [mx1.d1.example]"},
	} {
		if g.chance(may.percent) {
			cf.may("%s", may.text)
		}
	}
	return cf
}

// dovecotConf is a Dovecot that delivers by LMTP and lets people read, often
// only so much of it.
func (g *generator) dovecotConf(host string) {
	conf := g.doc.section("file %s:/etc/dovecot/dovecot.conf", host)
	conf.must(`protocols = lmtp pop3 imap
mail_location = maildir:~/Maildir
auth_username_format = %%n
auth_mechanisms = plain login
disable_plaintext_auth = no
ssl = no
passdb {
  driver = passwd-file
  args = username_format=%%n /etc/dovecot/users
}
userdb {
  driver = passwd
}
service lmtp {
  unix_listener /var/spool/postfix/private/dovecot-lmtp {
    mode = 0600
  }
}
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0660
  }
}`)
	if g.chance(40) {
		conf.may("mail_plugins = quota\nplugin {\n  quota = maildir:User quota\n  quota_rule = *:storage=%dK:messages=%d\n}", 2+g.IntN(20), 1+g.IntN(6))
	}
	if g.chance(10) {
		conf.may("pop3_lock_session = yes")
	}
	g.doc.section("file %s:/etc/dovecot/users", host).must("a:{PLAIN}secret\nb:{PLAIN}secret")
}

// people are two users of a domain, with aliases of every kind.
func (g *generator) people(mx1, domain string, lmtp bool) {
	users := g.doc.section("host %s", mx1)
	users.must("user a Anna\nuser b Boris")
	for _, local := range []string{"a", "b", "a", "b+ext", "list", "all", "loop", "fwd", "self", "prog", "file", "incl", "ghost", "dir", "box", "a+x"} {
		g.rcpts = append(g.rcpts, local+"@"+domain)
	}
	other := func() string {
		return pick(g, []string{"a", "b", "list", "loop", "fwd", "ghost"}) + "@" + pick(g, g.domains)
	}
	al := g.doc.section("aliases %s", mx1)
	al.must("postmaster: a")
	al.may("list: a, b, %s", other())
	if g.chance(50) {
		al.may("owner-list: a") // who forwards nothing: else a bounce comes back to the list for ever
	}
	al.may("all: list, b, %s, a", other())
	al.may("loop: loop@%s", pick(g, g.domains))
	al.may("fwd: %s, %s", other(), other())
	al.may(`self: \a, self`)
	al.may("prog: \"|/usr/bin/prog\"")
	al.may("file: /dev/null, a")
	al.must("archive: /var/mail/archive")
	al.must("lost: a, b")
	al.may("dir: /var/mail/dir/, a")
	al.may("box: /var/mail/box")
	al.may("incl: :include:/etc/lists/incl")
	g.doc.section("file %s:/etc/lists/incl", mx1).must("b\n%s", other())
	if exit := pick(g, []int{-1, 0, 0, 67, 75, 75}); exit >= 0 {
		g.doc.section("command %s /usr/bin/prog", mx1).must("exit %d", exit)
	}
	if g.chance(40) && !lmtp {
		g.doc.section("file %s:/home/b/.forward", mx1).may("%s", pick(g, []string{`\b, ` + other(), other(), "a, " + other(), `\b, "|/usr/bin/prog"`, "/home/b/box", ":include:/etc/lists/incl", "b+x, a+y"}))
	}
}

// accounts are the mail programs of the people of a domain: they hand in at its
// first host, and read there where there is something to read from.
func (g *generator) accounts(pc, mx1, domain string) {
	submission := g.submission(mx1)
	for _, user := range []string{"a", "b"} {
		m := g.doc.section("mua %s@%s", user, pc)
		m.must("from %s@%s", user, domain)
		if submission {
			m.must("smtp %s:587", mx1)
		} else {
			m.must("smtp %s:25 without login", mx1)
		}
		if slices.Contains(g.dovecot, mx1) {
			m.must("pop3 %s\nimap %s\nlogin %s\npassword secret", mx1, mx1, user)
		}
	}
}

// virtual gives a host a virtual alias domain or a virtual mailbox domain.
func (g *generator) virtual(n int, mx1 string, cf *section) {
	if !g.chance(40) {
		return
	}
	domain := fmt.Sprintf("v%d.example", n)
	g.doc.section("zone %s on ns.root.example", domain).must("@ MX 5 %s.", mx1)
	if g.chance(50) {
		cf.may("virtual_alias_domains = %s", domain)
		cf.may("virtual_alias_maps = inline:{ {x@%s=a, x@%s, list}, {y@%s=b@%s a} }", domain, pick(g, g.domains), domain, pick(g, g.domains))
	} else {
		cf.may("virtual_mailbox_domains = %s\nvirtual_mailbox_maps = inline:{ x@%s=x/, y@%s=y }\nvirtual_mailbox_base = /var/mail/vhosts\n"+
			"virtual_uid_maps = static:5000\nvirtual_gid_maps = static:5000", domain, domain, domain)
	}
	g.rcpts = append(g.rcpts, "x@"+domain, "y@"+domain, "z@"+domain)
}

// moment is a random time within d.
func (g *generator) moment(d time.Duration) time.Duration {
	if g.chance(50) {
		d = d / 20
	}
	return time.Duration(g.Int64N(int64(d))).Round(time.Millisecond)
}
