package dnswire

import (
	"cmp"
	"slices"
)

// MX is a host that takes mail for a domain; of several, the one with the lowest
// preference is tried first (RFC 5321 §5.1).
type MX struct {
	Pref uint16
	Host string // without final dot; "." is the null MX
}

// OrderMX returns the hosts in the order in which a client has to try them: by
// preference, those of equal preference in random order to spread the load
// (RFC 5321 §5.1, Postfix smtp_randomize_addresses). With nil dice equals keep
// their order.
func OrderMX(mx []MX, dice Dice) []MX {
	out := append([]MX(nil), mx...)
	Order(out, dice, func(x *MX) uint16 { return x.Pref })
	return out
}

// Order is OrderMX, in place, for whatever has a preference.
func Order[T any](list []T, dice Dice, pref func(*T) uint16) {
	if len(list) > 1 {
		order(list, dice, pref)
	}
}

func order[T any](list []T, dice Dice, pref func(*T) uint16) {
	shuffle(len(list), dice, func(i, j int) { list[i], list[j] = list[j], list[i] })
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(pref(&a), pref(&b)) })
}

// NullMX tells whether a domain says that it takes no mail: an MX whose host is
// the root (RFC 7505 §3). There should be no other beside it; clients that find
// it do not look for one.
func NullMX(mx []MX) bool {
	return slices.ContainsFunc(mx, func(x MX) bool { return x.Host == "." })
}
