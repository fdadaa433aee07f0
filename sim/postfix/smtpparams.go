package postfix

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"mailtrek/protocols/smtp"
)

// clientParams are the parameters of smtp(8), or of lmtp(8), which has its own
// of the same names with "lmtp_" in front, that every delivery needs, evaluated
// once for a service.
type clientParams struct {
	tables         *Tables                      // with which they were evaluated
	helo           string                       // smtp_helo_name, lmtp_lhlo_name
	bind           netip.Addr                   // bind_address
	port           uint16                       // smtp_tcp_port, lmtp_tcp_port
	fallback       []string                     // smtp_fallback_relay
	addressLimit   int                          // mx_address_limit
	balances       bool                         // balance_inet_protocols
	sessionLimit   int64                        // mx_session_limit
	generic        []string                     // generic_maps
	checks         [len(contentParams)][]string // header_checks and its like
	checked        bool                         // there is one of them
	replyFilter    []string                     // reply_filter: one table
	connectTimeout time.Duration
	timeouts       map[smtp.Stage]time.Duration // those that differ from the client's own defaults; nil if none does
	tls            clientTLSParams
	cache          clientCacheParams
	sasl           clientSASLParams
	dialogue       clientDialogueParams
	lookup         clientLookupParams
}

// clientDialogueParams are those about what is said, and how the message is sent.
type clientDialogueParams struct {
	lineLimit   int           // line_length_limit; -1 is none
	neverEHLO   bool          // smtp_never_send_ehlo
	greetedEHLO bool          // smtp_always_send_ehlo = no
	awaitQuit   bool          // skip_quit_response = no
	hard5xx     bool          // skip_5xx_greeting = no
	discard     smtp.Keywords // discard_ehlo_keywords, discard_lhlo_keywords
	discardMaps []string      // and by the server's address
	no8BitConv  bool          // disable_mime_output_conversion
	noteTLS     bool          // tls_note_starttls_offer
	xforward    bool          // send_xforward_command
}

// clientDialogue evaluates them.
func clientDialogue(c *Config, lmtp bool) clientDialogueParams {
	name := func(name string) string { return clientParam(lmtp, name) }
	words := name("discard_ehlo_keyword")
	if lmtp {
		words = "lmtp_discard_lhlo_keyword"
	}
	p := clientDialogueParams{lineLimit: int(c.Int(name("line_length_limit"))), neverEHLO: !lmtp && c.Bool("smtp_never_send_ehlo"),
		greetedEHLO: !lmtp && !c.Bool("smtp_always_send_ehlo"), awaitQuit: !c.Bool(name("skip_quit_response")),
		hard5xx: !c.Bool(name("skip_5xx_greeting")), discard: smtp.ParseKeywords(c.Get(words + "s")), discardMaps: c.List(words + "_address_maps"),
		no8BitConv: c.Bool("disable_mime_output_conversion"), noteTLS: c.Bool(name("tls_note_starttls_offer")),
		xforward: c.Bool(name("send_xforward_command"))}
	if p.lineLimit == 0 {
		p.lineLimit = -1
	}
	return p
}

// clientTLSParams are those about TLS (TLS_README).
type clientTLSParams struct {
	wrapperMode bool
	policyMaps  []string
	level       string // security_level
	enforce     bool   // before Postfix 2.3
	use         bool   // likewise
	versions    tlsVersions
	mandatory   tlsVersions // where TLS has to be
}

// clientCacheParams are those about connections that stay open
// (CONNECTION_CACHE_README).
type clientCacheParams struct {
	onDemand     bool
	destinations []string
	idle         time.Duration // connection_cache_time_limit, not more than scache(8) allows
	reuse        time.Duration // connection_reuse_time_limit
	mails        int           // connection_reuse_count_limit; 0 is none
}

// clientParams evaluates them when the first delivery asks for them.
func (s *service) clientParams(tables *Tables) *clientParams {
	if s.client != nil && s.client.tables == tables {
		return s.client
	}
	lmtp := s.Command == "lmtp"
	c, name := s.conf, func(name string) string { return clientParam(lmtp, name) }
	p := &clientParams{tables: tables, helo: c.Get("smtp_helo_name"), port: c.tcpPort(c.Get("smtp_tcp_port")), fallback: c.List(name("fallback_relay")),
		addressLimit: int(c.Int(name("mx_address_limit"))), balances: c.Bool(name("balance_inet_protocols")), sessionLimit: c.Int(name("mx_session_limit")), generic: c.List(name("generic_maps")),
		connectTimeout: c.Duration(name("connect_timeout")), timeouts: clientTimeouts(c, lmtp)}
	if lmtp {
		p.helo, p.port = c.Get("lmtp_lhlo_name"), c.tcpPort(c.Get("lmtp_tcp_port"))
	}
	if bind := c.Get(name("bind_address")); bind != "" {
		p.bind, _ = netip.ParseAddr(bind)
	}
	p.tls = clientTLSParams{wrapperMode: c.Bool(name("tls_wrappermode")), policyMaps: c.List(name("tls_policy_maps")),
		level: c.Get(name("tls_security_level")), enforce: c.Bool(name("enforce_tls")), use: c.Bool(name("use_tls")),
		versions: c.tlsVersions(name("tls_protocols")), mandatory: c.tlsVersions(name("tls_mandatory_protocols"))}
	p.cache = clientCacheParams{onDemand: c.Bool(name("connection_cache_on_demand")),
		destinations: c.List(name("connection_cache_destinations")),
		idle:         min(c.Duration(name("connection_cache_time_limit")), c.Duration("connection_cache_ttl_limit")),
		reuse:        c.Duration(name("connection_reuse_time_limit")), mails: int(c.Int(name("connection_reuse_count_limit")))}
	for kind, param := range contentParams {
		p.checks[kind] = c.List(name(param))
		p.checked = p.checked || len(p.checks[kind]) > 0
	}
	p.replyFilter = c.List(name("reply_filter"))
	p.sasl, p.dialogue = clientSASL(c, tables, lmtp), clientDialogue(c, lmtp)
	p.lookup = clientLookup(c, lmtp)
	s.client = p
	return p
}

// tcpPort reads a port: a number, or a name of known_tcp_ports or of
// services(5). 0 is none.
func (c *Config) tcpPort(s string) uint16 {
	for range maxPortNames {
		next := ""
		for _, item := range c.List("known_tcp_ports") {
			names := strings.Split(item, "=")
			if n := len(names) - 1; slices.Contains(names[:n], s) {
				next = names[n]
			}
		}
		if next == "" {
			break
		}
		s = next
	}
	n, _ := PortNumber(s)
	return uint16(n)
}

// maxPortNames bounds the names that stand for each other.
const maxPortNames = 5

// clientParam is the name of a parameter of the client: smtp_ or lmtp_ in front.
func clientParam(lmtp bool, name string) string {
	if lmtp {
		return "lmtp_" + name
	}
	return "smtp_" + name
}

// timeoutParams are the parameters, behind "smtp_" or "lmtp_", that limit the
// wait for a reply (smtp(8), "RESOURCE AND RATE CONTROLS").
var timeoutParams = map[smtp.Stage]string{
	smtp.StageGreeting: "helo_timeout", smtp.StageEHLO: "helo_timeout", smtp.StageHELO: "helo_timeout", smtp.StageLHLO: "lhlo_timeout",
	smtp.StageStartTLS: "starttls_timeout", smtp.StageMail: "mail_timeout", smtp.StageRcpt: "rcpt_timeout",
	smtp.StageData: "data_init_timeout", smtp.StageContent: "data_xfer_timeout", smtp.StageDot: "data_done_timeout",
	smtp.StageRset: "rset_timeout", smtp.StageQuit: "quit_timeout",
}

// clientTimeouts are the waits that differ from the client's own defaults, nil
// if none does.
func clientTimeouts(c *Config, lmtp bool) map[smtp.Stage]time.Duration {
	var out map[smtp.Stage]time.Duration
	for stage, name := range timeoutParams {
		if lmtp && name == "helo_timeout" {
			name = "lhlo_timeout"
		}
		if d := c.Duration(clientParam(lmtp, name)); d != smtp.DefaultTimeout(stage) {
			if out == nil {
				out = map[smtp.Stage]time.Duration{}
			}
			out[stage] = d
		}
	}
	return out
}
