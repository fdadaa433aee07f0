package postfix

import "strconv"

// warnClogged warns of a destination that takes up more than a fifth of the
// active queue, and says what may be done about it, once in
// qmgr_clog_warn_time (qmgr_entry_create).
func (dest *destination) warnClogged(d *daemon) {
	q := dest.t.q
	length, now := int64(dest.left+dest.busy), d.p.Now().Unix()
	if length <= q.limit/5 {
		return
	}
	every := d.conf.Duration("qmgr_clog_warn_time")
	if every <= 0 || now < dest.warned || !d.conf.Bool("helpful_warnings") {
		return
	}
	dest.warned = now + seconds(every)
	share := float64(length) / float64(q.activeN)
	d.log("warning: mail for %s is using up %d of %d active queue entries", dest.nexthop, length, q.activeN)
	if share < 0.9 {
		d.log("warning: this may slow down other mail deliveries")
	}
	for _, line := range dest.advice(share) {
		d.log("warning: %s", line)
	}
	d.log("warning: please avoid flushing the whole queue when you have")
	d.log("warning: lots of deferred mail, that is bad for performance")
	d.log("warning: to turn off these warnings specify: qmgr_clog_warn_time = 0")
}

// advice is what may help a destination with such a share of the active queue.
func (dest *destination) advice(share float64) []string {
	t := dest.t
	limit := t.q.limit
	switch {
	case t.limit > 0 && t.limit <= dest.busy+1:
		return []string{"you may need to increase the main.cf " + t.name + "_destination_concurrency_limit from " + strconv.Itoa(t.limit)}
	case float64(dest.window) > float64(limit)*share:
		return []string{"you may need to increase the main.cf qmgr_message_active_limit from " + strconv.FormatInt(limit, 10)}
	case len(t.destinations) > 1:
		return []string{"you may need a separate master.cf transport for " + dest.nexthop}
	}
	return []string{
		"you may need to reduce " + t.name + " connect and helo timeouts",
		"so that Postfix quickly skips unavailable hosts",
		"you may need to increase the main.cf minimal_backoff_time and maximal_backoff_time",
		"so that Postfix wastes less time on undeliverable mail",
		"you may need to increase the master.cf " + t.name + " process limit",
	}
}
