package export

import (
	"fmt"
	"strings"
	"time"

	"github.com/miekg/dns"

	"mailtrek/sim/trace"
)

// tell tells one event.
func (x *Text) tell(e *trace.Event) {
	switch {
	case e.Kind.Said():
		if e.Kind != trace.Content || e.Flags&trace.More == 0 {
			x.caption(e)
		}
		who := speaker(x.t.Conn(e.Conn), e) + ": "
		if e.Kind == trace.Content {
			x.content(e, who)
			break
		}
		x.quote(e, 2, who, x.t.Text(e), maxContent)
	case e.Kind.Connection():
		x.broken(e)
		x.tellConnection(e)
	case e.Kind == trace.State || e.Kind == trace.TLS || e.Kind == trace.Record:
		x.tellSession(e)
	case e.Kind == trace.Query || e.Kind == trace.Answer:
		x.tellDNS(e)
	case e.Kind == trace.Daemon || e.Kind == trace.Lookup || e.Kind == trace.Field:
		x.tellDaemon(e)
	case e.Kind == trace.Envelope || e.Kind == trace.Queue || e.Kind == trace.Delivery:
		x.tellQueue(e)
	case e.Kind == trace.Schedule:
		x.tellSchedule(e)
	case e.Kind == trace.Mailbox:
		x.tellMailbox(e)
	default:
		x.tellPeople(e)
	}
}

func (x *Text) tellPeople(e *trace.Event) {
	node := short(x.t, e.Node)
	switch e.Kind {
	case trace.Action:
		if x.t.Name(e.A) == "#" {
			x.about(e, "%s# %s", node, x.plain(e))
		} else {
			x.about(e, "%s on %s: %s", x.name(e.A), node, x.plain(e))
		}
	case trace.Output:
		x.conn = 0
		x.quote(e, 2, "| ", x.t.Text(e), maxContent)
		if e.Code != 0 {
			x.about(e, "  exit status %d", e.Code)
		}
	case trace.Fault:
		x.about(e, "! %s", x.plain(e))
	case trace.Note:
		x.about(e, "note on %s: %s", x.name(e.A), x.plain(e))
	case trace.Log:
		pid := ""
		if e.N != 0 {
			pid = fmt.Sprintf("[%d]", e.N)
		}
		x.say(e, 0, "%s: log %s%s: %s", node, x.name(e.A), pid, x.plain(e))
	}
}

func (x *Text) tellConnection(e *trace.Event) {
	if e.Conn == 0 {
		x.about(e, "%s gives up: %s", short(x.t, e.Node), x.name(e.A))
		return
	}
	c := x.t.Conn(e.Conn)
	node, server := short(x.t, e.Node), short(x.t, c.Server)+":"+port(c.ServerAddr)
	if isUnix(c) {
		server = c.ServerAddr
	}
	server = expand(server)
	switch e.Kind {
	case trace.Open:
		x.about(e, "%s connects to %s", node, server)
	case trace.Accept:
		x.about(e, "%s accepts", server)
	case trace.Refuse:
		x.about(e, "%s refuses the connection", server)
	case trace.Timeout:
		what := map[string]string{"connect": "no answer from " + server, "dns": "no answer from " + server}[x.t.Name(e.A)]
		if what == "" {
			what = "silence on the connection"
		}
		x.about(e, "%s gives up: %s", node, what)
	case trace.Reset:
		x.caption(e)
		x.say(e, 2, "%s: (resets the connection)", speaker(c, e))
	case trace.Close:
		x.caption(e)
		why := ""
		if e.A != 0 {
			why = ", " + x.name(e.A)
		}
		x.say(e, 2, "%s: (closes%s)", speaker(c, e), why)
	}
}

func (x *Text) tellSession(e *trace.Event) {
	if e.Conn == 0 {
		return
	}
	x.caption(e)
	if e.Kind == trace.TLS {
		x.say(e, 2, "   (from here on inside TLS: %s, %s)", x.name(e.A), x.name(e.B))
		return
	}
	if e.Kind == trace.Record {
		x.say(e, 2, "%s: (TLS record of %d octets: %s)", speaker(x.t.Conn(e.Conn), e), e.N, strings.TrimSpace(x.name(e.A)+" "+x.name(e.B)))
		return
	}
	x.say(e, 2, "   (state: %s)", x.name(e.B))
}

// tellDNS tells a packet in words: the question, or what was answered.
func (x *Text) tellDNS(e *trace.Event) {
	from, to := short(x.t, e.Node), short(x.t, e.Peer)
	lost := ""
	if e.Flags&trace.Lost != 0 {
		lost = " (lost on the way)"
	}
	if e.Kind == trace.Query {
		x.about(e, "%s asks %s: %s %s?%s", from, to, x.name(e.B), dnsName(x.name(e.A)), lost)
		return
	}
	x.about(e, "%s answers %s: %s%s", from, to, x.answer(e), lost)
}

func (x *Text) answer(e *trace.Event) string {
	question := x.name(e.B) + " " + dnsName(x.name(e.A))
	switch e.Code {
	case dns.RcodeSuccess:
	case dns.RcodeNameError:
		return question + ": there is no such name"
	case dns.RcodeServerFailure:
		return question + ": server failure"
	default:
		return fmt.Sprintf("%s: %s", question, dns.RcodeToString[int(e.Code)])
	}
	var m dns.Msg
	if err := m.Unpack(x.t.Text(e)); err != nil {
		return question + ": a packet that cannot be read"
	}
	if len(m.Answer) > 0 {
		return records(m.Answer)
	}
	for _, rr := range m.Ns {
		if ns, ok := rr.(*dns.NS); ok {
			return fmt.Sprintf("ask the name servers of %s: %s", dnsName(ns.Hdr.Name), records(m.Ns))
		}
	}
	return question + ": no record of that type"
}

// records are DNS records in one line, without TTL and class.
func records(rrs []dns.RR) string {
	var out []string
	for _, rr := range rrs {
		h := rr.Header()
		if h.Rrtype == dns.TypeOPT || h.Rrtype == dns.TypeSOA {
			continue
		}
		f := strings.Fields(rr.String())
		data := strings.TrimSuffix(strings.Join(f[min(4, len(f)):], " "), ".")
		out = append(out, expand(fmt.Sprintf("%s %s %s", dnsName(h.Name), dns.TypeToString[h.Rrtype], data)))
	}
	return strings.Join(out, ", ")
}

// dnsName is a name as people write it.
func dnsName(s string) string {
	if s == "." || s == "" {
		return ". (the root)"
	}
	return expand(strings.TrimSuffix(s, "."))
}

func (x *Text) tellDaemon(e *trace.Event) {
	node, text := short(x.t, e.Node), x.plain(e)
	switch e.Kind {
	case trace.Daemon:
		if e.C != 0 {
			text = strings.TrimSpace(x.name(e.C) + " " + text)
		}
		if text != "" {
			text = ": " + text
		}
		x.about(e, "%s: %s %s %s%s", node, x.name(e.A), x.arrow(), x.name(e.B), text)
	case trace.Lookup:
		if e.Flags&trace.Lost != 0 {
			text = "nothing"
		} else if text == "" {
			text = "found"
		}
		x.about(e, "%s: %s looks up %s in %s: %s", node, x.name(e.A), x.name(e.C), x.name(e.B), text)
	case trace.Field:
		verb := map[string]string{"add": "adds", "remove": "removes", "change": "changes"}[x.t.Name(e.C)]
		if verb == "" {
			verb = x.name(e.C)
		}
		x.conn = 0
		first := fmt.Sprintf("%s: %s %s ", node, x.name(e.A), verb)
		for _, l := range lines(x.t.Text(e)) {
			x.say(e, 0, "%s%s", first, expand(l))
			first = ""
		}
	}
}

func (x *Text) tellQueue(e *trace.Event) {
	node, id := short(x.t, e.Node), x.name(e.A)
	switch e.Kind {
	case trace.Envelope:
		to := strings.Join(recipients(x.t.Text(e)), ", ")
		x.about(e, "%s: %s: from <%s> to %s, %d octets", node, id, x.name(e.B), to, e.N)
	case trace.Queue:
		from, to := x.name(e.B), x.name(e.C)
		reason := x.plain(e)
		if reason != "" {
			reason = " (" + reason + ")"
		}
		switch {
		case e.B == 0:
			x.about(e, "%s: %s: written to %s%s", node, id, to, reason)
		case e.C == 0:
			x.about(e, "%s: %s: removed from %s%s", node, id, from, reason)
		default:
			x.about(e, "%s: %s: %s %s %s%s", node, id, from, x.arrow(), to, reason)
		}
	case trace.Delivery:
		fate := map[uint16]string{2: "sent", 4: "deferred", 5: "bounced"}[e.Code]
		x.about(e, "%s: %s: <%s> %s, relay %s (%s)", node, id, x.name(e.B), fate, x.name(e.C), x.plain(e))
	}
}

// tellSchedule tells a decision of the queue manager.
func (x *Text) tellSchedule(e *trace.Event) {
	dest, id, why := x.name(e.B), x.name(e.C), x.plain(e)
	if why != "" {
		why = " (" + why + ")"
	}
	var what string
	switch kind := x.t.Name(e.A); kind {
	case trace.SchedWindow:
		what = fmt.Sprintf("the window of %s goes from %d to %d", dest, e.Code, e.N)
	case trace.SchedDead:
		what = fmt.Sprintf("%s is not tried for %s", dest, time.Duration(e.N)*time.Second)
	case trace.SchedAlive:
		what = dest + " is tried again"
		if e.N > 0 {
			what += fmt.Sprintf(", window %d", e.N)
		}
	case trace.SchedRest:
		what = fmt.Sprintf("%s has a pause of %s", dest, time.Duration(e.N)*time.Millisecond)
	case trace.SchedWait:
		what = fmt.Sprintf("%s waits for %s, %d of %d under way", id, dest, e.Code, e.N)
	case trace.SchedGo:
		what = fmt.Sprintf("the turn of %s for %s has come, %d of %d under way", id, dest, e.Code, e.N)
	case trace.SchedAhead:
		what = id + " goes before " + dest
	case trace.SchedFull:
		what = fmt.Sprintf("%s finds the active queue full, %d messages", id, e.N)
	case trace.SchedRoom:
		what = "the active queue has room again"
	case trace.SchedScan:
		what, why = fmt.Sprintf("the deferred queue is looked through in %s", time.Duration(e.N)*time.Millisecond), ""
	case trace.SchedAnew:
		what = "begins anew and knows nothing of dead destinations and windows"
	default:
		what = strings.TrimSpace(x.name(e.A) + " " + dest + " " + id)
	}
	x.about(e, "%s: qmgr: %s%s", short(x.t, e.Node), what, why)
}

// recipients are the recipients of an envelope; one that was another address
// before has it in parentheses.
func recipients(text []byte) []string {
	var out []string
	for _, l := range lines(text) {
		addr, orig, _ := strings.Cut(l, "\t")
		addr = "<" + expand(addr) + ">"
		if orig != "" {
			addr += " (was <" + expand(orig) + ">)"
		}
		out = append(out, addr)
	}
	return out
}

func (x *Text) tellMailbox(e *trace.Event) {
	node, user, file := short(x.t, e.Node), x.name(e.A), x.name(e.B)
	switch x.t.Name(e.C) {
	case "append":
		x.about(e, "%s: mailbox of %s: a new message of %d octets, %s", node, user, e.Len, file)
	case "delete":
		x.about(e, "%s: mailbox of %s: %s is deleted", node, user, file)
	case "flags":
		x.about(e, "%s: mailbox of %s: %s has the flags %s", node, user, file, x.plain(e))
	case "move":
		x.about(e, "%s: mailbox of %s: moved to %s", node, user, file)
	default:
		x.about(e, "%s: mailbox of %s: %s %s", node, user, x.name(e.C), file)
	}
}
