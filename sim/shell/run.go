package shell

import (
	"maps"
	"strings"
)

// sub is a shell for a subshell, a $( ) or a stage of a pipeline: it begins as
// this one is, and what it changes stays with it.
func (s *Shell) sub() *Shell {
	c := *s
	c.vars = maps.Clone(s.vars)
	return &c
}

// list runs commands, each as the one before allows.
func (s *Shell) list(all []command) {
	for i := range all {
		c := &all[i]
		if s.done || s.jump != 0 {
			return
		}
		if c.when == '&' && s.status != 0 || c.when == '|' && s.status == 0 {
			continue
		}
		s.pipeline(c)
	}
}

// pipeline runs the stages one after the other; its status is that of the last.
func (s *Shell) pipeline(c *command) {
	if len(c.parts) == 1 {
		s.command(&c.parts[0])
	} else {
		in := s.In
		for i := range c.parts {
			stage := s.sub()
			stage.In = in
			last := i == len(c.parts)-1
			if !last {
				stage.Out = &Output{}
			}
			stage.command(&c.parts[i])
			if last {
				s.status = stage.status
			} else {
				in = &Input{[]byte(stage.Out.String())}
			}
		}
	}
	if c.not {
		if s.status == 0 {
			s.status = 1
		} else {
			s.status = 0
		}
	}
}

// command runs a command with its redirections.
func (s *Shell) command(c *command) {
	s.line = c.line
	if *s.steps++; *s.steps > maxSteps {
		if !s.done {
			s.Errorf("sh: %d: the simulated shell stops after %d commands\n", c.line, maxSteps)
		}
		s.status, s.done = 2, true
		return
	}
	in, out, errs := s.In, s.Out, s.Err
	files, ok := s.redirect(c.redirect)
	if ok {
		s.compound(c)
		for _, f := range files {
			f.save(s)
		}
	} else {
		s.status = 2
	}
	s.In, s.Out, s.Err = in, out, errs
}

// compound runs what the command is.
func (s *Shell) compound(c *command) {
	switch c.kind {
	case 's':
		s.simple(c)
	case '(':
		sub := s.sub()
		sub.list(c.do)
		s.status = sub.status
	case '{':
		s.list(c.do)
	case 'i':
		for i := range c.parts {
			if s.list(c.parts[i].cond); s.status == 0 || s.done {
				s.list(c.parts[i].do)
				return
			}
		}
		s.status = 0
		s.list(c.otherwise)
	case 'f':
		words := s.words(c.words)
		if c.every {
			words = s.params()
		}
		s.status = 0
		for _, w := range words {
			s.vars[c.name] = w
			if s.list(c.do); s.leave() {
				return
			}
		}
	case 'w', 'u':
		status := 0
		for {
			if s.list(c.cond); s.done || (s.status == 0) != (c.kind == 'w') {
				break
			}
			s.list(c.do)
			if status = s.status; s.leave() {
				break
			}
		}
		if !s.done {
			s.status = status
		}
	}
}

// leave tells whether a loop is to be left.
func (s *Shell) leave() bool {
	j := s.jump
	s.jump = 0
	return s.done || j == breaking
}

// outFile is a file that a command writes.
type outFile struct {
	name string
	add  bool
	out  *Output
}

// redirect opens what stands behind < and >.
func (s *Shell) redirect(all []redirection) (files []outFile, ok bool) {
	for _, r := range all {
		if strings.HasPrefix(r.op, "<<") {
			text := r.text
			if !strings.ContainsAny(r.word, `'"\`) {
				text = s.text(text)
			}
			s.In = &Input{[]byte(text)}
			continue
		}
		name := s.one(r.word)
		switch r.op {
		case "<":
			data, why := s.Read(name)
			if why != "" {
				s.Errorf("sh: %d: cannot open %s: %s\n", s.line, shown(name), strings.TrimSuffix(why, " or directory"))
				return nil, false
			}
			s.In = &Input{data}
		case ">&", "<&":
			if !s.duplicate(r.fd, name) {
				return nil, false
			}
		default:
			f := outFile{name, r.op == ">>", &Output{}}
			if why := s.Save(name, nil, f.add); why != "" {
				if why == "No such file or directory" {
					why = "Directory nonexistent"
				}
				s.Errorf("sh: %d: cannot create %s: %s\n", s.line, shown(name), why)
				return nil, false
			}
			if files = append(files, f); r.fd == 2 {
				s.Err = f.out
			} else {
				s.Out = f.out
			}
		}
	}
	return files, true
}

// duplicate is 2>&1 and its like.
func (s *Shell) duplicate(fd int, name string) bool {
	switch {
	case fd == 2 && name == "1":
		s.Err = s.Out
	case fd == 1 && name == "2":
		s.Out = s.Err
	case name == "-":
		s.Out = &Output{}
	default:
		s.Errorf("sh: %d: Syntax error: Bad fd number\n", s.line)
		return false
	}
	return true
}

func (f outFile) save(s *Shell) {
	if text := f.out.String(); text != "" {
		if why := s.Save(f.name, []byte(text), f.add); why != "" {
			s.Errorf("sh: %d: cannot write %s: %s\n", s.line, shown(f.name), why)
			s.status = 2
		}
	}
}

// simple runs a simple command.
func (s *Shell) simple(c *command) {
	if len(c.words) == 0 || len(c.assign) > 0 {
		s.status = 0
	}
	args := s.words(c.words)
	before := s.vars
	if len(args) > 0 && len(c.assign) > 0 {
		s.vars = maps.Clone(s.vars)
		defer func() { s.vars = before }()
	}
	for _, a := range c.assign {
		name, value, _ := strings.Cut(a, "=")
		s.vars[name] = s.one(value)
	}
	if len(args) == 0 {
		return
	}
	s.Exec(args)
}

// Exec runs a program by its name and arguments.
func (s *Shell) Exec(args []string) int {
	name := args[0][strings.LastIndexByte(args[0], '/')+1:]
	var program Program
	if s.Find != nil {
		program = s.Find(name)
	}
	if program == nil {
		program = builtin(name)
	}
	if program == nil {
		hint := ""
		if s.Hint != nil {
			hint = s.Hint(name)
		}
		s.Errorf("sh: %d: %s: not found%s\n", s.line, shown(args[0]), hint)
		s.status = 127
		return 127
	}
	s.status = program(s, args[1:])
	return s.status
}
