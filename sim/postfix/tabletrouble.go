package postfix

import (
	"fmt"
	"strings"
)

// A table that cannot be opened does not keep a daemon from beginning. It says
// "error:" once, then with each request that it cannot serve, and the request
// fails temporarily (dict_surrogate(3)).

// opensTables opens the tables of a process that begins, and says what is wrong
// with them.
func (d *daemon) opensTables() {
	for _, group := range opened[d.svc.Command] {
		for _, param := range group.params {
			for _, spec := range d.conf.List(param) {
				if kind, name, _ := strings.Cut(spec, ":"); !isTableSpec(spec) || kind == "unix" && name != "passwd.byname" {
					continue // a policy server is no table
				}
				if _, ok := proxied(spec); ok && group.flags != ownFlags {
					continue // proxymap(8) opens it
				}
				if _, err := d.tables.Open(spec); err != nil {
					d.log("error: %v", err)
				}
				for _, w := range d.tables.Warnings(spec) {
					d.log("warning: %s", w)
				}
			}
		}
	}
}

// unavailable says that the table which has failed a lookup cannot be asked. how
// is the end of it, with the name of the table in front and the key in it.
func (d *daemon) unavailable(specs []string, key, how string) {
	for _, spec := range specs {
		if _, problem := d.tables.Open(spec); problem != nil {
			d.log("warning: %s is unavailable. %v", spec, problem)
			d.log("warning: %s"+how, spec, key)
			return
		}
	}
}

// lookupFails says that a table of header_checks or the like cannot be asked
// about a text.
func (d *daemon) lookupFails(spec, text string) {
	if _, problem := d.tables.Open(spec); problem != nil {
		d.log("warning: %s is unavailable. %v", spec, problem)
	}
	d.log("warning: %s"+lookupError, spec, text)
}

// How the daemons say that a lookup has failed.
const (
	lookupError  = " lookup error for \"%s\""
	lookupFailed = ": lookup of '%s' failed"
)

// virtualTrouble is what virtual(8) makes of a table that it cannot ask.
func (d *daemon) virtualTrouble(r *request, to *Recipient, param string) {
	d.unavailable(d.conf.List(param), to.Addr, lookupError)
	d.log("warning: table %s: lookup %s: Application error", param, to.Addr)
	d.deferred(r, to, result{dsn: "4.3.5", text: "mail system configuration error", relay: "virtual"})
}

// notAccepted is the log line of cleanup(8) about a message that waits for a
// table.
func notAccepted(param, what string) error {
	return fmt.Errorf("%s map lookup problem for %s -- message not accepted, try again later", param, what)
}
