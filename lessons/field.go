package lessons

import (
	"net"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/sim/trace"
)

// field is what an event has in a column (see scenario.KeyFields), in all forms
// that are taken for right; the first is the one that is shown. Without a value
// it is empty.
func field(t *trace.Trace, s trace.Seq, name string, asked trace.Seq) []string {
	e := t.At(s)
	if e.Kind == trace.Answer {
		if v := inAnswer(t, e, name); v != nil {
			return v
		}
	}
	switch name {
	case "host", "peer":
		return hostNames(t, map[string]trace.NodeID{"host": e.Node, "peer": e.Peer}[name])
	case "client", "server", "address", "port":
		return ofConnection(t, e, name)
	case "time":
		return seconds(e.Time)
	case "after":
		if asked == 0 {
			return nil
		}
		return seconds(e.Time - t.At(asked).Time)
	case "code":
		if e.Code == 0 {
			return nil
		}
		return []string{strconv.Itoa(int(e.Code))}
	case "text":
		return some(strings.TrimSpace(string(t.Text(e))))
	case "status":
		return some(enhanced(string(t.Text(e))))
	}
	return some(column(t, e, name))
}

func some(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// column is a symbol of an event by what it means for its kind.
func column(t *trace.Trace, e *trace.Event, name string) string {
	a, b, c := t.Name(e.A), t.Name(e.B), t.Name(e.C)
	switch name {
	case "user":
		if e.Kind == trace.Action || e.Kind == trace.Mailbox {
			return a
		}
	case "verb":
		if e.Kind == trace.Line {
			return a
		}
	case "id":
		switch e.Kind {
		case trace.Queue, trace.Envelope, trace.Delivery:
			return a
		case trace.Daemon:
			return c
		}
	case "from", "to":
		return leaves(e.Kind, name, a, b, c)
	case "recipient", "relay":
		if e.Kind == trace.Delivery {
			return map[string]string{"recipient": b, "relay": c}[name]
		}
	case "name", "type":
		if e.Kind == trace.Query || e.Kind == trace.Answer {
			return map[string]string{"name": strings.TrimSuffix(a, "."), "type": b}[name]
		}
	}
	return ""
}

// leaves is where a queue file, a session or a message comes from and goes to.
func leaves(k trace.Kind, name, a, b, c string) string {
	from, to := "", ""
	switch k {
	case trace.Queue:
		if from, to = b, c; to == "" {
			to = "gone"
		}
	case trace.State, trace.Daemon:
		from, to = a, b
	}
	if name == "from" {
		return from
	}
	return to
}

// hostNames are the names of a host: the full one, the short one and the first
// label.
func hostNames(t *trace.Trace, id trace.NodeID) []string {
	if id == 0 {
		return nil
	}
	n := t.Node(id)
	label, _, _ := strings.Cut(n.Name, ".")
	return []string{n.Name, n.Short, label}
}

func ofConnection(t *trace.Trace, e *trace.Event, name string) []string {
	if e.Conn == 0 {
		return nil
	}
	c := t.Conn(e.Conn)
	switch name {
	case "client":
		return hostNames(t, c.Client)
	case "server":
		return hostNames(t, c.Server)
	}
	host, port, err := net.SplitHostPort(c.ServerAddr)
	if err != nil {
		return nil
	}
	if name == "port" {
		return []string{port}
	}
	return []string{host}
}

func seconds(ns int64) []string {
	return []string{strconv.FormatFloat(float64(ns)/1e9, 'f', -1, 64)}
}

// enhanced is the first enhanced status code in a text (RFC 3463 §2).
func enhanced(text string) string {
	for _, w := range strings.Fields(text) {
		w = strings.Trim(strings.TrimPrefix(w, "dsn="), ",;()")
		parts := strings.Split(w, ".")
		if len(parts) != 3 || parts[0] != "2" && parts[0] != "4" && parts[0] != "5" {
			continue
		}
		_, err1 := strconv.ParseUint(parts[1], 10, 16)
		_, err2 := strconv.ParseUint(parts[2], 10, 16)
		if err1 == nil && err2 == nil && len(parts[1]) < 4 && len(parts[2]) < 4 {
			return w
		}
	}
	return ""
}

// inAnswer is what a DNS answer says (RFC 1035 §4.1).
func inAnswer(t *trace.Trace, e *trace.Event, name string) []string {
	switch name {
	case "rcode":
		return []string{dns.RcodeToString[int(e.Code)]}
	case "records":
		return []string{strconv.Itoa(int(e.N))}
	}
	var m dns.Msg
	if m.Unpack(t.Text(e)) != nil || len(m.Answer) == 0 {
		return nil
	}
	first := m.Answer[0]
	switch name {
	case "ttl":
		return []string{strconv.Itoa(int(first.Header().Ttl))}
	case "data":
		return []string{strings.TrimSuffix(strings.TrimPrefix(first.String(), first.Header().String()), ".")}
	}
	var best *dns.MX
	for _, rr := range m.Answer {
		if mx, ok := rr.(*dns.MX); ok && (best == nil || mx.Preference < best.Preference) {
			best = mx
		}
	}
	switch {
	case best == nil:
		return nil
	case name == "preference":
		return []string{strconv.Itoa(int(best.Preference))}
	case name == "exchanger":
		label, _, _ := strings.Cut(best.Mx, ".")
		return []string{strings.TrimSuffix(best.Mx, "."), label}
	}
	return nil
}
