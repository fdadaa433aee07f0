package smtp

import (
	"encoding/base64"

	"mailtrek/protocols/sasl"
)

// Auth proves who the user is (RFC 4954 §4). The reply of a server that
// refuses is an *Error.
func (c *Client) Auth(x sasl.Client) error {
	mechanism, initial, err := x.Start()
	if err != nil {
		return &Error{Stage: StageAuth, Host: c.cfg.Peer, dsn: "4.7.0", text: "SASL authentication failed; " + err.Error(), Cause: err}
	}
	line := "AUTH " + mechanism
	if initial != nil {
		coded := base64.StdEncoding.EncodeToString(initial)
		if coded == "" {
			coded = "=" // RFC 4954 §4: an empty initial response
		}
		line += " " + coded
	}
	for {
		r, err := c.ask(StageAuth, line)
		if err != nil {
			return err
		}
		if r.Code/100 == 2 {
			return nil
		}
		if r.Code != 334 {
			return &Error{Stage: StageAuth, Reply: keep(r), Host: c.cfg.Peer}
		}
		line = "*" // RFC 4954 §4: cancels
		if challenge, err := base64.StdEncoding.DecodeString(r.Text); err == nil {
			if response, err := x.Next(challenge); err == nil {
				line = base64.StdEncoding.EncodeToString(response)
			}
		}
	}
}
