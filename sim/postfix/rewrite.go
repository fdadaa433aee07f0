package postfix

import (
	"fmt"
	"strings"

	"mailtrek/protocols/mailaddr"
	"mailtrek/sim/trace"
)

// maxCanonicalDepth is how often canonical mappings may follow each other
// (cleanup_map11.c).
const maxCanonicalDepth = 8

// rewriting is trivial-rewrite(8) as a client in the mail system asks it to
// bring an address to its standard form.
func (s *System) rewriting() mailaddr.RewriteConfig { return s.config.rewriting() }

func (c *Config) rewriting() mailaddr.RewriteConfig {
	if c.rewrite == nil {
		r := mailaddr.RewriteConfig{SwapBang: c.Bool("swap_bangpath"), PercentHack: c.Bool("allow_percent_hack")}
		if c.Bool("append_at_myorigin") {
			r.Origin = c.Get("myorigin")
		}
		if c.Bool("append_dot_mydomain") {
			r.Domain = c.Get("mydomain")
		}
		c.rewrite = &r
	}
	return *c.rewrite
}

// standard returns an envelope address in standard form: user@domain, without
// route (ADDRESS_REWRITING_README, "Rewrite addresses to standard form").
func (s *System) standard(addr string) string {
	if addr == "" {
		return ""
	}
	return mailaddr.Rewrite(addr, s.rewriting())
}

// rewriteSender brings an envelope sender to standard form and applies
// sender_canonical_maps, canonical_maps and masquerading. The null sender
// stays as it is.
func (d *daemon) rewriteSender(addr string) string {
	if addr == "" {
		return ""
	}
	return d.rewriteAs(addr, senderSide, "envelope_sender")
}

// side tells which of the canonical maps apply to an address.
type side uint8

const (
	senderSide side = iota
	recipientSide
)

// rewriteAs is the way of an address through cleanup(8) up to the virtual
// aliases. class is the name that canonical_classes and masquerade_classes
// have for it.
func (d *daemon) rewriteAs(addr string, of side, class string) string {
	addr = d.standard(addr)
	if d.unmapped || !d.conf.cleanup().mapped[of] {
		return addr
	}
	params := [...]struct{ maps, classes string }{
		{"sender_canonical_maps", "sender_canonical_classes"}, {"canonical_maps", "canonical_classes"},
	}
	if of == recipientSide {
		params[0].maps, params[0].classes = "recipient_canonical_maps", "recipient_canonical_classes"
	}
	for _, p := range params {
		if len(d.conf.List(p.maps)) > 0 && listHas(d.conf.List(p.classes), class) {
			addr = d.canonical(addr, p.maps)
		}
	}
	if len(d.conf.List("masquerade_domains")) > 0 && listHas(d.conf.List("masquerade_classes"), class) {
		addr = d.masquerade(addr)
	}
	return addr
}

func listHas(list []string, word string) bool {
	for _, w := range list {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}

// canonical maps an address one to one, again and again until no entry says
// more (canonical(5)).
func (d *daemon) canonical(addr, param string) string {
	maps := d.maps(d.conf.List(param))
	for range maxCanonicalDepth {
		m, err := maps.FindAddress(addr, d.conf.forms(d.isLocalDomain))
		if err != nil {
			d.log("warning: %s: %s map lookup problem for %s -- message not accepted, try again later", d.message, param, addr)
			return addr
		}
		d.consulted("cleanup", strings.Join(maps.specs, " "), addr, m)
		if !m.Found {
			return addr
		}
		value := m.Value
		if targets, err := ParseTargets(value); err == nil && len(targets) > 1 {
			d.log("warning: %s: multi-valued %s entry for %s", d.message, param, addr)
			value = targets[0].Text
		}
		mapped := d.mapped(addr, m, value, "canonical")
		if strings.EqualFold(mapped, addr) {
			return mapped
		}
		addr = mapped
	}
	d.log("warning: %s: unreasonable %s map nesting for %s -- message not accepted, try again later", d.message, param, addr)
	return addr // which is accepted all the same
}

// mapped makes the address that a table's result stands for: "@domain" keeps
// the local part, an extension that was not part of the key is put back when
// propagate_unmatched_extensions lists the map, and what has no domain gets
// one.
func (d *daemon) mapped(addr string, m AddressMatch, result, kind string) string {
	result = strings.TrimSpace(result)
	if strings.HasPrefix(result, "@") && !strings.Contains(result, ":") {
		local, _, _ := splitAddress(addr)
		result = local + result
	}
	result = d.standard(result)
	if m.Extension != "" && listHas(d.conf.List("propagate_unmatched_extensions"), kind) {
		if local, domain, ok := splitAddress(result); ok {
			result = local + m.Extension + "@" + domain
		}
	}
	return result
}

// masquerade strips the subdomain structure below masquerade_domains from an
// address (ADDRESS_REWRITING_README, "Address masquerading").
func (d *daemon) masquerade(addr string) string {
	local, domain, ok := splitAddress(addr)
	if !ok || listHas(d.conf.List("masquerade_exceptions"), local) {
		return addr
	}
	for _, m := range d.conf.List("masquerade_domains") {
		name, keep := strings.CutPrefix(m, "!")
		if strings.EqualFold(domain, name) {
			return addr
		}
		if len(domain) > len(name) && strings.EqualFold(domain[len(domain)-len(name)-1:], "."+name) {
			if keep {
				return addr
			}
			return local + "@" + name
		}
	}
	return addr
}

// expandRecipient brings an envelope recipient to standard form, applies the
// canonical maps, and expands virtual_alias_maps until nothing changes
// (cleanup_map1n.c). The error is a table lookup problem or an expansion
// beyond the limits.
func (d *daemon) expandRecipient(addr string) ([]string, error) {
	return d.expandVirtual(d.rewriteAs(addr, recipientSide, "envelope_recipient"))
}

// expandVirtual expands an address in standard form.
func (d *daemon) expandVirtual(addr string) ([]string, error) {
	specs := d.conf.List("virtual_alias_maps")
	if len(specs) == 0 || d.unmapped {
		return []string{addr}, nil
	}
	v := virtualExpansion{d: d, of: addr, maps: d.maps(specs), list: []string{addr}, been: map[string]bool{}}
	for i := 0; i < len(v.list); i++ {
		if err := v.expand(i); err != nil {
			return nil, err
		}
	}
	return v.list, nil
}

// virtualExpansion is the expansion of one recipient by virtual(5).
type virtualExpansion struct {
	d    *daemon
	of   string // the address that all of it stands for
	maps Maps
	list []string
	been map[string]bool // addresses that expanded into themselves
}

// expand replaces the address at i by what it stands for; further addresses go
// to the end of the list.
func (v *virtualExpansion) expand(i int) error {
	conf := v.d.conf
	if int64(len(v.list)) > conf.Int("virtual_alias_expansion_limit") {
		return v.beyond("map expansion size for " + v.of)
	}
	for depth := int64(0); !v.been[strings.ToLower(v.list[i])]; depth++ {
		if depth >= conf.Int("virtual_alias_recursion_limit") {
			return v.beyond("map nesting for " + v.of)
		}
		from := v.list[i]
		m, err := v.maps.FindAddress(from, conf.forms(v.d.isLocalDomain))
		if err != nil {
			v.d.unavailable(v.maps.specs, from, lookupError)
			return notAccepted("virtual_alias_maps", v.of)
		}
		v.d.consulted("cleanup", strings.Join(v.maps.specs, " "), from, m)
		if !m.Found {
			return nil
		}
		targets, err := ParseTargets(m.Value)
		if err != nil || len(targets) == 0 {
			return nil
		}
		for n, t := range targets {
			to := v.d.mapped(from, m, t.Text, "virtual")
			if int64(len(to)) > conf.Int("virtual_alias_address_length_limit") {
				return v.beyond(fmt.Sprintf("result %.300s...", to))
			}
			if n == 0 {
				v.list[i] = to
			} else {
				v.list = append(v.list, to)
			}
			if strings.EqualFold(to, from) {
				v.been[strings.ToLower(from)] = true
			}
		}
	}
	return nil
}

// expansionError is an expansion beyond virtual_alias_expansion_limit,
// virtual_alias_recursion_limit or virtual_alias_address_length_limit.
type expansionError struct{ what string }

func (e *expansionError) Error() string {
	return "unreasonable virtual_alias_maps " + e.what + " -- message not accepted, try again later"
}

func (v *virtualExpansion) beyond(what string) error { return &expansionError{what} }

// consulted records that a daemon looked an address up.
func (d *daemon) consulted(who, table, key string, m AddressMatch) {
	e := trace.Event{Kind: trace.Lookup, A: d.p.Sym(who), B: d.p.Sym(table), C: d.p.Sym(key)}
	if !m.Found {
		e.Flags |= trace.Lost
	} else {
		e.B, e.C = d.p.Sym(m.Spec), d.p.Sym(m.Key)
	}
	d.p.Record(e, []byte(m.Value))
}
