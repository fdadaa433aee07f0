package scenario

import (
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"mailtrek/sim/host"
)

// oneFile is a file system with one document.
func oneFile(text string) fs.FS {
	return fstest.MapFS{"fuzz.md": &fstest.MapFile{Data: []byte(text)}}
}

// describe writes down what a scenario came to; of the files, those that no
// fresh installation has.
func describe(s *Scenario) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s (world %q, start %s, seed %d, until %s)\n", s.ID, s.Title, s.World, s.Start.Format("2006-01-02T15:04:05Z07:00"), s.Seed, s.Until)
	for _, h := range s.Hosts {
		fmt.Fprintf(&b, "\nhost %s short=%s addresses=%v resolver=%v runs=%v outside=%v silent=%v users=%v\n", h.Name, h.Short, h.Addresses, h.Resolver, h.Runs, h.Outside, h.Silent, h.Users)
		if h.Tree == nil {
			continue
		}
		_ = h.Tree.Walk("/", func(path string, info host.Info) error {
			content, _ := h.Tree.ReadFile(path)
			if !info.Dir && string(content) != freshMaster && string(content) != freshPasswd && string(content) != freshAliases {
				fmt.Fprintf(&b, "  %s\n    %s\n", path, strings.ReplaceAll(strings.TrimSpace(string(content)), "\n", "\n    "))
			}
			return nil
		})
	}
	b.WriteString("\n")
	for _, l := range s.Links {
		fmt.Fprintf(&b, "link %+v\n", l)
	}
	for _, a := range s.Accounts {
		fmt.Fprintf(&b, "account %+v\n", *a)
	}
	for _, m := range s.Mails {
		fmt.Fprintf(&b, "mail %s: %q\n", m.Name, m.Content)
	}
	for _, v := range s.Services {
		fmt.Fprintf(&b, "service %+v\n", v)
	}
	for _, c := range s.Commands {
		fmt.Fprintf(&b, "command %+v\n", c)
	}
	for _, a := range s.Actions {
		fmt.Fprintf(&b, "%s %s %s@%s mail=%q to=%v keep=%v command=%q input=%q\n", a.At, a.Kind, a.User, a.Host, a.Mail, a.To, a.Keep, a.Command, a.Input)
	}
	for _, f := range s.Faults {
		fmt.Fprintf(&b, "fault %s %s %s:%d %s both=%v delay=%s loss=%g lasts=%s\n", f.At, f.Kind, f.Host, f.Port, f.Peer, f.Both, f.Delay, f.Loss, f.Lasts)
	}
	for _, e := range s.Expects {
		fmt.Fprintf(&b, "expect %d min=%d max=%d host=%s mail=%s path=%v user=%s parts=%v at %s:%d:%d: %s\n", e.Kind, e.Min, e.Max, e.Host, e.Mail, e.Path, e.User, e.Parts, e.File, e.Line, e.Column, e.Text)
	}
	for _, w := range s.Warnings {
		fmt.Fprintf(&b, "%s\n", w)
	}
	return b.String()
}

// manyFiles are documents by their names.
type manyFiles map[string]string

func (m manyFiles) fs() fs.FS {
	out := fstest.MapFS{}
	for name, text := range m {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}
