package state

import (
	"slices"
	"strings"
	"time"

	"mailtrek/sim/trace"
)

// Destination is a destination of a host's queue manager: a transport with a
// next hop, or a transport as a whole. It exists as long as mail goes to it or
// waits for it, or a pause lasts.
type Destination struct {
	Key     int
	Node    trace.NodeID
	Name    string // "smtp:alabala.com"
	Window  int    // how many deliveries there may be at a time; 0 is unknown
	Busy    int    // and are
	Waiting int    // messages with something whose turn has not come
	Dead    bool   // not tried before Until
	Resting bool   // a pause, up to Until
	Until   time.Duration
	Why     string    // of the last decision
	Decided trace.Seq // the last decision about it

	waits set // entries, by key
	early int // of Busy: the queue manager has given them out, and no agent has begun
	edit  edit
}

// Active is what is known of the active queue and of the scans of a host.
type Active struct {
	Full  bool          // messages wait for room in the active queue
	Scan  time.Duration // when the deferred queue is looked through next; 0 is unknown
	Every time.Duration // and in which intervals
}

// delivery is a delivery under way.
type delivery struct {
	dest  string
	rcpts []string // about which nothing is known yet
}

// Destinations are those of a host that the queue manager has something to do
// with or holds for dead, in the order in which they first appeared.
func (s *Snapshot) Destinations(node trace.NodeID) []*Destination {
	h := s.hosts.at(int(node))
	if h == nil {
		return nil
	}
	var out []*Destination
	for _, key := range h.dests.list(0, 0) {
		out = append(out, s.dests.at(key))
	}
	return out
}

// Active is the state of the queue manager of a host besides its destinations.
func (s *Snapshot) Active(node trace.NodeID) Active {
	if h := s.hosts.at(int(node)); h != nil {
		return h.active
	}
	return Active{}
}

// WaitingFor are the queue files that wait for a destination, at most limit of
// them; limit 0 is all.
func (s *Snapshot) WaitingFor(d *Destination, limit int) []*Entry {
	var out []*Entry
	for _, key := range d.waits.list(0, limit) {
		out = append(out, s.entries.at(key))
	}
	return out
}

// NextTry is when a deferred file is looked at next by a scan that finds it due;
// ok is false when no scan is known of.
func (s *Snapshot) NextTry(x *Entry) (at time.Duration, ok bool) {
	a := s.Active(x.Node)
	if x.Queue != "deferred" || a.Scan == 0 {
		return 0, false
	}
	at = a.Scan
	const tolerance = time.Second // qmgr(8) is so much too early
	if late := x.Due - tolerance - at; late > 0 && a.Every > 0 {
		at += (late + a.Every - 1) / a.Every * a.Every
	}
	return at, true
}

// destName is the name under which a destination is kept. A transport that takes
// one recipient at a time has a queue for each, "local:ivan@alabala.com"; they
// are one here.
func destName(name string) string {
	transport, queue, _ := strings.Cut(strings.ToLower(name), ":")
	if i := strings.LastIndexByte(queue, '@'); i >= 0 {
		queue = queue[i+1:]
	}
	return transport + ":" + queue
}

// given takes apart what the queue manager gives to a delivery agent: for whom,
// and the destination; it is "" when an event is about something else.
func given(t *trace.Trace, e *trace.Event) (rcpts []string, dest string) {
	if e.N == 0 || e.C == 0 {
		return nil, ""
	}
	text := string(t.Text(e))
	i := strings.LastIndex(text, " over ")
	list, ok := strings.CutPrefix(text[:max(i, 0)], "deliver to ")
	if !ok {
		return nil, ""
	}
	return strings.Split(list, ", "), destName(text[i+len(" over "):])
}

func (s *Snapshot) editDest(d edit, node trace.NodeID, name string) *Destination {
	key, ok := s.f.destIDs[nodeName{node, name}]
	if !ok {
		return nil
	}
	x := s.dests.at(key)
	if x != nil && x.edit == d {
		return x
	}
	n := &Destination{Key: key, Node: node, Name: name}
	if x != nil {
		*n = *x
	}
	n.edit = d
	s.dests = s.dests.set(d, key, n)
	return n
}

// settleDest forgets a destination with which nothing is going on.
func (s *Snapshot) settleDest(d edit, x *Destination) {
	h := s.editHost(d, x.Node)
	if x.Busy > 0 || x.Waiting > 0 || x.Dead || x.Resting {
		h.dests = h.dests.with(d, x.Key)
		return
	}
	h.dests = h.dests.without(d, x.Key)
	*x = Destination{Key: x.Key, Node: x.Node, Name: x.Name, edit: x.edit}
}

func (x *Destination) wait(d edit, entry int) {
	x.waits = x.waits.with(d, entry)
	x.Waiting = x.waits.count
}

func (x *Destination) unwait(d edit, entry int) {
	x.waits = x.waits.without(d, entry)
	x.Waiting = x.waits.count
}

// applySchedule folds a decision of the queue manager.
func (s *Snapshot) applySchedule(d edit, q trace.Seq, e *trace.Event) {
	h := s.editHost(d, e.Node)
	switch what := s.f.t.Name(e.A); what {
	case trace.SchedFull, trace.SchedRoom:
		h.active.Full = what == trace.SchedFull
	case trace.SchedScan:
		at, err := time.ParseDuration(string(s.f.t.Text(e)))
		if err != nil { // of a trace that does not say it so exactly
			at = e.At() + time.Duration(e.N)*time.Millisecond
		}
		h.active.Scan = at
		h.active.Every = time.Duration(e.Code) * time.Second
	case trace.SchedAnew:
		s.forgetDests(d, e.Node)
	case trace.SchedAhead:
	default:
		x := s.editDest(d, e.Node, destName(s.f.t.Name(e.B)))
		if x == nil {
			return
		}
		x.Decided, x.Why = q, string(s.f.t.Text(e))
		s.decided(d, x, what, e)
		s.settleDest(d, x)
	}
}

func (s *Snapshot) decided(d edit, x *Destination, what string, e *trace.Event) {
	x.Resting = x.Resting && what == trace.SchedWait
	switch what {
	case trace.SchedWindow:
		x.Window = int(e.N)
	case trace.SchedDead:
		x.Dead, x.Until, x.Window = true, e.At()+time.Duration(e.N)*time.Second, 0
		x.waits, x.Waiting = set{}, 0 // all that waited is put off
	case trace.SchedAlive:
		x.Dead, x.Window = false, int(e.N)
	case trace.SchedRest:
		x.Resting, x.Until = true, e.At()+time.Duration(e.N)*time.Millisecond
	case trace.SchedWait:
		x.underWay(int(e.Code), int(e.N))
		if key := s.f.entry(e.Node, e.C, s.Seq); key >= 0 {
			x.wait(d, key)
		}
	case trace.SchedGo:
		x.underWay(int(e.Code), int(e.N))
		if key := s.f.entry(e.Node, e.C, s.Seq); key >= 0 {
			x.unwait(d, key)
		}
	}
}

// underWay is the queue manager's own count of deliveries to a destination. It
// gives them out before their agents begin.
func (x *Destination) underWay(n, window int) {
	begun := x.Busy - x.early
	x.Window, x.early = window, max(0, n-begun)
	x.Busy = begun + x.early
}

// forgetDests forgets all that a queue manager knew of destinations.
func (s *Snapshot) forgetDests(d edit, node trace.NodeID) {
	h := s.editHost(d, node)
	for _, key := range h.dests.list(0, 0) {
		x := s.dests.at(key)
		s.dests = s.dests.set(d, key, &Destination{Key: key, Node: node, Name: x.Name, edit: d})
	}
	h.dests, h.active = set{}, Active{}
}

// applyDaemon folds what the queue manager gives to a delivery agent.
func (s *Snapshot) applyDaemon(d edit, e *trace.Event) {
	rcpts, name := given(s.f.t, e)
	if name == "" {
		return
	}
	x := s.editEntry(d, e.Node, e.C, s.Seq)
	dest := s.editDest(d, e.Node, name)
	if x == nil || dest == nil {
		return
	}
	dest.Window = int(e.N)
	if dest.early > 0 {
		dest.early--
	} else {
		dest.Busy++
	}
	s.settleDest(d, dest)
	x.under = append(slices.Clip(x.under), delivery{name, rcpts})
}

// over ends deliveries of a queue file: that of a recipient when it was the last
// of it, or with "" all.
func (s *Snapshot) over(d edit, x *Entry, rcpt string) {
	left := x.under[:0:0]
	for _, u := range x.under {
		if i := slices.Index(u.rcpts, rcpt); rcpt != "" && i < 0 {
			left = append(left, u)
			continue
		} else if rcpt != "" && len(u.rcpts) > 1 {
			u.rcpts = slices.Delete(slices.Clone(u.rcpts), i, i+1)
			left = append(left, u)
			continue
		}
		if dest := s.editDest(d, x.Node, u.dest); dest != nil && dest.Busy > 0 {
			dest.Busy--
			s.settleDest(d, dest)
		}
	}
	x.under = left
}

// leaves takes a queue file that leaves the active queue off all destinations.
func (s *Snapshot) leaves(d edit, x *Entry) {
	s.over(d, x, "")
	h := s.hosts.at(int(x.Node))
	if h == nil {
		return
	}
	for _, key := range h.dests.list(0, 0) {
		dest := s.dests.at(key)
		if dest.waits.has(x.Key) {
			dest = s.editDest(d, x.Node, dest.Name)
			dest.unwait(d, x.Key)
			s.settleDest(d, dest)
		}
	}
}

// second is the whole second of the clock in which an event happens, in which
// the queue manager counts.
func (x *index) second(e *trace.Event) time.Duration {
	start := x.t.Header.Start
	return start.Add(e.At()).Truncate(time.Second).Sub(start)
}
