package node

import (
	"mailtrek/protocols/imap"
	"mailtrek/protocols/pop3"
	"mailtrek/protocols/sasl"
)

// What a Dovecot would be to a session that only rehearses: its configuration,
// and who may log in. Nothing of it waits, logs or changes anything.

// POP3Config is what dovecot.conf says of POP3; local is a client on the
// server's own host. The timestamp of APOP, which is another in each session,
// is left out.
func (d *Dovecot) POP3Config(local bool) pop3.Config {
	conf := d.conf.For("pop3")
	return pop3.Config{
		Hostname:             d.hostname(),
		Greeting:             conf.Text("login_greeting"),
		Mechanisms:           conf.Mechanisms(),
		TLS:                  map[string]pop3.TLSLevel{"yes": pop3.TLSYes, "required": pop3.TLSRequired}[conf.Text("ssl")],
		Local:                local,
		DisablePlaintextAuth: conf.Bool("disable_plaintext_auth"),
		LockSession:          conf.Bool("pop3_lock_session"),
		EnableLast:           conf.Bool("pop3_enable_last"),
		NoFlagUpdates:        conf.Bool("pop3_no_flag_updates"),
	}
}

// IMAPConfig is what dovecot.conf says of IMAP.
func (d *Dovecot) IMAPConfig(local bool) imap.Config { return d.imapConfig(local) }

// Verifier checks passwords against the passdb.
func (d *Dovecot) Verifier() sasl.Verifier { return verifier{d.users} }

// MailUser is the name of the user whose mail belongs to a login
// (auth_username_format); empty when the login can be none.
func (d *Dovecot) MailUser(login string) string {
	name, ok := d.users.Normalize(login)
	if !ok {
		return ""
	}
	return name
}
