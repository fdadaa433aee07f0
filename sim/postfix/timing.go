package postfix

import (
	"math"
	"strconv"
	"time"
)

// How long the daemons take on a machine that has nothing else to do. Only the
// order of magnitude matters: it makes a log readable and a delay plausible.
const (
	cleanupTime = 2 * time.Millisecond // writing and syncing a queue file
	qmgrTime    = 1 * time.Millisecond // from the trigger to the active queue
	agentTime   = 3 * time.Millisecond // a delivery agent taking a request
	spawnTime   = 2 * time.Millisecond // master(8) starting a process when none is idle
	diskTime    = 2 * time.Millisecond // appending to a mailbox
	bounceTime  = 2 * time.Millisecond // composing a notification
	reportTime  = 2 * time.Millisecond // until a daemon's report is read by the queue manager
	pickupTime  = 5 * time.Millisecond // from the trigger to reading maildrop
	commandTime = 1 * time.Millisecond // a command run by local(8) or pipe(8)
)

// formatDelay writes a delay as the delay= and delays= attributes have it: two
// significant digits, no more than limit behind the point, no trailing zeros
// (format_tv(3)).
func formatDelay(d time.Duration, limit int) string {
	if d < 0 {
		d = 0
	}
	s := d.Seconds()
	digits := 2
	switch {
	case s >= 10:
		return strconv.FormatFloat(math.Round(s), 'f', -1, 64)
	case s >= 1:
		digits = 1
	}
	scale := math.Pow10(min(digits, limit))
	return strconv.FormatFloat(math.Round(s*scale)/scale, 'f', -1, 64)
}
