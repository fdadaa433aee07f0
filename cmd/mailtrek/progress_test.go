package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"mailtrek/lessons"
)

// stateHere makes a new folder the one where progress is kept.
func stateHere(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("XDG_STATE_HOME", dir)
	return filepath.Join(dir, "mailtrek", "lessons")
}

// TestProgressSurvivesACrash: a program that dies while it writes leaves some
// octets of the new file, in its place beside the old one, or, on a disk that
// forgets, in the old one's place. In no case less is read than was whole.
func TestProgressSurvivesACrash(t *testing.T) {
	dir := stateHere(t)
	old := lessons.NewProgress("01-dns-mx")
	old.Done["walk"] = lessons.Record{Tries: 1, Right: true}
	if err := writeProgress(old); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "01-dns-mx.json")
	before, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	next := lessons.NewProgress("01-dns-mx")
	next.Done["walk"] = lessons.Record{Tries: 1, Right: true}
	next.Done["ttl"] = lessons.Record{Tries: 2, Right: true, Answer: lessons.Answer{Text: "3600"}}
	data, err := next.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n <= len(data); n++ {
		beside := filepath.Join(dir, ".mailtrek-dead")
		if err := os.WriteFile(beside, data[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := readProgress("01-dns-mx")
		if err != nil || !got.Done["walk"].Right || len(got.Done) != 1 {
			t.Fatalf("%d octets beside the old file: got %+v, %v", n, got, err)
		}
		if err := writeProgress(old); err != nil {
			t.Fatalf("%d octets beside the old file: %v", n, err)
		}
	}
	for n := range data {
		if err := os.WriteFile(name, data[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := readProgress("01-dns-mx")
		var bad *unreadable
		if !errors.As(err, &bad) || len(got.Done) != 0 {
			t.Fatalf("a file of %d octets: got %+v, %v", n, got, err)
		}
		kept, err := os.ReadFile(bad.aside)
		if err != nil || !bytes.Equal(kept, data[:n]) {
			t.Fatalf("a file of %d octets was not kept as it was (%v)", n, err)
		}
		os.Remove(bad.aside)
	}
	if err := os.WriteFile(name, before, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := readProgress("01-dns-mx"); err != nil || !got.Done["walk"].Right {
		t.Errorf("the old file again: got %+v, %v", got, err)
	}
}

// TestProgressNotWritten: where nothing can be written, what is there stays.
func TestProgressNotWritten(t *testing.T) {
	dir := stateHere(t)
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // a file in the place of the folder
		t.Fatal(err)
	}
	if err := writeProgress(lessons.NewProgress("01-dns-mx")); err == nil {
		t.Error("it is said to be written where no folder can be")
	}
	var bad *unreadable
	if g, err := readProgress("01-dns-mx"); !errors.As(err, &bad) || bad.aside != "" || g == nil {
		t.Errorf("got %v, %v, want an unreadable that was not moved", g, err)
	}
	if unchanged, err := os.ReadFile(dir); err != nil || len(unchanged) != 0 {
		t.Errorf("the file in the way was changed: %q, %v", unchanged, err)
	}
}

// TestSetAsideNeverOverwrites: two broken files get two names.
func TestSetAsideNeverOverwrites(t *testing.T) {
	dir := stateHere(t)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "01-dns-mx.json")
	seen := map[string]bool{}
	for _, text := range []string{"one", "two", "three"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := readProgress("01-dns-mx")
		var bad *unreadable
		if !errors.As(err, &bad) || seen[bad.aside] {
			t.Fatalf("%s: got %v", text, err)
		}
		seen[bad.aside] = true
		if kept, _ := os.ReadFile(bad.aside); string(kept) != text {
			t.Errorf("%s holds %q, want %q", bad.aside, kept, text)
		}
	}
}
