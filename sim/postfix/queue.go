package postfix

import (
	"slices"
	"strconv"
	"time"

	"mailtrek/protocols/mailaddr"
	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// The names of the queue directories. Nowhere is where a message comes from
// and where it ends.
const (
	nowhere  = ""
	maildrop = "maildrop"
	incoming = "incoming"
	active   = "active"
	deferred = "deferred"
	hold     = "hold"
	corrupt  = "corrupt"
)

// Mail is a queue file: an envelope and a content (Postfix's qmgr(8),
// cleanup(8); OVERVIEW). It is in exactly one queue directory.
type Mail struct {
	ID         string
	Msg        trace.MsgID
	Queue      string
	Sender     string // "" is the null sender
	Recipients []*Recipient
	Content    []byte    // lines end in LF
	Arrived    time.Time // when the file came into being
	Local      bool      // submitted by a program of the host itself
	EnvID      string    // RFC 3461 §4.4, decoded
	Ret        smtp.Ret  // RFC 3461 §4.3
	Body8      bool      // BODY=8BITMIME was declared
	UTF8       bool      // SMTPUTF8 was asked for, or what a program of the host sent needs it
	beyond     bool      // the sender's address or a header field has more than ASCII

	verp      string     // the delimiters of VERP; "" is none
	filter    string     // "transport:nexthop" of FILTER, to which all of it goes
	replaced  int        // how many recipients REDIRECT has put one in the place of
	fullName  string     // of the user who submitted it, for a From that is missing
	from      *origin    // of what came through smtpd
	forced    bool       // postsuper -e: it is returned at the next attempt
	submitted *LocalMail // maildrop: what sendmail was given
	requeued  string     // maildrop: the id that it had before postsuper -r

	size   int       // as log lines and SIZE= have it
	probe  bool      // of verify(8) or "sendmail -bv": it ends before it would be delivered
	report bool      // the sender hears of the probe, or of the first attempt (DEL_REQ_FLAG_USR_VRFY, _RECORD)
	late   bool      // the sender was warned and hears of success, too (DEL_REQ_FLAG_REC_DLY_SENT)
	held   bool      // to be put on hold when it is complete
	ready  bool      // complete: the queue manager may take it
	due    time.Time // deferred: the time stamp of the file, before which it is not tried
	cool   int64     // incoming: the same, for one that was still being delivered
	warned bool      // the delay warning has been sent
	last   trace.Seq // the last event that moved it

	active  *activeMail // what the queue manager in charge knows of it
	busy    int         // agents that have the file open
	queued  bool        // waits for room in the active queue
	flushed bool        // defer_transports does not hold for it (postqueue -f)
	wanted  bool        // its destinations are tried even when they are dead (postqueue -i)
	taken   bool        // maildrop: pickup is at it
	place   int         // in the list of queue files
	cooling int         // deferred: its place among those that wait, from 1

	// What bounce(8), defer(8) and trace(8) keep about it until the sender is
	// told. The defer log is of the last attempt only.
	bounceLog, deferLog, traceLog []logged
}

// verifies tells whether it is a probe of verify(8), which wants to know no more
// than whether there is such an address (DEL_REQ_FLAG_MTA_VRFY); what "sendmail
// -bv" asks goes further.
func (m *Mail) verifies() bool { return m.probe && !m.report }

// logged is an entry of such a log: one recipient, perhaps one that an
// expansion led to, and what became of it.
type logged struct {
	Recipient
	result result
}

// Recipient is a recipient record of a queue file.
type Recipient struct {
	Addr   string // where it goes
	Orig   string // as it arrived, before virtual aliases
	ORcpt  string // RFC 3461 §4.2, decoded: "rfc822;ivan@alabala.com"; "" if unknown
	Notify smtp.Notify

	header bool    // sendmail -t found it in the header
	done   bool    // its fate is decided
	result *result // of the attempt under way, and after it of the last one
}

// from821 is the sender as log lines have it.
func (m *Mail) from821() string {
	if m.Sender == "" {
		return ""
	}
	return mailaddr.Quote(m.Sender)
}

// Size is the size of the content in octets, counted with CRLF.
func (m *Mail) Size() int { return m.size }

// queue holds the queue files of a host, by id.
type queue struct {
	sys     *System
	files   map[string]*Mail
	order   []*Mail // in the order of arrival, with gaps where files are gone
	gaps    int
	cooling cooling          // the deferred ones
	count   [directories]int // files by directory
}

// directories is how many queue directories there are, and nowhere.
const directories = 7

// directory is the place of a queue directory in queue.count.
func directory(name string) int {
	switch name {
	case incoming:
		return 1
	case active:
		return 2
	case deferred:
		return 3
	case maildrop:
		return 4
	case hold:
		return 5
	case nowhere:
		return 0
	}
	return directories - 1 // corrupt
}

func newQueue(s *System) *queue {
	return &queue{sys: s, files: map[string]*Mail{}}
}

// create makes a queue file in a directory. Its id has Postfix's short form: five
// hex digits of microseconds and the inode number; with enable_long_queue_ids
// the long one (mail_queue_enter).
func (q *queue) create(p *sim.Proc, dir string) *Mail {
	now := p.Now()
	m := &Mail{Msg: p.Msg(), Arrived: now}
	for usec := now.Nanosecond() / 1000; ; usec++ {
		if q.sys.config.Bool("enable_long_queue_ids") {
			m.ID = longID(now.Unix(), usec%1000000, q.sys.Host.Tree.NextInode())
		} else {
			m.ID = shortID(usec%1000000, q.sys.Host.Tree.NextInode())
		}
		if q.files[m.ID] == nil {
			break
		}
	}
	q.files[m.ID] = m
	m.place = len(q.order)
	q.order = append(q.order, m)
	q.move(p, m, dir, "")
	return m
}

// shortID is a queue id in the short form: microseconds in five hexadecimal
// digits, and the inode number.
func shortID(usec int, inode uint64) string {
	var room [24]byte
	const leading = 0x100000 // so that no zero of the five is lost
	b := strconv.AppendUint(room[:0], leading+uint64(usec), 16)
	b = strconv.AppendUint(b[1:], inode, 16)
	for i, c := range b {
		if c >= 'a' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// longDigits are the digits of long queue ids: no vowels, so that no words come
// about. The last one is not used for the inode number, in front of which it
// stands.
const longDigits = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"

// longID is a queue id in the long form: seconds in six digits at least and
// microseconds in four, both to the base 52, "z", the inode number to the base 51
// (mail_queue.h).
func longID(sec int64, usec int, inode uint64) string {
	digits := func(n uint64, base uint64, least int) string {
		var b []byte
		for ; n > 0 || len(b) < least; n /= base {
			b = append(b, longDigits[n%base])
		}
		slices.Reverse(b)
		return string(b)
	}
	return digits(uint64(sec), 52, 6) + digits(uint64(usec), 52, 4) + "z" + digits(inode, 51, 1)
}

// move moves a queue file; to nowhere removes it.
func (q *queue) move(p *sim.Proc, m *Mail, to, reason string) {
	t := q.sys.Host.World().Trace
	e := trace.Event{Kind: trace.Queue, Msg: m.Msg, A: t.Intern(m.ID), B: t.Intern(m.Queue), C: t.Intern(to), N: uint32(m.size)}
	if to == deferred {
		e.Code = uint16(min(max(m.due.Unix()-p.Now().Unix(), 0), 1<<16-1))
	}
	m.last = p.Emit(e, []byte(reason))
	q.count[directory(m.Queue)]--
	q.count[directory(to)]++
	m.Queue = to
	q.cooling.remove(m)
	switch to {
	case deferred:
		q.cooling.add(m)
	case nowhere:
		q.remove(m)
	}
}

// sweep removes what daemons have left half written when they died (cleanup(8)
// does it itself, on its signal to end).
func (q *queue) sweep() {
	for _, m := range q.in(incoming) {
		if !m.ready {
			t := q.sys.Host.World().Trace
			q.sys.Host.World().Emit(trace.Event{Kind: trace.Queue, Node: q.sys.Host.ID, Cause: m.last, Msg: m.Msg,
				A: t.Intern(m.ID), B: t.Intern(incoming), N: uint32(m.size)}, []byte("the mail system was stopped"))
			q.count[directory(incoming)]--
			m.Queue = nowhere
			q.remove(m)
		}
	}
}

func (q *queue) remove(m *Mail) {
	if q.files[m.ID] != m {
		return
	}
	delete(q.files, m.ID)
	q.order[m.place] = nil
	q.gaps++
	if q.gaps < 64 || q.gaps < len(q.order)/2 {
		return
	}
	q.order, q.gaps = slices.DeleteFunc(q.order, func(m *Mail) bool { return m == nil }), 0
	for i, m := range q.order {
		m.place = i
	}
}

// in are the files of a directory in the order in which they arrived. It looks
// at the youngest first, and no further than necessary: what lies in maildrop is
// young.
func (q *queue) in(dir string) []*Mail {
	n := q.count[directory(dir)]
	out := make([]*Mail, n)
	for i := len(q.order) - 1; i >= 0 && n > 0; i-- {
		if m := q.order[i]; m != nil && m.Queue == dir {
			n--
			out[n] = m
		}
	}
	return out[n:]
}

// Mails are all queue files in the order in which they arrived.
func (s *System) Mails() []*Mail {
	out := make([]*Mail, 0, len(s.queue.order)-s.queue.gaps)
	for _, m := range s.queue.order {
		if m != nil {
			out = append(out, m)
		}
	}
	return out
}
