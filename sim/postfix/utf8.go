package postfix

import "bytes"

// Mail that needs SMTPUTF8 (RFC 6531; SMTPUTF8_README).

// autodetects are the sources of mail in smtputf8_autodetect_classes by the
// daemons that submit it.
var autodetects = map[string]string{"pickup": "sendmail", "smtpd": "smtpd", "local": "forward", "bounce": "bounce", "verify": "verify"}

// detectUTF8 looks for a header and for addresses that go beyond ASCII. Mail from
// sendmail(1), which has no word for it, asks for SMTPUTF8 that way; a client
// of smtpd(8) has to say so itself.
func (u *Submission) detectUTF8() {
	c, m := u.d.conf, u.mail
	if !c.Bool("smtputf8_enable") {
		return
	}
	end := bytes.Index(m.Content, []byte("\n\n"))
	if end < 0 {
		end = len(m.Content)
	}
	m.beyond = beyondASCII(m.Sender) || beyondASCII(m.Content[:end])
	found := m.beyond
	for _, r := range m.Recipients {
		found = found || beyondASCII(r.Addr)
	}
	if classes := c.List("smtputf8_autodetect_classes"); found && (listHas(classes, autodetects[u.client]) || listHas(classes, "all")) {
		m.UTF8 = true
	}
}

func beyondASCII[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return true
		}
	}
	return false
}

// needsUTF8 tells whether mail for some recipients can only go to a server that
// offers SMTPUTF8.
func (m *Mail) needsUTF8(to []*Recipient) bool {
	if !m.UTF8 || m.beyond {
		return m.UTF8
	}
	for _, r := range to {
		if beyondASCII(r.Addr) {
			return true
		}
	}
	return false
}
