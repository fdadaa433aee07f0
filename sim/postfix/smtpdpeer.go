package postfix

import (
	"errors"
	"net/netip"

	"github.com/miekg/dns"

	"mailtrek/protocols/dnswire"
	"mailtrek/protocols/mailaddr"
	"mailtrek/sim/trace"
)

// lookup asks the host's resolver.
func (d *daemon) lookup(name string, typ uint16) (*dnswire.Answer, error) {
	return d.Host.Stub.Lookup(d.p, name, typ)
}

// lookupPeer finds out who a client is (smtpd_peer.c): the name that its
// address has, and whether that name has the address; without byName it is
// not asked for (smtpd_peername_lookup).
func (d *daemon) lookupPeer(remote netip.AddrPort, byName bool) *peer {
	c := &peer{name: "unknown", reverse: "unknown", addr: remote.Addr(), port: remote.Port(), nameOK: 5, reverseOK: 5}
	if !byName {
		return c
	}
	if name := d.hostsName(c.addr); name != "" {
		c.name, c.reverse, c.nameOK, c.reverseOK = name, name, 2, 2
		return c
	}
	answer, err := d.lookup(dnswire.ReverseName(c.addr), dns.TypePTR)
	if err != nil {
		if temporary(err) {
			c.nameOK, c.reverseOK = 4, 4
		}
		return c
	}
	d.p.Because(trace.Seq(answer.Cause))
	names := answer.Names()
	if len(names) == 0 || !mailaddr.ValidHostname(names[0]) {
		return c
	}
	c.reverse, c.reverseOK = names[0], 2
	d.verifyPeer(c)
	return c
}

// verifyPeer looks the name of a client up and compares.
func (d *daemon) verifyPeer(c *peer) {
	addrs, err := d.Host.Stub.Addrs(d.p, c.reverse)
	if err != nil {
		if c.nameOK = 5; temporary(err) {
			c.nameOK = 4
		}
		d.log("warning: hostname %s does not resolve to address %s: %s", c.reverse, c.addr, hostError(err))
		return
	}
	for _, a := range addrs {
		if a.Unmap() == c.addr {
			c.name, c.nameOK = c.reverse, 2
			return
		}
	}
	d.log("warning: hostname %s does not resolve to address %s", c.reverse, c.addr)
}

// hostError is why a host name has no address, in the words of gai_strerror(3).
func hostError(err error) string {
	var failure *dnswire.LookupError
	switch {
	case temporary(err):
		return "Temporary failure in name resolution"
	case errors.As(err, &failure) && failure.Failure == dnswire.NoData:
		return "No address associated with hostname"
	}
	return "Name or service not known"
}

// temporary tells whether a lookup may succeed later.
func temporary(err error) bool {
	var failure *dnswire.LookupError
	return errors.As(err, &failure) && failure.Temporary()
}

// hostsName looks an address up in /etc/hosts, which is asked before the DNS
// (hosts(5), nsswitch.conf(5)). Loopback is "localhost" on every host.
func (d *daemon) hostsName(a netip.Addr) string {
	if name := d.Host.Stub.HostsName(a); name != "" {
		return name
	}
	if a.IsLoopback() {
		return "localhost"
	}
	return ""
}
