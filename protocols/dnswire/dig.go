package dnswire

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// DigVersion is the version of BIND's dig whose words are used.
const DigVersion = "9.18.49-1~deb12u3-Debian"

// Dig is one question of dig(1), host(1) or nslookup(1), with what is shown of
// the reply.
type Dig struct {
	Name   string
	Type   uint16
	Class  uint16 // 0 is IN
	TCP    bool
	NoRD   bool // +norecurse
	NoEDNS bool // +noedns
	EDNS   uint8
	Size   uint16 // +bufsize; 0 is EDNSSize
	Cookie bool   // +cookie, the default of dig
	NSID   bool
	CD, DO bool
	AA, Z  bool
	NoAD   bool
	Header bool // +header-only: no question
	Opcode int
	Serial uint32 // of what the asker of an IXFR has
	Ignore bool   // +ignore: a truncated reply is good enough

	Tries      int // +tries
	Trace      bool
	NSSearch   bool
	Identify   bool
	ShowQuery  bool // +qr
	Multiline  bool
	OneSOA     bool
	NoTTL      bool
	NoClass    bool
	TTLUnits   bool
	Usec       bool // -u
	NoServfail bool // +nofail: SERVFAIL does not stop the search for an answer

	Short, Comments, Question, Answer, Authority, Additional, Stats bool // what is shown
	tcpSet, typeSet, classSet                                       bool
}

// NewDig is a question as dig(1) asks it when nothing else is said.
func NewDig() Dig {
	return Dig{Type: dns.TypeA, Cookie: true, Tries: 3, Comments: true, Question: true, Answer: true, Authority: true, Additional: true, Stats: true}
}

// Transfer tells whether a whole zone is asked for (RFC 5936, RFC 1995).
func (d *Dig) Transfer() bool { return d.Type == dns.TypeAXFR || d.Type == dns.TypeIXFR }

// class is the class that is asked for.
func (d *Dig) class() uint16 {
	if d.Class == 0 {
		return dns.ClassINET
	}
	return d.Class
}

// Query returns the packet that is sent. The error says why the name cannot be
// asked for.
func (d *Dig) Query(id uint16, cookie [clientCookieLen]byte) ([]byte, error) {
	if why := illegal(d.Name); why != "" {
		return nil, errors.New(why)
	}
	m := dns.Msg{MsgHdr: dns.MsgHdr{Id: id, Opcode: d.Opcode, RecursionDesired: !d.NoRD && !d.Transfer(), AuthenticatedData: !d.NoAD, CheckingDisabled: d.CD, Authoritative: d.AA, Zero: d.Z}}
	if !d.Header {
		m.Question = []dns.Question{{Name: escaped(d.Name), Qtype: d.Type, Qclass: d.class()}}
	}
	if d.Type == dns.TypeIXFR {
		m.Ns = []dns.RR{&dns.SOA{Hdr: dns.RR_Header{Name: escaped(d.Name), Rrtype: dns.TypeSOA, Class: d.class()}, Ns: ".", Mbox: ".", Serial: d.Serial}}
	}
	if !d.NoEDNS {
		opt := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT}}
		opt.SetUDPSize(EDNSSize)
		if d.Size > 0 {
			opt.SetUDPSize(d.Size)
		}
		opt.SetVersion(d.EDNS)
		if d.DO {
			opt.SetDo()
		}
		if d.NSID {
			opt.Option = append(opt.Option, &dns.EDNS0_NSID{Code: dns.EDNS0NSID})
		}
		if d.Cookie {
			opt.Option = append(opt.Option, &dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: hex.EncodeToString(cookie[:])})
		}
		m.Extra = []dns.RR{opt}
	}
	return m.Pack()
}

// escaped is a name as it stands in a master file (RFC 1035 §5.1), with the
// final dot.
func escaped(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if c := name[i]; c <= ' ' || c > '~' {
			fmt.Fprintf(&b, "\\%03d", c)
		} else {
			b.WriteByte(c)
		}
	}
	return dns.Fqdn(b.String())
}

// illegal is why a name is none, in the words of BIND (RFC 1035 §2.3.4).
func illegal(name string) string {
	if name == "." {
		return ""
	}
	length := 0
	for _, label := range strings.Split(strings.TrimSuffix(name, "."), ".") {
		switch length += len(label) + 1; {
		case label == "":
			return fmt.Sprintf("'%s' is not a legal name (empty label)", printable(name))
		case len(label) > 63 && !strings.Contains(label, "\\"):
			return fmt.Sprintf("'%s' is not a legal name (label too long)", printable(name))
		}
	}
	if length > 254 {
		return fmt.Sprintf("'%s' is not a legal name (ran out of space)", printable(name))
	}
	return ""
}

// DigLine is a command line of dig(1), understood.
type DigLine struct {
	Lookups []Dig
	Batch   string // -f
	Server  string // behind @; empty for those of resolv.conf
	Port    uint16 // -p
	Source  string // -b
	Wait    time.Duration
	V4, V6  bool    // -4, -6
	Search  bool    // +search
	Domain  string  // +domain
	Ndots   int     // +ndots; -1 for that of resolv.conf
	Early   string  // what is said on the standard output before all else,
	Warning string  // and on the standard error
	Ends    *DigEnd // it goes no further
	Greet   string  // the first lines of the output
	short   bool
	cmd     bool
	batch   bool
	named   bool
	base    Dig
	latest  *Dig // to which options go: base, or the last of Lookups
	open    bool // a word may be a type or a class
}

// DigEnd is why dig goes no further: what it writes, and its exit status.
type DigEnd struct {
	Out, Err string
	Status   int
}

// Asked is the name as it stands in the question, with the final dot.
func (d *Dig) Asked() string { return escaped(d.Name) }
