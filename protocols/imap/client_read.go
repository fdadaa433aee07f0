package imap

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// response is one response of the server with its literals.
type response struct {
	tag  string // "*", "+" or a tag
	text []byte // what follows
}

// status reads "OK text".
func (r response) status() (status, text string) {
	status, text, _ = strings.Cut(string(r.text), " ")
	return upper(status), text
}

// errLong is a server that sends too much.
var errLong = errors.New("the server's response is too long")

// response reads one response, literals included.
func (c *Client) response() (response, error) {
	var all []byte
	for {
		line, err := c.readLine()
		if err != nil {
			return response{}, err
		}
		all = append(all, line...)
		n, _, literal := literalAt(string(bytes.TrimRight(line, "\r\n")))
		if !literal {
			break
		}
		if n > maxReply-len(all) {
			return response{}, errLong
		}
		from := len(all)
		all = append(all, make([]byte, n)...)
		if _, err := io.ReadFull(c.r, all[from:]); err != nil {
			return response{}, unexpected(err)
		}
	}
	tag, text, _ := bytes.Cut(bytes.TrimRight(all, "\r\n"), []byte(" "))
	return response{string(tag), text}, nil
}

// readLine reads a line with its line end.
func (c *Client) readLine() ([]byte, error) {
	var line []byte
	for {
		part, err := c.r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxReplyLine:
			return nil, errLong
		case err == nil:
			return line, nil
		case err != bufio.ErrBufferFull:
			if len(line) > 0 {
				return nil, unexpected(err)
			}
			return nil, err
		}
	}
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// piece is a part of a command: text, and a literal behind it.
type piece struct {
	text    string
	literal []byte // nil: none
}

// quoted makes an argument of a string. What cannot be quoted becomes a literal.
func quotedPieces(before, s string) []piece {
	if strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 || r == '\r' || r == '\n' || r == 0 }) {
		return []piece{{before, []byte(s)}}
	}
	return []piece{{text: before + string(appendString(nil, s))}}
}

// run sends a command and reads responses up to its end. name is what an error
// calls it; each gets the untagged ones.
func (c *Client) run(name string, command []piece, each func(response) error) (text string, err error) {
	c.tags++
	tag := "a" + strconv.Itoa(c.tags)
	var line strings.Builder
	line.WriteString(tag + " ")
	for _, p := range command {
		if strings.ContainsAny(p.text, "\r\n\x00") {
			return "", errors.New("imap: an argument contains a line end or NUL")
		}
		line.WriteString(p.text)
		if p.literal == nil {
			continue
		}
		fmt.Fprintf(&line, "{%d}\r\n", len(p.literal))
		if err := c.send(line.String()); err != nil {
			return "", err
		}
		line.Reset()
		// RFC 3501 §4.3: the octets wait for the server's "+".
		if text, done, err := c.wait(name, tag, each); done || err != nil {
			return text, err
		}
		if _, err := c.conn.Write(p.literal); err != nil {
			return "", err
		}
	}
	line.WriteString("\r\n")
	if err := c.send(line.String()); err != nil {
		return "", err
	}
	for {
		text, done, err := c.wait(name, tag, each)
		if done || err != nil {
			return text, err
		}
	}
}

func (c *Client) send(text string) error {
	_, err := c.conn.Write([]byte(text))
	return err
}

// wait reads responses until the command is done or the server says "+".
func (c *Client) wait(name, tag string, each func(response) error) (text string, done bool, err error) {
	for {
		r, err := c.response()
		if err != nil {
			if c.Bye != "" {
				return "", true, &Error{Command: name, Status: "BYE", Text: c.Bye}
			}
			return "", true, fmt.Errorf("imap: %s: %w", name, err)
		}
		switch r.tag {
		case "+":
			return string(r.text), false, nil
		case "*":
			c.untagged(r)
			if each != nil {
				if err := each(r); err != nil {
					return "", true, err
				}
			}
		case tag:
			status, text := r.status()
			if status != "OK" {
				return "", true, &Error{Command: name, Status: status, Text: text}
			}
			c.learn(text)
			return text, true, nil
		default:
			return "", true, &Error{Command: name, Text: r.tag + " " + string(r.text)}
		}
	}
}

// untagged takes in what may come at any time (RFC 3501 §7).
func (c *Client) untagged(r response) {
	first, rest, _ := strings.Cut(string(r.text), " ")
	switch upper(first) {
	case "OK", "NO", "BAD":
		c.learn(rest)
		return
	case "BYE":
		c.Bye = rest
		return
	case "CAPABILITY":
		c.caps = strings.Fields(rest)
		return
	}
	n, err := strconv.ParseUint(first, 10, 32)
	if err != nil {
		return
	}
	switch upper(rest) {
	case "EXISTS":
		c.Exists = uint32(n)
	case "RECENT":
		c.Recent = uint32(n)
	case "EXPUNGE":
		c.Expunged = append(c.Expunged, uint32(n))
		if c.Exists > 0 {
			c.Exists--
		}
	}
}

// parse reads the arguments of an untagged response.
func (r response) parse() []arg {
	p := &reader{in: append(bytes.Clone(r.text), '\n'), literal: maxReply}
	args, v := p.args(0)
	if v != readOK {
		return nil
	}
	return args
}
