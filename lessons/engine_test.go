package lessons_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"mailtrek/lessons"
	"mailtrek/scenarios"
	"mailtrek/sim/scenario"
)

// document is a lesson in the world where-to with the given blocks.
func document(blocks string) string {
	return "---\nid: x\ntitle: X\nscenario: where-to\n---\n\n" + blocks
}

func parse(t *testing.T, text string) *scenario.Lesson {
	t.Helper()
	l, err := scenario.LoadLesson("", fstest.MapFS{"x.md": {Data: []byte(text)}}, "x.md", scenarios.Resolve)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestKeys: what is right is what the run says.
func TestKeys(t *testing.T) {
	cases := []struct{ name, block, right, wrong string }{
		{"count", "quiz number {#q}\nkey count connect smtp -> museum-a accepted", "2", "3"},
		{"ttl", "quiz number {#q}\nkey ttl of answer MX alabala.com from ns2", "3600", "3601"},
		{"preference", "quiz number {#q}\nkey preference of answer MX alabala.com to smtp", "5", "10"},
		{"records", "quiz number {#q}\nkey records of answer MX alabala.com to smtp", " 2 records", "1"},
		{"exchanger", "quiz text {#q}\nkey exchanger of answer MX alabala.com to smtp", "MAIL.alabala.com.", "mail2"},
		{"label of the exchanger", "quiz text {#q}\nkey exchanger of answer MX alabala.com to smtp", "mail", "alabala.com"},
		{"rcode", "quiz text {#q}\nkey rcode of answer MX library.example", "noerror", "NXDOMAIN"},
		{"name", "quiz text {#q}\nkey name of query MX from smtp", "alabala.com", "mail.alabala.com"},
		{"type", "quiz text {#q}\nkey type of query from smtp and msg letter and \"alabala\" or query MX from smtp", "mx", "A"},
		{"data", "quiz text {#q}\nkey data of answer A mail.alabala.com to smtp", "10.10.10.10", "10.10.10.20"},
		{"peer", "quiz text {#q}\nkey peer of open from smtp and msg letter", "mail", "mail2"},
		{"host", "quiz text {#q}\nkey host of refuse", "mail.alabala.com", "smtp"},
		{"server", "quiz text {#q}\nkey server of smtp MAIL from smtp", "mail", "smtp"},
		{"client", "quiz text {#q}\nkey client of smtp AUTH", "elena-pc", "smtp"},
		{"address", "quiz text {#q}\nkey address of open from smtp and msg letter", "10.10.10.10", "10.10.10.20"},
		{"port", "quiz number {#q}\nkey port of smtp AUTH", "587", "25"},
		{"user", "quiz text {#q}\nkey user of action", "Elena", "root"},
		{"verb", "quiz text {#q}\nkey verb of smtp C: DATA", "data", "rcpt"},
		{"code", "quiz number {#q}\nkey code of smtp S: 354*", "354", "250"},
		{"status", "quiz text {#q}\nkey status of delivery bounced", "5.1.0", "5.1.10"},
		{"status in a reply", "quiz text {#q}\nkey status of smtp S: 235*", "2.7.0", "235"},
		{"to", "quiz text {#q}\nkey to of last queue mail2 and msg second", "gone", "deferred"},
		{"from", "quiz text {#q}\nkey from of queue mail2 -> deferred", "active", "incoming"},
		{"recipient", "quiz text {#q}\nkey recipient of delivery bounced", "<orders@shop.example>", "elena@sender.example"},
		{"relay", "quiz text {#q}\nkey relay of delivery bounced", "none", "shop.example"},
		{"time", "quiz number {#q}\nkey time of action elena and msg second", "60", "61"},
		{"a comma and a unit", "quiz number {#q}\nkey time of query MX alabala.com from smtp", "1,075 s", "1.2"},
		{"after", "quiz number {#q}\nat action # and \"postfix stop\"\nkey after of action # and \"postfix start\"", "310 seconds", "300"},
		{"last", "quiz number {#q}\nkey time of last action", "900", "1"},
	}
	var blocks strings.Builder
	for i, c := range cases {
		fmt.Fprintf(&blocks, "```%s\n```\n\nWhat?\n\n", strings.Replace(c.block, "{#q}", fmt.Sprintf("{#q%d}", i), 1))
	}
	p, err := lessons.NewPlay(parse(t, document(blocks.String())))
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		right := p.Right(i)
		if !p.Judge(i, right) {
			t.Errorf("%s: the key %+v is not taken for right", c.name, right)
		}
		if !p.Judge(i, lessons.Answer{Text: c.right}) {
			t.Errorf("%s: %q is not taken for right; the key is %+v", c.name, c.right, right)
		}
		for _, wrong := range []string{c.wrong, "", "x", "999999"} {
			if p.Judge(i, lessons.Answer{Text: wrong}) {
				t.Errorf("%s: %q is taken for right; the key is %+v", c.name, wrong, right)
			}
		}
	}
}

// TestUnsound: lessons that load, but cannot be taught.
func TestUnsound(t *testing.T) {
	const two = "\n```\n\nWhat?\n\n- a\n- b\n"
	for _, c := range []struct{ name, text, want string }{
		{"no such event", "```step {#s}\ngo smtp RSET\n```\n\nText.", `x.md:7:4: in the run of where-to no event is "smtp RSET"`},
		{"nothing holds", "```quiz choice {#q}\noption smtp RSET\noption never action" + two, "none of the options holds"},
		{"two hold", "```quiz choice {#q}\noption action\noption output" + two, "x.md:9:8: in the run this option holds, and another one too"},
		{"none of several", "```quiz several {#q}\noption smtp RSET\noption never action" + two, "none of the options holds"},
		{"none is next", "```quiz next {#q}\nat refuse\noption action\noption output" + two, "none of the options is event"},
		{"two are next", "```quiz next {#q}\nat refuse\noption refuse at mail\noption refuse" + two, "x.md:10:8: this option is what comes next, and another one too"},
		{"never happens", "```quiz order {#q}\noption action\noption smtp RSET" + two, "x.md:9:8: this does not happen in the run"},
		{"before the stop", "```quiz order {#q}\nat refuse\noption refuse\noption action elena and msg letter" + two, "x.md:10:8: this does not happen in the run, from where"},
		{"the same event", "```quiz order {#q}\noption action\noption event 1" + two, "x.md:9:8: this is the same event as option 1"},
		{"no match", "```quiz match {#q}\nmatch smtp RSET\n```\n\nWhere?", "no event of the run is right"},
		{"no field", "```quiz text {#q}\nkey status of action\n```\n\nWhat?", "event 1 has no status"},
		{"no number", "```quiz number {#q}\nkey user of action\n```\n\nWhat?", `"elena" is no number`},
		{"after nothing", "```quiz number {#q}\nkey after of action\n```\n\nWhat?", "event 1 has no after"},
		{"nothing before", "```step {#s}\ngo last action\n```\n\nText.\n\n```step {#t}\ngo next action\n```\n\nText.", "x.md:13:4: in the run of where-to no event"},
		{"solved at once", task("mailbox ivan@mail.alabala.com 0 messages", "rndc reload"), "x.md:7:4: everything that is checked holds before"},
		{"not solved", task("mailbox ivan@mail.alabala.com 1 message", "rndc reload"), "x.md:7:4: the solution does not solve it: mailbox ivan@mail.alabala.com 1 message: there is no mailbox"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := lessons.Lint(parse(t, document(c.text)))
			var problems scenario.Errors
			if !errors.As(err, &problems) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got\n%v\nwant %q", err, c.want)
			}
		})
	}
}

func task(check, command string) string {
	return fmt.Sprintf("```task {#t}\nscenario lost-dot\nseat ns2\nbegin 2m\nuntil 20m\ncheck %s\n```\n\nDo.\n\n```hint\n0s ns2$ %s\n```\n\nSo.\n", check, command)
}

// TestConduct goes through a lesson as a learner who does not know everything.
func TestConduct(t *testing.T) {
	p, err := lessons.NewPlay(load(t, "01-dns-mx.md"))
	if err != nil {
		t.Fatal(err)
	}
	g := lessons.NewProgress("01-dns-mx")
	at := func(id string) int {
		i, ok := p.Lesson.Stop(id)
		if !ok {
			t.Fatalf("no stop %s", id)
		}
		return i
	}
	score := func(want int) {
		t.Helper()
		if got, _ := p.Score(g); got != want {
			t.Errorf("got %d points, want %d", got, want)
		}
	}
	first, walk, ttl, repair := at("first-question"), at("walk"), at("ttl"), at("repair")
	if !p.Open(g, first) || p.Open(g, at("resolve")) {
		t.Error("a question is open, a step is not")
	}
	if p.Answer(g, first, lessons.Answer{Options: []int{0}}) || !p.Open(g, first) {
		t.Error("a wrong answer closes the question")
	}
	score(0)
	if !p.Answer(g, first, p.Right(first)) || p.Open(g, first) {
		t.Error("the right answer leaves it open")
	}
	score(1) // at the second try
	p.Answer(g, first, lessons.Answer{Options: []int{2}})
	score(1) // what is answered stays answered
	p.Answer(g, walk, p.Right(walk))
	score(3)
	p.GiveUp(g, ttl)
	p.Answer(g, ttl, p.Right(ttl))
	score(3) // it was shown
	if n, more := p.Hint(g, first); n != 0 || more {
		t.Errorf("a question without hints has %d", n)
	}
	for i := 1; i <= 2; i++ {
		if n, more := p.Hint(g, repair); n != i || !more {
			t.Errorf("hint %d: got %d, %v", i, n, more)
		}
	}
	before, err := p.Check(g, repair, nil)
	if err != nil || before.Solved() {
		t.Fatalf("the task is solved before anything is done (%v)", err)
	}
	after, err := p.Check(g, repair, p.Solution(repair))
	if err != nil || !after.Solved() {
		t.Fatalf("the solution does not solve the task (%v)", err)
	}
	score(5) // four, less two hints
	if done, of := p.Count(g); done != 3 || of != 14 {
		t.Errorf("got %d of %d done, want 3 of 14", done, of)
	}
	p.Go(g, 1000)
	if g.Stop != len(p.Lesson.Stops)-1 {
		t.Errorf("beyond the end one is at stop %d", g.Stop)
	}
}

// TestOtherWays: a task asks for a state, not for certain commands.
func TestOtherWays(t *testing.T) {
	p, err := lessons.NewPlay(load(t, "01-dns-mx.md"))
	if err != nil {
		t.Fatal(err)
	}
	repair, _ := p.Lesson.Stop("repair")
	begin := p.Lesson.Stops[repair].Task.Begin
	for _, c := range []struct {
		name   string
		solved bool
		lines  []string // HOST$ COMMAND
	}{
		{"only the host's name, and the queue's own time", true, []string{
			"ns2$ sed -i 's/mail.alabala.com/mail/' /etc/bind/alabala.com.zone", "ns2$ rndc reload", "res$ rndc flush"}},
		{"the second exchanger is started instead, and passes nothing on", false, []string{"mail2$ postfix start", "smtp$ postqueue -f"}},
		{"the name server does not read it again", false, []string{
			"ns2$ sed -i 's/mail.alabala.com$/mail/' /etc/bind/alabala.com.zone", "res$ rndc flush", "smtp$ postqueue -f"}},
		{"the resolver remembers", false, []string{
			"ns2$ sed -i 's/mail.alabala.com$/mail/' /etc/bind/alabala.com.zone", "ns2$ rndc reload", "smtp$ postqueue -f"}},
		{"a wrong repair", false, []string{
			"ns2$ sed -i 's/mail.alabala.com$/mail3/' /etc/bind/alabala.com.zone", "ns2$ rndc reload", "res$ rndc flush", "smtp$ postqueue -f"}},
		{"a line more in the zone", true, []string{
			"ns2$ sed -i '$a mail.alabala.com A 10.10.10.10' /etc/bind/alabala.com.zone", "ns2$ rndc reload", "res$ rndc flush", "smtp$ postqueue -f"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var did []scenario.Intervention
			for _, l := range c.lines {
				host, command, _ := strings.Cut(l, "$ ")
				did = append(did, scenario.Intervention{At: begin, Do: scenario.DoCommand, Host: host, User: "#", Line: command})
			}
			a, err := p.Try(repair, did)
			if err != nil {
				t.Fatal(err)
			}
			if a.Solved() != c.solved {
				t.Errorf("got solved %v, want %v: %v", a.Solved(), c.solved, a.Outcomes)
			}
		})
	}
}
