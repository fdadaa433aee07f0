package postfix

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// DomainAges are how long recipients (or messages) of a domain have waited.
type DomainAges struct {
	Domain string
	Ages   []time.Duration
}

// DomainAges is what qshape(1) counts: the recipients that wait in some queues, by
// their domain, or with senders the messages by the domain of the sender. Domains
// with the most come first, of equal ones the shorter.
func (s *System) DomainAges(now time.Time, senders bool, queues ...string) []DomainAges {
	var list []DomainAges
	count := func(addr string, age time.Duration) {
		domain := strings.ToLower(addr[strings.LastIndexByte(addr, '@')+1:])
		if addr == "" {
			domain = "MAILER-DAEMON"
		}
		i := slices.IndexFunc(list, func(d DomainAges) bool { return d.Domain == domain })
		if i < 0 {
			i, list = len(list), append(list, DomainAges{Domain: domain})
		}
		list[i].Ages = append(list[i].Ages, age)
	}
	for _, m := range s.Mails() {
		switch age := now.Sub(m.Arrived); {
		case !slices.Contains(queues, m.Queue):
		case senders:
			count(m.Sender, age)
		case m.submitted != nil:
			for _, to := range m.submitted.Recipients {
				count(to, age)
			}
		default:
			for _, r := range m.undelivered() {
				count(r.Addr, age)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b DomainAges) int {
		return cmp.Or(cmp.Compare(len(b.Ages), len(a.Ages)), cmp.Compare(len(a.Domain), len(b.Domain)), cmp.Compare(a.Domain, b.Domain))
	})
	return list
}
