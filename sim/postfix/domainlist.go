package postfix

import "strings"

// DomainList is a list of domain patterns as mydestination, relay_domains and
// their like have it (match_list(3)): names, ".name" for subdomains, "!" before
// an exclusion, "/file", and tables in which being there counts.
type DomainList struct {
	rules  []domainRule
	exact  map[string]bool // the plain names, for the usual case of nothing else
	specs  []string        // the tables
	tables *Tables
	sub    bool
	Errors []error // files that could not be read
}

type domainRule struct {
	name  string
	table bool
	not   bool
}

// NewDomainList reads domain patterns; with parents a plain name also matches
// its subdomains (parent_domain_matches_subdomains).
func NewDomainList(patterns []string, tables *Tables, parents bool) *DomainList {
	d := &DomainList{tables: tables, sub: parents}
	d.add(patterns, false, 0)
	d.exact = map[string]bool{}
	for _, r := range d.rules {
		if r.not || r.table || parents || strings.HasPrefix(r.name, ".") {
			d.exact = nil
			break
		}
		d.exact[r.name] = true
	}
	return d
}

func (d *DomainList) add(patterns []string, not bool, depth int) {
	for _, p := range patterns {
		exclude := not
		for strings.HasPrefix(p, "!") {
			p, exclude = p[1:], !exclude
		}
		switch {
		case strings.HasPrefix(p, "/"):
			if d.tables == nil || depth >= maxListDepth {
				continue
			}
			lines, err := d.tables.listFile(p)
			if err != nil {
				d.Errors = append(d.Errors, err)
			}
			d.add(lines, exclude, depth+1)
		case isTableSpec(p):
			d.rules = append(d.rules, domainRule{p, true, exclude})
			d.specs = append(d.specs, p)
		default:
			d.rules = append(d.rules, domainRule{strings.ToLower(p), false, exclude})
		}
	}
}

// Match tells whether the domain is in the list. The error is that of a table.
func (d *DomainList) Match(domain string) (bool, error) {
	domain = strings.ToLower(domain)
	if d.exact != nil {
		return d.exact[domain], nil
	}
	for _, r := range d.rules {
		found, err := d.matchRule(r, domain)
		if err != nil {
			return false, err
		}
		if found {
			return !r.not, nil
		}
	}
	return false, nil
}

func (d *DomainList) matchRule(r domainRule, domain string) (bool, error) {
	if !r.table {
		switch {
		case r.name == domain:
			return true, nil
		case strings.HasPrefix(r.name, "."):
			return strings.HasSuffix(domain, r.name), nil
		}
		return d.sub && strings.HasSuffix(domain, "."+r.name), nil
	}
	if d.tables == nil {
		return false, nil
	}
	table, err := d.tables.Open(r.name)
	if err != nil {
		return false, err
	}
	for _, key := range domainKeys(domain, d.sub) {
		_, found, err := table.Lookup(key)
		if err != nil || found {
			return found, err
		}
		if isPatternSpec(r.name) {
			break
		}
	}
	return false, nil
}

// DomainList returns the domain list that a parameter holds; it is read once.
func (c *Config) DomainList(param string, tables *Tables) *DomainList {
	if d := c.domains[param]; d != nil && d.tables == tables {
		return d
	}
	d := NewDomainList(c.List(param), tables, c.ParentsMatch(param))
	if c.domains == nil {
		c.domains = map[string]*DomainList{}
	}
	c.domains[param] = d
	return d
}
