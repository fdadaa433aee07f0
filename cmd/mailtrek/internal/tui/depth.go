package tui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"mailtrek/lessons/explain"
)

// How deep explanations go is the same on all screens and kept while the
// program runs: a sentence for a novice, the course's explanation, or that with
// the codes taken apart, the sections of the RFCs and the columns of the event.

// deeper goes to the next depth.
func (p *Player) deeper() { p.setDepth(p.look.depth.Next()) }

func (p *Player) setDepth(d explain.Depth) {
	p.look.depth = d
	w := p.look.words
	p.notice = w.T("depth.now", "name", w.T("depth."+d.String()), "what", w.T("depth."+d.String()+".does"))
}

// columnValue is one value of the event itself, with the name that it has in
// the JSONL form of a trace.
type columnValue struct{ name, value string }

// columns are the values of the event but for its text.
func (in *Instant) columns() []columnValue {
	d := json.NewDecoder(bytes.NewReader(in.Story.T.EventJSON(in.At)))
	d.UseNumber()
	var out []columnValue
	if _, err := d.Token(); err != nil {
		return nil
	}
	for d.More() {
		name, err := d.Token()
		var value any
		if err != nil || d.Decode(&value) != nil {
			return out
		}
		switch name {
		case "text", "packet", "base64":
			value, name = strconv.Itoa(len(in.Story.T.Text(in.event()))), "octets"
		}
		if list, ok := value.([]any); ok {
			value = strings.TrimSpace(fmt.Sprintln(list...))
		}
		out = append(out, columnValue{fmt.Sprint(name), oneLine([]byte(fmt.Sprint(value)))})
	}
	return out
}

// drawColumns shows the values in two columns and returns the rows it took.
func drawColumns(in *Instant, r Region) int {
	cols := in.columns()
	n := (len(cols) + 1) / 2
	if r.W < 70 {
		n = len(cols)
	}
	r.Put(0, 0, Quiet, in.Words.T("page.columns"))
	half := r.W / 2
	for i, c := range cols {
		x, y, w := 0, 1+i, r.W
		if n < len(cols) {
			w = half - 1
			if i >= n {
				x, y = half, 1+i-n
			}
		}
		if y >= r.H {
			continue
		}
		r.PutMax(x+2, y, 7, Quiet, c.name)
		r.PutMax(x+10, y, w-10, Plain, c.value)
	}
	return min(n+1, r.H)
}

// drawSources shows what the references are about.
func drawSources(in *Instant, ref string, r Region) int {
	y := 0
	for _, s := range explain.Sources(ref, in.Words.Lang()) {
		if y >= r.H {
			break
		}
		head := s.Ref
		if s.Title != "" {
			head += "  “" + s.Title + "”"
		}
		r.PutMax(0, y, r.W, Quiet, head)
		y++
		if s.Gist == "" {
			continue
		}
		for _, line := range wrap(strings.ReplaceAll(s.Gist, "`", ""), r.W-2) {
			if y < r.H {
				r.Put(2, y, Quiet, line)
				y++
			}
		}
	}
	return y
}

// drawParts shows the codes of the event digit by digit.
func drawParts(in *Instant, r Region) int {
	y := 0
	for _, p := range explain.Parts(in.Story.T, in.At, in.Words.Lang()) {
		for i, line := range wrap(p.Text, r.W-8) {
			if y >= r.H {
				return y
			}
			if i == 0 {
				r.PutMax(0, y, 7, Bold, p.Sign)
			}
			r.Put(8, y, Plain, line)
			y++
		}
	}
	return y
}
