package dnswire

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ALabels is a domain name in the form that DNS has it in: labels beyond ASCII as
// A-labels (RFC 5890 §2.3.2.1), "xn--" with the label in Punycode. Names that
// are not UTF-8, or too long for a label, stay as they are.
func ALabels(name string) string {
	if strings.IndexFunc(name, func(c rune) bool { return c >= utf8.RuneSelf }) < 0 || !utf8.ValidString(name) {
		return name
	}
	labels := strings.Split(name, ".")
	for i, l := range labels {
		if strings.IndexFunc(l, func(c rune) bool { return c >= utf8.RuneSelf }) < 0 {
			continue
		}
		code := "xn--" + punycode([]rune(strings.Map(unicode.ToLower, l)))
		if len(code) > maxLabel {
			return name
		}
		labels[i] = code
	}
	return strings.Join(labels, ".")
}

// The parameters of Punycode (RFC 3492 §5).
const (
	punyBase = 36
	punyTMin = 1
	punyTMax = 26
	punySkew = 38
	punyDamp = 700
	punyBias = 72
	punyN    = 128
)

// punycode encodes a label (RFC 3492 §6.3).
func punycode(label []rune) string {
	var out []byte
	for _, c := range label {
		if c < punyN {
			out = append(out, byte(c))
		}
	}
	basic := len(out)
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias := rune(punyN), 0, punyBias
	for done := basic; done < len(label); {
		next := rune(unicode.MaxRune)
		for _, c := range label {
			if c >= n && c < next {
				next = c
			}
		}
		delta += int(next-n) * (done + 1)
		n = next
		for _, c := range label {
			if c < n {
				delta++
			}
			if c == n {
				out = appendPuny(out, delta, bias)
				bias = punyAdapt(delta, done+1, done == basic)
				delta = 0
				done++
			}
		}
		delta++
		n++
	}
	return string(out)
}

// appendPuny appends a generalized variable-length integer (RFC 3492 §3.3).
func appendPuny(out []byte, q, bias int) []byte {
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	for k := punyBase; ; k += punyBase {
		t := min(max(k-bias, punyTMin), punyTMax)
		if q < t {
			return append(out, digits[q])
		}
		out = append(out, digits[t+(q-t)%(punyBase-t)])
		q = (q - t) / (punyBase - t)
	}
}

// punyAdapt is the bias after a delta (RFC 3492 §6.1).
func punyAdapt(delta, points int, first bool) int {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > (punyBase-punyTMin)*punyTMax/2; k += punyBase {
		delta /= punyBase - punyTMin
	}
	return k + (punyBase-punyTMin+1)*delta/(delta+punySkew)
}
