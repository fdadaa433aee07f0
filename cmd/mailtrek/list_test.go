package main

import (
	"errors"
	"strings"
	"testing"
)

// TestBrokenDocument: one document that cannot be read does not hide the others.
func TestBrokenDocument(t *testing.T) {
	all, err := glances([]string{"a.md", "b.md", "c.md"}, func(name string) (listed, error) {
		if name == "b.md" {
			return listed{}, errors.New("b.md:3:1: no such block")
		}
		return listed{ID: name}, nil
	})
	if len(all) != 2 || all[0].ID != "a.md" || all[1].ID != "c.md" {
		t.Errorf("got %v, want a.md and c.md", all)
	}
	if err == nil || !strings.Contains(err.Error(), "b.md:3:1") {
		t.Errorf("got the error %v, want one that names b.md:3:1", err)
	}
}
