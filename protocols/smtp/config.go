package smtp

import (
	"strings"
	"time"

	"mailtrek/protocols/wire"
)

// Config is what one listener's sessions obey: the values of main.cf and of
// the -o options in master.cf, already evaluated by the caller. The zero value
// works: no limit limits, nothing optional is offered, nothing is refused.
// Default gives Postfix's own defaults.
type Config struct {
	// Hostname is $myhostname: HELO, EHLO and 421 replies name it.
	Hostname string
	// Banner is $smtpd_banner, the text after "220 "; empty means
	// "$myhostname ESMTP Postfix", or Dovecot's "$myhostname Dovecot (Debian)
	// ready." for LMTP.
	Banner string
	// LMTP makes the session an LMTP server (RFC 2033) that answers as
	// Dovecot 2.3's lmtp does; most fields below are smtpd's and then unused.
	LMTP bool
	// Peer is the client as log lines name it, "name[address]", the name
	// being "unknown" when reverse lookup failed.
	Peer string

	// Timeout is $smtpd_timeout (RFC 5321 §4.5.3.2.7), 0 is forever.
	Timeout time.Duration
	// LineLimit is $line_length_limit: the bytes of a command line that are
	// kept; 0 means 2048.
	LineLimit int
	// SizeLimit is $message_size_limit in bytes, 0 is none (RFC 1870).
	SizeLimit int64
	// RecipientLimit is $smtpd_recipient_limit, 0 is none.
	RecipientLimit int
	// RecipientOvershoot is $smtpd_recipient_overshoot_limit: how many
	// recipients over the limit are refused without counting as errors.
	RecipientOvershoot int
	// SoftErrors is $smtpd_soft_error_limit: from so many errors on each
	// reply is delayed by ErrorSleep; 0 is never.
	SoftErrors int
	// HardErrors is $smtpd_hard_error_limit: after so many errors the session
	// ends with 421; 0 is never.
	HardErrors int
	// JunkCommands is $smtpd_junk_command_limit: commands such as NOOP and
	// RSET beyond this count as errors; 0 is never.
	JunkCommands int
	// ErrorSleep is $smtpd_error_sleep_time.
	ErrorSleep time.Duration

	// HeloRequired is $smtpd_helo_required.
	HeloRequired bool
	// StrictEnvelopes is $strict_rfc821_envelopes.
	StrictEnvelopes bool
	// DisableVRFY is $disable_vrfy_command.
	DisableVRFY bool
	// UTF8 is $smtputf8_enable.
	UTF8 bool
	// StrictUTF8 is $strict_smtputf8.
	StrictUTF8 bool
	// ForbidPipelining is $smtpd_forbid_unauth_pipelining.
	ForbidPipelining bool
	// BareLF is $smtpd_forbid_bare_newline for this client.
	BareLF BareLF
	// BareLFCode is $smtpd_forbid_bare_newline_reject_code; 0 means 550.
	BareLFCode int
	// Discard is $smtpd_discard_ehlo_keywords.
	Discard Keywords
	// Forbidden tells the commands of $smtpd_forbidden_commands; nil means
	// Postfix's default: CONNECT, GET, POST and what begins with no letter.
	Forbidden func(verb string) bool
	// Noop are the commands of $smtpd_noop_commands, answered 250.
	Noop []string
	// RejectFooter is $smtpd_reject_footer, already expanded; it is appended
	// to 4xx and 5xx replies. "\n" separates its lines.
	RejectFooter string
	// Room lends the memory for messages; nil means the session's own.
	Room *Room
	// SoftBounce is $soft_bounce: 5xx replies become 4xx.
	SoftBounce bool

	// TLS says whether STARTTLS is offered or demanded. A listener with
	// implicit TLS (RFC 8314) calls Session.Secured before Session.Open.
	TLS TLSLevel
	// TLSAuthOnly is $smtpd_tls_auth_only.
	TLSAuthOnly bool
	// Auth is the SASL service behind AUTH; nil: AUTH is not enabled.
	Auth Authenticator
	// BrokenAuthClients is $broken_sasl_auth_clients: also "AUTH=" is announced.
	BrokenAuthClients bool

	// Relayed tells that messages are Relayed: $smtpd_proxy_filter is set.
	Relayed bool
	// XForward tells that the client is one of
	// $smtpd_authorized_xforward_hosts.
	XForward bool
	// VERP is $default_verp_delimiters for a client of
	// $smtpd_authorized_verp_clients; "" is any other. VERPFilter is
	// $verp_delimiter_filter.
	VERP, VERPFilter string

	// Historic makes the session an RFC 821 receiver: SEND, SOML, SAML, TURN
	// and HELP are commands, EHLO is not (RFC 821 §4.5.1).
	Historic bool
}

// Default returns the configuration of a Postfix 3.7 smtpd with nothing set in
// main.cf but $myhostname and compatibility_level = 3.6.
func Default(hostname string) Config {
	return Config{
		Hostname:           hostname,
		Timeout:            300 * time.Second,
		LineLimit:          2048,
		SizeLimit:          10240000,
		RecipientLimit:     1000,
		RecipientOvershoot: 1000,
		SoftErrors:         10,
		HardErrors:         20,
		JunkCommands:       100,
		ErrorSleep:         time.Second,
		UTF8:               true,
	}
}

// TLSLevel is $smtpd_tls_security_level.
type TLSLevel uint8

const (
	// TLSNone offers no STARTTLS.
	TLSNone TLSLevel = iota
	// TLSMay offers STARTTLS.
	TLSMay
	// TLSEncrypt answers 530 to most commands before STARTTLS.
	TLSEncrypt
)

// BareLF is what becomes of lines that end in LF without CR
// (RFC 5321 §2.3.8), after $smtpd_forbid_bare_newline of Postfix 3.7.11.
type BareLF uint8

const (
	// BareLFAllow takes LF for CRLF everywhere, also around the final dot.
	BareLFAllow BareLF = iota
	// BareLFNormalize takes LF for CRLF, but wants CRLF.CRLF at the end.
	BareLFNormalize
	// BareLFNote is as BareLFNormalize and logs the client.
	BareLFNote
	// BareLFReject answers 550 and, outside of content, hangs up.
	BareLFReject
)

// ParseBareLF reads a value of $smtpd_forbid_bare_newline.
func ParseBareLF(value string) (BareLF, bool) {
	switch strings.ToLower(value) {
	case "no":
		return BareLFAllow, true
	case "yes", "normalize":
		return BareLFNormalize, true
	case "note":
		return BareLFNote, true
	case "reject":
		return BareLFReject, true
	}
	return BareLFAllow, false
}

// Keywords is a set of EHLO keywords (RFC 5321 §4.1.1.1).
type Keywords uint32

// The EHLO keywords that Postfix knows; an LMTP server has the same.
const (
	KeyPipelining Keywords = 1 << iota // RFC 2920
	KeySize                            // RFC 1870
	KeyVRFY                            // RFC 5321 §3.5.1
	KeyETRN                            // RFC 1985
	KeyStartTLS                        // RFC 3207
	KeyAuth                            // RFC 4954
	KeyXClient                         // Postfix XCLIENT_README
	KeyXForward                        // Postfix XFORWARD_README
	KeyEnhanced                        // ENHANCEDSTATUSCODES, RFC 2034
	Key8BitMIME                        // RFC 6152
	KeyDSN                             // RFC 3461
	KeyUTF8                            // SMTPUTF8, RFC 6531
	KeyChunking                        // RFC 3030
	KeyVERP                            // Postfix VERP_README
	KeySilent                          // silent-discard: no log line
)

// keywordNames are the keywords in the order of Postfix's ehlo_mask(3).
var keywordNames = []struct {
	bit  Keywords
	name string
}{
	{Key8BitMIME, "8BITMIME"},
	{KeyAuth, "AUTH"},
	{KeyETRN, "ETRN"},
	{KeyPipelining, "PIPELINING"},
	{KeySize, "SIZE"},
	{KeyVERP, "VERP"},
	{KeyVERP, "XVERP"},
	{KeyVRFY, "VRFY"},
	{KeyXClient, "XCLIENT"},
	{KeyXForward, "XFORWARD"},
	{KeyStartTLS, "STARTTLS"},
	{KeyEnhanced, "ENHANCEDSTATUSCODES"},
	{KeyDSN, "DSN"},
	{KeyUTF8, "SMTPUTF8"},
	{KeyChunking, "CHUNKING"},
	{KeySilent, "silent-discard"},
}

// ParseKeywords reads a list as in $smtpd_discard_ehlo_keywords, separated by
// blanks or commas, in any case; unknown words are ignored, as Postfix does.
func ParseKeywords(list string) Keywords {
	var set Keywords
	for word := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' || r == '\r' }) {
		for _, k := range keywordNames {
			if strings.EqualFold(word, k.name) {
				set |= k.bit
			}
		}
	}
	return set
}

// String returns the keywords as Postfix's log writes them, separated by blanks.
func (k Keywords) String() string {
	var names []string
	seen := Keywords(0)
	for _, n := range keywordNames {
		if k&n.bit != 0 && seen&n.bit == 0 {
			names = append(names, n.name)
			seen |= n.bit
		}
	}
	return strings.Join(names, " ")
}

// Interface checks.
var (
	_ wire.SecuredSession = (*Session)(nil)
	_ error               = (*Reply)(nil)
)
