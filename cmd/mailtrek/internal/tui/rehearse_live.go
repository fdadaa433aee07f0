package tui

import (
	"errors"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mailtrek/protocols/imap"
	"mailtrek/protocols/pop3"
	"mailtrek/protocols/sasl"
	"mailtrek/protocols/wire"
	"mailtrek/sim/node"
	"mailtrek/sim/scenario"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// What would be answered in this very session is found by holding it once more:
// a real session of POP3 or IMAP gets the mailbox as it was when its user
// logged in, and all that the client has said since, at the times at which it
// was said. Then it is in the state of the one in the trace, with its numbers,
// sizes and flags, and can be asked.

// replayed is the server behind such a session.
type replayed struct {
	in   *Instant
	node trace.NodeID
	conn trace.ConnID
	d    *node.Dovecot // nil when only the trace is known: then everybody is believed
	now  trace.Seq     // up to where the conversation was held again
	box  *imap.MemoryAccount
	user string
}

// Now is the time of the event that has been reached.
func (r *replayed) Now() time.Time {
	t := r.in.Story.T
	return t.Header.Start.Add(t.At(max(r.now, 1)).At())
}

// Failed lets nobody wait: a rehearsal has no time.
func (*replayed) Failed() {}

// server is an exchange of a mechanism.
func (r *replayed) server(mechanism string) sasl.Server {
	var v sasl.Verifier = acceptAll{}
	if r.d != nil {
		v = r.d.Verifier()
	}
	return sasl.NewServer(mechanism, v, sasl.ServerOptions{Hostname: r.in.Story.T.Node(r.node).Name, Nonce: "rehearsal"})
}

// owner is whose mail a login reads.
func (r *replayed) owner(login string) string {
	if r.d != nil {
		return r.d.MailUser(login)
	}
	name, _, _ := strings.Cut(strings.ToLower(login), "@")
	return name
}

// files are the messages in the user's mailbox at the event.
func (r *replayed) files(user string) (list []*state.File, snap *state.Snapshot) {
	snap = r.in.Story.Folds.At(r.now)
	if b := snap.Mailbox(r.node, user); b != nil {
		for _, f := range b.Files(0) {
			if inInbox(f.Name) {
				list = append(list, f)
			}
		}
	}
	return list, snap
}

// inInbox tells whether a file is in the INBOX rather than in a folder of
// Maildir++, whose name begins with a dot.
func inInbox(name string) bool { return !strings.Contains(name, "/.") }

// popReplay is the server of a POP3 session.
type popReplay struct {
	replayed
	lock bool // pop3_lock_session
}

// holder is another session that has the user's maildrop open now; 0 for none.
func (r *popReplay) holder(user string) trace.ConnID {
	then := *r.in
	then.At, then.Snap = r.now, r.in.Story.Folds.At(r.now)
	t := r.in.Story.T
	for _, other := range then.Snap.OpenConns() {
		c := t.Conn(other.ID)
		if other.ID == r.conn || c.Proto != trace.POP3 || c.Server != r.node || other.Session != pop3.Transaction.String() {
			continue
		}
		if s, ok := then.hold(other.ID).(interface{ User() string }); ok && r.owner(s.User()) == user {
			return other.ID
		}
	}
	return 0
}

// lockWords say who holds the lock of the maildrop that a POP3 session is
// about (pop3_lock_session); empty when nobody does, or nothing is locked.
func (in *Instant) lockWords(id trace.ConnID) string {
	t := in.Story.T
	c, now := t.Conn(id), in.Snap.Conn(id)
	if c.Proto != trace.POP3 || in.Story.dovecot == nil || now == nil || now.Phase != state.Open {
		return ""
	}
	d := in.Story.dovecot(t.Node(c.Server).Name)
	if d == nil || !d.POP3Config(false).LockSession {
		return ""
	}
	if now.Session == pop3.Transaction.String() {
		return in.Words.T("lock.own")
	}
	r := &popReplay{replayed: replayed{in: in, node: c.Server, conn: id, d: d, now: in.At}}
	for _, b := range in.Snap.Mailboxes(c.Server) {
		if other := r.holder(b.User); other != 0 {
			return in.Words.T("lock.other", "user", b.User, "n", itoa(int(other)), "host", in.Story.short(t.Conn(other).Client))
		}
	}
	return ""
}

// Auth begins an exchange.
func (r *popReplay) Auth(mechanism string) pop3.Exchange {
	if s := r.server(mechanism); s != nil {
		return s
	}
	return nil
}

// Open opens the maildrop as it is now.
func (r *popReplay) Open(login string) (pop3.Maildrop, error) {
	if r.lock && r.holder(r.owner(login)) != 0 {
		return nil, pop3.ErrInUse
	}
	d := &popDrop{}
	files, snap := r.files(r.owner(login))
	for _, f := range files {
		text, _ := snap.Content(f.Stored)
		d.texts = append(d.texts, text)
		size := int64(len(text) + strings.Count(string(text), "\n") - strings.Count(string(text), "\r\n"))
		d.list = append(d.list, pop3.Message{Size: size, UID: pop3.UID(f.UID, 1), Seen: strings.Contains(f.Flags, "S")})
	}
	return d, nil
}

// popDrop is a maildrop that nobody changes.
type popDrop struct {
	list  []pop3.Message
	texts [][]byte
}

func (d *popDrop) Messages() []pop3.Message      { return d.list }
func (d *popDrop) Content(i int) ([]byte, error) { return d.texts[i], nil }
func (d *popDrop) Update(_, _ []int) error       { return nil }
func (d *popDrop) Close()                        {}

// imapReplay is the server of an IMAP session.
type imapReplay struct{ replayed }

// Auth begins an exchange.
func (r *imapReplay) Auth(mechanism string) imap.Exchange {
	if s := r.server(mechanism); s != nil {
		return s
	}
	return nil
}

var errNoMail = errors.New("nobody of that name has mail here")

// Open opens the account as it is now, with the folders that hold something.
func (r *imapReplay) Open(login string) (imap.Account, error) {
	r.user = r.owner(login)
	if r.user == "" {
		return nil, errNoMail
	}
	files, snap := r.files(r.user)
	var list []imap.MemoryMessage
	for _, f := range files {
		list = append(list, r.message(snap, f))
	}
	r.box = imap.NewMemoryAccount(1, list...)
	return r.box, nil
}

// message is a file of the mailbox.
func (r *imapReplay) message(snap *state.Snapshot, f *state.File) imap.MemoryMessage {
	text, _ := snap.Content(f.Stored)
	t := r.in.Story.T
	m := imap.MemoryMessage{Text: string(text), Date: t.Header.Start.Add(t.At(f.Stored).At())}
	for letter, flag := range map[string]imap.Flags{"R": imap.Answered, "F": imap.Flagged, "T": imap.Deleted, "S": imap.Seen, "D": imap.Draft} {
		if strings.Contains(f.Flags, letter) {
			m.Flags |= flag
		}
	}
	return m
}

// arrive delivers what others have put into the mailbox between two events.
func (r *imapReplay) arrive(from, to trace.Seq) {
	if r.box == nil {
		return
	}
	t := r.in.Story.T
	for q := from + 1; q <= to; q++ {
		e := t.At(q)
		if e.Kind != trace.Mailbox || e.Node != r.node || e.Conn == r.conn || t.Name(e.A) != r.user || t.Name(e.C) != "append" || !inInbox(t.Name(e.B)) {
			continue
		}
		r.box.Inbox().Deliver(imap.MemoryMessage{Text: string(t.Text(e)), Date: t.Header.Start.Add(e.At())})
		_ = r.box.Arrived()
	}
}

// hold holds a conversation of POP3 or IMAP once more, up to the instant; nil
// when it cannot be, or comes to another state than the one in the trace.
func (in *Instant) hold(id trace.ConnID) wire.Session {
	t := in.Story.T
	c := t.Conn(id)
	base := replayed{in: in, node: c.Server, conn: id}
	if in.Story.dovecot != nil {
		base.d = in.Story.dovecot(t.Node(c.Server).Name)
	}
	a := in.Story.announced(in, id)
	local := sameHost(c.ClientAddr, c.ServerAddr)
	var s wire.SecuredSession
	var reach func(trace.Seq)
	switch c.Proto {
	case trace.POP3:
		r := &popReplay{replayed: base}
		cfg := pop3.Config{TLS: pop3.TLSYes, Mechanisms: []string{"PLAIN"}, Greeting: a.greeting, Local: local}
		if r.d != nil {
			cfg = r.d.POP3Config(local)
			r.lock = cfg.LockSession
		}
		s, reach = pop3.NewSession(cfg, r), func(q trace.Seq) { r.now = q }
	case trace.IMAP:
		r := &imapReplay{base}
		cfg := imap.Config{TLS: imap.TLSYes, Mechanisms: []string{"PLAIN"}, Local: local}
		if r.d != nil {
			cfg = r.d.IMAPConfig(local)
		}
		s, reach = imap.NewSession(cfg, r), func(q trace.Seq) { r.arrive(r.now, q); r.now = q }
	default:
		return nil
	}
	in.say(s, id, reach)
	if now := in.Snap.Conn(id); now == nil || now.Session != "" && s.State() != now.Session {
		return nil
	}
	return s
}

// say says to a session what the client of a conversation has said.
func (in *Instant) say(s wire.SecuredSession, id trace.ConnID, reach func(trace.Seq)) {
	t := in.Story.T
	events := in.Snap.ConnEvents(id)
	if len(events) == 0 {
		return
	}
	reach(events[0])
	port := serverPort(t.Conn(id).ServerAddr)
	sealed := port == ":993" || port == ":995"
	if sealed {
		s.Secured(wire.TLSFacts{Version: "TLSv1.3"})
	}
	s.Open()
	for _, q := range events {
		switch e := t.At(q); {
		case e.Kind == trace.TLS && !sealed:
			sealed = true
			s.Secured(wire.TLSFacts{Version: t.Name(e.A)})
		case e.Kind.Said() && e.Side == trace.Client:
			reach(q)
			s.Feed(t.Text(e), false)
		case e.Kind.Said() && s.State() == imap.Idling.String(): // it was told something unasked
			reach(q)
			if w, ok := s.(interface{ Wake() []byte }); ok {
				w.Wake()
			}
		}
	}
	reach(in.At)
}

// sameHost tells whether both ends of a connection have one address.
func sameHost(a, b string) bool {
	x, err := netip.ParseAddrPort(a)
	y, err2 := netip.ParseAddrPort(b)
	return err == nil && err2 == nil && x.Addr() == y.Addr()
}

// wouldAnswer is what the server of a conversation would answer to a line now;
// ok is false when that cannot be found out.
func (in *Instant) wouldAnswer(id trace.ConnID, line []byte, tag string) (answer string, ok bool) {
	s := in.hold(id)
	if s == nil {
		return "", false
	}
	return answerLine(string(s.Feed(line, false)), tag), true
}

// heldNow is where a session was held again, to be asked.
type heldNow struct {
	conn  trace.ConnID
	last  trace.Seq // of its events
	moves []move
}

// presentMoves are the moves of a session of POP3 or IMAP at the instant, as it
// would answer them; nil when it cannot be held again.
func (in *Instant) presentMoves(id trace.ConnID, m *machine, now string) []move {
	c := in.Story.T.Conn(id)
	if c.Proto != trace.POP3 && c.Proto != trace.IMAP {
		return nil
	}
	events := in.Snap.ConnEvents(id)
	if len(events) == 0 || len(events) > longTalk {
		return nil
	}
	if h := in.Story.held; h.conn == id && h.last == events[len(events)-1] {
		return h.moves
	}
	sc := pop3Script(announcement{})
	if c.Proto == trace.IMAP {
		sc = imapScript(announcement{})
	}
	var moves []move
	for _, trial := range sc.try {
		s := in.hold(id)
		if s == nil {
			return nil
		}
		tag := sc.tag
		if trial.verb == "DONE" {
			if tag = ""; !trial.states(now) {
				continue
			}
		}
		answer := string(s.Feed([]byte(tag+in.example(id, trial)+"\r\n"), false))
		moves = append(moves, move{verb: trial.verb, args: trial.args, answer: answerLine(answer, tag), to: s.State(), legal: trial.states(now)})
	}
	in.Story.held = heldNow{conn: id, last: events[len(events)-1], moves: moves}
	return moves
}

// longTalk is how many events a conversation may have to be held again.
const longTalk = 400

// example is a trial with a login that the server knows.
func (in *Instant) example(id trace.ConnID, c trial) string {
	host := in.Story.T.Conn(id).Server
	boxes := in.Snap.Mailboxes(host)
	if len(boxes) == 0 || in.Story.dovecot == nil {
		return c.example
	}
	d := in.Story.dovecot(in.Story.T.Node(host).Name)
	if d == nil {
		return c.example
	}
	user := boxes[0].User
	for _, q := range in.Snap.ConnEvents(id) { // who has said USER is who gives the password
		if e := in.Story.T.At(q); e.Kind == trace.Line && e.Side == trace.Client {
			if verb, arg, ok := strings.Cut(strings.TrimRight(string(in.Story.T.Text(e)), "\r\n"), " "); ok && strings.EqualFold(verb, "USER") {
				user = arg
			}
		}
	}
	password, _ := d.Verifier().Password(user)
	switch c.verb {
	case "USER":
		return "USER " + user
	case "PASS":
		return "PASS " + password
	case "LOGIN":
		return "LOGIN " + user + " " + password
	}
	return c.example
}

// with is the machine with other moves in one state.
func (m *machine) with(state string, moves []move) *machine {
	n := &machine{states: m.states, moves: maps.Clone(m.moves)}
	n.moves[state] = slices.Clone(moves)
	return n
}

// knows tells a story of which world it is.
func (s *Story) knows(b *scenario.Branch) {
	if run := b.Run(); run != nil {
		s.dovecot, s.held = run.Dovecot, heldNow{}
	}
}
