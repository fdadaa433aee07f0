package smtp

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"time"

	"mailtrek/protocols/wire"
)

const (
	// MaxReplyLine is how much is kept of a line of a reply, and of all its
	// lines ($line_length_limit). RFC 5321 §4.5.3.1.5 has 512 for a line.
	MaxReplyLine = 2048
	replyLimit   = MaxReplyLine
	// readSize is how much is read at once.
	readSize = 1024
)

// read reads a reply. It stays valid until the next reply of the same stage.
// RFC 5321 §4.2.1: lines "250-…" up to one "250 …". A line that is no reply
// becomes part of the text of the next one that is, as with Postfix.
func (c *Client) read(stage Stage) (*Reply, error) {
	lines, raw := 0, 0
	first := c.from
	for {
		line, err := c.line(stage)
		if err != nil {
			return nil, err
		}
		lines++
		raw += len(line) + 1
		code, more := replyCode(line)
		if code > 0 && !more {
			k := &c.replies[stage]
			var r *Reply
			if lines == 1 {
				r = k.single(line)
			} else {
				r = k.multi(c.in[first:c.from])
			}
			c.compact()
			return r, nil
		}
		if code == 0 {
			c.confused = true
			if c.cfg.Listener != nil && c.offers&KeyPipelining != 0 {
				c.cfg.Listener.Odd(string(line))
			}
		}
		if raw > replyLimit*8 {
			// A server that never comes to an end.
			return nil, c.broken(stage, io.ErrUnexpectedEOF)
		}
	}
}

// replyCode returns the code of a reply line, 0 if it is none, and whether
// more lines follow.
func replyCode(line []byte) (code int, more bool) {
	code, _ = codeOf(line)
	return code, code > 0 && len(line) > 3 && line[3] == '-'
}

// single makes a reply of one line.
func (k *knownReply) single(line []byte) *Reply {
	if len(line) > replyLimit {
		line = line[:replyLimit]
	}
	if string(line) == k.whole {
		return &k.Reply
	}
	whole := string(line)
	text := visibleReply(whole)
	code, _ := replyCode(line)
	r := Reply{Code: code, raw: text}
	if len(text) > 4 {
		r.Enhanced, r.Text = splitEnhanced(code, text[4:])
	}
	return k.learned(whole, r)
}

// multi makes a reply of several lines. The code is that of the last.
func (k *knownReply) multi(lines []byte) *Reply {
	if string(lines) == k.whole {
		return &k.Reply
	}
	all := string(lines)
	whole := all
	var text, raw strings.Builder
	text.Grow(min(len(whole), 2*replyLimit))
	raw.Grow(min(len(whole), 2*replyLimit))
	code, enhanced := 0, ""
	for p := lines; len(p) > 0; {
		line, _, n := wire.CutLine(p)
		s := visibleReply(whole[:len(line)])
		p, whole = p[n:], whole[n:]
		if raw.Len() > replyLimit {
			continue
		}
		if raw.Len() > 0 {
			raw.WriteByte(' ')
			text.WriteByte('\n')
		}
		raw.WriteString(s)
		if n, _ := replyCode(line); n > 0 {
			code = n
			if s = s[min(4, len(s)):]; enhancedLen(s) > 0 {
				enhanced, s = splitEnhanced(code, s)
			}
		}
		text.WriteString(s)
	}
	last, _ := replyCode(lastLine(lines))
	if last > 0 {
		code = last
	}
	return k.learned(all, Reply{Code: code, Enhanced: enhanced, Text: text.String(), raw: raw.String()})
}

func lastLine(p []byte) []byte {
	p = bytes.TrimRight(p, "\r\n")
	return p[bytes.LastIndexByte(p, '\n')+1:]
}

// visibleReply is a line with "?" for what cannot be printed.
func visibleReply(line string) string {
	for i := 0; i < len(line); i++ {
		if line[i] < ' ' || line[i] > '~' {
			return printable([]byte(line))
		}
	}
	return line
}

// line returns the next line, without its end. It points into c.in.
func (c *Client) line(stage Stage) ([]byte, error) {
	from, searched := c.from, c.from
	for {
		if i := bytes.IndexByte(c.in[searched:], '\n'); i >= 0 {
			c.from = searched + i + 1
			line := trimEnd(c.in[from : searched+i])
			if len(line) > MaxReplyLine && c.cfg.Listener != nil {
				c.cfg.Listener.Cut(string(line))
			}
			if c.cfg.Filter != nil {
				return c.filtered(stage, line, from)
			}
			return line, nil
		}
		searched = len(c.in)
		if searched-from > replyLimit*8 {
			return nil, c.broken(stage, io.ErrUnexpectedEOF)
		}
		if err := c.fill(stage); err != nil {
			return nil, c.broken(stage, err)
		}
	}
}

// filtered puts what Filter makes of a line in its place, which is all that was
// used since from.
func (c *Client) filtered(stage Stage, line []byte, from int) ([]byte, error) {
	now, ok := c.cfg.Filter(string(line))
	if !ok {
		return nil, c.dataError(stage)
	}
	if now == string(line) {
		return line, nil
	}
	c.in = slices.Replace(c.in, from, c.from, []byte(now+"\n")...)
	c.from = from + len(now) + 1
	return c.in[from : c.from-1], nil
}

// dataError is the end of a session for which something of this host's own was
// not to be had.
func (c *Client) dataError(stage Stage) *Error {
	return &Error{Stage: stage, Host: c.cfg.Peer, dsn: "4.3.0", text: "local data error while talking to " + c.cfg.Peer}
}

// compact forgets what was used, when nothing else is left.
func (c *Client) compact() {
	if c.from == len(c.in) {
		c.in, c.from = c.in[:0], 0
	}
}

// fill reads once.
func (c *Client) fill(stage Stage) error {
	c.setDeadline(stage)
	n := len(c.in)
	if cap(c.in)-n < readSize/4 {
		grown := make([]byte, n, 2*cap(c.in)+readSize)
		copy(grown, c.in)
		c.in = grown
	}
	for range 100 { // io.Reader: it may return nothing now and then
		m, err := c.rw.Read(c.in[n:cap(c.in)])
		c.in = c.in[:n+m]
		if m > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// setDeadline limits the wait for the reply at a stage.
func (c *Client) setDeadline(stage Stage) {
	if c.cfg.Now == nil {
		return
	}
	d, ok := c.cfg.Timeouts[stage]
	if !ok {
		d = DefaultTimeout(stage)
	}
	if d <= 0 {
		return
	}
	if c.timer != nil {
		c.timer.SetTimeout(d)
	} else if conn, ok := c.rw.(interface{ SetReadDeadline(time.Time) error }); ok {
		_ = conn.SetReadDeadline(c.cfg.Now().Add(d)) // without a deadline the wait is longer
	}
}
