package explain

import (
	"strconv"
	"strings"

	"mailtrek/sim/trace"
)

// smtp explains a line of SMTP or LMTP, a SASL exchange, or message content.
func (x *teller) smtp() Explanation {
	switch {
	case x.e.Kind == trace.Content && x.e.Side == trace.Client:
		return x.say(x.content(), "size", strconv.Itoa(int(x.e.Len)), "dots", x.stuffed())
	case x.e.Kind == trace.Auth && x.e.Side == trace.Client:
		return x.say("smtp.sasl.response")
	case x.e.Kind == trace.Raw:
		return x.say("smtp.raw")
	case x.e.Side == trace.Client:
		return x.smtpCommand()
	}
	return x.smtpReply()
}

// content is the key for message content: handed in, passed on, or delivered.
func (x *teller) content() string {
	if x.proto() == trace.LMTP {
		return "lmtp.content"
	}
	return x.byMailer("smtp.content")
}

// byMailer is the variant of a key for a mail server or for a mail program as
// the client.
func (x *teller) byMailer(key string) string {
	for _, role := range x.t.Node(x.t.Conn(x.e.Conn).Client).Roles {
		if role == "MUA" {
			return x.first(key+".mua", key)
		}
	}
	return key
}

// stuffed is how many lines of a content begin with a doubled dot.
func (x *teller) stuffed() string {
	return strconv.Itoa(strings.Count("\n"+string(x.t.Text(x.e)), "\n.."))
}

func (x *teller) smtpCommand() Explanation {
	verb := strings.ToLower(x.a())
	args := ""
	if _, rest, ok := strings.Cut(x.line(), " "); ok {
		args = strings.TrimSpace(rest)
	}
	switch verb {
	case "mail", "rcpt", "send", "soml", "saml":
		return x.smtpPath(verb, args)
	case "auth":
		mechanism, initial, _ := strings.Cut(args, " ")
		key := "smtp.auth"
		if initial != "" {
			key = "smtp.auth.initial"
		}
		return x.say(x.first("smtp.auth."+strings.ToLower(mechanism), key), "mech", strings.ToUpper(mechanism))
	case "ehlo", "helo", "lhlo":
		if verb == "helo" && x.answeredBadly("EHLO") {
			return x.say("smtp.helo.fallback", "name", args)
		}
		return x.say(x.byMailer("smtp."+verb), "name", args)
	case "bdat":
		size, last, _ := strings.Cut(args, " ")
		if strings.EqualFold(last, "LAST") {
			return x.say("smtp.bdat.last", "size", size)
		}
		return x.say("smtp.bdat", "size", size)
	}
	if verb == "quit" && x.e.Flags&trace.Pipelined == 0 && x.afterContent() {
		return x.say("smtp.quit.early")
	}
	return x.say(x.first("smtp."+verb, "smtp.unknown"), "verb", x.a(), "args", args)
}

// afterContent tells whether the client line follows message content at once,
// before the reply to it.
func (x *teller) afterContent() bool {
	i := x.before(func(e *trace.Event) bool { return e.Conn == x.e.Conn && e.Kind.Said() })
	return i != 0 && x.t.At(i).Kind == trace.Content
}

// answeredBadly tells whether the verb was refused on this connection.
func (x *teller) answeredBadly(verb string) bool {
	return x.before(func(e *trace.Event) bool {
		return e.Conn == x.e.Conn && e.Side == trace.Server && e.Code >= 500 && x.t.Name(e.A) == verb
	}) != 0
}

// smtpPath explains a command that gives an address, with its parameters.
func (x *teller) smtpPath(verb, args string) Explanation {
	path, params := pathOf(args)
	values := []string{"path", path, "params", params}
	switch {
	case verb == "mail" && path == "":
		return x.say("smtp.mail.null", values...)
	case verb == "mail" && params != "":
		e := x.say(x.byMailer("smtp.mail"), values...)
		return x.withParameters(e, params)
	case verb == "rcpt" && params != "":
		return x.withParameters(x.say("smtp.rcpt", values...), params)
	case verb == "rcpt" && x.rcptBefore():
		return x.say("smtp.rcpt.more", values...)
	case verb == "mail":
		return x.say(x.byMailer("smtp.mail"), values...)
	}
	return x.say("smtp."+verb, values...)
}

// rcptBefore tells whether the transaction has a recipient already.
func (x *teller) rcptBefore() bool {
	i := x.before(func(e *trace.Event) bool {
		if e.Conn != x.e.Conn || e.Kind != trace.Line || e.Side != trace.Client {
			return false
		}
		v := x.t.Name(e.A)
		return v == "RCPT" || v == "MAIL"
	})
	return i != 0 && x.t.Name(x.t.At(i).A) == "RCPT"
}

// withParameters adds a sentence for each ESMTP parameter.
func (x *teller) withParameters(e Explanation, params string) Explanation {
	if x.depth == Novice {
		return e
	}
	for _, p := range strings.Fields(params) {
		name, v, _ := strings.Cut(p, "=")
		key := "smtp.param." + strings.ToLower(name)
		if has(key) {
			more := x.say(key, "value", v)
			e.Text += " " + more.Text
			if more.Ref != "" && !strings.Contains(e.Ref, more.Ref) {
				e.Ref += ", " + strings.TrimPrefix(more.Ref, "RFC 5321 ")
			}
		}
	}
	return e
}

// pathOf cuts "FROM:<a@b> SIZE=1" into "a@b" and "SIZE=1".
func pathOf(args string) (path, params string) {
	_, rest, ok := strings.Cut(args, ":")
	if !ok {
		return args, ""
	}
	rest = strings.TrimSpace(rest)
	if i, j := strings.IndexByte(rest, '<'), strings.LastIndexByte(rest, '>'); i >= 0 && j > i {
		return rest[i+1 : j], strings.TrimSpace(rest[j+1:])
	}
	path, params, _ = strings.Cut(rest, " ")
	return path, params
}

// phrase chooses a reply by words in it, where code and verb do not tell
// enough.
type phrase struct {
	code uint16
	word string
	key  string
}

// phrases are looked through in this order.
var phrases = []phrase{
	{421, "too many errors", "reply.421.errors"}, {421, "too many connections", "reply.421.connections"},
	{421, "timeout exceeded", "reply.421.timeout"}, {450, "too much mail", "reply.450.rate"},
	{554, "Relay access denied", "reply.relay"}, {454, "Relay access denied", "reply.relay.4"},
	{550, "User unknown", "reply.unknown"}, {550, "User doesn't exist", "reply.unknown"}, {450, "Domain not found", "reply.nodomain"},
	{556, "nullMX", "reply.nullmx"}, {550, "nullMX", "reply.nullmx.sender"},
	{450, "reylist", "reply.grey"}, {451, "reylist", "reply.grey"},
	{554, "blocked using", "reply.dnsbl"}, {504, "fully-qualified", "reply.fqdn"},
	{501, "Helo command rejected", "reply.helo"}, {450, "Helo command rejected", "reply.helo"},
	{450, "cannot find your hostname", "reply.noptr"}, {450, "cannot find your reverse hostname", "reply.noptr"},
	{503, "nested MAIL", "reply.nested"}, {503, "need MAIL", "reply.needmail"}, {503, "need RCPT", "reply.needrcpt"},
	{503, "MAIL needed first", "reply.needmail"}, {503, "MAIL already given", "reply.nested"},
	{503, "send HELO/EHLO first", "reply.needhelo"}, {503, "already authenticated", "reply.authtwice"},
	{503, "authentication not enabled", "reply.noauth"}, {503, "MAIL transaction in progress", "reply.inmail"},
	{503, "BDAT", "reply.bdat"}, {503, "pipelining", "reply.pipelining"}, {550, "pipelining", "reply.pipelining"},
	{503, "access denied", "reply.denied"}, {554, "no valid recipients", "reply.novalid"}, {554, "too many hops", "reply.hops"},
	{554, "TLS already active", "reply.tlstwice"}, {552, "file too big", "reply.toobig"}, {552, "exceeds", "reply.size"},
	{452, "too many recipients", "reply.rcptlimit"}, {452, "storage", "reply.space"}, {550, "bare <LF>", "reply.barelf"},
	{501, "sender address syntax", "reply.badsender"}, {501, "recipient address syntax", "reply.badrcpt"},
	{501, "Authentication aborted", "reply.aborted"}, {535, "Invalid base64", "reply.base64"}, {535, "Invalid authentication mechanism", "reply.badmech"},
	{555, "Unsupported option", "reply.option"}, {221, "break rules", "reply.forbidden"}, {502, "VRFY command is disabled", "reply.novrfy"},
	{554, "Access denied", "reply.denied"}, {551, "Discarded", "reply.bdat"}, {521, "BDAT", "reply.bdat"},
	{450, "Try again later", "reply.later"}, {501, "Syntax:", "reply.syntax"}, {500, "bad syntax", "reply.syntax"},
	{500, "not recognized", "reply.unrecognized"}, {500, "Unknown command", "reply.unrecognized"}, {502, "not implemented", "reply.notimplemented"},
}

func (x *teller) smtpReply() Explanation {
	code, line := x.e.Code, x.line()
	verb := strings.ToLower(x.a())
	if code == 0 {
		return x.say("reply.odd")
	}
	values := []string{"code", strconv.Itoa(int(code)), "verb", strings.ToUpper(x.a()), "rcpt", x.addressAsked(), "id", queueID(line)}
	for _, p := range phrases {
		if p.code == code && strings.Contains(line, p.word) {
			return x.say(p.key, values...)
		}
	}
	if code == 250 && (verb == "ehlo" || verb == "lhlo") {
		return x.keyword(values)
	}
	if code == 250 && (verb == "." || verb == "data" || verb == "") {
		return x.say(x.first("reply."+x.proto().String()+".accepted", "reply.smtp.accepted"), values...)
	}
	n := strconv.Itoa(int(code))
	return x.say(x.first("reply."+x.proto().String()+"."+n+"."+verb, "reply."+n+"."+verb, "reply."+n, "reply."+n[:1]), values...)
}

// keyword explains one line of the reply to EHLO: the name of the server or an
// extension that it offers.
func (x *teller) keyword(values []string) Explanation {
	word := ""
	if line := x.line(); len(line) > 4 {
		word = line[4:]
	}
	name, args, _ := strings.Cut(word, " ")
	key := "ehlo." + strings.ToLower(name)
	if !has(key) {
		key = "ehlo.other"
		if x.firstLine() {
			key = "ehlo.name"
		}
	}
	return x.say(key, append(values, "word", name, "args", args)...)
}

// firstLine tells whether the event is the first line of its reply.
func (x *teller) firstLine() bool {
	i := x.before(func(e *trace.Event) bool { return e.Conn == x.e.Conn && e.Kind.Said() })
	return i == 0 || x.t.At(i).Side != trace.Server || x.t.At(i).Flags&trace.More == 0
}

// asked is the command that a reply answers: the one in its chain of causes, for
// with pipelining the last one that was said may be another; or else that one.
func (x *teller) asked() trace.Seq {
	command := func(e *trace.Event) bool {
		return e.Conn == x.e.Conn && e.Side == trace.Client && e.Kind == trace.Line && e.A == x.e.A
	}
	for i, steps := x.e.Cause, 0; i != 0 && steps < causesFollowed; i, steps = x.t.At(i).Cause, steps+1 {
		if command(x.t.At(i)) {
			return i
		}
	}
	return x.before(command)
}

// causesFollowed is how far a chain of causes is followed back for the command
// that a reply answers: daemons and tables may have been asked in between.
const causesFollowed = 100

// addressAsked is the address of the command that a reply answers.
func (x *teller) addressAsked() string {
	i := x.asked()
	if i == 0 {
		return "?"
	}
	_, args, _ := strings.Cut(strings.TrimRight(string(x.t.Text(x.t.At(i))), "\r\n"), " ")
	path, _ := pathOf(args)
	if path == "" {
		return "<>"
	}
	return path
}

// queueID is the id behind "queued as"; "" when there is none.
func queueID(line string) string {
	_, rest, ok := strings.Cut(line, "queued as ")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, " ")
	return id
}
