package scenario_test

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// tooMuch is 3 kB of text.
var tooMuch = strings.Repeat("The quick brown fox jumps over the lazy dog, again and again.\n", 50)

// mails writes some mails and lets them be sent.
func (g *generator) mails() {
	var sending section
	for i := range 1 + g.IntN(7) {
		name := fmt.Sprintf("m%d", i+1)
		body := g.doc.section("mail %s", name)
		body.must("From: a@%s\nTo: everybody@%s\nCc: %s\nSubject: %s\n", pick(g, g.domains), pick(g, g.domains), strings.Join(g.some(2), ", "), name)
		body.must("The quick brown fox jumps over the lazy dog.")
		if g.chance(15) {
			body.may("%s", pick(g, []string{"VIRUS", "LATER", "JUNK", ".", "From the beginning", "Füchse und Hunde"}))
		}
		for range g.IntN(2) * g.IntN(4) * g.IntN(8) {
			body.may("%s", tooMuch)
		}
		for range 1 + g.IntN(2) {
			at := g.moment(20 * time.Minute)
			list := g.some(1 + g.IntN(4))
			if g.chance(25) {
				sending.may("%s %s$ sendmail %s%s < %s", at, pick(g, g.hosts), g.options(), strings.Join(list, " "), name)
				continue
			}
			if g.chance(12) {
				g.byHand(&sending, at)
				continue
			}
			from := ""
			switch g.IntN(8) {
			case 0:
				from = " from <>"
			case 1:
				from = " from ghost@" + pick(g, g.domains)
			}
			sending.may("%s %s@pc.%s submit %s%s to %s", at, pick(g, []string{"a", "b"}), pick(g, g.domains), name, from, strings.Join(list, ","))
		}
		g.many(&sending, name)
	}
	g.do = g.doc.section("do")
	g.do.pieces = sending.pieces
}

// some are so many different recipients at most.
func (g *generator) some(n int) (list []string) {
	for range n {
		if to := pick(g, g.rcpts); !slices.Contains(list, to) {
			list = append(list, to)
		}
	}
	slices.Sort(list)
	return list
}

// options are those of sendmail(1).
func (g *generator) options() (words string) {
	if g.chance(20) {
		words += "-f list@" + pick(g, g.domains) + " "
	}
	for _, may := range []struct {
		percent int
		word    string
	}{{6, "-t"}, {15, "-N success,failure,delay"}, {5, "-N never"}, {8, "-R hdrs"}, {8, "-V envelope-1"}, {10, "-XV"}, {4, "-bv"}} {
		if g.chance(may.percent) {
			words += may.word + " "
		}
	}
	return words
}

// many are mails of which there are many at once.
func (g *generator) many(sending *section, name string) {
	if g.chance(10) { // to one place: connections are used again
		at, from, to := g.moment(20*time.Minute), pick(g, g.domains), pick(g, []string{"a", "b"})+"@"+pick(g, g.domains)
		for k := range 4 + g.IntN(8) {
			sending.may("%s a@pc.%s submit %s to %s", at+time.Duration(k*g.IntN(300))*time.Millisecond, from, name, to)
		}
	}
	if g.chance(6) { // from many mail programs at one instant
		at := g.moment(20 * time.Minute)
		for _, from := range g.domains {
			for _, who := range []string{"a", "b"} {
				sending.may("%s %s@pc.%s submit %s to %s", at, who, from, name, strings.Join(g.some(2), ","))
			}
		}
	}
	if g.chance(8) { // to many people, and a small one after it
		at, from, to := g.moment(20*time.Minute), pick(g, g.domains), []string{}
		for k := range 6 + g.IntN(12) {
			to = append(to, fmt.Sprintf("%s+%d@%s", pick(g, []string{"a", "b"}), k, pick(g, g.domains)))
		}
		sending.may("%s a@pc.%s submit %s to %s", at, from, name, strings.Join(to, ","))
		sending.may("%s a@pc.%s submit %s to %s", at+time.Duration(g.IntN(3000))*time.Millisecond, from, name, pick(g, g.rcpts))
	}
}
