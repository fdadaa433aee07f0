package explain

import (
	"strconv"
	"strings"

	"mailtrek/sim/trace"
)

// spoken is about a line of a dialogue or message content.
func (a *about) spoken() {
	switch a.proto() {
	case trace.SMTP, trace.LMTP:
		a.smtpSaid()
	case trace.POP3:
		a.pop3Said()
	case trace.IMAP:
		a.imapSaid()
	}
	if a.e.Kind == trace.Auth {
		a.add("base64", "mime", "term")
	}
}

func (a *about) smtpSaid() {
	line := a.line()
	switch {
	case a.e.Kind == trace.Content:
		a.add(".", "command-smtp")
		a.add("dot-stuffing", "term")
	case a.e.Side == trace.Client:
		a.smtpAsked(line)
	case (a.a() == "EHLO" || a.a() == "LHLO") && a.e.Code == 250 && len(line) > 4 && !a.firstLine():
		word, _, _ := strings.Cut(line[4:], " ")
		word, _, _ = strings.Cut(word, "=")
		a.add(word, "capability-smtp")
	default:
		a.smtpReplied(line)
	}
}

// smtpAsked is about a command with its parameters.
func (a *about) smtpAsked(line string) {
	verb := a.a()
	if a.e.Kind == trace.Auth {
		verb = "AUTH"
	}
	a.add(verb, "command-smtp")
	_, args, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "MAIL", "RCPT":
		path, params := pathOf(args)
		if path == "" {
			a.add("null sender", "term")
		}
		for _, p := range strings.Fields(params) {
			name, _, _ := strings.Cut(p, "=")
			a.add(name+"=", "capability-smtp")
		}
	case "AUTH":
		mechanism, _, _ := strings.Cut(args, " ")
		if a.e.Kind != trace.Auth {
			a.add(mechanism, "capability-smtp", "term")
		}
	}
}

// smtpReplied is about the codes of a reply and the parameters that it names.
func (a *about) smtpReplied(line string) {
	code := strconv.Itoa(int(a.e.Code))
	a.add(code, "reply")
	if len(line) > 4 {
		a.enhanced(line[4:])
	}
	a.parameters(line)
}

func (a *about) pop3Said() {
	line, word := a.line(), a.a()
	if a.e.Kind == trace.Auth {
		word = "AUTH"
	}
	answer, rest, _ := strings.Cut(line, " ")
	switch {
	case a.e.Side == trace.Client:
		a.add(word, "command-pop3")
	case a.e.Kind == trace.Content:
		a.add(word, "command-pop3")
	case answer == "+OK" || answer == "-ERR" || answer == "+":
		if strings.HasPrefix(rest, "[") {
			code, _, _ := strings.Cut(rest, "]")
			a.add(code+"]", "response-pop3")
		}
		a.add(answer, "response-pop3")
		a.add(word, "command-pop3")
	case word == "CAPA" && line != ".":
		a.add(answer, "capability-pop3")
	default:
		a.add(word, "command-pop3")
	}
}

func (a *about) imapSaid() {
	line := a.line()
	switch {
	case a.e.Kind == trace.Content:
		a.add("literal", "term")
	case a.e.Kind == trace.Auth:
		a.add("AUTHENTICATE", "command-imap")
	case a.e.Side == trace.Client:
		a.add(a.a(), "command-imap")
		if strings.HasSuffix(line, "}") {
			a.add("literal", "term")
		}
	case strings.HasPrefix(line, "+"):
		a.add("+", "response-imap")
	default:
		if words := strings.Fields(line); len(words) > 1 {
			a.imapAnswered(words)
		} else {
			a.add(a.a(), "command-imap") // what follows a literal
		}
	}
}

// imapAnswered is about a tagged answer or untagged data: its word, which may
// stand behind a number, and the code in brackets.
func (a *about) imapAnswered(words []string) {
	n := 1
	if len(words) > 2 && strings.Trim(words[1], "0123456789") == "" {
		n = 2
	}
	if len(words) > n+1 && strings.HasPrefix(words[n+1], "[") {
		a.add("["+strings.Trim(words[n+1], "[]")+"]", "response-imap")
	}
	a.add(words[n], "response-imap")
	if words[0] == "*" {
		a.add("untagged", "response-imap")
	} else {
		a.add("tag", "term")
	}
}
