package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mailtrek/protocols/wire"
	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
)

// listed is a document in the output of list.
type listed struct {
	Kind    string `json:"kind"` // scenario or world
	ID      string `json:"id"`
	Title   string `json:"title"`
	Summary string `json:"summary,omitempty"`
	World   string `json:"world,omitempty"`
}

func newList(a *app) *cobra.Command {
	return &cobra.Command{
		Use:       "list [scenarios|worlds]",
		Short:     "list what there is to play",
		ValidArgs: []string{"scenarios", "worlds"},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 1 && args[0] != "scenarios" && args[0] != "worlds" {
				return usagef("mailtrek list: cannot list %q; known: scenarios, worlds", wire.Visible(args[0]))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			kind := ""
			if len(args) == 1 {
				kind = args[0][:len(args[0])-1]
			}
			return a.list(kind)
		},
	}
}

func (a *app) list(kind string) error {
	all, broken := documents(a.lang)
	var some []listed
	for _, d := range all {
		if kind == "" || d.Kind == kind {
			some = append(some, d)
		}
	}
	if a.json {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		return errors.Join(enc.Encode(some), broken)
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, d := range some {
		fmt.Fprintf(w, "%s\t%s\t%s\n", d.Kind, d.ID, d.Title)
	}
	return errors.Join(w.Flush(), broken)
}

// documents are the built-in documents, with title and summary in a language.
func documents(lang string) ([]listed, error) {
	return glances(scenarios.Names(), func(name string) (listed, error) {
		h, err := scenario.Glance(scenarios.FS(), name, scenarios.Resolve, lang)
		if err != nil {
			return listed{}, err
		}
		kind := "world"
		if h.Story {
			kind = "scenario"
		}
		return listed{kind, h.ID, h.Title, h.Summary, h.World}, nil
	})
}

// glances looks into documents. One that cannot be read is left out of the
// list and named in the error, which comes beside the others.
func glances(names []string, glance func(name string) (listed, error)) ([]listed, error) {
	var out []listed
	var broken []error
	for _, name := range names {
		d, err := glance(name)
		if err != nil {
			broken = append(broken, err)
			continue
		}
		out = append(out, d)
	}
	return out, errors.Join(broken...)
}
