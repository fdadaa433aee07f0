package postfix

import (
	"bytes"
	"fmt"
	"strings"
)

// The content filters that are built into cleanup(8): header_checks,
// mime_header_checks and nested_header_checks are asked about header fields,
// body_checks about the lines of the body; what the table says is done
// (header_checks(5); cleanup_message.c, cleanup_act).

// contentKind is which of the four parameters is asked.
type contentKind uint8

const (
	primaryHeader contentKind = iota // a field of the message's own header
	mimeHeader                       // MIME-Version, Content-*, and any field of a part
	nestedHeader                     // another field of an attached message
	bodyLine                         // all the rest
)

var contentParams = [...]string{"header_checks", "mime_header_checks", "nested_header_checks", "body_checks"}

// contentChecks are the checks of one message. nil has no objections.
type contentChecks struct {
	u     *Submission
	maps  [len(contentParams)]Maps
	stop  bool // nothing more is checked: PASS, REDIRECT, DISCARD, REJECT
	over  bool // nothing more is read, either
	limit int64
	from  string // "from client.example[192.0.2.1]; from=<> to=<> ...", made once
}

// newContentChecks returns the checks that a message is subject to: mail from
// outside and from the host's users, not what the mail system itself makes
// (postconf(5), internal_mail_filter_classes).
func newContentChecks(u *Submission) *contentChecks {
	if u.client != "smtpd" && u.client != "pickup" || u.unchecked {
		return nil
	}
	set := u.d.conf.cleanup()
	if !set.checked {
		return nil
	}
	c := &contentChecks{u: u, limit: u.d.conf.Int("body_checks_size_limit")}
	for kind, specs := range set.checks {
		if len(specs) > 0 {
			c.maps[kind] = u.d.maps(specs)
		}
	}
	return c
}

func (c *contentChecks) ended() bool { return c.over }

func (c *contentChecks) bodyLimit() int64 { return c.limit }

// header checks a field, folded lines and line end included. It returns the
// field as it goes on, after what goes before it; both may be empty.
func (c *contentChecks) header(kind contentKind, raw []byte) (before, field []byte) {
	return c.check(kind.of(raw), raw)
}

// of is the kind of a field in a header of a kind: MIME-Version and Content- ask
// a table of their own.
func (k contentKind) of(field []byte) contentKind {
	if name := strings.ToLower(string(field[:nameLen(field)])); name == "mime-version" || strings.HasPrefix(name, "content-") {
		return mimeHeader
	}
	return k
}

// check asks the tables about a field or a line.
func (c *contentChecks) check(kind contentKind, raw []byte) (before, now []byte) {
	text := string(bytes.TrimSuffix(raw, []byte{'\n'}))
	if c.stop || text == "" || c.maps[kind].Empty() {
		return nil, raw
	}
	d, param := c.u.d, contentParams[kind]
	value, spec, err := c.maps[kind].Find(text)
	if err != nil {
		d.lookupFails(spec, text)
		d.log("warning: %s: %s map lookup problem -- message not accepted, try again later", c.u.mail.ID, param)
		c.u.broken = true
		c.stop, c.over, c.u.failed = true, true, &Refusal{Code: 451, Enhanced: "4.3.0", Text: "Error: queue file write error"}
		return nil, raw
	}
	if spec == "" {
		return nil, raw
	}
	d.consulted("cleanup", spec, text, AddressMatch{Value: value, Key: text, Spec: spec, Found: true})
	a := contentAction{c: c, kind: kind, param: param, text: text, raw: raw}
	a.word, a.arg, _ = strings.Cut(strings.Replace(value, "\t", " ", 1), " ")
	a.arg = strings.TrimSpace(a.arg)
	return a.do(value)
}

// contentAction is what a table says about a field or a line.
type contentAction struct {
	c         *contentChecks
	kind      contentKind
	param     string
	text      string // what was looked up
	raw       []byte
	word, arg string
}

// do does it. What keeps the field or line returns a.raw.
func (a *contentAction) do(value string) (before, now []byte) {
	c, u := a.c, a.c.u
	switch strings.ToUpper(a.word) {
	case "DUNNO", "OK":
	case "IGNORE":
		a.removed()
		return nil, nil
	case "STRIP":
		a.log("strip")
		a.removed()
		return nil, nil
	case "WARN":
		a.log("warning")
	case "INFO":
		a.log("info")
	case "PASS":
		a.log("pass")
		c.stop = true
	case "HOLD":
		if !u.mail.held {
			a.log("hold")
			u.mail.held, u.why = true, a.param+" says HOLD"
		}
	case "DISCARD":
		a.log("discard")
		c.stop, c.over, u.discard, u.why = true, true, true, a.param+" says DISCARD"
	case "REJECT":
		a.reject()
	case "PREPEND", "REPLACE":
		return a.rewrite()
	case "REDIRECT", "BCC", "FILTER":
		a.route()
	default:
		u.d.log("warning: unknown command in %s map: %s", a.param, value)
	}
	return nil, a.raw
}

// reject refuses the message; the text may begin with a status code, of which
// 4.x.x asks the client to try again.
func (a *contentAction) reject() {
	u := a.c.u
	enhanced, text := splitOr(orElse(a.arg, "message content rejected"), "5.7.1")
	if enhanced[0] == '2' {
		u.d.log("warning: bad DSN action in %s -- need 4.x.x or 5.x.x", a.arg)
		enhanced = "4" + enhanced[1:]
	}
	u.failed = &Refusal{Code: 550, Enhanced: enhanced, Text: text}
	if enhanced[0] == '4' {
		u.failed.Code = 451
	}
	u.rejected = u.failed.Code >= 500
	// What a program of the host has submitted is read to the end even then, to
	// be returned.
	a.c.over = u.client != "pickup" || !u.rejected
	a.c.stop, a.arg = true, enhanced+" "+text
	a.log("reject")
}

// rewrite puts something before a field or line, or in its place.
func (a *contentAction) rewrite() (before, now []byte) {
	u, word := a.c.u, strings.ToUpper(a.word)
	switch {
	case a.arg == "":
		u.d.log("warning: %s action without text in %s map", word, a.param)
		return nil, a.raw
	case a.kind != bodyLine && nameLen([]byte(a.arg)) == 0:
		u.d.log("warning: bad %s header text \"%s\" in %s map -- need \"headername: headervalue\"", word, a.arg, a.param)
		return nil, a.raw
	}
	a.log(strings.ToLower(word))
	how := "add"
	if word == "REPLACE" {
		how = "change"
	}
	if a.kind != bodyLine {
		u.field("cleanup", a.arg, how)
	}
	line := []byte(a.arg + "\n")
	if word == "REPLACE" {
		return nil, line
	}
	return line, a.raw
}

// route changes who gets the message, or by which transport.
func (a *contentAction) route() {
	c, u := a.c, a.c.u
	word := strings.ToUpper(a.word)
	switch {
	case word == "FILTER" && a.arg == "":
		u.d.log("warning: missing FILTER command argument in %s map", a.param)
		return
	case word == "FILTER" && !strings.Contains(a.arg, ":"):
		u.d.log("warning: bad FILTER command %s in %s -- need transport:destination", a.arg, a.param)
		return
	case word == "REDIRECT" && !strings.Contains(a.arg, "@"):
		u.d.log("warning: bad REDIRECT target \"%s\" in %s map -- need user@domain", a.arg, a.param)
		return
	case word == "BCC" && !strings.Contains(a.arg, "@"):
		u.d.log("warning: bad BCC address \"%s\" in %s map -- need user@domain", a.arg, a.param)
		return
	}
	a.log(strings.ToLower(word))
	switch word {
	case "FILTER":
		u.mail.filter = a.arg
	case "REDIRECT":
		u.redirect, c.stop = a.arg, true
	case "BCC":
		u.bcc = append(u.bcc, a.arg)
	}
}

// removed records that a field is gone.
func (a *contentAction) removed() {
	if a.kind != bodyLine {
		a.c.u.field("cleanup", a.text, "remove")
	}
}

// maxShownContent is how much of a field or line the log shows.
const maxShownContent = 200

// log writes what was done, to what, and whose mail it is (cleanup_act_log).
func (a *contentAction) log(action string) {
	c, what, text := a.c, "header", a.arg
	if a.kind == bodyLine {
		what = "body"
	}
	if c.from == "" {
		c.from = c.whose()
	}
	if text != "" {
		text = ": " + text
	}
	c.u.d.log("%s: %s: %s %s %s%s", c.u.mail.ID, action, what, a.text[:min(len(a.text), maxShownContent)], c.from, text)
}

// whose tells in log lines where a message comes from, and its envelope: the
// first recipient stands for all.
func (c *contentChecks) whose() string {
	d, m := c.u.d, c.u.mail
	where := "local"
	if m.from != nil {
		where = m.from.client.String()
	}
	s := fmt.Sprintf("from %s; from=<%s>", where, m.Sender)
	if len(m.Recipients) > 0 {
		s += fmt.Sprintf(" to=<%s>", d.rewriteAs(m.Recipients[len(m.Recipients)-1].Addr, recipientSide, "envelope_recipient"))
	}
	if m.from != nil {
		s += " proto=" + m.from.proto
		if m.from.helo != "" {
			s += " helo=<" + m.from.helo + ">"
		}
	}
	return s
}
