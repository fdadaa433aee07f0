package shell

import (
	"fmt"
	"slices"
	"strings"
)

// A text becomes a tree of commands.
//
//	list      pipeline { (; | newline | && | ||) pipeline }
//	pipeline  [!] command { | command }
//	command   simple | ( list ) | { list } | if … fi | for … done | while … done
//	simple    { NAME=word } { word | redirection }

// command is a node of the tree.
type command struct {
	kind      byte // 's' simple, '(' subshell, '{' group, 'i' if, 'f' for, 'w' while, 'u' until, '|' pipeline
	line      int
	not       bool     // ! before a pipeline
	when      byte     // in a list: ';' always, '&' after success, '|' after failure
	assign    []string // NAME=word
	words     []string // as written; of for: the words behind in
	name      string   // of for
	every     bool     // for without in
	redirect  []redirection
	parts     []command // of a pipeline; of if: the conditions and bodies by turns
	cond, do  []command
	otherwise []command
}

// redirection is "2>file" and its like.
type redirection struct {
	fd   int
	op   string // < > >> << <<- >& <&
	word string // as written; of a here-document: its end word
	text string // of a here-document
}

// parser reads a text.
type parser struct {
	text  string
	pos   int
	line  int
	bad   string // the first thing wrong
	depth int
}

// reserved are words with a meaning where a command begins.
var reserved = []string{"if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "{", "}", "!", "case", "esac", "function"}

// fail notes what is wrong.
func (p *parser) fail(format string, args ...any) {
	if p.bad == "" {
		p.bad = fmt.Sprintf(format, args...)
	}
}

// unexpected says that what comes cannot stand here.
func (p *parser) unexpected(expecting ...string) {
	if p.bad != "" {
		return
	}
	p.blank()
	word := "end of file"
	switch {
	case p.pos >= len(p.text):
	case p.text[p.pos] == '\n':
		word = "newline"
	default:
		if word = p.operator(); word == "" {
			word = p.word()
		}
		if slices.Contains(reserved, word) || strings.IndexByte("|&;()<>", word[0]) >= 0 {
			word = `"` + word + `"`
		} else {
			word = "word"
		}
	}
	more := ""
	if len(expecting) > 0 {
		more = fmt.Sprintf(" (expecting %q)", expecting[0])
	}
	p.fail("Syntax error: %s unexpected%s", word, more)
}

// blank passes over blanks, joined lines and comments.
func (p *parser) blank() {
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; {
		case c == ' ' || c == '\t' || c == '\r':
			p.pos++
		case c == '\\' && strings.HasPrefix(p.text[p.pos:], "\\\n"):
			p.pos += 2
			p.line++
		case c == '#' && (p.pos == 0 || strings.IndexByte(" \t\n;&|()", p.text[p.pos-1]) >= 0):
			for p.pos < len(p.text) && p.text[p.pos] != '\n' {
				p.pos++
			}
		default:
			return
		}
	}
}

// newline passes over the end of a line.
func (p *parser) newline() bool {
	p.blank()
	if p.pos >= len(p.text) || p.text[p.pos] != '\n' {
		return false
	}
	p.pos++
	p.line++
	return true
}

// document reads the text of a here-document.
func (p *parser) document(d *redirection) {
	mark := strings.NewReplacer("'", "", `"`, "", `\`, "").Replace(d.word)
	for p.pos < len(p.text) {
		line, _, found := strings.Cut(p.text[p.pos:], "\n")
		p.pos += len(line)
		if found {
			p.pos++
			p.line++
		}
		if d.op == "<<-" {
			line = strings.TrimLeft(line, "\t")
		}
		if line == mark {
			return
		}
		d.text += line + "\n"
	}
}

func (p *parser) lines() {
	for p.newline() {
	}
}

func (p *parser) end() bool {
	p.lines()
	return p.pos >= len(p.text)
}

// operators, the longer before the shorter.
var operators = []string{"<<-", "&&", "||", ";;", "<<", ">>", "<&", ">&", ">|", "&", "|", ";", "(", ")", "<", ">"}

// operator takes an operator, if one comes.
func (p *parser) operator() string {
	op := p.peek()
	p.pos += len(op)
	return op
}

// peek is the operator that comes.
func (p *parser) peek() string {
	p.blank()
	for _, op := range operators {
		if strings.HasPrefix(p.text[p.pos:], op) {
			return op
		}
	}
	return ""
}

// list reads commands until something that ends them.
func (p *parser) list() (all []command) {
	if p.depth++; p.depth > maxNested {
		p.fail("Syntax error: nested too deeply")
	}
	defer func() { p.depth-- }()
	when := byte(';')
	for p.bad == "" {
		p.lines()
		if w := p.look(); w == "" || w == "}" || slices.Contains([]string{"then", "elif", "else", "fi", "do", "done"}, w) {
			if when != ';' {
				p.unexpected()
			}
			return all
		}
		c := p.pipeline()
		c.when = when
		all = append(all, c)
		when = ';'
		switch op := p.peek(); op {
		case ";":
			p.operator()
		case "&&", "||":
			p.operator()
			p.lines()
			when = op[0]
		case "&":
			p.operator()
			p.fail("the simulated shell runs nothing in the background: & is not understood")
		case ")", "":
			if op == "" && p.newline() {
				continue
			}
			return all
		default:
			p.unexpected()
		}
	}
	return all
}

// look is the word that comes, "" when none does.
func (p *parser) look() string {
	p.blank()
	if p.pos >= len(p.text) || strings.IndexByte("|&;)\n", p.text[p.pos]) >= 0 {
		if op := p.peek(); op != "" && op != ")" {
			return op
		}
		return ""
	}
	at, line, bad := p.pos, p.line, p.bad
	w := p.operator()
	if w == "" {
		w = p.word()
	}
	p.pos, p.line, p.bad = at, line, bad
	return w
}

// pipeline reads commands with | between them.
func (p *parser) pipeline() command {
	c := command{kind: '|', line: p.line}
	if p.look() == "!" {
		p.word()
		c.not = true
	}
	for p.bad == "" {
		c.parts = append(c.parts, p.command())
		if p.peek() != "|" {
			break
		}
		p.operator()
		p.lines()
	}
	return c
}

// take takes a reserved word that must come.
func (p *parser) take(word string) {
	p.lines()
	if p.look() != word {
		p.unexpected(word)
		return
	}
	p.word()
}

// command reads one command.
func (p *parser) command() (c command) {
	p.blank()
	c.line = p.line
	switch w := p.look(); w {
	case "":
		p.unexpected()
	case "(":
		p.operator()
		c.kind, c.do = '(', p.list()
		if p.operator() != ")" {
			p.unexpected(")")
		}
	case "{":
		p.word()
		c.kind, c.do = '{', p.list()
		p.take("}")
	case "if":
		p.word()
		p.branches(&c)
	case "while", "until":
		p.word()
		c.kind, c.cond = w[0], p.list()
		p.take("do")
		c.do = p.list()
		p.take("done")
	case "for":
		p.word()
		p.loop(&c)
	case "case", "function":
		p.fail("the simulated shell does not understand %s", w)
	default:
		if slices.Contains(reserved, w) {
			p.unexpected()
		}
		return p.simple()
	}
	for p.bad == "" && p.redirection(&c) {
	}
	return c
}

// branches reads an if behind the word.
func (p *parser) branches(c *command) {
	c.kind = 'i'
	for p.bad == "" {
		cond := p.list()
		p.take("then")
		c.parts = append(c.parts, command{cond: cond, do: p.list()})
		p.lines()
		switch p.look() {
		case "elif":
			p.word()
			continue
		case "else":
			p.word()
			c.otherwise = p.list()
		}
		p.take("fi")
		return
	}
}

// loop reads a for behind the word.
func (p *parser) loop(c *command) {
	p.blank()
	c.kind, c.name, c.every = 'f', p.word(), true
	if nameLength(c.name) != len(c.name) || c.name == "" {
		p.fail("Syntax error: Bad for loop variable")
	}
	p.lines()
	if p.look() == "in" {
		p.word()
		c.every = false
		for p.blank(); p.bad == "" && p.pos < len(p.text) && p.peek() == "" && p.text[p.pos] != '\n'; p.blank() {
			c.words = append(c.words, p.word())
		}
	}
	if p.peek() == ";" {
		p.operator()
	}
	p.take("do")
	c.do = p.list()
	p.take("done")
}

// simple reads a simple command.
func (p *parser) simple() command {
	c := command{kind: 's', line: p.line}
	for p.bad == "" {
		p.blank()
		if p.redirection(&c) {
			continue
		}
		if p.pos >= len(p.text) || p.text[p.pos] == '\n' || p.peek() != "" {
			break
		}
		w := p.word()
		if n := nameLength(w); len(c.words) == 0 && n > 0 && n < len(w) && w[n] == '=' {
			c.assign = append(c.assign, w)
		} else {
			c.words = append(c.words, w)
		}
	}
	if len(c.words)+len(c.assign)+len(c.redirect) == 0 {
		p.unexpected()
	}
	if p.peek() == "(" {
		if len(c.words) == 1 {
			p.fail("the simulated shell knows no functions")
		}
		p.unexpected()
	}
	return c
}

// redirection reads one, if one comes.
func (p *parser) redirection(c *command) bool {
	p.blank()
	at, fd := p.pos, -1
	if at+1 < len(p.text) && p.text[at] >= '0' && p.text[at] <= '9' && (p.text[at+1] == '<' || p.text[at+1] == '>') {
		fd = int(p.text[at] - '0')
		p.pos++
	}
	op := p.peek()
	if op == "" || op[0] != '<' && op[0] != '>' {
		p.pos = at
		return false
	}
	p.operator()
	if fd < 0 {
		fd = 0
		if op[0] == '>' {
			fd = 1
		}
	}
	if p.blank(); p.pos >= len(p.text) || p.text[p.pos] == '\n' || p.peek() != "" {
		p.unexpected()
		return false
	}
	c.redirect = append(c.redirect, redirection{fd: fd, op: op, word: p.word()})
	if strings.HasPrefix(op, "<<") {
		// The slice may move: the text is put in when the command is complete.
		d := &redirection{op: op, word: c.redirect[len(c.redirect)-1].word}
		p.heredoc(d)
		c.redirect[len(c.redirect)-1].text = d.text
	}
	return true
}

// heredoc reads a here-document at once: its text begins behind the line on
// which it is named, and is cut out of what is still to be read.
func (p *parser) heredoc(d *redirection) {
	eol := strings.IndexByte(p.text[p.pos:], '\n')
	if eol < 0 {
		return
	}
	sub := &parser{text: p.text, pos: p.pos + eol + 1}
	sub.document(d)
	p.text = p.text[:p.pos+eol+1] + p.text[sub.pos:]
}
