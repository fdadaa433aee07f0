package postfix

import (
	"net/netip"
	"strings"

	"mailtrek/protocols/mailaddr"
	"mailtrek/sim/trace"
)

// The address classes of ADDRESS_CLASS_README.
const (
	classLocal   = "local"
	classAlias   = "virtual alias"
	classMailbox = "virtual mailbox"
	classRelay   = "relay"
	classDefault = "default"
)

// resolution is what trivial-rewrite(8) resolves an address to.
type resolution struct {
	Transport string // a service of master.cf
	Nexthop   string // where to, in the syntax of the transport
	Recipient string // the address in standard form
	Class     string // one of the address classes
	Routed    bool   // the local part still has routing operators
	Bad       bool   // the domain cannot be one, or allow_min_user forbids the "-" in front
}

// final tells whether this host is the recipient's final destination.
func (r *resolution) final() bool {
	return r.Class == classLocal || r.Class == classAlias || r.Class == classMailbox
}

// resolve finds out how mail for an address is delivered. The error is a table
// lookup problem.
func (s *System) resolve(addr string) (resolution, error) {
	return s.resolveFrom(nil, "", addr)
}

// resolve is System.resolve on behalf of a daemon: what tables say is recorded.
func (d *daemon) resolve(addr string) (resolution, error) {
	return d.resolveAs("", addr)
}

// resolveAs is resolve for mail from a sender.
func (d *daemon) resolveAs(sender, addr string) (resolution, error) {
	heard := sender + "\x00" + addr
	if res, ok := d.routes[heard]; ok {
		return res, nil
	}
	res, err := d.resolveFrom(d, sender, addr)
	if err == nil && d.svc.Command == "smtpd" {
		d.hear(heard, res)
	}
	if err == nil && d.resolved != addr { // like Postfix, a daemon keeps the last answers
		d.resolved = addr
		d.ask(d.p, d.name(), "trivial-rewrite", "resolve ", addr, ": ", res.Transport, ":", res.Nexthop)
	}
	return res, err
}

// rewriteConf is the configuration of the rewrite service.
func (s *System) rewriteConf() *Config {
	if s.probing != nil {
		return s.probing
	}
	if s.rewrite != nil {
		return s.rewrite.conf
	}
	return s.config
}

// maxRouteSteps bounds how often a local domain is taken off an address to
// look at what remains.
const maxRouteSteps = 100

// resolveFrom resolves a recipient for a sender (resolve_addr in
// trivial-rewrite/resolve.c). d may be nil.
func (s *System) resolveFrom(d *daemon, sender, addr string) (resolution, error) {
	if s.rewrite != nil {
		s.uses(s.rewrite, s.Host.World().Now())
	}
	known := s.rewriteConf().knownRoutes(s.routeTables())
	if res, ok := known.routes[addr]; ok {
		return res, nil
	}
	res, err := s.resolveAnew(d, sender, addr)
	if err == nil {
		known.keep(addr, res)
	}
	return res, err
}

// resolveAnew is resolveFrom for an address that is not known yet.
func (s *System) resolveAnew(d *daemon, sender, addr string) (resolution, error) {
	local, domain, isLocal, err := s.stripLocal(s.completed(s.standard(addr)))
	if err != nil {
		return resolution{}, err
	}
	c := s.rewriteConf()
	if local == "" && isLocal {
		local = c.Get("empty_address_recipient")
	}
	res := resolution{Recipient: local + "@" + domain}
	res.Routed = !isLocal && strings.ContainsAny(local, "@%!") || isLocal && strings.Contains(local, "@")
	if !mailaddr.ValidDomain(domain, true) || local != "" && local[0] == '-' && !c.Bool("allow_min_user") {
		res.Bad, res.Class = true, classDefault
		res.Transport, res.Nexthop = c.Get("error_service_name"), "5.1.3 bad address syntax"
		return res, nil
	}
	if isLocal {
		res.Class = classLocal
		res.setTransport(c.Get("local_transport"), domain)
	} else if err := s.resolveRemote(d, &res, sender, domain); err != nil {
		return res, err
	}
	return res, s.overrideRoute(d, &res)
}

// completed gives an address with an empty domain this host's name, and one with
// an address for a domain brackets around it, if resolve_null_domain and
// resolve_numeric_domain say so.
func (s *System) completed(addr string) string {
	local, domain, hasAt := splitAddress(addr)
	if !hasAt {
		return addr
	}
	if c := s.rewriteConf(); domain == "" && c.Bool("resolve_null_domain") {
		return local + "@" + c.Get("myhostname")
	} else if domain != "" && domain[0] >= '0' && domain[0] <= '9' && c.Bool("resolve_numeric_domain") {
		if _, err := netip.ParseAddr(domain); err == nil {
			return local + "@[" + domain + "]"
		}
	}
	return addr
}

// stripLocal takes domains off an address for which this host is the final
// destination by mydestination or its own address, and empty ones, as long as
// the local part then names another host: "user%there@here", "there!user@here".
func (s *System) stripLocal(addr string) (local, domain string, isLocal bool, err error) {
	saved, known := "", false
	for range maxRouteSteps {
		var hasAt bool
		local, domain, hasAt = splitAddress(addr)
		if hasAt {
			here, err := s.isLocalDomainErr(domain)
			if err != nil {
				return "", "", false, err
			}
			if !here && domain != "" {
				return local, domain, false, nil
			}
			saved, known = domain, true
		}
		next, ok := s.routeIn(local)
		if !ok {
			break
		}
		addr = next
	}
	if !known {
		saved = s.config.Get("myorigin")
	}
	return local, saved, true, nil
}

// routeIn returns the address that a local part with routing operators stands
// for. One that has to be quoted is opened for them (resolve_dequoted_address).
func (s *System) routeIn(local string) (addr string, ok bool) {
	c := s.rewriteConf()
	bang, percent := -1, -1
	if c.Bool("swap_bangpath") {
		bang = strings.IndexByte(local, '!')
	}
	if c.Bool("allow_percent_hack") {
		percent = strings.LastIndexByte(local, '%')
	}
	quoted := mailaddr.Quote(local) != local
	switch {
	case quoted && !c.Bool("resolve_dequoted_address"):
		return "", false
	case strings.Contains(local, "@"):
		return local, true
	case quoted && percent >= 0:
		return s.standard(local[:percent] + "@" + local[percent+1:]), true
	case quoted && bang >= 0:
		return s.standard(local[bang+1:] + "@" + local[:bang]), true
	case percent >= 0 || bang >= 0:
		return s.standard(local), true
	}
	return "", false
}

// resolveRemote finds transport and next hop for a domain that is not local.
func (s *System) resolveRemote(d *daemon, res *resolution, sender, domain string) error {
	c := s.rewriteConf()
	if in, err := s.routeList(d, "virtual_alias_domains", domain); err != nil {
		return err
	} else if in {
		res.Class = classAlias
		res.Transport, res.Nexthop = c.Get("error_service_name"), "5.1.1 User unknown"
		if c.Bool("show_user_unknown_table_name") {
			res.Nexthop += " in virtual alias table"
		}
		return nil
	}
	if in, err := s.routeList(d, "virtual_mailbox_domains", domain); err != nil {
		return err
	} else if in {
		res.Class = classMailbox
		res.setTransport(c.Get("virtual_transport"), domain)
		return nil
	}
	in, err := s.routeList(d, "relay_domains", domain)
	if err != nil {
		return err
	}
	if in {
		res.Class = classRelay
		res.Transport = c.Get("relay_transport")
	} else {
		res.Class = classDefault
		if res.Transport, err = s.senderSays(d, sender, "sender_dependent_default_transport_maps", "empty_address_default_transport_maps_lookup_key", c.Get("default_transport")); err != nil {
			return err
		}
	}
	nexthop, err := s.senderSays(d, sender, "sender_dependent_relayhost_maps", "empty_address_relayhost_maps_lookup_key", c.Get("relayhost"))
	if err != nil {
		return err
	}
	res.setTransport(res.Transport, orElse(nexthop, domain))
	return nil
}

// routeList tells whether a domain is in the list of a parameter. What a table
// of the list says is recorded.
func (s *System) routeList(d *daemon, param, domain string) (bool, error) {
	list := s.rewriteConf().DomainList(param, s.routeTables())
	in, err := list.Match(domain)
	if err == nil && len(list.specs) > 0 {
		domain = strings.ToLower(domain)
		value := ""
		if in {
			value = "listed"
		}
		s.noteRoute(d, strings.Join(list.specs, " "), domain, value, in)
	}
	return in, err
}

// senderSays is what a table says of a sender; usual, if it says nothing or
// DUNNO. The null sender is looked up under the name in the parameter empty.
func (s *System) senderSays(d *daemon, sender, param, empty, usual string) (string, error) {
	c := s.rewriteConf()
	specs := c.List(param)
	if len(specs) == 0 {
		return usual, nil
	}
	if sender == "" {
		sender = c.Get(empty)
	}
	m, err := s.routeMaps(d, specs).FindAddress(sender, c.forms(s.isLocalDomain))
	if err != nil {
		s.routeTrouble(d, specs, sender, param)
		return "", err
	}
	s.noteRoute(d, strings.Join(specs, " "), sender, m.Value, m.Found)
	if !m.Found || strings.EqualFold(m.Value, "DUNNO") {
		return usual, nil
	}
	return m.Value, nil
}

// routeTrouble logs that a table of trivial-rewrite cannot be asked.
func (s *System) routeTrouble(d *daemon, specs []string, key, param string) {
	svc := s.rewrite
	if d == nil || svc == nil {
		return
	}
	r := s.begin(d.p, svc)
	for _, spec := range specs {
		if _, problem := s.routeTables().Open(spec); problem != nil {
			r.log("warning: %s is unavailable. %v", spec, problem)
			r.log("warning: %s lookup error for %q", spec, key)
			break
		}
	}
	r.log("warning: %s lookup failure", param)
	r.end()
}

// setTransport takes over "transport" or "transport:nexthop"; the latter's
// next hop overrides the usual one.
func (r *resolution) setTransport(spec, nexthop string) {
	transport, explicit, _ := strings.Cut(spec, ":")
	r.Transport, r.Nexthop = transport, nexthop
	if explicit != "" {
		r.Nexthop = explicit
	}
}

// overrideRoute applies transport_maps and relocated_maps.
func (s *System) overrideRoute(d *daemon, res *resolution) error {
	c := s.rewriteConf()
	if specs := c.List("transport_maps"); len(specs) > 0 {
		maps := s.routeMaps(d, specs)
		value, found, err := maps.FindTransport(strings.ToLower(res.Recipient), c.forms(s.isLocalDomain), c.ParentsMatch("transport_maps"))
		if err != nil {
			s.routeTrouble(d, specs, res.Recipient, "transport_maps")
			return err
		}
		s.noteRoute(d, strings.Join(specs, " "), res.Recipient, value, found)
		if found {
			res.override(value)
		}
	}
	if specs := c.List("relocated_maps"); len(specs) > 0 {
		m, err := s.routeMaps(d, specs).FindAddress(strings.ToLower(res.Recipient), c.forms(s.isLocalDomain))
		if err != nil {
			return err
		}
		s.noteRoute(d, strings.Join(specs, " "), res.Recipient, m.Value, m.Found)
		if m.Found {
			res.Transport, res.Nexthop = c.Get("error_service_name"), "5.1.6 User has moved to "+m.Value
		}
	}
	return nil
}

// override takes over the result of transport(5): either half may be empty,
// an empty transport with a next hop keeps the transport, an explicit
// transport without next hop goes to the recipient's domain.
func (r *resolution) override(value string) {
	transport, nexthop, _ := strings.Cut(value, ":")
	if transport != "" {
		r.Transport = transport
		_, domain, _ := splitAddress(r.Recipient)
		r.Nexthop = domain
		if transport == "error" || transport == "retry" {
			r.Nexthop = "Address is undeliverable"
		}
	}
	if nexthop != "" {
		r.Nexthop = nexthop
	}
}

// noteRoute records that trivial-rewrite consulted a table.
func (s *System) noteRoute(d *daemon, table, key, value string, found bool) {
	if d == nil {
		return
	}
	e := trace.Event{Kind: trace.Lookup, A: d.p.Sym("trivial-rewrite"), B: d.p.Sym(table), C: d.p.Sym(key)}
	if !found {
		e.Flags |= trace.Lost
	}
	d.p.Record(e, []byte(value))
}

// isLocalDomainErr tells whether a domain is local: listed in mydestination,
// or an address literal of this host (resolve_local(3)).
func (s *System) isLocalDomainErr(domain string) (bool, error) {
	c := s.rewriteConf()
	domain = strings.TrimSuffix(domain, ".")
	if in, err := c.DomainList("mydestination", s.routeTables()).Match(domain); err != nil || in {
		return in, err
	}
	literal, ok := strings.CutPrefix(domain, "[")
	if !ok {
		return false, nil
	}
	literal = strings.TrimSuffix(literal, "]")
	if len(literal) > 5 && strings.EqualFold(literal[:5], "IPv6:") {
		literal = literal[5:]
	}
	a, err := netip.ParseAddr(literal)
	return err == nil && c.IsOwnAddress(a), nil
}

// isLocalDomain is isLocalDomainErr where a table problem counts as no.
func (s *System) isLocalDomain(domain string) bool {
	here, err := s.isLocalDomainErr(domain)
	return err == nil && (here || strings.EqualFold(domain, s.config.Get("myorigin")))
}
