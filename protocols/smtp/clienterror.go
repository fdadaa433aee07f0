package smtp

import (
	"strings"
	"time"
)

// Stage is what a client was doing when a reply came, or did not come.
type Stage uint8

const (
	// StageGreeting waits for the 220 after connecting.
	StageGreeting Stage = iota
	// StageEHLO has sent EHLO.
	StageEHLO
	// StageHELO has sent HELO.
	StageHELO
	// StageLHLO has sent LHLO.
	StageLHLO
	// StageStartTLS has sent STARTTLS.
	StageStartTLS
	// StageAuth is in an AUTH exchange.
	StageAuth
	// StageXForward has sent XFORWARD.
	StageXForward
	// StageMail has sent MAIL.
	StageMail
	// StageRcpt has sent RCPT.
	StageRcpt
	// StageData has sent DATA.
	StageData
	// StageContent is sending the message.
	StageContent
	// StageDot has sent the lone dot.
	StageDot
	// StageRset has sent RSET.
	StageRset
	// StageQuit has sent QUIT.
	StageQuit
	// StageOther has sent another command.
	StageOther
	lastStage = StageOther
)

// stageTexts are the names that Postfix uses: in "(in reply to …)" and in
// "while …".
var stageTexts = [lastStage + 1]struct {
	command, doing string
	timeout        time.Duration
}{
	StageGreeting: {"initial greeting", "receiving the initial server greeting", 300 * time.Second},
	StageEHLO:     {"EHLO command", "performing the EHLO handshake", 300 * time.Second},
	StageHELO:     {"HELO command", "performing the HELO handshake", 300 * time.Second},
	StageLHLO:     {"LHLO command", "performing the LHLO handshake", 300 * time.Second},
	StageStartTLS: {"STARTTLS command", "receiving the STARTTLS response", 300 * time.Second},
	StageAuth:     {"AUTH command", "performing SASL authentication", 300 * time.Second},
	StageMail:     {"MAIL FROM command", "sending MAIL FROM", 300 * time.Second},
	StageRcpt:     {"RCPT TO command", "sending RCPT TO", 300 * time.Second},
	StageData:     {"DATA command", "sending DATA command", 120 * time.Second},
	StageContent:  {"DATA command", "sending message body", 180 * time.Second},
	StageDot:      {"end of DATA command", "sending end of data -- message may be sent more than once", 600 * time.Second},
	StageRset:     {"RSET command", "sending RSET probe", 20 * time.Second},
	StageXForward: {"XFORWARD command", "sending XFORWARD command", 300 * time.Second},
	StageQuit:     {"QUIT command", "sending QUIT", 300 * time.Second},
	StageOther:    {"command", "waiting for a reply", 300 * time.Second},
}

// String returns the stage as Postfix names it: "RCPT TO command".
func (s Stage) String() string { return stageTexts[min(s, lastStage)].command }

// DefaultTimeout is how long Postfix waits at a stage: smtp_helo_timeout,
// smtp_mail_timeout and so on; RFC 5321 §4.5.3.2 has its own minima.
func DefaultTimeout(s Stage) time.Duration { return stageTexts[min(s, lastStage)].timeout }

// Error is why a client could not hand over a message, or could not to one
// recipient.
type Error struct {
	Stage    Stage
	Reply    *Reply // what the server said; nil when it said nothing
	Lost     bool   // the connection broke
	TimedOut bool   // the server was silent for too long
	Host     string // the server, as ClientConfig.Peer names it
	Cause    error  // what Read or Write returned

	text, dsn string // for an error of the client's own
}

// Error returns the text that Postfix gives in its log and in bounces:
//
//	host mail.alabala.com[10.10.10.10] said: 550 5.1.1 … (in reply to RCPT TO command)
func (e *Error) Error() string {
	switch {
	case e.text != "":
		return e.text
	case e.Lost:
		return "lost connection with " + e.Host + " while " + stageTexts[e.Stage].doing
	case e.TimedOut:
		return "conversation with " + e.Host + " timed out while " + stageTexts[e.Stage].doing
	case e.Stage <= StageLHLO:
		return "host " + e.Host + " refused to talk to me: " + e.Reply.String()
	case e.Stage == StageStartTLS:
		return "host " + e.Host + " refused to start TLS: " + e.Reply.String()
	case e.Stage == StageAuth:
		return "SASL authentication failed; server " + e.Host + " said: " + e.Reply.String()
	}
	said := "host " + e.Host + " said: " + e.Reply.String() + " (in reply to " + e.Stage.String() + ")"
	if e.Reply.Code/100 == 2 {
		return "Protocol error: " + said
	}
	return said
}

// Own tells that the reason lies with the client, and that the server can still
// be told goodbye.
func (e *Error) Own() bool { return e.text != "" }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// DSN returns the enhanced status code of the failure. A server that breaks
// off counts as one that said 4yz (RFC 5321 §3.8, §4.5.4.1), and a 5yz greeting
// counts as 4yz, because another server may be better disposed
// (smtp_skip_5xx_greeting).
func (e *Error) DSN() string {
	if e.dsn != "" {
		return e.dsn
	}
	if e.Lost || e.TimedOut || e.Reply == nil {
		return "4.4.2"
	}
	dsn := e.Reply.DSN()
	if e.Reply.Code/100 == 2 { // at a stage where it is none
		dsn = "5.5.0"
	}
	if e.Stage == StageGreeting && strings.HasPrefix(dsn, "5") {
		return "4" + dsn[1:]
	}
	return dsn
}

// Temporary reports whether it is worth trying again later.
func (e *Error) Temporary() bool { return !strings.HasPrefix(e.DSN(), "5") }

// DSN returns the enhanced status code of a reply. Without one it is "X.0.0"
// after the first digit of the reply; a reply that is none of 2yz, 4yz, 5yz
// where one was due is a protocol error, "5.5.0".
func (r *Reply) DSN() string {
	if r.Enhanced != "" {
		return r.Enhanced
	}
	switch r.Code / 100 {
	case 2:
		return "2.0.0"
	case 4:
		return "4.0.0"
	case 5:
		return "5.0.0"
	}
	return "5.5.0"
}
