package scenario

import (
	"strings"

	"mailtrek/sim/postfix"
)

const postconfUsage = "usage: postconf [-a (server SASL types)] [-A (client SASL types)] [-b (bounce templates)] [-c config_dir] [-c param_class] " +
	"[-d (parameter defaults)] [-e (edit configuration)] [-f (fold lines)] [-F (master.cf fields)] [-h (no names)] [-H (no values)] [-l (lock types)] " +
	"[-m (map types)] [-M (master.cf)] [-n (non-default parameters)] [-o name=value (override parameter value)] [-p (main.cf, default)] " +
	"[-P (master.cf parameters)] [-t (bounce templates)] [-T compile-version|run-version|public-key-algorithms] [-v (verbose)] " +
	"[-x (expand parameter values)] [-X (exclude)] [-# (comment-out)] [name...]"

// postconfModes are the switches of which postconf(1) takes one only.
const postconfModes = "aAbdeFlmMnPtTX#"

// postconfCommand is postconf(1). What it says of trouble goes to the terminal
// alone.
func postconfCommand(sh *operator, args []string) int {
	o, bad := getopt(args, "aAbc:C:deEfFhHlmMno:pPtT:vxX#")
	if bad != "" {
		sh.errorf("postconf: %s\n", bad)
		return sh.postconfFails(postconfUsage)
	}
	var opt postfix.PostconfOptions
	mode := byte(0)
	var over []string
	for _, s := range o.switches {
		switch s.letter {
		case 'h':
			opt.NoNames = true
		case 'H':
			opt.NoValues = true
		case 'x':
			opt.Expand = true
		case 'o':
			over = append(over, s.value)
		case 'C':
			if s.value != "builtin" && s.value != "all" {
				return sh.postconfFails("the class " + visible(s.value) + " is not modelled")
			}
		}
		if strings.IndexByte(postconfModes, s.letter) < 0 || s.letter == mode {
			continue
		}
		if mode != 0 {
			return sh.postconfFails("specify one of -" + string(rune(mode)) + " -" + string(rune(s.letter)))
		}
		mode = s.letter
	}
	names := o.args
	if mode == 0 && len(names) > 0 && strings.Contains(names[0], "=") {
		mode = 'e' // postconf NAME=VALUE, as -e
	}
	opt.Defaults, opt.NonDefaults = mode == 'd', mode == 'n'
	return sh.postconf(mode, opt, over, names)
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

// postconfFails ends postconf.
func (sh *operator) postconfFails(why string) int {
	sh.errorf("postconf: fatal: %s\n", why)
	return 1
}

// postconf prints what is asked for; over are settings that count instead of
// those of main.cf.
func (sh *operator) postconf(mode byte, opt postfix.PostconfOptions, over, names []string) int {
	switch mode {
	case 'e', 'X', '#':
		return sh.editMain(mode, names)
	case 'm':
		sh.printf("%s\n", strings.Join(postfix.MapTypes, "\n"))
		return 0
	case 'l':
		sh.printf("flock\nfcntl\ndotlock\n")
		return 0
	case 'a':
		sh.printf("cyrus\ndovecot\n")
		return 0
	case 'A':
		sh.printf("cyrus\n")
		return 0
	case 'b', 't':
		file := ""
		if len(names) > 0 {
			file = names[0]
		}
		out, status := sh.m.postfix.BounceTemplates(file, mode == 'b')
		sh.printf("%s", out)
		return status
	case 'F', 'T':
		sh.errorf("postconf: the switch -%c is not modelled\n", mode)
		return 1
	}
	var files postfix.Files = sh.m.Tree
	if len(over) > 0 {
		text, _ := sh.m.Tree.ReadFile(postfix.MainFile) // one that is not there is empty
		main, err := postfix.EditMain(string(text), over...)
		if err != nil {
			return sh.postconfFails(strings.TrimPrefix(err.Error(), "fatal: "))
		}
		files = overlaid{files, main}
	}
	config, master, diags := postfix.LoadConfig(files, postfixEnv(sh.m.decl))
	if !postfix.HasFatal(diags) {
		var lines, unmatched []string
		switch mode {
		case 'M':
			lines, unmatched = master.PostconfMaster(names)
		case 'P':
			lines, unmatched = master.PostconfOverrides(names)
		default:
			lines, diags = config.Postconf(opt, names...)
		}
		for _, l := range lines {
			sh.printf("%s\n", l)
		}
		for _, u := range unmatched {
			sh.errorf("postconf: warning: unmatched request: \"%s\"\n", visible(u))
		}
	}
	for _, d := range diags {
		if !d.Note {
			sh.errorf("postconf: %s\n", d)
		}
	}
	if postfix.HasFatal(diags) {
		return 1
	}
	return 0
}

// editMain changes main.cf; it takes effect with "postfix reload".
func (sh *operator) editMain(how byte, edits []string) int {
	if len(edits) == 0 {
		return sh.postconfFails(map[byte]string{'e': "-e requires name=value argument", 'X': "-X requires name argument", '#': "-# requires name argument"}[how])
	}
	text, err := sh.m.Tree.ReadFile(postfix.MainFile)
	out := string(text)
	if err == nil {
		if how == 'e' {
			out, err = postfix.EditMain(out, edits...)
		} else {
			out = postfix.RemoveFromMain(out, how == '#', edits...)
		}
	}
	if err == nil {
		err = sh.m.Tree.WriteFile(postfix.MainFile, []byte(out))
	}
	if err != nil {
		sh.errorf("postconf: fatal: %s\n", strings.TrimPrefix(err.Error(), "fatal: "))
		return 1
	}
	return 0
}
