package mailaddr

import (
	"strings"
	"unicode/utf8"
)

const (
	// maxLabel is the longest label of a domain name (RFC 1035 §2.3.4).
	maxLabel = 63
	// maxHostname is the longest name that Postfix takes; RFC 5321 §4.5.3.1.2
	// has the same limit of 255 octets.
	maxHostname = 255
)

// ValidHostname reports whether name can be a host name for Postfix
// (valid_hostname): letters, digits, "_" and "-" in labels of at most 63, not
// only digits. Deviates from RFC 5321 §4.1.2: "_" is accepted.
func ValidHostname(name string) bool {
	if name == "" || len(name) > maxHostname {
		return false
	}
	label, numeric := 0, true
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_':
			numeric = false
			label++
		case c >= '0' && c <= '9':
			label++
		case c == '.':
			if label == 0 || label > maxLabel || i+1 == len(name) {
				return false
			}
			label = 0
		case c == '-':
			numeric = false
			label++
			if label == 1 || i+1 == len(name) || name[i+1] == '.' {
				return false
			}
		default:
			return false
		}
	}
	return !numeric && label <= maxLabel
}

// validUTF8Hostname also takes internationalized names, U-labels: letters
// beyond ASCII in valid UTF-8 (RFC 6531 §3.3).
func validUTF8Hostname(name string) bool {
	if !utf8.ValidString(name) {
		return false
	}
	ascii := strings.Map(func(r rune) rune {
		switch r {
		case '\u3002', '\uff0e', '\uff61': // RFC 3490 §3.1: also dots
			return '.'
		}
		if r >= utf8.RuneSelf {
			return 'x'
		}
		return r
	}, name)
	return ValidHostname(ascii)
}

// ValidLiteral reports whether s is an address literal with its brackets
// (RFC 5321 §4.1.3): "[10.10.20.100]" or "[IPv6:2001:db8::1]".
func ValidLiteral(s string) bool {
	if len(s) < 2 || s[0] != '[' || s[len(s)-1] != ']' {
		return false
	}
	inner := s[1 : len(s)-1]
	const tag = "ipv6:"
	if len(inner) >= len(tag) && strings.EqualFold(inner[:len(tag)], tag) {
		return validIPv6(inner[len(tag):])
	}
	return validIPv4(inner)
}

// ValidAddress reports whether s is a bare IP address in text form.
func ValidAddress(s string) bool {
	if strings.IndexByte(s, ':') >= 0 {
		return validIPv6(s)
	}
	return validIPv4(s)
}

// ValidDomain reports whether what follows the @ of an address can be
// resolved: a host name or an address literal, not a bare IP address. utf8
// admits names beyond ASCII.
func ValidDomain(domain string, utf8 bool) bool {
	if strings.HasPrefix(domain, "[") {
		return ValidLiteral(domain)
	}
	if utf8 {
		return validUTF8Hostname(domain)
	}
	return ValidHostname(domain)
}

func validIPv4(s string) bool {
	value, digits, octets := 0, 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			if digits == 0 {
				octets++
				value = 0
			}
			digits++
			value = value*10 + int(c-'0')
			if value > 255 {
				return false
			}
		case c == '.':
			if digits == 0 || i+1 == len(s) {
				return false
			}
			// Postfix takes 0.0.0.0, but no other network 0.
			if octets == 1 && value == 0 && strings.Trim(s, "0.") != "" {
				return false
			}
			digits = 0
		default:
			return false
		}
	}
	return octets == 4
}

// validIPv6 takes what RFC 4291 §2.2 has: eight groups, "::" once, an IPv4
// address at the end.
func validIPv6(s string) bool {
	head, tail, compressed := strings.Cut(s, "::")
	n, ok := ipv6Groups(head, !compressed)
	if !compressed {
		return ok && n == 8
	}
	m, ok2 := ipv6Groups(tail, true)
	return ok && ok2 && n+m <= 7
}

func ipv6Groups(s string, v4 bool) (int, bool) {
	if s == "" {
		return 0, true
	}
	groups := strings.Split(s, ":")
	n := len(groups)
	for i, g := range groups {
		if v4 && i == len(groups)-1 && strings.IndexByte(g, '.') >= 0 {
			return n + 1, validIPv4(g)
		}
		if g == "" || len(g) > 4 {
			return 0, false
		}
		for j := range len(g) {
			if unhex(g[j]) < 0 {
				return 0, false
			}
		}
	}
	return n, true
}
