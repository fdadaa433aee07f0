package postfix

// knownRoutes are the resolutions of addresses that follow from a configuration
// alone, without a table. They are a part of that configuration, of which an
// edit makes a new one, and belong to one generation of what trivial-rewrite(8)
// has read: a list of domains may stand in a file.
type knownRoutes struct {
	read    *Tables
	byTable bool                  // a table may be asked: nothing is kept
	routes  map[string]resolution // by address as it was asked
}

// maxKnownRoutes bounds how many are kept.
const maxKnownRoutes = 1024

// knownRoutes are those with the tables as they were read.
func (c *Config) knownRoutes(read *Tables) *knownRoutes {
	if c.routes == nil || c.routes.read != read {
		c.routes = &knownRoutes{read: read, byTable: c.routesByTable(read)}
	}
	return c.routes
}

// keep adds a resolution. What tables say may change, may depend on the sender,
// and is recorded each time.
func (k *knownRoutes) keep(addr string, res resolution) {
	if k.byTable {
		return
	}
	if k.routes == nil || len(k.routes) >= maxKnownRoutes {
		k.routes = map[string]resolution{}
	}
	k.routes[addr] = res
}

// routesByTable looks at all parameters of routing that may name tables.
func (c *Config) routesByTable(tables *Tables) bool {
	for _, param := range [...]string{"transport_maps", "relocated_maps", "sender_dependent_relayhost_maps", "sender_dependent_default_transport_maps"} {
		if len(c.List(param)) > 0 {
			return true
		}
	}
	for _, param := range [...]string{"mydestination", "virtual_alias_domains", "virtual_mailbox_domains", "relay_domains"} {
		if len(c.DomainList(param, tables).specs) > 0 {
			return true
		}
	}
	return false
}

// heardRoutes are what tables made of addresses when a process of smtpd(8) asked
// for the first time: it does not ask again as long as it lives, whatever the
// tables say meanwhile (smtpd_resolve.c). The key is the sender and the address.
type heardRoutes map[string]resolution

// maxHeardRoutes is how many it remembers.
const maxHeardRoutes = 100

// hear keeps an answer that a table may change; the others are the same anyway.
func (d *daemon) hear(key string, res resolution) {
	if !d.rewriteConf().knownRoutes(d.routeTables()).byTable {
		return
	}
	if d.routes == nil || len(d.routes) >= maxHeardRoutes {
		d.routes = heardRoutes{}
	}
	d.routes[key] = res
}
