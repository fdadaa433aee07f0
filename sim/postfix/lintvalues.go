package postfix

import (
	"fmt"
	"strings"
)

// What the values of a configuration name and the simulation, or Postfix,
// does not have: restrictions, table types, programs.

// unmodelledRestrictions are restrictions of Postfix that need what the
// simulation has not, such as client certificates. The value
// tells that an argument follows.
var unmodelledRestrictions = map[string]bool{
	"permit_tls_clientcerts": false, "permit_tls_all_clientcerts": false, "check_ccert_access": true,
	"reject_rhsbl_reverse_client": true, "permit_rhswl_client": true, "reject_maps_rbl": false, "check_relay_domains": false,
}

// unmodelledTables are types of lookup tables that ask other programs or need
// files that the simulation cannot read.
var unmodelledTables = map[string]bool{
	"ldap": true, "mysql": true, "pgsql": true, "sqlite": true, "memcache": true, "nis": true, "nisplus": true,
	"socketmap": true, "tcp": true, "randmap": true, "environ": true, "internal": true,
}

// programs are the daemons of Postfix; the value tells whether a service that
// runs it does anything in the simulation.
var programs = map[string]bool{
	"smtpd": true, "postscreen": true, "smtp": true, "lmtp": true, "local": true, "virtual": true, "pipe": true, "error": true, "discard": true,
	"pickup": true, "cleanup": true, "qmgr": true, "trivial-rewrite": true, "bounce": true, "flush": true, "showq": true, "anvil": true,
	"proxymap": true, "postlogd": true, "scache": true, "tlsmgr": true, "spawn": true, "verify": true,
	"qmqpd": false, "oqmgr": false, "nqmgr": false, "dnsblog": false, "tlsproxy": false,
}

// lintValue looks at what the value of a parameter names.
func (c *Config) lintValue(file string, e Entry) []Diag {
	var diags []Diag
	note := func(format string, args ...any) {
		diags = append(diags, Diag{Note: true, File: file, Line: e.Line, Text: fmt.Sprintf(format, args...)})
	}
	items := c.List(e.Name)
	isList := strings.HasPrefix(e.Name, "smtpd_") && strings.HasSuffix(e.Name, "_restrictions") || listHas(c.List("smtpd_restriction_classes"), e.Name)
	for i := 0; i < len(items); i++ {
		if kind := unmodelledTable(items[i]); kind != "" && namesTables(e.Name) {
			note("%s: %s tables are not modelled here", e.Name, kind)
			continue
		}
		if !isList {
			continue
		}
		word := strings.ToLower(items[i])
		if newer := restrictionNames[word]; newer != "" {
			word = newer
		}
		arg, unmodelled := unmodelledRestrictions[word]
		r, known := restrictionTable[word]
		switch {
		case known && r.arg || unmodelled && arg:
			if i++; i >= len(items) {
				diags = append(diags, Diag{File: file, Line: e.Line, Text: fmt.Sprintf("restriction `%s' needs an argument", word)})
			} else if kind := unmodelledTable(items[i]); kind != "" {
				note("%s: %s tables are not modelled here", e.Name, kind)
			}
			if unmodelled {
				note("%s: %s is known to Postfix and not modelled here", e.Name, word)
			}
		case unmodelled:
			note("%s: %s is known to Postfix and not modelled here", e.Name, word)
		case known || word == "warn_if_reject" || isTableSpec(items[i]) || listHas(c.List("smtpd_restriction_classes"), items[i]):
		default:
			diags = append(diags, Diag{File: file, Line: e.Line, Text: fmt.Sprintf("unknown smtpd restriction: \"%s\"", items[i])})
		}
	}
	return diags
}

// unmodelledTable returns the type of a table that is not modelled, or "".
func unmodelledTable(item string) string {
	item = strings.TrimLeft(item, "!")
	for strings.HasPrefix(item, "proxy:") {
		item = item[len("proxy:"):]
	}
	if kind, _, ok := strings.Cut(item, ":"); ok && unmodelledTables[kind] {
		return kind
	}
	return ""
}

// namesTables tells whether a parameter's value may name lookup tables.
func namesTables(name string) bool {
	return strings.HasSuffix(name, "_maps") || strings.HasSuffix(name, "_restrictions") || strings.HasSuffix(name, "_checks") ||
		strings.HasSuffix(name, "_domains") || name == "mydestination" || name == "mynetworks" || name == "alias_database"
}

// lintService looks at the program of a service.
func lintService(file string, s *Service) []Diag {
	modelled, known := programs[s.Command]
	switch {
	case !known:
		return []Diag{{File: file, Line: s.Line, Text: fmt.Sprintf("%s: line %d: service %s: no program %s in /usr/lib/postfix/sbin", file, s.Line, s.Name, s.Command)}}
	case !modelled:
		return []Diag{{Note: true, File: file, Line: s.Line, Text: s.Command + " is known to Postfix and not modelled here"}}
	}
	return nil
}
