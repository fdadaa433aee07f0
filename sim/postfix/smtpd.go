package postfix

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mailtrek/protocols/mailaddr"
	"mailtrek/protocols/smtp"
	"mailtrek/protocols/wire"
	"mailtrek/sim"
	"mailtrek/sim/node"
	"mailtrek/sim/trace"
)

// listen opens the listeners of an inet service: its own address, or those of
// inet_interfaces where master.cf gives none.
func (s *System) listen(svc *service) error {
	host, name := svc.Endpoint()
	port, ok := PortNumber(name)
	if !ok {
		return Diag{Fatal: true, File: s.master.File, Line: svc.Line, Text: fmt.Sprintf("%s:%s: Servname not supported for ai_socktype", orElse(host, "0.0.0.0"), name)}
	}
	var addrs []netip.Addr
	if host == "" {
		for _, p := range svc.conf.OwnAddresses() {
			addrs = append(addrs, p.Addr())
		}
		loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
		if svc.conf.interfaceEnabled(loopback) && svc.conf.protocolEnabled(loopback) && !slices.Contains(addrs, loopback) {
			addrs = append(addrs, loopback) // for clients on the host itself
		}
	} else if a, err := netip.ParseAddr(host); err == nil {
		addrs = []netip.Addr{a}
	} else if strings.EqualFold(host, "localhost") {
		addrs = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	} else {
		return Diag{Fatal: true, File: s.master.File, Line: svc.Line, Text: fmt.Sprintf("%s:%s: Name or service not known", host, name)}
	}
	for _, a := range addrs {
		service := sim.Service{
			Name: portName(port), Proto: trace.SMTP, Splitter: func() wire.Splitter { return smtp.NewSplitter() },
			TLS:   svc.Command == "smtpd" && svc.conf.Bool("smtpd_tls_wrappermode"),
			Serve: func(p *sim.Proc, c *sim.Conn) { s.accept(p, c, svc) },
		}
		if svc.Command == "spawn" {
			if f, _ := (spawned{svc, svc.argv()}).filter(s.Host); f == nil {
				service.Proto, service.Splitter = 0, nil
			}
		}
		open, err := s.Host.Listen(netip.AddrPortFrom(a, uint16(port)).String(), service)
		if err != nil {
			return Diag{Fatal: true, File: s.master.File, Line: svc.Line, Text: fmt.Sprintf("bind %s port %d: %v", a, port, err)}
		}
		s.open = append(s.open, open...)
	}
	return nil
}

// portName is a port's name in /etc/services, or its number.
func portName(port int) string {
	switch port {
	case 25:
		return "smtp"
	case 465:
		return "smtps"
	case 587:
		return "submission"
	}
	return fmt.Sprint(port)
}

// accept serves a new connection with the program that master.cf names.
func (s *System) accept(p *sim.Proc, c *sim.Conn, svc *service) {
	s.enlist(p)
	switch svc.Command {
	case "postscreen":
		s.postscreen(p, c, svc)
	case "spawn":
		s.spawnListen(p, c, svc)
	default:
		s.smtpd(p, c, svc)
	}
}

// smtpdSession is an smtpd(8) process with the client that it serves: the
// backend of the protocol's session.
type smtpdSession struct {
	*daemon
	conn    *sim.Conn
	client  *peer
	checks  checks
	set     *smtpdParams
	msg     *smtpdMessage
	proxy   *proxiedMessage
	rates   *anvilCount // what anvil knows of the client, once it is asked
	counted bool        // anvil knows of the connection
	grave   bool        // something was wrong with this host
	reason  string      // why the session ended before QUIT
	noTLS   bool        // TLS is wanted, and there is no certificate
}

// smtpd serves one client: it finds out the client's name, holds the dialogue,
// and logs both ends of it.
func (s *System) smtpd(p *sim.Proc, c *sim.Conn, svc *service) {
	d := s.smtpdStarted(p, c, svc)
	if d == nil {
		c.Close()
		return
	}
	defer d.end()
	remote := addrPort(c.RemoteAddr().String())
	b := &smtpdSession{daemon: d, set: d.svc.smtpdParams(), conn: c}
	b.client = d.lookupPeer(remote, b.set.peerNames)
	b.client.shownPort = b.set.clientPorts
	b.checks = checks{d: d, conf: d.conf, set: &b.set.access, session: b, client: b.client, serverAddr: addrPort(c.LocalAddr().String())}
	d.logAll("connect from ", b.client.String())
	defer b.anvilDisconnect()
	cfg := b.sessionConfig()
	if b.set.sasl {
		auth := newSMTPDAuth(b)
		if auth == nil {
			path := d.conf.Get("smtpd_sasl_path")
			d.log("warning: SASL: Connect to %s failed: %v", path, d.Host.AuthProblem(path))
			d.dies("no SASL authentication mechanisms")
			c.Close()
			return
		}
		cfg.Auth = auth
	}
	session := smtp.NewSession(cfg, b)
	b.checks.facts = session.Facts()
	if t, ok := b.startTLS(); ok {
		_ = node.ServeTLS(p, c, session, t) // how it ended, the session has logged
	} else {
		c.Close()
	}
	b.notify(session)
	d.logAll("disconnect from ", b.client.String(), " ", session.Stats())
	session.Release()
}

// smtpdStarted is the process that serves a client; nil when the client has
// gone before one could start.
func (s *System) smtpdStarted(p *sim.Proc, c *sim.Conn, svc *service) *daemon {
	for {
		if svc = s.admitted(p, c, svc); svc == nil {
			return nil
		}
		d := s.take(p, svc)
		why := ""
		if !svc.sound {
			if why = d.unusable(); why == "" {
				why = startupProblem(d.conf)
			}
		}
		for i := 0; i < len(smtpdMaps) && why == "" && !svc.sound; i++ {
			why = d.proxyProblem(d.conf.List(smtpdMaps[i]))
		}
		if why == "" {
			svc.sound = true
			return d
		}
		d.dies(why)
		d.end()
	}
}

// smtpdMaps are the tables with which smtpd(8) finds out whether a recipient
// exists. It has them opened before it takes a client.
var smtpdMaps = [...]string{"local_recipient_maps", "relay_recipient_maps", "virtual_mailbox_maps", "virtual_alias_maps",
	"canonical_maps", "recipient_canonical_maps", "relocated_maps"}

// startupProblem is why smtpd(8) would not start with a configuration, "" if it
// does: without one restriction that keeps strangers from relaying it refuses
// to (smtpd_check_init).
func startupProblem(c *Config) string {
	for _, list := range [...]string{"smtpd_relay_restrictions", "smtpd_recipient_restrictions"} {
		for _, word := range c.List(list) {
			switch strings.ToLower(word) {
			case "reject_unauth_destination", "defer_unauth_destination", "reject", "defer", "defer_if_permit", "check_relay_domains":
				return ""
			}
		}
	}
	return "in parameter smtpd_relay_restrictions or smtpd_recipient_restrictions, specify at least one working instance of: " +
		"reject_unauth_destination, defer_unauth_destination, reject, defer, defer_if_permit or check_relay_domains"
}

func addrPort(s string) netip.AddrPort {
	ap, err := netip.ParseAddrPort(s)
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// sessionConfig is what governs the dialogue with this client.
func (b *smtpdSession) sessionConfig() smtp.Config {
	if b.svc.dialogue == nil {
		b.svc.dialogue = b.dialogue()
	}
	cfg := *b.svc.dialogue
	cfg.Peer = b.client.String()
	cfg.XForward = b.authorized("smtpd_authorized_xforward_hosts")
	if b.authorized("smtpd_authorized_verp_clients") {
		cfg.VERP, cfg.VERPFilter = b.conf.Get("default_verp_delimiters"), b.conf.Get("verp_delimiter_filter")
	}
	if specs := b.conf.List("smtpd_discard_ehlo_keyword_address_maps"); len(specs) > 0 {
		// In place of smtpd_discard_ehlo_keywords (ehlo_mask_lookup).
		key := b.client.addr.String()
		words, spec, err := b.maps(specs).Find(key)
		b.consulted("smtpd", strings.Join(specs, " "), key, AddressMatch{Value: words, Key: key, Spec: spec, Found: spec != ""})
		if err == nil && spec != "" {
			cfg.Discard = smtp.ParseKeywords(words)
		}
	}
	if cfg.BareLF != smtp.BareLFAllow && b.conf.Networks("smtpd_forbid_bare_newline_exclusions", b.tables).Match(b.client.addr) {
		cfg.BareLF = smtp.BareLFAllow
	}
	return cfg
}

// dialogue evaluates the parameters that govern the dialogue with any client.
func (b *smtpdSession) dialogue() *smtp.Config {
	c := b.conf
	cfg := &smtp.Config{
		Hostname: c.Get("myhostname"), Banner: c.Get("smtpd_banner"),
		Timeout: c.Duration("smtpd_timeout"), LineLimit: int(c.Int("line_length_limit")), SizeLimit: c.Int("message_size_limit"),
		RecipientLimit: int(c.Int("smtpd_recipient_limit")), RecipientOvershoot: int(c.Int("smtpd_recipient_overshoot_limit")),
		SoftErrors: int(c.Int("smtpd_soft_error_limit")), HardErrors: int(c.Int("smtpd_hard_error_limit")),
		JunkCommands: int(c.Int("smtpd_junk_command_limit")), ErrorSleep: c.Duration("smtpd_error_sleep_time"),
		HeloRequired: c.Bool("smtpd_helo_required"), StrictEnvelopes: c.Bool("strict_rfc821_envelopes"),
		DisableVRFY: c.Bool("disable_vrfy_command"), UTF8: c.Bool("smtputf8_enable"), StrictUTF8: c.Bool("strict_smtputf8"),
		ForbidPipelining: c.Bool("smtpd_forbid_unauth_pipelining"), BareLFCode: int(c.Int("smtpd_forbid_bare_newline_reject_code")),
		Discard: smtp.ParseKeywords(c.Get("smtpd_discard_ehlo_keywords")), Noop: c.List("smtpd_noop_commands"),
		Forbidden: b.forbidden(), SoftBounce: c.Bool("soft_bounce"), TLSAuthOnly: c.Bool("smtpd_tls_auth_only"),
		BrokenAuthClients: c.Bool("broken_sasl_auth_clients"), RejectFooter: c.Get("smtpd_reject_footer"), Room: &b.Host.Room, Relayed: b.proxied(),
	}
	if level, ok := smtp.ParseBareLF(c.Get("smtpd_forbid_bare_newline")); ok {
		cfg.BareLF = level
	}
	switch level := c.Get("smtpd_tls_security_level"); {
	case level == "encrypt" || level == "" && c.Bool("smtpd_enforce_tls"):
		cfg.TLS = smtp.TLSEncrypt
	case level == "may" || level == "" && c.Bool("smtpd_use_tls"):
		cfg.TLS = smtp.TLSMay
	}
	return cfg
}

// forbidden tells which commands smtpd_forbidden_commands names; nil stands
// for the default, which the protocol's session knows itself.
func (b *smtpdSession) forbidden() func(verb string) bool {
	if !b.conf.IsSet("smtpd_forbidden_commands") {
		return nil
	}
	var words, specs []string
	for _, item := range b.conf.List("smtpd_forbidden_commands") {
		if isTableSpec(item) {
			specs = append(specs, item)
		} else {
			words = append(words, item)
		}
	}
	maps := b.maps(specs)
	return func(verb string) bool {
		if listHas(words, verb) {
			return true
		}
		_, spec, err := maps.Find(verb)
		return err == nil && spec != ""
	}
}

// queueID is the id of the message under way, "" if there is none.
func (b *smtpdSession) queueID() string {
	if b.msg == nil {
		return ""
	}
	return b.msg.ID()
}

// Connect counts the client and, without smtpd_delay_reject, judges it.
func (b *smtpdSession) Connect(*smtp.Facts) *smtp.Reply {
	if r := b.anvilConnect(); r != nil {
		return r
	}
	if b.set.access.delay {
		return nil
	}
	return b.checks.clientStage()
}

// Address tells whether an address that parses can be resolved.
func (b *smtpdSession) Address(_ *smtp.Facts, addr string, utf8 bool) bool {
	full := b.standard(addr)
	local, domain, _ := splitAddress(full)
	if full == "" || domain != "" && !mailaddr.Resolvable(full, utf8) {
		return false
	}
	// Only a routed address or one with a "-" can still turn out to be bad.
	if domain != "" && !strings.ContainsAny(local, "-@%!") {
		return true
	}
	res, err := b.System.resolve(addr)
	return err != nil || !res.Bad
}

// Helo judges the HELO name, without smtpd_delay_reject.
func (b *smtpdSession) Helo(_ *smtp.Facts, name string) *smtp.Reply {
	if b.set.access.delay {
		return nil
	}
	return b.checks.heloStage(name)
}

// Mail judges the sender, without smtpd_delay_reject, and looks after the room
// in the queue.
func (b *smtpdSession) Mail(f *smtp.Facts) *smtp.Reply {
	b.rouse(b.p, "rewrite")
	if !b.set.access.delay {
		b.checks.inMail = true
		r := b.checks.mailStage()
		b.checks.inMail = false
		if r != nil {
			return r
		}
	}
	if b.proxied() && !b.adjustsSpeed() {
		return nil // the room is the affair of the server behind the filter
	}
	free := b.Host.Tree.Free()
	if b.set.minFree >= free || b.set.sizeLimit >= free*2/3 {
		b.grave = true
		r := makeReply(452, "4.3.1", "Insufficient system storage")
		b.checks.logVerdict("reject", &r)
		b.log("warning: not enough free space in mail queue: %d bytes < 1.5*message size limit", free)
		return &r
	}
	return nil
}

// Rcpt judges a recipient.
func (b *smtpdSession) Rcpt(_ *smtp.Facts, r *smtp.Recipient) *smtp.Reply {
	return b.checks.rcptStage(r.Addr)
}

// Vrfy judges the argument of VRFY as if by RCPT.
func (b *smtpdSession) Vrfy(_ *smtp.Facts, addr string) *smtp.Reply {
	return b.checks.rcptStage(addr)
}

// Data applies smtpd_data_restrictions.
func (b *smtpdSession) Data(*smtp.Facts) *smtp.Reply { return b.checks.dataStage() }

// EndOfData applies smtpd_end_of_data_restrictions.
func (b *smtpdSession) EndOfData(*smtp.Facts) *smtp.Reply {
	if b.proxy != nil {
		b.proxy.judged = true
	}
	return b.checks.endOfDataStage()
}

// Etrn has mail for a domain of fast_flush_domains delivered (ETRN_README).
func (b *smtpdSession) Etrn(_ *smtp.Facts, domain string) *smtp.Reply {
	if r := b.checks.etrnStage(domain); r != nil {
		return r
	}
	in, err := b.conf.DomainList("fast_flush_domains", b.tables).Match(domain)
	if err == nil && !in {
		b.log("warning: reject: ETRN %s... from %s", domain, b.client)
		return &smtp.Reply{Code: 459, Text: "<" + domain + ">: service unavailable"}
	}
	if err != nil {
		return &smtp.Reply{Code: 458, Text: "Unable to queue messages"}
	}
	b.hand("flush", "", "deliver mail for "+domain)
	b.flushSite(b.p, domain)
	return nil
}

// Force gives the reply that a fault demands (smtp.Forcer). It is logged as a
// verdict of smtpd's own.
func (b *smtpdSession) Force(f *smtp.Facts) *smtp.Reply {
	if b.Host.Faults == nil {
		return nil
	}
	line := b.p.World().Trace.Text(b.p.World().Trace.At(b.p.Cause()))
	r := b.Host.ForceSMTP(b.p, b.conn, f)
	if r != nil && !r.Positive() && !b.conn.Closed() {
		k := &b.checks
		if k.inRcpt = f.Where == "RCPT"; k.inRcpt {
			k.recipient = between(string(line), '<', '>')
		}
		k.logVerdict("reject", r)
		k.inRcpt = false
	}
	return r
}

// between is what stands between the first open and the last end; "" if they
// do not stand so.
func between(s string, open, end byte) string {
	i, j := strings.IndexByte(s, open), strings.LastIndexByte(s, end)
	if i < 0 || j < i {
		return ""
	}
	return s[i+1 : j]
}

// Ahead is what the client has sent before its turn (smtp.Peeker).
func (b *smtpdSession) Ahead(n int) []byte { return b.conn.Ahead(n) }

// Sleep passes the delay that a client which errs has to wait.
func (b *smtpdSession) Sleep(d time.Duration) { b.p.Sleep(d) }

// Log writes a line of the session.
func (b *smtpdSession) Log(text string) {
	if reason, _, ok := strings.Cut(text, " after "); ok {
		switch reason {
		case "lost connection", "timeout", "too many errors":
			b.reason = reason
		}
	}
	b.logAll(text)
}
