package message

import (
	"strings"
	"time"
)

// MessageIDs reads the identifiers of Message-ID, In-Reply-To or References,
// without angle brackets, white space and comments (RFC 5322 §3.6.4).
func MessageIDs(value string) []string {
	var ids []string
	s := stripComments(Unfold(value))
	for {
		from := strings.IndexByte(s, '<')
		if from < 0 {
			return ids
		}
		end := strings.IndexByte(s[from:], '>')
		if end < 0 || len(ids) == MaxAddresses {
			return ids
		}
		if id := squeeze(s[from+1 : from+end]); id != "" {
			ids = append(ids, id)
		}
		s = s[from+end+1:]
	}
}

// NewMessageID makes the identifier that Postfix's cleanup gives to a message
// without one: time, queue id and host.
func NewMessageID(t time.Time, queueID, host string) string {
	return "<" + t.UTC().Format("20060102150405") + "." + queueID + "@" + host + ">"
}
