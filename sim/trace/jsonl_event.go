package trace

import "bytes"

// EventJSON is event s as it stands in the JSONL form of the trace, a JSON
// object in one line; nil when there is no such event.
func (t *Trace) EventJSON(s Seq) []byte {
	if !t.Has(s) {
		return nil
	}
	var out bytes.Buffer
	w := NewWriter(&out, t)
	w.event(s)
	if w.err != nil || w.out.Flush() != nil {
		return nil
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}
