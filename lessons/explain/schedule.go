package explain

import (
	"strconv"
	"strings"
	"time"

	"mailtrek/sim/trace"
)

// scheduleTerms are what the decisions of the queue manager are about.
var scheduleTerms = map[string]string{
	trace.SchedWindow: "concurrency", trace.SchedWait: "concurrency", trace.SchedGo: "concurrency", trace.SchedAhead: "concurrency",
	trace.SchedDead: "dead destination", trace.SchedAlive: "dead destination", trace.SchedRest: "destination",
	trace.SchedScan: "queue run", trace.SchedAnew: "dead destination",
}

// schedule explains a decision of the queue manager.
func (x *teller) schedule() Explanation {
	what := x.a()
	key, long := "schedule."+what, time.Duration(x.e.N)*time.Millisecond
	switch what {
	case trace.SchedWindow:
		if key += ".up"; int(x.e.N) < int(x.e.Code) {
			key = "schedule.window.down"
		}
	case trace.SchedDead:
		long = time.Duration(x.e.N) * time.Second
	}
	return x.say(x.first(key, "schedule"), "what", what, "dest", x.b(), "id", x.c(), "n", x.n(), "before", strconv.Itoa(int(x.e.Code)), "for", lasting(long), "why", x.saying())
}

// lasting is a length of time as the parameters of Postfix have it: "300s",
// "1.5s".
func lasting(d time.Duration) string {
	s := strconv.FormatFloat(d.Seconds(), 'f', 3, 64)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".") + "s"
}
