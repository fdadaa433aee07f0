package smtp

import (
	"net/netip"
	"strconv"
	"strings"

	"mailtrek/protocols/mailaddr"
)

// Forward is what XFORWARD tells of the client from which a message first came
// (Postfix XFORWARD_README): a content filter passes it on, so that the log of
// the server behind it names the real client. What is not known is "".
type Forward struct {
	Name, Addr, Port string
	Proto, Helo      string
	Ident            string // the queue id in front of the filter
	Source           string // LOCAL or REMOTE
}

// unavailable is the value of an attribute that nobody knows.
const unavailable = "[UNAVAILABLE]"

// forwardNames are the attributes in the order of the reply to EHLO.
const forwardNames = "NAME ADDR PROTO HELO SOURCE PORT IDENT"

// attribute is the place of an attribute; nil when there is none of that name.
func (f *Forward) attribute(name string) *string {
	switch strings.ToUpper(name) {
	case "NAME":
		return &f.Name
	case "ADDR":
		return &f.Addr
	case "PORT":
		return &f.Port
	case "PROTO":
		return &f.Proto
	case "HELO":
		return &f.Helo
	case "IDENT":
		return &f.Ident
	case "SOURCE":
		return &f.Source
	}
	return nil
}

// Client is the client as log lines name it, "name[address]".
func (f *Forward) Client() string {
	name := f.Name
	if name == "" {
		name = "unknown"
	}
	return name + "[" + f.Addr + "]"
}

// Commands are the commands that tell all this, as smtp(8) sends them: in two
// groups, each without what is not known (smtp_proto.c).
func (f *Forward) Commands() []string {
	var out []string
	for _, group := range [2][]string{{"NAME", "ADDR", "PORT"}, {"PROTO", "HELO", "IDENT", "SOURCE"}} {
		line := "XFORWARD"
		for _, name := range group {
			if v := *f.attribute(name); v != "" {
				line += " " + name + "=" + mailaddr.XText(v)
			}
		}
		if line != "XFORWARD" {
			out = append(out, line)
		}
	}
	return out
}

// xforward is XFORWARD, for clients of smtpd_authorized_xforward_hosts. What it
// says holds until the end of the transaction that follows.
func (s *Session) xforward(args []word) *Reply {
	bad := func(text string) *Reply { return &Reply{Code: 501, Enhanced: "5.5.4", Text: text} }
	next := s.facts.Forward
	for _, a := range args[1:] {
		name, value, ok := strings.Cut(string(a.text), "=")
		if !ok {
			return bad("Error: attribute=value expected")
		}
		v, ok := mailaddr.UnXText(value)
		if !ok {
			return bad("Bad attribute value syntax: " + printable([]byte(value)))
		}
		place := next.attribute(name)
		if place == nil {
			return bad("Bad XFORWARD attribute name: " + printable([]byte(name)))
		}
		if strings.EqualFold(v, unavailable) {
			*place = ""
			continue
		}
		if v = printable([]byte(v)); !forwardValue(strings.ToUpper(name), v) {
			return bad("Bad " + strings.ToUpper(name) + " syntax: " + v)
		}
		if place == &next.Helo || place == &next.Proto || place == &next.Ident {
			v = neuter(v)
		}
		*place = v
	}
	s.facts.Forward = next
	return replyOK
}

// forwardValue tells whether a value is one of the attribute
// (smtpd.c, xforward_cmd).
func forwardValue(name, v string) bool {
	switch name {
	case "NAME":
		return mailaddr.ValidHostname(v)
	case "ADDR":
		_, err := netip.ParseAddr(strings.TrimPrefix(v, "IPV6:"))
		return err == nil
	case "PORT":
		n, err := strconv.ParseUint(v, 10, 16)
		return err == nil && n > 0
	case "SOURCE":
		return v == "LOCAL" || v == "REMOTE"
	}
	return len(v) <= maxForwardValue
}

// maxForwardValue is how long a value may be (XFORWARD_README: 255 octets).
const maxForwardValue = 255
