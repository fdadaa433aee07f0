package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mailtrek/lessons/explain"
	"mailtrek/protocols/wire"
	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
)

// listed is a document in the output of list.
type listed struct {
	Kind    string `json:"kind"` // lesson, scenario or world
	ID      string `json:"id"`
	Title   string `json:"title"`
	Summary string `json:"summary,omitempty"`
	World   string `json:"world,omitempty"`

	progress string // in a lesson, in brackets
	reading  string // of a scenario, Markdown
	folder   string // of a scenario below scenarios/; "" where it has one of its own
}

// everything is the lessons and the documents that come with the program.
func (a *app) everything() ([]listed, error) {
	all, err := a.lessonList()
	documents, err2 := documents(a.lang)
	return append(all, documents...), errors.Join(err, err2)
}

// lists are the kinds of things that can be listed.
var lists = []string{"lessons", "scenarios", "worlds", "explanations", "keys"}

func newList(a *app) *cobra.Command {
	return &cobra.Command{
		Use:       "list [lessons|scenarios|worlds|explanations|keys]",
		Short:     "list what there is to play, or what can be explained",
		ValidArgs: lists,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) > 1:
				return usagef("mailtrek list: one kind of things, not %d; known: %s", len(args), strings.Join(lists, ", "))
			case len(args) == 1 && !slices.Contains(lists, args[0]):
				return usagef("mailtrek list: cannot list %q; known: %s", wire.Visible(args[0]), strings.Join(lists, ", "))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			kind := ""
			if len(args) == 1 && args[0] == "keys" {
				return a.listKeys()
			}
			if len(args) == 1 && args[0] == "explanations" {
				return a.explanations(explain.All(a.lang), false)
			}
			if len(args) == 1 {
				kind = args[0][:len(args[0])-1]
			}
			return a.list(kind)
		},
	}
}

func (a *app) list(kind string) error {
	all, broken := a.everything()
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
		fmt.Fprintf(w, "%s\t%s\t%s\n", d.Kind, d.ID, d.Title+d.progress)
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
		folder, inside, _ := strings.Cut(name, "/")
		if strings.TrimSuffix(inside, ".md") == folder {
			folder = ""
		}
		return listed{Kind: kind, ID: h.ID, Title: h.Title, Summary: h.Summary, World: h.World, folder: folder, reading: h.Reading}, nil
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
