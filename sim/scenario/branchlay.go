package scenario

import "mailtrek/sim/trace"

// maxDetour bounds how many differences are weighed against each other at
// once; behind so many the best way so far is taken. It keeps two long runs
// that have nothing in common from taking for ever.
const maxDetour = 400

// lay finds a shortest way from one list to the other (Myers, "An O(ND)
// difference algorithm and its variations", 1986). The rows name elements from
// 1 on; 0 is none.
func lay(a, b []uint64) []Pair {
	rows := make([]Pair, 0, max(len(a), len(b)))
	x, y := 0, 0
	for x < len(a) || y < len(b) {
		part, dx, dy := layPart(a[x:], b[y:])
		for _, p := range part {
			if p.Was != 0 {
				p.Was += trace.Seq(x)
			}
			if p.Now != 0 {
				p.Now += trace.Seq(y)
			}
			rows = append(rows, p)
		}
		x, y = x+dx, y+dy
	}
	return rows
}

// layPart goes on to the end of both lists, or to where the best way stands
// after maxDetour differences; it returns how far in a and b.
func layPart(a, b []uint64) (rows []Pair, x, y int) {
	limit := min(len(a)+len(b), maxDetour)
	far := make([]int, 2*limit+3) // by diagonal x-y: how far in a
	zero := limit + 1
	var history [][]int
	for d := 0; ; d++ {
		best, found := 0, false
		for k := -d; k <= d; k += 2 {
			at := 0
			switch {
			case d == 0:
			case k == -d || k != d && far[zero+k-1] < far[zero+k+1]:
				at = far[zero+k+1]
			default:
				at = far[zero+k-1] + 1
			}
			for at < len(a) && at-k >= 0 && at-k < len(b) && a[at] == b[at-k] {
				at++
			}
			far[zero+k] = at
			if at > len(a) || at-k > len(b) || at-k < 0 {
				continue
			}
			if at == len(a) && at-k == len(b) {
				return back(history, k, at, d), len(a), len(b)
			}
			if !found || 2*at-k > 2*far[zero+best]-best {
				best, found = k, true
			}
		}
		if d == limit {
			return back(history, best, far[zero+best], d), far[zero+best], far[zero+best] - best
		}
		history = append(history, append([]int(nil), far[zero-d:zero+d+1]...))
	}
}

// back walks from (x, x-k) to the beginning, through the furthest points of
// each number of differences.
func back(history [][]int, k, x, d int) []Pair {
	var rows []Pair
	for ; d > 0; d-- {
		before := history[d-1] // the diagonals -(d-1) … d-1
		at := func(k int) int { return before[k+d-1] }
		down := k == -d || k != d && at(k-1) < at(k+1)
		from, begin := k-1, 0
		if down {
			from = k + 1
			begin = at(from)
		} else {
			begin = at(from) + 1
		}
		for ; x > begin; x-- {
			rows = append(rows, Pair{trace.Seq(x), trace.Seq(x - k), true})
		}
		if down {
			rows = append(rows, Pair{Now: trace.Seq(x - k)})
		} else {
			rows = append(rows, Pair{Was: trace.Seq(x)})
			x--
		}
		k = from
	}
	for ; x > 0; x-- {
		rows = append(rows, Pair{trace.Seq(x), trace.Seq(x), true})
	}
	for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
		rows[i], rows[j] = rows[j], rows[i]
	}
	return rows
}
