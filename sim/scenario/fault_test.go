package scenario

import (
	"strings"
	"testing"
	"time"

	"mailtrek/sim/trace"
)

// A line of a fault block is read or reported, whatever it is; what is read can
// be inflicted and ends.
func FuzzFault(f *testing.F) {
	for _, line := range []string{
		"5s a down for 10m", "a:25 refuse", "a <-> b cut", "a -> b loss 10% for 3s", "a -> b delay 200ms",
		`on smtp RCPT at a: a:smtp reply RCPT "450 4.2.0 no: later" from b about "x*" times 2 chance 30%`,
		`every dns at a: a:53 reply * SERVFAIL times 3`, "a:lmtp reply . lost", "a disk 20M", "a disk full for 1h",
		"a clock -2h", "a:imap slow 3s", "a:25 normal", `a:143 reply "UID FETCH" silence`,
	} {
		f.Add(line)
	}
	s := &Scenario{Hosts: []*Host{{Name: "a.example", Short: "a"}, {Name: "b.example", Short: "b"}}, Until: time.Hour}
	f.Fuzz(func(t *testing.T, line string) {
		fault, err := s.ParseFault(line)
		if err != nil {
			problems, ok := err.(Errors)
			if !ok || !problems.Fatal() {
				t.Fatalf("got an error of type %T: %v", err, err)
			}
			for _, p := range problems {
				if strings.ContainsAny(p.String(), "\x1b\x00\r") {
					t.Errorf("a control character is in %q", p.String())
				}
			}
			return
		}
		r, err := Build(s, Options{MaxEvents: 1000})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		r.plan(fault, 0)
		r.World.Emit(trace.Event{Kind: trace.Note, Node: 1}, nil)
		r.Play(2 * time.Hour)
	})
}
