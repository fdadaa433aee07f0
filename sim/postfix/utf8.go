package postfix

import "encoding/binary"

// Mail that needs SMTPUTF8 (RFC 6531; SMTPUTF8_README).

// autodetects are the sources of mail in smtputf8_autodetect_classes by the
// daemons that submit it.
var autodetects = map[string]string{"pickup": "sendmail", "smtpd": "smtpd", "local": "forward", "bounce": "bounce", "verify": "verify"}

// detectUTF8 looks for a header and for addresses that go beyond ASCII. Mail from
// sendmail(1), which has no word for it, asks for SMTPUTF8 that way; a client
// of smtpd(8) has to say so itself. The header is the first octets of the content.
func (u *Submission) detectUTF8(header int) {
	c, m := u.d.conf, u.mail
	if !c.cleanup().utf8 {
		return
	}
	m.beyond = beyondASCII(m.Sender) || headerBeyondASCII(m.Content[:header])
	found := m.beyond
	for _, r := range m.Recipients {
		found = found || beyondASCII(r.Addr)
	}
	if !found {
		return
	}
	if classes := c.List("smtputf8_autodetect_classes"); listHas(classes, autodetects[u.client]) || listHas(classes, "all") {
		m.UTF8 = true
	}
}

// headerBeyondASCII is beyondASCII for what is long: 32 octets at a time.
func headerBeyondASCII(b []byte) bool {
	var all uint64
	for ; len(b) >= 32; b = b[32:] {
		all |= binary.LittleEndian.Uint64(b) | binary.LittleEndian.Uint64(b[8:]) | binary.LittleEndian.Uint64(b[16:]) | binary.LittleEndian.Uint64(b[24:])
	}
	return all&0x8080808080808080 != 0 || beyondASCII(string(b))
}

func beyondASCII(s string) bool {
	var all byte
	for i := range len(s) {
		all |= s[i]
	}
	return all >= 0x80
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
