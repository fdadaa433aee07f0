package postfix

import "time"

// postfixDate is a date as mail_date(3) writes it, e.g. in Received and Date:
// "Sat, 21 Nov 2026 23:57:40 +0000 (UTC)".
func postfixDate(t time.Time) string {
	zone, _ := t.Zone()
	return t.Format("Mon, _2 Jan 2006 15:04:05 -0700") + " (" + zone + ")"
}
