//go:build wip

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"mailtrek/scenarios"
	"mailtrek/sim/export"
	"mailtrek/sim/scenario"
)

type fset string

func (f fset) Add(name string, b []byte) error { os.MkdirAll(string(f), 0o755); return os.WriteFile(filepath.Join(string(f), name), b, 0o644) }

func main() {
	doc, ok := scenarios.Find(os.Args[1])
	if !ok {
		fmt.Println("unknown", os.Args[1])
		os.Exit(2)
	}
	s, err := scenario.Load(scenarios.FS(), doc, scenarios.Resolve)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	t0 := time.Now()
	r, err := scenario.Build(s, scenario.Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	r.Play(0)
	fmt.Fprintln(os.Stderr, time.Since(t0), r.Trace().Len())
	if os.Args[2] == "folder" {
		err = export.Export(r.Trace(), "folder", fset(os.Args[3]))
	} else {
		err = export.Write(os.Stdout, r.Trace(), os.Args[2])
	}
	if err != nil {
		fmt.Println(err)
	}
}
