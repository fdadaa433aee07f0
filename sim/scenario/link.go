package scenario

import (
	"strconv"
	"strings"
)

// parsePercent reads "10%" as 0.1.
func parsePercent(s string) (float64, bool) {
	digits, ok := strings.CutSuffix(s, "%")
	v, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || !(v >= 0 && v <= 100) {
		return 0, false
	}
	return v / 100, true
}

// link reads a link block: "delay 20ms", "loss 1%".
func (b *builder) link(blk *Block) {
	var ends [2]string
	for i, w := range blk.args {
		if w.text == "*" {
			continue
		}
		h := b.hostNamed(w)
		if h == nil {
			return
		}
		ends[i] = h.Name
	}
	k := Link{A: ends[0], B: ends[1]}
	for _, l := range blk.lines {
		if l.comment() {
			continue
		}
		words := l.words()
		key := strings.TrimSuffix(words[0].text, ":")
		if len(words) != 2 {
			b.src.errorAt(words[0], "delay TIME or loss PERCENT", "%q has one value", key)
			continue
		}
		value, ok := words[1], false
		switch key {
		case "delay":
			if k.Delay, ok = parseDuration(value.text); !ok {
				b.src.errorAt(value, wantDuration, "%q is not a time", value.text)
			}
			k.HasDelay = ok
		case "loss":
			if k.Loss, ok = parsePercent(value.text); !ok {
				b.src.errorAt(value, "a percentage such as 10%", "%q is no percentage", value.text)
			}
			k.HasLoss = ok
		default:
			b.src.errorAt(words[0], "delay TIME or loss PERCENT", "a link has no %q%s", key, didYouMean(key, []string{"delay", "loss"}))
		}
	}
	b.s.Links = append(b.s.Links, k)
}
