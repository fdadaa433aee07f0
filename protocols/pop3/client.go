package pop3

import (
	"bufio"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Client is the client half of a connection: straight-line code, one command
// at a time. Every reply that is not "+OK" is an *Error; the connection can be
// used further, except after errors of the connection itself.
type Client struct {
	conn     io.ReadWriter
	r        *bufio.Reader
	greeting string
}

// Limits of the client on what a server may send.
const (
	maxReplyLine = 8192     // octets; RFC 2449 §4 allows servers 512
	maxListing   = 1 << 20  // lines of a listing
	maxMessage   = 64 << 20 // octets of a message
)

// Error is a reply that is not "+OK".
type Error struct {
	Command string // what was asked, without passwords; "greeting" for the greeting
	Line    string // the server's line
}

// Error names the command and cites the server.
func (e *Error) Error() string { return fmt.Sprintf("pop3: %s: server said %q", e.Command, e.Line) }

// Code is the response code in brackets, e.g. "IN-USE" (RFC 2449 §8), or "".
func (e *Error) Code() string {
	text, ok := strings.CutPrefix(e.Line, "-ERR [")
	if !ok {
		return ""
	}
	code, _, found := strings.Cut(text, "]")
	if !found {
		return ""
	}
	return upper(code)
}

// Temporary tells whether it may help to try again later: the maildrop is
// locked or the server has a passing trouble (RFC 2449 §8.1, RFC 3206 §3).
func (e *Error) Temporary() bool {
	c := e.Code()
	return c == "IN-USE" || c == "LOGIN-DELAY" || strings.HasPrefix(c, "SYS/TEMP")
}

// NewClient reads the server's greeting.
func NewClient(conn io.ReadWriter) (*Client, error) {
	c := &Client{conn: conn, r: bufio.NewReader(conn)}
	text, err := c.reply("greeting")
	c.greeting = text
	return c, err
}

// Greeting is the text of the greeting without "+OK".
func (c *Client) Greeting() string { return c.greeting }

// Timestamp is the challenge of APOP in the greeting, or "" (RFC 1939 §7).
func (c *Client) Timestamp() string {
	from := strings.IndexByte(c.greeting, '<')
	if from < 0 {
		return ""
	}
	to := strings.IndexByte(c.greeting[from:], '>')
	if to < 0 {
		return ""
	}
	return c.greeting[from : from+to+1]
}

// User names the maildrop (RFC 1939 §7).
func (c *Client) User(name string) error { return c.plain("USER " + name) }

// Pass gives the password in the clear (RFC 1939 §7).
func (c *Client) Pass(password string) error {
	_, err := c.ask("PASS", "PASS "+password)
	return err
}

// Login is User and Pass.
func (c *Client) Login(user, password string) error {
	if err := c.User(user); err != nil {
		return err
	}
	return c.Pass(password)
}

// APOP logs in with the digest of the greeting's timestamp and the password.
func (c *Client) APOP(user, password string) error {
	stamp := c.Timestamp()
	if stamp == "" {
		return &Error{Command: "APOP", Line: "+OK " + c.greeting}
	}
	sum := md5.Sum([]byte(stamp + password))
	return c.plain("APOP " + user + " " + hex.EncodeToString(sum[:]))
}

// STLS asks for TLS. Afterwards the caller runs the handshake and gives the
// secured connection to Upgrade (RFC 2595 §4).
func (c *Client) STLS() error { return c.plain("STLS") }

// Upgrade goes on over another stream. What had been read from the old one is
// forgotten.
func (c *Client) Upgrade(conn io.ReadWriter) {
	c.conn = conn
	c.r.Reset(conn)
}

// Capa lists the capabilities, one a line (RFC 2449 §5).
func (c *Client) Capa() ([]string, error) { return c.listing("CAPA") }

// Stat returns number and octets of the messages (RFC 1939 §5).
func (c *Client) Stat() (count int, octets int64, err error) {
	text, err := c.ask("STAT", "STAT")
	if err != nil {
		return 0, 0, err
	}
	l, ok := parseListing(text)
	if !ok {
		return 0, 0, &Error{Command: "STAT", Line: "+OK " + text}
	}
	return l.Number, l.Octets, nil
}

// Listing is a line of LIST: a message and its octets.
type Listing struct {
	Number int
	Octets int64
}

// List lists all messages.
func (c *Client) List() ([]Listing, error) {
	lines, err := c.listing("LIST")
	if err != nil {
		return nil, err
	}
	list := make([]Listing, len(lines))
	for i, line := range lines {
		var ok bool
		if list[i], ok = parseListing(line); !ok {
			return nil, &Error{Command: "LIST", Line: line}
		}
	}
	return list, nil
}

// ListOne tells the octets of message n.
func (c *Client) ListOne(n int) (Listing, error) {
	cmd := "LIST " + strconv.Itoa(n)
	text, err := c.ask(cmd, cmd)
	if err != nil {
		return Listing{}, err
	}
	l, ok := parseListing(text)
	if !ok {
		return Listing{}, &Error{Command: cmd, Line: "+OK " + text}
	}
	return l, nil
}

// UniqueID is a line of UIDL: a message and its lasting name.
type UniqueID struct {
	Number int
	UID    string
}

// UIDL lists the lasting names of all messages (RFC 1939 §7).
func (c *Client) UIDL() ([]UniqueID, error) {
	lines, err := c.listing("UIDL")
	if err != nil {
		return nil, err
	}
	list := make([]UniqueID, len(lines))
	for i, line := range lines {
		var ok bool
		if list[i], ok = parseUniqueID(line); !ok {
			return nil, &Error{Command: "UIDL", Line: line}
		}
	}
	return list, nil
}

// UIDLOne tells the lasting name of message n.
func (c *Client) UIDLOne(n int) (UniqueID, error) {
	cmd := "UIDL " + strconv.Itoa(n)
	text, err := c.ask(cmd, cmd)
	if err != nil {
		return UniqueID{}, err
	}
	u, ok := parseUniqueID(text)
	if !ok {
		return UniqueID{}, &Error{Command: cmd, Line: "+OK " + text}
	}
	return u, nil
}

// Retr fetches message n. Lines end in CRLF; stuffed dots are taken out.
func (c *Client) Retr(n int) ([]byte, error) { return c.content("RETR " + strconv.Itoa(n)) }

// Top fetches the header of message n and the first lines of its body.
func (c *Client) Top(n, lines int) ([]byte, error) {
	return c.content("TOP " + strconv.Itoa(n) + " " + strconv.Itoa(lines))
}

// Dele marks message n as deleted.
func (c *Client) Dele(n int) error { return c.plain("DELE " + strconv.Itoa(n)) }

// Noop does nothing.
func (c *Client) Noop() error { return c.plain("NOOP") }

// Rset takes back all marks of Dele.
func (c *Client) Rset() error { return c.plain("RSET") }

// Quit ends the session and lets the server delete what was marked. The caller
// closes the connection.
func (c *Client) Quit() error { return c.plain("QUIT") }

// Do sends any command line and returns the first line of the reply, for those
// who type commands themselves.
func (c *Client) Do(line string) (reply string, err error) {
	if err := c.send(line); err != nil {
		return "", err
	}
	return c.readLine()
}

func parseListing(line string) (Listing, bool) {
	// RFC 1939 §5: further information may follow.
	f := strings.Fields(line)
	if len(f) < 2 {
		return Listing{}, false
	}
	n, err := strconv.Atoi(f[0])
	octets, err2 := strconv.ParseInt(f[1], 10, 64)
	return Listing{Number: n, Octets: octets}, err == nil && err2 == nil && n >= 0 && octets >= 0
}

func parseUniqueID(line string) (UniqueID, bool) {
	number, uid, found := strings.Cut(line, " ")
	n, err := strconv.Atoi(number)
	return UniqueID{Number: n, UID: uid}, found && err == nil && n > 0 && uid != ""
}
