package postfix

// smtpdParams are the parameters of smtpd(8) that every session needs, evaluated
// once for a service.
type smtpdParams struct {
	peerNames    bool     // smtpd_peername_lookup
	clientPorts  bool     // smtpd_client_port_logging
	tls          bool     // the service takes part in TLS
	sasl         bool     // smtpd_sasl_auth_enable
	proxied      bool     // smtpd_proxy_filter
	mailNotices  bool     // notify_classes names a class of errors that sessions have
	minFree      int64    // queue_minfree
	sizeLimit    int64    // message_size_limit
	filter       string   // content_filter
	overrides    []string // receive_override_options
	localClients []string // local_header_rewrite_clients
	access       accessParams
}

// accessParams are those about restrictions.
type accessParams struct {
	delay             bool // smtpd_delay_reject
	relayFirst        bool // smtpd_relay_before_recipient_restrictions
	unlistedSender    bool // smtpd_reject_unlisted_sender
	unlistedRecipient bool // smtpd_reject_unlisted_recipient, unless an override says otherwise

	client, helo, sender, relay, recipient, data, endOfData, etrn restrictionList
}

// restrictionList is what a parameter such as smtpd_client_restrictions holds.
type restrictionList struct {
	param string
	items []string
}

// smtpdParams evaluates them when the first client connects.
func (svc *service) smtpdParams() *smtpdParams {
	if svc.smtpd != nil {
		return svc.smtpd
	}
	c := svc.conf
	p := &smtpdParams{peerNames: c.Bool("smtpd_peername_lookup"), clientPorts: c.Bool("smtpd_client_port_logging"), tls: wantsTLS(c), sasl: c.Bool("smtpd_sasl_auth_enable"),
		proxied: c.Get("smtpd_proxy_filter") != "", minFree: c.Int("queue_minfree"), sizeLimit: c.Int("message_size_limit"),
		filter: c.Get("content_filter"), overrides: c.List("receive_override_options"), localClients: c.List("local_header_rewrite_clients")}
	for _, class := range c.List("notify_classes") {
		p.mailNotices = p.mailNotices || contains([]string{"bounce", "data", "policy", "protocol"}, class)
	}
	p.access = accessParams{delay: c.Bool("smtpd_delay_reject"), relayFirst: c.Bool("smtpd_relay_before_recipient_restrictions"),
		unlistedSender:    c.Bool("smtpd_reject_unlisted_sender"),
		unlistedRecipient: c.Bool("smtpd_reject_unlisted_recipient") && !listHas(p.overrides, "no_unknown_recipient_checks")}
	list := func(stage string) restrictionList {
		param := "smtpd_" + stage + "_restrictions"
		return restrictionList{param, c.List(param)}
	}
	a := &p.access
	a.client, a.helo, a.sender, a.relay, a.recipient = list("client"), list("helo"), list("sender"), list("relay"), list("recipient")
	a.data, a.endOfData, a.etrn = list("data"), list("end_of_data"), list("etrn")
	svc.smtpd = p
	return p
}
