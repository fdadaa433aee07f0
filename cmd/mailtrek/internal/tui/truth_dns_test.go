package tui

import (
	"slices"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/sim/trace"
)

// What the DNS lens must show at an instant, by sim/state and by the trace alone.

// dnsLens: what the host remembers, and for how long it still may.
func (v *view) dnsLens() {
	at := v.in.lastDNS()
	if at == 0 {
		return
	}
	rows := v.rows(drawDNS)
	node := v.in.rememberer(at)
	known := v.in.Snap.Known(node)
	wide := min(max(len(rows[0])-66, len(rows[0])*2/5), 80)
	var memory []string
	label := ""
	for _, row := range rows[2:] {
		line := strings.TrimSpace(part(row, len(row)-wide+2, len(row)))
		if line == "" {
			break
		}
		if words := strings.Fields(line); words[0] == strings.ToUpper(words[0]) && dns.StringToType[words[0]] != 0 && dns.StringToType[words[1]] == 0 {
			line = label + " " + line // the name that stands above
		} else {
			label = words[0]
		}
		memory = append(memory, line)
	}
	if len(memory) == 0 || !strings.HasSuffix(memory[0], v.tr.Node(node).Name) {
		v.errorf("dns", rows, "the memory is not that of %s", v.tr.Node(node).Name)
		return
	}
	if len(known) > 60 {
		return // more than there is room for
	}
	for _, k := range known {
		left := howLong(int64(k.Expires) - v.e.Time)
		label, _, _ := strings.Cut(k.Name, ".")
		record := v.firstAddress(k.Answer)
		i := slices.IndexFunc(memory, func(line string) bool {
			words := strings.Fields(line)
			kind := slices.Index(words, k.Type)
			return strings.HasSuffix(line, " "+left) && kind == 1 && strings.Contains(line, record) && strings.HasPrefix(words[0], plainStart(label, 8))
		})
		if i < 0 {
			v.errorf("dns", rows, "%s does not remember %s %s %s for %s", v.tr.Node(node).Name, k.Name, k.Type, record, left)
			return
		}
		memory = slices.Delete(memory, i, i+1)
	}
	for _, line := range memory[1:] {
		if words := strings.Fields(line); len(words) > 2 && (strings.HasSuffix(line, " s") || strings.Count(words[len(words)-1], ":") == 2) {
			v.errorf("dns", rows, "remembers %q, which it does not know", line)
		}
	}
}

// firstAddress is the first record of an answer, if it is an address.
func (v *view) firstAddress(answer trace.Seq) string {
	var m dns.Msg
	if m.Unpack(v.tr.Text(v.tr.At(answer))) != nil || len(m.Answer) == 0 {
		return ""
	}
	if a, ok := m.Answer[0].(*dns.A); ok {
		return a.A.String()
	}
	return ""
}
