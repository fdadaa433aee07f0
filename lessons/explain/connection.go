package explain

import (
	"sort"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/sim/trace"
)

// connection explains opening, refusing and closing.
func (x *teller) connection() Explanation {
	switch x.e.Kind {
	case trace.Open:
		return x.open()
	case trace.Accept:
		return x.say(x.first("accept."+x.proto().String(), "accept"))
	case trace.Refuse:
		return x.refuse()
	case trace.Timeout:
		return x.say(x.first("timeout."+x.a(), "timeout"))
	case trace.Reset:
		return x.say("reset")
	}
	if x.a() == "lost" {
		return x.say("close.lost")
	}
	if x.closedBefore() {
		return x.say("close.second")
	}
	return x.say(x.first("close."+x.proto().String()+"."+x.e.Side.String(), "close"))
}

// closedBefore tells whether the other side has closed already.
func (x *teller) closedBefore() bool {
	return x.before(func(e *trace.Event) bool { return e.Conn == x.e.Conn && e.Kind == trace.Close && e.Node == x.e.Peer }) != 0
}

// open says why this host is called on this port.
func (x *teller) open() Explanation {
	c := x.t.Conn(x.e.Conn)
	if strings.Contains(c.ServerAddr, "/") {
		return x.say("open.unix", "path", c.ServerAddr)
	}
	port := c.ServerAddr[strings.LastIndexByte(c.ServerAddr, ':')+1:]
	if port == "25" || port == "24" {
		return x.openRelay()
	}
	return x.say(x.first("open."+port, "open"), "port", port)
}

// exchanger is one line of an MX answer.
type exchanger struct {
	pref uint16
	host string
}

// openRelay names the place of the host among the mail exchangers.
func (x *teller) openRelay() Explanation {
	asked, domain, list := x.exchangers()
	if asked == 0 {
		return x.say("open.25")
	}
	if len(list) == 0 {
		return x.say("open.implicit", "domain", domain)
	}
	at := -1
	for i, m := range list {
		if strings.EqualFold(m.host, x.name(x.e.Peer)) {
			at = i
		}
	}
	if at < 0 {
		return x.say("open.25")
	}
	values := []string{"domain", domain, "pref", strconv.Itoa(int(list[at].pref)), "place", strconv.Itoa(at + 1), "count", strconv.Itoa(len(list))}
	failed, how := x.failedBefore(asked)
	switch {
	case failed != "":
		key := x.first("open.next."+how, "open.next")
		return x.say(key, append(values, "failed", failed, "failedpref", preference(list, failed))...)
	case len(list) == 1:
		return x.say("open.only", values...)
	case at+1 < len(list) && list[at+1].pref == list[at].pref || at > 0 && list[at-1].pref == list[at].pref:
		return x.say("open.equal", values...)
	case at == 0:
		return x.say("open.best", append(values, "other", list[1].host, "otherpref", strconv.Itoa(int(list[1].pref)))...)
	}
	return x.say("open.mx", values...)
}

func preference(list []exchanger, host string) string {
	for _, m := range list {
		if strings.EqualFold(m.host, host) {
			return strconv.Itoa(int(m.pref))
		}
	}
	return "?"
}

// exchangers is the MX answer that the event's host received last, in the
// order of preference.
func (x *teller) exchangers() (asked trace.Seq, domain string, list []exchanger) {
	asked = x.before(func(e *trace.Event) bool {
		return e.Kind == trace.Answer && e.Peer == x.e.Node && x.t.Name(e.B) == "MX"
	})
	if asked == 0 {
		return 0, "", nil
	}
	e := x.t.At(asked)
	var m dns.Msg
	if m.Unpack(x.t.Text(e)) != nil {
		return 0, "", nil
	}
	for _, rr := range m.Answer {
		if mx, ok := rr.(*dns.MX); ok {
			list = append(list, exchanger{mx.Preference, bare(mx.Mx)})
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].pref < list[j].pref })
	return asked, bare(x.t.Name(e.A)), list
}

// failedBefore is the host that was tried last since the MX answer for the
// same message, and how that failed.
func (x *teller) failedBefore(asked trace.Seq) (host, how string) {
	i := x.before(func(e *trace.Event) bool {
		if e.Msg != x.e.Msg {
			return false
		}
		switch e.Kind {
		case trace.Refuse, trace.Reset:
			return e.Peer == x.e.Node
		case trace.Timeout:
			return e.Node == x.e.Node && e.Proto != trace.DNS
		case trace.Line:
			return e.Peer == x.e.Node && e.Side == trace.Server && e.Code >= 400 && x.t.Name(e.A) == ""
		}
		return false
	})
	if i <= asked || i == 0 {
		return "", ""
	}
	e := x.t.At(i)
	if e.Conn == x.e.Conn {
		return "", ""
	}
	return x.name(x.t.Conn(e.Conn).Server), e.Kind.String()
}

// refuse says why there is nobody behind a port, as far as the trace knows.
func (x *teller) refuse() Explanation {
	stopped := x.before(func(e *trace.Event) bool {
		return e.Node == x.e.Node && (e.Kind == trace.Fault && x.t.Name(e.A) == "refuse" ||
			e.Kind == trace.Action && strings.Contains(string(x.t.Text(e)), "postfix stop"))
	})
	if stopped != 0 {
		return x.say("refuse.stopped", "event", strconv.Itoa(int(stopped)), "what", string(x.t.Text(x.t.At(stopped))))
	}
	return x.say("refuse")
}

// state explains the move of a session.
func (x *teller) state() Explanation {
	p := x.proto().String()
	key := strings.ToLower(strings.ReplaceAll(x.b(), " ", ""))
	return x.say(x.first("state."+p+"."+key, "state."+p, "state"), "old", x.a(), "new", x.b())
}

// bare is a DNS name without the final dot.
func bare(name string) string {
	if len(name) > 1 {
		return strings.TrimSuffix(name, ".")
	}
	return name
}
