package smtp

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Client is the client half of a connection: code that a process runs from
// top to bottom, one method after another, as Postfix's smtp(8) and lmtp(8)
// do it: Greet, perhaps StartTLS and Auth, Send for each message, Quit.
type Client struct {
	cfg     ClientConfig
	rw      io.ReadWriter
	timer   timer  // rw, if it knows the time itself
	out     []byte // written with the next flush
	in      []byte // read and not yet used
	from    int    // where the unused part of in begins
	waiting []asked
	offered
	done     bool
	replies  *[lastStage + 1]knownReply // the last reply of each stage, perhaps to the client before
	lesson   lesson                     // what the last client has learned
	result   Result
	outcomes []Outcome
	refused  *Error // why nothing of the mail under way can be sent
	confused bool
	accepted int
	long     bool // a line of the message under way was too long
	probing  bool // the verdict on a recipient is the reply to RCPT
	heard    func(recipient int)
}

// offered is what the reply to EHLO tells of a server.
type offered struct {
	offers     Keywords
	unsaid8Bit bool   // SMTPUTF8 was offered without 8BITMIME
	host       string // its name
	size       int64
	auth       []string
}

// ClientConfig is how a client behaves. The zero value of all but Helo works.
type ClientConfig struct {
	// Helo is the name for HELO, EHLO, LHLO ($smtp_helo_name).
	Helo string
	// Peer names the server in the texts of errors: "host[address]".
	Peer string
	// LMTP speaks RFC 2033: LHLO, and a reply per recipient at the end.
	LMTP bool
	// OneByOne waits for the reply to each command, also to QUIT, as simple
	// mail programs do.
	OneByOne bool
	// HeloOnly never tries EHLO ($smtp_never_send_ehlo).
	HeloOnly bool
	// HeloUnlessESMTP tries EHLO only with a server whose greeting says ESMTP
	// ($smtp_always_send_ehlo = no).
	HeloUnlessESMTP bool
	// AwaitQuit waits for the reply to QUIT ($smtp_skip_quit_response = no).
	AwaitQuit bool
	// Discard are EHLO keywords to overlook ($smtp_discard_ehlo_keywords).
	Discard Keywords
	// LineLimit is $smtp_line_length_limit; 0 means 998 (RFC 5321
	// §4.5.3.1.6), a negative value no limit.
	LineLimit int
	// Now is the clock for Timeouts. Without it, or on a connection that has
	// no SetReadDeadline, the client waits for ever.
	Now func() time.Time
	// Timeouts are how long to wait for the reply at a stage; what is missing
	// is taken from DefaultTimeout.
	Timeouts map[Stage]time.Duration
	// Filter, if set, sees each line of a reply before it is read
	// ($smtp_reply_filter), and returns what is read in its place; ok is false
	// when that cannot be found out.
	Filter func(line string) (now string, ok bool)
	// Listener, if set, is told of lines that are remarkable.
	Listener Listener
	// Room lends the memory for messages; nil means the client's own.
	Room *Room
}

// Listener is who wants to know of odd lines among the replies.
type Listener interface {
	// Odd is told of a line that is no reply, from a server with PIPELINING:
	// replies may then be taken for those to other commands.
	Odd(line string)
	// Cut is told of a line that is longer than MaxReplyLine, of which the rest
	// is not read.
	Cut(line string)
}

// NewClient makes a client on an open connection.
func NewClient(rw io.ReadWriter, cfg ClientConfig) *Client {
	if cfg.LineLimit == 0 {
		cfg.LineLimit = 998
	}
	c := cfg.Room.client()
	c.cfg = cfg
	c.use(rw)
	return c
}

// timer is a connection that knows the time (sim.Conn).
type timer interface{ SetTimeout(time.Duration) }

// use makes rw the connection.
func (c *Client) use(rw io.ReadWriter) {
	c.rw = rw
	c.timer, _ = rw.(timer)
}

// Greet reads the greeting and says who we are. RFC 5321 §3.2: EHLO, and after
// its refusal HELO. The error is an *Error.
func (c *Client) Greet() error {
	r, err := c.read(StageGreeting)
	if err != nil {
		return err
	}
	if r.Code/100 != 2 {
		return c.said(StageGreeting, r)
	}
	if c.cfg.HeloUnlessESMTP && !slices.Contains(strings.Fields(strings.ToUpper(r.Text)), "ESMTP") {
		c.cfg.HeloOnly = true
	}
	return c.hello()
}

// hello sends LHLO, or EHLO with HELO to fall back on.
func (c *Client) hello() error {
	c.offers, c.size, c.auth, c.host = 0, 0, nil, ""
	if c.cfg.LMTP {
		r, err := c.ask(StageLHLO, "LHLO "+c.cfg.Helo)
		if err == nil && r.Code/100 != 2 {
			err = c.said(StageLHLO, r)
		}
		if err == nil {
			c.learn(r)
		}
		return err
	}
	if !c.cfg.HeloOnly {
		r, err := c.ask(StageEHLO, "EHLO "+c.cfg.Helo)
		if err != nil {
			return err
		}
		if r.Code/100 == 2 {
			c.learn(r)
			return nil
		}
		if r.Code == 421 {
			return c.said(StageEHLO, r)
		}
	}
	r, err := c.ask(StageHELO, "HELO "+c.cfg.Helo)
	if err == nil && r.Code/100 != 2 {
		err = c.said(StageHELO, r)
	}
	return err
}

// learn reads the keywords of a reply to EHLO or LHLO (RFC 5321 §4.1.1.1).
func (c *Client) learn(r *Reply) {
	if l := &c.lesson; l.host != "" && l.text == r.Text && l.discard == c.cfg.Discard {
		c.offered = l.offered
		return
	}
	c.host = ""
	first := true
	for line := range strings.SplitSeq(r.Text, "\n") {
		word, rest := firstWord(strings.Replace(line, "=", " ", 1))
		switch {
		case word == "":
		case first:
			c.host = word
		default:
			c.offer(ParseKeywords(word)&^c.cfg.Discard, rest)
		}
		first = false
	}
	if c.unsaid8Bit = c.offers&(KeyUTF8|Key8BitMIME) == KeyUTF8; c.unsaid8Bit {
		// RFC 6531 §3.1: who offers SMTPUTF8 must offer 8BITMIME.
		c.offers |= Key8BitMIME
	}
	c.lesson = lesson{r.Text, c.cfg.Discard, c.offered}
}

// Unsaid8Bit reports whether the server offers SMTPUTF8 without 8BITMIME, which
// belongs to it (RFC 6531 §3.1) and is then taken as offered.
func (c *Client) Unsaid8Bit() bool { return c.unsaid8Bit }

// firstWord cuts off the first of words between blanks.
func firstWord(s string) (word, rest string) {
	s = strings.TrimSpace(s)
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// offer takes note of a keyword and of what stands behind it.
func (c *Client) offer(k Keywords, rest string) {
	c.offers |= k
	if k&KeySize != 0 {
		word, _ := firstWord(rest)
		if n, ok := parseCount([]byte(word)); ok && n > 0 {
			c.size = n
		}
	}
	if k&KeyAuth != 0 {
		c.auth = strings.Fields(rest)
	}
}

// Extended reports whether the server has answered EHLO or LHLO.
func (c *Client) Extended() bool { return c.host != "" }

// Offers reports whether the server has announced all of these extensions.
func (c *Client) Offers(k Keywords) bool { return c.offers&k == k }

// Host is the name by which the server introduced itself in its reply to EHLO.
func (c *Client) Host() string { return c.host }

// SizeLimit is the limit that the server announced with SIZE, 0 if none.
func (c *Client) SizeLimit() int64 { return c.size }

// AuthMechanisms are those that the server announced.
func (c *Client) AuthMechanisms() []string { return c.auth }

// Confused reports whether a reply has broken the protocol, or told that we
// have: such a connection had better not be used for another mail.
func (c *Client) Confused() bool { return c.confused }

// Rename changes the name of the server in the texts of errors
// (ClientConfig.Peer).
func (c *Client) Rename(peer string) { c.cfg.Peer = peer }

// Done reports whether the connection is used up: QUIT was sent, or it broke.
func (c *Client) Done() bool { return c.done }

// ErrDistrusted is what a handshake says, when it has been made, of a server with
// which nobody wants to speak: nothing but QUIT follows then.
var ErrDistrusted = errors.New("the server is not trusted")

// StartTLS asks for encryption, has handshake make it, and says EHLO again
// (RFC 3207 §4.2). The reply of a server that refuses is an *Error; the
// connection can then go on in clear.
func (c *Client) StartTLS(handshake func(io.ReadWriter) (io.ReadWriter, error)) error {
	r, err := c.ask(StageStartTLS, "STARTTLS")
	if err != nil {
		return err
	}
	if r.Code/100 != 2 {
		return &Error{Stage: StageStartTLS, Reply: keep(r), Host: c.cfg.Peer}
	}
	// RFC 3207 §4.2: what came in clear behind the reply is not
	// part of the encrypted dialogue.
	c.in, c.from = c.in[:0], 0
	rw, err := handshake(c.rw)
	if errors.Is(err, ErrDistrusted) {
		c.use(rw)
		return err
	}
	if err != nil {
		c.done = true
		return &Error{Stage: StageStartTLS, Host: c.cfg.Peer, text: "Cannot start TLS: handshake failure", dsn: "4.7.5", Cause: err}
	}
	c.use(rw)
	return c.hello()
}

// Reset sends RSET, for instance to see whether a connection that was kept
// still lives.
func (c *Client) Reset() error {
	r, err := c.ask(StageRset, "RSET")
	if err == nil && r.Code/100 != 2 {
		err = &Error{Stage: StageRset, Reply: keep(r), Host: c.cfg.Peer}
	}
	return err
}

// Quit sends QUIT. Postfix does not wait for the reply to it
// (smtp_skip_quit_response); a client that goes one by one does.
func (c *Client) Quit() error {
	if c.done {
		return nil
	}
	c.done = true
	if c.cfg.OneByOne || c.cfg.AwaitQuit {
		_, err := c.ask(StageQuit, "QUIT")
		return err
	}
	c.out = append(c.out, "QUIT\r\n"...)
	return c.flush(StageQuit)
}

// Cmd sends any command and returns the reply to it.
func (c *Client) Cmd(line string) (Reply, error) {
	r, err := c.ask(StageOther, line)
	if err != nil {
		return Reply{}, err
	}
	return *r, nil
}

// ask sends a command and waits for its reply.
func (c *Client) ask(stage Stage, line string) (*Reply, error) {
	c.out = append(append(c.out, line...), '\r', '\n')
	if err := c.flush(stage); err != nil {
		return nil, err
	}
	return c.read(stage)
}

// flush writes what is to be written, in one piece.
func (c *Client) flush(stage Stage) error {
	if len(c.out) == 0 {
		return nil
	}
	_, err := c.rw.Write(c.out)
	c.out = c.out[:0]
	if err != nil {
		return c.broken(stage, err)
	}
	return nil
}

// broken makes the error of a connection that broke.
func (c *Client) broken(stage Stage, err error) *Error {
	c.done = true
	e := &Error{Stage: stage, Host: c.cfg.Peer, Lost: true, Cause: err}
	if t, ok := err.(interface{ Timeout() bool }); ok && t.Timeout() {
		e.Lost, e.TimedOut = false, true
	}
	return e
}

// keep makes a reply of its own of the one that the client uses again.
func keep(r *Reply) *Reply {
	k := *r
	return &k
}

// sizeParam is " SIZE=n" (RFC 1870 §5).
func sizeParam(dst []byte, n int64) []byte {
	return strconv.AppendInt(append(dst, " SIZE="...), n, 10)
}
