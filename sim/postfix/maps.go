package postfix

import (
	"strings"
)

// Maps is a list of tables that are asked in turn, e.g. virtual_alias_maps.
type Maps struct {
	specs  []string
	tables *Tables
	by     asker // who asks, for proxymap(8); none: the tables are opened here
}

// Maps returns the tables that a parameter lists. They are opened when they
// are first asked.
func (t *Tables) Maps(specs []string) Maps { return Maps{specs: specs, tables: t} }

// Empty tells whether no table is listed.
func (m Maps) Empty() bool { return len(m.specs) == 0 }

// Find returns the value of the first table that has the key, and the table
// that had it. The error is a *TableError.
func (m Maps) Find(key string) (value, spec string, err error) {
	if key == "" {
		return "", "", nil
	}
	for _, spec := range m.specs {
		value, found, err := m.lookup(spec, key)
		if err != nil {
			return "", spec, err
		}
		if found {
			return value, spec, nil
		}
	}
	return "", "", nil
}

// findPlain is Find among the tables whose keys may be parts of an address:
// patterns are only asked for whole addresses, since they see the whole one.
func (m Maps) findPlain(key string) (string, string, error) {
	plain := m
	for i, s := range m.specs {
		if isPatternSpec(s) {
			plain.specs = append([]string(nil), m.specs[:i]...)
			for _, s := range m.specs[i:] {
				if !isPatternSpec(s) {
					plain.specs = append(plain.specs, s)
				}
			}
			break
		}
	}
	return plain.Find(key)
}

// isPatternSpec tells whether partial keys make no sense to a table
// (dict(3), DICT_FLAG_PATTERN).
func isPatternSpec(spec string) bool {
	for strings.HasPrefix(spec, "proxy:") {
		spec = spec[len("proxy:"):]
	}
	kind, _, _ := strings.Cut(spec, ":")
	switch kind {
	case "regexp", "pcre", "cidr", "static", "fail":
		return kind == "regexp" || kind == "pcre" || kind == "cidr"
	}
	return false
}

// AddressMatch is where a search by address ended.
type AddressMatch struct {
	Value     string
	Key       string // the form of the address that was found
	Spec      string // the table
	Extension string // "+ext", when the key was without the address's extension
	ByDomain  bool   // the key was "@domain"
	Found     bool
}

// Splitter of addresses: what a search needs to know of the configuration.
type addressForms struct {
	delimiters string // recipient_delimiter
	special    bool   // owner_request_special: owner-x and x-request have no extension
	isLocal    func(domain string) bool
}

// forms returns the address knowledge of a configuration.
func (c *Config) forms(isLocal func(string) bool) addressForms {
	return addressForms{c.Get("recipient_delimiter"), c.Bool("owner_request_special"), isLocal}
}

// SplitExtension cuts the extension off a local part: "user+ext" is "user" and
// "+ext". Names that begin with the delimiter, MAILER-DAEMON and
// postmaster, double-bounce and, with owner_request_special and "-" among the
// delimiters, owner-list and list-request have none (split_addr(3)).
func SplitExtension(local, delimiters string, ownerRequestSpecial bool) (user, ext string) {
	if delimiters == "" || local == "" {
		return local, ""
	}
	switch strings.ToLower(local) {
	case "postmaster", "mailer-daemon", "double-bounce":
		return local, ""
	}
	if ownerRequestSpecial && strings.Contains(delimiters, "-") {
		lower := strings.ToLower(local)
		if strings.HasPrefix(lower, "owner-") || strings.HasSuffix(lower, "-request") {
			return local, ""
		}
	}
	i := strings.IndexAny(local, delimiters)
	if i <= 0 {
		return local, ""
	}
	return local[:i], local[i:]
}

// splitAddress cuts at the last "@". domain is empty when there is none.
func splitAddress(addr string) (local, domain string, hasAt bool) {
	i := strings.LastIndexByte(addr, '@')
	if i < 0 {
		return addr, "", false
	}
	return addr[:i], addr[i+1:], true
}

// FindAddress searches as virtual(5) and canonical(5) say: user+ext@domain,
// user@domain, then, when the domain is one of ours, user+ext and user, at
// last @domain.
func (m Maps) FindAddress(addr string, f addressForms) (AddressMatch, error) {
	if m.Empty() || addr == "" {
		return AddressMatch{}, nil
	}
	local, domain, hasAt := splitAddress(addr)
	user, ext := SplitExtension(local, f.delimiters, f.special)
	value, spec, err := m.Find(addr)
	if err != nil || spec != "" {
		return AddressMatch{Value: value, Key: addr, Spec: spec, Found: spec != ""}, err
	}
	try := func(key, ext string, byDomain bool) (AddressMatch, error) {
		value, spec, err := m.findPlain(key)
		return AddressMatch{value, key, spec, ext, byDomain, err == nil && spec != ""}, err
	}
	if ext != "" {
		key := user
		if hasAt {
			key += "@" + domain
		}
		if am, err := try(key, ext, false); err != nil || am.Found {
			return am, err
		}
	}
	if !hasAt {
		return AddressMatch{}, nil
	}
	if f.isLocal != nil && f.isLocal(domain) {
		if am, err := try(local, "", false); err != nil || am.Found {
			return am, err
		}
		if ext != "" {
			if am, err := try(user, ext, false); err != nil || am.Found {
				return am, err
			}
		}
	}
	return try("@"+domain, "", true)
}

// FindTransport searches as transport(5) says: the address, the address
// without extension, domain, .parent domains, "*".
func (m Maps) FindTransport(addr string, f addressForms, parentsMatch bool) (value string, found bool, err error) {
	if m.Empty() {
		return "", false, nil
	}
	local, domain, _ := splitAddress(addr)
	user, ext := SplitExtension(local, f.delimiters, f.special)
	if v, spec, err := m.Find(addr); err != nil || spec != "" {
		return v, spec != "", err
	}
	var keys []string
	if ext != "" {
		keys = append(keys, user+"@"+domain)
	}
	keys = append(keys, domainKeys(domain, parentsMatch)...)
	for _, key := range append(keys, "*") {
		if v, spec, err := m.findPlain(key); err != nil || spec != "" {
			return v, spec != "", err
		}
	}
	return "", false, nil
}

// domainKeys returns a domain and its parents as they are looked up: with a
// leading dot, or without where parent_domain_matches_subdomains lists the
// table's parameter.
func domainKeys(domain string, parentsMatch bool) []string {
	if domain == "" {
		return nil
	}
	keys := []string{domain}
	if strings.HasPrefix(domain, "[") {
		return keys
	}
	for rest := domain; ; {
		i := strings.IndexByte(rest[1:], '.')
		if i < 0 {
			return keys
		}
		rest = rest[1+i:]
		if parentsMatch {
			keys = append(keys, rest[1:])
		} else {
			keys = append(keys, rest)
		}
	}
}

// ParentsMatch tells whether a domain pattern of the parameter also matches
// the subdomains (parent_domain_matches_subdomains).
func (c *Config) ParentsMatch(param string) bool {
	for _, name := range c.List("parent_domain_matches_subdomains") {
		if name == param {
			return true
		}
	}
	return false
}

// addressKeys returns the keys under which access(5) looks up an e-mail
// address: user@domain, domain and parents, user@ — each also without the
// address extension.
func addressKeys(addr string, f addressForms, parentsMatch bool) []string {
	local, domain, hasAt := splitAddress(addr)
	user, ext := SplitExtension(local, f.delimiters, f.special)
	keys := []string{addr}
	if ext != "" && hasAt {
		keys = append(keys, user+"@"+domain)
	}
	keys = append(keys, domainKeys(domain, parentsMatch)...)
	keys = append(keys, local+"@")
	if ext != "" {
		keys = append(keys, user+"@")
	}
	return keys
}

// networkKeys returns the keys under which access(5) looks up a client
// address: 1.2.3.4, 1.2.3, 1.2, 1.
func networkKeys(addr string) []string {
	sep := "."
	if strings.Contains(addr, ":") {
		sep = ":"
	}
	keys := []string{addr}
	for {
		i := strings.LastIndex(addr, sep)
		if i < 0 {
			return keys
		}
		addr = addr[:i]
		keys = append(keys, addr)
	}
}

// findKeys asks for each key in turn; patterns see only the first one.
func (m Maps) findKeys(keys []string) (value string, found bool, err error) {
	value, _, found, err = m.findFirst(keys)
	return value, found, err
}

// findFirst is findKeys for who wants to know which key it was.
func (m Maps) findFirst(keys []string) (value, key string, found bool, err error) {
	for i, key := range keys {
		find := m.findPlain
		if i == 0 {
			find = m.Find
		}
		if v, spec, err := find(key); err != nil || spec != "" {
			return v, key, spec != "", err
		}
	}
	return "", "", false, nil
}
