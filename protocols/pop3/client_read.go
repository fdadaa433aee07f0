package pop3

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-sasl"
)

// plain sends a command whose reply is one line.
func (c *Client) plain(line string) error {
	_, err := c.ask(line, line)
	return err
}

// ask sends a line and reads the first line of its reply. name is what an error
// calls the command.
func (c *Client) ask(name, line string) (text string, err error) {
	if err := c.send(line); err != nil {
		return "", err
	}
	return c.reply(name)
}

// send writes one line. A line end inside would be another command.
func (c *Client) send(line string) error {
	if strings.ContainsAny(line, "\r\n\x00") {
		return errors.New("pop3: an argument contains a line end or NUL")
	}
	_, err := c.conn.Write([]byte(line + "\r\n"))
	return err
}

// reply reads the first line of a reply and returns what follows "+OK ".
func (c *Client) reply(name string) (string, error) {
	line, err := c.readLine()
	if err != nil {
		return "", fmt.Errorf("pop3: %s: %w", name, err)
	}
	if line == "+OK" {
		return "", nil
	}
	text, ok := strings.CutPrefix(line, "+OK ")
	if !ok {
		return "", &Error{Command: name, Line: line}
	}
	return text, nil
}

// readLine reads a line without its CRLF (LF alone is taken as well).
func (c *Client) readLine() (string, error) {
	line, err := c.readRaw(maxReplyLine)
	return strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r"), err
}

// readRaw reads a line with its line end.
func (c *Client) readRaw(limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := c.r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == bufio.ErrBufferFull && len(line) <= limit:
			continue
		case len(line) > limit:
			return nil, fmt.Errorf("the server's line is longer than %d octets", limit)
		case err == io.EOF && len(line) > 0:
			return nil, io.ErrUnexpectedEOF
		case err == bufio.ErrBufferFull:
			return nil, fmt.Errorf("the server's line is longer than %d octets", limit)
		}
		return line, err
	}
}

// listing sends a command and reads the lines of its reply up to the dot.
func (c *Client) listing(cmd string) ([]string, error) {
	if _, err := c.ask(cmd, cmd); err != nil {
		return nil, err
	}
	var lines []string
	for {
		line, err := c.readLine()
		if err != nil {
			return nil, fmt.Errorf("pop3: %s: %w", cmd, err)
		}
		if line == "." {
			return lines, nil
		}
		if len(lines) == maxListing {
			return nil, fmt.Errorf("pop3: %s: more than %d lines", cmd, maxListing)
		}
		// RFC 1939 §3: every multi-line reply may be stuffed.
		lines = append(lines, strings.TrimPrefix(line, "."))
	}
}

// content sends a command and reads a message up to the dot.
func (c *Client) content(cmd string) ([]byte, error) {
	if _, err := c.ask(cmd, cmd); err != nil {
		return nil, err
	}
	var all []byte
	for {
		line, err := c.readRaw(maxMessage)
		if err != nil {
			return nil, fmt.Errorf("pop3: %s: %w", cmd, err)
		}
		if s := string(line); s == ".\r\n" || s == ".\n" {
			return all, nil
		}
		if line[0] == '.' {
			line = line[1:]
		}
		if len(all)+len(line) > maxMessage {
			return nil, fmt.Errorf("pop3: %s: more than %d octets", cmd, maxMessage)
		}
		all = append(all, line...)
	}
}

// Auth logs in by a SASL mechanism (RFC 5034 §4).
func (c *Client) Auth(mech sasl.Client) error {
	name, initial, err := mech.Start()
	if err != nil {
		return err
	}
	cmd := "AUTH " + name
	line := cmd
	// RFC 5034 §4: an initial response must fit the 255 octets of a line;
	// otherwise the server's empty challenge is waited for.
	if encoded := encodeResponse(initial); initial != nil && len(line)+1+len(encoded)+2 <= 255 {
		line, initial = line+" "+encoded, nil
	}
	if err := c.send(line); err != nil {
		return err
	}
	for {
		reply, err := c.readLine()
		if err != nil {
			return fmt.Errorf("pop3: %s: %w", cmd, err)
		}
		if reply == "+OK" || strings.HasPrefix(reply, "+OK ") {
			return nil
		}
		challenge, ok := challengeOf(reply)
		if !ok {
			return &Error{Command: cmd, Line: reply}
		}
		response := initial
		if response == nil {
			if response, err = mech.Next(challenge); err != nil {
				return c.cancel(cmd, err)
			}
		}
		initial = nil
		if err := c.send(base64.StdEncoding.EncodeToString(response)); err != nil {
			return err
		}
	}
}

// cancel ends an exchange that the mechanism cannot go on with.
func (c *Client) cancel(cmd string, cause error) error {
	if err := c.send("*"); err != nil {
		return err
	}
	if _, err := c.readLine(); err != nil {
		return err
	}
	return fmt.Errorf("pop3: %s: %w", cmd, cause)
}

// challengeOf decodes a line "+ BASE64".
func challengeOf(line string) ([]byte, bool) {
	text, ok := strings.CutPrefix(line, "+")
	if !ok || text != "" && text[0] != ' ' {
		return nil, false
	}
	challenge, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, " "))
	return challenge, err == nil
}

func encodeResponse(response []byte) string {
	if len(response) == 0 {
		return "="
	}
	return base64.StdEncoding.EncodeToString(response)
}
