package explain

import (
	"strconv"
	"strings"

	"mailtrek/sim/trace"
)

// pop3 explains a line of POP3 or a message on its way to the reader.
func (x *teller) pop3() Explanation {
	verb := strings.ToLower(x.a())
	line := x.line()
	args := ""
	if _, rest, ok := strings.Cut(line, " "); ok {
		args = strings.TrimSpace(rest)
	}
	switch {
	case x.e.Kind == trace.Content:
		return x.say("pop3.content", "size", strconv.Itoa(int(x.e.Len)))
	case x.e.Kind == trace.Auth:
		return x.say("pop3.sasl")
	case x.e.Kind == trace.Raw:
		return x.say("pop3.raw")
	case x.e.Side == trace.Client:
		if args == "" {
			return x.say(x.first("pop3."+verb+".all", "pop3."+verb, "pop3.unknown"), "verb", x.a())
		}
		return x.say(x.first("pop3."+verb, "pop3.unknown"), "verb", x.a(), "args", args)
	case strings.HasPrefix(line, "-ERR"):
		return x.pop3Error(verb, line)
	case !x.firstLine():
		if line == "." {
			return x.say("pop3.end", "verb", x.a())
		}
		return x.say(x.first("pop3.row."+verb, "pop3.row"), "verb", x.a(), "row", line)
	case strings.HasPrefix(line, "+OK"):
		return x.pop3Fine(verb, args)
	}
	return x.say("pop3.continue")
}

// pop3Fine explains +OK.
func (x *teller) pop3Fine(verb, args string) Explanation {
	switch verb {
	case "":
		if strings.Contains(args, "<") {
			return x.say("pop3.ok.greeting.apop")
		}
		return x.say("pop3.ok.greeting")
	case "stat":
		count, size, _ := strings.Cut(args, " ")
		return x.say("pop3.ok.stat", "count", count, "size", size)
	case "quit":
		if strings.Contains(args, "deleted") {
			return x.say("pop3.ok.quit.deleted")
		}
	}
	return x.say(x.first("pop3.ok."+verb, "pop3.ok"), "verb", x.a(), "args", args)
}

// pop3Error explains -ERR by its response code or its words.
func (x *teller) pop3Error(verb, line string) Explanation {
	for _, p := range []struct{ word, key string }{
		{"[IN-USE]", "pop3.err.inuse"}, {"Plaintext authentication", "pop3.err.plaintext"}, {"[AUTH]", "pop3.err.auth"}, {"expunged", "pop3.err.expunged"},
		{"no message", "pop3.err.nomessage"}, {"is deleted", "pop3.err.deleted"}, {"Too many", "pop3.err.toomany"}, {"Noise", "pop3.err.noise"},
		{"Unknown command", "pop3.err.unknown"}, {"No username", "pop3.err.nouser"}, {"too long", "pop3.err.long"}, {"[SYS/", "pop3.err.sys"},
	} {
		if strings.Contains(line, p.word) {
			return x.say(p.key, "verb", strings.ToUpper(verb))
		}
	}
	return x.say("pop3.err", "verb", strings.ToUpper(verb))
}

// imap explains a line of IMAP.
func (x *teller) imap() Explanation {
	line := x.line()
	tag, rest, _ := strings.Cut(line, " ")
	verb := strings.ToLower(x.a())
	switch {
	case x.e.Kind == trace.Content:
		return x.say("imap.literal", "size", strconv.Itoa(int(x.e.Len)))
	case x.e.Kind == trace.Auth:
		return x.say("imap.sasl")
	case x.e.Kind == trace.Raw:
		return x.say("imap.raw")
	case x.e.Side == trace.Client:
		return x.say(x.first("imap."+strings.ReplaceAll(verb, " ", "."), "imap.command"), "verb", x.a(), "tag", tag)
	case tag == "+":
		return x.say("imap.continue")
	case tag == "*":
		return x.imapUntagged(rest)
	}
	status, _, _ := strings.Cut(rest, " ")
	return x.say(x.first("imap.tagged."+strings.ToLower(status), "imap.tagged"), "verb", x.a(), "tag", tag)
}

// imapUntagged explains a line that belongs to no command in particular.
func (x *teller) imapUntagged(rest string) Explanation {
	words := strings.Fields(strings.ToLower(rest))
	for i, w := range words {
		if i > 1 {
			break
		}
		if key := "imap.untagged." + w; has(key) {
			if w == "ok" && x.a() == "" {
				key = "imap.greeting"
			}
			return x.say(key, "number", words[0])
		}
	}
	return x.say("imap.untagged")
}

// isReader tells whether the event's host is one where people read, not one
// where mail is delivered.
func (x *teller) isReader() bool {
	roles := x.t.Node(x.e.Node).Roles
	return len(roles) == 1 && roles[0] == "MUA"
}

// mailbox explains a change of a mailbox.
func (x *teller) mailbox() Explanation {
	file := x.b()
	if !x.isReader() {
		file = program(file) // the last element of the path
	}
	values := []string{"user", x.a(), "file", file, "size", strconv.Itoa(int(x.e.Len)), "number", x.n()}
	key := "mailbox." + x.c()
	switch {
	case x.c() == "append" && x.isReader():
		key = "mailbox.append.reader"
	case x.c() == "append" && strings.Contains("/"+x.b(), "/new/"):
		key = "mailbox.append.new"
	case x.c() == "move" && strings.Contains("/"+x.b(), "/cur/"):
		key = "mailbox.move.cur"
	}
	return x.say(x.first(key, "mailbox."+x.c(), "mailbox"), values...)
}
