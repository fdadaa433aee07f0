package scenario

import (
	"net/netip"
	"time"

	"mailtrek/sim/host"
	"mailtrek/sim/node"
)

// A Scenario is a document laid over its worlds, checked and ready to be
// built.
type Scenario struct {
	ID, Title, Summary, Lang string

	File  string        // the document, as its reader named it
	World string        // the id of the document right below; empty for none
	Start time.Time     // virtual time 0
	Seed  uint64        // of all dice
	Until time.Duration // the run ends then, even when something is left to do; 0 is DefaultUntil

	Hosts    []*Host    // in the order of their declaration
	Links    []Link     // those with properties of their own, later ones win
	Accounts []*Account // of the mail programs
	Mails    []*Mail
	Services []Service
	Commands []Command
	Actions  []Action // by time; at one time in the order of the document
	Faults   []Fault  // likewise
	Expects  []Expect // of this document alone
	Letter   *Letter  // of the way of a message from a file; nil for all others

	Parts        []Part        // the document for its reader
	Translations []Translation // of the document, by language
	Warnings     Errors        // what works, but not as its author may think
}

// DefaultUntil is the virtual time at which a run ends when the document does
// not say: Postfix returns a mail to its sender after five days
// (maximal_queue_lifetime).
const DefaultUntil = 6 * 24 * time.Hour

// DefaultStart is virtual time 0 when no document says one.
var DefaultStart = time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", 2*3600))

// Host is a machine of the simulated internet.
type Host struct {
	Name      string // fully qualified
	Short     string // the name that exports and narrow views use; empty for none
	Addresses []netip.Addr
	Resolver  netip.Addr // what its /etc/resolv.conf says, if the tree has none
	Runs      []string   // programs started at boot: postfix, dovecot, named
	Outside   bool       // real clients of "serve" count as this host
	Silent    bool       // every packet to or from it vanishes
	Users     []User     // besides those of its /etc/passwd
	Tree      *host.Tree // its files when the story begins
}

// User is a person with an account on a host.
type User struct {
	Name     string
	FullName string
	Password string // for POP3, IMAP and submission; empty for none
}

// Link is the way between two hosts. An empty host stands for any.
type Link struct {
	A, B     string
	Delay    time.Duration // one way
	HasDelay bool
	Loss     float64 // share of packets that vanish, 0 to 1
	HasLoss  bool
}

// Account is what a person has typed into the settings of a mail program.
type Account struct {
	User, Host string // who, and where the program runs
	From       string // "Elena Petrova <elena@sender.example>"
	Submit     Server // where mail is handed in
	Open       bool   // there without authentication
	Fetch      Server // where mail is read, by POP3
	IMAP       Server // and by IMAP
	Login      string // the name at both; empty: without authentication
	Password   string
	Helo       string // what the program calls itself; empty: the host's name
}

// Server is a place to connect to.
type Server struct {
	Host string // a name or an address, as the person typed it
	Port uint16
	TLS  string // "starttls", "tls" (from the first octet on), or "" for none
}

// Mail is a message that somebody will send.
type Mail struct {
	Name    string
	Content string // header and body, lines ending in "\n"
}

// Service names the built-in model behind a socket of a host, for instance the
// policy service "greylist delay=60s" at private/greylist.
type Service struct {
	Host, Path, Model string
	Options           map[string]string
	Filter            *node.Filter // of the model "filter"
}

// Command says how a program of a host that is never run would have ended.
type Command struct {
	Host, Path string
	Exit       int
	Output     string
	Filter     *node.Filter // it is a content filter; nil: it is none
}

// Translation is the text of the document in another language.
type Translation struct {
	Lang, Title, Summary string
	Parts                []Part
}

// Text returns the parts of the document in a language, or in its own when
// there is no translation, with title and summary.
func (s *Scenario) Text(lang string) Translation {
	for _, t := range s.Translations {
		if t.Lang == lang {
			return t
		}
	}
	return Translation{Lang: s.Lang, Title: s.Title, Summary: s.Summary, Parts: s.Parts}
}

// Host returns the host of that name, short name or address; nil if there is
// none.
func (s *Scenario) Host(name string) *Host {
	h, _ := findHost(s.Hosts, name)
	return h
}

// Mail returns the message of that name; nil if there is none.
func (s *Scenario) Mail(name string) *Mail {
	for _, m := range s.Mails {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// Account returns the settings of a user's mail program; nil if there are none.
func (s *Scenario) Account(user, host string) *Account {
	for _, a := range s.Accounts {
		if a.User == user && a.Host == host {
			return a
		}
	}
	return nil
}

// Story tells whether the document has something to play; one that has not is
// a world for others.
func (s *Scenario) Story() bool { return len(s.Actions) > 0 }
