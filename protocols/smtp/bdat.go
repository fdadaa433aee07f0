package smtp

import "strconv"

// chunk is the state of a BDAT command.
type chunk struct {
	before  int64  // octets of the message before this chunk
	open    bool   // its bytes are being read
	left    int64  // how many are missing
	size    int64  // how many were announced
	last    bool   // LAST was said
	skip    *Reply // they are thrown away; then this is the reply
	failed  bool   // a chunk has failed: skip all that follow, until LAST or RSET
	begun   bool   // the message has begun
	partial []byte // the beginning of a line that goes on in the next chunk
}

// bdat is BDAT. RFC 3030 §2: the octets follow the command at once, also when
// it fails. Deviates from RFC 3030 §2: a malformed BDAT is answered 521, and
// the session ends, because what follows cannot be told from commands.
func (s *Session) bdat(args []word) *Reply {
	if s.cfg.Discard&KeyChunking != 0 {
		return replyNoBDAT
	}
	size, last, ok := parseBDAT(args)
	if !ok {
		s.b.Log("warning: " + s.queueID() + ": malformed BDAT command syntax from " + s.cfg.Peer + ": " + printable(s.line[:min(100, len(s.line))]))
		return replyBDATSyntax
	}
	s.openChunk(size, last)
	switch {
	case size == 0 && !last:
		s.b.Log("warning: " + s.queueID() + ": null BDAT request from " + s.cfg.Peer)
		s.chunk.skip = replyNullBDAT
	case s.chunk.failed:
		s.chunk.skip = &Reply{Code: 551, Enhanced: "5.0.0", Text: "Discarded " + itoa(size) + " bytes after earlier error"}
	default:
		s.chunk.skip = s.firstChunk(size)
	}
	return nil
}

// parseBDAT reads the arguments: a number, and perhaps LAST.
func parseBDAT(args []word) (size int64, last, ok bool) {
	if len(args) < 2 || len(args) > 3 {
		return 0, false, false
	}
	size, ok = parseCount(args[1].text)
	last = len(args) == 3
	return size, last, ok && size >= 0 && (!last || equalFold(args[2].text, "LAST"))
}

func (s *Session) openChunk(size int64, last bool) {
	s.chunk.open, s.chunk.left, s.chunk.size, s.chunk.last, s.chunk.skip = true, size, size, last, nil
	s.become(Chunking)
}

// firstChunk makes the checks of DATA at the first chunk, and that of the
// size at each. A reply means that the chunk is not wanted.
func (s *Session) firstChunk(size int64) *Reply {
	f := &s.facts
	if !s.chunk.begun {
		if f.Recipients == 0 && !f.Mail {
			return replyNeedRcpt
		}
		if f.Recipients == 0 || s.msg == nil {
			return replyNoRecipients
		}
		if r := s.b.Data(f); r != nil {
			return r
		}
		if r := s.passOn([]byte("DATA")); r != nil {
			return r
		}
	}
	if s.cfg.SizeLimit > 0 && f.Received > s.cfg.SizeLimit-size {
		s.b.Log("warning: " + s.queueID() + ": BDAT request from " + s.cfg.Peer + " exceeds message size limit")
		return replyChunkTooBig
	}
	if !s.chunk.begun {
		s.beginContent(true)
		s.chunk.begun = true
	}
	f.Where = inBDAT
	s.chunk.before = f.Received
	return nil
}

// takeChunk takes octets of a chunk off p and returns how many it used.
func (s *Session) takeChunk(p []byte) int {
	c := &s.chunk
	n := int(min(int64(len(p)), c.left))
	c.left -= int64(n)
	if c.skip == nil {
		s.chunkLines(p[:n])
	}
	if c.left > 0 {
		return n
	}
	c.open = false
	s.endChunk()
	return n
}

// chunkLines stores the lines in p; what ends without line end waits for the
// next chunk. RFC 3030 §2: there is no dot-stuffing.
func (s *Session) chunkLines(p []byte) {
	c := &s.chunk
	joint := len(c.partial) > 0
	if joint {
		c.partial = append(c.partial, p...)
		p = c.partial
	}
	for {
		piece, n, whole, bare := s.cutPiece(p)
		if n == 0 {
			break
		}
		s.content.bareLF = s.content.bareLF || whole && bare && s.cfg.BareLF == BareLFReject
		s.store("", piece, whole)
		p = p[n:]
	}
	if c.left == 0 && c.last && len(p) > 0 {
		s.store("", p, true)
		p = nil
	}
	c.partial = append(c.partial[:0], p...)
	s.flushContent()
}

// endChunk answers a BDAT command after its last octet.
func (s *Session) endChunk() {
	c := &s.chunk
	if s.cfg.LMTP {
		s.lmtpEndChunk()
		return
	}
	switch {
	case c.skip != nil:
		r := c.skip
		if c.last {
			s.reset()
		} else {
			c.failed = true
		}
		s.done(r)
	case c.last:
		s.facts.Where = afterMessage
		s.endOfMessage()
	case s.content.failure != nil || s.content.bareLF:
		s.endOfMessage()
		s.chunk.failed = true
		s.become(Chunking)
	default:
		s.reply = Reply{Code: 250, Enhanced: "2.0.0", Text: "Ok: " + itoa(c.size) + " bytes"}
		s.done(&s.reply)
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
