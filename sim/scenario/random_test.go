package scenario_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"mailtrek/sim/scenario"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

var (
	worlds    = flag.Int("worlds", 25, "how many random worlds to play")
	firstSeed = flag.Uint64("first", 1, "the seed of the first random world")
	failures  = flag.String("failures", "", "a folder for the documents of failing worlds")
)

// maxEvents is more than a world of the generator needs, unless lists that
// contain each other make a storm of more than maxFiles messages, which only
// the hop limit ends, or unless a clock is days ahead for a while, so that what
// comes meanwhile is tried for days. Such a world is checked as far as it got.
const (
	farFuture = " clock +5d"
	maxEvents = 200_000
	maxFiles  = 100
)

// Nothing is lost: in random worlds, under random troubles, every accepted
// message is in exactly one place, nobody gets it twice without need, and
// every world comes to rest. A world that fails is printed as the shortest
// document that still fails.
func TestNothingIsLostInRandomWorlds(t *testing.T) {
	before := runtime.NumGoroutine()
	bad, events, storms := 0, 0, 0
	for i := range *worlds {
		seed := *firstSeed + uint64(i)
		doc, n, found := playRandom(seed, i%10 == 0)
		if events += n; n >= maxEvents {
			storms++
		}
		if len(found) == 0 {
			continue
		}
		bad++
		if *failures != "" {
			_ = os.WriteFile(fmt.Sprintf("%s/whole-%d.md", *failures, seed), []byte(doc.String()), 0o644)
			_ = os.WriteFile(fmt.Sprintf("%s/whole-%d.jsonl", *failures, seed), []byte(doc.struck.String()), 0o644)
		}
		shortest := shorten(doc, kind(found))
		text := shortest.String()
		again, _ := examine(shortest, true)
		t.Errorf("seed %d: %s\nthe shortest document that fails so:\n%s\nwith these interventions:\n%s\nwhich fails with:\n%s",
			seed, strings.Join(found, "\n"), text, shortest.struck.String(), strings.Join(again, "\n"))
		if *failures != "" {
			_ = os.WriteFile(fmt.Sprintf("%s/random-%d.md", *failures, seed), []byte(text), 0o644)
			_ = os.WriteFile(fmt.Sprintf("%s/random-%d.jsonl", *failures, seed), []byte(shortest.struck.String()), 0o644)
		}
		if bad >= 5 {
			t.Fatalf("%d of %d worlds failed; the rest is not played", bad, i+1)
		}
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
	t.Logf("%d worlds, %d events, %d storms not played to their end", *worlds, events, storms)
}

// playRandom plays the world of a seed, and again with troubles at its events.
func playRandom(seed uint64, twice bool) (*document, int, []string) {
	doc, g := generate(seed)
	found, t := examine(doc, twice)
	if t == nil || len(found) > 0 {
		return doc, 0, found
	}
	n := t.Len()
	g.strike(t)
	found, t = examine(doc, twice)
	if t != nil {
		n += t.Len()
	}
	return doc, n, found
}

// examine plays a document and returns all that is wrong with what happens.
func examine(d *document, twice bool) (problems []string, t *trace.Trace) {
	defer func() {
		if r := recover(); r != nil {
			problems = append(problems, fmt.Sprintf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
	name := fmt.Sprintf("random-%d.md", d.seed)
	s, err := scenario.Load(fstest.MapFS{name: {Data: []byte(d.String())}}, name, nil)
	if err != nil {
		return []string{"does not load: " + faulty(err)}, nil
	}
	list, err := scenario.ReadInterventions(strings.NewReader(d.struck.String()))
	if err != nil {
		return []string{"has broken interventions: " + err.Error()}, nil
	}
	a, rested, err := playAudited(s, list)
	if err != nil {
		return []string{"does not build: " + err.Error()}, nil
	}
	t, problems = a.t, a.run()
	if !rested && (len(a.files) > maxFiles || strings.Contains(d.String(), farFuture)) {
		return problems, t
	}
	if !rested {
		return append(problems, fmt.Sprintf("the world does not come to rest; the last of %d events is at %v", t.Len(), t.At(trace.Seq(t.Len())).At())), t
	}
	problems = append(a.rest(), compare(a)...)
	if twice {
		if second, _, _ := playOnce(s, list); second.Hash() != t.Hash() {
			problems = append(problems, "a second run is different")
		}
	}
	return problems, t
}

// faulty is what keeps a document from being loaded, without mere warnings.
func faulty(err error) string {
	var all scenario.Errors
	if !errors.As(err, &all) {
		return err.Error()
	}
	var real []string
	for _, p := range all {
		if !p.Warning {
			real = append(real, p.String())
		}
	}
	return strings.Join(real, "\n")
}

// playAudited plays with interventions, and with the audit looking over the
// shoulders of all queue managers at every event.
func playAudited(s *scenario.Scenario, list []scenario.Intervention) (a *audit, rested bool, err error) {
	r, err := scenario.Build(s, scenario.Options{MaxEvents: maxEvents})
	if err != nil {
		return nil, false, err
	}
	defer r.Close()
	a = newAudit(r.Trace())
	systems := map[trace.NodeID]holder{}
	for _, h := range r.Hosts() {
		if sys := r.System(h.Name); sys != nil {
			systems[h.ID] = sys
		}
	}
	var look func()
	look = func() {
		a.run()
		a.agrees(systems)
		r.World.After(a.at+1, look)
	}
	r.World.After(0, look)
	_ = r.PlayWith(list, 0)
	a.agreed(systems)
	_, more := r.World.Next()
	return a, !more && !r.World.Full(), nil
}

// playOnce plays with interventions. One whose event never happens does not
// happen either.
func playOnce(s *scenario.Scenario, list []scenario.Intervention) (t *trace.Trace, rested bool, err error) {
	r, err := scenario.Build(s, scenario.Options{MaxEvents: maxEvents})
	if err != nil {
		return nil, false, err
	}
	defer r.Close()
	_ = r.PlayWith(list, 0)
	_, more := r.World.Next()
	return r.Trace(), !more && !r.World.Full(), nil
}

// compare asks the fold of package state whether it sees the same files.
func compare(a *audit) (problems []string) {
	s := state.New(a.t).At(trace.Seq(a.t.Len()))
	for n := trace.NodeID(1); int(n) <= a.t.Nodes(); n++ {
		for _, q := range state.QueueNames {
			want := 0
			for k, f := range a.live {
				if k.node == n && f.queue == q {
					want++
				}
			}
			if got := s.QueueLen(n, q); got != want {
				problems = append(problems, fmt.Sprintf("state has %d files in %s of %s, the audit %d", got, q, a.t.Node(n).Name, want))
			}
		}
	}
	return problems
}

// kind is the first problem without its particulars, so that what is made
// shorter keeps failing in the same way.
func kind(problems []string) string {
	p := problems[0]
	if _, rest, ok := strings.Cut(p, ": "); ok && strings.HasPrefix(p, "event ") {
		p = rest
	}
	var words []string
	for _, w := range strings.Fields(p) {
		if strings.IndexFunc(w, func(r rune) bool { return r < 'a' || r > 'z' }) < 0 {
			words = append(words, w)
		}
	}
	return strings.Join(words[:min(len(words), 6)], " ")
}

// shorten leaves out pieces of a document as long as it fails in the same way:
// first such that it can do without, then any whatever.
func shorten(d *document, how string) *document {
	shortenBy(d, how, func(p *piece) bool { return !p.fixed })
	shortenBy(d, how, func(*piece) bool { return true })
	return d
}

// shortenBy leaves out pieces of a kind, first many at once, then one by one.
func shortenBy(d *document, how string, may func(*piece) bool) {
	deadline := time.Now().Add(8 * time.Second)
	for size := 64; size >= 1; {
		var free []*piece
		for _, s := range append(d.sections, &d.struck) {
			for i := range s.pieces {
				if p := &s.pieces[i]; !p.off && may(p) {
					free = append(free, p)
				}
			}
		}
		fewer := false
		for at := len(free); at > 0 && time.Now().Before(deadline); at -= size {
			some := free[max(0, at-size):at]
			leaveOut(some, true)
			found, _ := examine(d, strings.HasPrefix(how, "a second run"))
			if len(found) > 0 && kind(found) == how {
				fewer = true
			} else {
				leaveOut(some, false)
			}
		}
		if size > 1 || !fewer || time.Now().After(deadline) {
			size /= 2
		}
	}
}

func leaveOut(pieces []*piece, off bool) {
	for _, p := range pieces {
		p.off = off
	}
}
