package tui

import (
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/sim/trace"
)

// label is an event in a few words, for an arrow or a line of a list.
type label struct {
	text  string
	style Style
	sign  string // "✗" or "!" before or behind the text
}

// labelOf says an event in a few words.
func (in *Instant) labelOf(e *trace.Event) label {
	l := label{text: in.words(e), style: in.styleOf(e)}
	switch m := in.Story.trouble(e); {
	case m&markBad != 0:
		l.sign, l.style = in.Glyphs.Cross, Bad
	case m&markWarn != 0:
		l.sign, l.style = in.Glyphs.Bang, Warn
	}
	return l
}

// styleOf is the colour of what an event is about.
func (in *Instant) styleOf(e *trace.Event) Style {
	switch e.Kind {
	case trace.Daemon, trace.Lookup, trace.Envelope, trace.Queue, trace.Schedule, trace.Delivery, trace.Field, trace.Mailbox:
		return Local
	case trace.Query, trace.Answer:
		return Names
	case trace.Log, trace.Note, trace.State:
		return Quiet
	}
	return protoStyle(e.Proto)
}

// words are the words of labelOf.
func (in *Instant) words(e *trace.Event) string {
	t, w := in.Story.T, in.Words
	a, b, c := t.Name(e.A), t.Name(e.B), t.Name(e.C)
	switch e.Kind {
	case trace.Open:
		return w.T("ladder.connect") + " " + servicePort(t.Conn(e.Conn).ServerAddr)
	case trace.Accept:
		return w.T("ladder.accept")
	case trace.Refuse:
		return w.T("ladder.refuse")
	case trace.Timeout:
		return w.T("ladder.timeout")
	case trace.Close:
		return w.T("ladder.close")
	case trace.Reset:
		return w.T("ladder.reset")
	case trace.Content:
		return w.T("ladder.octets", "n", strconv.Itoa(int(e.Len)))
	case trace.Query:
		return b + " " + a
	case trace.Answer:
		return answerWords(t.Text(e))
	case trace.TLS:
		return "TLS " + a
	case trace.Record:
		return joinWords("TLS", a, b)
	case trace.State:
		return arrow(a, b)
	case trace.Action:
		return oneLine(t.Text(e))
	case trace.Fault:
		text := oneLine(t.Text(e))
		if slices.Contains(strings.Fields(text), a) { // the line of a document says what kind of fault it is
			return text
		}
		return joinWords(a, text)
	case trace.Daemon:
		return arrow(a, b)
	case trace.Lookup:
		return a + ": " + b + " " + c
	case trace.Envelope:
		return joinWords(a, "<"+b+">")
	case trace.Queue:
		return joinWords(a, arrow(orDash(b), orDash(c)))
	case trace.Schedule:
		return in.scheduleWords(e)
	case trace.Delivery:
		return joinWords("<"+b+">", deliveryWord(e.Code), oneLine(t.Text(e)))
	case trace.Field:
		return joinWords(fieldSign(c), oneLine(t.Text(e)))
	case trace.Mailbox:
		return joinWords(a, c, lastTwo(b))
	case trace.Log:
		return joinWords(a+":", oneLine(t.Text(e)))
	}
	return oneLine(t.Text(e))
}

// short is an event in one string: what the lines "because of" and "leads to"
// show, with the host where it happens.
func (in *Instant) short(s trace.Seq) label {
	e := in.Story.T.At(s)
	l := in.labelOf(e)
	host := in.Story.short(e.Node)
	switch {
	case e.Kind == trace.Line || e.Kind == trace.Auth || e.Kind == trace.Raw:
		l.text = e.Side.String() + ": " + l.text
	case e.Kind == trace.Open && e.Peer != 0:
		l.text = host + " " + arrowTo + " " + in.Story.short(e.Peer) + " " + l.text
	case e.Node != 0:
		l.text = host + " " + l.text
	}
	if l.sign != "" {
		l.text = l.sign + " " + l.text
	}
	return l
}

// lastTwo are the last two elements of a path: "new/1772434801.M50120P113".
func lastTwo(path string) string {
	i := strings.LastIndexByte(path, '/')
	if i <= 0 {
		return path
	}
	return path[strings.LastIndexByte(path[:i], '/')+1:]
}

const arrowTo = "→"

func arrow(from, to string) string { return from + " " + arrowTo + " " + to }

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func joinWords(words ...string) string {
	var kept []string
	for _, w := range words {
		if w != "" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

// deliveryWord is Postfix's word for the fate of a recipient.
func deliveryWord(code uint16) string {
	switch code {
	case 2:
		return "sent"
	case 4:
		return "deferred"
	case 5:
		return "bounced"
	}
	return ""
}

func fieldSign(change string) string {
	switch change {
	case "remove":
		return "-"
	case "change":
		return "~"
	}
	return "+"
}

// oneLine is text without its line end; line ends within become blanks.
func oneLine(b []byte) string {
	s := strings.TrimRight(string(b), "\r\n")
	if !strings.ContainsAny(s, "\r\n\t") {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\r' || r == '\n' || r == '\t' }), " ")
}

// servicePort is the port of an address as ":25", or the last element of a
// socket's path.
func servicePort(addr string) string {
	if strings.Contains(addr, "/") {
		return addr[strings.LastIndexByte(addr, '/')+1:]
	}
	if i := strings.LastIndexByte(addr, ':'); i >= 0 {
		return addr[i:]
	}
	return addr
}

// answerWords is a DNS answer in a few words: the data of its records, or why
// there are none.
func answerWords(packet []byte) string {
	var m dns.Msg
	if m.Unpack(packet) != nil {
		return "?"
	}
	if m.Rcode != dns.RcodeSuccess {
		return dns.RcodeToString[m.Rcode]
	}
	var words []string
	for _, rr := range m.Answer {
		words = append(words, recordWords(rr))
	}
	if len(words) > 0 {
		return strings.Join(words, ", ")
	}
	for _, rr := range m.Ns {
		if ns, ok := rr.(*dns.NS); ok {
			return arrowTo + " " + bare(ns.Ns)
		}
	}
	return "NODATA"
}

func recordWords(rr dns.RR) string {
	switch r := rr.(type) {
	case *dns.A:
		return r.A.String()
	case *dns.AAAA:
		return r.AAAA.String()
	case *dns.MX:
		return strconv.Itoa(int(r.Preference)) + " " + bare(r.Mx)
	case *dns.NS:
		return "NS " + bare(r.Ns)
	case *dns.PTR:
		return bare(r.Ptr)
	case *dns.CNAME:
		return "CNAME " + bare(r.Target)
	case *dns.TXT:
		return "TXT " + strconv.Quote(strings.Join(r.Txt, ""))
	}
	return strings.TrimPrefix(rr.String(), rr.Header().String())
}

// bare is a name without the final dot.
func bare(name string) string {
	if len(name) > 1 {
		return strings.TrimSuffix(name, ".")
	}
	return name
}

// stamp is a duration since the start as "+1.214 s".
func stamp(ns int64) string {
	ms := ns / 1e6
	switch {
	case ms < 600_000:
		return "+" + strconv.FormatInt(ms/1000, 10) + "." + pad3(ms%1000) + " s"
	case ms < 86_400_000:
		s := ms / 1000
		return "+" + strconv.FormatInt(s/3600, 10) + ":" + pad2(s/60%60) + ":" + pad2(s%60)
	}
	s := ms / 1000
	return "+" + strconv.FormatInt(s/86400, 10) + " d " + pad2(s/3600%24) + ":" + pad2(s/60%60)
}

func pad2(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

func pad3(n int64) string {
	s := strconv.FormatInt(n, 10)
	return "000"[:3-len(s)] + s
}

func itoa(n int) string { return strconv.Itoa(n) }
