package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// outFile is a file that a command writes.
type outFile struct {
	name string
	add  bool
	out  *Output
}

// redirect opens what stands behind < and >.
func (s *Shell) redirect(all []*syntax.Redirect) (files []outFile, ok bool) {
	for _, r := range all {
		if r.Op == syntax.Hdoc || r.Op == syntax.DashHdoc {
			s.In = &Input{[]byte(s.document(r))}
			continue
		}
		name := s.one(r.Word)
		switch r.Op {
		case syntax.RdrIn, syntax.RdrInOut:
			data, why := s.Read(name)
			if why != "" {
				s.Errorf("sh: %d: cannot open %s: %s\n", s.line, shown(name), strings.TrimSuffix(why, " or directory"))
				return nil, false
			}
			s.In = &Input{data}
		case syntax.DplOut, syntax.DplIn:
			fd := "1"
			if r.N != nil {
				fd = r.N.Value
			} else if r.Op == syntax.DplIn {
				fd = "0"
			}
			if !s.duplicate(fd, name) {
				return nil, false
			}
		default:
			f := outFile{name, r.Op == syntax.AppOut, &Output{}}
			if why := s.Save(name, nil, f.add); why != "" {
				if why == "No such file or directory" {
					why = "Directory nonexistent"
				}
				s.Errorf("sh: %d: cannot create %s: %s\n", s.line, shown(name), why)
				return nil, false
			}
			if files = append(files, f); r.N != nil && r.N.Value == "2" {
				s.Err = f.out
			} else {
				s.Out = f.out
			}
		}
	}
	return files, true
}

// duplicate is 2>&1 and its like.
func (s *Shell) duplicate(fd, name string) bool {
	switch {
	case fd == name:
	case fd == "2" && name == "1":
		s.Err = s.Out
	case fd == "1" && name == "2":
		s.Out = s.Err
	case name == "-" && fd == "0":
		s.In = &Input{}
	case name == "-" && fd == "2":
		s.Err = &Output{}
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

// document is the text of a here-document. It is expanded unless a part of its
// end word is quoted.
func (s *Shell) document(r *syntax.Redirect) string {
	if r.Hdoc == nil {
		return ""
	}
	parts := r.Hdoc.Parts
	if r.Op == syntax.DashHdoc {
		parts = withoutTabs(parts)
	}
	quoted := false
	for _, p := range r.Word.Parts {
		lit, plain := p.(*syntax.Lit)
		quoted = quoted || !plain || strings.Contains(lit.Value, `\`)
	}
	if !quoted {
		return s.text(parts)
	}
	text := ""
	for _, p := range parts {
		if lit, ok := p.(*syntax.Lit); ok {
			text += lit.Value
		}
	}
	return text
}

// withoutTabs takes the tabs from the heads of the lines.
func withoutTabs(parts []syntax.WordPart) (out []syntax.WordPart) {
	head := true
	for _, p := range parts {
		if lit, ok := p.(*syntax.Lit); ok {
			lines := strings.SplitAfter(lit.Value, "\n")
			for i := range lines {
				if i > 0 || head {
					lines[i] = strings.TrimLeft(lines[i], "\t")
				}
			}
			copied := *lit
			copied.Value = strings.Join(lines, "")
			p = &copied
		}
		out, head = append(out, p), false
	}
	return out
}
