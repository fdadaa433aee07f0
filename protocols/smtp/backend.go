package smtp

import (
	"strings"
	"time"

	"mailtrek/protocols/sasl"
	"mailtrek/protocols/wire"
)

// Backend is what stands behind a session: policy, queue and log. In
// Postfix's terms it is everything of smtpd(8) but its dialogue: the
// restriction lists (smtpd_check.c), the stream to cleanup(8), anvil(8). Any
// call may take (virtual) time; the session waits. One Backend serves one
// connection, so it may keep what it learned (the verdict on a client that
// smtpd_delay_reject holds back until RCPT, for example).
type Backend interface {
	Policy
	// Open opens a queue file for the transaction of f; it is called at the
	// first accepted recipient, which is when Postfix's queue id appears.
	// Without a Message the reply is sent instead of 250.
	Open(f *Facts) (Message, *Reply)
	// Sleep passes d of time: the delay of a reply to a client that errs.
	Sleep(d time.Duration)
	// Log writes a line as smtpd would, without "host postfix/smtpd[pid]: ".
	Log(text string)
}

// Policy gives the verdicts, a nil reply being "yes". All replies of the
// restriction lists come from here; syntax, sequence and limits of the
// dialogue are the session's own. Replies that Postfix logs as "reject:"
// are logged by the policy. 421 and 521 end the session.
type Policy interface {
	// Connect is asked before the greeting. A 421 is sent instead of it and
	// ends the session (too many connections); any other reply is also sent
	// instead of it, and then everything but QUIT is answered 503
	// (RFC 5321 §3.1), which is smtpd_delay_reject = no.
	Connect(f *Facts) *Reply
	// Count reports an event to anvil(8) and says if there are too many.
	Count(f *Facts, what Counted) *Reply
	// Address says whether an address that parses can be resolved at all
	// (smtpd_check_addr): "user@10.0.0.1" cannot. utf8 tells that the client
	// asked for SMTPUTF8; without it a domain must be ASCII.
	Address(f *Facts, addr string, utf8 bool) bool
	// Helo is asked at HELO, EHLO and LHLO, before f.Helo changes; it acts
	// only with smtpd_delay_reject = no.
	Helo(f *Facts, name string) *Reply
	// Mail is asked about f.Sender; sender restrictions act here only with
	// smtpd_delay_reject = no, lack of queue space (452 4.3.1) always.
	Mail(f *Facts) *Reply
	// Rcpt is asked about one recipient; with smtpd_delay_reject = yes the
	// client, HELO and sender restrictions are applied here, too. A 2yz reply
	// accepts the recipient with words of its own (251, RFC 5321 §3.4).
	Rcpt(f *Facts, r *Recipient) *Reply
	// Vrfy is asked about the (parsed) argument of VRFY, as if by RCPT.
	Vrfy(f *Facts, addr string) *Reply
	// Data is asked at DATA and at the first BDAT (smtpd_data_restrictions).
	Data(f *Facts) *Reply
	// EndOfData is asked after the content (smtpd_end_of_data_restrictions).
	EndOfData(f *Facts) *Reply
	// Etrn starts the delivery of mail for domain; nil: "250 Queuing started".
	Etrn(f *Facts, domain string) *Reply
}

// Forcer is a Backend that can put words into the session's mouth, to show how
// a client takes them.
type Forcer interface {
	// Force is asked before the greeting (f.Where is "CONNECT"), before a
	// command that is known is carried out (f.Where is its verb), and before
	// a message is committed ("END-OF-MESSAGE"). A reply is given instead,
	// and nothing else happens; 421 and 521 end the session.
	Force(f *Facts) *Reply
}

// Peeker is a Backend that knows what the client has sent ahead of its turn.
type Peeker interface {
	// Ahead returns up to n octets that have arrived behind those given to
	// Feed.
	Ahead(n int) []byte
}

// Message is a message on its way into the queue, from the first accepted
// recipient to Commit or Abort.
type Message interface {
	// ID is the queue id; for LMTP the session id that its replies name.
	ID() string
	// Rcpt adds an accepted recipient.
	Rcpt(r *Recipient)
	// Begin ends the envelope: content follows. Here smtpd writes its
	// Received header, with what f knows.
	Begin(f *Facts)
	// Write takes content: whole lines, ending in LF, dot-stuffing removed.
	// p is valid during the call only. An error that is a *Reply is given
	// to the client at the end of data; any other becomes 451 4.3.0.
	Write(p []byte) (int, error)
	// Commit ends the content. SMTP: no reply means queued, else the first
	// one is sent instead of 250; it may be positive as well. LMTP: one reply
	// for each recipient.
	Commit(f *Facts) []*Reply
	// Abort throws the message away; nothing is called after it.
	Abort()
}

// Relayed is a Message that goes on to another server while it comes in, as to a
// content filter before the queue (Postfix SMTPD_PROXY_README).
type Relayed interface {
	Message
	// Pass passes RCPT or DATA on, a command line without its end. A reply is
	// the other server's no.
	Pass(line string) *Reply
}

// Authenticator is the SASL service that Postfix asks, usually Dovecot's.
type Authenticator interface {
	// Mechanisms are those that the client of f may use now, in the order of
	// the EHLO reply; none: AUTH is neither announced nor enabled. f.TLS tells
	// whether smtpd_sasl_tls_security_options apply.
	Mechanisms(f *Facts) []string
	// Start begins an exchange, nil when the mechanism is not available.
	Start(f *Facts, mechanism string) sasl.Server
	// Failed is told of every failure, also of a cancelled exchange, before
	// the reply goes out; Dovecot's auth takes its time here.
	Failed(f *Facts, mechanism, reason string)
}

// Counted is what anvil(8) counts for a client.
type Counted uint8

const (
	// CountMail is a MAIL command: smtpd_client_message_rate_limit.
	CountMail Counted = iota
	// CountRcpt is a RCPT or VRFY command: smtpd_client_recipient_rate_limit.
	CountRcpt
	// CountTLS is a STARTTLS command: smtpd_client_new_tls_session_rate_limit.
	CountTLS
	// CountAuth is an AUTH command: smtpd_client_auth_rate_limit.
	CountAuth
)

// Facts is what a session knows: of the client, of the conversation, and of
// the mail transaction under way. A backend reads it and leaves it alone.
type Facts struct {
	Peer string         // as Config.Peer
	Helo string         // the name given with HELO, EHLO or LHLO, else ""
	TLS  *wire.TLSFacts // nil without TLS
	User string         // the SASL user name, "" if not authenticated
	// Mechanism is the SASL mechanism, as the client spelled it.
	Mechanism string
	// Proto is SMTP or ESMTP (or LMTP), as log lines have it.
	Proto string
	// Where names the command under way as log lines do: "CONNECT", "RCPT",
	// "DATA" (also while content arrives), "END-OF-MESSAGE".
	Where string
	// Forward is what XFORWARD has told of the client behind the client.
	Forward Forward
	// BadPipelining tells that the client sent commands without waiting where
	// RFC 2920 wants it to (reject_unauth_pipelining).
	BadPipelining bool
	// Envelope is the transaction; its zero value when there is none.
	Envelope
}

// With returns the protocol as the Received header has it after "with":
// SMTP, ESMTP, ESMTPA, ESMTPS, ESMTPSA (RFC 3848), UTF8SMTP… (RFC 6531 §4.3).
func (f *Facts) With() string {
	proto := f.Proto
	if f.UTF8 {
		proto = "UTF8SMTP"
	}
	if f.Proto == "ESMTP" || f.Proto == "LMTP" {
		if f.TLS != nil {
			proto += "S"
		}
		if f.User != "" {
			proto += "A"
		}
	}
	return proto
}

// Envelope is a mail transaction (RFC 5321 §3.3) as MAIL began it.
type Envelope struct {
	Mail   bool   // MAIL was accepted
	Named  bool   // MAIL has named the sender, though it may still be refused
	Sender string // internal form: local part unquoted; "" is the null sender
	Path   string // the reverse-path as given, without the angle brackets: with a source route
	Size   int64  // SIZE=, 0 if not given (RFC 1870)
	Body   string // BODY=: "", "7BIT" or "8BITMIME" (RFC 6152)
	UTF8   bool   // SMTPUTF8 (RFC 6531)
	Ret    Ret    // RET= (RFC 3461 §4.3)
	EnvID  string // ENVID=, decoded (RFC 3461 §4.4)
	VERP   string // XVERP=: the delimiters (Postfix VERP_README); "" if not asked for
	Auth   string // AUTH=, as given; "" if none or <> (RFC 4954 §5)
	Authed bool   // AUTH= was given, be it empty, and is not <>
	Line   string // with Config.Relayed: the MAIL command as it was given
	// Recipients is the number of accepted recipients, First the first one.
	Recipients int
	First      string
	// Received counts the content so far, a line end as two bytes.
	Received int64
}

// Recipient is one RCPT command.
type Recipient struct {
	Addr   string // internal form: local part unquoted
	Given  string // as the client gave it, without the angle brackets
	ORCPT  string // "rfc822;ivan@alabala.com", decoded; made from Given if not given
	Notify Notify // 0 if NOTIFY= was not given
}

// Notify is the NOTIFY parameter of RCPT (RFC 3461 §4.1), a set.
type Notify uint8

const (
	// NotifyNever asks for no notification at all.
	NotifyNever Notify = 1 << iota
	// NotifySuccess asks for one after delivery.
	NotifySuccess
	// NotifyFailure asks for one after failure.
	NotifyFailure
	// NotifyDelay asks for one when delivery is delayed.
	NotifyDelay
)

var notifyNames = []string{"NEVER", "SUCCESS", "FAILURE", "DELAY"}

// String returns the parameter's value, e.g. "SUCCESS,FAILURE".
func (n Notify) String() string {
	var names []string
	for i, name := range notifyNames {
		if n&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// ParseNotify reads the value of NOTIFY=. NEVER must stand alone.
func ParseNotify(s string) (Notify, bool) {
	var set Notify
	for word := range strings.FieldsFuncSeq(s, isListSeparator) {
		bit := Notify(0)
		for i, name := range notifyNames {
			if strings.EqualFold(word, name) {
				bit = 1 << i
			}
		}
		if bit == 0 {
			return 0, false
		}
		set |= bit
	}
	// RFC 3461 §4.1: NEVER MUST appear by itself.
	ok := set != 0 && (set&NotifyNever == 0 || set == NotifyNever)
	if !ok {
		return 0, false
	}
	return set, true
}

// isListSeparator tells what Postfix takes for a separator in such lists.
func isListSeparator(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\r' || r == '\n' }

// Ret is the RET parameter of MAIL (RFC 3461 §4.3): what of the message a
// notification of failure returns.
type Ret uint8

const (
	// RetNone: the parameter was not given.
	RetNone Ret = iota
	// RetFull returns the whole message.
	RetFull
	// RetHdrs returns its header only.
	RetHdrs
)

// String returns "", "FULL" or "HDRS".
func (r Ret) String() string {
	switch r {
	case RetFull:
		return "FULL"
	case RetHdrs:
		return "HDRS"
	}
	return ""
}

// ParseRet reads the value of RET=.
func ParseRet(s string) (Ret, bool) {
	switch {
	case strings.EqualFold(s, "FULL"):
		return RetFull, true
	case strings.EqualFold(s, "HDRS"):
		return RetHdrs, true
	}
	return RetNone, false
}

// Permit is a Policy that says yes to everything; backends embed it and
// override what they judge.
type Permit struct{}

// Connect lets every client in.
func (Permit) Connect(*Facts) *Reply { return nil }

// Count never finds too many.
func (Permit) Count(*Facts, Counted) *Reply { return nil }

// Address resolves everything.
func (Permit) Address(*Facts, string, bool) bool { return true }

// Helo accepts every name.
func (Permit) Helo(*Facts, string) *Reply { return nil }

// Mail accepts every sender.
func (Permit) Mail(*Facts) *Reply { return nil }

// Rcpt accepts every recipient.
func (Permit) Rcpt(*Facts, *Recipient) *Reply { return nil }

// Vrfy knows every address.
func (Permit) Vrfy(*Facts, string) *Reply { return nil }

// Data has no objection.
func (Permit) Data(*Facts) *Reply { return nil }

// EndOfData has no objection.
func (Permit) EndOfData(*Facts) *Reply { return nil }

// Etrn starts the queue for every domain.
func (Permit) Etrn(*Facts, string) *Reply { return nil }
