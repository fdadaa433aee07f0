package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os/exec"
	"path/filepath"
	"testing"
)

// BenchmarkStart measures whole processes of the program, from the shell's
// view: what "--help" and a small scenario take, beside a program that does
// nothing (true).
func BenchmarkStart(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "mailtrek")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Skipf("cannot build: %v %s", err, out)
	}
	for _, c := range []struct {
		name string
		args []string
	}{
		{"true", []string{"true"}},
		{"help", []string{bin, "--help"}},
		{"run-alabala", []string{bin, "run", "alabala"}},
		{"list", []string{bin, "list"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				cmd := exec.Command(c.args[0], c.args[1:]...)
				cmd.Stdout = io.Discard
				if err := cmd.Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkServeReady is the time from the start of the process to
// {"ready":true}, for the largest built-in scenario.
func BenchmarkServeReady(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "mailtrek")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Skipf("cannot build: %v %s", err, out)
	}
	for b.Loop() {
		cmd := exec.Command(bin, "serve", "lab", "--ports", "free")
		out, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		ready := false
		for in := bufio.NewScanner(out); !ready && in.Scan(); {
			ready = in.Text() == `{"ready":true}`
		}
		b.StopTimer()
		if !ready {
			b.Error("it is never ready")
		}
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()         // it was killed
		b.StartTimer()
	}
}

// BenchmarkRun is "mailtrek run alabala" without the start of a process.
func BenchmarkRun(b *testing.B) {
	for b.Loop() {
		var errs bytes.Buffer
		if s := run(context.Background(), []string{"run", "alabala"}, nil, io.Discard, &errs); s != exitFine {
			b.Fatal(errs.String())
		}
	}
}
