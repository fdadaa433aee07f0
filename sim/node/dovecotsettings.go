package node

import (
	"crypto/sha1"
	"slices"

	"mailtrek/protocols/smtp"
)

// usualSettings are what every delivery and every login asks of dovecot.conf,
// read once for a configuration.
type usualSettings struct {
	hostname   string   // hostname, or the host's own name
	hostSum    [4]byte  // of the host's own name, in GUIDs
	level      string   // what log lines have in front of an information
	mechanisms []string // auth_mechanisms, without those for POP3 alone
	lmtp       lmtpSettings
}

// lmtpSettings are those of LMTP.
type lmtpSettings struct {
	banner      string        // behind 220
	tls         smtp.TLSLevel // whether STARTTLS is offered, by ssl
	delimiter   string        // recipient_delimiter
	deliveredTo bool          // lmtp_hdr_delivery_address
	received    bool          // lmtp_add_received_header
	checkQuota  bool          // lmtp_rcpt_check_quota
	firstUID    int           // first_valid_uid
	deliverLog  string        // deliver_log_format
}

// readSettings reads them anew.
func (d *Dovecot) readSettings() {
	global, lmtp := d.conf.For(""), d.conf.For("lmtp")
	u := usualSettings{hostname: global.Text("hostname"), level: "Info: "}
	if u.hostname == "" {
		u.hostname = d.Host.Name
	}
	sum := sha1.Sum([]byte(d.Host.Name))
	copy(u.hostSum[:], sum[16:])
	if to := global.Text("log_path"); to == "syslog" || to == "" {
		u.level = "" // syslog has the level elsewhere
	}
	u.mechanisms = slices.DeleteFunc(slices.Clone(global.Mechanisms()), func(m string) bool { return m == "APOP" })
	u.lmtp = lmtpSettings{
		banner:      u.hostname + " " + lmtp.Text("login_greeting"),
		delimiter:   lmtp.Text("recipient_delimiter"),
		deliveredTo: lmtp.Text("lmtp_hdr_delivery_address") != "none",
		received:    lmtp.Bool("lmtp_add_received_header"),
		checkQuota:  lmtp.Bool("lmtp_rcpt_check_quota"),
		firstUID:    lmtp.Number("first_valid_uid"),
		deliverLog:  lmtp.Text("deliver_log_format"),
	}
	if ssl := lmtp.Text("ssl"); ssl == "yes" || ssl == "required" {
		u.lmtp.tls = smtp.TLSMay
	}
	d.usual = u
}
