package smtp

import (
	"bytes"
	"strings"

	"mailtrek/protocols/mailaddr"
)

// The replies of Dovecot's LMTP server that never vary.
var (
	lmtpOK         = &Reply{Code: 250, Enhanced: "2.0.0", Text: "OK"}
	lmtpMailOK     = &Reply{Code: 250, Enhanced: "2.1.0", Text: "OK"}
	lmtpRcptOK     = &Reply{Code: 250, Enhanced: "2.1.5", Text: "OK"}
	lmtpSendData   = &Reply{Code: 354, Text: "OK"}
	lmtpTryRcpt    = &Reply{Code: 252, Enhanced: "2.3.3", Text: "Try RCPT instead"}
	lmtpBeginTLS   = &Reply{Code: 220, Enhanced: "2.0.0", Text: "Begin TLS negotiation now."}
	lmtpUnknown    = &Reply{Code: 500, Enhanced: "5.5.1", Text: "Unknown command"}
	lmtpNoName     = &Reply{Code: 501, Text: "Missing hostname"}
	lmtpBadParams  = &Reply{Code: 501, Enhanced: "5.5.4", Text: "Invalid parameters"}
	lmtpBadChunk   = &Reply{Code: 501, Enhanced: "5.5.4", Text: "Invalid chunk size parameter"}
	lmtpBadLast    = &Reply{Code: 501, Enhanced: "5.5.4", Text: "Invalid end marker parameter"}
	lmtpNoTLS      = &Reply{Code: 502, Enhanced: "5.5.1", Text: "TLS support is not enabled."}
	lmtpTLSActive  = &Reply{Code: 502, Enhanced: "5.5.1", Text: "TLS is already active."}
	lmtpNested     = &Reply{Code: 503, Enhanced: "5.5.0", Text: "MAIL already given"}
	lmtpNeedMail   = &Reply{Code: 503, Enhanced: "5.5.0", Text: "MAIL needed first"}
	lmtpNoRcpts    = &Reply{Code: 503, Enhanced: "5.5.0", Text: "No valid recipients"}
	lmtpSequence   = &Reply{Code: 503, Enhanced: "5.5.0", Text: "Bad sequence of commands"}
	lmtpChunkError = &Reply{Code: 503, Enhanced: "5.5.0", Text: "Previous data chunk failed, issue RSET first"}
	lmtpNotTrusted = &Reply{Code: 550, Enhanced: "5.7.14", Text: "You are not from trusted IP"}
	lmtpBadOption  = &Reply{Code: 555, Enhanced: "5.5.4", Text: "Unsupported parameters"}
)

// maxBadCommands is how many bad commands in a row Dovecot answers.
const maxBadCommands = 10

// lmtpCommand carries out a command line as Dovecot does: the verb, one
// blank, and the rest as it is.
func (s *Session) lmtpCommand(line []byte) {
	verb, params, _ := bytes.Cut(line, []byte{' '})
	s.cmd = s.find(verb)
	s.counts[s.cmd].all++
	if s.cmd == len(s.table) {
		s.facts.Where = "UNKNOWN"
		s.lmtpDone(lmtpUnknown)
		return
	}
	s.facts.Where = s.table[s.cmd].Verb
	s.words = append(s.words[:0], word{text: verb}, word{text: params})
	if r := s.force(); r != nil {
		s.lmtpDone(r)
	} else if r := s.table[s.cmd].run(s, s.words); r != nil {
		s.lmtpDone(r)
	}
}

// lmtpDone sends a reply and counts bad commands in a row; the one too many is
// answered 421 instead.
func (s *Session) lmtpDone(r *Reply) {
	switch r.Code {
	case 500, 501, 503:
		s.bad++
	default:
		s.bad = 0
	}
	if s.bad > maxBadCommands {
		r = &Reply{Code: 421, Enhanced: "4.7.0", Text: s.cfg.Hostname + " Too many invalid commands."}
	}
	if r.Positive() && s.cmd < len(s.counts) {
		s.counts[s.cmd].ok++
	}
	s.answer(r)
}

// lhlo is LHLO. RFC 2033 §4.1: it stands in for EHLO and HELO, which an LMTP
// server must not know.
func (s *Session) lhlo(args []word) *Reply {
	if len(args[1].text) == 0 {
		return lmtpNoName
	}
	name := printable(args[1].text)
	if r := s.b.Helo(&s.facts, name); r != nil {
		return r
	}
	s.facts.Helo = name
	s.reset()
	var b strings.Builder
	b.Grow(usualReply)
	b.WriteString(s.cfg.Hostname)
	for _, k := range []struct {
		bit  Keywords
		name string
	}{{Key8BitMIME, "8BITMIME"}, {KeyChunking, "CHUNKING"}, {KeyEnhanced, "ENHANCEDSTATUSCODES"}, {KeyPipelining, "PIPELINING"}, {KeyStartTLS, "STARTTLS"}} {
		if s.cfg.Discard&k.bit == 0 && (k.bit != KeyStartTLS || s.cfg.TLS != TLSNone && s.facts.TLS == nil) {
			b.WriteString("\n" + k.name)
		}
	}
	s.reply = Reply{Code: 250, Text: b.String()}
	return &s.reply
}

// lmtpMail is MAIL; LHLO before it is not asked for.
func (s *Session) lmtpMail(args []word) *Reply {
	f := &s.facts
	if f.Mail {
		return lmtpNested
	}
	path, params, r := lmtpPath(args[1].text, "FROM:")
	if r != nil {
		return r
	}
	if !quotedBlanks(path) {
		return &Reply{Code: 501, Enhanced: "5.5.4", Text: "Invalid FROM: Invalid character in localpart"}
	}
	// Deviates from RFC 5321 §4.1.2: with a sender that is no address Dovecot
	// goes on as if it were the null sender.
	addr, _ := s.address(path, false, true)
	body, r := lmtpParams(params, "MAIL")
	if r != nil {
		return r
	}
	f.Envelope = Envelope{Sender: addr, Body: body}
	if r := s.b.Mail(f); r != nil {
		f.Envelope = Envelope{}
		return r
	}
	f.Mail = true
	s.become(MailGiven)
	return lmtpMailOK
}

// lmtpRcpt is RCPT: the backend knows the users.
func (s *Session) lmtpRcpt(args []word) *Reply {
	f := &s.facts
	if !f.Mail {
		return lmtpNeedMail
	}
	path, params, r := lmtpPath(args[1].text, "TO:")
	if r != nil {
		return r
	}
	addr, ok := s.address(path, false, true)
	if !ok || addr == "" || addr[0] == '@' || !quotedBlanks(path) {
		return &Reply{Code: 501, Enhanced: "5.5.4", Text: "Invalid TO: " + whyNoPath(path)}
	}
	if _, r := lmtpParams(params, "RCPT"); r != nil {
		return r
	}
	s.rcpt = Recipient{Addr: addr, Given: unbracket(path, addr), ORCPT: "rfc822;" + mailaddr.Quote(addr)}
	if r := s.b.Rcpt(f, &s.rcpt); r != nil {
		return r
	}
	if r := s.accept(); r.Code != 250 {
		return r
	}
	return lmtpRcptOK
}

// lmtpData is DATA.
func (s *Session) lmtpData(args []word) *Reply {
	switch {
	case len(args[1].text) > 0:
		return lmtpBadParams
	case s.chunk.failed:
		return lmtpChunkError
	case !s.facts.Mail:
		return lmtpNeedMail
	case s.facts.Recipients == 0:
		return lmtpNoRcpts
	case s.state == Chunking:
		return lmtpSequence
	}
	if r := s.b.Data(&s.facts); r != nil {
		return r
	}
	s.beginContent(true)
	s.answer(lmtpSendData)
	s.facts.Where = inData
	s.become(Content)
	return nil
}

// lmtpEndOfMessage sends the replies. RFC 2033 §4.2: one for each recipient
// that was accepted, in their order.
func (s *Session) lmtpEndOfMessage() {
	n := s.facts.Recipients
	var replies []*Reply
	s.facts.Where = afterMessage
	if r := s.force(); r != nil {
		s.content.failure = r
	}
	if s.content.failure == nil {
		replies = s.msg.Commit(&s.facts)
		s.msg = nil
	}
	for i := range n {
		r := s.content.failure
		if i < len(replies) && replies[i] != nil {
			r = replies[i]
		}
		if r == nil {
			r = lmtpOK
		}
		s.answer(r)
	}
	s.counts[s.cmd].ok++
	s.bad = 0
	s.reset()
}

// lmtpBdat is BDAT (RFC 3030 §2).
func (s *Session) lmtpBdat(args []word) *Reply {
	words := appendWords(args[:1], args[1].text)
	size, last, ok := parseBDAT(words)
	if !ok {
		s.chunk.failed = true
		if len(words) == 3 && isDigits(words[1].text) {
			return lmtpBadLast
		}
		return lmtpBadChunk
	}
	s.openChunk(size, last)
	switch {
	case s.chunk.failed:
		s.chunk.skip = lmtpChunkError
	case !s.facts.Mail:
		s.chunk.skip = lmtpNeedMail
	case s.facts.Recipients == 0:
		s.chunk.skip = lmtpNoRcpts
	case !s.chunk.begun:
		s.beginContent(true)
		s.chunk.begun = true
	}
	return nil
}

func isDigits(b []byte) bool {
	_, ok := parseCount(b)
	return ok
}

// lmtpEndChunk answers BDAT after its last octet.
func (s *Session) lmtpEndChunk() {
	c := &s.chunk
	switch {
	case c.skip != nil:
		r := c.skip
		c.failed = true // until RSET
		if !c.begun {
			s.resume()
		}
		s.lmtpDone(r)
	case c.last:
		s.lmtpEndOfMessage()
	default:
		s.lmtpDone(&Reply{Code: 250, Enhanced: "2.0.0", Text: "Added " + itoa(c.size) + " octets"})
	}
}

// resume goes back to the state before a BDAT that came to nothing.
func (s *Session) resume() {
	switch {
	case s.facts.Recipients > 0:
		s.become(RcptGiven)
	case s.facts.Mail:
		s.become(MailGiven)
	default:
		s.idle()
	}
}

func (s *Session) lmtpRset(args []word) *Reply {
	if len(args[1].text) > 0 {
		return lmtpBadParams
	}
	s.reset()
	return lmtpOK
}

// lmtpNoop is NOOP. RFC 5321 §4.1.1.9: with a String, if anything.
func (s *Session) lmtpNoop(args []word) *Reply {
	if r := badString(args[1].text); r != nil {
		return r
	}
	return lmtpOK
}

// lmtpVrfy is VRFY. RFC 5321 §3.5.3: 252, whatever the address.
func (s *Session) lmtpVrfy(args []word) *Reply {
	if len(args[1].text) == 0 {
		return lmtpBadParams
	}
	if r := badString(args[1].text); r != nil {
		return r
	}
	return lmtpTryRcpt
}

// lmtpXClient is XCLIENT, which only login_trusted_networks may use.
func (s *Session) lmtpXClient([]word) *Reply { return lmtpNotTrusted }

func (s *Session) lmtpStartTLS(args []word) *Reply {
	switch {
	case len(args[1].text) > 0:
		return lmtpBadParams
	case s.facts.TLS != nil:
		return lmtpTLSActive
	case s.cfg.TLS == TLSNone:
		return lmtpNoTLS
	}
	s.lmtpDone(lmtpBeginTLS)
	s.secure()
	return nil
}

func (s *Session) lmtpQuit(args []word) *Reply {
	if len(args[1].text) > 0 {
		return lmtpBadParams
	}
	s.lmtpDone(replyBye)
	s.close()
	return nil
}
