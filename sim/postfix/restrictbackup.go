package postfix

import (
	"github.com/miekg/dns"

	"mailtrek/protocols/dnswire"
)

// backsUp tells whether this host may be a backup exchanger for these primary
// ones: without permit_mx_backup_networks for any, else for those whose addresses
// are all listed there (permit_mx_primary). One that cannot be looked up is none.
func (l *list) backsUp(primary []dnswire.MX) bool {
	const param = "permit_mx_backup_networks"
	names := l.conf.List(param)
	if len(names) == 0 {
		return true
	}
	listed := l.conf.Networks(param, l.d.tables)
	for _, x := range primary {
		hosts, err := l.ask(x.Host, dns.TypeA)
		if err != nil {
			return false
		}
		if listHas(names, x.Host) {
			continue
		}
		for _, addr := range hosts.Addrs() {
			if !listed.Match(addr) {
				return false
			}
		}
	}
	return true
}
