package imap

import "strings"

// parseNotify reads NONE, or SET [STATUS] and groups of events (RFC 5465 §8).
func (s *Session) parseNotify(args []arg) (n *notify, problem string) {
	n = &notify{}
	if len(args) == 0 {
		return nil, invalidArguments
	}
	word, _ := args[0].atom()
	switch upper(word) {
	case "NONE":
		return n, ""
	case "SET":
	default:
		return nil, invalidArguments
	}
	args = args[1:]
	if len(args) > 0 && args[0].kind == argAtom && strings.EqualFold(args[0].text, "STATUS") {
		n.status, args = true, args[1:]
	}
	for _, a := range args {
		if a.kind != argList || len(a.list) < 2 {
			return nil, invalidArguments
		}
		if problem := s.parseGroup(n, a.list); problem != "" {
			return nil, problem
		}
	}
	return n, ""
}

// parseGroup reads one group: which mailboxes, and which events.
func (s *Session) parseGroup(n *notify, list []arg) string {
	word, _ := list[0].atom()
	f := &notifyFilter{kind: upper(word)}
	f.items.s = s
	list = list[1:]
	switch f.kind {
	case "SELECTED", "SELECTED-DELAYED":
		if n.selected != nil {
			return "Duplicate selected filter"
		}
		n.selected, n.delayed = f, f.kind == "SELECTED-DELAYED"
	case "PERSONAL", "INBOXES", "SUBSCRIBED":
		n.filters = append(n.filters, f)
	case "MAILBOXES", "SUBTREE":
		n.filters = append(n.filters, f)
		names := list[:1]
		if list[0].kind == argList {
			names = list[0].list
		}
		for _, a := range names {
			name, ok := a.astring()
			if !ok {
				return invalidArguments
			}
			f.boxes = append(f.boxes, s.inbox(name))
		}
		list = list[1:]
	default:
		return invalidArguments
	}
	if len(list) != 1 {
		return invalidArguments
	}
	if word, ok := list[0].atom(); ok && strings.EqualFold(word, "NONE") {
		return ""
	}
	if list[0].kind != argList {
		return invalidArguments
	}
	return f.parseEvents(list[0].list, n.selected == f)
}

// unsupportedEvents are those of RFC 5465 that Dovecot does not have.
var unsupportedEvents = map[string]string{"ANNOTATIONCHANGE": "AnnotationChange",
	"MAILBOXMETADATACHANGE": "MailboxMetadataChange", "SERVERMETADATACHANGE": "ServerMetadataChange"}

// parseEvents reads events. Only for the selected mailbox MessageNew may say
// what is to be told of a message.
func (f *notifyFilter) parseEvents(list []arg, selected bool) string {
	var unsupported []string
	for i := 0; i < len(list); i++ {
		word, ok := list[i].atom()
		name := upper(word)
		switch {
		case !ok:
			return invalidArguments
		case name == "MESSAGENEW":
			f.add = true
			if i+1 < len(list) && list[i+1].kind == argList {
				if i++; !selected {
					return invalidArguments
				}
				if _, problem := f.items.parseItems(list[i : i+1]); problem != "" {
					return "Invalid fetch-att list: " + problem
				}
			}
		case name == "MESSAGEEXPUNGE":
			f.expunge = true
		case name == "FLAGCHANGE":
			f.flags = true
		case name == "MAILBOXNAME":
			f.name = true
		case name == "SUBSCRIPTIONCHANGE":
			f.subs = true
		case unsupportedEvents[name] != "":
			unsupported = append(unsupported, unsupportedEvents[name])
		default:
			return invalidArguments
		}
	}
	switch {
	case len(unsupported) > 0:
		return "NO [BADEVENT " + strings.Join(unsupported, " ") + "] Unsupported NOTIFY events"
	case selected && f.add != f.expunge:
		return "MessageNew and MessageExpunge must be together"
	case selected && f.flags && !f.add:
		return "FlagChange requires MessageNew and MessageExpunge"
	}
	return ""
}
