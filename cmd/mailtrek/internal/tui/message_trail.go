package tui

import (
	"strconv"
	"strings"
	"time"
)

// trailText is the column of the hosts in the Received chain.
const trailText = 19

// drawTrail writes the Received chain, the first hop in the lowest row as in
// the header, with the time that each step took, and returns the rows.
func drawTrail(in *Instant, l *letter, r Region) int {
	if r.H < 2 {
		return 0
	}
	r.Put(0, 0, Quiet, in.Words.T("msg.chain"))
	hops := l.hops
	if len(hops) == 0 {
		r.PutMax(2, 1, r.W-2, Quiet, in.Words.T("msg.nohop"))
		return 2
	}
	pad := len(itoa(len(hops))) - 1 // for the digits of the numbers
	y := 1
	rows := 1
	if r.W < 70 && r.H > 2*len(hops) {
		rows = 2 // a row for the hosts, a row for the rest
	}
	for i := len(hops) - 1; i >= 0; i-- {
		if y+rows > r.H {
			return y
		}
		if i > 0 && y+2*rows > r.H { // the first hop is worth more than those between
			i = 0
			r.Put(pad+1, y, Quiet, "…")
		}
		h := hops[i]
		delay := signed(h.Delay)
		if i == 0 || !h.Known {
			delay = ""
		}
		from := h.From
		if from == "" {
			from = in.Words.T("msg.itself")
		}
		clock := h.Time.Format("15:04:05")
		if h.Time.IsZero() {
			clock = "--:--:--"
		}
		r.PutRight(pad+1, y, Quiet, itoa(i+1))
		r.Put(pad+2, y, Quiet, clock)
		r.PutMax(pad+11, y, 8, Quiet, delay)
		x := r.PutMax(pad+trailText, y, r.W-pad-trailText, Title, shortName(h.By))
		if rows == 2 {
			if textWidth(h.ID) <= r.W-x-2 {
				r.Put(x+2, y, Quiet, h.ID)
			}
			r.PutMax(11, y+1, 7, Quiet, h.With)
			x = r.Put(trailText, y+1, Quiet, in.Glyphs.Left+" ")
			r.PutMax(x, y+1, r.W-x, Plain, shortName(from))
		} else {
			x = r.Put(x, y, Quiet, " "+in.Glyphs.Left+" ")
			x = r.PutMax(x, y, r.W-x, Plain, shortName(from))
			if textWidth(h.With) <= r.W-x-2 {
				x = r.Put(x+2, y, Quiet, h.With)
			}
			if textWidth(h.ID) <= r.W-x-1 {
				r.Put(x+1, y, Quiet, h.ID)
			}
		}
		y += rows
	}
	return y
}

// shortName is a host's name, cut to its first two labels when it is long.
func shortName(name string) string {
	if len(name) <= 24 {
		return name
	}
	labels := strings.SplitN(name, ".", 3)
	if len(labels) < 3 {
		return name
	}
	return labels[0] + "." + labels[1] + "…"
}

// signed is a duration with its sign, in whole seconds.
func signed(d time.Duration) string {
	s := strconv.FormatInt(int64(d/time.Second), 10)
	if d >= 0 {
		s = "+" + s
	}
	return s + " s"
}
