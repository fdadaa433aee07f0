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
	agentTime   = 1 * time.Millisecond // a delivery agent taking a request
	diskTime    = 2 * time.Millisecond // appending to a mailbox
	bounceTime  = 2 * time.Millisecond // composing a notification
	reportTime  = 2 * time.Millisecond // until a daemon's report is read by the queue manager
	pickupTime  = 5 * time.Millisecond // from the trigger to reading maildrop
	commandTime = 1 * time.Millisecond // a command run by local(8) or pipe(8)
)

// startTime is how long it takes until a process of a program that master(8) has
// to start is there for its first request. Measured with Postfix 3.7.11 on two
// cores: from a connection to the service to the first byte that comes back, 12
// times each after a reload, the quicker half. Programs that speak TLS load the
// library for it and the tables of their policies. One that is there already
// answers within 0.2 ms.
func startTime(program string) time.Duration {
	switch program {
	case "smtpd":
		return 14 * time.Millisecond
	case "smtp", "lmtp":
		return 12 * time.Millisecond
	}
	return 8 * time.Millisecond // local 7, bounce 8, error 8, cleanup 9
}

// appendDelay appends a delay as the delay= and delays= attributes have it: two
// significant digits, no more than limit behind the point, no trailing zeros
// (format_tv(3)).
func appendDelay(b []byte, d time.Duration, limit int) []byte {
	s := max(d, 0).Seconds()
	scale := 100 // how many of what the last digit counts make a second
	switch {
	case s >= 10 || limit <= 0:
		scale = 1
	case s >= 1 || limit == 1:
		scale = 10
	}
	n := int(math.Round(s * float64(scale)))
	b = strconv.AppendInt(b, int64(n/scale), 10)
	if n %= scale; n == 0 {
		return b
	}
	b = append(b, '.')
	for n > 0 {
		scale /= 10
		b = append(b, '0'+byte(n/scale))
		n %= scale
	}
	return b
}
