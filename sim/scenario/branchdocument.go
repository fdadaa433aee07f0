package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mailtrek/protocols/dnswire"
	"mailtrek/sim/host"
	"mailtrek/sim/node"
	"mailtrek/sim/trace"
)

// Document writes the branch as a scenario document that stands on the
// branch's own scenario as its world: the story with what was done besides, as
// do and fault blocks, and what the servers answered, as expectations. It runs
// to the same dialogues; only the times between typed lines are those of a
// here-document. What no document can say, such as a handshake of TLS, is an
// error.
func (b *Branch) Document(id, title string) (string, error) {
	if !validID(id) {
		return "", fmt.Errorf("%q cannot be the id of a document: lower-case letters, digits and hyphens are expected", id)
	}
	w := &branchWriter{b: b, fence: "```"}
	for i := range b.Done {
		if err := w.deed(i); err != nil {
			return "", err
		}
	}
	w.story()
	mail, err := w.letter()
	if err != nil {
		return "", err
	}
	world := b.Scenario.ID
	if l := b.Scenario.Letter; l != nil {
		world = l.World
	}
	var out strings.Builder
	fmt.Fprintf(&out, "---\nid: %s\ntitle: %s\nworld: %s\n", id, quotedTitle(title), world)
	if b.Scenario.Letter != nil {
		fmt.Fprintf(&out, "until: %s\n", b.Scenario.Until)
	}
	if b.Options.Seed != nil {
		fmt.Fprintf(&out, "seed: %d\n", *b.Options.Seed)
	}
	fmt.Fprintf(&out, "---\nThe story of the document `%s`, with what was done besides.\n", world)
	if mail != "" {
		fmt.Fprintf(&out, "\n%s%s\n%s\n", w.fence, mail, w.fence)
	}
	for _, blk := range []struct {
		kind  string
		lines []string
	}{{"fault", w.faults}, {"do", w.actions()}, {"expect", w.expectations()}} {
		if len(blk.lines) > 0 {
			fmt.Fprintf(&out, "\n%s%s\n%s\n%s\n", w.fence, blk.kind, strings.Join(blk.lines, "\n"), w.fence)
		}
	}
	return out.String(), nil
}

// branchWriter collects the lines of a document.
type branchWriter struct {
	b      *Branch
	fence  string
	faults []string
	acts   []timedLines
	trees  map[string]*host.Tree // of the hosts whose files are edited
	conns  []int
}

// timedLines is an action with its here-document.
type timedLines struct {
	at    time.Duration
	lines []string
}

// quotedTitle is a text as a value of the front matter.
func quotedTitle(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// story takes over what the scenario itself does with time: a document with
// actions of its own replaces them.
func (w *branchWriter) story() {
	s := w.b.Scenario
	for i := range s.Actions {
		a := &s.Actions[i]
		lines := []string{a.Text}
		if l := s.Letter; l != nil && a.Kind == Submit && a.Mail == l.Mail {
			lines[0] = w.handedIn(a)
		}
		if j := strings.LastIndex(a.Text, "<<"); a.Kind == Operate && a.Mail == "" && j >= 0 && a.Input != "" {
			lines = append(lines, strings.Split(strings.TrimSuffix(a.Input, "\n"), "\n")...)
			lines = append(lines, strings.Trim(strings.TrimSpace(a.Text[j+2:]), `'"`))
		}
		w.act(a.At, lines...)
	}
	if len(w.acts) == len(s.Actions) && len(s.Actions) == 0 {
		return // the timed faults of the world stay when there is nothing to do
	}
	var own []string
	for i := range s.Faults {
		f := &s.Faults[i]
		switch {
		case strings.HasPrefix(f.Text, "the end of: "):
		case f.Timed:
			own = append(own, f.At.String()+" "+f.Text)
		case f.On != nil:
			own = append(own, f.Text)
		}
	}
	w.faults = append(own, w.faults...)
}

func (w *branchWriter) act(at time.Duration, lines ...string) {
	for _, l := range lines {
		w.fenceAround(l)
	}
	w.acts = append(w.acts, timedLines{at, lines})
}

// actions are the lines of the do block, in the order of time.
func (w *branchWriter) actions() []string {
	slices.SortStableFunc(w.acts, func(a, b timedLines) int { return int(min(max(a.at-b.at, -1), 1)) })
	var out []string
	for _, a := range w.acts {
		out = append(out, a.at.String()+" "+a.lines[0])
		out = append(out, a.lines[1:]...)
	}
	return out
}

// when is the time at which an intervention took effect: behind all that
// happened at the instant of its event.
func (w *branchWriter) when(iv *Intervention) time.Duration {
	if t := w.b.Trace(); iv.After > 0 && t != nil && t.Has(iv.After) {
		return t.At(iv.After).At() + 1
	}
	return iv.At
}

// deed writes one intervention.
func (w *branchWriter) deed(i int) error {
	iv := &w.b.Done[i]
	at := w.when(iv)
	switch iv.Do {
	case DoFault:
		if iv.After > 0 && !strings.HasPrefix(iv.Line, "on ") {
			w.faults = append(w.faults, fmt.Sprintf("on event %d: %s", iv.After, iv.Line))
		} else {
			w.faults = append(w.faults, at.String()+" "+iv.Line)
		}
	case DoCommand:
		return w.command(at, iv.Host, iv.User, iv.Line, string(iv.Data))
	case DoEdit:
		return w.command(at, iv.Host, iv.User, "tee "+iv.Path, string(iv.Data))
	case DoZone:
		return w.zone(at, iv)
	case DoOpen:
		return w.telnet(at, i)
	case DoBytes, DoSecured, DoClose, DoEnd: // with the connection that they belong to
	default:
		return fmt.Errorf("a document cannot say %q; save the branch as a file instead", iv.Do)
	}
	return nil
}

// command writes a command line, and what it reads.
func (w *branchWriter) command(at time.Duration, host, user, line, input string) error {
	if strings.ContainsAny(line, "\r\n") || notText(line+strings.ReplaceAll(input, "\n", " ")) >= 0 {
		return fmt.Errorf("the command %q has characters that no document has; save the branch as a file instead", line)
	}
	who := host
	if user != "" && user != "#" && user != "root" {
		who = user + "@" + host
	}
	if input == "" {
		w.act(at, who+"$ "+line)
		return nil
	}
	mark := endMark(input)
	lines := append([]string{who + "$ " + line + " <<" + mark}, strings.Split(strings.TrimSuffix(input, "\n"), "\n")...)
	w.act(at, append(lines, mark)...)
	return nil
}

// endMark is a word that ends a here-document of this text.
func endMark(text string) string {
	mark := "END"
	for n := 2; slices.ContainsFunc(strings.Split(text, "\n"), func(l string) bool { return strings.TrimSpace(l) == mark }); n++ {
		mark = fmt.Sprintf("END%d", n)
	}
	return mark
}

// zone writes the change of a zone as what its administrator does: the file is
// written anew, and the name server told.
func (w *branchWriter) zone(at time.Duration, iv *Intervention) error {
	server, file := "", ""
	domain := dnswire.CanonicalName(iv.Line)
	for _, h := range w.b.Scenario.Hosts {
		conf, err := h.tree().ReadFile(node.NamedConf)
		if err != nil || iv.Host != "" && w.b.Scenario.Host(iv.Host) != h {
			continue
		}
		c, _ := dnswire.ParseNamedConf(node.NamedConf, string(conf))
		for i := 0; c != nil && i < len(c.Zones) && server == ""; i++ {
			if z := c.Zones[i]; z.Type == "primary" && dnswire.CanonicalName(z.Name) == domain {
				server, file = h.Name, z.File
			}
		}
	}
	if server == "" {
		return fmt.Errorf("no name server is primary for %q", iv.Line)
	}
	if w.trees == nil {
		w.trees = map[string]*host.Tree{}
	}
	tree := w.trees[server]
	if tree == nil {
		tree = w.b.Scenario.Host(server).tree().Snapshot()
		w.trees[server] = tree
	}
	old, err := tree.ReadFile(file)
	if err != nil {
		return err
	}
	text, err := EditZone(iv.Line, string(old), string(iv.Data))
	if err != nil {
		return err
	}
	if err := tree.WriteFile(file, []byte(text)); err != nil {
		return err
	}
	if err := w.command(at, server, "", "tee "+file, text); err != nil {
		return err
	}
	return w.command(at, server, "", "rndc reload", "")
}

// telnet writes a connection with all that was typed into it.
func (w *branchWriter) telnet(at time.Duration, i int) error {
	open := &w.b.Done[i]
	var text strings.Builder
	for _, iv := range w.b.Done[i+1:] {
		switch {
		case iv.Conn != open.Conn:
		case iv.Do == DoSecured:
			text.WriteString(telnetTLS + "\n")
		case iv.Do == DoBytes:
			line, bare := strings.CutSuffix(string(iv.Data), "\n")
			line, crlf := strings.CutSuffix(line, "\r")
			if !bare || strings.ContainsAny(line, "\r\n") {
				return fmt.Errorf("a document types whole lines, and %q is none; save the branch as a file instead", string(iv.Data))
			}
			text.WriteString(telnetInput(line, !crlf) + "\n")
		}
	}
	line := fmt.Sprintf("telnet %s %d", open.To.Addr(), open.To.Port())
	w.conns = append(w.conns, open.Conn)
	return w.command(at, open.Host, "", line, text.String())
}

// maxExpected bounds the expectations that are written by themselves.
const maxExpected = 20

// expectations say what the servers answered on the connections of the branch.
func (w *branchWriter) expectations() []string {
	t := w.b.Trace()
	if t == nil || w.b.play == nil {
		return nil
	}
	var out []string
	for _, n := range w.conns {
		x := w.b.play.out.conns[n]
		if x == nil {
			continue
		}
		id := x.Conn().ID()
		c := t.Conn(id)
		for s := trace.Seq(1); t.Has(s) && len(out) < maxExpected; s++ {
			e := t.At(s)
			if e.Conn != id || e.Kind != trace.Line || e.Side != trace.Server || e.Flags&trace.More != 0 {
				continue
			}
			line := fmt.Sprintf("%s %s -> %s S: %s*", c.Proto, t.Node(c.Client).Name, t.Node(c.Server).Name, replyWord(e, string(t.Text(e))))
			if _, err := trace.ParseSelector(line); err == nil && !slices.Contains(out, line) {
				out = append(out, line)
			}
		}
	}
	return out
}

// replyWord is the part of a reply that says what was answered: its codes.
func replyWord(e *trace.Event, text string) string {
	words := strings.Fields(text)
	switch {
	case len(words) == 0:
		return ""
	case e.Code != 0 && len(words) > 1 && strings.Count(words[1], ".") == 2 && strings.Trim(words[1], "0123456789.") == "":
		return words[0] + " " + words[1]
	case e.Code != 0:
		return words[0][:min(3, len(words[0]))]
	case len(words) > 1 && strings.Trim(words[0], "+-OKER*") != "":
		return words[0] + " " + words[1] // an answer with a tag (IMAP)
	}
	return words[0]
}
