package mailaddr

import "strings"

// RewriteConfig are the parameters of trivial-rewrite(8) for one rewriting
// context (postconf(5)).
type RewriteConfig struct {
	Origin      string // $myorigin, appended to an address without domain; "" appends nothing
	Domain      string // $mydomain, appended to a domain without dot (append_dot_mydomain); "" appends nothing
	SwapBang    bool   // swap_bangpath: site!user becomes user@site
	PercentHack bool   // allow_percent_hack: user%domain becomes user@domain
}

// Rewrite brings an address in internal form to the form user@domain as
// trivial-rewrite(8) does: a source route goes, site!user and user%domain
// become addresses with @, a missing domain and the rest of a short one are
// appended, a dot at the end goes. The empty address stays empty.
func Rewrite(addr string, c RewriteConfig) string {
	if addr == "" || addr == "@" {
		return ""
	}
	if strings.HasPrefix(addr, "@") {
		if _, after, ok := strings.Cut(addr, ":"); ok && after != "" {
			addr = after
		}
	}
	at := strings.LastIndexByte(addr, '@')
	if at < 0 {
		addr = c.addDomain(addr)
		at = strings.LastIndexByte(addr, '@')
	}
	if at >= 0 {
		domain := addr[at+1:]
		if c.Domain != "" && domain != "" && domain[0] != '[' && strings.IndexByte(domain, '.') < 0 {
			addr += "." + c.Domain
		}
	}
	if n := len(addr); n > 1 && addr[n-1] == '.' && addr[n-2] != '.' && addr[n-2] != '@' {
		addr = addr[:n-1]
	}
	return addr
}

// addDomain gives an address without @ its domain.
func (c RewriteConfig) addDomain(addr string) string {
	// What is quoted is a local part as it stands, whatever it contains.
	if strings.HasPrefix(addr, "\"") || Quote(addr) == addr {
		if c.SwapBang {
			if site, user, ok := strings.Cut(addr, "!"); ok {
				return user + "@" + site
			}
		}
		if c.PercentHack {
			if i := strings.LastIndexByte(addr, '%'); i >= 0 {
				return addr[:i] + "@" + addr[i+1:]
			}
		}
	}
	if c.Origin != "" {
		return addr + "@" + c.Origin
	}
	return addr
}

// Resolvable reports whether an address in internal form leads anywhere at
// all: its domain, if it has one, is a host name or an address literal.
// Postfix refuses the others as a syntax error. utf8 tells that the client
// asked for SMTPUTF8 and so may use domains beyond ASCII.
func Resolvable(addr string, utf8 bool) bool {
	at := strings.LastIndexByte(addr, '@')
	if at < 0 {
		return true
	}
	domain := addr[at+1:]
	if n := len(domain); n > 1 && domain[n-1] == '.' && domain[n-2] != '.' {
		domain = domain[:n-1]
	}
	return ValidDomain(domain, utf8)
}
