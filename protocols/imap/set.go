package imap

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// span is a range of numbers; hi may be last.
type span struct{ lo, hi uint32 }

// last is "*": the last message.
const last = ^uint32(0)

// set is a set of message numbers or UIDs as given (RFC 3501 §9 sequence-set),
// ordered and without overlaps.
type set []span

// parseSet reads "1,3:5,7:*". As Dovecot, it takes a comma at the end, and an
// empty set.
func parseSet(text string) (set, bool) {
	s := set{}
	for text != "" {
		var part string
		part, text, _ = strings.Cut(text, ",")
		a, b, ranged := strings.Cut(part, ":")
		lo, ok := parseNumber(a)
		hi := lo
		if ok && ranged {
			hi, ok = parseNumber(b)
		}
		if !ok {
			return nil, false
		}
		s = append(s, span{min(lo, hi), max(lo, hi)})
	}
	return s.ordered(), true
}

// parseNumber reads a number; what is too large for 32 bits counts modulo 2^32, as
// in Dovecot.
func parseNumber(text string) (uint32, bool) {
	if text == "*" {
		return last, true
	}
	var n uint32
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n = n*10 + uint32(text[i]-'0')
	}
	return min(n, last-1), n > 0
}

// starred tells whether "*" is in the set.
func (s set) starred() bool { return len(s) > 0 && s[len(s)-1].hi == last }

// count is how many numbers are in the set.
func (s set) count() uint64 {
	n := uint64(0)
	for _, r := range s {
		n += uint64(r.hi) - uint64(r.lo) + 1
	}
	return n
}

// ordered sorts and joins.
func (s set) ordered() set {
	slices.SortFunc(s, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
	out := s[:0]
	for _, r := range s {
		if n := len(out); n > 0 && (out[n-1].hi == last || r.lo <= out[n-1].hi+1) && r.lo != last {
			out[n-1].hi = max(out[n-1].hi, r.hi)
			continue
		}
		out = append(out, r)
	}
	return out
}

// numbers makes a set of numbers in rising order.
func numbers(list []uint32) set {
	var s set
	for _, n := range list {
		if l := len(s); l > 0 && s[l-1].hi+1 == n {
			s[l-1].hi = n
		} else {
			s = append(s, span{n, n})
		}
	}
	return s
}

// String writes the set.
func (s set) String() string {
	var b []byte
	for i, r := range s {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(r.lo), 10)
		if r.hi != r.lo {
			b = strconv.AppendUint(append(b, ':'), uint64(r.hi), 10)
		}
	}
	return string(b)
}

// has tells whether n is in the set; top is what "*" means.
func (s set) has(n, top uint32) bool {
	for _, r := range s {
		lo, hi := r.lo, r.hi
		if lo == last {
			lo = top
		}
		if hi == last { // "7:*" is the last message also when 7 is beyond it
			lo, hi = min(lo, top), max(lo, top)
		}
		if lo <= n && n <= hi {
			return true
		}
	}
	return false
}

// valid tells whether a set of message numbers means messages that exist.
// Deviates from RFC 3501 §9 as Dovecot does: only its end is looked at.
func (s set) valid(count uint32) bool {
	if count == 0 || len(s) == 0 {
		return false
	}
	r := s[len(s)-1]
	if r.hi == last {
		return r.lo <= count || r.lo == last
	}
	return r.hi <= count
}
