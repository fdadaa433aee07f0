package postfix

import (
	"bytes"
	"fmt"
	"strings"
)

// clientChecks are smtp_header_checks, smtp_mime_header_checks,
// smtp_nested_header_checks and smtp_body_checks of one delivery, or those of
// lmtp(8): they see a message while it is being sent, and change what is sent,
// never where (header_checks(5), "BUGS"; hbc(3)). The queue file stays as it is.
type clientChecks struct {
	a      *smtpAgent
	maps   [len(contentParams)]Maps
	failed bool // a table could not be asked
}

// rewrite makes the content of a message as smtp(8) sends it; nil when no table
// looks at it. Generic names come last (smtp_header_rewrite).
func (a *smtpAgent) rewrite(g generic, hasGeneric bool) func([]byte) ([]byte, bool) {
	if !a.set.checked {
		return nil
	}
	return func(content []byte) ([]byte, bool) {
		c := &clientChecks{a: a}
		for kind, specs := range a.set.checks {
			c.maps[kind] = a.d.maps(specs)
		}
		content = c.run(content)
		if hasGeneric {
			content = g.content(content)
		}
		return content, !c.failed
	}
}

// run walks through a message.
func (c *clientChecks) run(msg []byte) []byte {
	w := mimeWalk{c: c}
	for len(msg) > 0 && !c.failed {
		n := fieldEnd(msg)
		if n == 0 {
			return w.body(msg)
		}
		before, field := c.header(primaryHeader, msg[:n])
		if !c.failed {
			w.typed(field)
			w.out = append(append(w.out, before...), field...)
		}
		msg = msg[n:]
	}
	return w.out
}

func (c *clientChecks) ended() bool { return c.failed }

func (c *clientChecks) bodyLimit() int64 { return 0 }

func (c *clientChecks) header(kind contentKind, raw []byte) (before, field []byte) {
	return c.check(kind.of(raw), raw)
}

// check asks the tables about a field or a line.
func (c *clientChecks) check(kind contentKind, raw []byte) (before, now []byte) {
	text := string(bytes.TrimSuffix(raw, []byte{'\n'}))
	if c.failed || text == "" || c.maps[kind].Empty() {
		return nil, raw
	}
	d := c.a.d
	value, spec, err := c.maps[kind].Find(text)
	switch {
	case err != nil:
		d.lookupFails(spec, text)
		d.log("warning: %s: smtp %s checks lookup error", c.a.r.mail.ID, kind.part())
		c.failed = true
		return nil, nil
	case spec == "":
		return nil, raw
	}
	d.consulted(d.name(), spec, text, AddressMatch{Value: value, Key: text, Spec: spec, Found: true})
	return c.act(kind, text, raw, value)
}

// part is what the log calls a field or a line of the body.
func (k contentKind) part() string {
	if k == bodyLine {
		return "body"
	}
	return "header"
}

// act does what a table says (hbc_action).
func (c *clientChecks) act(kind contentKind, text string, raw []byte, value string) (before, now []byte) {
	word, arg, _ := strings.Cut(strings.Replace(value, "\t", " ", 1), " ")
	word, arg = strings.ToUpper(word), strings.TrimSpace(arg)
	param := c.a.param(contentParams[kind])
	switch word {
	case "DUNNO", "OK":
	case "IGNORE":
		return nil, nil
	case "STRIP":
		c.log("strip", kind, text, arg)
		return nil, nil
	case "WARN":
		c.log("warning", kind, text, arg)
	case "INFO":
		c.log("info", kind, text, arg)
	case "PREPEND", "REPLACE":
		switch {
		case arg == "":
			c.a.d.log("warning: %s action without text in %s map", word, param)
			return nil, raw
		case kind != bodyLine && nameLen([]byte(arg)) == 0:
			c.a.d.log("warning: bad %s header text \"%s\" in %s map -- need \"headername: headervalue\"", word, arg, param)
			return nil, raw
		}
		c.log(strings.ToLower(word), kind, text, arg)
		if word == "REPLACE" {
			return nil, []byte(arg + "\n")
		}
		return []byte(arg + "\n"), raw
	default:
		c.a.d.log("warning: unsupported command in %s map: %s", param, value)
	}
	return nil, raw
}

// maxSentContent is how much of a field or line the log of smtp(8) shows.
const maxSentContent = 60

func (c *clientChecks) log(action string, kind contentKind, text, arg string) {
	s := fmt.Sprintf("%s: %s: %s %s", c.a.r.mail.ID, action, kind.part(), text[:min(len(text), maxSentContent)])
	if arg != "" {
		s += ": " + arg
	}
	c.a.d.log("%s", s)
}
