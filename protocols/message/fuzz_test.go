package message

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// FuzzMessage reads any message: nothing panics, fields and parts stay inside
// it, and editing loses nothing.
func FuzzMessage(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*.eml")
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		_ = report(raw)
		h := Scan(raw)
		at := 0
		for _, field := range h.Fields {
			if field.Offset != at {
				t.Fatalf("a field begins at %d, the one before ended at %d", field.Offset, at)
			}
			at += len(field.Raw)
		}
		if at != h.End || h.Body < h.End || h.Body > len(raw) {
			t.Errorf("fields end at %d, header at %d, body at %d of %d", at, h.End, h.Body, len(raw))
		}
		Tree(raw).Walk(func(p *Part, depth int) {
			if p.Start > p.Body || p.Body > p.End || p.End > len(raw) || depth > MaxDepth {
				t.Errorf("part %q reaches from %d over %d to %d", p.Number, p.Start, p.Body, p.End)
			}
		})
		if with := Prepend(raw, "X-Test", "1"); !bytes.HasSuffix(with, raw) {
			t.Error("Prepend lost something")
		}
		with := Append(raw, "X-Test", "1")
		if fields := Scan(with).All("X-Test"); len(h.Fields) < MaxFields && len(fields) != len(h.All("X-Test"))+1 {
			t.Errorf("Append gave %d fields of its name", len(fields))
		}
	})
}

// FuzzAddresses checks that rewriting to the same leaves the value alone.
func FuzzAddresses(f *testing.F) {
	f.Add("Ivan <@a:ivan@b>, \"x, y\"@c (d), g: h@i;, <")
	f.Fuzz(func(t *testing.T, value string) {
		for _, a := range Addresses(value) {
			if a.From > a.To || a.To > len(value) {
				t.Errorf("%q stands from %d to %d of %q", a.Addr, a.From, a.To, value)
			}
		}
		n := 0
		if got := RewriteAddresses(value, func(a string) string { n++; return a }); got != value {
			t.Errorf("%q became %q", value, got)
		}
		RewriteAddresses(value, func(a string) string { return "x@y" })
	})
}

// FuzzReceived reads any trace field and what it writes itself.
func FuzzReceived(f *testing.F) {
	f.Add("from a (b [1.2.3.4]) by c (Postfix) with ESMTP id D for <e@f>; Sat, 21 Nov 2026 23:57:40 +0000 (UTC)")
	f.Fuzz(func(t *testing.T, value string) {
		r, _ := ParseReceived(value)
		_ = r.String()
		_ = r.Dovecot()
	})
}
