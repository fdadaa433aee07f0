package tui

import (
	"slices"
	"strings"
)

// Served is a listener of the simulated internet at which real programs can
// connect: whose it is, and its address in both worlds.
type Served struct {
	Host, Service string
	Network       string // "udp"; empty for TCP
	Sim, Addr     string
}

// Serves tells where real programs can connect. The screen says so before the
// first event, and at the key of the document, which a live world has none of.
// Mail comes first; a name server at one address for TCP and UDP is there once.
func (l *Live) Serves(list []Served) {
	l.served = []Served{}
	var names []Served
	for _, s := range list {
		switch {
		case !strings.HasSuffix(s.Sim, ":53"):
			l.served = append(l.served, s)
		case !slices.ContainsFunc(names, func(n Served) bool { return n.Host == s.Host && n.Addr == s.Addr }):
			names = append(names, s)
		}
	}
	l.served = append(l.served, names...)
}

// drawServed lists the listeners, and how to begin. It returns the row with
// which it began.
func (p *Player) drawServed(in *Instant, r Region) int {
	w := in.Words
	x := r.Put(2, 0, Title, w.T("live.title"))
	x = r.PutMax(x, 0, r.W-x-2, Quiet, " "+in.Glyphs.Sep+" "+p.title(in))
	r.Fill(0, 1, r.W, Rule, in.Glyphs.H)
	body := r.Sub(2, 3, r.W-4, r.H-3)
	y, waiting := 0, p.story.T.Len() == 0
	if waiting {
		for _, line := range wrap(w.T("live.waiting"), body.W) {
			body.Put(0, y, Plain, line)
			y++
		}
		y++
	}
	host, service, addr := 0, 0, 0
	for _, s := range p.served {
		host, service, addr = max(host, textWidth(s.Host)), max(service, textWidth(s.kind())), max(addr, textWidth(s.Addr))
	}
	list := body.Sub(0, y, body.W, body.H-y-3)
	top := max(min(in.Scroll, len(p.served)-list.H), 0)
	for i, s := range p.served[top:] {
		if i == list.H {
			break
		}
		list.PutMax(0, i, host, Plain, s.Host)
		list.PutMax(host+2, i, service, Quiet, s.kind())
		list.PutMax(host+service+4, i, addr, Title, s.Addr)
		list.PutMax(host+service+addr+6, i, list.W-host-service-addr-6, Quiet, s.Sim)
	}
	if example := p.example(); example != "" {
		body.PutMax(0, body.H-2, body.W, Local, example)
	}
	if waiting {
		body.PutMax(0, body.H-1, body.W, Quiet, w.T("live.leave"))
	} else {
		in.pageNote(r, x, top, max(len(p.served)-top-list.H, 0))
	}
	return top
}

// kind is the service with its network, where that is not TCP.
func (s *Served) kind() string {
	if s.Network == "" {
		return s.Service
	}
	return s.Service + "/" + s.Network
}

// example is a command line that begins a conversation by hand.
func (p *Player) example() string {
	for _, s := range p.served {
		if s.Service == "smtp" && s.Network == "" {
			if i := strings.LastIndexByte(s.Addr, ':'); i > 0 {
				return "nc " + s.Addr[:i] + " " + s.Addr[i+1:]
			}
		}
	}
	return ""
}
