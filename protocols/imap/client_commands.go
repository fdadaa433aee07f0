package imap

import (
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/emersion/go-sasl"
)

// plain is a command without arguments that matter.
func (c *Client) plain(name string) error {
	_, err := c.run(name, []piece{{text: name}}, nil)
	return err
}

// onMailbox is a command with the name of a mailbox.
func (c *Client) onMailbox(verb, name string) error {
	_, err := c.run(verb+" "+name, quotedPieces(verb+" ", name), nil)
	return err
}

// Capability asks for the capabilities (RFC 3501 §6.1.1).
func (c *Client) Capability() ([]string, error) { return c.caps, c.plain("CAPABILITY") }

// Noop gives the server an opportunity to tell what has changed.
func (c *Client) Noop() error { return c.plain("NOOP") }

// Logout ends the session. The caller closes the connection.
func (c *Client) Logout() error { return c.plain("LOGOUT") }

// StartTLS asks for TLS. Afterwards the caller runs the handshake and gives the
// secured connection to Upgrade (RFC 3501 §6.2.1).
func (c *Client) StartTLS() error { return c.plain("STARTTLS") }

// Login gives name and password in the clear (RFC 3501 §6.2.3).
func (c *Client) Login(user, password string) error {
	command := append(quotedPieces("LOGIN ", user), quotedPieces(" ", password)...)
	_, err := c.run("LOGIN "+user, command, nil)
	return err
}

// Authenticate logs in by a SASL mechanism (RFC 3501 §6.2.2). An initial
// response is sent at once where the server allows it (RFC 4959).
func (c *Client) Authenticate(a sasl.Client) error {
	mechanism, response, err := a.Start()
	if err != nil {
		return err
	}
	name := "AUTHENTICATE " + mechanism
	line := name
	if response != nil && c.Can("SASL-IR") {
		text := base64.StdEncoding.EncodeToString(response)
		if text == "" {
			text = "="
		}
		line += " " + text
		response = nil
	}
	c.tags++
	tag := "a" + strconv.Itoa(c.tags)
	if err := c.send(tag + " " + line + "\r\n"); err != nil {
		return err
	}
	for {
		text, done, err := c.wait(name, tag, nil)
		if done || err != nil {
			return err
		}
		challenge, err := base64.StdEncoding.DecodeString(text)
		if err == nil && response == nil {
			response, err = a.Next(challenge)
		}
		answer := base64.StdEncoding.EncodeToString(response)
		if err != nil {
			answer = "*" // RFC 3501 §6.2.2: the client gives up
		}
		if err := c.send(answer + "\r\n"); err != nil {
			return err
		}
		response = nil
	}
}

// Select opens a mailbox, Examine only to read.
func (c *Client) Select(name string) (*SelectedMailbox, error) { return c.open("SELECT", name) }

// Examine opens a mailbox only to read.
func (c *Client) Examine(name string) (*SelectedMailbox, error) { return c.open("EXAMINE", name) }

func (c *Client) open(verb, name string) (*SelectedMailbox, error) {
	m := &SelectedMailbox{}
	c.Exists, c.Recent, c.Expunged = 0, 0, nil
	text, err := c.run(verb+" "+name, quotedPieces(verb+" ", name), func(r response) error {
		status, text := r.status()
		if status == "FLAGS" {
			m.Flags = words(text)
		}
		if status != "OK" {
			return nil
		}
		code, _ := responseCode(text)
		word, value, _ := strings.Cut(code, " ")
		switch upper(word) {
		case "UNSEEN":
			m.Unseen = number(value)
		case "UIDVALIDITY":
			m.UIDValidity = number(value)
		case "UIDNEXT":
			m.UIDNext = number(value)
		case "HIGHESTMODSEQ":
			m.HighestModSeq, _ = strconv.ParseUint(value, 10, 63)
		case "PERMANENTFLAGS":
			m.Permanent = words(value)
		}
		return nil
	})
	m.Exists, m.Recent = c.Exists, c.Recent
	m.ReadOnly = strings.HasPrefix(upper(text), "[READ-ONLY]")
	return m, err
}

// words reads "(a b)".
func words(text string) []string { return strings.Fields(strings.Trim(text, "()")) }

// Create, Delete, Subscribe and Unsubscribe work on a mailbox.
func (c *Client) Create(name string) error { return c.onMailbox("CREATE", name) }

// Delete removes a mailbox.
func (c *Client) Delete(name string) error { return c.onMailbox("DELETE", name) }

// Subscribe puts a mailbox on the list of those subscribed to.
func (c *Client) Subscribe(name string) error { return c.onMailbox("SUBSCRIBE", name) }

// Unsubscribe takes a mailbox off that list.
func (c *Client) Unsubscribe(name string) error { return c.onMailbox("UNSUBSCRIBE", name) }

// Rename gives a mailbox another name.
func (c *Client) Rename(from, to string) error {
	_, err := c.run("RENAME "+from, append(quotedPieces("RENAME ", from), quotedPieces(" ", to)...), nil)
	return err
}

// List lists mailboxes by a pattern (RFC 3501 §6.3.8).
func (c *Client) List(reference, pattern string) ([]Listed, error) {
	var list []Listed
	command := append(quotedPieces("LIST ", reference), quotedPieces(" ", pattern)...)
	_, err := c.run("LIST", command, func(r response) error {
		args := r.parse()
		if len(args) < 4 || upper(args[0].text) != "LIST" {
			return nil
		}
		l := Listed{Name: args[3].text}
		if args[2].kind != argNil {
			l.Separator = args[2].text
		}
		for _, f := range args[1].list {
			l.Flags = append(l.Flags, f.text)
		}
		list = append(list, l)
		return nil
	})
	return list, err
}

// Status asks for facts of a mailbox by the names of STATUS (RFC 3501 §6.3.10).
func (c *Client) Status(name string, items ...string) (map[string]uint64, error) {
	facts := map[string]uint64{}
	command := append(quotedPieces("STATUS ", name), piece{text: " (" + strings.Join(items, " ") + ")"})
	_, err := c.run("STATUS "+name, command, func(r response) error {
		args := r.parse()
		if len(args) < 3 || upper(args[0].text) != "STATUS" {
			return nil
		}
		for i := 0; i+1 < len(args[2].list); i += 2 {
			facts[upper(args[2].list[i].text)], _ = strconv.ParseUint(args[2].list[i+1].text, 10, 63)
		}
		return nil
	})
	return facts, err
}

// Append puts a message into a mailbox. Its lines end in CRLF. date is "" or
// "20-Nov-2026 10:00:00 +0200".
func (c *Client) Append(mailbox string, message []byte, date string, flags ...string) error {
	command := quotedPieces("APPEND ", mailbox)
	more := " "
	if len(flags) > 0 {
		more += "(" + strings.Join(flags, " ") + ") "
	}
	if date != "" {
		more += string(appendString(nil, date)) + " "
	}
	command = append(command, piece{more, message})
	_, err := c.run("APPEND "+mailbox, command, nil)
	return err
}

// Fetch fetches items of messages, e.g. Fetch("1:*", false, "(UID FLAGS)"). uid
// means that the set is one of UIDs.
func (c *Client) Fetch(set string, uid bool, items string) ([]Fetched, error) {
	var list []Fetched
	_, err := c.run("FETCH "+set, []piece{{text: uidVerb("FETCH ", uid) + set + " " + items}}, func(r response) error {
		if f, ok := r.fetched(); ok {
			list = append(list, f)
		}
		return nil
	})
	return list, err
}

func uidVerb(verb string, uid bool) string {
	if uid {
		return "UID " + verb
	}
	return verb
}

// fetched reads "n FETCH (…)".
func (r response) fetched() (f Fetched, ok bool) {
	args := r.parse()
	if len(args) != 3 || upper(args[1].text) != "FETCH" || args[2].kind != argList {
		return f, false
	}
	f = Fetched{Seq: number(args[0].text), Sections: map[string][]byte{}}
	list := args[2].list
	for len(list) >= 2 {
		name := upper(list[0].text)
		list = list[1:]
		if strings.Contains(name, "[") && !strings.Contains(name, "]") && len(list) >= 3 {
			// "BODY[HEADER.FIELDS" "(A B)" "]<0>"
			var fields []string
			for _, x := range list[0].list {
				fields = append(fields, x.text)
			}
			name += " (" + strings.Join(fields, " ") + ")" + upper(list[1].text)
			list = list[2:]
		}
		v := list[0]
		list = list[1:]
		switch name {
		case "UID":
			f.UID = number(v.text)
		case "RFC822.SIZE":
			f.Size, _ = strconv.ParseInt(v.text, 10, 63)
		case "INTERNALDATE":
			f.Date = v.text
		case "FLAGS":
			for _, x := range v.list {
				f.Flags = append(f.Flags, x.text)
			}
		default:
			if v.kind == argString || v.kind == argLiteral {
				f.Sections[name] = []byte(v.text)
			} else if v.kind == argNil {
				f.Sections[name] = nil
			}
		}
	}
	return f, true
}

// Search finds messages by criteria as SEARCH has them.
func (c *Client) Search(criteria string, uid bool) ([]uint32, error) {
	var found []uint32
	_, err := c.run("SEARCH", []piece{{text: uidVerb("SEARCH ", uid) + criteria}}, func(r response) error {
		args := r.parse()
		if len(args) == 0 || upper(args[0].text) != "SEARCH" {
			return nil
		}
		for _, a := range args[1:] {
			if a.kind == argAtom {
				found = append(found, number(a.text))
			}
		}
		return nil
	})
	return found, err
}

// Store changes flags; action is "FLAGS", "+FLAGS" or "-FLAGS", with ".SILENT"
// if the server need not repeat them.
func (c *Client) Store(set string, uid bool, action string, flags ...string) ([]Fetched, error) {
	var list []Fetched
	text := uidVerb("STORE ", uid) + set + " " + action + " (" + strings.Join(flags, " ") + ")"
	_, err := c.run("STORE "+set, []piece{{text: text}}, func(r response) error {
		if f, ok := r.fetched(); ok {
			list = append(list, f)
		}
		return nil
	})
	return list, err
}

// Copy copies messages into a mailbox, Move moves them (RFC 6851).
func (c *Client) Copy(set string, uid bool, mailbox string) error {
	return c.transfer("COPY ", set, uid, mailbox)
}

// Move moves messages into a mailbox (RFC 6851).
func (c *Client) Move(set string, uid bool, mailbox string) error {
	return c.transfer("MOVE ", set, uid, mailbox)
}

func (c *Client) transfer(verb, set string, uid bool, mailbox string) error {
	_, err := c.run(verb+set, quotedPieces(uidVerb(verb, uid)+set+" ", mailbox), nil)
	return err
}

// Expunge removes what is marked as \Deleted.
func (c *Client) Expunge() error { return c.plain("EXPUNGE") }

// Close removes what is marked as \Deleted and leaves the mailbox.
func (c *Client) Close() error { return c.plain("CLOSE") }

// Idle waits for changes until something has come, and ends IDLE (RFC 2177).
// What has come stands in Exists, Recent and Expunged.
func (c *Client) Idle() error {
	c.tags++
	tag := "a" + strconv.Itoa(c.tags)
	if err := c.send(tag + " IDLE\r\n"); err != nil {
		return err
	}
	if _, done, err := c.wait("IDLE", tag, nil); done || err != nil {
		return err
	}
	r, err := c.response()
	if err != nil {
		return fmt.Errorf("imap: IDLE: %w", err)
	}
	c.untagged(r)
	if err := c.send("DONE\r\n"); err != nil {
		return err
	}
	_, done, err := c.wait("IDLE", tag, nil)
	if err == nil && !done {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// Do sends a command as it is typed, without its tag, and returns all lines of
// the answer.
func (c *Client) Do(command string) (lines []string, err error) {
	text, err := c.run(command, []piece{{text: command}}, func(r response) error {
		lines = append(lines, "* "+string(r.text))
		return nil
	})
	return append(lines, text), err
}
