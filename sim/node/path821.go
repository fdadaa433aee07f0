package node

import "strings"

// Path is a forward-path or reverse-path with its source route (RFC 821
// §4.1.2): "@ONE,@TWO:JOE@THREE" is to go through ONE and TWO to JOE at THREE.
// RFC 5321 appendix C wants servers of today to overlook the route.
type Path struct {
	Route   []string // hosts, the next one first
	Mailbox string   // JOE@THREE; empty with an empty route is the null path
}

// ParsePath reads a path without its angle brackets. What has no form of a
// route is a mailbox.
func ParsePath(s string) Path {
	var p Path
	if route, mailbox, ok := strings.Cut(s, ":"); ok && strings.HasPrefix(s, "@") {
		for _, h := range strings.Split(route, ",") {
			if h = strings.TrimPrefix(strings.TrimSpace(h), "@"); h != "" {
				p.Route = append(p.Route, h)
			}
		}
		s = mailbox
	}
	p.Mailbox = s
	return p
}

// String is the path without angle brackets.
func (p Path) String() string {
	if len(p.Route) == 0 {
		return p.Mailbox
	}
	return "@" + strings.Join(p.Route, ",@") + ":" + p.Mailbox
}

func (p Path) null() bool { return p.Mailbox == "" }

// host is where the path leads next; empty for a mailbox here.
func (p Path) host() string {
	if len(p.Route) > 0 {
		return p.Route[0]
	}
	_, h, _ := strings.Cut(p.Mailbox, "@")
	return h
}

// arrived is the path when it has come to a host: the host's name goes from
// the front of it (RFC 821 §3.6), and a mailbox at the host loses it.
func (p Path) arrived(me string) Path {
	for len(p.Route) > 0 && strings.EqualFold(p.Route[0], me) {
		p.Route = p.Route[1:]
	}
	if local, h, _ := strings.Cut(p.Mailbox, "@"); len(p.Route) == 0 && strings.EqualFold(h, me) {
		p.Mailbox = local
	}
	return p
}

// through is a reverse-path when a host relays: the host puts itself at the
// front, so that the path read as a forward-path leads back (RFC 821 §3.6).
func (p Path) through(me string) Path {
	p.Route = append([]string{me}, p.Route...)
	return p
}
