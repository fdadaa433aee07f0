package postfix

import "strings"

// flushSite tries what waits for a domain at once, as ETRN and "postqueue -s"
// ask flush(8) to do (ETRN_README).
func (q *qmgr) flushSite(domain string) {
	for _, m := range q.sys.queue.in(deferred) {
		for _, r := range m.undelivered() {
			if _, d, _ := splitAddress(r.Addr); strings.EqualFold(d, domain) {
				q.retry(m)
				break
			}
		}
	}
}
