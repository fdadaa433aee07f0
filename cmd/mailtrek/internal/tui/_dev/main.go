package main

import (
	"fmt"
	"os"
	"flag"

	tea "charm.land/bubbletea/v2"
	"mailtrek/cmd/mailtrek/internal/tui"
	"mailtrek/sim/trace"
	"mailtrek/sim/trace/tracetest"
)

func main() {
	at := flag.Int("at", 1, "")
	lens := flag.String("lens", "", "")
	theme := flag.String("theme", "dark", "")
	fail := flag.Bool("failover", false, "")
	lang := flag.String("lang", "en", "")
	flag.Parse()
	t := tracetest.Story()
	if *fail {
		t = tracetest.Failover()
	}
	_, err := tea.NewProgram(tui.Play(t, tui.Options{At: trace.Seq(*at), Lens: *lens, Theme: *theme, Lang: *lang})).Run()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}
