package imap

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Client is the client half of a connection: straight-line code, one command
// at a time. Every tagged reply that is not OK is an *Error; the connection can
// be used further, except after errors of the connection itself.
type Client struct {
	conn     io.ReadWriter
	r        *bufio.Reader
	greeting string
	tags     int
	caps     []string
	// Exists and Recent are what the server told last of the selected
	// mailbox (RFC 3501 §7.3).
	Exists, Recent uint32
	// Expunged are the numbers that EXPUNGE told since the client looked
	// last; each counts in the mailbox as the ones before left it.
	Expunged []uint32
	// Bye is why the server closes the connection, "" while it does not.
	Bye string
}

// Limits of the client on what a server may send.
const (
	maxReplyLine = 1 << 20  // octets of a line
	maxReply     = 64 << 20 // octets of a response with its literals
)

// Error is a tagged reply that is not OK, or a line that makes no sense.
type Error struct {
	Command string // what was asked, without passwords; "greeting" for the greeting
	Status  string // "NO", "BAD", "BYE"; "" for a line that makes no sense
	Text    string // the server's words with the response code
}

// Error names the command and cites the server.
func (e *Error) Error() string {
	return fmt.Sprintf("imap: %s: server said %q", e.Command, strings.TrimSpace(e.Status+" "+e.Text))
}

// Code is the response code in brackets without its arguments, e.g. "TRYCREATE"
// (RFC 3501 §7.1, RFC 5530), or "".
func (e *Error) Code() string {
	code, _ := responseCode(e.Text)
	name, _, _ := strings.Cut(code, " ")
	return upper(name)
}

// Temporary tells whether it may help to try again later (RFC 5530 §3).
func (e *Error) Temporary() bool {
	c := e.Code()
	return c == "UNAVAILABLE" || c == "INUSE" || c == "LIMIT" || e.Status == "BYE"
}

// responseCode splits "[CODE args] text".
func responseCode(text string) (code, rest string) {
	if !strings.HasPrefix(text, "[") {
		return "", text
	}
	code, rest, found := strings.Cut(text[1:], "]")
	if !found {
		return "", text
	}
	return code, strings.TrimLeft(rest, " ")
}

// NewClient reads the server's greeting.
func NewClient(conn io.ReadWriter) (*Client, error) {
	c := &Client{conn: conn, r: bufio.NewReader(conn)}
	r, err := c.response()
	if err != nil {
		return c, fmt.Errorf("imap: greeting: %w", err)
	}
	status, text := r.status()
	c.greeting = text
	if r.tag != "*" || status != "OK" && status != "PREAUTH" {
		return c, &Error{Command: "greeting", Status: status, Text: text}
	}
	c.learn(text)
	return c, nil
}

// Greeting is the text of the greeting behind OK.
func (c *Client) Greeting() string { return c.greeting }

// Capabilities are those told last.
func (c *Client) Capabilities() []string { return c.caps }

// Can tells whether the server has announced a capability.
func (c *Client) Can(name string) bool {
	for _, x := range c.caps {
		if strings.EqualFold(x, name) {
			return true
		}
	}
	return false
}

// learn takes capabilities out of a response code.
func (c *Client) learn(text string) {
	code, _ := responseCode(text)
	if name, list, _ := strings.Cut(code, " "); strings.EqualFold(name, "CAPABILITY") {
		c.caps = strings.Fields(list)
	}
}

// Upgrade goes on over another stream after StartTLS. What had been read from
// the old one is forgotten, and so are the capabilities (RFC 3501 §6.2.1).
func (c *Client) Upgrade(conn io.ReadWriter) {
	c.conn = conn
	c.r.Reset(conn)
	c.caps = nil
}

// SelectedMailbox is what SELECT tells (RFC 3501 §6.3.1).
type SelectedMailbox struct {
	Exists, Recent       uint32
	Unseen               uint32 // number of the first unseen message, 0: not told
	UIDValidity, UIDNext uint32
	HighestModSeq        uint64 // 0: not told
	Flags                []string
	Permanent            []string
	ReadOnly             bool
}

// Listed is a line of LIST.
type Listed struct {
	Name      string
	Separator string // "" is a flat name
	Flags     []string
}

// Fetched is what FETCH tells of one message.
type Fetched struct {
	Seq   uint32
	UID   uint32
	Flags []string
	Size  int64
	Date  string
	// Sections are contents by their name in the reply, e.g. "BODY[]"; nil
	// where the server said NIL.
	Sections map[string][]byte
}

// number reads a decimal number.
func number(s string) uint32 {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}
