package tui

import "mailtrek/sim/trace"

// mapForm is how much of a host is drawn.
type mapForm struct {
	frame bool
	lines int // name, roles, the mail, and what else is there
	gap   int // rows between two hosts
}

// mapForms are tried in this order, the first that has room is taken.
var mapForms = []mapForm{{true, 7, 3}, {true, 5, 2}, {true, 3, 2}, {true, 3, 1}, {true, 2, 1}, {false, 2, 1}, {false, 1, 1}, {false, 1, 0}}

func (f mapForm) rows() int {
	if f.frame {
		return f.lines + 2
	}
	return f.lines
}

// mapSpot is where a host stands.
type mapSpot struct {
	id         trace.NodeID
	x, y, w, h int
	row        int // where lines to it end
	column     int // -1 for the DNS
	top        bool
}

// mapSheet is a plan laid out on a region.
type mapSheet struct {
	plan   *mapPlan
	form   mapForm
	names  mapForm
	spots  map[trace.NodeID]*mapSpot
	order  []*mapSpot
	lanes  []int // the column of upright lines before each column of hosts, and behind the last
	bus    int   // the row of level lines below the DNS; -1 for none
	under  int   // the row of level lines that pass below hosts
	lift   int   // rows left free above and below
	hidden int   // hosts without room
}

// layOut places all hosts of a plan.
func (in *Instant) layOut(p *mapPlan, r Region) *mapSheet {
	m := &mapSheet{plan: p, spots: map[trace.NodeID]*mapSpot{}, bus: -1, under: r.H - 1}
	if p.passes() {
		m.under--
	}
	tallest := 1
	for _, c := range p.columns {
		tallest = max(tallest, len(c))
	}
	for _, f := range mapForms {
		m.form, m.names = f, mapForm{frame: f.frame, lines: min(f.lines, 2)}
		if !f.frame {
			m.names.lines = 1
		}
		if m.top()+tallest*(f.rows()+f.gap)-f.gap <= m.under {
			break
		}
	}
	spare := m.under - m.top() - tallest*(m.form.rows()+m.form.gap+1) - 1
	m.lift = max(spare/2, 0)
	m.under -= m.lift
	if len(p.names) > 0 {
		m.bus = m.lift + m.names.rows() + 1
		m.placeNames(in, r)
	}
	m.placeColumns(in, r)
	return m
}

// top is the first row of the hosts that handle mail.
func (m *mapSheet) top() int {
	if len(m.plan.names) == 0 {
		return m.lift
	}
	return m.lift + m.names.rows() + 3
}

// placeNames spreads the DNS over the width.
func (m *mapSheet) placeNames(in *Instant, r Region) {
	ids := m.plan.names
	if most := max((r.W-4)/9, 1); len(ids) > most {
		m.hidden += len(ids) - most
		ids = ids[:most]
	}
	pitch := (r.W - 4) / len(ids)
	w := in.mapWidth(ids, min(pitch-2, 34), m.names.frame)
	pitch = min(pitch, w+14)
	left := (r.W - pitch*(len(ids)-1) - w) / 2
	for i, id := range ids {
		m.put(&mapSpot{id: id, x: left + i*pitch, y: m.lift, w: w, h: m.names.rows(), column: -1})
	}
}

// placeColumns puts the columns side by side, each in the middle of the height.
func (m *mapSheet) placeColumns(in *Instant, r Region) {
	n := len(m.plan.columns)
	if n == 0 {
		return
	}
	var all []trace.NodeID
	for _, c := range m.plan.columns {
		all = append(all, c...)
	}
	const left, right = 3, 3
	least := 7
	if r.W < 72 {
		least = 5
	}
	w := in.mapWidth(all, min((r.W-left-right-least*(n-1))/n, 34), m.form.frame)
	gap := 0
	if n > 1 {
		gap = min((r.W-left-right-n*w)/(n-1), 44)
	}
	x := max((r.W-n*w-(n-1)*gap)/2, left)
	room := m.under - m.top()
	step := m.form.rows() + m.form.gap
	for i, ids := range m.plan.columns {
		m.lanes = append(m.lanes, x-gap/2)
		if most := max((room+m.form.gap)/step, 1); len(ids) > most {
			m.hidden += len(ids) - most
			ids = ids[:most]
		}
		spread := step
		if len(ids) > 1 {
			spread = min(max((room-m.form.rows())/(len(ids)-1), step), step+3)
		}
		y := m.top() + max(room-spread*(len(ids)-1)-m.form.rows(), 0)/2
		for k, id := range ids {
			spot := &mapSpot{id: id, x: x, y: y + k*spread, w: w, h: m.form.rows(), column: i, top: k == 0}
			spot.row = spot.y
			if m.form.frame {
				spot.row++
			}
			m.put(spot)
		}
		x += w + gap
	}
	m.lanes[0] = 1
	m.lanes = append(m.lanes, min(x-gap+2, r.W-1))
}

func (m *mapSheet) put(s *mapSpot) {
	m.spots[s.id] = s
	m.order = append(m.order, s)
}

// mapWidth is the width of hosts: enough for their names and roles, or for the
// names alone, or for the short ones; at most so much.
func (in *Instant) mapWidth(ids []trace.NodeID, most int, frame bool) int {
	full, roles, short := 0, 0, 8
	for _, id := range ids {
		full = max(full, textWidth(in.Story.T.Node(id).Name))
		roles = max(roles, textWidth(in.roles(id)))
		short = max(short, textWidth(in.Story.short(id)), roles)
	}
	extra := 2
	if frame {
		extra = 4
	}
	if w := max(full, roles, 8) + extra; w <= most {
		return w
	}
	if full+extra <= most {
		return max(full, 8) + extra
	}
	return max(min(short+extra, most), 7)
}

// route is the way of a line between two hosts, from the first to the second.
func (m *mapSheet) route(a, b *mapSpot) []point {
	switch {
	case a.column < 0:
		return append(m.fromBus(a, true), m.fromBus(b, false)...)
	case b.column < 0:
		return append(m.fromBus(a, true), m.fromBus(b, false)...)
	case a.column > b.column:
		way := m.route(b, a)
		for i, j := 0, len(way)-1; i < j; i, j = i+1, j-1 {
			way[i], way[j] = way[j], way[i]
		}
		return way
	}
	lane := m.lanes[a.column+1]
	from := []point{{m.edge(a), a.row}, {lane, a.row}}
	switch {
	case a.column == b.column:
		return append(from, point{lane, b.row}, point{m.edge(b), b.row})
	case a.column+1 == b.column:
		return append(from, point{lane, b.row}, point{b.x - 1, b.row})
	}
	last := m.lanes[b.column]
	return append(from, point{lane, m.under}, point{last, m.under}, point{last, b.row}, point{b.x - 1, b.row})
}

// edge is where the lines at the right of a host begin: at its frame, or at
// the end of what is written, which covers them.
func (m *mapSheet) edge(s *mapSpot) int {
	if m.form.frame {
		return s.x + s.w
	}
	return s.x + 2
}

// fromBus is the way between a host and the level line below the DNS.
func (m *mapSheet) fromBus(s *mapSpot, up bool) []point {
	var way []point
	switch {
	case s.column < 0:
		way = []point{{s.x + s.w/2, m.bus}, {s.x + s.w/2, s.y + s.h}}
	case s.top:
		x := s.x + 2
		if m.form.frame {
			x = s.x + s.w/2
		}
		way = []point{{x, m.bus}, {x, s.y - 1}}
	default:
		way = []point{{s.x - 2, m.bus}, {s.x - 2, s.row}, {s.x - 1, s.row}}
	}
	if up {
		for i, j := 0, len(way)-1; i < j; i, j = i+1, j-1 {
			way[i], way[j] = way[j], way[i]
		}
	}
	return way
}
