package smtp

import (
	"bytes"
	"slices"

	"mailtrek/protocols/mailaddr"
)

// Mail is a message for Client.Send.
type Mail struct {
	Sender     string      // internal form, "" for the null sender
	Recipients []Recipient // Addr in internal form; ORCPT and Notify where DSN is offered
	Content    []byte      // lines end in LF (CRLF is taken, too)
	Size       int64       // for SIZE=; 0 leaves it out
	Body       string      // for BODY=: "", "7BIT", "8BITMIME"
	UTF8       bool        // the sender asked for SMTPUTF8
	NeedsUTF8  bool        // and an address or a header makes it necessary
	Probe      bool        // only ask about the recipients: RSET comes in place of DATA
	EnvID      string      // for ENVID=, not encoded
	Ret        Ret         // for RET=
	Forward    *Forward    // for XFORWARD, where it is offered; nil: nothing is told
	Last       bool        // no other message follows: QUIT goes with the dot
	// Keep, if set, is asked in place of Last as soon as the lone dot or RSET is
	// due: may the connection stay open for another message? It may not, and
	// Keep is not asked, once the client is Confused.
	Keep func() bool
	// Heard, if set, is told each time a reply has been read that decides about
	// one recipient alone: a refusal of RCPT, a verdict of LMTP.
	Heard func(recipient int)
	// Rewrite, if set, makes the content that is sent, when the server waits for
	// it. When it cannot (smtp_header_checks without their table), what it has
	// made is sent, and the connection is broken off.
	Rewrite func(content []byte) (now []byte, ok bool)
}

// Outcome is what became of one recipient.
type Outcome struct {
	// Reply is the 2yz by which the server took the responsibility.
	Reply Reply
	// Err is why it did not; nil for success.
	Err *Error
}

// Result is what became of a mail, an Outcome for each of its recipients.
type Result struct {
	Outcomes []Outcome
	// Long tells that a line of the message was longer than
	// ClientConfig.LineLimit, and was broken.
	Long bool
	one  [1]Outcome // the room for the usual case
}

// asked is a command whose reply is still to come.
type asked struct {
	stage Stage
	rcpt  int
}

// pipelineBuffer is how much Postfix sends before it reads replies
// (RFC 2920 §3.1 wants a client to mind the TCP windows).
const pipelineBuffer = 4096

// Send hands over a mail. With PIPELINING MAIL, all RCPT and DATA go out in
// one write, and QUIT together with the lone dot (RFC 2920 §3.1). The Result
// always has an Outcome for each recipient; an error, always an *Error,
// means that the connection broke, and those that had no verdict by then have
// it as theirs. It is good until the next Send, or Release.
func (c *Client) Send(m *Mail) (*Result, error) {
	c.result = Result{}
	res := &c.result
	if n := len(m.Recipients); n <= len(res.one) {
		res.Outcomes = res.one[:n]
	} else {
		res.Outcomes = make([]Outcome, n)
	}
	c.outcomes, c.accepted, c.refused, c.waiting = res.Outcomes, 0, nil, c.waiting[:0]
	if m.NeedsUTF8 && !c.Offers(KeyUTF8) {
		c.refuse(&Error{Stage: StageMail, Host: c.cfg.Peer, dsn: "5.6.7", text: "SMTPUTF8 is required, but was not offered by host " + c.cfg.Peer})
		if c.last(m) {
			_ = c.Quit() // the message has its verdict
		}
		return res, nil
	}
	c.long = false
	c.heard = m.Heard
	err := c.send(m)
	c.heard = nil
	if res.Long = c.long; err != nil {
		c.refuse(err)
		return res, err
	}
	return res, nil
}

// send goes through the transaction (RFC 5321 §3.3).
func (c *Client) send(m *Mail) *Error {
	if m.Probe {
		return c.probe(m)
	}
	go354, err := c.envelope(m)
	if err != nil {
		return err
	}
	if !go354 {
		return c.abandon(c.last(m))
	}
	return c.message(m)
}

// envelope sends MAIL, RCPT and DATA, and reports whether the server waits for
// the content. When it is already clear that nothing will come of it, the
// rest is not sent.
func (c *Client) envelope(m *Mail) (bool, *Error) {
	if m.Forward != nil && c.Offers(KeyXForward) {
		for _, line := range m.Forward.Commands() {
			n := len(c.out)
			c.out = append(append(c.out, line...), '\r', '\n')
			if err := c.push(n, asked{StageXForward, 0}); err != nil {
				return false, err
			}
		}
	}
	if err := c.push(c.mailCommand(m), asked{StageMail, 0}); err != nil {
		return false, err
	}
	for i := range m.Recipients {
		if err := c.push(c.rcptCommand(&m.Recipients[i]), asked{StageRcpt, i}); err != nil || c.refused != nil {
			return false, err
		}
	}
	if err := c.makeRoom(len("DATA\r\n")); err != nil {
		return false, err
	}
	if len(c.waiting) == 0 && c.accepted == 0 {
		return false, nil
	}
	c.out = append(c.out, "DATA\r\n"...)
	if err := c.sync(); err != nil {
		return false, err
	}
	r, err := c.read(StageData)
	if err != nil {
		return false, err.(*Error)
	}
	if r.Code/100 != 3 {
		if c.accepted > 0 && c.refused == nil {
			c.refuse(c.said(StageData, r))
		}
		return false, nil
	}
	return true, nil
}

// push puts a command behind those that wait, which it reads the replies to
// first if there is no PIPELINING or no room. The command itself is the end
// of c.out, after n bytes.
func (c *Client) push(n int, a asked) *Error {
	if len(c.waiting) > 0 && (!c.pipelines() || len(c.out) > pipelineBuffer) {
		kept := append([]byte(nil), c.out[n:]...)
		c.out = c.out[:n]
		if err := c.sync(); err != nil {
			return err
		}
		if c.refused != nil {
			return nil
		}
		c.out = append(c.out, kept...)
	}
	c.waiting = append(c.waiting, a)
	return nil
}

// makeRoom reads the replies that wait if n more bytes may not be sent now.
func (c *Client) makeRoom(n int) *Error {
	if len(c.waiting) > 0 && (!c.pipelines() || len(c.out)+n > pipelineBuffer) {
		return c.sync()
	}
	return nil
}

// pipelines reports whether commands are sent in groups.
func (c *Client) pipelines() bool { return c.offers&KeyPipelining != 0 && !c.cfg.OneByOne }

// sync sends what is to be sent and takes the replies to MAIL and RCPT.
func (c *Client) sync() *Error {
	stage := StageData
	if len(c.waiting) > 0 {
		stage = c.waiting[0].stage
	}
	if err := c.flush(stage); err != nil {
		return err.(*Error)
	}
	for _, a := range c.waiting {
		r, err := c.read(a.stage)
		if err != nil {
			return err.(*Error)
		}
		switch {
		case a.stage == StageXForward: // a refusal changes nothing but the log of the other side
		case a.stage == StageMail && r.Code/100 != 2:
			c.refuse(c.said(StageMail, r))
		case a.stage == StageRcpt && c.refused == nil && r.Code/100 == 2:
			c.accepted++
			if c.probing {
				c.outcomes[a.rcpt].Reply = *r
			}
		case a.stage == StageRcpt && c.refused == nil:
			c.outcomes[a.rcpt].Err = c.said(StageRcpt, r)
			if c.heard != nil {
				c.heard(a.rcpt)
			}
		}
	}
	c.waiting = c.waiting[:0]
	return nil
}

// said makes an error of what the server said. Postfix takes for a
// breach of the protocol what is neither 4yz nor 5yz, and 50z and 555, by which
// the server says that it does not understand us (smtp_trouble.c).
func (c *Client) said(stage Stage, r *Reply) *Error {
	if r.Code < 400 || r.Code > 599 || r.Code == 555 || r.Code/10 == 50 {
		c.confused = true
	}
	return &Error{Stage: stage, Reply: keep(r), Host: c.cfg.Peer}
}

// last reports whether QUIT follows the mail.
func (c *Client) last(m *Mail) bool {
	if m.Keep == nil {
		return m.Last
	}
	return c.confused || !m.Keep()
}

// refuse gives all recipients without a verdict this one.
func (c *Client) refuse(e *Error) {
	c.refused = e
	for i := range c.outcomes {
		if o := &c.outcomes[i]; o.Err == nil && o.Reply.Code == 0 {
			o.Err = e
		}
	}
}

// mailCommand appends MAIL to c.out and returns where it begins.
func (c *Client) mailCommand(m *Mail) int {
	n := len(c.out)
	c.out = append(c.out, "MAIL FROM:<"...)
	c.out = append(c.out, mailaddr.Quote(m.Sender)...)
	c.out = append(c.out, '>')
	if m.Sender == "" {
		c.out = append(c.out[:n], "MAIL FROM:<>"...)
	}
	if m.Size > 0 && c.offers&KeySize != 0 {
		c.out = sizeParam(c.out, m.Size)
	}
	if m.Body != "" && c.offers&Key8BitMIME != 0 {
		c.out = append(append(c.out, " BODY="...), m.Body...)
	}
	if c.offers&KeyDSN != 0 {
		if m.EnvID != "" {
			c.out = append(append(c.out, " ENVID="...), mailaddr.XText(m.EnvID)...)
		}
		if m.Ret != RetNone {
			c.out = append(append(c.out, " RET="...), m.Ret.String()...)
		}
	}
	if m.UTF8 && c.offers&KeyUTF8 != 0 {
		c.out = append(c.out, " SMTPUTF8"...)
	}
	c.out = append(c.out, '\r', '\n')
	return n
}

// rcptCommand appends RCPT to c.out and returns where it begins.
func (c *Client) rcptCommand(r *Recipient) int {
	n := len(c.out)
	c.out = append(c.out, "RCPT TO:<"...)
	c.out = append(c.out, mailaddr.Quote(r.Addr)...)
	c.out = append(c.out, '>')
	if c.offers&KeyDSN != 0 {
		if r.ORCPT != "" {
			c.out = append(append(c.out, " ORCPT="...), codeORCPT(r.ORCPT)...)
		}
		if r.Notify != 0 {
			c.out = append(append(c.out, " NOTIFY="...), r.Notify.String()...)
		}
	}
	c.out = append(c.out, '\r', '\n')
	return n
}

// codeORCPT encodes "type;address" (RFC 3461 §4.2, RFC 6533 §3).
func codeORCPT(orcpt string) string {
	const kind = "utf-8;"
	if len(orcpt) > len(kind) && equalFold([]byte(orcpt[:len(kind)]), "UTF-8;") {
		return orcpt[:len(kind)] + mailaddr.UText(orcpt[len(kind):])
	}
	return mailaddr.XText(orcpt)
}

// message sends the content and takes the verdict on it.
func (c *Client) message(m *Mail) *Error {
	own := c.out
	if c.cfg.Room != nil {
		c.out = append(c.cfg.Room.take(), own...)
	}
	content, whole := m.Content, true
	if m.Rewrite != nil && c.accepted > 0 {
		content, whole = m.Rewrite(content)
	}
	if c.accepted > 0 {
		c.out, c.long = appendContent(c.out, content, c.cfg.LineLimit)
	}
	if !whole {
		_ = c.flush(StageContent) // the mail has its verdict
		c.done = true
		return c.dataError(StageContent)
	}
	// RFC 5321 §4.1.1.4: without a recipient DATA should not have been
	// accepted; RFC 2920 §3.1 has the client send the lone dot.
	c.out = append(c.out, ".\r\n"...)
	last := c.last(m)
	together := last && c.pipelines()
	if together {
		c.out = append(c.out, "QUIT\r\n"...)
		c.done = true
	}
	stage := StageDot
	if len(c.out) > pipelineBuffer {
		stage = StageContent
	}
	lost := c.flush(stage)
	if c.cfg.Room != nil {
		c.cfg.Room.put(c.out)
		c.out = own[:0]
	}
	if err := c.verdicts(m, lost); err != nil {
		return err
	}
	switch {
	case last && !together:
		_ = c.Quit() // the message has its verdict
	case last && c.cfg.AwaitQuit:
		_, _ = c.read(StageQuit)
	}
	return nil
}

// verdicts reads the reply to the lone dot: one for the mail, or with LMTP one
// for each recipient that was accepted (RFC 2033 §4.2). A connection that
// broke while the message was sent may still have brought one.
func (c *Client) verdicts(m *Mail, lost error) *Error {
	replies := 1
	if c.cfg.LMTP {
		replies = max(1, c.accepted)
	}
	next := 0
	for range replies {
		r, err := c.read(StageDot)
		if err != nil {
			if lost != nil {
				return lost.(*Error)
			}
			return err.(*Error)
		}
		for ; next < len(m.Recipients); next++ {
			o := &c.outcomes[next]
			if o.Err != nil {
				continue
			}
			if r.Code/100 == 2 {
				o.Reply = *r
			} else {
				o.Err = c.said(StageDot, r)
			}
			if c.cfg.LMTP {
				if c.heard != nil {
					c.heard(next)
				}
				next++
				break
			}
		}
	}
	return nil
}

// abandon gives up a transaction that came to nothing: RSET, and QUIT if no
// other mail follows.
func (c *Client) abandon(last bool) *Error {
	c.out = append(c.out, "RSET\r\n"...)
	together := last && c.pipelines()
	if together {
		c.out = append(c.out, "QUIT\r\n"...)
	}
	if err := c.flush(StageRset); err != nil {
		return nil // every recipient has its verdict
	}
	if r, err := c.read(StageRset); err != nil || r.Code/100 != 2 {
		c.done = true
	}
	switch {
	case together && c.cfg.AwaitQuit && !c.done:
		_, _ = c.read(StageQuit)
		c.done = true
	case together:
		c.done = true
	case last:
		_ = c.Quit() // every recipient has its verdict
	}
	return nil
}

// roomBehind is what is likely to follow a message in the buffer: an end that
// was missing, the lone dot, QUIT.
const roomBehind = 16

// appendContent appends a message as it goes over the wire: CRLF, dots
// doubled (RFC 5321 §4.5.2), lines longer than limit broken by CRLF SPACE as
// Postfix does it. It tells whether there was such a line.
func appendContent(dst, content []byte, limit int) (grown []byte, long bool) {
	dst = slices.Grow(dst, len(content)+bytes.Count(content, []byte{'\n'})+roomBehind)
	for next := 0; next < len(content); {
		line := content[next:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i]
		}
		next += len(line) + 1
		if n := len(line); n > 0 {
			if line[0] == '.' {
				dst = append(dst, '.')
			}
			if line[n-1] == '\r' {
				line = line[:n-1]
			}
		}
		if limit > 0 && len(line) > limit {
			long = true
			for room := limit; limit > 1 && len(line) > room; room = limit - 1 {
				dst = append(append(dst, line[:room]...), "\r\n "...)
				line = line[room:]
			}
		}
		dst = append(append(dst, line...), "\r\n"...)
	}
	return dst, long
}
