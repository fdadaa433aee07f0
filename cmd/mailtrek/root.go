package main

import (
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mailtrek/cmd/mailtrek/internal/i18n"
	"mailtrek/lessons/explain"
	"mailtrek/protocols/wire"
)

// app is what the subcommands share: the streams and the global flags.
type app struct {
	in  io.Reader
	out io.Writer
	err io.Writer

	plain   bool
	theme   string
	seed    uint64
	hasSeed bool
	lang    string
	noColor bool
	json    bool
	depth   string
}

const about = `mailtrek lets you watch an e-mail travel, and take part.

A scenario builds a small internet in memory: mail programs, mail servers,
mailboxes and name servers that hold real SMTP, POP3 and DNS dialogues under a
virtual clock. Step through what happens, forwards and backwards.`

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "mailtrek",
		Short:         "watch an e-mail travel, and take part",
		Long:          about,
		Args:          noArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return a.home(cmd.Context()) },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return a.settle(cmd)
		},
		SuggestionsMinimumDistance: 2,
		CompletionOptions:          cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	f := root.PersistentFlags()
	f.BoolVar(&a.plain, "plain", false, "linear text instead of a screen, for screen readers")
	f.StringVar(&a.theme, "theme", "", "colours of the screen: dark, light, colour-blind or mono")
	f.Uint64Var(&a.seed, "seed", 0, "seed of all dice (default: the scenario's)")
	f.StringVar(&a.lang, "lang", "", "language: en, bg or pl (default from the locale)")
	f.StringVar(&a.depth, "depth", "", "how deep explanations go: novice, course or rfc (default course)")
	f.BoolVar(&a.noColor, "no-color", false, "no colours, as with NO_COLOR in the environment")
	f.BoolVar(&a.json, "json", false, "data as JSON where the output is data")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%s; see '%s --help'", flagProblem(err), cmd.CommandPath())
	})
	root.AddCommand(
		newPlay(a), newLearn(a), newRun(a), newList(a), newTest(a), newExport(a), newOpen(a), newServe(a),
		newConnect(a), newShell(a),
		newExplain(a), newVersion(a), newCompletion(a), newMan(a),
	)
	return root
}

// settle checks the global flags.
func (a *app) settle(cmd *cobra.Command) error {
	a.hasSeed = cmd.Flags().Changed("seed")
	if os.Getenv("NO_COLOR") != "" {
		a.noColor = true
	}
	if a.lang == "" {
		a.lang = i18n.FromLocale(firstSet("LC_ALL", "LC_MESSAGES", "LANG"))
		if _, charset, ok := strings.Cut(firstSet("LC_ALL", "LC_CTYPE", "LANG"), "."); ok && charset != "" && asciiLocale() {
			a.lang = "en" // the letters of the others come in UTF-8
		}
	} else if _, ok := i18n.In(a.lang); !ok {
		return usagef("unknown language %q; known: %s", a.lang, strings.Join(i18n.Languages(), ", "))
	}
	if _, ok := explain.DepthNamed(a.depth); !ok {
		return usagef("unknown depth %q%s; known: %s", wire.Visible(a.depth), nearWord(a.depth, explain.Depths()), strings.Join(explain.Depths(), ", "))
	}
	return nil
}

// nearWord names the known word that is nearest to one.
func nearWord(word string, known []string) string {
	if near := wire.Nearest(word, known); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

func firstSet(names ...string) string {
	for _, n := range names {
		if v := os.Getenv(n); v != "" {
			return v
		}
	}
	return ""
}

// seedOverride is the seed of --seed, nil when it was not given.
func (a *app) seedOverride() *uint64 {
	if !a.hasSeed {
		return nil
	}
	return &a.seed
}

// noArgs and oneArg are cobra's checks in our words.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("unknown command or argument %q%s; see 'mailtrek --help'", wire.Visible(args[0]), nearCommand(cmd, args[0]))
	}
	return nil
}

// flagProblem is what is wrong with a flag, without the names of Go functions.
func flagProblem(err error) string {
	text := err.Error()
	if what, _, ok := strings.Cut(text, ": strconv."); ok {
		return what + ": a number is expected"
	}
	return text
}

func nearCommand(cmd *cobra.Command, word string) string {
	if near := cmd.SuggestionsFor(word); len(near) > 0 {
		return "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return ""
}

func oneArg(what, example string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return usagef("%s: %s is missing, for example '%s %s'", cmd.CommandPath(), what, cmd.CommandPath(), example)
		case len(args) > 1:
			return usagef("%s: one %s, not %d", cmd.CommandPath(), what, len(args))
		}
		return nil
	}
}

// visibleLines makes control characters visible, but for line ends.
func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = wire.Visible(lines[i])
	}
	return strings.Join(lines, "\n")
}
