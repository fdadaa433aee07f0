package lessons

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"mailtrek/sim/scenario"
)

// Progress is what one learner has done in one lesson. It is written as one
// JSON object and a line end.
type Progress struct {
	Version int               `json:"version"`
	Lesson  string            `json:"lesson"`
	Stop    int               `json:"stop"`           // where the learner is, counted from 0
	ID      string            `json:"id,omitempty"`   // the id of that stop, by which it is found again in a changed lesson
	Seen    int               `json:"seen"`           // the furthest stop
	Done    map[string]Record `json:"done,omitempty"` // by the id of a quiz or a task
}

// Record is what a learner has done with one question or task.
type Record struct {
	Tries int  `json:"tries,omitempty"` // answers and checks, up to the right one
	Right bool `json:"right,omitempty"` // answered, or solved
	Given bool `json:"given,omitempty"` // the answer was shown
	Hints int  `json:"hints,omitempty"` // how many were looked at

	Answer Answer                  `json:"answer,omitzero"` // the last one
	Did    []scenario.Intervention `json:"did,omitempty"`   // in a task
}

// progressVersion is the form of what is written.
const progressVersion = 1

// Limits of what is read.
const (
	maxProgress = 4 << 20 // octets
	maxRecords  = 10_000
)

// NewProgress is that of somebody who begins a lesson.
func NewProgress(lesson string) *Progress {
	return &Progress{Version: progressVersion, Lesson: lesson, Done: map[string]Record{}}
}

// Encode is the progress as it is written. It is whole or it is nothing: any
// beginning of it is refused by DecodeProgress.
func (p *Progress) Encode() ([]byte, error) {
	data, err := json.MarshalIndent(p, "", " ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

var errCut = errors.New("the end is missing")

// DecodeProgress reads what Encode wrote. It refuses what is cut off, damaged,
// of another lesson or of a later version.
func DecodeProgress(lesson string, data []byte) (*Progress, error) {
	if len(data) > maxProgress {
		return nil, fmt.Errorf("more than %d octets", maxProgress)
	}
	if len(data) == 0 || data[len(data)-1] != '\n' {
		return nil, errCut
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	p := &Progress{}
	if err := dec.Decode(p); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("there is something behind the end")
	}
	switch {
	case p.Version != progressVersion:
		return nil, fmt.Errorf("it is of version %d, and this program knows %d", p.Version, progressVersion)
	case p.Lesson != lesson:
		return nil, fmt.Errorf("it is about another lesson")
	case p.Stop < 0 || p.Seen < 0 || len(p.Done) > maxRecords:
		return nil, errors.New("its numbers make no sense")
	}
	for _, r := range p.Done {
		if r.Tries < 0 || r.Hints < 0 {
			return nil, errors.New("its numbers make no sense")
		}
	}
	if p.Done == nil {
		p.Done = map[string]Record{}
	}
	return p, nil
}

// Fit makes the progress fit a lesson that may have changed since: what is
// unknown to it is dropped, and the place is found again by its id.
func (p *Progress) Fit(l *scenario.Lesson) {
	if i, ok := l.Stop(p.ID); ok {
		p.Stop = i
	}
	p.Seen = min(p.Seen, len(l.Stops)-1)
	p.Stop = max(min(p.Stop, len(l.Stops)-1), 0)
	known := map[string]Record{}
	for i := range l.Stops {
		s := &l.Stops[i]
		if r, ok := p.Done[s.ID]; ok && (s.Quiz != nil || s.Task != nil) {
			r.Hints = min(r.Hints, len(hints(s)))
			known[s.ID] = r
		}
	}
	p.Done = known
}

// hints are those of a stop.
func hints(s *scenario.Stop) []scenario.Hint {
	switch {
	case s.Quiz != nil:
		return s.Quiz.Hints
	case s.Task != nil:
		return s.Task.Hints
	}
	return nil
}
