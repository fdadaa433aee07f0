package scenario

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"mailtrek/sim/trace"
)

// BranchFile is a branch as one small file has it: which scenario, which dice,
// what was done, and which event one was looking at. Whoever has the same
// program gets the same run from it.
type BranchFile struct {
	Scenario string // the id of a scenario, or the name of its file
	Seed     *uint64
	At       trace.Seq
	Lens     string // that one was looking through; "" is any
	Done     []Intervention
	Letter   *Letter // of the way of a message: then Scenario is the name of its file
}

// branchHead is the first line of the file; the interventions follow, one a line.
type branchHead struct {
	Mailtrek string    `json:"mailtrek"` // branchMark
	Scenario string    `json:"scenario"`
	Seed     *uint64   `json:"seed,omitempty"`
	At       trace.Seq `json:"at,omitempty"`
	Lens     string    `json:"lens,omitempty"`
	Letter   *Letter   `json:"letter,omitempty"`
}

const branchMark = "branch"

// The limits of a branch file.
const (
	maxBranchFile   = 64 << 20 // octets
	maxBranchDeeds  = 100_000
	maxBranchHeader = 64 << 10
)

// File is the branch as a file; name is how its scenario is found again, and at
// the event to look at.
func (b *Branch) File(name string, at trace.Seq) BranchFile {
	return BranchFile{Scenario: name, Seed: b.Options.Seed, At: at, Done: b.Done, Letter: b.Scenario.Letter}
}

// Write writes the file: JSON objects, one a line.
func (f BranchFile) Write(w io.Writer) error {
	if err := json.NewEncoder(w).Encode(branchHead{branchMark, f.Scenario, f.Seed, f.At, f.Lens, f.Letter}); err != nil {
		return err
	}
	return WriteInterventions(w, f.Done)
}

// IsBranchFile tells whether a file that begins so is a branch.
func IsBranchFile(begin []byte) bool {
	const want = `{"mailtrek":"` + branchMark + `"`
	return len(begin) >= len(want) && string(begin[:len(want)]) == want
}

// ReadBranchFile reads what Write wrote.
func ReadBranchFile(r io.Reader) (BranchFile, error) {
	in := bufio.NewReaderSize(io.LimitReader(r, maxBranchFile), maxBranchHeader)
	line, err := in.ReadSlice('\n')
	if err != nil && err != io.EOF {
		return BranchFile{}, fmt.Errorf("line 1: the head of a branch has at most %d octets", maxBranchHeader)
	}
	var head branchHead
	if err := json.Unmarshal(line, &head); err != nil || head.Mailtrek != branchMark {
		return BranchFile{}, fmt.Errorf(`line 1: the head of a branch is expected, such as {"mailtrek":"branch","scenario":"alabala"}`)
	}
	if head.Scenario == "" {
		return BranchFile{}, fmt.Errorf("line 1: the branch does not say of which scenario it is")
	}
	done, err := ReadInterventions(in)
	if err != nil {
		return BranchFile{}, err
	}
	if len(done) > maxBranchDeeds {
		return BranchFile{}, fmt.Errorf("the branch has %d interventions; at most %d are played", len(done), maxBranchDeeds)
	}
	return BranchFile{Scenario: head.Scenario, Seed: head.Seed, At: head.At, Lens: head.Lens, Done: done, Letter: head.Letter}, nil
}
