package smtp

import (
	"bytes"
	"slices"
)

// data is DATA. RFC 5321 §4.1.1.4: 354, then the message up to a line with
// nothing but a dot.
func (s *Session) data(args []word) *Reply {
	f := &s.facts
	switch {
	case s.state == Chunking:
		return replyDataAfterBDAT
	case f.Recipients == 0 && !f.Mail:
		return replyNeedRcpt
	case f.Recipients == 0:
		// With PIPELINING the client could not know (RFC 2920 §3.1).
		return replyNoRecipients
	case len(args) != 1:
		return replyDataSyntax
	case s.msg == nil:
		// See remain. Postfix 3.7 dies of a second DATA without another RCPT.
		return replyNoRecipients
	}
	if r := s.b.Data(f); r != nil {
		return r
	}
	if r := s.passOn(s.line); r != nil {
		return r
	}
	s.beginContent(false)
	s.answer(replySendData)
	f.Where = inData
	s.become(Content)
	return nil
}

// content is the state of a message on its way in.
type content struct {
	body     []byte // what was read and not yet given to the backend
	started  bool   // a line has been read
	partial  bool   // the last piece was no whole line
	lastBare bool   // the last line ended in LF alone
	verbatim bool   // From_ lines and leading blanks are left alone
	failure  *Reply // why the message cannot be accepted
	bareLF   bool   // a bare LF was seen where they are rejected
}

// bodyBatch is how much content is collected before the backend gets it.
const bodyBatch = 32 << 10

// beginContent ends the envelope.
func (s *Session) beginContent(verbatim bool) {
	s.content = content{body: s.content.body[:0], verbatim: verbatim}
	s.msg.Begin(&s.facts)
}

// takeContent takes lines of a message off p and returns how many bytes it
// used. At the lone dot the command DATA is done.
func (s *Session) takeContent(p []byte) int {
	used := 0
	if cap(s.content.body) == 0 {
		s.content.body = s.cfg.Room.take()
	}
	s.content.body = slices.Grow(s.content.body, min(len(p), bodyBatch))
	for {
		used += s.usualLines(p[used:])
		piece, n, whole, bare := s.cutPiece(p[used:])
		if n == 0 {
			break
		}
		used += n
		if s.contentPiece(piece, whole, bare) {
			s.flushContent()
			s.giveBack()
			s.facts.Where = afterMessage
			s.endOfMessage()
			return used
		}
	}
	s.flushContent()
	s.giveBack()
	return used
}

// giveBack leaves the buffer, which is empty, to others.
func (s *Session) giveBack() {
	if s.cfg.Room != nil {
		s.cfg.Room.put(s.content.body)
		s.content.body = nil
	}
}

// usualLines takes lines off p as long as there is nothing special about them,
// which is what contentPiece does with them as well: they are whole, end in CRLF,
// have no dot in front and are not too long, and the message has room for them.
func (s *Session) usualLines(p []byte) (used int) {
	c, f := &s.content, &s.facts
	if !c.started && !c.verbatim || c.partial || c.bareLF || c.failure != nil {
		return 0
	}
	body, limit, room := c.body, s.cfg.LineLimit, int64(1<<62)
	if s.cfg.SizeLimit > 0 {
		room = s.cfg.SizeLimit - f.Received
	}
	for len(body) < bodyBatch {
		rest := p[used:]
		n := bytes.IndexByte(rest[:min(len(rest), limit+1)], '\n') // and then a line has n octets but for its LF
		if n < 1 || rest[0] == '.' || rest[n-1] != '\r' || n > 1 && rest[n-2] == '\r' || room < int64(used+n+1) {
			break
		}
		used += n + 1
		body = append(body, rest[:n]...)
		body[len(body)-1] = '\n' // in the place of CR
	}
	if used > 0 {
		c.body, c.lastBare = body, false
		f.Received += int64(used)
	}
	if len(body) >= bodyBatch {
		s.flushContent()
	}
	return used
}

// cutPiece finds the next line in p, without its end, or, when the line is
// longer than the limit, a piece of it. n is 0 when there is not enough input.
func (s *Session) cutPiece(p []byte) (piece []byte, n int, whole, bare bool) {
	limit := s.cfg.LineLimit
	i := bytes.IndexByte(p[:min(len(p), limit+1)], '\n')
	if i >= 0 && (i < limit || p[i-1] == '\r') {
		piece, bare = s.trimCR(p[:i])
		return piece, i + 1, true, bare
	}
	if len(p) > limit || len(p) == limit && p[limit-1] != '\r' {
		return p[:limit], limit, false, false
	}
	return nil, 0, false, false
}

// contentPiece takes a line, or a piece of one. It returns true for the line
// that ends the message.
func (s *Session) contentPiece(line []byte, whole, bare bool) bool {
	c := &s.content
	begins := !c.partial
	c.partial = !whole
	if whole && bare && s.cfg.BareLF == BareLFReject {
		c.bareLF = true
	}
	prefix := ""
	if !c.started && !c.verbatim {
		if bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
			// A From_ line of an mbox is no part of the message.
			prefix = "X-Mailbox-Line: "
		} else {
			c.started = true
			if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
				// It must not continue the Received field in front of it.
				s.store("", nil, true)
			}
		}
	}
	if begins && prefix == "" && len(line) > 0 && line[0] == '.' {
		if len(line) == 1 && s.cfg.BareLF != BareLFAllow && (bare || c.lastBare) {
			c.lastBare = whole && bare
			return false
		}
		// RFC 5321 §4.5.2: a first dot is removed, unless it stands alone.
		if line = line[1:]; len(line) == 0 && whole {
			return true
		}
	}
	c.lastBare = whole && bare
	s.store(prefix, line, whole)
	return false
}

// store adds a line, or a piece of one, to the message, if that is not lost
// already.
func (s *Session) store(prefix string, line []byte, whole bool) {
	c := &s.content
	if c.failure != nil || c.bareLF {
		return
	}
	f := &s.facts
	n := int64(len(prefix) + len(line) + 2)
	if s.cfg.SizeLimit > 0 && s.cfg.SizeLimit-f.Received < n {
		// RFC 1870 §6.3: the real size decides, at the end. What has come so far
		// is with the backend already.
		s.flushContent()
		s.b.Log("warning: " + s.queueID() + ": queue file size limit exceeded")
		c.failure = replyTooBig
		return
	}
	f.Received += n
	c.body = append(c.body, prefix...)
	c.body = append(c.body, line...)
	if whole {
		c.body = append(c.body, '\n')
	}
	if len(c.body) >= bodyBatch {
		s.flushContent()
	}
}

// flushContent gives the backend what was collected.
func (s *Session) flushContent() {
	c := &s.content
	if len(c.body) > 0 && s.msg != nil && c.failure == nil {
		if _, err := s.msg.Write(c.body); err != nil {
			c.failure = replyWriteError
			if r, ok := err.(*Reply); ok {
				c.failure = r
			}
		}
	}
	c.body = c.body[:0]
}

// endOfMessage answers the end of the data: RFC 5321 §4.2.5: with 250 the
// server has taken responsibility for the message.
func (s *Session) endOfMessage() {
	if s.cfg.LMTP {
		s.lmtpEndOfMessage()
		return
	}
	chunked := s.state == Chunking
	r := s.verdict(chunked)
	if !s.remains {
		s.reset()
	}
	s.remains = false
	s.done(r)
}

// remain throws a message away and leaves its transaction as it was after RCPT.
// Deviates from RFC 5321 §4.1.1.4: where smtpd_end_of_data_restrictions refuse,
// Postfix forgets the message and nothing else, so that MAIL is one too many.
func (s *Session) remain() {
	s.remains = true
	s.msg.Abort()
	s.msg = nil
	s.content = content{body: s.content.body[:0]}
	if s.state == Chunking {
		s.chunk.failed = true // and RCPT comes too late
		return
	}
	s.become(RcptGiven)
}

// verdict commits the message or says why not.
func (s *Session) verdict(chunked bool) *Reply {
	c, f := &s.content, &s.facts
	if r := s.force(); r != nil {
		return r
	}
	if c.failure == nil && !c.bareLF {
		if r := s.b.EndOfData(f); r != nil {
			s.remain()
			return r
		}
	}
	if c.bareLF {
		s.logReject("bare <LF> received")
		return s.bareLFReply()
	}
	if c.failure != nil {
		return c.failure
	}
	id := s.msg.ID()
	if rs := s.msg.Commit(f); len(rs) > 0 && rs[0] != nil {
		s.msg = nil
		if rs[0].Code/100 == 2 {
			s.errors, s.junk = 0, 0
		}
		return rs[0]
	}
	s.msg = nil
	s.errors, s.junk = 0, 0
	text := "Ok: queued as " + id
	if chunked {
		text = "Ok: " + itoa(f.Received) + " bytes queued as " + id
	}
	s.reply = Reply{Code: 250, Enhanced: "2.0.0", Text: text}
	return &s.reply
}
