package imap

import (
	"errors"
	"slices"
	"strings"
)

// listing is one LIST or LSUB.
type listing struct {
	s          *Session
	response   string // LIST, LSUB or XLIST
	extended   bool   // RFC 5258: only what is asked for is told
	subscribed bool   // select only what is subscribed to
	recursive  bool   // RECURSIVEMATCH
	special    bool   // select only what has a special use
	wantSub    bool   // RETURN (SUBSCRIBED)
	wantKids   bool   // RETURN (CHILDREN)
	wantUse    bool   // RETURN (SPECIAL-USE)
	status     map[string]bool
	patterns   []string
	subs       map[string]bool
}

// node is a name in the tree of mailboxes.
type node struct {
	name   string
	exists bool
	nodes  []*node
}

// tree puts names, newest first, into a tree. A parent is as old as the oldest
// name in it.
func (s *Session) tree(names []string) *node {
	root := &node{}
	for _, n := range slices.Backward(names) {
		at := root
		for rest, pos := n, 0; ; {
			i := strings.IndexByte(rest, s.cfg.Separator)
			end := pos + i
			if i < 0 {
				end = len(n)
			}
			at = at.child(n[:end])
			if i < 0 {
				break
			}
			pos, rest = end+1, n[end+1:]
		}
		at.exists = true
	}
	return root
}

func (n *node) child(name string) *node {
	for _, c := range n.nodes {
		if c.name == name {
			return c
		}
	}
	c := &node{name: name}
	n.nodes = slices.Insert(n.nodes, 0, c)
	return c
}

// walk calls f for all nodes below n, parents first.
func (n *node) walk(f func(*node)) {
	for _, c := range n.nodes {
		f(c)
		c.walk(f)
	}
}

func (s *Session) listCmd(c *call) { s.list(c, &listing{s: s, response: "LIST"}, "OK List completed.") }
func (s *Session) lsubCmd(c *call) { s.list(c, &listing{s: s, response: "LSUB"}, "OK Lsub completed.") }
func (s *Session) xlistCmd(c *call) {
	s.list(c, &listing{s: s, response: "LIST"}, "OK List completed.")
}

// list reads the arguments of LIST (RFC 3501 §6.3.8, RFC 5258 §3) and answers.
func (s *Session) list(c *call, l *listing, done string) {
	args := c.args
	if l.response == "LIST" && len(args) > 0 && args[0].kind == argList {
		l.extended = true
		if problem := l.selection(args[0].list); problem != "" {
			s.wrong(c, problem)
			return
		}
		args = args[1:]
	}
	if len(args) == 0 || args[0].kind == argList {
		s.wrong(c, "Invalid reference")
		return
	}
	reference := args[0].text
	switch {
	case len(args) < 2:
		s.wrong(c, "Invalid pattern")
		return
	case args[1].kind != argList:
		l.patterns = []string{args[1].text}
	default:
		l.extended = true
		for _, a := range args[1].list {
			if a.kind == argList {
				s.wrong(c, "Invalid pattern list")
				return
			}
			l.patterns = append(l.patterns, a.text)
		}
	}
	if problem := l.returns(args[2:]); problem != "" {
		s.wrong(c, problem)
		return
	}
	if l.response == "LIST" && !l.extended && len(l.patterns) == 1 && l.patterns[0] == "" {
		s.listRoot(reference)
		s.tagged(c, done)
		return
	}
	for i, p := range l.patterns {
		l.patterns[i] = reference + p
	}
	if err := l.run(); err != nil {
		s.tagged(c, "NO "+s.because(err, ""))
		return
	}
	s.tagged(c, done)
}

// selection reads what stands before the reference (RFC 5258 §3.1).
func (l *listing) selection(list []arg) string {
	for _, a := range list {
		switch word, _ := a.atom(); upper(word) {
		case "SUBSCRIBED":
			l.subscribed, l.wantSub = true, true
		case "RECURSIVEMATCH":
			l.recursive = true
		case "SPECIAL-USE":
			l.special, l.wantUse = true, true
		case "REMOTE":
		default:
			return "Unknown select options"
		}
	}
	if l.recursive && !l.subscribed {
		return "RECURSIVEMATCH must not be the only selection"
	}
	return ""
}

// returns reads RETURN (RFC 5258 §3.2, RFC 5819).
func (l *listing) returns(args []arg) string {
	if len(args) == 0 {
		return ""
	}
	word, ok := args[0].atom()
	if !ok || !strings.EqualFold(word, "RETURN") || len(args) != 2 || args[1].kind != argList {
		return "Extra arguments"
	}
	l.extended = true
	list := args[1].list
	for i := 0; i < len(list); i++ {
		switch word, _ := list[i].atom(); upper(word) {
		case "SUBSCRIBED":
			l.wantSub = true
		case "CHILDREN":
			l.wantKids = true
		case "SPECIAL-USE":
			l.wantUse = true
		case "STATUS":
			if i++; i >= len(list) || list[i].kind != argList {
				return "Unknown return options"
			}
			var problem string
			if l.status, problem = parseStatus(list[i].list); problem != "" {
				return problem
			}
		default:
			return "Unknown return options"
		}
	}
	return ""
}

// listRoot answers an empty pattern: what the separator is (RFC 3501 §6.3.8).
func (s *Session) listRoot(reference string) {
	root, _, found := strings.Cut(reference, string(s.cfg.Separator))
	if root += string(s.cfg.Separator); !found {
		root = ""
	}
	s.out = append(s.out, `* LIST (\Noselect) "`...)
	s.out = append(s.out, s.cfg.Separator)
	s.out = append(s.out, `" `...)
	s.out = appendAstring(s.out, root)
	s.out = append(s.out, "\r\n"...)
}

// run lists. INBOX comes last, as in Dovecot.
func (l *listing) run() error {
	if _, err := l.s.account.Mailbox("INBOX"); err != nil && !errors.Is(err, ErrNonexistent) {
		return err
	}
	names, err := l.s.account.Names()
	if err != nil {
		return err
	}
	subs, err := l.s.account.Subscribed()
	if err != nil {
		return err
	}
	l.subs = map[string]bool{}
	for _, n := range subs {
		l.subs[n] = true
	}
	if l.response == "LSUB" {
		l.lsub(l.s.tree(names), subs)
		return nil
	}
	root := l.s.tree(names)
	if l.subscribed {
		l.onlySubscribed(root, subs)
		return nil
	}
	var inbox *node
	root.walk(func(n *node) {
		if n.name == "INBOX" {
			inbox = n
			return
		}
		l.one(n, "")
	})
	if inbox != nil {
		l.one(inbox, "")
	}
	return nil
}

// onlySubscribed lists what is subscribed to, whether it exists or not, in the
// order of subscribing; with RECURSIVEMATCH also parents that match (RFC 5258
// §3.5).
func (l *listing) onlySubscribed(root *node, subs []string) {
	nodes := map[string]*node{}
	root.walk(func(n *node) { nodes[n.name] = n })
	told := map[string]bool{}
	for _, name := range subs {
		n := nodes[name]
		if n == nil {
			n = &node{name: name}
		}
		if l.matches(name) {
			if !told[name] {
				l.one(n, l.childInfo(name, subs))
			}
			told[name] = true
			continue
		}
		for parent := l.s.parent(name); l.recursive && parent != ""; parent = l.s.parent(parent) {
			if l.matches(parent) && !told[parent] && !l.subs[parent] {
				told[parent] = true
				if n = nodes[parent]; n == nil {
					n = &node{name: parent}
				}
				l.one(n, l.childInfo(parent, subs))
			}
		}
	}
}

func (l *listing) childInfo(name string, subs []string) string {
	if l.recursive && slices.ContainsFunc(subs, func(n string) bool {
		return strings.HasPrefix(n, name+string(l.s.cfg.Separator)) && !l.matches(n)
	}) {
		return ` (CHILDINFO ("SUBSCRIBED"))`
	}
	return ""
}

// parent is the name one level up, "" at the top.
func (s *Session) parent(name string) string {
	return name[:max(strings.LastIndexByte(name, s.cfg.Separator), 0)]
}

// lsub lists names subscribed to. What "%" hides is told by its parent as
// \Noselect (RFC 3501 §6.3.9).
func (l *listing) lsub(root *node, subs []string) {
	nodes := map[string]*node{}
	root.walk(func(n *node) { nodes[n.name] = n })
	told := map[string]bool{}
	for _, name := range subs {
		flags := ""
		for n := name; n != ""; n = l.s.parent(n) {
			if l.matches(n) {
				if !told[n] && (flags == "" || !l.subs[n]) {
					told[n] = true
					more := ""
					if flags == `\NonExistent` {
						more = ` (CHILDINFO ("SUBSCRIBED"))`
					}
					l.say("LSUB", l.lsubFlags(flags, nodes[n], n), n, more)
				}
				break
			}
			if flags = `\Noselect`; l.extended {
				flags = `\NonExistent`
			}
		}
	}
}

// lsubFlags are the flags of a name in LSUB.
func (l *listing) lsubFlags(flags string, n *node, name string) string {
	if flags != "" {
		return flags
	}
	if l.wantKids && n != nil {
		flags = `\HasNoChildren`
		if len(n.nodes) > 0 {
			flags = `\HasChildren`
		}
	}
	if use := l.s.cfg.SpecialUse[name]; use != "" {
		flags = strings.TrimSpace(flags + " " + use)
	}
	return flags
}

func (l *listing) matches(name string) bool {
	for _, p := range l.patterns {
		if match(p, name, l.s.cfg.Separator) {
			return true
		}
	}
	return false
}

// match tells whether a name fits a pattern: "*" is anything, "%" anything
// within a level (RFC 3501 §6.3.8). INBOX fits in any case.
func match(pattern, name string, sep byte) bool {
	anyCase := 0 // octets of the name whose case does not matter
	if len(name) >= 5 && name[:5] == "INBOX" && (len(name) == 5 || name[5] == sep) {
		anyCase = 5
	}
	// fits[i] tells whether the pattern so far fits name[:i].
	fits := make([]bool, len(name)+1)
	fits[0] = true
	for p := 0; p < len(pattern); p++ {
		switch c := pattern[p]; c {
		case '*', '%':
			for i := 1; i <= len(name); i++ {
				fits[i] = fits[i] || fits[i-1] && (c == '*' || name[i-1] != sep)
			}
		default:
			for i := len(name); i > 0; i-- {
				fits[i] = fits[i-1] && (name[i-1] == c || i <= anyCase && name[i-1] == upperByte(c))
			}
			fits[0] = false
		}
	}
	return fits[len(name)]
}

// one tells of one name, if it is asked for.
func (l *listing) one(n *node, more string) {
	use := l.s.cfg.SpecialUse[n.name]
	if !l.subscribed && !l.matches(n.name) || l.special && use == "" {
		return
	}
	var flags []string
	if l.wantSub && l.subs[n.name] {
		flags = append(flags, `\Subscribed`)
	}
	switch {
	case !n.exists && l.extended:
		flags = append(flags, `\NonExistent`)
	case !n.exists:
		flags = append(flags, `\Noselect`)
	}
	if l.wantKids || !l.extended {
		kids := `\HasNoChildren`
		if len(n.nodes) > 0 {
			kids = `\HasChildren`
		}
		flags = append(flags, kids)
	}
	if use != "" && (l.wantUse || !l.extended) {
		flags = append(flags, use)
	}
	l.say(l.response, strings.Join(flags, " "), n.name, more)
	if l.status == nil || !n.exists {
		return
	}
	if box, err := l.s.account.Mailbox(n.name); err == nil {
		// A mailbox that cannot be read has no status; RFC 5819 §2 allows that.
		_ = l.s.status(box, n.name, l.status)
	}
}

// say sends one line.
func (l *listing) say(response, flags, name, more string) {
	s := l.s
	s.out = append(s.out, "* "+response+" ("+flags+`) "`...)
	s.out = append(s.out, s.cfg.Separator)
	s.out = append(s.out, `" `...)
	s.out = appendAstring(s.out, name)
	s.line(more)
}
