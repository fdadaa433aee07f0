package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// version is the program's version; a build from a commit adds the commit.
const version = "0.1"

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the version",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			commit := ""
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" && len(s.Value) >= 12 {
						commit = s.Value[:12]
					}
				}
			}
			if a.json {
				return json.NewEncoder(a.out).Encode(map[string]string{"version": version, "commit": commit, "go": runtime.Version()})
			}
			if commit != "" {
				commit = " (" + commit + ")"
			}
			_, err := fmt.Fprintf(a.out, "mailtrek %s%s, %s\n", version, commit, runtime.Version())
			return err
		},
	}
}

func newCompletion(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:       "completion bash|zsh|fish|powershell",
		Short:     "print a completion script for a shell",
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args:      oneArg("a shell", "bash"),
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		root := cmd.Root()
		switch args[0] {
		case "bash":
			return root.GenBashCompletionV2(a.out, true)
		case "zsh":
			return root.GenZshCompletion(a.out)
		case "fish":
			return root.GenFishCompletion(a.out, true)
		case "powershell":
			return root.GenPowerShellCompletionWithDesc(a.out)
		}
		return usagef("unknown shell %q; known: bash, zsh, fish, powershell", args[0])
	}
	return c
}

func newMan(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "man",
		Short: "print the manual page",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return doc.GenMan(cmd.Root(), &doc.GenManHeader{Title: "MAILTREK", Section: "1", Source: "mailtrek " + version}, a.out)
		},
	}
}
