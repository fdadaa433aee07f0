package scenario

import (
	"fmt"
	"path"
	"sort"
	"strconv"
	"strings"
	"time"

	"mailtrek/sim/host"
	"mailtrek/sim/postfix"
)

// mainCF reads a main.cf block: what "postconf -e" would change in the file
// that is there.
func (b *builder) mainCF(blk *Block) {
	h := b.hostNamed(blk.args[0])
	if h == nil {
		return
	}
	fresh(h, "postfix")
	old, _ := h.tree().ReadFile(postfix.MainFile)
	block := blk.Text()
	entries, diags := postfix.ParseMain(postfix.MainFile, block)
	for _, d := range diags {
		b.diag(blk, d)
	}
	if b.settings[h] == nil {
		b.settings[h] = map[string]place{}
	}
	for _, e := range entries.Entries() {
		b.settings[h][e.Name] = place{b.src, blk.wordAt(e.Line)}
	}
	if postfix.HasFatal(diags) {
		return
	}
	edited, diags := postfix.EditMainBlock(string(old), postfix.MainFile, block)
	if postfix.HasFatal(diags) {
		b.src.errorAt(blk.kind, "", "the settings cannot be made: %s", diags[len(diags)-1].Text)
		return
	}
	b.write(blk.kind, h, postfix.MainFile, edited)
}

// wordAt returns the first word of line n (from 1) of a block.
func (blk *Block) wordAt(n int) word {
	if n >= 1 && n <= len(blk.lines) {
		if w := blk.lines[n-1].words(); len(w) > 0 {
			return w[0]
		}
		return word{off: blk.lines[n-1].off}
	}
	return blk.kind
}

// diag reports what Postfix would say about a block.
func (b *builder) diag(blk *Block, d postfix.Diag) {
	text := d.Text
	if d.Line > 0 { // the place is told by ours
		text = strings.TrimPrefix(text, fmt.Sprintf("%s, line %d: ", d.File, d.Line))
		text = strings.TrimPrefix(text, fmt.Sprintf("%s: line %d: ", d.File, d.Line))
	}
	w := blk.wordAt(d.Line)
	if d.Fatal {
		b.src.errorAt(w, "", "%s", text)
	} else {
		b.src.warnAt(w, "%s", text)
	}
}

// masterCF reads a master.cf block: its services replace those of the same
// name and type in the file that is there, or come to it, as "postconf -M"
// would do it.
func (b *builder) masterCF(blk *Block) {
	h := b.hostNamed(blk.args[0])
	if h == nil || !b.once(blk.kind, h.Name+":"+postfix.MasterFile) {
		return
	}
	fresh(h, "postfix")
	_, diags := postfix.ParseMaster(postfix.MasterFile, blk.Text())
	for _, d := range diags {
		b.diag(blk, d)
	}
	if postfix.HasFatal(diags) {
		return
	}
	old, _ := h.tree().ReadFile(postfix.MasterFile)
	b.write(blk.kind, h, postfix.MasterFile, mergeServices(string(old), blk.Text()))
}

// mergeServices replaces the services of a master.cf that another has too.
func mergeServices(base, over string) string {
	type service struct{ key, text string }
	cut := func(text string) (list []service) {
		for l := range strings.Lines(endLine(text)) {
			fields := strings.Fields(l)
			switch {
			case len(fields) == 0 || fields[0][0] == '#':
				continue
			case (l[0] == ' ' || l[0] == '\t') && len(list) > 0:
				list[len(list)-1].text += l
			case len(fields) > 1:
				list = append(list, service{fields[0] + "/" + fields[1], l})
			}
		}
		return list
	}
	list := cut(base)
	for _, s := range cut(over) {
		found := false
		for i := range list {
			if list[i].key == s.key {
				list[i], found = s, true
			}
		}
		if !found {
			list = append(list, s)
		}
	}
	var out strings.Builder
	for _, s := range list {
		out.WriteString(s.text)
	}
	return out.String()
}

// aliases reads an aliases block: the whole of /etc/aliases.
func (b *builder) aliases(blk *Block) { b.whole(blk, blk.args[0], "/etc/aliases") }

// file reads a file block.
func (b *builder) file(blk *Block) {
	w := blk.args[0]
	i := strings.IndexByte(w.raw, ':')
	if i <= 0 || i+1 >= len(w.raw) || w.raw[i+1] != '/' {
		b.src.errorAt(w, "HOST:/PATH, such as mail.alabala.com:/etc/dovecot/users", "%q names no file on a host", w.text)
		return
	}
	p := w.cut(i+1, len(w.raw))
	if clean := path.Clean(p.text); clean != p.text {
		b.src.errorAt(p, clean, "the path has parts that mean nothing")
		return
	}
	b.whole(blk, w.cut(0, i), p.text)
}

// whole replaces a file by the text of a block.
func (b *builder) whole(blk *Block, hostWord word, p string) {
	h := b.hostNamed(hostWord)
	if h == nil || !b.once(blk.kind, h.Name+":"+p) {
		return
	}
	if b.texts[h] == nil {
		b.texts[h] = map[string]docText{}
	}
	b.texts[h][p] = docText{b.src, blk.lines}
	b.write(blk.kind, h, p, blk.Text())
}

// mailbox reads a mailbox block: messages in mbox form that lie in a Maildir
// when the story begins. Without a first line "From …" it is one message. The
// fields Status and X-Status say what the reader has done with it (mbox(5)).
func (b *builder) mailbox(blk *Block) {
	h := b.hostNamed(blk.args[0])
	user, folder, _ := strings.Cut(blk.args[1].text, "/")
	if h == nil {
		return
	}
	if !validUser(user) {
		b.src.errorAt(blk.args[1], "USER or USER/FOLDER", "%q cannot be the name of a user", user)
		return
	}
	content := blk.Text()
	if !strings.HasPrefix(content, "From ") {
		content = "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n" + content + "\n"
	}
	box := host.Maildir{Tree: h.tree(), Path: "/home/" + user + "/Maildir"}
	if err := box.Create(); err != nil {
		b.src.errorAt(blk.args[1], "", "the mailbox cannot be there: %v", err)
		return
	}
	if folder != "" {
		box = box.Folder(folder)
		if err := box.Create(); err != nil {
			b.src.errorAt(blk.args[1], "", "the folder cannot be there: %v", err)
			return
		}
	}
	label, _, _ := strings.Cut(h.Name, ".")
	for i, m := range host.ParseMbox([]byte(content)) {
		data, flags, isNew := mboxStatus(string(m.Data))
		at := m.Time
		if at.IsZero() {
			at = time.Unix(0, 0).UTC()
		}
		name := fmt.Sprintf("%d.M%dP1.%s,S=%d,W=%d", at.Unix(), i+1, label, len(data), host.CRLFSize([]byte(data)))
		dir := "/new/"
		if !isNew {
			dir, name = "/cur/", name+":2,"+flags
		}
		b.write(blk.kind, h, box.Path+dir+name, data)
	}
}

// mboxStatus takes the fields Status and X-Status out of a message and returns
// the flags of Maildir that they mean (mbox(5), maildir(5)).
func mboxStatus(data string) (out, flags string, isNew bool) {
	head, body, _ := strings.Cut(data, "\n\n")
	var kept []string
	var set string
	isNew = true
	for _, l := range strings.Split(head, "\n") {
		name, value, _ := strings.Cut(l, ":")
		switch strings.ToLower(name) {
		case "status", "x-status":
			set += strings.TrimSpace(value)
			isNew = false
		default:
			kept = append(kept, l)
		}
	}
	var letters []string
	for _, f := range [][2]string{{"R", "S"}, {"A", "R"}, {"F", "F"}, {"T", "D"}, {"D", "T"}} {
		if strings.Contains(set, f[0]) {
			letters = append(letters, f[1])
		}
	}
	sort.Strings(letters)
	return strings.Join(kept, "\n") + "\n\n" + body, strings.Join(letters, ""), isNew
}

// service reads a service block: "greylist delay=60s".
func (b *builder) service(blk *Block) {
	h := b.hostNamed(blk.args[0])
	path := blk.args[1]
	if blk.isFilter() {
		b.filterService(blk, h)
		return
	}
	words := blk.oneLine(b)
	if h == nil || words == nil {
		return
	}
	s := Service{Host: h.Name, Path: path.text, Model: words[0].text, Options: map[string]string{}}
	options, known := serviceModels[s.Model]
	if !known {
		b.src.errorAt(words[0], oneOf(modelNames()), "there is no model %q of a service%s", s.Model, didYouMean(s.Model, modelNames()))
		return
	}
	for _, o := range words[1:] {
		key, value, ok := strings.Cut(o.raw, "=")
		check, known := options[key]
		switch {
		case !ok || !known:
			b.src.errorAt(o, "options of "+s.Model+": "+strings.Join(optionNames(options), ", "), "%q is no option of %s", o.text, s.Model)
		case check != nil && !check(value):
			b.src.errorAt(o, "", "%s cannot be %q", key, value)
		default:
			s.Options[key] = value
		}
	}
	b.s.Services = append(b.s.Services, s)
}

// serviceModels are the built-in models of services, with their options.
var serviceModels = map[string]map[string]func(string) bool{
	"greylist": {"delay": func(v string) bool { _, ok := parseDuration(v); return ok }},
	"policy":   {"action": nil},
}

func modelNames() []string {
	var names []string
	for n := range serviceModels {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

func optionNames(options map[string]func(string) bool) []string {
	var names []string
	for n := range options {
		names = append(names, n+"=")
	}
	sort.Strings(names)
	return names
}

// command reads a command block: "exit 75", and what the program would print.
func (b *builder) command(blk *Block) {
	h := b.hostNamed(blk.args[0])
	if h == nil {
		return
	}
	c := Command{Host: h.Name, Path: blk.args[1].text}
	if blk.isFilter() {
		if c.Filter = b.filter(blk); c.Filter != nil {
			b.s.Commands = append(b.s.Commands, c)
		}
		return
	}
	exit := false
	for _, l := range blk.lines {
		w := l.words()
		if len(w) == 0 || exit {
			if exit {
				c.Output += l.text + "\n"
			}
			continue
		}
		n, err := 0, error(nil)
		if len(w) == 2 {
			n, err = strconv.Atoi(w[1].text)
		}
		if w[0].text != "exit" || len(w) != 2 || err != nil || n < 0 || n > 255 {
			b.src.errorAt(w[0], "exit STATUS (sysexits.h, such as 75 for \"try again\"), then what it prints", "how does the program end?")
			return
		}
		c.Exit, exit = n, true
	}
	if !exit {
		b.src.errorAt(blk.kind, "exit STATUS", "the block does not say how the program ends")
		return
	}
	b.s.Commands = append(b.s.Commands, c)
}

// oneLine returns the words of a block that has one line, or reports it.
func (blk *Block) oneLine(b *builder) []word {
	var words []word
	for _, l := range blk.lines {
		if l.comment() {
			continue
		}
		if words != nil {
			b.src.errorAt(l.words()[0], "", "a %s block has one line", blk.Kind)
			return nil
		}
		words = l.words()
	}
	if words == nil {
		b.src.errorAt(blk.kind, "", "the %s block is empty", blk.Kind)
	}
	return words
}
