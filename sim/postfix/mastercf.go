package postfix

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Service is one service of master.cf (master(5)).
type Service struct {
	Name         string // "smtp", "10.10.1.10:587", "private/greylist" has "greylist"
	Type         string // inet, unix, fifo, pass, unix-dgram
	Private      bool   // only mail system processes may connect
	Unprivileged bool   // runs as mail_owner
	Chroot       bool
	Wakeup       time.Duration // 0 is never
	WakeupIfUsed bool          // the "?" behind the time: only once it was used
	MaxProc      int           // -1 is default_process_limit, 0 is without limit
	Command      string        // the program, e.g. smtpd
	Args         []string      // its arguments, the -o options left out
	Options      []Entry       // its -o options in order
	Line         int

	columns [8]string // the columns as written, for postconf -M
	args    []string  // all arguments, braces off
}

// MasterCF is a master.cf: the services in the order of the file.
type MasterCF struct {
	File     string
	Services []Service
}

// ParseMaster reads the text of a master.cf. The first line that cannot be
// read is fatal, as it is to master(8).
func ParseMaster(file, text string) (*MasterCF, []Diag) {
	m := &MasterCF{File: file}
	lines, diags := logicalLines(file, text)
	for _, l := range lines {
		s, warnings, err := parseService(l.text)
		for _, w := range warnings {
			diags = append(diags, Diag{File: file, Line: l.line, Text: fmt.Sprintf("%s: line %d: %s", file, l.line, w)})
		}
		if err != nil {
			diags = append(diags, Diag{Fatal: true, File: file, Line: l.line,
				Text: fmt.Sprintf("%s: line %d: %v", file, l.line, err)})
			break
		}
		s.Line = l.line
		for i := range s.Options {
			s.Options[i].Line = l.line
		}
		if old := m.Find(s.Name, s.Type); old != nil {
			diags = append(diags, Diag{Fatal: s.Type == "inet" || s.Type == "unix", File: file, Line: l.line,
				Text: fmt.Sprintf("%s: line %d: duplicate service name %q", file, l.line, s.Name)})
		}
		m.Services = append(m.Services, s)
	}
	return m, diags
}

// Find returns the service of that name and type, or nil. The type "unix"
// also finds what is reached the same way: fifo, pass and unix-dgram.
func (m *MasterCF) Find(name, kind string) *Service {
	for i := range m.Services {
		s := &m.Services[i]
		if s.Name == name && (s.Type == kind || kind == "unix" && s.Type != "inet") {
			return s
		}
	}
	return nil
}

// Listeners returns the services of type inet, in order.
func (m *MasterCF) Listeners() []*Service {
	var all []*Service
	for i := range m.Services {
		if m.Services[i].Type == "inet" {
			all = append(all, &m.Services[i])
		}
	}
	return all
}

// Endpoint splits the name of an inet service, "host:port", "[addr]:port" or
// "port". host is empty where inet_interfaces decides; port is a number or a
// name of services(5).
func (s *Service) Endpoint() (host, port string) {
	i := strings.LastIndexByte(s.Name, ':')
	if i < 0 {
		return "", s.Name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(s.Name[:i], "["), "]")
	return host, s.Name[i+1:]
}

// servicePorts are the names of services(5) that mail uses; postconf(5)
// known_tcp_ports has the same.
var servicePorts = map[string]int{"smtp": 25, "submission": 587, "smtps": 465, "submissions": 465,
	"lmtp": 24, "pop3": 110, "imap": 143, "imaps": 993, "pop3s": 995, "domain": 53}

// PortNumber returns the number that a port's number or name stands for.
func PortNumber(port string) (int, bool) {
	if n, err := strconv.Atoi(port); err == nil {
		return n, n > 0 && n < 65536
	}
	n, ok := servicePorts[port]
	return n, ok
}

// parseService reads one logical line.
func parseService(line string) (Service, []string, error) {
	fields, warnings := splitFields(line)
	if len(fields) < 8 {
		return Service{}, warnings, fmt.Errorf("bad field count")
	}
	s := Service{Name: fields[0], Type: fields[1], Command: fields[7], Private: true, Unprivileged: true, Chroot: false, MaxProc: -1, args: fields[8:]}
	copy(s.columns[:], fields)
	switch s.Type {
	case "inet", "unix", "fifo", "pass", "unix-dgram":
	default:
		return s, warnings, fmt.Errorf("invalid type field \"%s\" in \"%s\"", s.Type, line)
	}
	for i, column := range [...]struct {
		name string
		to   *bool
	}{{"private", &s.Private}, {"unprivileged", &s.Unprivileged}, {"chroot", &s.Chroot}} {
		switch fields[2+i] {
		case "y":
			*column.to = true
		case "n":
			*column.to = false
		case "-":
		default:
			return s, warnings, fmt.Errorf("invalid %s field \"%s\" in \"%s\"", column.name, fields[2+i], line)
		}
	}
	if err := s.numbers(fields[5], fields[6], line); err != nil {
		return s, warnings, err
	}
	if s.Private && s.Type == "inet" {
		if fields[2] == "y" {
			return s, warnings, fmt.Errorf("inet service cannot be private in \"%s\"", line)
		}
		s.Private = false
	}
	s.options(fields[8:])
	return s, warnings, nil
}

// numbers reads the wakeup and process_limit columns.
func (s *Service) numbers(wakeup, limit, line string) error {
	if wakeup != "-" {
		digits, ifUsed := strings.CutSuffix(wakeup, "?")
		n, err := strconv.Atoi(digits)
		if err != nil || n < 0 {
			return fmt.Errorf("invalid wakeup field \"%s\" in \"%s\"", wakeup, line)
		}
		s.Wakeup, s.WakeupIfUsed = time.Duration(n)*time.Second, ifUsed
	}
	if limit != "-" {
		n, err := strconv.Atoi(limit)
		if err != nil || n < 0 {
			return fmt.Errorf("invalid process_limit field \"%s\" in \"%s\"", limit, line)
		}
		s.MaxProc = n
	}
	return nil
}

// options sorts arguments into -o options and the rest. Options end at the
// first argument that is none, as getopt(3) has it.
func (s *Service) options(args []string) {
	for i := 0; i < len(args); i++ {
		after, ok := strings.CutPrefix(args[i], "-o")
		if !ok {
			s.Args = append(s.Args, args[i])
			if !strings.HasPrefix(args[i], "-") {
				s.Args = append(s.Args, args[i+1:]...)
				return
			}
			continue
		}
		if after == "" {
			if i++; i == len(args) {
				s.Args = append(s.Args, "-o")
				return
			}
			after = args[i]
		}
		if name, value, problem := splitNameValue(after); problem == "" {
			s.Options = append(s.Options, Entry{Name: name, Value: value})
		} else {
			s.Args = append(s.Args, "-o", after)
		}
	}
}

// splitFields cuts a line at white space; "{ … }" is one field without its
// braces and the white space next to them.
func splitFields(line string) (fields, warnings []string) {
	s := line
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if s == "" {
			return fields, warnings
		}
		if s[0] == '{' {
			end := matchBracket(s)
			if end < 0 {
				warnings = append(warnings, fmt.Sprintf("missing '}' in %q", s))
				return append(fields, strings.TrimSpace(s[1:])), warnings
			}
			fields = append(fields, strings.TrimSpace(s[1:end]))
			s = s[end+1:]
			continue
		}
		n := strings.IndexAny(s, " \t\r\n")
		if n < 0 {
			n = len(s)
		}
		fields = append(fields, s[:n])
		s = s[n:]
	}
}

// String returns the service as "postconf -M" prints it.
func (s *Service) String() string { return s.text(nil, PostconfOptions{}) }
