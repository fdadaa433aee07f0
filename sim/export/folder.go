package export

import (
	"bytes"
	"fmt"
	"strings"

	"mailtrek/protocols/dnswire"
	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// Folder writes what happened as the files that an administrator would have
// collected: actions.txt, connections.txt (TCP between hosts), dns.txt (every
// packet, in tshark's words), smtp-NN-A-to-B.dialogue, maillog.txt (all hosts
// merged), queue.txt (TIME HOST ID FROM TO, "-" for nowhere) and
// mailbox-HOST-USER-n.eml (each message as it was stored; for a file that is no
// user's mailbox, USER is its name). Times are seconds
// since the start; hosts have their short names. What passes through a unix
// socket or over loopback is on no wire and therefore only in the log.
func Folder(t *trace.Trace, to FileSet) error {
	c := &collector{t: t, to: to, delivered: map[string]int{}, fetched: map[reader]bool{}}
	c.number()
	for s := trace.Seq(1); int(s) <= t.Len() && c.err == nil; s++ {
		c.event(t.At(s))
	}
	for _, f := range []struct {
		name string
		text *bytes.Buffer
	}{{"actions.txt", &c.actions}, {"connections.txt", &c.conns}, {"dns.txt", &c.dns}, {"maillog.txt", &c.log}, {"queue.txt", &c.queue}} {
		c.add(f.name, f.text.Bytes())
	}
	c.dialogues()
	return c.err
}

type collector struct {
	t         *trace.Trace
	to        FileSet
	err       error
	numbers   []int // of the TCP connections between hosts, from 0; -1 for others
	delivered map[string]int
	fetched   map[reader]bool

	actions, conns, dns, log, queue bytes.Buffer
}

// reader is a user on a machine.
type reader struct {
	node trace.NodeID
	user trace.Sym
}

func (c *collector) add(name string, content []byte) {
	if c.err == nil {
		c.err = c.to.Add(name, content)
	}
}

// number numbers the TCP connections that are on the wire.
func (c *collector) number() {
	c.numbers = make([]int, c.t.Conns()+1)
	n := 0
	for id := range c.numbers {
		c.numbers[id] = -1
		if info := c.t.Conn(trace.ConnID(id)); id > 0 && !info.UDP && !isUnix(info) && info.Client != info.Server {
			c.numbers[id] = n
			n++
		}
	}
}

func (c *collector) event(e *trace.Event) {
	t := c.t
	switch e.Kind {
	case trace.Action:
		if t.Name(e.B) == "fetch" {
			c.fetched[reader{e.Node, e.A}] = true
		}
		who := t.Name(e.A)
		if who == "#" {
			who = "operator"
		}
		c.text(&c.actions, e, "%s on %s: %s", expand(who), short(t, e.Node), words(t, e))
	case trace.Fault:
		c.text(&c.actions, e, "%s", words(t, e))
	case trace.Open, trace.Accept, trace.Refuse, trace.Close, trace.Reset:
		c.connection(e)
	case trace.Query, trace.Answer:
		fmt.Fprintf(&c.dns, "%s %s > %s %s\n", seconds(e), short(t, e.Node), short(t, e.Peer), dnswire.Summary(t.Text(e)))
	case trace.Log:
		c.logLine(e)
	case trace.Queue:
		fmt.Fprintf(&c.queue, "%s %s %s %s %s\n", seconds(e), short(t, e.Node), expand(t.Name(e.A)), place(t, e.B), place(t, e.C))
	case trace.Mailbox:
		if t.Name(e.C) == "append" {
			c.stored(e)
		}
	}
}

// words is the text of an event in one line.
func words(t *trace.Trace, e *trace.Event) string {
	return expand(strings.Join(lines(t.Text(e)), " "))
}

// place is the name of a queue; "-" is nowhere.
func place(t *trace.Trace, s trace.Sym) string {
	if s == 0 {
		return "-"
	}
	return expand(t.Name(s))
}

func (c *collector) text(b *bytes.Buffer, e *trace.Event, format string, args ...any) {
	fmt.Fprintf(b, "%s %s\n", seconds(e), fmt.Sprintf(format, args...))
}

func (c *collector) connection(e *trace.Event) {
	if e.Conn == 0 || c.numbers[e.Conn] < 0 {
		return
	}
	t, info := c.t, c.t.Conn(e.Conn)
	flags := map[trace.Kind]string{trace.Open: "SYN", trace.Accept: "SYN+ACK", trace.Refuse: "RST", trace.Reset: "RST", trace.Close: "FIN"}[e.Kind]
	to := short(t, info.Client) + ":client"
	if e.Node == info.Client {
		to = short(t, info.Server) + ":" + expand(port(info.ServerAddr))
	}
	c.text(&c.conns, e, "#%d %s > %s %s", c.numbers[e.Conn], short(t, e.Node), to, flags)
}

// logLine writes a line of the log; a message in several lines is several.
func (c *collector) logLine(e *trace.Event) {
	program := expand(c.t.Name(e.A))
	if e.N != 0 {
		program = fmt.Sprintf("%s[%d]", program, e.N)
	}
	for _, line := range lines(c.t.Text(e)) {
		fmt.Fprintf(&c.log, "%s %-6s %s: %s\n", seconds(e), short(c.t, e.Node), program, expand(line))
	}
}

// stored writes a message as it stands in the mailbox. What somebody has
// fetched and keeps on his own machine is no mailbox of a server.
func (c *collector) stored(e *trace.Event) {
	if c.fetched[reader{e.Node, e.A}] {
		return
	}
	text := c.t.Text(e)
	if file := c.t.Name(e.B); strings.HasPrefix(file, "/") && !strings.Contains(file, "/new/") && !strings.Contains(file, "/cur/") { // an mbox
		first, _, _ := strings.Cut(string(text), "\n")
		sender := strings.TrimSuffix(strings.TrimPrefix(first, "Return-Path: <"), ">")
		text = host.MboxText(sender, c.t.Header.Start.Add(e.At()), text)
	}
	owner := strings.TrimSuffix(c.t.Name(e.A), "/")
	if strings.ContainsAny(owner, "@/") { // a file that an alias or a table names is nobody's
		owner = boxName(c.t.Name(e.B))
	}
	key := fileName(short(c.t, e.Node)) + "-" + fileName(owner)
	c.delivered[key]++
	c.add(fmt.Sprintf("mailbox-%s-%d.eml", key, c.delivered[key]), text)
}

// boxName is what a mailbox is called that is no user's own: whose home it is in,
// if it is a Maildir there, else the name of the file or the folder.
func boxName(file string) string {
	box := strings.TrimSuffix(file, "/")
	for _, sub := range []string{"/new/", "/cur/"} {
		at := strings.Index(file, sub)
		if at < 0 {
			continue
		}
		box = strings.TrimSuffix(file[:at], "/Maildir")
		if rest, ok := strings.CutPrefix(box+"/", "/home/"); ok {
			user, _, _ := strings.Cut(rest, "/")
			return user
		}
	}
	return box[strings.LastIndexByte(box, '/')+1:]
}

// dialogues writes the SMTP and LMTP conversations between hosts. The number
// in the name counts all TCP connections, so a refused one leaves a gap.
func (c *collector) dialogues() {
	for id, events := range connEvents(c.t) {
		info := c.t.Conn(trace.ConnID(id))
		if id == 0 || c.numbers[id] < 0 || info.Proto != trace.SMTP && info.Proto != trace.LMTP || !c.accepted(events) {
			continue
		}
		name := fmt.Sprintf("smtp-%02d-%s-to-%s.dialogue", c.numbers[id]+1, fileName(short(c.t, info.Client)), fileName(short(c.t, info.Server)))
		c.add(name, dialogue(c.t, trace.ConnID(id), events))
	}
}

func (c *collector) accepted(events []trace.Seq) bool {
	for _, s := range events {
		if c.t.At(s).Kind == trace.Accept {
			return true
		}
	}
	return false
}
