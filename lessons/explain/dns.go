package explain

import (
	"sort"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/sim/trace"
)

// query explains a question by who asks whom, and by what it will be used for.
func (x *teller) query() Explanation {
	name, typ := bare(x.a()), x.b()
	values := []string{"name", name, "type", typ}
	if x.walks(x.e.Node) {
		switch {
		case name == "." || name == "":
			return x.say("dns.walk.root", values...)
		case typ == "NS":
			return x.say("dns.walk.ns", values...)
		case (typ == "A" || typ == "AAAA") && x.isNameServer(name):
			return x.say("dns.walk.glue", values...)
		}
		return x.say("dns.walk", values...)
	}
	switch typ {
	case "PTR":
		return x.say("dns.ask.ptr", append(values, "ip", reversed(name))...)
	case "A", "AAAA":
		return x.addressQuery(values, name)
	}
	return x.say(x.first("dns.ask."+strings.ToLower(typ), "dns.ask"), values...)
}

// addressQuery tells the three reasons to ask for an address apart.
func (x *teller) addressQuery(values []string, name string) Explanation {
	i := x.before(func(e *trace.Event) bool { return e.Kind == trace.Answer && e.Peer == x.e.Node })
	if i != 0 {
		last := x.t.At(i)
		switch x.t.Name(last.B) {
		case "PTR":
			for _, n := range names(x.t.Text(last)) {
				if strings.EqualFold(n, name) {
					return x.say("dns.ask.forward", append(values, "ip", reversed(bare(x.t.Name(last.A))))...)
				}
			}
		case "MX", "A", "AAAA":
			_, domain, list := x.exchangers()
			if p := preference(list, name); p != "?" {
				return x.say("dns.ask.exchanger", append(values, "domain", domain, "pref", p)...)
			}
			if len(list) == 0 && strings.EqualFold(domain, name) {
				return x.say("dns.ask.implicit", append(values, "domain", domain)...)
			}
		}
	}
	return x.say("dns.ask.a", values...)
}

// walks tells whether a host is a resolver that itself asks name servers.
func (x *teller) walks(id trace.NodeID) bool {
	for _, r := range x.t.Node(id).Roles {
		if r == "resolver" {
			return true
		}
	}
	return false
}

// isNameServer tells whether the name was given as a name server before.
func (x *teller) isNameServer(name string) bool {
	return x.before(func(e *trace.Event) bool {
		return e.Kind == trace.Answer && e.Peer == x.e.Node && strings.EqualFold(referral(x.t.Text(e)), name)
	}) != 0
}

// domain is a name as a sentence says it: the root has only a dot.
func (x *teller) domain(name string) string {
	if name == "." || name == "" {
		root, _ := lookup(x.lang, "dns.root")
		return root
	}
	return name
}

// answer explains what an answer says and what follows from it.
func (x *teller) answer() Explanation {
	name, typ := bare(x.a()), x.b()
	values := []string{"name", x.domain(name), "type", typ}
	var m dns.Msg
	if m.Unpack(x.t.Text(x.e)) != nil {
		return x.say("dns.bad", values...)
	}
	values = append(values, "rcode", dns.RcodeToString[m.Rcode])
	switch {
	case m.Truncated:
		return x.say("dns.truncated", values...)
	case m.Rcode != dns.RcodeSuccess:
		return x.say(x.first("dns.rcode."+strings.ToLower(dns.RcodeToString[m.Rcode]), "dns.rcode"), values...)
	case len(m.Answer) > 0:
		return x.records(&m, typ, values)
	}
	if next := referral(x.t.Text(x.e)); next != "" && !m.Authoritative {
		return x.say("dns.referral", append(values, "zone", x.domain(bare(m.Ns[0].Header().Name)), "next", next)...)
	}
	return x.say(x.first("dns.nodata."+strings.ToLower(typ), "dns.nodata"), values...)
}

// records explains an answer with data.
func (x *teller) records(m *dns.Msg, typ string, values []string) Explanation {
	values = append(values, "data", strings.Join(names(x.t.Text(x.e)), ", "), "ttl", strconv.Itoa(int(m.Answer[0].Header().Ttl)))
	if typ != "CNAME" {
		for _, rr := range m.Answer {
			if c, ok := rr.(*dns.CNAME); ok {
				return x.say("dns.cname", append(values, "target", bare(c.Target))...)
			}
		}
	}
	switch typ {
	case "MX":
		return x.mxRecords(m, values)
	case "PTR":
		return x.say("dns.got.ptr", append(values, "ip", reversed(bare(x.a())))...)
	case "NS":
		return x.say("dns.got.ns", values...)
	}
	if !m.Authoritative && x.walks(x.e.Node) {
		return x.say(x.first("dns.got."+strings.ToLower(typ), "dns.got"), values...)
	}
	return x.say(x.first("dns.auth."+strings.ToLower(typ), "dns.got."+strings.ToLower(typ), "dns.got"), values...)
}

func (x *teller) mxRecords(m *dns.Msg, values []string) Explanation {
	var list []exchanger
	for _, rr := range m.Answer {
		if mx, ok := rr.(*dns.MX); ok {
			list = append(list, exchanger{mx.Preference, bare(mx.Mx)})
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].pref < list[j].pref })
	if len(list) == 1 && list[0].host == "." {
		return x.say("dns.got.nullmx", values...)
	}
	var words []string
	for _, e := range list {
		words = append(words, strconv.Itoa(int(e.pref))+" "+e.host)
	}
	values = append(values, "list", strings.Join(words, ", "), "count", strconv.Itoa(len(list)))
	switch {
	case len(list) == 0:
		return x.say("dns.got", values...)
	case len(list) == 1:
		return x.say("dns.got.mx.one", append(values, "best", list[0].host)...)
	case list[0].pref == list[1].pref:
		return x.say("dns.got.mx.equal", values...)
	}
	return x.say("dns.got.mx", append(values, "best", list[0].host)...)
}

// referral is the first name server of an answer's authority section.
func referral(packet []byte) string {
	var m dns.Msg
	if m.Unpack(packet) != nil {
		return ""
	}
	for _, rr := range m.Ns {
		if ns, ok := rr.(*dns.NS); ok {
			return bare(ns.Ns)
		}
	}
	return ""
}

// names are the data of an answer's records as names and addresses.
func names(packet []byte) []string {
	var m dns.Msg
	if m.Unpack(packet) != nil {
		return nil
	}
	var out []string
	for _, rr := range m.Answer {
		switch r := rr.(type) {
		case *dns.A:
			out = append(out, r.A.String())
		case *dns.AAAA:
			out = append(out, r.AAAA.String())
		case *dns.PTR:
			out = append(out, bare(r.Ptr))
		case *dns.NS:
			out = append(out, bare(r.Ns))
		case *dns.TXT:
			out = append(out, strconv.Quote(strings.Join(r.Txt, "")))
		default:
			out = append(out, strings.TrimPrefix(rr.String(), rr.Header().String()))
		}
	}
	return out
}

// reversed is the address behind a name of in-addr.arpa.
func reversed(name string) string {
	labels := strings.Split(strings.TrimSuffix(strings.ToLower(name), ".in-addr.arpa"), ".")
	for i, j := 0, len(labels)-1; i < j; i, j = i+1, j-1 {
		labels[i], labels[j] = labels[j], labels[i]
	}
	return strings.Join(labels, ".")
}
