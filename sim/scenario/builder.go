package scenario

import (
	"net/netip"
	"slices"
	"strings"

	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

// place is a word of a certain document.
type place struct {
	src *source
	w   word
}

// builder lays documents one over the other into a Scenario. Blocks are read
// in phases, so that a story may name a host or a mail that is declared
// further down.
type builder struct {
	s   *Scenario
	doc *Document
	src *source // of the document being read
	top bool    // it is the document itself, not one of its worlds

	declared  []string        // hosts declared in the document being read
	served    []string        // zones, files and mails of it, to find what stands there twice
	places    map[*Host]place // where a host was declared first
	resolvers map[*Host]place // what its attribute says
	known     *trace.Trace    // the hosts and mails, for selectors
	resolver  place           // what the front matter says
	zones     []*zoneBlock
	settings  map[*Host]map[string]place   // where a main.cf block sets a parameter
	texts     map[*Host]map[string]docText // files whose lines are lines of a document
	refusing  map[*Host]bool               // resolvers that are none, reported once
	confs     map[*Host]*namedConf         // their named.conf, as last read

	treeProblems        Errors // with files of host trees
	translationProblems Errors
}

// docText is a file that stands in a document.
type docText struct {
	src   *source
	lines []line
}

func newBuilder() *builder {
	return &builder{
		s:         &Scenario{},
		places:    map[*Host]place{},
		resolvers: map[*Host]place{},
		settings:  map[*Host]map[string]place{},
		texts:     map[*Host]map[string]docText{},
		refusing:  map[*Host]bool{},
		confs:     map[*Host]*namedConf{},
	}
}

// phases are the order in which the blocks of a document are read.
var phases = [][]string{
	{"host", "hosts"},
	{"file", "master.cf", "aliases", "main.cf", "zone", "mailbox", "mail", "mua", "link", "service", "command"},
	{"do", "fault", "expect"},
}

// read reads the blocks of the current document that belong to a phase.
func (b *builder) read(phase int) {
	for _, blk := range b.doc.Blocks {
		k := kindNamed(blk.Kind)
		if k == nil || k.read == nil || !slices.Contains(phases[phase], k.name) {
			continue
		}
		if n := len(blk.args); n < k.args[0] || n > k.args[1] {
			at := blk.kind
			if n > k.args[1] {
				at = blk.args[k.args[1]]
			}
			b.src.errorAt(at, "```"+k.usage, "a block %q has %s behind its name", k.name, count(n, "word"))
			continue
		}
		k.read(b, blk)
	}
}

// findHost returns the host of that name: its full name, its short name, its
// first label if only one host has it, or one of its addresses. ambiguous
// tells that several have the label.
func findHost(hosts []*Host, name string) (h *Host, ambiguous bool) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	var label *Host
	for _, c := range hosts {
		if c.Name == name || c.Short == name && name != "" {
			return c, false
		}
		if first, _, _ := strings.Cut(c.Name, "."); first == name {
			ambiguous = label != nil
			label = c
		}
	}
	if label != nil {
		if ambiguous {
			return nil, true
		}
		return label, false
	}
	if a, err := netip.ParseAddr(name); err == nil {
		for _, c := range hosts {
			if slices.Contains(c.Addresses, a) {
				return c, false
			}
		}
	}
	return nil, false
}

// hostNamed returns the host that a word means, or reports it.
func (b *builder) hostNamed(w word) *Host {
	h, ambiguous := findHost(b.s.Hosts, w.text)
	switch {
	case ambiguous:
		b.src.errorAt(w, "the full name", "several hosts are called %q", w.text)
	case h == nil:
		b.src.errorAt(w, "a host that is declared in a host or hosts block", "there is no host %q%s", w.text, didYouMean(w.text, b.hostNames()))
	}
	return h
}

func (b *builder) hostNames() []string {
	var names []string
	for _, h := range b.s.Hosts {
		names = append(names, h.Name)
		if h.Short != "" {
			names = append(names, h.Short)
		}
	}
	return names
}

// once reports what a document says a second time; worlds may say it before.
func (b *builder) once(w word, what string) bool {
	if slices.Contains(b.served, what) {
		b.src.errorAt(w, "", "%s stands in this document twice", what)
		return false
	}
	b.served = append(b.served, what)
	return true
}

// userAt reads "USER@HOST".
func (b *builder) userAt(w word) (user string, h *Host) {
	at := strings.LastIndexByte(w.raw, '@')
	if at <= 0 || at == len(w.raw)-1 {
		b.src.errorAt(w, "USER@HOST, such as elena@pc.sender.example", "%q names no user on a host", w.text)
		return "", nil
	}
	user = w.raw[:at]
	if !validUser(user) {
		b.src.errorAt(w.cut(0, at), "", "%q cannot be the name of a user", user)
		return "", nil
	}
	return user, b.hostNamed(w.cut(at+1, len(w.raw)))
}

// tree returns the files of a host.
func (h *Host) tree() *host.Tree {
	if h.Tree == nil {
		h.Tree = host.NewTree(0)
	}
	return h.Tree
}

// write puts a file into the tree of a host; w is what asked for it.
func (b *builder) write(w word, h *Host, path, content string) {
	if err := h.tree().WriteFile(path, []byte(content)); err != nil {
		b.src.errorAt(w, "", "the file cannot be there: %v", err)
	}
}
