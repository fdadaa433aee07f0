package tracetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/miekg/dns"

	"mailtrek/sim/trace"
)

// The queue ids, sizes and contents of the story.
const (
	idSender = "4F2A1C0D93B"
	idMail   = "0355898E2E2"
	idMail2  = "8C1D4A77E01"

	received1 = "from pc.sender.example (pc.sender.example [10.10.1.100])\r\n\tby smtp.sender.example (Postfix) with ESMTPA id " + idSender +
		"\r\n\tfor <ivan@alabala.com>; Mon,  2 Mar 2026 09:00:01 +0200 (EET)"
	composed = "From: Elena Petrova <elena@sender.example>\r\nTo: ivan@alabala.com\r\n" +
		"Subject: =?utf-8?B?0KHRgNC10YnQsCDQsiAxMD8=?=\r\nDate: Mon, 02 Mar 2026 09:00:00 +0200\r\n" +
		"Message-ID: <first@pc.sender.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n" +
		"Content-Transfer-Encoding: 8bit\r\n\r\n"
	body = "Здравей, Иване,\r\n\r\nще се видим ли в 10?\r\n..\r\nElena\r\n"
)

// story holds the hosts while the story is told.
type story struct {
	*Builder
	pc, smtp, res, root, tld, auth, mail, mail2, reader trace.NodeID

	keeps bool // Ivan's program keeps what it fetches
}

func newStory(id, title string) *story {
	zone := time.FixedZone("EET", 2*60*60)
	b := NewBuilder(trace.Header{Scenario: id, Title: title, Seed: 42, Start: time.Date(2026, 3, 2, 9, 0, 0, 0, zone)})
	return &story{
		Builder: b,
		pc:      b.Node("pc.sender.example", "pc1", "10.10.1.100", "MUA"),
		smtp:    b.Node("smtp.sender.example", "smtp", "10.10.1.10", "MSA", "MTA"),
		res:     b.Node("resolver.lab.example", "res", "10.10.0.53", "resolver"),
		root:    b.Node("a.root.example", "root", "10.10.0.1", "DNS"),
		tld:     b.Node("ns.tld.example", "tld", "10.10.0.2", "DNS"),
		auth:    b.Node("ns.auth.example", "auth", "10.10.0.3", "DNS"),
		mail:    b.Node("mail.alabala.com", "mail", "10.10.10.10", "MTA", "MDA", "POP3"),
		mail2:   b.Node("mail2.alabala.com", "mail2", "10.10.10.20", "MTA"),
		reader:  b.Node("pc.alabala.com", "pc2", "10.10.10.100", "MUA"),
	}
}

// Story is the trace of a mail from Elena (pc.sender.example) by way of
// smtp.sender.example and mail.alabala.com to Ivan, who reads it by POP3.
func Story() *trace.Trace {
	return newStory("alabala", "A mail from Elena to Ivan").tell()
}

// Kept is Story, and Ivan's program keeps the message in a folder on his machine.
func Kept() *trace.Trace {
	s := newStory("kept", "A mail from Elena that Ivan keeps")
	s.keeps = true
	return s.tell()
}

func (s *story) tell() *trace.Trace {
	s.Wait(time.Second)
	s.submit()
	s.askMX()
	stored := s.relay(s.mail, idMail)
	s.deliver(stored, received2(s.smtp, s.mail, idMail, s.T)+firstHop())
	s.fetch()
	return s.T
}

// Failover is the story with the first mail exchanger stopped for a while: the
// mail waits in the deferred queue of the second.
func Failover() *trace.Trace {
	s := newStory("mx-failover", "The first exchanger does not answer")
	s.Side(trace.Event{Kind: trace.Note, Node: s.mail, A: s.sym("soft_bounce")}, "main.cf: soft_bounce has its default, it has no effect here")
	stop := s.Act(s.mail, "#", "command", "postfix stop")
	s.Log(s.mail, "postfix/postfix-script", 911, "stopping the Postfix mail system")
	s.Log(s.mail, "postfix/master", 130, "terminating on signal 15")
	s.Add(trace.Event{Kind: trace.Output, Node: s.mail, A: s.sym("postfix")}, "postfix/postfix-script: stopping the Postfix mail system\n")
	s.Add(trace.Event{Kind: trace.Fault, Node: s.mail, A: s.sym("refuse")}, "nothing listens on mail.alabala.com:25")
	s.Wait(time.Second)
	s.submit()
	s.askMX()
	s.Open(trace.SMTP, s.smtp, s.mail, "10.10.10.10:25").Refuse()
	s.Log(s.smtp, "postfix/smtp", 313, "connect to mail.alabala.com[10.10.10.10]:25: Connection refused")
	stored := s.relay(s.mail2, idMail2)
	s.deferred(stored)

	s.Now, s.Msg = 30*time.Second, 0
	s.Act(s.mail, "#", "command", "postfix start")
	s.Add(trace.Event{Kind: trace.Output, Node: s.mail, A: s.sym("postfix")}, "postfix/postfix-script: starting the Postfix mail system\n")
	s.Add(trace.Event{Kind: trace.Fault, Node: s.mail, A: s.sym("accept")}, "mail.alabala.com:25 listens again")
	_ = stop
	s.Wait(time.Second)
	s.Act(s.mail2, "#", "command", "postqueue -f")
	s.Msg = 1
	s.Queue(s.mail2, idMail2, "deferred", "active", 626, "flush")
	stored = s.again()
	s.deliver(stored, received2(s.mail2, s.mail, idMail, s.T)+received2(s.smtp, s.mail2, idMail2, s.T)+firstHop())
	s.fetch()
	return s.T
}

func firstHop() string { return "Received: " + received1 + "\r\n" }

func received2(from, by trace.NodeID, id string, t *trace.Trace) string {
	f, n := t.Node(from), t.Node(by)
	return fmt.Sprintf("Received: from %s (%s [%s])\r\n\tby %s (Postfix) with ESMTP id %s\r\n\tfor <ivan@alabala.com>; Mon,  2 Mar 2026 09:00:01 +0200 (EET)\r\n",
		f.Name, f.Name, f.Addrs[0], n.Name, id)
}

// wire is content as SMTP and POP3 send it: dot-stuffed, with the final dot.
func wire(content string) string {
	return strings.ReplaceAll(content, "\r\n.", "\r\n..") + ".\r\n"
}

// submit: Elena writes and her MUA submits on port 587.
func (s *story) submit() {
	s.Msg = s.T.AddMsg(trace.Msg{Name: "first"})
	s.Act(s.pc, "elena", "submit", "submit first")
	for _, line := range strings.Split(strings.TrimSuffix(composed, "\r\n\r\n"), "\r\n") {
		name, value, _ := strings.Cut(line, ": ")
		s.Field(s.pc, "mua", name, value)
	}
	act := s.Last
	s.Ask(s.pc, s.res, "smtp.sender.example", "A", "smtp.sender.example. 3600 IN A 10.10.1.10")
	d := s.Open(trace.SMTP, s.pc, s.smtp, "10.10.1.10:587").Accept()
	s.Hand(s.smtp, "master", "submission/smtpd", "", "connection from 10.10.1.100")
	s.clientName(s.smtp, "100.1.10.10.in-addr.arpa", "pc.sender.example", "10.10.1.100")
	s.Log(s.smtp, "postfix/submission/smtpd", 307, "connect from pc.sender.example[10.10.1.100]")
	d.S("220 smtp.sender.example ESMTP Postfix")
	d.C("EHLO pc.sender.example")
	d.S("250-smtp.sender.example", "250-PIPELINING", "250-SIZE 10240000", "250-ETRN", "250-AUTH PLAIN LOGIN",
		"250-ENHANCEDSTATUSCODES", "250-8BITMIME", "250-DSN", "250 SMTPUTF8")
	d.State("greeted")
	d.C("AUTH PLAIN AGVsZW5hAGVsZW5hLXNlY3JldA==")
	s.Hand(s.smtp, "submission/smtpd", "sasl", "", "PLAIN elena")
	d.S("235 2.7.0 Authentication successful")
	d.State("authenticated")
	d.C("MAIL FROM:<elena@sender.example>")
	d.S("250 2.1.0 Ok")
	d.State("MAIL given")
	d.C("RCPT TO:<ivan@alabala.com>")
	s.Hand(s.smtp, "submission/smtpd", "trivial-rewrite", "", "rewrite ivan@alabala.com")
	s.Add(trace.Event{Kind: trace.Lookup, Node: s.smtp, A: s.sym("trivial-rewrite"), B: s.sym("hash:/etc/postfix/transport"),
		C: s.sym("alabala.com"), Flags: trace.Lost}, "")
	d.S("250 2.1.5 Ok")
	d.State("RCPT given")
	d.C("DATA")
	d.S("354 End data with <CR><LF>.<CR><LF>")
	d.State("DATA")
	d.Content(trace.Client, wire(composed+body))
	s.accept(s.smtp, "submission/smtpd", 307, idSender, received1, 433,
		"client=pc.sender.example[10.10.1.100], sasl_method=PLAIN, sasl_username=elena")
	stored := s.Last
	d.Reply(".", "250 2.0.0 Ok: queued as "+idSender)
	d.State("authenticated")
	d.C("QUIT")
	d.S("221 2.0.0 Bye")
	s.Log(s.smtp, "postfix/submission/smtpd", 307, "disconnect from pc.sender.example[10.10.1.100] ehlo=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=6")
	d.Close(trace.Server)
	_ = act
	s.Last = stored
	s.activate(s.smtp, idSender, 433)
}

// clientName looks up the name of a client before it is greeted.
func (s *story) clientName(node trace.NodeID, ptr, name, addr string) {
	s.Ask(node, s.res, ptr, "PTR", ptr+". 3600 IN PTR "+name+".")
	s.Ask(node, s.res, name, "A", name+". 3600 IN A "+addr)
}

// accept: cleanup writes the queue file.
func (s *story) accept(node trace.NodeID, smtpd string, pid uint32, id, received string, size int, client string) {
	s.Hand(node, smtpd, "cleanup", id, "message from "+smtpd)
	s.Add(trace.Event{Kind: trace.Envelope, Node: node, A: s.sym(id), B: s.sym("elena@sender.example"), N: uint32(size)}, "ivan@alabala.com")
	s.Log(node, "postfix/"+smtpd, pid, "%s: %s", id, client)
	s.Field(node, smtpd, "Received", received)
	s.Log(node, "postfix/cleanup", pid+5, "%s: message-id=<first@pc.sender.example>", id)
	s.Queue(node, id, "", "incoming", size, "written by cleanup")
}

// activate: qmgr takes the queue file and asks where it goes.
func (s *story) activate(node trace.NodeID, id string, size int) {
	s.Hand(node, "cleanup", "qmgr", id, "new file in incoming")
	s.Wait(time.Millisecond)
	s.Queue(node, id, "incoming", "active", size, "")
	s.Log(node, "postfix/qmgr", 132, "%s: from=<elena@sender.example>, size=%d, nrcpt=1 (queue active)", id, size)
	s.Hand(node, "qmgr", "trivial-rewrite", id, "resolve ivan@alabala.com")
}

// askMX: the smtp client asks for the exchangers, the resolver walks.
func (s *story) askMX() {
	s.Hand(s.smtp, "qmgr", "smtp", idSender, "deliver to ivan@alabala.com by alabala.com")
	mx := []string{"alabala.com. 3600 IN MX 5 mail.alabala.com.", "alabala.com. 3600 IN MX 10 mail2.alabala.com."}
	glue := []string{"AR:mail.alabala.com. 3600 IN A 10.10.10.10", "AR:mail2.alabala.com. 3600 IN A 10.10.10.20"}
	q := s.Question(s.smtp, s.res, "alabala.com", "MX")
	s.Ask(s.res, s.root, "com", "NS", "com. 86400 IN NS ns.tld.example.", "AR:ns.tld.example. 86400 IN A 10.10.0.2")
	s.Ask(s.res, s.tld, "alabala.com", "MX", "NS:alabala.com. 86400 IN NS ns.auth.example.", "AR:ns.auth.example. 86400 IN A 10.10.0.3")
	s.Ask(s.res, s.auth, "alabala.com", "MX", append(append([]string{}, mx...), append(glue, "NS:alabala.com. 3600 IN NS ns.auth.example.")...)...)
	q.Answer(dns.RcodeSuccess, append(mx, glue...)...)
	for _, host := range []string{"mail.alabala.com. 3600 IN A 10.10.10.10", "mail2.alabala.com. 3600 IN A 10.10.10.20"} {
		name, _, _ := strings.Cut(host, ". ")
		q = s.Question(s.smtp, s.res, name, "A")
		s.Ask(s.res, s.auth, name, "A", host)
		q.Answer(dns.RcodeSuccess, host)
	}
}

// relay hands the message from smtp.sender.example to an exchanger and returns
// the event after which the exchanger has it in its queue.
func (s *story) relay(to trace.NodeID, id string) trace.Seq {
	return s.hop(s.smtp, to, idSender, id, firstHop(), 433, 626)
}

// again hands the message from the second exchanger to the first.
func (s *story) again() trace.Seq {
	s.Hand(s.mail2, "qmgr", "smtp", idMail2, "deliver to ivan@alabala.com by alabala.com")
	return s.hop(s.mail2, s.mail, idMail2, idMail, received2(s.smtp, s.mail2, idMail2, s.T)+firstHop(), 626, 819)
}

func (s *story) hop(from, to trace.NodeID, idFrom, idTo, headers string, size, newSize int) trace.Seq {
	f, n := s.T.Node(from), s.T.Node(to)
	peer := fmt.Sprintf("%s[%s]", f.Name, f.Addrs[0])
	d := s.Open(trace.SMTP, from, to, n.Addrs[0]+":25").Accept()
	s.Hand(to, "master", "smtpd", "", "connection from "+f.Addrs[0])
	octets := strings.Split(f.Addrs[0], ".")
	s.clientName(to, octets[3]+"."+octets[2]+"."+octets[1]+"."+octets[0]+".in-addr.arpa", f.Name, f.Addrs[0])
	s.Log(to, "postfix/smtpd", 5049, "connect from %s", peer)
	d.S("220 " + n.Name + " ESMTP Postfix")
	d.C("EHLO " + f.Name)
	d.S("250-"+n.Name, "250-PIPELINING", "250-SIZE 10240000", "250-ETRN", "250-ENHANCEDSTATUSCODES", "250-8BITMIME", "250-DSN", "250 SMTPUTF8")
	d.State("greeted")
	d.C(fmt.Sprintf("MAIL FROM:<elena@sender.example> SIZE=%d BODY=8BITMIME", size), "RCPT TO:<ivan@alabala.com> ORCPT=rfc822;ivan@alabala.com", "DATA")
	d.Reply("MAIL", "250 2.1.0 Ok")
	d.State("MAIL given")
	d.Reply("RCPT", "250 2.1.5 Ok")
	d.State("RCPT given")
	d.Reply("DATA", "354 End data with <CR><LF>.<CR><LF>")
	d.State("DATA")
	content := d.Content(trace.Client, wire(headers+composed+body))
	d.C("QUIT")
	s.Last = content
	_, received, _ := strings.Cut(strings.TrimSuffix(received2(from, to, idTo, s.T), "\r\n"), ": ")
	s.accept(to, "smtpd", 5049, idTo, received, newSize, "client="+peer)
	stored := s.Last
	reply := "250 2.0.0 Ok: queued as " + idTo
	d.Reply(".", reply)
	d.State("greeted")
	s.Add(trace.Event{Kind: trace.Delivery, Node: from, A: s.sym(idFrom), B: s.sym("ivan@alabala.com"),
		C: s.sym(fmt.Sprintf("%s[%s]:25", n.Name, n.Addrs[0])), Code: 2}, "2.0.0 "+reply)
	s.Log(from, "postfix/smtp", 313, "%s: to=<ivan@alabala.com>, relay=%s[%s]:25, delay=0.07, delays=0.01/0.01/0.02/0.03, dsn=2.0.0, status=sent (%s)",
		idFrom, n.Name, n.Addrs[0], reply)
	s.Queue(from, idFrom, "active", "", size, "delivered")
	s.Log(from, "postfix/qmgr", 132, "%s: removed", idFrom)
	s.Last = stored
	d.Reply("QUIT", "221 2.0.0 Bye")
	s.Log(to, "postfix/smtpd", 5049, "disconnect from %s ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5", peer)
	d.Close(trace.Client)
	s.Last = stored
	s.activate(to, idTo, newSize)
	return s.Last
}

// deferred: the second exchanger cannot reach the first either.
func (s *story) deferred(cause trace.Seq) {
	s.Last = cause
	s.Hand(s.mail2, "qmgr", "smtp", idMail2, "deliver to ivan@alabala.com by alabala.com")
	s.Open(trace.SMTP, s.mail2, s.mail, "10.10.10.10:25").Refuse()
	why := "connect to mail.alabala.com[10.10.10.10]:25: Connection refused"
	s.Log(s.mail2, "postfix/smtp", 240, "%s", why)
	s.Add(trace.Event{Kind: trace.Delivery, Node: s.mail2, A: s.sym(idMail2), B: s.sym("ivan@alabala.com"), C: s.sym("none"), Code: 4}, "4.4.1 "+why)
	s.Log(s.mail2, "postfix/smtp", 240, "%s: to=<ivan@alabala.com>, relay=none, delay=0.05, delays=0.02/0.01/0.02/0, dsn=4.4.1, status=deferred (%s)", idMail2, why)
	s.Queue(s.mail2, idMail2, "active", "deferred", 626, why)
}

// deliver: local hands the message to Dovecot, which writes the Maildir.
func (s *story) deliver(cause trace.Seq, headers string) {
	s.Last = cause
	s.Hand(s.mail, "qmgr", "local", idMail, "deliver to ivan@alabala.com")
	s.Add(trace.Event{Kind: trace.Lookup, Node: s.mail, A: s.sym("local"), B: s.sym("hash:/etc/aliases"), C: s.sym("ivan"), Flags: trace.Lost}, "")
	s.Log(s.mail, "postfix/local", 5052, "%s: passing <ivan@alabala.com> to transport=lmtp", idMail)
	s.Hand(s.mail, "local", "lmtp", idMail, "mailbox_transport = lmtp:unix:private/dovecot-lmtp")
	d := s.Open(trace.LMTP, s.mail, s.mail, "private/dovecot-lmtp").Accept()
	s.Log(s.mail, "dovecot", 0, "lmtp(4888): Info: Connect from local")
	d.S("220 mail.alabala.com Dovecot (Debian) ready.")
	d.C("LHLO mail.alabala.com")
	d.S("250-mail.alabala.com", "250-8BITMIME", "250-CHUNKING", "250-ENHANCEDSTATUSCODES", "250 PIPELINING")
	d.C("MAIL FROM:<elena@sender.example> SIZE=626 BODY=8BITMIME", "RCPT TO:<ivan@alabala.com>", "DATA")
	d.Reply("MAIL", "250 2.1.0 OK")
	d.Reply("RCPT", "250 2.1.5 OK")
	d.Reply("DATA", "354 OK")
	d.Content(trace.Client, wire(headers+composed+body))
	s.Field(s.mail, "dovecot/lmtp", "Return-Path", "<elena@sender.example>")
	s.Field(s.mail, "dovecot/lmtp", "Delivered-To", "ivan@alabala.com")
	s.Field(s.mail, "dovecot/lmtp", "Received", "from mail.alabala.com\r\n\tby mail.alabala.com with LMTP\r\n\tid cLLvAfUvAmsYEwAAF8vWDA\r\n"+
		"\t(envelope-from <elena@sender.example>)\r\n\tfor <ivan@alabala.com>; Mon, 02 Mar 2026 09:00:01 +0200")
	s.Add(trace.Event{Kind: trace.Mailbox, Node: s.mail, A: s.sym("ivan"), B: s.sym("new/1772434801.M290P4888.mail"), C: s.sym("append"), N: 1}, s.stored(headers))
	stored := s.Last
	s.Log(s.mail, "dovecot", 0, "lmtp(ivan)<4888><cLLvAfUvAmsYEwAAF8vWDA>: Info: msgid=<first@pc.sender.example>: saved mail to INBOX")
	reply := "250 2.0.0 <ivan@alabala.com> cLLvAfUvAmsYEwAAF8vWDA Saved"
	d.Reply(".", reply)
	s.Add(trace.Event{Kind: trace.Delivery, Node: s.mail, A: s.sym(idMail), B: s.sym("ivan@alabala.com"),
		C: s.sym("mail.alabala.com[private/dovecot-lmtp]"), Code: 2}, "2.0.0 "+reply)
	s.Log(s.mail, "postfix/lmtp", 5053, "%s: to=<ivan@alabala.com>, relay=mail.alabala.com[private/dovecot-lmtp], delay=0.04, delays=0.02/0.01/0.01/0.01, dsn=2.0.0, status=sent (%s)", idMail, reply)
	s.Queue(s.mail, idMail, "active", "", 626, "delivered")
	s.Log(s.mail, "postfix/qmgr", 137, "%s: removed", idMail)
	d.C("QUIT")
	d.S("221 2.0.0 Bye")
	d.Close(trace.Server)
	s.Log(s.mail, "dovecot", 0, "lmtp(4888): Info: Disconnect from local: Logged out (state=READY)")
	s.Last = stored
}

// stored is the content of the Maildir file; lines end in LF there.
func (s *story) stored(headers string) string {
	top := "Return-Path: <elena@sender.example>\r\nDelivered-To: ivan@alabala.com\r\nReceived: from mail.alabala.com\r\n\tby mail.alabala.com with LMTP\r\n" +
		"\tid cLLvAfUvAmsYEwAAF8vWDA\r\n\t(envelope-from <elena@sender.example>)\r\n\tfor <ivan@alabala.com>; Mon, 02 Mar 2026 09:00:01 +0200\r\n"
	return strings.ReplaceAll(top+headers+composed+body, "\r\n", "\n")
}

// fetch: Ivan reads his mail by POP3 and deletes it from the server.
func (s *story) fetch() {
	stored := s.Last
	file := s.T.At(s.mailboxEvent())
	content := strings.ReplaceAll(string(s.T.Text(file)), "\n", "\r\n")
	s.Now, s.Msg = max(s.Now+time.Second, 40*time.Second), 0
	s.Act(s.reader, "ivan", "fetch", "fetch pop3")
	s.Ask(s.reader, s.res, "mail.alabala.com", "A", "mail.alabala.com. 3560 IN A 10.10.10.10")
	d := s.Open(trace.POP3, s.reader, s.mail, "10.10.10.10:110").Accept()
	d.state = "AUTHORIZATION"
	d.Reply("", "+OK Dovecot (Debian) ready.")
	d.C("USER ivan")
	d.S("+OK")
	d.C("PASS ivan-secret")
	s.Log(s.mail, "dovecot", 0, "pop3-login: Info: Login: user=<ivan>, method=PLAIN, rip=10.10.10.100, lip=10.10.10.10, mpid=4901")
	d.S("+OK Logged in.")
	d.State("TRANSACTION")
	d.C("STAT")
	d.S(fmt.Sprintf("+OK 1 %d", len(content)))
	d.C("LIST")
	d.S("+OK 1 messages:", fmt.Sprintf("1 %d", len(content)), ".")
	s.Msg = 1
	d.C("RETR 1")
	retr := s.Last
	s.Add(trace.Event{Kind: trace.Mailbox, Node: s.mail, A: s.sym("ivan"), B: s.sym("cur/1772434801.M290P4888.mail:2,S"), C: s.sym("move"), N: 1}, "S")
	s.Last = retr
	d.S(fmt.Sprintf("+OK %d octets", len(content)))
	s.Last = stored
	d.Content(trace.Server, wire(content))
	if s.keeps {
		s.Add(trace.Event{Kind: trace.Mailbox, Node: s.reader, A: s.sym("ivan"), B: s.sym("/home/ivan/mail/inbox"), C: s.sym("append")}, string(s.T.Text(file)))
	}
	d.C("DELE 1")
	d.S("+OK Marked to be deleted.")
	d.C("QUIT")
	d.State("UPDATE")
	s.Add(trace.Event{Kind: trace.Mailbox, Node: s.mail, A: s.sym("ivan"), B: s.sym("cur/1772434801.M290P4888.mail:2,S"), C: s.sym("delete"), N: 1}, "")
	d.S("+OK Logging out, messages deleted.")
	s.Log(s.mail, "dovecot", 0, "pop3(ivan)<4901>: Info: Disconnected: Logged out top=0/0, retr=1/%d, del=1/1, size=%d", len(content), len(content))
	d.Close(trace.Server)
}

// mailboxEvent is the event that put the message into the mailbox.
func (s *story) mailboxEvent() trace.Seq {
	for i := trace.Seq(s.T.Len()); i > 0; i-- {
		if e := s.T.At(i); e.Kind == trace.Mailbox && s.T.Name(e.C) == "append" {
			return i
		}
	}
	return 0
}
