package postfix

import (
	"math"
	"strconv"
	"strings"
)

// feedback is default_destination_concurrency_positive_feedback and its like:
// a number, or a number divided by another, by the window, or by its square
// root (SCHEDULER_README, "Concurrency feedback").
type feedback struct {
	base float64
	by   string // "", "concurrency", "sqrt_concurrency"
}

// parseFeedback reads "1", "0.5", "1/8", "1/concurrency" or
// "1/sqrt_concurrency"; ok is false for anything else, and for what is not
// within 0 and 1 (qmgr_feedback_init).
func parseFeedback(s string) (f feedback, ok bool) {
	num, by, divided := strings.Cut(s, "/")
	base, err := strconv.ParseFloat(strings.TrimSpace(num), 64)
	if err != nil {
		return feedback{base: 1}, false
	}
	f = feedback{base: base}
	switch by = strings.TrimSpace(by); {
	case !divided:
	case by == "concurrency" || by == "sqrt_concurrency":
		f.by = by
	default:
		n, err := strconv.ParseFloat(by, 64)
		if err != nil || n < 1.0/math.MaxInt32 || n > math.MaxInt32 {
			return feedback{base: 1}, false
		}
		f.base = base / n
	}
	if !(f.base >= 0 && f.base <= 1) {
		return feedback{base: 1}, false
	}
	return f, true
}

// of is the feedback at a window.
func (f feedback) of(window int) float64 {
	switch f.by {
	case "concurrency":
		return f.base / float64(max(window, 1))
	case "sqrt_concurrency":
		return f.base / math.Sqrt(float64(max(window, 1)))
	}
	return f.base
}

// kind is the number of the feedback's form, as destination_concurrency_feedback_debug
// shows it.
func (f feedback) kind() int {
	return map[string]int{"concurrency": 1, "sqrt_concurrency": 2}[f.by]
}

// feedbackOf reads a feedback of a transport, and warns of one that makes no
// sense.
func (t *transport) feedbackOf(d *daemon, suffix string) feedback {
	name := t.name + "_" + suffix
	text := d.conf.Get(name)
	if text == d.conf.Get("default_"+suffix) {
		name = "default_" + suffix
	}
	f, ok := parseFeedback(text)
	if !ok {
		d.log("warning: %s: ignoring malformed or unreasonable feedback: %s", name, text)
	}
	if d.conf.Bool("destination_concurrency_feedback_debug") {
		first := int(d.conf.Int("initial_destination_concurrency"))
		d.log("%s: %s feedback type %d value at %d: %s", t.name, name, f.kind(), first, shortFloat(f.of(first)))
	}
	return f
}

// shortFloat is a number as "%g" of C writes it.
func shortFloat(f float64) string { return strconv.FormatFloat(f, 'g', 6, 64) }
