package trace

import (
	"strconv"
	"strings"
	"time"
)

func parseError(p *selectorParser, c *clause, w word) {
	c.more = func(t *Trace, e *Event, _ Seq) bool { return t.Trouble(e) != Fine }
	p.arguments(c, nil, nil)
}

func parseMsg(p *selectorParser, c *clause, w word) {
	if !p.more() {
		end, _ := p.peek()
		p.fail(end, "the name of a message is missing", nil)
		return
	}
	name := p.next()
	p.sel.msgs = append(p.sel.msgs, name)
	pat := newPattern(name.text)
	c.more = func(t *Trace, e *Event, _ Seq) bool { return matchMsg(pat, t, e.Msg) }
	p.arguments(c, nil, nil)
}

func parseHost(p *selectorParser, c *clause, w word) {
	host := p.host(w)
	c.more = func(t *Trace, e *Event, _ Seq) bool { return host.node(t, e.Node) || host.node(t, e.Peer) }
	p.arguments(c, nil, nil)
}

func parseConn(p *selectorParser, c *clause, w word) {
	n := p.number("the number of a connection is missing")
	c.more = func(_ *Trace, e *Event, _ Seq) bool { return uint64(e.Conn) == n }
	p.arguments(c, nil, nil)
}

func (p *selectorParser) number(missing string) uint64 {
	w, ok := p.peek()
	if !ok {
		p.fail(w, missing, nil)
		return 0
	}
	return p.parseNumber(p.next(), w.text)
}

func (p *selectorParser) parseNumber(w word, s string) uint64 {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		p.fail(w, "want a number, not "+strconv.Quote(s), nil)
	}
	return n
}

func parseEvent(p *selectorParser, c *clause, _ word) {
	w, ok := p.peek()
	if !ok {
		p.fail(w, "the number of an event is missing", nil)
		return
	}
	p.i++
	first, last, isRange := strings.Cut(w.text, "-")
	from := p.parseNumber(w, first)
	to := from
	if isRange && p.err == nil {
		to = p.parseNumber(w, last)
	}
	c.more = func(_ *Trace, _ *Event, s Seq) bool { return uint64(s) >= from && uint64(s) <= to }
	p.arguments(c, nil, nil)
}

func parseTime(p *selectorParser, c *clause, _ word) {
	w, ok := p.peek()
	if !ok {
		p.fail(w, "a time is missing, for example 1.5s or 09:00:01", nil)
		return
	}
	p.i++
	first, last, isRange := strings.Cut(w.text, "-")
	from, to := p.moment(w, first), moment{}
	if isRange && p.err == nil {
		to = p.moment(w, last)
	}
	c.more = func(t *Trace, e *Event, s Seq) bool {
		if isRange {
			return e.Time >= from.in(t) && e.Time <= to.in(t)
		}
		return e.Time >= from.in(t) && (s == 1 || t.At(s-1).Time < from.in(t))
	}
	p.arguments(c, nil, nil)
}

// moment is a time since the start, or of the day on which the story starts.
type moment struct {
	since time.Duration
	clock bool
}

func (m moment) in(t *Trace) int64 {
	if !m.clock {
		return int64(m.since)
	}
	s := t.Header.Start
	midnight := time.Date(s.Year(), s.Month(), s.Day(), 0, 0, 0, 0, s.Location())
	return int64(midnight.Add(m.since).Sub(s))
}

func (p *selectorParser) moment(w word, s string) moment {
	if d, err := time.ParseDuration(s); err == nil {
		return moment{since: d}
	}
	for _, layout := range []string{"15:04:05.999999999", "15:04"} {
		if c, err := time.Parse(layout, s); err == nil {
			return moment{since: c.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)), clock: true}
		}
	}
	p.fail(w, "want a time such as 1.5s or 09:00:01, not "+strconv.Quote(s), nil)
	return moment{}
}

func parseText(p *selectorParser, c *clause, w word) {
	c.parts = append(c.parts, newPattern(p.rest()))
}
