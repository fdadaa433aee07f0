package postfix

import (
	"slices"
	"strings"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// A daemon opens its lookup tables when it begins and keeps them open. Before
// it takes the next request it looks whether the file of one of them has been
// written since (dict_changed_name); then it ends, and a fresh process of its
// service reads the new table. trivial-rewrite(8) looks every ten seconds. Only
// tables that postmap(1) or postalias(1) builds are watched
// (DATABASE_README).

// openedTable is a table that the processes of a service keep open.
type openedTable struct {
	spec  string // "hash:/etc/aliases"
	flags string // how the log shows them behind the name
}

// How a table is opened, as the log has it (dict_flags_str).
const (
	plainFlags = "(0,lock|fold_fix|utf8_request)"
	routeFlags = "(0,lock|no_regsub|fold_fix|utf8_request)"
	ownFlags   = "(0,lock|no_regsub|no_proxy|no_unauth|fold_fix|utf8_request)"
)

// opened are the parameters whose tables a program opens, and how.
var opened = map[string][]struct {
	flags  string
	params []string
}{
	"smtpd": {{plainFlags, []string{"smtpd_sender_login_maps", "recipient_canonical_maps", "sender_canonical_maps", "canonical_maps",
		"virtual_alias_maps", "local_recipient_maps", "virtual_mailbox_maps", "relay_recipient_maps", "smtpd_client_restrictions",
		"smtpd_helo_restrictions", "smtpd_sender_restrictions", "smtpd_relay_restrictions", "smtpd_recipient_restrictions",
		"smtpd_data_restrictions", "smtpd_end_of_data_restrictions", "smtpd_etrn_restrictions"}}},
	"cleanup": {{plainFlags, []string{"canonical_maps", "sender_canonical_maps", "recipient_canonical_maps", "virtual_alias_maps",
		"sender_bcc_maps", "recipient_bcc_maps", "header_checks", "body_checks"}}},
	"trivial-rewrite": {{routeFlags, []string{"transport_maps", "sender_dependent_relayhost_maps", "sender_dependent_default_transport_maps"}},
		{plainFlags, []string{"relocated_maps", "mydestination", "virtual_alias_domains", "virtual_mailbox_domains", "relay_domains"}}},
	"local":   {{ownFlags, []string{"alias_maps", "mailbox_transport_maps", "fallback_transport_maps", "mailbox_command_maps"}}},
	"virtual": {{ownFlags, []string{"virtual_mailbox_maps", "virtual_uid_maps", "virtual_gid_maps"}}},
	"smtp": {{plainFlags, []string{"smtp_generic_maps", "smtp_tls_policy_maps", "smtp_sasl_password_maps", "smtp_header_checks",
		"smtp_mime_header_checks", "smtp_nested_header_checks", "smtp_body_checks", "smtp_reply_filter", "smtp_delivery_status_filter"}}},
	"lmtp": {{plainFlags, []string{"lmtp_generic_maps", "lmtp_tls_policy_maps", "lmtp_sasl_password_maps", "lmtp_header_checks",
		"lmtp_mime_header_checks", "lmtp_nested_header_checks", "lmtp_body_checks", "lmtp_reply_filter", "lmtp_delivery_status_filter"}}},
}

// opens are the watched tables of a service. Those of the type "proxy" are
// proxymap's affair.
func (svc *service) opens() []openedTable {
	if svc.tables != nil {
		return svc.tables
	}
	svc.tables = []openedTable{}
	for _, group := range opened[svc.Command] {
		for _, param := range group.params {
			for _, spec := range svc.conf.List(param) {
				if _, isProxied := proxied(spec); isProxied && group.flags == ownFlags {
					spec, _ = proxied(spec)
				}
				t := openedTable{spec, group.flags}
				if indexFile(spec) != "" && !slices.Contains(svc.tables, t) {
					svc.tables = append(svc.tables, t)
				}
			}
		}
	}
	return svc.tables
}

// indexFile is the file that postmap or postalias builds for a table; "" for
// tables of another kind.
func indexFile(spec string) string {
	kind, name, _ := strings.Cut(spec, ":")
	switch kind {
	case "hash", "btree", "lmdb", "dbm", "cdb", "sdbm":
		return name + IndexSuffix(kind)
	}
	return ""
}

// Rebuilt tells the mail system that postmap(1) or postalias(1) has written the
// file of a table.
func (s *System) Rebuilt(p *sim.Proc, file string) {
	if !s.running {
		return
	}
	if s.rebuilt == nil {
		s.rebuilt = map[string]time.Duration{}
	}
	now := p.World().Now()
	s.rebuilt[file] = now
	svc := s.rewrite
	if svc == nil || !svc.resident(now) {
		return
	}
	if t := s.changed(svc, svc.born); t != "" {
		const every = 10 * time.Second
		s.run("trivial-rewrite", p.Cause(), 0, func(p *sim.Proc) {
			p.Sleep(every - (now-svc.born)%every)
			if again := s.changed(svc, svc.born); again != "" {
				svc.born, svc.at = p.World().Now(), s.latestTables()
				p.Record(trace.Event{Kind: trace.Log, A: p.Sym(svc.logName), N: s.Host.NextPID()}, []byte("table "+t+" has changed -- restarting"))
			}
		})
	}
}

// changed is the first table of a service that was written after a process of
// it had opened it, as the log shows it; "" if there is none.
func (s *System) changed(svc *service, born time.Duration) string {
	if len(s.rebuilt) == 0 {
		return ""
	}
	for _, t := range svc.opens() {
		if at, ok := s.rebuilt[indexFile(t.spec)]; ok && at > born {
			return t.spec + t.flags
		}
	}
	return ""
}

// idler takes a process of the service that waits for work and has nothing to
// read anew; ok is false when there is none. Those that find a table changed
// say so and end. One that has waited for longer than max_idle has ended
// already.
func (s *System) idler(d *daemon, svc *service) (found idleProc, ok bool) {
	for n := len(svc.idle); n > 0; n-- {
		found, svc.idle = svc.idle[n-1], svc.idle[:n-1]
		if d.p.World().Now()-found.since > svc.life.idle {
			continue
		}
		table := s.changed(svc, found.born)
		if table == "" {
			return found, true
		}
		d.pid = found.pid
		d.log("table %s has changed -- restarting", table)
	}
	return idleProc{}, false
}

// uses notes that a daemon without processes of its own in the simulation has
// worked: it lives as long as it is asked again within max_idle.
func (s *System) uses(svc *service, now time.Duration) {
	if !svc.resident(now) {
		svc.born, svc.at = now, s.latestTables()
	}
	svc.last, svc.alive = now, true
}

// resident tells whether there is a process of such a daemon: others stay
// connected with it for ipc_idle after they have asked, and only then it is idle.
func (svc *service) resident(now time.Duration) bool {
	return svc.alive && now-svc.last <= svc.life.idle+svc.life.connected
}

// proxyRestart has proxymap(8) end when a table that it has opened for others
// was built anew.
func (a asker) proxyRestart(svc *service, spec string) {
	p := a.d.p
	now := p.World().Now()
	if at, ok := a.d.rebuilt[indexFile(spec)]; ok && at > svc.born && svc.resident(now) {
		svc.born, svc.at = now, a.d.latestTables()
		p.Record(trace.Event{Kind: trace.Log, A: p.Sym(svc.logName), N: a.d.Host.NextPID()}, []byte("table "+spec+": has changed -- restarting"))
	}
	a.d.uses(svc, now)
}

// staleTime is how old a change of a table's source must be before a table that
// was not built since gives a warning (dict_db.c, dict_lmdb.c).
const staleTime = 100 * time.Second

// warnStale warns of tables whose source was changed and that nobody has built
// since, as a process does when it opens them.
func (d *daemon) warnStale() {
	for _, t := range d.svc.opens() {
		index := indexFile(t.spec)
		_, source, _ := strings.Cut(t.spec, ":")
		src, err := d.Host.Tree.Stat(source)
		if err != nil || d.p.Now().Sub(src.ModTime) < staleTime {
			continue
		}
		if db, err := d.Host.Tree.Stat(index); err == nil && src.ModTime.After(db.ModTime) {
			d.log("warning: database %s is older than source file %s", index, source)
		}
	}
}
