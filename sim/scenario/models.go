package scenario

import (
	"fmt"
	"time"

	"mailtrek/sim"
	"mailtrek/sim/node"
)

// newPolicy makes the built-in model that a service block names.
func newPolicy(v Service) node.Policy {
	if v.Model == "policy" {
		return func(*sim.Proc, map[string]string, time.Time) string { return v.Options["action"] }
	}
	delay, ok := parseDuration(v.Options["delay"])
	if !ok {
		delay = time.Minute
	}
	return greylist(delay)
}

// greylist is a policy service that puts off the first attempt of a (client,
// sender, recipient) until delay has passed (Postfix SMTPD_POLICY_README,
// "Greylist policy server").
func greylist(delay time.Duration) node.Policy {
	first := map[string]time.Time{}
	return func(_ *sim.Proc, a map[string]string, now time.Time) string {
		key := a["client_address"] + "/" + a["sender"] + "/" + a["recipient"]
		at, known := first[key]
		if !known {
			first[key], at = now, now
		}
		passed := now.Sub(at)
		if passed >= delay {
			return "dunno"
		}
		left := int(delay.Seconds()) - int(passed.Seconds())
		return fmt.Sprintf("451 4.7.1 Greylisted, please try again in %d seconds", max(1, left))
	}
}
