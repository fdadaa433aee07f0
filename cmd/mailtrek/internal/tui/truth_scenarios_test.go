package tui

import (
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// TestTruthOfScenarios compares what the lenses show with sim/state at some
// events of every built-in scenario, on a canvas with room for all of it. The name of
// a scenario is the seed of the choice, so that each has others. A short test
// takes few scenarios.
func TestTruthOfScenarios(t *testing.T) {
	for i, name := range scenarios.Names() {
		s, err := scenario.Load(scenarios.FS(), name, scenarios.Resolve)
		if err != nil || testing.Short() && i%12 != 0 {
			continue // a world that others build on
		}
		name = strings.TrimSuffix(name, ".md")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := scenario.Build(s, scenario.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if err := r.PlayWith(nil, 0); err != nil {
				t.Fatal(err)
			}
			truthOfTrace(t, name, r.Trace())
		})
	}
}

// truthOfTrace looks at chosen events of a trace.
func truthOfTrace(t *testing.T, name string, tr *trace.Trace) {
	p := Play(tr, Options{Theme: "mono"})
	past := newPast(tr)
	for _, s := range sampled(name, tr, 3) {
		p.at = s
		in := p.instant()
		v := &view{t: t, name: name, in: in, tr: tr, e: tr.At(s)}
		v.mapLens()
		v.ladderLens()
		v.dialogueLens()
		v.postfixLens()
		v.messageLens()
		v.dnsLens()
		v.mailboxesLens()
		v.logLens()
		v.bytesLens()
		past.compare(v)
		if t.Failed() {
			return // one event with what is wrong about it says enough
		}
	}
}

// sampled are n events of a trace in their order, each of another kind.
func sampled(name string, tr *trace.Trace, n int) []trace.Seq {
	h := fnv.New64a()
	h.Write([]byte(name))
	dice := rand.New(rand.NewPCG(h.Sum64(), 1))
	seen := map[trace.Kind]int{}
	chosen := map[trace.Kind]trace.Seq{}
	for s := trace.Seq(1); tr.Has(s); s++ {
		k := tr.At(s).Kind
		seen[k]++
		if dice.IntN(seen[k]) == 0 {
			chosen[k] = s
		}
	}
	kinds := slices.Sorted(maps.Keys(chosen))
	dice.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	var out []trace.Seq
	for _, k := range kinds[:min(n, len(kinds))] {
		out = append(out, chosen[k])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// view is an instant whose lenses are compared.
type view struct {
	t    *testing.T
	name string
	in   *Instant
	tr   *trace.Trace
	e    *trace.Event // where the cursor stands
}

// The canvas of a lens.
const (
	truthWide = 240
	truthHigh = 110
)

// rows are the cells of a lens.
func (v *view) rows(draw func(in *Instant, r Region)) [][]rune { return rowsOf(v.in, draw) }

func rowsOf(in *Instant, draw func(in *Instant, r Region)) [][]rune {
	c := NewCanvas(max(truthWide, (len(in.Story.hosts)+1)*ladderColumn), truthHigh)
	draw(in, c.All())
	var rows [][]rune
	for line := range strings.SplitSeq(c.Text(), "\n") {
		rows = append(rows, []rune(line))
	}
	return rows
}

// errorf tells what is wrong about a lens at the event, with the rows of it
// that are not empty.
func (v *view) errorf(lens string, rows [][]rune, format string, args ...any) {
	v.t.Helper()
	v.t.Errorf("%s, %s at event %d (%s): "+format+"\n%s",
		append(append([]any{v.name, lens, v.in.At, v.e.Kind}, args...), inked(rows))...)
}

// inked are the rows with something on them.
func inked(rows [][]rune) string {
	var b strings.Builder
	for _, row := range rows {
		if line := strings.TrimRight(string(row), " "); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// part is what stands in some columns of a row.
func part(row []rune, from, end int) string {
	end = min(end, len(row))
	if from >= end {
		return ""
	}
	return string(row[from:end])
}

// plainStart is the beginning of a text as far as it looks the same on every
// screen, at most n octets.
func plainStart(text string, n int) string {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' || i == n {
			return strings.TrimRight(text[:i], " ")
		}
	}
	return strings.TrimRight(text, " ")
}

// past is a trace that ends at the cursor: the same events, and none behind.
// A lens that looks the same on it shows nothing of what comes.
type past struct {
	whole *trace.Trace
	cut   *trace.Trace
	story *Story
}

func newPast(tr *trace.Trace) *past {
	p := &past{whole: tr, cut: trace.New(tr.Header)}
	for id := 1; id <= tr.Nodes(); id++ {
		p.cut.AddNode(*tr.Node(trace.NodeID(id)))
	}
	p.story = NewStory(p.cut)
	return p
}

// growTo appends the events up to s with the connections, messages and names
// that they speak of.
func (p *past) growTo(s trace.Seq) {
	for q := trace.Seq(p.cut.Len() + 1); q <= s; q++ {
		e := *p.whole.At(q)
		for p.cut.Conns() < int(e.Conn) {
			p.cut.AddConn(*p.whole.Conn(trace.ConnID(p.cut.Conns() + 1)))
		}
		for p.cut.Msgs() < int(e.Msg) {
			p.cut.AddMsg(*p.whole.Msg(trace.MsgID(p.cut.Msgs() + 1)))
		}
		e.A, e.B, e.C = p.cut.Intern(p.whole.Name(e.A)), p.cut.Intern(p.whole.Name(e.B)), p.cut.Intern(p.whole.Name(e.C))
		p.cut.Append(e, p.whole.Text(p.whole.At(q)))
	}
	p.story.Grow()
}

// ahead is what a lens may say of what comes: when a deferred message is tried
// again, and how many connections the story has.
var ahead = regexp.MustCompile(`next try \S+( s| d \S+)?, in (\d+ d )?[\d:.]+( s)?|no further try in this story|connection \d+ of \d+`)

// compare draws the lenses on the trace that ends at the cursor. Where hosts
// stand, and what servers announce, is chosen for the whole story, and it is
// the same in both.
func (p *past) compare(v *view) {
	p.growTo(v.in.At)
	own, whole := *p.story, v.in.Story
	defer func() { *p.story = own }()
	p.story.hosts, p.story.met, p.story.links, p.story.pairs = whole.hosts, whole.met, whole.links, whole.pairs
	p.story.plan, p.story.offers = whole.mapPlan(), whole.offers
	in := *v.in
	in.Story, in.Snap = p.story, p.story.Folds.At(in.At)
	lenses := map[string]func(in *Instant, r Region){
		"map": drawMap, "ladder": drawLadder, "dialogue": drawDialogue, "message": drawMessage, "dns": drawDNS,
		"mailboxes": drawMailboxes, "log": drawLog, "bytes": drawBytes,
	}
	if node := v.in.mailHost(); node != 0 { // but for the line of the tries, which goes on to the last one
		lenses["postfix daemons"] = func(in *Instant, r Region) { drawDaemons(in, node, r) }
		lenses["postfix queues"] = func(in *Instant, r Region) { drawQueueColumns(in, node, r) }
		lenses["postfix queue list"] = func(in *Instant, r Region) { drawQueues(in, node, r) }
		lenses["postfix destinations"] = func(in *Instant, r Region) { drawDestinations(in, node, r) }
		lenses["postfix talk"] = func(in *Instant, r Region) { drawTalk(in, node, r) }
	}
	for name, draw := range lenses {
		then, now := v.rows(draw), rowsOf(&in, draw)
		for y := range then {
			a, b := sameAhead(then[y]), sameAhead(now[y])
			if a != b {
				v.errorf(name, then, "row %d shows what comes:\n%q, but without it\n%q", y, a, b)
				break
			}
		}
	}
}

// sameAhead is a row without what it may say of what comes.
func sameAhead(row []rune) string {
	return strings.Join(strings.Fields(ahead.ReplaceAllString(string(row), "")), " ")
}
