package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mailtrek/protocols/mailaddr"
	"mailtrek/protocols/message"
	"mailtrek/protocols/wire"
	"mailtrek/sim/scenario"
)

// mailOptions are how "open" sends a message through a simulated internet.
type mailOptions struct {
	world string   // the scenario whose internet it is
	as    string   // "elena@pc.sender.example": whose mail program sends it; "" chooses
	to    []string // the recipients of the envelope; none chooses
}

// maxLetter is how many octets a message file may have.
const maxLetter = 64 << 20

// readWhen is when the recipients look into their mailboxes, after the message
// was handed in.
const readWhen = 30 * time.Second

// openMail makes a scenario of the way of a message from a file.
func (a *app) openMail(name string, in io.Reader, o mailOptions) (*scenario.Scenario, error) {
	raw, err := io.ReadAll(io.LimitReader(in, maxLetter+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxLetter {
		return nil, fmt.Errorf("%s: a message of more than %d MB", wire.Visible(name), maxLetter>>20)
	}
	if len(message.Scan(raw).Fields) == 0 {
		return nil, fmt.Errorf("%s: it is neither a trace nor a message: a message begins with header fields, 'From: …'", wire.Visible(name))
	}
	s, err := a.load(o.world)
	if err != nil {
		return nil, err
	}
	letter := &scenario.Letter{File: name, World: o.world, As: o.as, To: o.to, Mail: filepath.Base(name)}
	if name == "-" {
		letter.Mail = "letter"
	}
	if err := a.address(s, raw, letter.Mail, o); err != nil {
		return nil, err
	}
	s.Letter = letter
	return s, nil
}

// address makes sending the message the story of a scenario: somebody hands it
// in, and later everybody else reads their mail.
func (a *app) address(s *scenario.Scenario, raw []byte, name string, o mailOptions) error {
	h := message.Scan(raw)
	sender, err := sendingAccount(s, o.as, h)
	if err != nil {
		return err
	}
	to := o.to
	if len(to) == 0 {
		to = a.recipients(s, sender, h)
	}
	if len(to) == 0 {
		return usagef("the message names no recipient, and the scenario has nobody else; say --to ADDRESS")
	}
	content := string(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")))
	s.ID, s.Title = name, name
	if subject := field(h, "Subject"); subject != "" {
		s.Title = message.DecodeWords(subject)
	}
	s.Mails = append(s.Mails, &scenario.Mail{Name: name, Content: content})
	s.Expects, s.Faults, s.Until = nil, nil, scenario.DefaultUntil
	s.Actions = []scenario.Action{{
		Kind: scenario.Submit, Host: sender.Host, User: sender.User, Mail: name, From: accountAddress(sender), To: to,
		Text: fmt.Sprintf("%s@%s submit %s", sender.User, sender.Host, name),
	}}
	for _, acc := range s.Accounts {
		if acc != sender && acc.Fetch.Host != "" {
			s.Actions = append(s.Actions, scenario.Action{
				At: readWhen, Kind: scenario.Fetch, Host: acc.Host, User: acc.User, Proto: "pop3",
				Text: fmt.Sprintf("%s@%s fetch pop3", acc.User, acc.Host),
			})
		}
	}
	return nil
}

// sendingAccount is the account that sends a message: the one asked for, that
// of the author, or the first that can send.
func sendingAccount(s *scenario.Scenario, as string, h message.Header) (*scenario.Account, error) {
	var can []string
	var first, author *scenario.Account
	from := message.Addresses(field(h, "From"))
	for _, acc := range s.Accounts {
		if acc.Submit.Host == "" {
			continue
		}
		name := acc.User + "@" + acc.Host
		if name == as {
			return acc, nil
		}
		can = append(can, name)
		if first == nil {
			first = acc
		}
		if author == nil && len(from) > 0 && strings.EqualFold(from[0].Addr, accountAddress(acc)) {
			author = acc
		}
	}
	switch {
	case as != "":
		return nil, usagef("--as %s: nobody of that name sends mail; known: %s", wire.Visible(as), strings.Join(can, ", "))
	case author != nil:
		return author, nil
	case first != nil:
		return first, nil
	}
	return nil, usagef("the scenario %s has no mail program that could send the message", s.ID)
}

// recipients are those of the header whose domain somebody of the scenario has.
// When there are none, the envelope names somebody else: envelope and header
// need not agree.
func (a *app) recipients(s *scenario.Scenario, sender *scenario.Account, h message.Header) []string {
	var domains []string
	other := ""
	for _, acc := range s.Accounts {
		addr := accountAddress(acc)
		_, domain := mailaddr.Split(addr)
		domains = append(domains, strings.ToLower(domain))
		if acc != sender && other == "" {
			other = addr
		}
	}
	var here, all []string
	for _, name := range []string{"To", "Cc", "Bcc"} {
		for _, f := range h.Fields {
			if !strings.EqualFold(f.Name, name) {
				continue
			}
			for _, r := range message.Addresses(f.Value()) {
				if r.Addr == "" || slices.Contains(all, r.Addr) {
					continue
				}
				all = append(all, r.Addr)
				if _, domain := mailaddr.Split(r.Addr); slices.Contains(domains, strings.ToLower(domain)) {
					here = append(here, r.Addr)
				}
			}
		}
	}
	if len(here) > 0 || other == "" {
		return here
	}
	fmt.Fprintf(a.err, "mailtrek: nobody whom the header names lives in this internet; the envelope names %s instead (--to ADDRESS chooses)\n", wire.Visible(other))
	return []string{other}
}

// accountAddress is the bare address of an account.
func accountAddress(acc *scenario.Account) string {
	if list := message.Addresses(acc.From); len(list) > 0 {
		return list[0].Addr
	}
	return acc.User + "@" + acc.Host
}

// field is the value of the first field of a name.
func field(h message.Header, name string) string {
	for _, f := range h.Fields {
		if strings.EqualFold(f.Name, name) {
			return strings.TrimSpace(message.Unfold(f.Value()))
		}
	}
	return ""
}

// isTrace tells by its beginning whether a file is a trace.
func isTrace(in *bufio.Reader) bool {
	begin, _ := in.Peek(512) // what is shorter is peeked whole
	return bytes.HasPrefix(bytes.TrimLeft(begin, " \t\r\n\ufeff"), []byte("{"))
}
