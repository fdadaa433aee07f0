package postfix

import (
	"time"

	"mailtrek/protocols/message"
)

// postfixDate is a date as mail_date(3) writes it, e.g. in Received and Date:
// "Sat, 21 Nov 2026 23:57:40 +0000 (UTC)".
func postfixDate(t time.Time) string { return message.FormatDate(t) }
