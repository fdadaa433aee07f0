package imap

import (
	"fmt"
	"io"
	"strconv"
)

// IdleCommand is an IDLE under way (RFC 2177): the server tells of changes as they
// happen, until Done.
type IdleCommand struct {
	c   *Client
	tag string
}

// StartIdle begins IDLE.
func (c *Client) StartIdle() (*IdleCommand, error) {
	c.tags++
	i := &IdleCommand{c, "a" + strconv.Itoa(c.tags)}
	if err := c.send(i.tag + " IDLE\r\n"); err != nil {
		return nil, err
	}
	if text, done, err := c.wait("IDLE", i.tag, nil); done || err != nil {
		if err == nil {
			err = &Error{Command: "IDLE", Text: text}
		}
		return nil, err
	}
	return i, nil
}

// Wait waits for the next thing that the server tells; what it was stands in
// Exists, Recent, Expunged and Bye of the client. The error is that of the
// connection, be it a timeout of the caller's, after which Done can still be
// called.
func (i *IdleCommand) Wait() error {
	r, err := i.c.response()
	if err != nil {
		return fmt.Errorf("imap: IDLE: %w", err)
	}
	if r.tag != "*" {
		return &Error{Command: "IDLE", Text: r.tag + " " + string(r.text)}
	}
	i.c.untagged(r)
	return nil
}

// Done ends IDLE.
func (i *IdleCommand) Done() error {
	if err := i.c.send("DONE\r\n"); err != nil {
		return err
	}
	_, done, err := i.c.wait("IDLE", i.tag, nil)
	if err == nil && !done {
		err = io.ErrUnexpectedEOF
	}
	return err
}
