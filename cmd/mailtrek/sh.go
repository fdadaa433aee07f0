package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"mailtrek/protocols/wire"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

func newShell(a *app) *cobra.Command {
	var name, user, until string
	c := &cobra.Command{
		Use:   "sh HOST -s SCENARIO -- COMMAND...",
		Short: "an operator's command on a simulated host: mailq, postsuper, dig, …",
		Long: `The scenario is played (to its end, or to --until TIME); then the command is
given on the host, and what it prints is printed. Nothing is run on your machine.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usagef("mailtrek sh: a host and a command are expected, for example 'mailtrek sh mail.alabala.com -s alabala -- mailq'")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if name == "" {
				return usagef("mailtrek sh: in which scenario? Say -s SCENARIO")
			}
			return a.shell(args[0], name, user, until, quoteWords(args[1:]))
		},
	}
	f := c.Flags()
	f.StringVarP(&name, "scenario", "s", "", "the `SCENARIO` in which the host stands")
	f.StringVar(&user, "as", "root", "the `USER` who gives the command")
	f.StringVar(&until, "until", "", "give it at this virtual `TIME`")
	return c
}

// quoteWords makes a command line of words that the real shell has taken apart.
func quoteWords(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w
		if w == "" || strings.ContainsAny(w, " \t\n\"'\\$*?[](){}<>|&;~#") && len(words) > 1 {
			out[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(out, " ")
}

func (a *app) shell(hostName, name, user, until, line string) error {
	limit, err := parseUntil(until)
	if err != nil {
		return err
	}
	s, err := a.load(name)
	if err != nil {
		return err
	}
	r, err := scenario.Build(s, scenario.Options{Seed: a.seedOverride(), MaxEvents: maxEvents})
	if err != nil {
		return err
	}
	defer r.Close()
	h := r.Host(hostName)
	if h == nil {
		return usagef("the scenario has no host %q%s", wire.Visible(hostName), nearHost(s, hostName))
	}
	var input []byte
	if f, ok := a.in.(*os.File); ok && !term.IsTerminal(f.Fd()) || !ok && a.in != nil {
		if input, err = io.ReadAll(io.LimitReader(a.in, 64<<20)); err != nil {
			return err
		}
	}
	if limit > 0 {
		r.World.RunUntil(limit)
	} else {
		r.Play(0)
	}
	w := r.World
	seq := w.Emit(trace.Event{Kind: trace.Action, Node: h.ID, A: w.Trace.Intern(user), B: w.Trace.Intern("command")}, []byte(line))
	ran := r.Command(h, user, line, input, seq)
	for !ran.Done {
		next, ok := w.Next()
		if !ok {
			break
		}
		w.RunUntil(next)
	}
	fmt.Fprint(a.out, visibleLines(ran.Output))
	if ran.Status != 0 {
		return errSaid
	}
	return nil
}
