package postfix

import "strings"

// statusFilter is default_delivery_status_filter, or that of the delivery agent:
// it gives a result another status, or another text, before it is logged and
// before anybody hears of it (postconf(5); dsn_filter.c).
type statusFilter struct {
	param string
	specs []string
}

// statusFilter evaluates it when the first recipient is decided about.
func (s *service) statusFilter() *statusFilter {
	if s.filter != nil {
		return s.filter
	}
	f := &statusFilter{}
	switch s.Command {
	case "smtp", "lmtp", "local", "virtual", "pipe":
		f.param = s.Command + "_delivery_status_filter"
		f.specs = s.conf.List(f.param)
	}
	s.filter = f
	return f
}

// filtered looks a result up, with its status code in front. A success stays
// one, but a failure that may pass may become one for good, or the other way
// round.
func (d *daemon) filtered(res result) result {
	f := d.svc.statusFilter()
	if len(f.specs) == 0 {
		return res
	}
	key := res.dsn + " " + res.text
	value, spec, err := d.maps(f.specs).Find(key)
	if err != nil {
		d.lookupFails(spec, key)
		return res
	}
	if spec == "" {
		return res
	}
	d.consulted(d.name(), spec, key, AddressMatch{Value: value, Key: key, Spec: spec, Found: true})
	dsn, text, _ := strings.Cut(value, " ")
	if !validStatus(dsn) || (dsn[0] == '2') != (res.dsn[0] == '2') {
		d.log("warning: %s: bad status code: %s", f.param, value)
		return res
	}
	res.dsn, res.text = dsn, strings.TrimSpace(text)
	return res
}

// validStatus tells whether s is an enhanced status code (RFC 3463 §2).
func validStatus(s string) bool {
	f := strings.Split(s, ".")
	if len(f) != 3 || f[0] != "2" && f[0] != "4" && f[0] != "5" {
		return false
	}
	for _, part := range f[1:] {
		if part == "" || len(part) > 3 || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return true
}
