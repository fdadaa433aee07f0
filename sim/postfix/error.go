package postfix

import "strings"

// errorAgent is error(8), which fails every recipient with the text that is
// its next hop, "5.1.2 text"; as the service "retry" it puts them off.
func (d *daemon) errorAgent(r *request) {
	dsn, text := splitStatus(r.nexthop)
	if d.svc.Name == "retry" {
		if dsn == "" || dsn[0] != '4' {
			dsn = "4.0.0"
		}
		for _, to := range r.recipients {
			d.deferred(r, to, result{dsn: dsn, text: text})
		}
		return
	}
	if dsn == "" || dsn[0] != '5' {
		dsn = "5.0.0"
	}
	for _, to := range r.recipients {
		d.bounced(r, to, result{dsn: dsn, text: text})
	}
}

// splitStatus cuts an enhanced status code (RFC 3463) off a text; "" when the
// text begins with none.
func splitStatus(s string) (dsn, text string) {
	word, rest, _ := strings.Cut(s, " ")
	parts := strings.Split(word, ".")
	if len(parts) != 3 || len(parts[0]) != 1 || !strings.Contains("245", parts[0]) {
		return "", s
	}
	for _, p := range parts[1:] {
		if p == "" || len(p) > 3 || strings.Trim(p, "0123456789") != "" {
			return "", s
		}
	}
	return word, strings.TrimLeft(rest, " ")
}

// discard is discard(8), which throws mail away and reports success.
func (d *daemon) discard(r *request) {
	text := r.nexthop
	if text == "" {
		text = "silently discarded"
	}
	for _, to := range r.recipients {
		d.sent(r, to, result{dsn: "2.0.0", text: text, relay: "none", action: "delivered"})
	}
}
