package postfix

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"mailtrek/protocols/mailaddr"
	"mailtrek/protocols/smtp"
	"mailtrek/sim"
)

// smtpdProxy is the dialogue of smtpd(8) with a content filter before the queue
// (smtpd_proxy_filter; SMTPD_PROXY_README, smtpd_proxy.c).
type smtpdProxy struct {
	b       *smtpdSession
	service string
	timeout time.Duration
	conn    *sim.Conn
	in      *bufio.Reader
	limit   int
	broken  bool
	// reply is what the filter has said last, its lines apart by CRLF.
	reply string
	cut   bool // the last line of content has no end yet
}

// What the first digit of a reply must be; wantAny takes any.
const (
	wantOK   = '2'
	wantMore = '3'
	wantAny  = 0
)

// proxyTrouble is what the client hears when there is no word of the filter to
// pass on (cleanup_strerror.c, CLEANUP_STAT_PROXY).
const proxyTrouble = "451 4.3.0 Error: queue file write error"

func (b *smtpdSession) newProxy() *smtpdProxy {
	return &smtpdProxy{b: b, service: b.conf.Get("smtpd_proxy_filter"), timeout: b.conf.Duration("smtpd_proxy_timeout"), limit: int(b.conf.Int("line_length_limit"))}
}

// trouble notes that the filter is of no use.
func (x *smtpdProxy) trouble() bool {
	x.b.grave, x.reply = true, proxyTrouble
	return false
}

// open connects to the filter and tells it of the client and of the sender
// (smtpd_proxy_connect). Only what it says to MAIL is passed on.
func (x *smtpdProxy) open(f *smtp.Facts) bool {
	if err := x.dial(); err != nil {
		x.b.log("warning: connect to proxy filter %s: %v", x.service, err)
		return x.trouble()
	}
	ok := x.ask(wantOK, "") && x.ask(wantOK, "EHLO "+x.b.conf.Get("smtpd_proxy_ehlo"))
	if ok {
		for _, line := range x.forward(f) {
			ok = ok && x.ask(wantOK, line)
		}
	}
	if !ok {
		x.close()
		return x.trouble()
	}
	if !x.ask(wantOK, f.Line) {
		x.close()
		return false
	}
	return true
}

// errNoAddress is the error of a filter whose name leads nowhere (EADDRNOTAVAIL).
var errNoAddress = errors.New("Cannot assign requested address")

// dial connects to "host:port", "port" on this host, or "unix:path"
// (inet_connect(3), unix_connect(3)).
func (x *smtpdProxy) dial() (err error) {
	p := x.b.p
	defer func() {
		if err == nil && x.conn != nil { // without one the process was killed on its way
			x.conn.SetTimeout(x.timeout)
			x.in = bufio.NewReader(x.conn)
		}
	}()
	if path, ok := cutPrefixFold(x.service, "unix:"); ok {
		if !strings.HasPrefix(path, "/") {
			path = strings.TrimSuffix(x.b.conf.Get("queue_directory"), "/") + "/" + path
		}
		x.conn, err = p.DialUnix(path)
		return err
	}
	endpoint, _ := cutPrefixFold(x.service, "inet:")
	host, name := "localhost", endpoint
	if i := strings.LastIndexByte(endpoint, ':'); i >= 0 {
		host, name = orElse(strings.Trim(endpoint[:i], "[]"), host), endpoint[i+1:]
	}
	port, ok := PortNumber(name)
	if !ok {
		x.b.log("warning: host or service %s not found: Servname not supported for ai_socktype", endpoint)
		return errNoAddress
	}
	addrs := x.addresses(host)
	if len(addrs) == 0 {
		x.b.log("warning: host or service %s not found: Name or service not known", endpoint)
		return errNoAddress
	}
	for _, a := range addrs {
		if x.conn, err = p.Dial(netip.Addr{}, netip.AddrPortFrom(a, uint16(port)), x.timeout); err == nil {
			return nil
		}
	}
	return err
}

func cutPrefixFold(s, prefix string) (rest string, found bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

func (x *smtpdProxy) addresses(host string) []netip.Addr {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}
	}
	if strings.EqualFold(host, "localhost") {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	addrs, err := x.b.Host.Stub.Addrs(x.b.p, host)
	if err != nil {
		return nil
	}
	return addrs
}

// xforwardLimit is how much a line of XFORWARD holds behind the verb.
const xforwardLimit = 512 - len("250 XFORWARD\r\n")

// forward are the XFORWARD commands that the filter wants to hear, by its reply
// to EHLO. Each attribute that it knows is told, also that it is not known.
func (x *smtpdProxy) forward(f *smtp.Facts) (lines []string) {
	known := map[string]bool{}
	for line := range strings.SplitSeq(x.reply, "\r\n") {
		words := strings.Fields(strings.TrimLeft(line[min(3, len(line)):], "- "))
		if len(words) > 0 && strings.EqualFold(words[0], "XFORWARD") {
			for _, w := range words[1:] {
				known[strings.ToUpper(w)] = true
			}
		}
	}
	told := x.client(f)
	line := ""
	for _, a := range [...]struct{ name, value string }{{"NAME", told.Name}, {"ADDR", told.Addr}, {"PORT", told.Port}, {"HELO", told.Helo},
		{"IDENT", told.Ident}, {"PROTO", told.Proto}, {"SOURCE", told.Source}} {
		if !known[a.name] {
			continue
		}
		next := " " + a.name + "=" + mailaddr.XText(orElse(a.value, "[UNAVAILABLE]"))
		if line != "" && len(line)+len(next) > xforwardLimit {
			lines, line = append(lines, "XFORWARD"+line), ""
		}
		line += next
	}
	if line != "" {
		lines = append(lines, "XFORWARD"+line)
	}
	return lines
}

// client is the client as the filter shall know it: the one behind this one, if
// XFORWARD has told of it.
func (x *smtpdProxy) client(f *smtp.Facts) smtp.Forward {
	if f.Forward != (smtp.Forward{}) {
		return f.Forward
	}
	c := x.b.client
	told := smtp.Forward{Name: c.name, Addr: c.addr.String(), Port: fmt.Sprint(c.port), Helo: f.Helo, Proto: f.Proto, Source: "REMOTE"}
	if c.name == "unknown" {
		told.Name = ""
	}
	if c.addr.Is6() {
		told.Addr = "IPv6:" + told.Addr
	}
	if x.b.rewritesHeaders() {
		told.Source = "LOCAL"
	}
	return told
}

// ask says a line, if there is one, and hears the reply. A reply that is not the
// one that is wanted is logged; no 2xx or 3xx of this kind goes on to the client
// (smtpd_proxy_cmd).
func (x *smtpdProxy) ask(want byte, line string) bool {
	if x.broken || x.conn == nil {
		return x.trouble()
	}
	if line != "" {
		_, _ = x.conn.Write([]byte(line + "\r\n")) // the reply will tell that it broke
	}
	if err := x.hear(); err != nil {
		x.broken = true
		if timeout := interface{ Timeout() bool }(nil); errors.As(err, &timeout) && timeout.Timeout() {
			x.b.log("warning: timeout talking to proxy %s", x.service)
		} else {
			x.b.log("warning: lost connection with proxy %s", x.service)
		}
		return x.trouble()
	}
	if want == wantAny || x.reply != "" && x.reply[0] == want {
		return true
	}
	x.b.log("warning: proxy %s rejected \"%s\": \"%s\"", x.service, orElse(line, "connection request"), x.reply)
	if x.reply != "" && (x.reply[0] == wantOK || x.reply[0] == wantMore) {
		x.trouble()
	}
	return false
}

// hear reads a reply, of which only so much is kept as line_length_limit allows.
func (x *smtpdProxy) hear() error {
	x.reply = ""
	for n := 0; n < maxProxyLines; n++ {
		raw, err := x.in.ReadString('\n')
		if err != nil {
			return err
		}
		line := printable(strings.TrimRight(raw, "\r\n"), '?')
		if len(line) > x.limit {
			line = line[:x.limit]
			x.b.log("warning: %s: response longer than %d: %.30s...", x.service, x.limit, line)
		}
		if x.reply == "" {
			x.reply = line
		} else if len(x.reply) < x.limit {
			x.reply += "\r\n" + line
		}
		switch {
		case len(line) < 3 || !allDigits(line[:3]) || len(line) > 3 && line[3] != '-' && line[3] != ' ':
			x.b.log("warning: received garbage from proxy %s: %.100s", x.service, line)
		case len(line) == 3 || line[3] == ' ':
			return nil
		}
	}
	return io.ErrUnexpectedEOF
}

// maxProxyLines is how many lines a reply of a filter may have; Postfix reads on
// for as long as there are any.
const maxProxyLines = 1000

// content passes lines of a message on, dots doubled (RFC 5321 §4.5.2). The last
// may be the beginning of a longer one.
func (x *smtpdProxy) content(lines []byte) {
	if x.broken || x.conn == nil || len(lines) == 0 {
		return
	}
	out := make([]byte, 0, len(lines)+len(lines)/32+16)
	for _, c := range lines {
		if !x.cut && c == '.' {
			out = append(out, '.')
		}
		if x.cut = c != '\n'; !x.cut {
			out = append(out, '\r')
		}
		out = append(out, c)
	}
	if _, err := x.conn.Write(out); err != nil {
		x.broken = true
		x.b.log("warning: lost connection with proxy %s", x.service)
		x.trouble()
	}
}

// close leaves the filter, without waiting for what it says to QUIT.
func (x *smtpdProxy) close() {
	if x.conn == nil {
		return
	}
	if !x.broken {
		_, _ = x.conn.Write([]byte("QUIT\r\n")) // nobody waits for the reply
	}
	x.conn.Close()
	x.conn = nil
}
