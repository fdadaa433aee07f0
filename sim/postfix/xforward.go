package postfix

import (
	"fmt"

	"mailtrek/protocols/smtp"
)

// XFORWARD tells the server behind a content filter from whom the message first
// came and what its queue id was in front of the filter (XFORWARD_README). It
// changes the log, and nothing else.

// originally is what "client=" says more about a message that came through a
// filter.
func originally(f *smtp.Forward) string {
	s := ""
	if f.Ident != "" {
		s = ", orig_queue_id=" + f.Ident
	}
	if f.Addr != "" {
		s += ", orig_client=" + f.Client()
	}
	return s
}

// authorized tells whether a list of clients has this one, by its name or its
// address (namadr_list(3)).
func (b *smtpdSession) authorized(param string) bool {
	items := b.conf.List(param)
	if len(items) == 0 {
		return false
	}
	return b.conf.Networks(param, b.tables).Match(b.client.addr) || b.client.name != "unknown" && listHas(items, b.client.name)
}

// forward is what smtp(8) tells of the client of a message; of one that a
// program of the host has submitted there is not much to tell.
func (m *Mail) forward() smtp.Forward {
	o := m.from
	if o == nil {
		return smtp.Forward{Source: m.source()}
	}
	if f := o.forward; f.Addr != "" || f.Name != "" {
		if f.Source = m.source(); f.Ident == "" {
			f.Ident = m.ID
		}
		return f
	}
	f := smtp.Forward{Addr: o.client.addr.String(), Port: fmt.Sprint(o.client.port), Proto: o.proto, Helo: o.helo, Ident: m.ID, Source: m.source()}
	if o.client.name != "unknown" {
		f.Name = o.client.name
	}
	return f
}

// source tells whether the header of a message is rewritten as that of local
// mail.
func (m *Mail) source() string {
	if m.Local {
		return "LOCAL"
	}
	return "REMOTE"
}
