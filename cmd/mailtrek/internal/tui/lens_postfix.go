package tui

import (
	"slices"
	"strconv"
	"strings"

	"mailtrek/lessons/explain"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// The postfix lens looks into one mail system: the daemons that have worked on
// the mail, in the order in which it passes them, and what lies in which queue.

func drawPostfix(in *Instant, r Region) {
	node := in.mailHost()
	if node == 0 {
		drawNothing(in, r, "pfx.none")
		return
	}
	r.Put(1, 0, Title, in.Story.T.Node(node).Name)
	total := 0
	for _, q := range state.QueueNames {
		total += in.Snap.QueueLen(node, q)
	}
	r.PutRight(r.W-1, 0, Quiet, in.Words.T("pfx.total", "n", strconv.Itoa(total)))
	top := 2
	if r.H < 14 {
		top = 1
	}
	body := r.Sub(1, top, r.W-2, r.H-top)
	foot := in.talkHeight(node, r.H)
	if foot > 0 {
		drawInside(in, node, r.Sub(0, r.H-foot, r.W, foot))
		body.H -= foot + 1
	}
	y := drawDaemons(in, node, body)
	if r.H >= 14 {
		y++
	}
	rest := func() Region { return body.Sub(0, y, body.W, body.H-y) }
	files := rest()
	if n := len(in.Snap.Destinations(node)); n > 0 && (files.H >= 10 || files.H >= 7 && in.event().Kind == trace.Schedule) {
		files.H -= min(n, files.H/5) + 2 // what the queue manager decides has its place
	}
	if body.W+2 >= columnsFrom {
		y += drawQueueColumns(in, node, files) + 1
	} else {
		y += min(drawQueues(in, node, files), files.H) + 1
	}
	if body.H-y >= 2 {
		if n := drawDestinations(in, node, rest()); n > 0 {
			y += n + 1
		}
	}
	if e := in.retried(node); e != nil && body.H-y >= 3 {
		y += drawTries(in, e, rest()) + 1
	}
	if foot == 0 && body.H-y >= 3 {
		drawTalk(in, node, rest())
	}
}

// talkHeight is how many rows at the foot of the lens belong to what the daemons
// say; 0 where they get what is left over.
func (in *Instant) talkHeight(node trace.NodeID, h int) int {
	switch tried := in.retried(node) != nil; {
	case h < 20:
		return 0
	case h < 40 && tried:
		return 6 // the tries tell more
	case tried:
		return h / 3
	}
	return h * 2 / 5
}

// drawInside shows what the daemons say to each other, and beside it, where
// there is room, what the log says about it.
func drawInside(in *Instant, node trace.NodeID, r Region) {
	if r.W < 150 {
		drawTalk(in, node, r.Sub(1, 0, r.W-2, r.H))
		return
	}
	half := r.W / 2
	drawTalk(in, node, r.Sub(1, 0, half-3, r.H))
	for y := range r.H {
		r.Put(half, y, Rule, in.Glyphs.V)
	}
	drawLogTail(in, node, r.Sub(half+1, 0, r.W-half-1, r.H))
}

// mailHost is the mail system to look into: that of the event, or the last one
// in which something happened.
func (in *Instant) mailHost() trace.NodeID {
	t := in.Story.T
	for i := in.At; i >= 1 && i+lookBack > in.At; i-- {
		e := t.At(i)
		switch e.Kind {
		case trace.Daemon, trace.Queue, trace.Envelope, trace.Delivery, trace.Lookup:
			return e.Node
		}
		for _, id := range []trace.NodeID{e.Node, e.Peer} {
			if id != 0 && in.mails(id) {
				return id
			}
		}
	}
	return 0
}

// mails tells whether a host is a mail system.
func (in *Instant) mails(id trace.NodeID) bool {
	for _, role := range in.Story.T.Node(id).Roles {
		if role == "MTA" || role == "MSA" {
			return true
		}
	}
	return false
}

// The stations of the two rows: the way of a mail, and who is asked on it.
var (
	stations = []string{"smtpd", "cleanup", "incoming", "qmgr", "active"}
	agents   = []string{"smtp", "relay", "lmtp", "local", "virtual", "pipe", "error", "discard", "bounce"}
)

// station tells whether a daemon or a queue has a place in the two rows.
func station(name string) bool {
	return slices.Contains(stations, name) || slices.Contains(agents, name) || name == "pickup" || name == "maildrop"
}

// drawDaemons draws the way through the daemons with the one that is at work
// now, and returns the number of rows.
func drawDaemons(in *Instant, node trace.NodeID, r Region) int {
	now := in.busy(node)
	way, agent := in.way(node)
	gap := linkGap(way, agent, r.W)
	x := 0
	for i, name := range way {
		if i > 0 {
			x = in.drawLink(r, x, gap)
		}
		x = drawStation(in, r, x, 0, name, now[name])
	}
	if agent != "" {
		x = in.drawLink(r, x, gap)
		drawStation(in, r, x, 0, agent, now[agent])
	}
	in.drawToken(node, way, agent, gap, r)
	if text := in.daemonWords(node); text != "" {
		x := min(in.stationAt(way, agent, gap, in.talkOf(in.event()).who), max(r.W-textWidth(text)-4, 0))
		x = r.Put(x, 2, Rule, in.Glyphs.Corner+in.Glyphs.H+" ")
		r.PutMax(x, 2, r.W-x, in.labelOf(in.event()).style, text)
	}
	return 3
}

// stationAt is the column of the station with which the words of a talk begin.
func (in *Instant) stationAt(way []string, agent string, gap int, who string) int {
	from, _, _ := strings.Cut(who, " ")
	x := 0
	for _, name := range append(way[:len(way):len(way)], agent) {
		if name == program(from) {
			return x
		}
		x += textWidth(name) + gap
	}
	return 0
}

// linkGap is the room between two stations: less where they would not fit.
func linkGap(way []string, agent string, w int) int {
	n := textWidth(agent)
	for _, name := range way {
		n += textWidth(name)
	}
	return max(min(5, (w-n)/(len(way)+1)), 3)
}

// drawLink draws the arrow between two stations, and returns where the next
// one begins.
func (in *Instant) drawLink(r Region, x, gap int) int {
	r.Fill(x+1, 0, x+gap-2, Rule, in.Glyphs.H)
	r.Put(x+gap-2, 0, Rule, in.Glyphs.Right)
	return x + gap
}

// daemonWords say what happens between the daemons of a host at the event.
func (in *Instant) daemonWords(node trace.NodeID) string {
	e := in.event()
	if e.Node != node {
		return ""
	}
	switch e.Kind {
	case trace.Daemon, trace.Lookup, trace.Delivery:
		row := in.talkOf(e)
		if _, to, ok := strings.Cut(row.who, arrowTo); ok {
			row.asked = strings.TrimSpace(to) + ": " + row.asked
		}
		if row.answer != "" {
			row.asked += " = " + row.answer
		}
		return row.asked
	}
	return ""
}

// way are the stations on a host, and the delivery agent at their end.
func (in *Instant) way(node trace.NodeID) (way []string, agent string) {
	now := in.busy(node)
	way = stations
	if now["pickup"] || now["maildrop"] {
		way = append([]string{"maildrop", "pickup"}, stations[1:]...)
	}
	return way, in.agentNow(node)
}

// agentNow is the delivery agent at work at the event, or the last that had
// something to do.
func (in *Instant) agentNow(node trace.NodeID) string {
	e, agent := in.event(), in.agentOf(node)
	switch {
	case e.Kind == trace.Delivery && e.Node == node:
		return in.agentFor(e)
	case e.Conn == 0 || in.Story.T.Conn(e.Conn).Client != node:
	case e.Proto == trace.LMTP:
		return "lmtp"
	case e.Proto == trace.SMTP && agent != "relay":
		return "smtp"
	}
	return agent
}

// drawToken puts the message below the station where it is: the daemon that
// works on it, or the queue in which it lies. A queue off the way has a branch
// of its own below the active one.
func (in *Instant) drawToken(node trace.NodeID, way []string, agent string, gap int, r Region) {
	place := in.tokenAt(node)
	if place == "" {
		return
	}
	x := 0
	for _, name := range append(way[:len(way):len(way)], agent) {
		if name == place && name != "" {
			r.Put(x+max(textWidth(name)-1, 0)/2, 1, Local|Bold, in.Glyphs.Letter)
			return
		}
		if name == "active" && (place == "deferred" || place == "hold" || place == "corrupt") {
			next := r.Put(x+2, 1, Rule, in.Glyphs.Corner+in.Glyphs.H+in.Glyphs.Right+" ")
			r.Put(next, 1, Local|Bold, in.Glyphs.Letter+" "+place)
			return
		}
		x += textWidth(name) + gap
	}
}

// tokenAt is the station of the message of the story on a host: "" when it is
// not there.
func (in *Instant) tokenAt(node trace.NodeID) string {
	busy := in.busy(node)
	for _, name := range append([]string{"smtpd", "pickup", "cleanup"}, agents...) {
		if busy[name] && in.event().Msg != 0 {
			return name
		}
	}
	for _, e := range in.Snap.Entries(in.Story.msg(in.At)) {
		if e.Node == node && !e.Gone && e.Queue != "" {
			return e.Queue
		}
	}
	return ""
}

func drawStation(in *Instant, r Region, x, y int, name string, busy bool) int {
	st := Plain
	for _, q := range state.QueueNames {
		if q == name {
			st = Quiet
		}
	}
	if !busy {
		return r.Put(x, y, st, name)
	}
	r.Put(x-1, y, Accent, in.mark(0)+name+in.mark(1))
	return x + textWidth(name)
}

// busy are the daemons and queues that the event is about.
func (in *Instant) busy(node trace.NodeID) map[string]bool {
	e, t := in.event(), in.Story.T
	now := map[string]bool{}
	if e.Node != node && e.Peer != node {
		return now
	}
	switch e.Kind {
	case trace.Daemon:
		now[program(t.Name(e.B))] = true
		if !station(program(t.Name(e.B))) {
			now[program(t.Name(e.A))] = true // who asks a daemon off the way
		}
	case trace.Queue:
		now[t.Name(e.C)] = true
		if e.C == 0 {
			now["qmgr"] = true
		}
	case trace.Lookup, trace.Field, trace.Log:
		now[program(t.Name(e.A))] = true
	case trace.Envelope:
		now["cleanup"] = true
	case trace.Delivery:
		now[in.agentFor(e)] = true
	default:
		if e.Conn != 0 && e.Proto != trace.DNS {
			if t.Conn(e.Conn).Server == node && e.Proto == trace.SMTP {
				now["smtpd"] = true
			} else if t.Conn(e.Conn).Client == node {
				now[in.agentNow(node)] = true
			}
		}
	}
	return now
}

// agentOf is the delivery agent to which qmgr gave a mail last on a host.
func (in *Instant) agentOf(node trace.NodeID) string {
	t := in.Story.T
	for i := in.At; i >= 1 && i+2000 > in.At; i-- {
		e := t.At(i)
		if e.Kind != trace.Daemon || e.Node != node {
			continue
		}
		to := program(t.Name(e.B))
		if from := program(t.Name(e.A)); from != "qmgr" && from != "local" {
			continue
		}
		for _, a := range agents {
			if a == to {
				return a
			}
		}
	}
	return ""
}

// drawLogTail shows the last lines of the host's log, where there is room.
func drawLogTail(in *Instant, node trace.NodeID, r Region) {
	r.Put(1, 0, Quiet, "/var/log/maillog")
	body := r.Sub(0, 1, r.W, r.H-1)
	for i, row := range in.logRows(node, body.H, body.W) {
		row.draw(in, body, i)
	}
}

// drawQueues lists the queues with their files and returns the number of rows.
func drawQueues(in *Instant, node trace.NodeID, r Region) int {
	y := 0
	for _, q := range state.QueueNames {
		n := in.Snap.QueueLen(node, q)
		if y >= r.H || n == 0 && (q == "corrupt" || q == "hold" || q == "maildrop") && r.H < 16 {
			continue
		}
		st := Quiet
		if n > 0 {
			st = Title
		}
		r.Put(0, y, st, q)
		r.PutRight(14, y, Quiet, strconv.Itoa(n))
		if n == 0 {
			y++
			continue
		}
		for _, e := range in.files(node, q, 5) {
			y = drawEntry(in, e, r, y)
		}
	}
	return y
}

// drawEntry writes a queue file and its recipients.
func drawEntry(in *Instant, e *state.Entry, r Region, y int) int {
	if y >= r.H {
		return y
	}
	st := Plain
	if e.Moved == in.At || in.event().Msg == e.Msg && in.event().Kind == trace.Queue {
		st = Bold
	}
	x := r.Put(16, y, st|Local, e.ID)
	r.PutMax(x+2, y, r.W-x-2, Quiet, in.sizeWords(e))
	y++
	if e.Reason != "" && y < r.H {
		r.PutMax(18, y, r.W-18, Quiet, explain.Saying(in.Words.Lang(), e.Reason))
		y++
	}
	if e.Queue == "deferred" && y < r.H {
		r.PutMax(18, y, r.W-18, Warn&^Bold, in.waitWords(e))
		y++
	}
	sender, wide := senderOf(e), 0
	for _, to := range e.Recipients {
		wide = max(wide, textWidth("<"+to.Address+"> "+to.Fate.String()))
	}
	room := max(r.W-18-4-wide-1, r.W/2-18) // the recipients come first, but not at any price
	for i, to := range e.Recipients {
		if y >= r.H {
			return y
		}
		x := 18
		if i == 0 {
			x = r.PutMax(x, y, room, Plain, sender)
		} else {
			x += min(textWidth(sender), room)
		}
		x = r.Put(x, y, Quiet, " "+in.Glyphs.H+in.Glyphs.Right+" ")
		x = r.PutMax(x, y, r.W-x-10, Plain, "<"+to.Address+">")
		if fate := to.Fate.String(); fate != "" {
			r.Put(x+1, y, fateStyle(fate), fate)
		}
		y++
	}
	return y
}
