package lessons_test

import (
	"reflect"
	"strings"
	"testing"

	"mailtrek/lessons"
	"mailtrek/sim/scenario"
)

func someProgress() *lessons.Progress {
	g := lessons.NewProgress("01-dns-mx")
	g.Stop, g.ID, g.Seen = 8, "ttl", 9
	g.Done["ttl"] = lessons.Record{Tries: 2, Right: true, Answer: lessons.Answer{Text: "3600"}}
	g.Done["walk"] = lessons.Record{Tries: 1, Given: true, Answer: lessons.Answer{Options: []int{1, 3, 0, 2}}}
	g.Done["repair"] = lessons.Record{Hints: 2, Did: []scenario.Intervention{
		{At: 1, Do: scenario.DoCommand, Host: "ns.alabala.com", User: "#", Line: "cat <\x1b[2J>\n", Data: []byte("x\x00")}}}
	return g
}

// What is written can be read; any beginning of it is refused, so that a file
// cut off by a crash is never taken for less than was reached.
func TestProgressIsWholeOrNothing(t *testing.T) {
	want := someProgress()
	data, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := lessons.DecodeProgress("01-dns-mx", data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for n := range data {
		if _, err := lessons.DecodeProgress("01-dns-mx", data[:n]); err == nil {
			t.Errorf("the first %d of %d octets are taken for whole", n, len(data))
		}
	}
}

func TestProgressRefuses(t *testing.T) {
	for name, c := range map[string]struct{ data, want string }{
		"another lesson":    {`{"version":1,"lesson":"02","stop":0,"seen":0}`, "another lesson"},
		"a later version":   {`{"version":2,"lesson":"01","stop":0,"seen":0}`, "version 2"},
		"two of them":       {`{"version":1,"lesson":"01"}{}`, "behind the end"},
		"a negative stop":   {`{"version":1,"lesson":"01","stop":-1}`, "no sense"},
		"negative hints":    {`{"version":1,"lesson":"01","done":{"x":{"hints":-1}}}`, "no sense"},
		"no JSON":           {`hello`, "invalid"},
		"something else":    {`[1]`, "cannot unmarshal"},
		"a number too long": {`{"version":1,"lesson":"01","stop":1e400}`, "cannot unmarshal"},
		"too much":          {strings.Repeat(" ", 5<<20), "more than"},
	} {
		if _, err := lessons.DecodeProgress("01", []byte(c.data+"\n")); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// A lesson that has changed since keeps what still fits.
func TestProgressFits(t *testing.T) {
	l := load(t, "01-dns-mx.md")
	g := someProgress()
	g.Stop, g.Seen = 3, 5000
	g.Done["gone"] = lessons.Record{Right: true}
	g.Done["resolve"] = lessons.Record{Right: true} // a step today
	r := g.Done["repair"]
	r.Hints = 99
	g.Done["repair"] = r
	g.Fit(l)
	if i, _ := l.Stop("ttl"); g.Stop != i {
		t.Errorf("the stop is %d, want %d, that of its id", g.Stop, i)
	}
	if g.Seen != len(l.Stops)-1 || g.Done["repair"].Hints != 4 || len(g.Done) != 3 {
		t.Errorf("got %+v", g)
	}
}
