package scenario

import (
	"cmp"
	"slices"
	"strings"

	"mailtrek/sim/postfix"
)

const postconfUsage = "usage: postconf [-a (server SASL types)] [-A (client SASL types)] [-b (bounce templates)] [-c config_dir] [-c param_class] " +
	"[-d (parameter defaults)] [-e (edit configuration)] [-f (fold lines)] [-F (master.cf fields)] [-h (no names)] [-H (no values)] [-l (lock types)] " +
	"[-m (map types)] [-M (master.cf)] [-n (non-default parameters)] [-o name=value (override parameter value)] [-p (main.cf, default)] " +
	"[-P (master.cf parameters)] [-t (bounce templates)] [-T compile-version|run-version|public-key-algorithms] [-v (verbose)] " +
	"[-x (expand parameter values)] [-X (exclude)] [-# (comment-out)] [name...]"

// postconfApart are switches of which postconf(1) takes one only, in the order
// in which it names two of them.
var postconfApart = []string{"abAdelmntT", "hH", "deXn#"}

// postconfCall is postconf(1) under way.
type postconfCall struct {
	*operator
	opt   postfix.PostconfOptions
	has   map[byte]bool
	over  []string // -o
	about string   // -C
	topic string   // -T
	dir   string
	names []string
}

// postconfCommand is postconf(1). What it says of trouble goes to the terminal
// alone.
func postconfCommand(sh *operator, args []string) int {
	c := &postconfCall{operator: sh, has: map[byte]bool{}, dir: "/etc/postfix"}
	o, bad := getopt(args, "aAbc:C:deEfFhHlmMno:pPtT:vxX#")
	if bad != "" {
		sh.errorf("postconf: %s\n", bad)
		return c.fails(postconfUsage)
	}
	c.names = o.args
	for _, s := range o.switches {
		c.has[s.letter] = true
		switch s.letter {
		case 'o':
			c.over = append(c.over, s.value)
		case 'C':
			c.about = s.value
		case 'T':
			c.topic = s.value
		case 'c':
			c.dir = s.value
		}
	}
	if why := c.contradiction(); why != "" {
		return c.fails(why)
	}
	c.opt = postfix.PostconfOptions{Defaults: c.has['d'], NonDefaults: c.has['n'], NoNames: c.has['h'], NoValues: c.has['H'], Expand: c.has['x'], Fold: c.has['f'], Strict: true}
	return c.do()
}

// contradiction is why the switches cannot stand together.
func (c *postconfCall) contradiction() string {
	if !c.has['M'] && !c.has['F'] && !c.has['P'] || !slices.ContainsFunc(c.names, func(n string) bool { return strings.Contains(n, "=") }) {
		if len(c.names) > 0 && strings.Contains(c.names[0], "=") && !c.has['d'] && !c.has['n'] {
			c.has['e'] = true
		}
	} else {
		c.has['e'] = true
	}
	for _, m := range []byte("MFP") {
		for _, other := range []byte("dn#X") {
			if c.has[m] && c.has[other] && !(m == 'M' && (other == '#' || other == 'X') || m == 'P' && other == 'X') {
				return "with option -" + string(rune(m)) + ", do not specify -" + string(rune(other))
			}
		}
	}
	if c.has['M'] && c.has['P'] {
		return "specify one of -M -P"
	}
	for _, set := range postconfApart {
		first := byte(0)
		for _, letter := range []byte(set) {
			if !c.has[letter] {
				continue
			}
			if first != 0 {
				return "specify one of -" + string(rune(first)) + " -" + string(rune(letter))
			}
			first = letter
		}
	}
	return ""
}

// fails ends postconf.
func (c *postconfCall) fails(why string) int {
	c.errorf("postconf: fatal: %s\n", why)
	return 1
}

func (c *postconfCall) do() int {
	switch {
	case c.has['m']:
		c.printf("%s\n", strings.Join(postfix.MapTypes, "\n"))
	case c.has['l']:
		c.printf("%s\n", strings.Join(lockTypes, "\n"))
	case c.has['a']:
		c.printf("cyrus\ndovecot\n")
	case c.has['A']:
		c.printf("cyrus\n")
	case c.topic != "":
		if tlsVersions[c.topic] == "" {
			c.errorf("postconf: warning: unknown 'postconf -T' mode: %s\n", visible(c.topic))
			return 1
		}
		c.printf("%s\n", tlsVersions[c.topic])
	case c.has['b'] || c.has['t']:
		file := ""
		if len(c.names) > 0 {
			file = c.names[0]
		}
		out, status := c.m.postfix.BounceTemplates(file, c.has['b'])
		if status != 0 {
			c.errorf("%s", out)
			return status
		}
		c.printf("%s", out)
	case c.has['e'] || c.has['X'] || c.has['#']:
		return c.edit()
	default:
		return c.show()
	}
	return 0
}

// overlaid are the files of a host with another main.cf.
type overlaid struct {
	postfix.Files
	main string
}

// ReadFile reads a file.
func (o overlaid) ReadFile(path string) ([]byte, error) {
	if path == postfix.MainFile {
		return []byte(o.main), nil
	}
	return o.Files.ReadFile(path)
}

// show prints what is asked for.
func (c *postconfCall) show() int {
	var files postfix.Files = c.m.Tree
	c.cools(strings.TrimSuffix(c.dir, "/") + "/main.cf")
	text, why := c.Read(strings.TrimSuffix(c.dir, "/") + "/main.cf")
	if why != "" {
		return c.fails("open " + visible(strings.TrimSuffix(c.dir, "/")+"/main.cf") + ": " + why)
	}
	if len(c.over) > 0 || c.dir != "/etc/postfix" {
		main := string(text)
		for _, o := range c.over {
			edited, err := postfix.EditMain(main, o)
			if err != nil {
				reason, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "fatal: "), ":")
				return c.fails("invalid parameter override: " + visible(o) + ": " + reason)
			}
			main = edited
		}
		files = overlaid{files, main}
	}
	config, master, diags := postfix.LoadConfig(files, postfixEnv(c.m.decl))
	var lines, unmatched []string
	var more []postfix.Diag // about the names
	var err error
	of := func(d postfix.Diag) bool { return d.Fatal && d.File == postfix.MasterFile }
	apart := c.has['M'] || c.has['F'] || c.has['P']
	if !apart {
		for i := range diags {
			if of(diags[i]) && diags[i].Line == 0 {
				diags[i].Fatal = false // it is missing: of no concern here but for a warning
			}
		}
	}
	if !postfix.HasFatal(diags) {
		switch {
		case c.has['M']:
			lines, unmatched, err = master.PostconfMaster(config, c.opt, c.names)
		case c.has['F']:
			lines, unmatched, err = master.PostconfFields(config, c.opt, c.names)
		case c.has['P']:
			lines, unmatched = master.PostconfOverrides(config, c.opt, c.names)
		default:
			lines, more, err = c.parameters(config, files)
		}
	}
	if err != nil {
		return c.fails(visible(err.Error()))
	}
	for _, l := range lines {
		c.printf("%s\n", l)
	}
	for _, u := range unmatched {
		c.errorf("postconf: warning: unmatched request: \"%s\"\n", visible(u))
	}
	for _, d := range c.said(config, master, diags, more) {
		c.errorf("postconf: %s\n", d)
	}
	if postfix.HasFatal(diags) || postfix.HasFatal(more) {
		return 1
	}
	return 0
}

// parameters are the lines about main.cf.
func (c *postconfCall) parameters(config *postfix.Config, files postfix.Files) ([]string, []postfix.Diag, error) {
	if c.about != "" {
		class, err := postfix.ParamClass(c.about)
		if err != nil {
			return nil, nil, err
		}
		c.opt.Class = class
	}
	lines, diags := config.Postconf(c.opt, c.names...)
	return lines, diags, nil
}

// said are the messages in the order in which postconf writes them: those of the
// files, of the names, and, when all or no names are asked for, what is unused.
func (c *postconfCall) said(config *postfix.Config, master *postfix.MasterCF, diags, names []postfix.Diag) (said []string) {
	var lint []postfix.Diag
	if !postfix.HasFatal(diags) && !c.opt.Defaults {
		lint = config.Lint(master)
	}
	for _, d := range lint {
		if strings.Contains(d.Text, ": undefined parameter: ") {
			diags = append(diags, d)
		}
	}
	diags = append(diags, names...)
	for _, d := range lint {
		if strings.Contains(d.Text, ": unused parameter: ") {
			diags = append(diags, d)
		}
	}
	for _, d := range diags {
		if !d.Note {
			text := d.String()
			if d.Fatal && d.File == postfix.MasterFile && d.Line > 0 {
				text = "fatal: file " + d.Text
			}
			said = append(said, visible(text))
		}
	}
	return said
}

// edit changes main.cf or master.cf; it takes effect with "postfix reload".
func (c *postconfCall) edit() int {
	how := byte('e')
	for _, letter := range []byte("X#") {
		if c.has[letter] {
			how = letter
		}
	}
	if len(c.names) == 0 {
		return c.fails(map[byte]string{'e': "-e requires name=value argument", 'X': "missing service argument", '#': "missing service argument"}[how])
	}
	file := strings.TrimSuffix(c.dir, "/") + "/main.cf"
	if c.has['M'] || c.has['F'] || c.has['P'] {
		file = strings.TrimSuffix(c.dir, "/") + "/master.cf"
	}
	text, why := c.Read(file)
	if why != "" {
		return c.fails("open " + visible(file) + " for reading: " + why)
	}
	for _, n := range c.names {
		if strings.ContainsAny(strings.TrimRight(n, "\r\n"), "\r\n") {
			return c.fails("-e, -X, or -# accepts no multi-line input")
		}
		if strings.HasPrefix(n, "#") {
			return c.fails("-e, -X, or -# accepts no comment input")
		}
	}
	out := string(text)
	var warnings []string
	var err error
	switch {
	case c.has['M']:
		out, warnings, err = postfix.EditServices(out, how, c.names)
	case c.has['F']:
		out, warnings, err = postfix.EditFields(out, c.names)
	case c.has['P']:
		out, warnings, err = postfix.EditOverrides(out, how, c.names)
	case how == 'e':
		warnings = postfix.MultipleEntries(out, c.names)
		out, err = postfix.EditMain(out, c.names...)
	default:
		out = postfix.RemoveFromMain(out, how == '#', c.names...)
	}
	for _, w := range warnings {
		c.errorf("postconf: warning: %s\n", visible(w))
	}
	if err == nil && c.bar(file) != "" {
		return c.fails("open " + visible(file) + ".tmp: " + c.bar(file))
	}
	if err == nil {
		err = c.m.Tree.WriteFile(c.Path(file), []byte(out))
	}
	if err != nil {
		return c.fails(visible(strings.TrimPrefix(cmp.Or(err.Error(), ""), "fatal: ")))
	}
	return 0
}
