package tui

import (
	"strings"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// rememberer is whose memory the dns lens shows: of the resolver that took
// part in the last question, else of who asked.
func (in *Instant) rememberer(at trace.Seq) trace.NodeID {
	e := in.Story.T.At(at)
	for _, id := range []trace.NodeID{e.Node, e.Peer} {
		if id != 0 && in.walker(id) {
			return id
		}
	}
	if e.Kind == trace.Answer {
		return e.Peer
	}
	return e.Node
}

// memoryRow is what a host remembers of one answer.
type memoryRow struct {
	what, data, left string
	fresh            bool // it came with the event at the cursor
}

// memoryRows are what a host remembers, the newest last.
func (in *Instant) memoryRows(id trace.NodeID) []memoryRow {
	var rows []memoryRow
	for _, k := range in.Snap.Known(id) {
		rows = append(rows, memoryRow{what: k.Type + " " + bare(k.Name), data: in.knownWords(&k), fresh: k.Answer == in.At,
			left: howLong(int64(k.Expires - in.Snap.Time))})
	}
	return rows
}

// knownWords are the data of what is remembered.
func (in *Instant) knownWords(k *state.Known) string {
	if k.Rcode != 0 {
		return answerWords(in.Story.T.Text(in.Story.T.At(k.Answer)))
	}
	words := strings.TrimPrefix(answerWords(in.Story.T.Text(in.Story.T.At(k.Answer))), arrowTo+" ")
	return strings.ReplaceAll(words, k.Type+" ", "") // it stands before the name
}

// drawMemory lists them, the newest ones where there is no room for all.
func drawMemory(in *Instant, id trace.NodeID, r Region) {
	rows := in.memoryRows(id)
	r.PutMax(0, 0, r.W, Quiet, in.Words.T("dns.memory", "host", in.Story.T.Node(id).Name))
	if len(rows) == 0 {
		r.PutMax(0, 1, r.W, Quiet, in.Words.T("dns.nomemory"))
	}
	room := r.H - 1
	if hidden := len(rows) - room; hidden > 0 {
		rows = rows[hidden:]
	}
	what := 0
	for _, row := range rows {
		what = max(what, textWidth(row.what))
	}
	what = min(what, r.W*2/5)
	for i, row := range rows {
		st := Plain
		if row.fresh {
			st = Bold
		}
		end := r.PutRight(r.W, 1+i, Quiet, row.left)
		r.PutMax(0, 1+i, what, Names|st, row.what)
		r.PutMax(what+2, 1+i, end-what-3, st, row.data)
	}
}
