package postfix

import (
	"fmt"
	"strings"
)

// Restrictions that look something up in an access(5) table, and what the
// right-hand side of such a table asks for.

// access looks keys up in a table and does what it says.
func (l *list) access(spec string, keys []string, name, class string) verdict {
	if spec != "" && spec[0] == '{' {
		spec = payload(spec)
	}
	table := l.d.maps([]string{spec})
	value, at, found, err := table.findFirst(keys)
	if err != nil {
		return l.tableProblem(spec, keys[0], name, class, err)
	}
	m := AddressMatch{Value: value, Key: keys[0], Spec: spec, Found: found}
	l.d.consulted("smtpd", spec, keys[0], m)
	if !found {
		return dunno
	}
	return l.action(value, at, name, class, spec, 0)
}

// tableProblem is the reply when an access table cannot be asked.
func (l *list) tableProblem(spec, key, name, class string, err error) verdict {
	if _, problem := l.d.tables.Open(spec); problem != nil {
		l.d.log("warning: %s is unavailable. %v", spec, problem)
		err = fmt.Errorf("%s lookup error for %q", spec, key)
	}
	l.d.log("warning: %v", err)
	return l.refusef(451, "4.3.5", "<%s>: %s rejected: Server configuration error", name, class)
}

func (l *list) parentsMatch() bool { return l.conf.ParentsMatch("smtpd_access_maps") }

func (l *list) clientAccess(spec string) verdict {
	keys := append(domainKeys(strings.ToLower(l.client.name), l.parentsMatch()), networkKeys(l.client.addr.String())...)
	if strings.HasPrefix(strings.TrimPrefix(spec, "proxy:"), "cidr:") {
		keys = []string{l.client.addr.String()}
	}
	return l.access(spec, keys, l.client.String(), nameClient)
}

func (l *list) reverseAccess(spec string) verdict {
	return l.access(spec, domainKeys(strings.ToLower(l.client.reverse), l.parentsMatch()), l.client.reverse+"["+l.client.addr.String()+"]", nameReverse)
}

func (l *list) heloAccess(spec string) verdict {
	if l.facts.Helo == "" {
		return dunno
	}
	return l.access(spec, domainKeys(strings.ToLower(trimDot(l.facts.Helo)), l.parentsMatch()), l.facts.Helo, nameHelo)
}

func (l *list) senderAccess(spec string) verdict {
	if !l.hasSender() {
		return dunno
	}
	if l.facts.Sender == "" {
		return l.access(spec, []string{l.conf.Get("smtpd_null_access_lookup_key")}, "", nameSender)
	}
	return l.addressAccess(spec, l.facts.Sender, nameSender)
}

func (l *list) recipientAccess(spec string) verdict {
	if !l.inRcpt {
		return dunno
	}
	return l.addressAccess(spec, l.recipient, nameRecipient)
}

func (l *list) addressAccess(spec, addr, class string) verdict {
	full := strings.ToLower(l.d.standard(addr))
	return l.access(spec, addressKeys(full, l.conf.forms(nil), l.parentsMatch()), addr, class)
}

func (l *list) saslAccess(spec string) verdict {
	if !l.authenticated() {
		return dunno
	}
	return l.access(spec, []string{l.facts.User}, l.facts.User, "SASL login name")
}

func (l *list) etrnAccess(spec string) verdict {
	if l.etrn == "" {
		return dunno
	}
	return l.access(spec, domainKeys(strings.ToLower(l.etrn), l.parentsMatch()), l.etrn, nameEtrn)
}

// defaultAccess is a table without a check_ word: what it is asked depends on
// the list it stands in.
func (l *list) defaultAccess(spec string) verdict {
	switch l.class {
	case nameClient:
		return l.clientAccess(spec)
	case nameHelo:
		return l.heloAccess(spec)
	case nameSender:
		return l.senderAccess(spec)
	case nameRecipient:
		return l.recipientAccess(spec)
	case nameEtrn:
		return l.etrnAccess(spec)
	}
	return l.serverError()
}

// maxActions bounds how deep the results of tables may lead to lists that ask
// tables again.
const maxActions = 100

// action does what the right-hand side of access(5), or a policy service,
// says (check_table_result). key is what was looked up, name and class are
// what replies call it.
func (l *list) action(value, key, name, class, spec string, depth int) verdict {
	if code, text, ok := replyCode(value); ok {
		enhanced := "5.7.1"
		if code/100 == 4 {
			enhanced = "4.7.1"
		}
		if e, rest, ok := enhancedCode(text); ok {
			enhanced, text = e, rest
		}
		return l.refusef(code, enhanced, "<%s>: %s rejected: %s", name, class, orElse(text, "Access denied"))
	}
	word, text, _ := strings.Cut(strings.TrimSpace(value), " ")
	text = strings.TrimSpace(text)
	switch strings.ToUpper(word) {
	case "OK", "RELAY", "PERMIT":
		return permit
	case "DUNNO":
		return dunno
	case "REJECT":
		return l.stop(l.conf.Int("access_map_reject_code"), "5.7.1", name, class, orElse(text, "Access denied"))
	case "DEFER":
		return l.stop(l.conf.Int("access_map_defer_code"), "4.7.1", name, class, orElse(text, "Access denied"))
	case "DEFER_IF_PERMIT":
		return l.postponeText("defer_if_permit", name, class, text)
	case "DEFER_IF_REJECT":
		l.deferRejectText(name, class, text)
		return dunno
	case "WARN", "INFO":
		l.logRequest(strings.ToLower(word), text)
		return dunno
	case "PREPEND":
		l.prepended = append(l.prepended, text)
		return dunno
	case "REDIRECT", "BCC", "FILTER", "HOLD", "DISCARD":
		return l.delegate(strings.ToUpper(word), text, key, name, class, spec)
	}
	if allDigits(word) && text == "" {
		return permit
	}
	if depth >= maxActions {
		return l.serverError()
	}
	inner := list{checks: l.checks, param: spec, name: name, class: class}
	return inner.apply(SplitList(value), depth+1)
}

// delegate is an action that cleanup(8) has to carry out; before a filter in
// front of the queue there is none (can_delegate_action).
func (l *list) delegate(action, text, key, name, class, spec string) verdict {
	if l.conf.Get("smtpd_proxy_filter") != "" {
		l.d.log("warning: access table %s: with smtpd_proxy_filter specified, action %s is unavailable", spec, action)
		return dunno
	}
	switch action {
	case "REDIRECT":
		if l.wants(spec, key, text, "REDIRECT", "@", "user@domain target") {
			l.redirect = text
			l.logRequest("redirect", fmt.Sprintf("<%s>: %s triggers REDIRECT %s", name, class, text))
		}
	case "BCC":
		if l.wants(spec, key, text, "BCC", "@", "user@domain target") {
			l.bcc = append(l.bcc, text)
			l.logRequest("bcc", fmt.Sprintf("<%s>: %s triggers BCC %s", name, class, text))
		}
	case "FILTER":
		if l.wants(spec, key, text, "FILTER", ":", "transport:destination") {
			l.filter = text
			l.logRequest("filter", fmt.Sprintf("<%s>: %s triggers FILTER %s", name, class, text))
		}
	case "HOLD":
		if l.hold {
			break // it is said once for a message
		}
		l.hold = true
		l.logRequest("hold", fmt.Sprintf("<%s>: %s %s", name, class, orElse(text, "triggers HOLD action")))
	case "DISCARD":
		l.discard = true
		l.logRequest("discard", fmt.Sprintf("<%s>: %s %s", name, class, orElse(text, "triggers DISCARD action")))
		return permit
	}
	return dunno
}

// wants tells whether an action has the value that it needs, with a sign in it.
func (l *list) wants(spec, key, text, action, sign, form string) bool {
	switch {
	case text == "" && action == "FILTER":
		l.d.log("warning: access table %s entry \"%s\" has FILTER entry without value", spec, key)
	case !strings.Contains(text, sign):
		l.d.log("warning: access table %s entry \"%s\" requires %s", spec, key, form)
	default:
		return true
	}
	return false
}

// stop refuses with the text of a table, which may begin with an enhanced
// status code.
func (l *list) stop(code int64, enhanced, name, class, text string) verdict {
	enhanced, text = splitOr(text, enhanced)
	return l.refusef(code, enhanced, "<%s>: %s rejected: %s", name, class, text)
}

// deferRejectText is the action DEFER_IF_REJECT; the first one counts.
func (l *list) deferRejectText(name, class, text string) {
	if l.deferReject == nil {
		enhanced, text := splitOr(orElse(text, "Service unavailable"), "4.7.1")
		r := makeReply(l.conf.Int("access_map_defer_code"), enhanced, "<%s>: %s rejected: %s", name, class, text)
		l.deferReject = &r
	}
}

func (l *list) postponeText(action, name, class, text string) verdict {
	enhanced, text := splitOr(orElse(text, "Service unavailable"), "4.7.1")
	return l.postpone(action, makeReply(l.conf.Int("access_map_defer_code"), enhanced, "<%s>: %s rejected: %s", name, class, text))
}

// splitOr takes an enhanced status code off a text, or returns the usual one.
func splitOr(text, usual string) (enhanced, rest string) {
	if e, rest, ok := enhancedCode(text); ok {
		return e, rest
	}
	return usual, text
}

// enhancedCode reads "4.7.1 text" (RFC 3463 §2).
func enhancedCode(text string) (enhanced, rest string, ok bool) {
	word, rest, _ := strings.Cut(text, " ")
	parts := strings.Split(word, ".")
	if len(parts) != 3 || parts[0] != "2" && parts[0] != "4" && parts[0] != "5" {
		return "", text, false
	}
	for _, p := range parts[1:] {
		if len(p) == 0 || len(p) > 3 || !allDigits(p) {
			return "", text, false
		}
	}
	return word, strings.TrimSpace(rest), true
}

// replyCode reads "4xx text" and "5xx text".
func replyCode(value string) (code int64, text string, ok bool) {
	if len(value) < 4 || value[0] != '4' && value[0] != '5' || !allDigits(value[:3]) || !isBlank(value[3]) {
		return 0, "", false // digits alone permit, whatever they are
	}
	return int64(value[0]-'0')*100 + int64(value[1]-'0')*10 + int64(value[2]-'0'), strings.TrimSpace(value[3:]), true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
