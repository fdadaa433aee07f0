package scenario

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"

	"mailtrek/protocols/dnswire"
	"mailtrek/sim"
	"mailtrek/sim/postfix"
)

// finger is posttls-finger(1): it looks at the TLS of a mail server as the SMTP
// client of Postfix would. What it finds goes to the standard output.
type finger struct {
	*operator
	level            string
	quiet, chain     bool // -c, -C
	summary, matched bool // -L
	roots            string
	names            []string // that the certificate may have
	wrapped          bool     // -w: TLS from the first octet
	wait, answer     time.Duration
	tls              *tls.Config
	dest, relay      string
	port             string
}

const fingerUsage = `usage: posttls-finger [-acCfSvw] [-t conn_tmout] [-T cmd_tmout] [-L logopts] \
	[-h host_lookup] [-l level] [-d mdalg] [-g grade] [-p protocols] \
	[-A tafile] [-F CAfile.pem] [-P CApath/] [-s servername] \
	[ [-H chainfiles] | [-k certfile [-K keyfile]] ] \
	[-m count] [-r delay] [-o name=value] destination [match ...]
`

// fingerLevels are those of smtp_tls_security_level.
var fingerLevels = []string{"none", "may", "encrypt", "fingerprint", "verify", "secure", "dane", "dane-only", "half-dane"}

// fingerCommand is posttls-finger(1).
func fingerCommand(sh *operator, args []string) int {
	o, bad := getopt(args, "A:a:cCd:fF:g:h:H:k:K:l:L:m:M:o:p:P:r:s:St:T:vwX")
	if bad != "" || len(o.args) == 0 {
		if bad != "" {
			bad = "posttls-finger: " + bad + "\n"
		}
		sh.errorf("%s%s", bad, fingerUsage)
		return 1
	}
	f := &finger{operator: sh, level: "dane", port: "25", wait: 30 * time.Second, answer: 30 * time.Second, summary: true, matched: true,
		tls: &tls.Config{InsecureSkipVerify: true}} // judged by hand
	again := 0
	for _, s := range o.switches {
		if why := f.option(s, &again); why != "" {
			f.say("%s", why)
			if strings.HasPrefix(why, "panic: ") {
				sh.errorf("Aborted\n")
				return 134
			}
			return 1
		}
	}
	f.dest, f.names = o.args[0], o.args[1:]
	if fatal := f.find(); fatal != "" {
		f.say("fatal: %s", visible(fatal))
		return 1
	}
	if again > 0 && f.relay != "" {
		f.say("Server declined session caching. Done reconnecting.")
	}
	return 0
}

// option takes one switch; fatal is why it cannot be.
func (f *finger) option(s option, again *int) (fatal string) {
	number := func() time.Duration {
		n, _ := strconv.Atoi(s.value)
		if n <= 0 {
			fatal = fmt.Sprintf("panic: vstream_control: bad timeout %d", n)
		}
		return time.Duration(n) * time.Second
	}
	switch s.letter {
	case 'c':
		f.quiet = true
	case 'C':
		f.chain = true
	case 'w':
		f.wrapped = true
	case 'F', 'A', 'P':
		f.roots = s.value
	case 'm':
		*again, _ = strconv.Atoi(s.value)
	case 't':
		f.wait = number()
	case 'T':
		f.answer = number()
	case 's':
		f.tls.ServerName = s.value
	case 'p':
		if strings.Contains(s.value, "!TLSv1.3") {
			f.tls.MaxVersion = tls.VersionTLS12
		}
	case 'l':
		if f.level = s.value; !slices.Contains(fingerLevels, f.level) {
			return fmt.Sprintf("fatal: Invalid TLS level \"%s\"", visible(s.value))
		}
	case 'L':
		f.summary, f.matched = false, false
		for _, word := range strings.FieldsFunc(s.value, func(r rune) bool { return r == ',' || r == ' ' }) {
			switch word {
			case "0", "none", "untrusted", "peercert", "cache", "ssl-debug", "ssl-handshake-packet-dump", "ssl-session-packet-dump":
			case "1", "routine", "summary":
				f.summary = true
				f.matched = f.matched || word == "1" || word == "routine"
			case "2", "verbose", "certmatch":
				f.matched = true
			default:
				for range 3 {
					f.say("warning: unknown -L option value \"%s\" in \"%s\"", visible(word), visible(s.value))
				}
			}
		}
	case 'S':
		f.port = "24"
	}
	return fatal
}

// say prints a line.
func (f *finger) say(format string, args ...any) {
	f.printf("posttls-finger: "+format+"\n", args...)
}

// find looks the destination up and tries its hosts, until one has answered.
func (f *finger) find() (fatal string) {
	name, port := f.dest, f.port
	if i := strings.LastIndexByte(name, ':'); i >= 0 && !strings.HasSuffix(name, "]") {
		name, port = name[:i], name[i+1:]
	}
	number, ok := telnetPorts[port]
	if n, err := strconv.ParseUint(port, 10, 16); err == nil && n > 0 {
		number, ok = uint16(n), true
	}
	if !ok {
		return "unknown service: " + port + "/tcp"
	}
	if strings.Contains(name, ":") && !strings.HasPrefix(name, "[") {
		return "valid hostname or network address required in server description: " + f.dest
	}
	host := strings.Trim(name, "[]")
	hosts, why := f.hosts(host, host != name)
	if why != "" {
		f.say("Destination address lookup failed: %s", visible(why))
		return ""
	}
	for _, h := range hosts {
		c, err := f.p.Dial(netip.Addr{}, netip.AddrPortFrom(h.addr, number), f.wait)
		if f.relay = fmt.Sprintf("%s[%s]:%d", h.name, h.addr, number); err == nil {
			f.talk(c)
			c.Close()
			return ""
		}
		why = fmt.Sprintf("%s via %s: connect to %s: %s", f.dest, h.name, f.relay, dialError(err))
	}
	f.relay = ""
	f.say("Failed to establish session to %s", visible(why))
	return ""
}

// dialError is why a connection was not to be had, in the words of connect(2).
func dialError(err error) string {
	switch {
	case errors.Is(err, sim.ErrRefused):
		return "Connection refused"
	case errors.Is(err, sim.ErrUnreachable):
		return "No route to host"
	case errors.Is(err, sim.ErrNoNetwork):
		return "Network is unreachable"
	}
	return "Connection timed out"
}

// fingerHost is a host that takes mail for the destination.
type fingerHost struct {
	name string
	addr netip.Addr
}

// hosts are those of a destination: its mail exchangers, unless brackets or an
// address say that it is the host itself.
func (f *finger) hosts(name string, itself bool) (list []fingerHost, why string) {
	if a, err := netip.ParseAddr(name); err == nil {
		return []fingerHost{{name, a}}, ""
	}
	f.say("warning: DNSSEC validation may be unavailable")
	f.say("warning: reason: dnssec_probe 'ns:.' received a response that is not DNSSEC validated")
	names := []string{name}
	if !itself {
		if answer, err := f.m.Stub.Lookup(f.p, name, dns.TypeMX); err == nil && len(answer.MX()) > 0 {
			mxs := answer.MX()
			slices.SortStableFunc(mxs, func(a, b dnswire.MX) int { return cmp.Compare(a.Pref, b.Pref) })
			names = nil
			for _, mx := range mxs {
				names = append(names, strings.TrimSuffix(mx.Host, "."))
			}
		}
	}
	for _, n := range names {
		answer, err := f.m.Stub.Lookup(f.p, n, dns.TypeA)
		if err != nil {
			why = postfix.LookupFailure(n, "A", err)
			continue
		}
		for _, a := range answer.Addrs() {
			list = append(list, fingerHost{n, a})
		}
	}
	if len(list) > 0 {
		why = ""
	}
	return list, why
}

// talk holds the dialogue.
func (f *finger) talk(c *sim.Conn) {
	if !f.quiet {
		f.say("Connected to %s", f.relay)
	}
	if f.wrapped && !f.secure(c) {
		return
	}
	if !f.hear(c, "220", "greeting") {
		return
	}
	offered, ok := f.ehlo(c)
	if !ok {
		return
	}
	if offered && !f.wrapped && f.level != "none" {
		f.send(c, "STARTTLS")
		if !f.hear(c, "220", "STARTTLS") || !f.secure(c) {
			return
		}
		f.ehlo(c)
	}
	f.send(c, "QUIT")
	f.hear(c, "221", "QUIT")
}

func (f *finger) send(c *sim.Conn, line string) {
	if !f.quiet {
		f.say("> %s", line)
	}
	_, _ = c.Write([]byte(line + "\r\n"))
}

// ehlo greets; offered tells whether the server offers STARTTLS (RFC 3207).
func (f *finger) ehlo(c *sim.Conn) (offered, ok bool) {
	f.send(c, "EHLO "+f.m.postfix.Settings().Get("myhostname"))
	lines, ok := f.reply(c, "250", "EHLO")
	for _, l := range lines {
		offered = offered || len(l) > 4 && strings.EqualFold(l[4:], "STARTTLS")
	}
	return offered, ok
}

func (f *finger) hear(c *sim.Conn, code, to string) bool {
	_, ok := f.reply(c, code, to)
	return ok
}

// reply reads and shows a reply; ok tells whether it has the code.
func (f *finger) reply(c *sim.Conn, code, to string) (lines []string, ok bool) {
	var got []byte
	for buf := make([]byte, 4096); !replyEnds(got); {
		c.Listen(f.answer)
		n, err := c.Read(buf)
		if got = append(got, buf[:n]...); err != nil && n == 0 {
			why := "timeout"
			if !errors.Is(err, sim.ErrTimeout) {
				why = "lost connection"
			}
			if err == io.EOF && to == "QUIT" {
				return nil, false
			}
			f.say("%s while performing the %s handshake with %s", why, to, f.relay)
			return nil, false
		}
	}
	for l := range strings.Lines(string(got)) {
		lines = append(lines, strings.TrimRight(l, "\r\n"))
		if !f.quiet {
			f.say("< %s", visible(lines[len(lines)-1]))
		}
	}
	return lines, strings.HasPrefix(lines[len(lines)-1], code)
}

// replyEnds tells whether the last line of a reply has come (RFC 5321 §4.2.1).
func replyEnds(b []byte) bool {
	if !bytes.HasSuffix(b, []byte("\n")) {
		return false
	}
	last := b[bytes.LastIndexByte(b[:len(b)-1], '\n')+1:]
	return len(last) < 4 || last[3] != '-'
}

// secure goes on inside TLS and shows what the server has shown.
func (f *finger) secure(c *sim.Conn) bool {
	var state tls.ConnectionState
	f.tls.VerifyConnection = func(s tls.ConnectionState) error { state = s; return nil }
	c.SetTimeout(f.answer)
	facts, err := c.SecureClient(f.tls)
	if err != nil {
		f.say("SSL_connect error to %s: %s", f.relay, visible(err.Error()))
		return false
	}
	trust := f.judge(state.PeerCertificates)
	if f.matched && len(state.PeerCertificates) > 0 {
		cert := state.PeerCertificates[0]
		f.say("%s: subject_CN=%s, issuer_CN=%s, fingerprint=%s, pkey_fingerprint=%s", f.relay, visible(subjectName(cert)), visible(cert.Issuer.CommonName),
			digest(cert.Raw), digest(cert.RawSubjectPublicKeyInfo))
	}
	if f.summary {
		f.say("%s TLS connection established to %s: %s", trust, f.relay, postfix.TLSSummary(facts))
	}
	if f.chain {
		f.showChain(state.PeerCertificates)
	}
	return true
}

// judge tells how far the server's certificates are to be believed, and says what
// is wrong with them.
func (f *finger) judge(certs []*x509.Certificate) (trust string) {
	if len(certs) == 0 {
		return "Anonymous"
	}
	if why := f.untrusted(certs); why != "" {
		if f.level != "may" {
			f.say("certificate verification failed for %s: %s", f.relay, visible(why))
		}
		return "Untrusted"
	}
	if f.level != "verify" && f.level != "secure" {
		return "Trusted"
	}
	names := f.names
	if len(names) == 0 {
		if names = []string{strings.Trim(f.dest, "[]")}; f.level == "verify" {
			names = []string{f.relay[:strings.IndexByte(f.relay, '[')]}
		}
	}
	for _, n := range names {
		if certs[0].VerifyHostname(n) == nil || strings.EqualFold(n, certs[0].Subject.CommonName) {
			if f.matched {
				f.say("%s: matched peername: %s", f.relay, visible(n))
			}
			return "Verified"
		}
	}
	f.say("server certificate verification failed for %s: num=62:hostname mismatch", f.relay)
	return "Untrusted"
}

// untrusted is why no authority vouches for a certificate.
func (f *finger) untrusted(certs []*x509.Certificate) string {
	if f.roots != "" {
		roots, err := f.m.PKI().Roots(f.roots)
		if err != nil {
			return "cannot load Certification Authority data"
		}
		others := x509.NewCertPool()
		for _, c := range certs[1:] {
			others.AddCert(c)
		}
		if _, err = certs[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: others, CurrentTime: f.p.Now()}); err == nil {
			return ""
		}
	}
	last := certs[len(certs)-1]
	if len(certs) == 1 && bytes.Equal(last.RawIssuer, last.RawSubject) {
		return "self-signed certificate"
	}
	return "untrusted issuer /CN=" + last.Issuer.CommonName
}

// subjectName is the name of a certificate.
func subjectName(c *x509.Certificate) string {
	if len(c.DNSNames) > 0 && c.Subject.CommonName == "" {
		return c.DNSNames[0]
	}
	return c.Subject.CommonName
}

// digest is a fingerprint as Postfix writes it (smtp_tls_fingerprint_digest).
func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}

// showChain prints the certificates (-C).
func (f *finger) showChain(certs []*x509.Certificate) {
	f.printf("\n---\nCertificate chain\n")
	for i, c := range certs {
		f.printf("%2d subject: /CN=%s\n    issuer: /CN=%s\n   cert digest=%s\n   pkey digest=%s\n%s", i, visible(subjectName(c)), visible(c.Issuer.CommonName),
			digest(c.Raw), digest(c.RawSubjectPublicKeyInfo), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
}
