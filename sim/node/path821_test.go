package node

import "testing"

// The paths of the example in RFC 821 §3.6 and §4.1.1: E relays for A to C,
// and what else stands between angle brackets.
func TestPaths821(t *testing.T) {
	for _, c := range []struct{ path, me, arrived, through, host string }{
		{"@HOSTX.ARPA,@HOSTY.ARPA:SAM@HOSTZ.ARPA", "hostx.arpa", "@HOSTY.ARPA:SAM@HOSTZ.ARPA", "@hostx.arpa,@HOSTX.ARPA,@HOSTY.ARPA:SAM@HOSTZ.ARPA", "HOSTX.ARPA"},
		{"@HOSTY.ARPA:SAM@HOSTZ.ARPA", "HOSTY.ARPA", "SAM@HOSTZ.ARPA", "@HOSTY.ARPA,@HOSTY.ARPA:SAM@HOSTZ.ARPA", "HOSTY.ARPA"},
		{"SAM@HOSTZ.ARPA", "HOSTZ.ARPA", "SAM", "@HOSTZ.ARPA:SAM@HOSTZ.ARPA", "HOSTZ.ARPA"},
		{"SAM@HOSTZ.ARPA", "HOSTY.ARPA", "SAM@HOSTZ.ARPA", "@HOSTY.ARPA:SAM@HOSTZ.ARPA", "HOSTZ.ARPA"},
		{"postmaster", "A", "postmaster", "@A:postmaster", ""},
		{"", "A", "", "@A:", ""},
		{"@,@:", "A", "", "@A:", ""},
		{"a:b@c", "A", "a:b@c", "@A:a:b@c", "c"},
	} {
		p := ParsePath(c.path)
		if got := p.arrived(c.me).String(); got != c.arrived {
			t.Errorf("%s arrived at %s: got %s, want %s", c.path, c.me, got, c.arrived)
		}
		if got := p.through(c.me).String(); got != c.through {
			t.Errorf("%s through %s: got %s, want %s", c.path, c.me, got, c.through)
		}
		if got := p.host(); got != c.host {
			t.Errorf("%s leads to %q, want %q", c.path, got, c.host)
		}
	}
}
