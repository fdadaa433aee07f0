package postfix

import (
	"bytes"
	"fmt"
	"strings"

	"mailtrek/protocols/mailaddr"
)

// headerPass is cleanup's walk over the primary header of a message.
type headerPass struct {
	u         *Submission
	out       []byte // the message so far: the front of the one that came, until the first change
	changed   bool   // from there on a copy
	head      int    // how much of it is header, when that is known
	hops      int
	limit     int64                                   // hopcount_limit
	has       [2]struct{ messageID, date, from bool } // without and with "Resent-"
	resent    int                                     // 1: there is a Resent- field
	typed     bool                                    // there is a Content-Type field
	addressed bool                                    // there is a To or Cc field, or a Resent- one
	drop      []string                                // fields that are removed
	hasNUL    bool                                    // somewhere in the message
	rewrites  bool                                    // addresses are brought to standard form
	completes bool                                    // missing fields are added
	form      mailaddr.RewriteConfig                  // the standard form of this message's header
	checks    *contentChecks                          // header_checks and its like, nil if there are none
	mime      mimeWalk                                // with checks: the structure that they follow
}

func newHeaderPass(u *Submission) *headerPass {
	set := u.d.conf.cleanup()
	h := &headerPass{u: u, hasNUL: bytes.IndexByte(u.body, 0) >= 0, drop: set.drops, limit: set.hopLimit}
	h.rewrites, h.form = u.mail.Local, u.d.rewriting()
	if domain := set.remoteDomain; !u.mail.Local && domain != "" {
		h.rewrites, h.form.Origin, h.form.Domain = true, domain, domain
	}
	h.completes = h.rewrites || set.completes
	if h.checks = newContentChecks(u); h.checks != nil {
		h.mime.c = h.checks
		h.change()
	}
	return h
}

// keep passes on the next octets of the message as they are.
func (h *headerPass) keep(raw []byte) {
	if h.changed {
		h.out = append(h.out, raw...)
		return
	}
	h.out = h.u.body[:len(h.out)+len(raw)]
}

// change makes a copy of the message so far, before the first change.
func (h *headerPass) change() {
	if !h.changed {
		h.changed = true
		h.out = append(make([]byte, 0, len(h.u.body)+256), h.out...)
	}
}

// run passes the message on, field by field, then the body as it is.
func (h *headerPass) run() *Refusal {
	msg := h.u.body
	for len(msg) > 0 {
		name := nameLen(msg)
		if name == 0 {
			break
		}
		n := foldedEnd(msg)
		if refusal := h.field(msg[:n], name); refusal != nil {
			return refusal
		}
		if h.over() {
			return h.u.failed
		}
		msg = msg[n:]
	}
	h.missing()
	h.head = len(h.out)
	if h.checks != nil || h.untidyParts(msg) {
		msg = h.mime.body(msg)
		if h.over() {
			return h.u.failed
		}
	}
	if len(msg) > 0 && msg[0] != '\n' {
		h.change()
		h.out = append(h.out, '\n') // a body without the empty line before it gets one
	}
	h.keep(msg)
	if n := len(h.out); n > 0 && h.out[n-1] != '\n' {
		h.change()
		h.out = append(h.out, '\n')
	}
	return nil
}

// over tells whether a check has ended the matter.
func (h *headerPass) over() bool { return h.checks != nil && h.checks.over }

// glance is run for a message that breaks off: cleanup has logged the message
// id if it has come so far, which is when the line behind the field is there.
func (h *headerPass) glance() {
	msg := h.u.body
	for len(msg) > 0 {
		name := nameLen(msg)
		if name == 0 {
			h.logMissingIDs()
			return
		}
		n := foldedEnd(msg)
		if n == len(msg) || h.field(msg[:n], name) != nil {
			return
		}
		msg = msg[n:]
	}
}

// fieldEnd is the length of the header field, folded lines included, with
// which msg begins; 0 when it begins with none.
func fieldEnd(msg []byte) int {
	if nameLen(msg) == 0 {
		return 0
	}
	return foldedEnd(msg)
}

// foldedEnd is the length of the line with which msg begins, and of those that
// continue it.
func foldedEnd(msg []byte) int {
	for n := 0; n < len(msg); {
		eol := bytes.IndexByte(msg[n:], '\n')
		if eol < 0 {
			return len(msg)
		}
		n += eol + 1
		if n >= len(msg) || msg[n] != ' ' && msg[n] != '\t' {
			return n
		}
	}
	return len(msg)
}

// nameLen is the length of the name of the header field with which a line
// begins, 0 when it is no header field (RFC 5322 §2.2: printable characters
// before a colon; blanks before the colon are tolerated).
func nameLen(line []byte) int {
	n := 0
	for n < len(line) && line[n] > ' ' && line[n] < 0x7f && line[n] != ':' {
		n++
	}
	colon := n
	for colon < len(line) && (line[colon] == ' ' || line[colon] == '\t') {
		colon++
	}
	if colon == len(line) || line[colon] != ':' {
		return 0
	}
	return n
}

// field treats one header field, whose name has so many octets.
func (h *headerPass) field(raw []byte, nameLength int) *Refusal {
	if raw[nameLength] != ':' {
		h.change()
		raw = tidy(raw)
	}
	if h.hasNUL {
		if end := bytes.IndexByte(raw, 0); end >= 0 { // cleanup's strings end there
			h.change()
			raw = append(raw[:end:end], '\n')
		}
	}
	if h.checks != nil {
		var before []byte
		before, raw = h.checks.header(primaryHeader, raw)
		h.out = append(h.out, before...)
		h.mime.typed(raw)
		if len(raw) == 0 {
			return nil
		}
		nameLength = nameLen(raw)
	}
	var room [32]byte // all names that matter here are shorter
	name := raw[:nameLength]
	colon := bytes.IndexByte(raw, ':')
	key := append(room[:0], name[:min(len(name), len(room))]...)
	for i, c := range key {
		if 'A' <= c && c <= 'Z' {
			key[i] = c + 'a' - 'A'
		}
	}
	value := bytes.TrimSpace(raw[colon+1:])
	h.note(key)
	if h.drops(name) {
		h.change()
		h.u.field("cleanup", strings.TrimRight(string(raw), "\n"), "remove")
		return nil
	}
	switch string(key) {
	case "received":
		h.hops++
		switch {
		case int64(h.hops) < h.limit:
		case h.u.returns(): // it is read to the end, and is read to the end
			h.u.d.log("warning: %s: message rejected: hopcount exceeded", h.u.mail.ID)
			h.u.failed, h.u.hopping = &Refusal{Code: 554, Enhanced: "5.4.0", Text: "Error: too many hops"}, true
		default:
			return &Refusal{Code: 554, Enhanced: "5.4.0", Text: "Error: too many hops",
				Log: "message rejected: hopcount exceeded"}
		}
	case "content-transfer-encoding":
		if bytes.EqualFold(value, []byte("8bit")) && h.u.d.conf.Bool("detect_8bit_encoding_header") {
			h.u.mail.Body8 = true
		}
	case "message-id", "resent-message-id":
		h.logID(key, bytes.TrimSuffix(raw[colon+1:], crlf[1:]))
	case "from", "sender", "reply-to", "to", "cc", "resent-from", "resent-sender", "resent-to", "resent-cc",
		"errors-to", "return-receipt-to", "disposition-notification-to":
		if h.rewrites {
			h.rewrite(raw)
			return nil
		}
	}
	h.keep(raw)
	return nil
}

// logID logs a message id as it stands; what does not print, such as the end of
// a line that goes on, is shown as "?".
func (h *headerPass) logID(key, value []byte) {
	d := h.u.d
	line := append(append(d.put(h.u.mail.ID, ": "), key...), '=')
	d.logLine(append(line, bytes.TrimLeft(value, " \t\r\n\v\f")...))
}

// drops tells whether message_drop_headers names a field.
func (h *headerPass) drops(name []byte) bool {
	for _, d := range h.drop {
		if len(d) == len(name) && strings.EqualFold(d, string(name)) {
			return true
		}
	}
	return false
}

// note takes note of a field that would be added if it were missing. One
// Resent- field makes that the Resent- fields (RFC 5322 §3.6.6).
func (h *headerPass) note(key []byte) {
	plain, resent := bytes.CutPrefix(key, []byte("resent-"))
	has := &h.has[0]
	if resent {
		has, h.resent = &h.has[1], 1
	}
	switch string(plain) {
	case "message-id":
		has.messageID = true
	case "date":
		has.date = true
	case "from":
		has.from = true
	case "to", "cc":
		h.addressed = true
	case "content-type":
		h.typed = true
	}
}

// rewrite completes the addresses of a header field.
func (h *headerPass) rewrite(raw []byte) {
	now := h.u.d.rewriteField(raw, h.form)
	if bytes.Equal(now, raw) {
		h.keep(raw)
		return
	}
	h.u.field("cleanup", strings.TrimRight(string(now), "\n"), "change")
	h.change()
	h.out = append(h.out, now...)
}

// missing adds the header fields that a message from this host must have
// (cleanup_header_done_callback): Message-Id, Date, From, in this order.
func (h *headerPass) missing() {
	m := h.u.mail
	if !h.completes {
		h.logMissingIDs()
		return
	}
	has, prefix := h.has[h.resent], [...]string{"", "Resent-"}[h.resent]
	if !has.messageID {
		id := h.newID()
		h.add(prefix + "Message-Id: " + id)
		h.u.d.log("%s: %smessage-id=%s", m.ID, strings.ToLower(prefix), id)
	}
	if h.resent == 1 && !h.has[0].messageID {
		h.u.d.log("%s: message-id=<>", m.ID)
	}
	if !has.date {
		h.add(prefix + "Date: " + postfixDate(m.Arrived))
	}
	if !has.from {
		from := "MAILER-DAEMON"
		if m.Sender != "" {
			from = m.Sender
			switch {
			case m.fullName == "":
			case h.u.d.conf.Get("header_from_format") == "obsolete":
				from += " (" + m.fullName + ")"
			default:
				from = phrase(m.fullName) + " <" + from + ">"
			}
		}
		h.add(prefix + "From: " + from)
	}
	if field := h.u.d.conf.Get("undisclosed_recipients_header"); field != "" && !h.addressed {
		if nameLen([]byte(field)) > 0 {
			h.add(field)
		} else {
			h.u.d.log("warning: bad undisclosed_recipients_header header text \"%s\" -- need \"headername: headervalue\"", field)
		}
	}
}

// phrase is a full name as a From field has it: words with one blank between
// them, in quotes when there is more in it than an atom may have
// (header_from_format = standard).
func phrase(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if !strings.ContainsAny(name, "()<>[]:;@\\,.\"%!") {
		return name
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

// newID is the message id that a message without one gets.
func (h *headerPass) newID() string {
	m := h.u.mail
	return fmt.Sprintf("<%s.%s@%s>", m.Arrived.UTC().Format("20060102150405"), m.ID, h.u.d.conf.Get("myhostname"))
}

// logMissingIDs logs that a message has no message id, and gets none or is
// given up before it gets one.
func (h *headerPass) logMissingIDs() {
	switch {
	case h.has[0].messageID:
	case h.completes && h.resent == 0:
		h.u.d.log("%s: message-id=%s", h.u.mail.ID, h.newID())
	default:
		h.u.d.log("%s: message-id=<>", h.u.mail.ID)
	}
}

func (h *headerPass) add(field string) {
	h.u.added("cleanup", field)
	h.change()
	h.out = append(append(h.out, field...), '\n')
}
