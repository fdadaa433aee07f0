// Mailtrek lets a person watch an e-mail travel through a small internet that
// exists in memory, and take part.
//
// A file here is a subcommand; root.go has what they share. Add a command by
// writing its file and naming it in newRoot.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
)

// Exit statuses.
const (
	exitFine  = 0
	exitFails = 1 // what was asked about failed
	exitUsage = 2 // wrong usage, or an unknown name
)

func main() {
	spendMemory()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// spendMemory lets the garbage collector run seldom as long as there is little
// to collect: a trace is built once and kept, so most of its rounds are for
// nothing. GOGC and GOMEMLIMIT overrule it.
func spendMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(1 << 30)
	}
}

// run is the whole program, for main and for tests.
func run(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) int {
	app := &app{in: in, out: out, err: errw}
	root := newRoot(app)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errw)
	return app.status(root.ExecuteContext(ctx))
}

// usageError is wrong usage or an unknown name.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// silent is a failure about which everything has been said.
var errSaid = errors.New("said")

// status prints an error in one line, or in several when it lists the problems
// of a document, and gives the exit status.
func (a *app) status(err error) int {
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errSaid):
		return exitFails
	}
	text := err.Error()
	if !strings.HasPrefix(text, "mailtrek") && !strings.Contains(text, "\n") {
		text = "mailtrek: " + text
	}
	fmt.Fprintln(a.err, visibleLines(text))
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFails
}
