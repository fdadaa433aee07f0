package postfix

// cleanupParams are the parameters of cleanup(8) that every message needs,
// evaluated once for a configuration.
type cleanupParams struct {
	sizeLimit    int64                        // message_size_limit
	hopLimit     int64                        // hopcount_limit
	replacesCR   bool                         // cleanup_replace_stray_cr_lf
	lineLimit    int                          // line_length_limit
	alwaysBCC    string                       // always_bcc
	senderBCC    []string                     // sender_bcc_maps
	recipientBCC []string                     // recipient_bcc_maps
	drops        []string                     // message_drop_headers
	remoteDomain string                       // remote_header_rewrite_domain
	completes    bool                         // always_add_missing_headers
	checks       [len(contentParams)][]string // header_checks and its like
	checked      bool                         // one of them is set
	utf8         bool                         // smtputf8_enable
	mapped       [2]bool                      // by side: there are canonical maps for addresses, or masquerading
}

// cleanup evaluates them when the first message asks for them.
func (c *Config) cleanup() *cleanupParams {
	if c.clean != nil {
		return c.clean
	}
	p := &cleanupParams{sizeLimit: c.Int("message_size_limit"), hopLimit: c.Int("hopcount_limit"),
		replacesCR: c.Bool("cleanup_replace_stray_cr_lf"), lineLimit: int(c.Int("line_length_limit")), alwaysBCC: c.Get("always_bcc"),
		senderBCC: c.List("sender_bcc_maps"), recipientBCC: c.List("recipient_bcc_maps"),
		drops: c.List("message_drop_headers"), remoteDomain: c.Get("remote_header_rewrite_domain"),
		completes: c.Bool("always_add_missing_headers"), utf8: c.Bool("smtputf8_enable")}
	for kind, param := range contentParams {
		p.checks[kind] = c.List(param)
		p.checked = p.checked || len(p.checks[kind]) > 0
	}
	set := func(param string) bool { return len(c.List(param)) > 0 }
	both := set("canonical_maps") || set("masquerade_domains")
	p.mapped = [...]bool{senderSide: both || set("sender_canonical_maps"), recipientSide: both || set("recipient_canonical_maps")}
	c.clean = p
	return p
}
