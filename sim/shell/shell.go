// Package shell is the command line of a simulated host: the language of sh(1)
// as an operator types it, and the filters that stand between its pipes.
//
// A line is read into commands by the parser of mvdan.cc/sh (parse.go), whose
// words become arguments when it is their turn (expand.go): variables, $(…), the
// splitting of fields and file names with * and ?. Commands are joined by ; &&
// || and |, take files by < and >, here-documents by <<, and may stand in if,
// for, while, until, case, { }, ( ) and functions. The rules are those of
// POSIX.1-2017, chapter 2 of Shell & Utilities; where it leaves a choice, dash's
// words are used, which is the sh of Debian.
//
// Nothing runs on the reader's machine. Programs are Go functions, and files
// are those of the simulated host. The stages of a pipeline run one after the
// other, each on all that the one before has written. What this shell does not
// understand it names: commands in the background, and what only bash has.
package shell

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"mailtrek/sim/host"
)

// Limits of what one line may do.
const (
	maxSteps  = 10_000  // commands that a line runs, loops included
	maxNested = 50      // $( ) in $( ), and functions in functions
	maxOutput = 8 << 20 // octets that one command writes
	maxText   = 1 << 16 // octets of a text that is read
	maxDepth  = 500     // nodes of its tree, one in the other
)

// Files are those that commands read and change. A *host.Tree is one.
type Files interface {
	ReadFile(name string) ([]byte, error)
	WriteFile(name string, data []byte) error
	AppendFile(name string, data []byte) error
	Mkdir(name string) error
	Remove(name string) error
	RemoveAll(name string) error
	Rename(from, to string) error
	Stat(name string) (host.Info, error)
	ReadDir(name string) ([]host.Info, error)
	Permission(name string) (host.Permission, error)
	Chmod(name string, mode uint16) error
	Chown(name string, uid, gid int) error
	Users() (*host.Passwd, []host.Problem)
	UserName(uid int) string
	GroupName(gid int) string
	GroupID(name string) (gid int, ok bool)
}

// Program is what a command's name stands for. It reads from s.In, writes to
// s.Out and s.Err, and returns the exit status.
type Program func(s *Shell, args []string) (status int)

// Shell runs command lines. The zero values of all fields but Files and Find
// will do.
type Shell struct {
	Files Files
	Dir   string                                       // where names without a slash at their head begin; empty is /
	Home  string                                       // ~ and where cd leads
	User  string                                       // who types; empty is root
	Find  func(name string) Program                    // the programs of the host; nil is "not found"
	Hint  func(name string) string                     // what is added to "not found"
	Value func(name string) (value string, known bool) // variables that the shell does not keep itself
	Bar   func(name string) (why string)               // why the user may not change a file

	In       *Input
	Out, Err *Output

	vars      map[string]string
	functions map[string]function
	locals    map[string]*string // what variables were before local; nil is unset
	args      []string           // $0, $1 …
	status    int                // $?
	steps     *int
	nested    int
	script    *script // what is run
	line      int
	done      bool // exit was said
	jump      jump // break, continue or return was said
	levels    int  // how many loops that means
	loops     int  // in how many it is
}

// jump is how a command leads out of a loop or function.
type jump uint8

const (
	breaking jump = iota + 1
	continuing
	returning
)

// Input is the standard input of commands. Who reads takes away.
type Input struct{ rest []byte }

// NewInput returns an input of these octets.
func NewInput(b []byte) *Input { return &Input{b} }

// All takes all that is left.
func (in *Input) All() []byte {
	b := in.rest
	in.rest = nil
	return b
}

// Line takes a line without its end; ok is false when there is none.
func (in *Input) Line() (line string, ok bool) {
	if len(in.rest) == 0 {
		return "", false
	}
	line, rest, _ := strings.Cut(string(in.rest), "\n")
	in.rest = []byte(rest)
	return line, true
}

// Output is what a command writes. Those that share a Screen appear there in the
// order of their writing.
type Output struct {
	text   strings.Builder
	Screen *strings.Builder
}

// Write takes text; what is beyond a limit is lost.
func (o *Output) Write(p []byte) (int, error) {
	n := len(p)
	if over := o.text.Len() + n - maxOutput; over > 0 {
		p = p[:max(0, n-over)]
	}
	o.text.Write(p)
	if o.Screen != nil {
		o.Screen.Write(p)
	}
	return n, nil
}

// String is all that was written.
func (o *Output) String() string { return o.text.String() }

// Printf writes to the standard output.
func (s *Shell) Printf(format string, args ...any) { fmt.Fprintf(s.Out, format, args...) }

// Errorf writes to the standard error.
func (s *Shell) Errorf(format string, args ...any) { fmt.Fprintf(s.Err, format, args...) }

// Run runs a text of one line or more and returns the exit status.
func (s *Shell) Run(text string) (status int) {
	if s.In == nil {
		s.In = &Input{}
	}
	if s.Out == nil {
		s.Out = &Output{}
	}
	if s.Err == nil {
		s.Err = &Output{}
	}
	if s.vars == nil {
		s.vars, s.functions = map[string]string{}, map[string]function{}
	}
	if s.steps == nil {
		s.steps = new(int)
	}
	if s.Dir == "" {
		s.Dir = "/"
	}
	return s.source("", text)
}

// source reads a text and runs it; who is the command that does.
func (s *Shell) source(who, text string) int {
	sc, bad := parse(text)
	before := s.script
	s.script = sc
	s.list(sc.stmts)
	s.script = before
	if bad != nil && !s.done {
		s.Errorf("sh: %d: %s%s\n", bad.line, who, bad.text)
		s.status, s.done = 2, true
	}
	return s.status
}

// Path is the full name of a file.
func (s *Shell) Path(name string) string {
	if !strings.HasPrefix(name, "/") {
		name = s.Dir + "/" + name
	}
	return path.Clean(name)
}

// Read reads a file; why says in the words of strerror(3) what hinders.
func (s *Shell) Read(name string) (data []byte, why string) {
	if name == "/dev/null" {
		return nil, ""
	}
	if name == "/dev/stdin" || name == "-" {
		return s.In.All(), ""
	}
	full := s.Path(name)
	if full == "/dev/zero" {
		return make([]byte, 1<<16), "" // as much of it as anybody wants
	}
	if i, err := s.Files.Stat(full); err == nil && i.Dir {
		return nil, "Is a directory"
	}
	data, err := s.Files.ReadFile(full)
	return data, Why(err)
}

// Save writes a file, or adds to it; why says what hinders.
func (s *Shell) Save(name string, data []byte, add bool) (why string) {
	full := s.Path(name)
	if full == "/dev/null" {
		return ""
	}
	if s.Bar != nil {
		if why = s.Bar(full); why != "" {
			return why
		}
	}
	if i, err := s.Files.Stat(full); err == nil && i.Dir {
		return "Is a directory"
	}
	if i, err := s.Files.Stat(path.Dir(full)); err != nil || !i.Dir {
		return "No such file or directory"
	}
	if add {
		return Why(s.Files.AppendFile(full, data))
	}
	return Why(s.Files.WriteFile(full, data))
}

// Why is an error of the file tree in the words of strerror(3).
func Why(err error) string {
	var pe *fs.PathError
	switch {
	case err == nil:
		return ""
	case errors.Is(err, fs.ErrNotExist):
		return "No such file or directory"
	case errors.Is(err, fs.ErrExist):
		return "File exists"
	case errors.Is(err, fs.ErrPermission):
		return "Permission denied"
	case errors.As(err, &pe):
		text := pe.Err.Error()
		return strings.ToUpper(text[:1]) + text[1:]
	}
	return err.Error()
}
