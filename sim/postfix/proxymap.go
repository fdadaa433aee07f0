package postfix

import (
	"slices"
	"strings"
	"time"

	"mailtrek/sim/trace"
)

// proxymap(8) opens lookup tables on behalf of daemons that cannot, because
// they live in a chroot jail, or should not, because hundreds of them would
// open hundreds of connections to a database. A table "proxy:type:name" is
// asked of it; proxy_read_maps lists the tables that it opens for others.
// local(8) and virtual(8), which trust no other process with what they deliver
// to, open such a table themselves (DICT_FLAG_NO_PROXY).

// asker is the daemon that has a table looked up, by the name that it has in
// the trace: trivial-rewrite works within the process that asks it.
type asker struct {
	d    *daemon
	name string
}

// maps are tables that the daemon asks, those of the type "proxy" by way of
// proxymap(8).
func (d *daemon) maps(specs []string) Maps { return d.mapsOf(d.name(), specs) }

// mapsOf is maps for a daemon of that name.
func (d *daemon) mapsOf(name string, specs []string) Maps {
	return asker{d, name}.maps(d.tables, specs)
}

func (a asker) maps(tables *Tables, specs []string) Maps {
	m := tables.Maps(specs)
	m.by = a
	return m
}

// routeMaps are tables that trivial-rewrite(8) asks; d, on whose behalf, may be
// nil.
func (s *System) routeMaps(d *daemon, specs []string) Maps {
	if d == nil {
		return s.routeTables().Maps(specs)
	}
	return asker{d, "trivial-rewrite"}.maps(s.routeTables(), specs)
}

// routeTables are the tables as trivial-rewrite(8) has opened them.
func (s *System) routeTables() *Tables {
	if s.rewrite != nil && s.rewrite.at != nil {
		return s.rewrite.at
	}
	return s.tables
}

// proxied cuts "proxy:" off a table.
func proxied(spec string) (table string, ok bool) {
	table = spec
	for strings.HasPrefix(table, "proxy:") {
		table, ok = table[len("proxy:"):], true
	}
	return table, ok
}

// lookup asks a table for a key: proxymap(8), if there is one to be asked.
func (m Maps) lookup(spec, key string) (value string, found bool, err error) {
	if table, ok := proxied(spec); ok && m.by.d != nil {
		return m.by.proxymap(table, key)
	}
	table, err := m.tables.Open(spec)
	if err != nil {
		return "", false, err
	}
	value, found, err = table.Lookup(key)
	if err != nil {
		err = &TableError{Spec: spec, Text: spec + " lookup error for \"" + key + "\""}
	}
	return value, found, err
}

// proxymap is a question to proxymap(8) and its answer.
func (a asker) proxymap(spec, key string) (value string, found bool, err error) {
	d := a.d
	svc := d.service(d.conf.Get("proxymap_service_name"))
	if svc == nil || !approved(svc.conf, spec) {
		return "", false, &TableError{Spec: "proxy:" + spec, Text: "proxy:" + spec + " lookup error for \"" + key + "\""}
	}
	p := d.p
	a.proxyRestart(svc, spec)
	if now := p.World().Now(); d.proxy.table != spec || d.proxy.at != now {
		d.proxy.table, d.proxy.at = spec, now
		p.Record(trace.Event{Kind: trace.Daemon, A: p.Sym(a.name), B: p.Sym("proxymap")}, d.put("look up ", key, " in ", spec))
	}
	table, problem := svc.at.Open(spec)
	if problem == nil {
		value, found, problem = table.Lookup(key)
	}
	e := trace.Event{Kind: trace.Lookup, A: p.Sym("proxymap"), B: p.Sym(spec), C: p.Sym(key)}
	if !found {
		e.Flags |= trace.Lost
	}
	p.Record(e, []byte(value))
	if problem != nil {
		served := d.begin(p, svc)
		served.log("warning: %s is unavailable. %v", spec, problem)
		served.end()
		err = &TableError{Spec: "proxy:" + spec, Text: "proxy:" + spec + " lookup error for \"" + key + "\""}
	}
	return value, found, err
}

// proxying is the question about a table that a process asked last: the keys
// of one search are one question in the trace.
type proxying struct {
	table string
	at    time.Duration
}

// approved tells whether proxy_read_maps lists a table.
func approved(c *Config, table string) bool {
	return slices.ContainsFunc(c.List("proxy_read_maps"), func(item string) bool {
		listed, ok := proxied(item)
		return ok && listed == table
	})
}

// proxyProblem is what keeps a daemon from its proxied tables, of which it has
// all opened when it begins: it ends with that as its last words. What
// proxymap(8) has to say of it stands in the log before.
func (d *daemon) proxyProblem(specs []string) (fatal string) {
	name := d.conf.Get("proxymap_service_name")
	svc := d.service(name)
	for _, spec := range specs {
		table, ok := proxied(spec)
		switch {
		case !ok:
		case svc == nil:
			return d.unconnected("private/" + name)
		case !approved(svc.conf, table):
			served := d.begin(d.p, svc)
			served.log("warning: request for unapproved table: %q", table)
			served.log("warning: to approve this table for read-only access, list proxy:%s in main.cf:proxy_read_maps", table)
			served.end()
			return "proxymap service is not configured for table \"" + table + "\""
		}
	}
	return ""
}

// How long a daemon tries to reach another that it cannot do without
// (mail_connect_wait).
const (
	connectTries = 10
	connectPause = 10 * time.Second
)

// unconnected tries in vain to reach a service, until the daemon gives up.
func (d *daemon) unconnected(path string) (fatal string) {
	for n := 1; n <= connectTries; n++ {
		d.log("warning: connect #%d to subsystem %s: No such file or directory", n, path)
		d.p.Sleep(connectPause)
	}
	return "connect #11 to subsystem " + path + ": No such file or directory"
}
