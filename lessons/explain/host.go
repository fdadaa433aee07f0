package explain

import (
	"strconv"
	"strings"

	"mailtrek/sim/trace"
)

// program is the name of a daemon without the service in front of it:
// "smtpd" of "submission/smtpd".
func program(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// daemon explains a hand-over between two programs of one host.
func (x *teller) daemon() Explanation {
	from, to := program(x.a()), program(x.b())
	values := []string{"a", x.a(), "b", x.b(), "id", x.c(), "what", x.saying()}
	if from == "smtpd" && strings.HasPrefix(x.b(), "private/") && to != "auth" {
		return x.say("daemon.policy", values...)
	}
	return x.say(x.first("daemon."+from+"."+to, "daemon."+to, "daemon"), values...)
}

// lookup explains a table that a daemon consults.
func (x *teller) lookup() Explanation {
	values := []string{"daemon", x.a(), "table", x.b(), "key", x.c(), "result", x.line()}
	key := "lookup"
	for _, p := range []struct{ word, key string }{
		{"aliases", "lookup.alias"}, {"virtual", "lookup.virtual"}, {"transport", "lookup.transport"}, {"canonical", "lookup.canonical"},
		{"passwd", "lookup.passwd"}, {"cache", "lookup.cache"}, {"access", "lookup.access"}, {".forward", "lookup.forward"},
	} {
		if strings.Contains(x.b(), p.word) {
			key = p.key
			break
		}
	}
	if key == "lookup.cache" {
		values[7] = x.saying()
	}
	if key == "lookup" {
		switch from := program(x.a()); {
		case strings.HasPrefix(x.b(), "policy "):
			key, values[3] = "lookup.policy", strings.TrimPrefix(x.b(), "policy ")
		case from == "trivial-rewrite":
			key = "lookup.transport"
		case from == "smtpd":
			key = "lookup.access"
		}
	}
	switch {
	case x.e.Flags&trace.Lost != 0:
		return x.say(x.first(key+".none", "lookup.none"), values...)
	case x.line() == "":
		return x.say(x.first(key+".there", "lookup.there"), values...)
	}
	return x.say(key, values...)
}

// queue explains a move of a queue file by where from and where to.
func (x *teller) queue() Explanation {
	from, to := x.b(), x.c()
	if from == "" {
		from = "nowhere"
	}
	if to == "" {
		to = "nowhere"
	}
	values := []string{"id", x.a(), "old", from, "new", to, "size", x.n(), "why", x.saying()}
	if from == "nowhere" && to == "incoming" && x.e.N == 0 {
		return x.say("queue.begin", values...)
	}
	if to == "deferred" {
		values[9] = x.line() // what the delivery agent logged
	}
	e := x.say(x.first("queue."+from+"."+to, "queue.to."+to, "queue"), values...)
	if why := x.line(); to == "deferred" && why != "" || to == "nowhere" && from != "active" && why != "" {
		e.Text += " " + x.say("queue.why", values...).Text
	}
	return e
}

// delivery explains the fate of a recipient in one attempt.
func (x *teller) delivery() Explanation {
	dsn, text, _ := strings.Cut(x.line(), " ")
	values := []string{"id", x.a(), "rcpt", x.b(), "relay", x.c(), "dsn", dsn, "why", text}
	n := strconv.Itoa(int(x.e.Code))
	key := "delivery." + n
	switch {
	case x.e.Code == 2 && strings.Contains(x.c(), "private/"):
		key = "delivery.2.lmtp"
	case x.e.Code == 2 && x.c() == "local":
		key = "delivery.2.local"
	case x.e.Code != 2 && (x.c() == "none" || x.c() == ""):
		key = "delivery." + n + ".none"
	}
	return x.say(x.first(key, "delivery."+n, "delivery"), values...)
}

// field explains a header field that is added, removed or changed.
func (x *teller) field() Explanation {
	name := strings.ToLower(x.b())
	values := []string{"daemon", x.a(), "name", x.b(), "field", x.line()}
	switch x.c() {
	case "remove":
		return x.say(x.first("field.remove."+name, "field.remove"), values...)
	case "change":
		return x.say("field.change", values...)
	}
	who := "field."
	if program(x.a()) == "mua" {
		who = "field.mua."
	}
	if program(x.a()) == "lmtp" && strings.HasPrefix(x.a(), "dovecot") {
		who = "field.dovecot."
	}
	return x.say(x.first(who+name, "field."+name, strings.TrimSuffix(who, "."), "field"), values...)
}

// logWord chooses the explanation of a log line by words in it.
type logWord struct{ program, word, key string }

var logWords = []logWord{
	{"", "status=sent", "log.sent"}, {"", "status=deferred", "log.deferred"}, {"", "status=bounced", "log.bounced"},
	{"", "status=expired", "log.expired"}, {"qmgr", "queue active", "log.active"}, {"qmgr", ": removed", "log.removed"},
	{"smtpd", "disconnect from", "log.disconnect"}, {"smtpd", "lost connection", "log.lost"}, {"smtpd", "timeout after", "log.lost"},
	{"smtpd", "connect from", "log.connect"}, {"smtpd", "reject:", "log.reject"}, {"smtpd", "client=", "log.client"}, {"smtpd", "too many errors", "log.errors"},
	{"cleanup", "message-id=", "log.messageid"}, {"pickup", "uid=", "log.pickup"}, {"bounce", "notification", "log.bounce"},
	{"smtp", "connect to", "log.connectto"}, {"local", "passing", "log.passing"}, {"master", "daemon started", "log.start"},
	{"dovecot", "saved mail", "log.saved"}, {"dovecot", "Login:", "log.login"}, {"dovecot", "Logged out", "log.loggedout"}, {"dovecot", "Connect from", "log.lmtp"},
	{"anvil", "statistics", "log.anvil"}, {"postsuper", "hold", "log.hold"}, {"postsuper", "", "log.postsuper"}, {"", "warning:", "log.warning"}, {"", "fatal:", "log.fatal"},
}

// log explains a line of the system log.
func (x *teller) log() Explanation {
	prog, line := program(x.a()), x.line()
	id, _, _ := strings.Cut(line, ":")
	for _, w := range logWords {
		if (w.program == "" || prog == w.program || w.program == "dovecot" && strings.HasPrefix(x.a(), "dovecot")) && strings.Contains(line, w.word) {
			return x.say(w.key, "program", x.a(), "id", id, "rcpt", logValue(line, "to="), "relay", logValue(line, "relay="),
				"dsn", logValue(line, "dsn="), "delay", logValue(line, "delay="), "delays", logValue(line, "delays="))
		}
	}
	return x.say("log", "program", x.a())
}

// logValue is what stands behind "name=" in a log line, up to a comma or blank.
func logValue(line, name string) string {
	i := strings.Index(line, " "+name)
	if i < 0 {
		return "?"
	}
	v := line[i+1+len(name):]
	if j := strings.IndexAny(v, ", "); j >= 0 {
		v = v[:j]
	}
	return v
}

// person explains what comes from outside the programs: people, faults, notes.
func (x *teller) person() Explanation {
	switch x.e.Kind.String() {
	case "output":
		if x.e.Code != 0 {
			return x.say("output.failed", "command", x.a(), "code", strconv.Itoa(int(x.e.Code)))
		}
		return x.say("output", "command", x.a())
	case "fault":
		return x.say(x.first("fault."+x.a(), "fault"), "what", x.a(), "text", x.saying())
	case "note":
		return x.say("note", "topic", x.a())
	}
	words := strings.Fields(x.line())
	if x.a() == "#" || x.a() == "$" || x.b() == "command" {
		if len(words) > 1 && has("command."+words[0]+"."+words[1]) {
			return x.say("command." + words[0] + "." + words[1])
		}
		if len(words) > 0 && has("command."+program(words[0])) {
			return x.say("command." + program(words[0]))
		}
		return x.say("command")
	}
	return x.say(x.first("action."+x.b(), "action"), "user", x.a(), "what", strings.TrimPrefix(x.line(), x.b()+" "))
}
