package dnswire

import (
	"net/netip"
	"testing"
)

// TestACL checks address match lists as allow-recursion has them, for a host
// with the address 10.10.0.53 in 10.10.0.0/16.
func TestACL(t *testing.T) {
	own := []netip.Prefix{netip.MustParsePrefix("10.10.0.53/16")}
	for _, c := range []struct {
		list, addr string
		want       bool
	}{
		{"any;", "203.0.113.1", true},
		{"none;", "10.10.0.1", false},
		{"none; any;", "10.10.0.1", false},
		{"", "10.10.0.1", false},
		{"localhost;", "127.0.0.1", true},
		{"localhost;", "10.10.0.53", true},
		{"localhost;", "10.10.0.54", false},
		{"localnets;", "10.10.9.9", true},
		{"localnets;", "10.11.0.1", false},
		{"10.10.1/24;", "10.10.1.7", true},
		{"10.10.1/24;", "10.10.2.7", false},
		{"!10.10.1.7; 10.10.1/24;", "10.10.1.7", false},
		{"10.10.1/24; !10.10.1.7;", "10.10.1.7", true},
		{"{ 10.1.1.1; 10.1.1.2; };", "10.1.1.2", true},
		{"!{ 10.1.1.1; }; any;", "10.1.1.1", false},
		{"! { 10.1.1.1; }; any;", "10.1.1.2", true},
		{"trusted;", "192.0.2.9", true},
		{"!trusted; any;", "192.0.2.9", false},
		{"2001:db8::/32;", "2001:db8::1", true},
		{"10.0.0.1;", "::ffff:10.0.0.1", true},
	} {
		conf, probs := ParseNamedConf("n", "acl trusted { 192.0.2.0/24; };\noptions { allow-recursion { "+c.list+" }; };")
		if conf == nil {
			t.Errorf("%s: %v", c.list, probs)
			continue
		}
		if got := conf.AllowRecursion.Allows(netip.MustParseAddr(c.addr), own); got != c.want {
			t.Errorf("{ %s } for %s: got %v, want %v", c.list, c.addr, got, c.want)
		}
	}
}
