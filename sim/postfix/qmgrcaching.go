package postfix

// caching is what the queue manager wants delivery agents to do with
// connections to a destination (qmgr_entry.c; CONNECTION_CACHE_README,
// "Connection cache policy").
type caching struct {
	load     bool  // an open connection may be taken from the cache
	store    bool  // and be left there
	lastDone int64 // when a delivery has ended, in whole seconds
}

// selected decides when a delivery begins, with busy under way, itself
// included. Connections are stored from the moment that one delivery follows
// upon another, which a burst within the initial concurrency does not bring
// about; and no longer when deliveries come one by one, more than a second
// apart. Those that are in the cache then are still taken from there.
func (c *caching) selected(busy int, now int64) {
	backToBack := c.lastDone+1 >= now
	switch {
	case !c.store:
		if backToBack {
			c.load, c.store = true, true
		}
	case busy <= 1 && !backToBack:
		c.store = false
	}
}
