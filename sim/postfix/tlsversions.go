package postfix

import (
	"crypto/tls"
	"strings"
)

// tlsVersions are the versions of TLS that a list of protocols leaves: 0 is no
// limit of its own. What OpenSSL does not offer any more is not offered.
type tlsVersions struct{ min, max uint16 }

// tlsNumbers are the versions that can be named.
var tlsNumbers = []struct {
	name    string
	version uint16
}{
	{"SSLv2", 0x0200}, {"SSLv3", 0x0300}, {"TLSv1", tls.VersionTLS10}, {"TLSv1.1", tls.VersionTLS11}, {"TLSv1.2", tls.VersionTLS12}, {"TLSv1.3", tls.VersionTLS13},
}

// tlsVersions evaluates a list such as ">=TLSv1.2" or "!SSLv2, !SSLv3": limits,
// exclusions, and names of those that alone are wanted (postconf(5),
// smtp_tls_protocols).
func (c *Config) tlsVersions(param string) (v tlsVersions) {
	only, not := map[string]bool{}, map[string]bool{}
	for _, word := range strings.FieldsFunc(c.Get(param), func(r rune) bool { return r == ',' || r == ':' || r == ' ' || r == '\t' }) {
		switch name := strings.TrimLeft(word, "<>=!"); {
		case strings.HasPrefix(word, ">="):
			v.min = tlsNumber(name)
		case strings.HasPrefix(word, "<="):
			v.max = tlsNumber(name)
		case strings.HasPrefix(word, "!"):
			not[strings.ToLower(name)] = true
		default:
			only[strings.ToLower(name)] = true
		}
	}
	if len(only)+len(not) == 0 {
		return v
	}
	for _, n := range tlsNumbers {
		if name := strings.ToLower(n.name); not[name] || len(only) > 0 && !only[name] {
			continue
		}
		if v.min == 0 {
			v.min = n.version
		}
		v.max = n.version
	}
	return v
}

// tlsNumber is a version by its name, 0 for none.
func tlsNumber(name string) uint16 {
	for _, n := range tlsNumbers {
		if strings.EqualFold(n.name, name) {
			return n.version
		}
	}
	return 0
}

// limit puts the limits into a configuration.
func (v tlsVersions) limit(cfg *tls.Config) {
	cfg.MinVersion = max(v.min, tls.VersionTLS12)
	if v.max != 0 {
		cfg.MaxVersion = v.max
		cfg.MinVersion = min(cfg.MinVersion, v.max)
	}
}
