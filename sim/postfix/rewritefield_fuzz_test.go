package postfix

import "testing"

// FuzzAddressField takes header fields apart and puts them together again: no
// crash, and what was written once reads back as the same addresses.
func FuzzAddressField(f *testing.F) {
	for _, seed := range []string{`a, "b c" <d@e> (x), g: h, i;`, `<`, `"`, `(((`, `a@[1.2`, `@x:y@z, ;`, `\`, `a b.c@d`} {
		f.Add(seed)
	}
	f.Add("((x)")
	addrs := func(parts []headerPart) (all []string) {
		for _, p := range parts {
			if p.addr != "" {
				all = append(all, p.addr)
			}
		}
		return all
	}
	f.Fuzz(func(t *testing.T, value string) {
		first := foldField("To", scanAddresses(value))
		once := addrs(scanAddresses(string(first[3:])))
		again := addrs(scanAddresses(string(foldField("To", scanAddresses(string(first[3:])))[3:])))
		if len(once) != len(again) {
			t.Fatalf("%q: %q became %q", value, once, again)
		}
		for i := range once {
			if once[i] != again[i] {
				t.Errorf("%q: address %d is %q, then %q", value, i, once[i], again[i])
			}
		}
	})
}
