package trace

// SelectorHead describes one word with which a clause may begin.
type SelectorHead struct {
	Word    string // the word
	Takes   string // what may follow, besides hosts and texts
	Meaning string // which events it means, one sentence
	Example string

	parse func(p *selectorParser, c *clause, w word)
}

// SelectorHeads are all words with which a clause may begin, in the order in
// which a manual lists them.
func SelectorHeads() []SelectorHead { return append([]SelectorHead(nil), selectorHeads...) }

var selectorHeads = []SelectorHead{
	{"smtp", "[VERB] [CODE] [KIND]", "what belongs to SMTP connections; with a verb the client's command", "smtp RCPT at mail2", parseProto},
	{"lmtp", "[VERB] [CODE] [KIND]", "the same for LMTP", "lmtp DATA", parseProto},
	{"pop3", "[VERB] [KIND]", "the same for POP3", "pop3 RETR from pc", parseProto},
	{"imap", "[VERB] [KIND]", "the same for IMAP", "imap FETCH", parseProto},
	{"dns", "[TYPE] [NAME] [query|answer] [RCODE]", "DNS packets", "dns MX alabala.com", parseDNS},
	{"query", "[TYPE] [NAME]", "DNS questions", "query PTR from mail", parseDNS},
	{"answer", "[TYPE] [NAME] [RCODE]", "DNS answers", "answer NXDOMAIN", parseDNS},
	{"command", "VERB", "a command of a client, of any protocol", "command QUIT", parseCommand},
	{"reply", "CODE [TEXT]", "the last line of a server's reply; +OK, -ERR, OK, NO and BAD are codes too", "reply 4??", parseReply},
	{"connect", "[refused|accepted|timeout]", "a connection's SYN, or with a word what became of it", "connect smtp -> mail:25 refused", parseConnect},
	{"open", "", "a connection's SYN", "open to mail", parseKind},
	{"accept", "", "a connection accepted", "accept at mail", parseKind},
	{"refuse", "", "a connection refused", "refuse at mail", parseKind},
	{"close", "", "a FIN", "close from smtp", parseKind},
	{"reset", "", "a reset of an open connection", "reset at mail", parseKind},
	{"timeout", "[connect|read|dns]", "somebody giving up", "timeout connect", parseKind},
	{"state", "[STATE]", "a session that comes to a state", "state TRANSACTION at mail", parseState},
	{"tls", "[VERSION]", "a TLS handshake that is over", "tls TLSv1.3", parseKind},
	{"record", "[TYPE] [CONTENT]", "a TLS record that carries no line, as a listener sees it", "record handshake client_hello", parseKind},
	{"line", "[VERB]", "any line of a dialogue", "line S: *queued as*", parseKind},
	{"content", "", "message content on the wire", "content to mail", parseKind},
	{"auth", "", "lines of a SASL exchange", "auth at smtp", parseKind},
	{"raw", "", "what the protocol cannot name", "raw", parseKind},
	{"queue", "[HOST] [FROM] [-> TO] [ID]", "moves of queue files; gone is nowhere", "queue mail -> deferred", parseQueue},
	{"schedule", "[WHAT] [DESTINATION|ID]", "a decision of the queue manager: window, dead, alive, wait, go and the like", "schedule dead at smtp", parseKind},
	{"envelope", "[ID] [SENDER]", "a queue file that begins to exist", "envelope at mail", parseKind},
	{"delivery", "[sent|deferred|bounced] [RECIPIENT]", "the fate of a recipient in one attempt", "delivery deferred at mail2", parseDelivery},
	{"daemon", "[FROM] [-> TO]", "a hand-over between daemons of a host", "daemon qmgr -> smtp at smtp", parseDaemon},
	{"lookup", "[DAEMON|TABLE|KEY]", "a table consulted", "lookup *aliases at mail", parseLookup},
	{"header", "[NAME] [add|remove|change] [by DAEMON]", "a header field added, removed or changed", "header Received at mail", parseHeader},
	{"mailbox", "[USER] [append|delete|flags|move]", "a change of a mailbox", "mailbox ivan append", parseMailbox},
	{"log", "[HOST] TEXT", "lines of the system log; TEXT may stand anywhere in them", "log mail status=bounced", parseLog},
	{"action", "[USER] [VERB]", "what a person does", "action elena submit", parseKind},
	{"output", "[COMMAND]", "what a command printed", "output postqueue", parseKind},
	{"fault", "[KIND]", "a change of the conditions", "fault refuse", parseKind},
	{"note", "[TOPIC]", "a remark of the simulation itself", "note", parseKind},
	{"error", "", "what went wrong, for now or for good: 4yz and 5yz replies, refusals, timeouts, deferrals, bounces", "error at mail", parseError},
	{"msg", "NAME", "what concerns a message, by name or number", "msg first", parseMsg},
	{"host", "NAME", "what a host sends, receives or does", "host mail2", parseHost},
	{"conn", "NUMBER", "what belongs to a connection", "conn 3", parseConn},
	{"event", "NUMBER[-NUMBER]", "the event of that number", "event 87", parseEvent},
	{"time", "TIME[-TIME]", "the first event at or after a time since the start or of the day; or all in a range", "time 1.5s", parseTime},
	{"text", "TEXT", "events with that text anywhere", "text queued as", parseText},
}
