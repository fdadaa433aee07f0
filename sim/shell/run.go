package shell

import (
	"maps"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// sub is a shell for a subshell, a $( ) or a stage of a pipeline: it begins as
// this one is, and what it changes stays with it.
func (s *Shell) sub() *Shell {
	c := *s
	c.vars, c.functions = maps.Clone(s.vars), maps.Clone(s.functions)
	return &c
}

// list runs commands one after the other.
func (s *Shell) list(all []*syntax.Stmt) {
	for _, c := range all {
		if s.done || s.jump != 0 {
			return
		}
		s.stmt(c)
	}
}

// stmt runs a command, or several that && || and | join.
func (s *Shell) stmt(c *syntax.Stmt) {
	if b, ok := c.Cmd.(*syntax.BinaryCmd); !ok {
		s.command(c)
	} else if b.Op == syntax.Pipe {
		s.pipe(b)
	} else {
		if s.stmt(b.X); !s.done && s.jump == 0 && (s.status == 0) == (b.Op == syntax.AndStmt) {
			s.stmt(b.Y)
		}
	}
	if c.Negated {
		if s.status == 0 {
			s.status = 1
		} else {
			s.status = 0
		}
	}
}

// pipe runs the stages one after the other; the status is that of the last.
func (s *Shell) pipe(b *syntax.BinaryCmd) {
	from, to := s.sub(), s.sub()
	from.Out = &Output{}
	from.stmt(b.X)
	to.In = &Input{[]byte(from.Out.String())}
	to.stmt(b.Y)
	s.status = to.status
}

// command runs a command with its redirections.
func (s *Shell) command(c *syntax.Stmt) {
	s.line = int(c.Pos().Line())
	if *s.steps++; *s.steps > maxSteps {
		if !s.done {
			s.Errorf("sh: %d: the simulated shell stops after %d commands\n", s.line, maxSteps)
		}
		s.status, s.done = 2, true
		return
	}
	in, out, errs := s.In, s.Out, s.Err
	files, ok := s.redirect(c.Redirs)
	if ok {
		s.compound(c.Cmd)
		for _, f := range files {
			f.save(s)
		}
	} else {
		s.status = 2
	}
	s.In, s.Out, s.Err = in, out, errs
}

// compound runs what the command is.
func (s *Shell) compound(c syntax.Command) {
	switch c := c.(type) {
	case nil:
		s.status = 0
	case *syntax.CallExpr:
		s.simple(c)
	case *syntax.Subshell:
		sub := s.sub()
		sub.list(c.Stmts)
		s.status = sub.status
	case *syntax.Block:
		s.list(c.Stmts)
	case *syntax.IfClause:
		s.branch(c)
	case *syntax.ForClause:
		s.each(c)
	case *syntax.WhileClause:
		s.while(c)
	case *syntax.CaseClause:
		s.choose(c)
	case *syntax.FuncDecl:
		s.functions[c.Name.Value] = function{c.Body, s.script}
		s.status = 0
	default:
		s.Errorf("sh: %d: the simulated shell does not understand this command\n", s.line)
		s.status, s.done = 2, true
	}
}

// branch runs if.
func (s *Shell) branch(c *syntax.IfClause) {
	for ; c != nil; c = c.Else {
		if len(c.Cond) > 0 { // of else it is empty
			if s.list(c.Cond); s.done || s.jump != 0 {
				return
			}
		}
		if len(c.Cond) == 0 || s.status == 0 {
			s.list(c.Then)
			return
		}
	}
	s.status = 0
}

// each runs for.
func (s *Shell) each(c *syntax.ForClause) {
	loop, ok := c.Loop.(*syntax.WordIter)
	if !ok {
		return
	}
	words := s.params()
	if loop.InPos.IsValid() {
		words = s.words(loop.Items)
	}
	s.status = 0
	s.loops++
	defer func() { s.loops-- }()
	for _, w := range words {
		s.vars[loop.Name.Value] = w
		if s.list(c.Do); s.leave() {
			return
		}
	}
}

// while runs while and until.
func (s *Shell) while(c *syntax.WhileClause) {
	status := 0
	s.loops++
	defer func() { s.loops-- }()
	for {
		if s.list(c.Cond); s.done || s.jump != 0 || (s.status == 0) == c.Until {
			s.leave()
			break
		}
		s.list(c.Do)
		if status = s.status; s.leave() {
			break
		}
	}
	if !s.done && s.jump == 0 {
		s.status = status
	}
}

// choose runs case.
func (s *Shell) choose(c *syntax.CaseClause) {
	value := s.one(c.Word)
	s.status = 0
	for _, item := range c.Items {
		for _, p := range item.Patterns {
			if matches(s.pattern(p), value) {
				s.list(item.Stmts)
				return
			}
		}
	}
}

// leave tells whether a loop is to be left.
func (s *Shell) leave() bool {
	j := s.jump
	switch {
	case j == 0 || j == returning:
	case s.levels > 1:
		s.levels--
		return true
	default:
		s.jump = 0
	}
	return s.done || j == breaking || j == returning
}

// simple runs a simple command.
func (s *Shell) simple(c *syntax.CallExpr) {
	if len(c.Args) == 0 || len(c.Assigns) > 0 {
		s.status = 0
	}
	args := s.words(c.Args)
	before := s.vars
	if len(args) > 0 && len(c.Assigns) > 0 {
		s.vars = maps.Clone(s.vars)
		defer func() { s.vars = before }()
	}
	for _, a := range c.Assigns {
		s.vars[a.Name.Value] = s.one(a.Value)
	}
	if len(args) > 0 && !s.done {
		s.Exec(args)
	}
}

// function is what a name stands for.
type function struct {
	body *syntax.Stmt
	from *script
}

// call runs a function.
func (s *Shell) call(f function, args []string) {
	if s.nested >= maxNested {
		s.Errorf("sh: %d: Maximum function recursion depth (%d) reached\n", s.line, maxNested)
		s.status, s.done = 2, true
		return
	}
	before, from, locals, loops := s.args, s.script, s.locals, s.loops
	s.loops = 0
	s.args, s.script, s.locals = append([]string{"sh"}, args...), f.from, map[string]*string{}
	s.nested++
	s.stmt(f.body)
	if s.nested--; s.jump == returning {
		s.jump = 0
	}
	for name, value := range s.locals { // the order does not matter: each is set once
		if value == nil {
			delete(s.vars, name)
		} else {
			s.vars[name] = *value
		}
	}
	s.args, s.script, s.locals, s.loops = before, from, locals, loops
}

// Exec runs a function or a program by its name and arguments.
func (s *Shell) Exec(args []string) int {
	if f, ok := s.functions[args[0]]; ok {
		s.call(f, args[1:])
		return s.status
	}
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
