package tui

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// What each lens must show at an instant, by sim/state and by the trace alone.

// mapLens: in the box of a host stands that it is down, or that the mail is
// there, and what lies in its queues and mailboxes.
func (v *view) mapLens() {
	in := v.in
	rows := v.rows(drawMap)
	sheet := in.layOut(in.Story.mapPlan(), NewCanvas(len(rows[0]), truthHigh).All())
	letters := 0
	for _, spot := range sheet.order {
		var box []string
		for y := spot.y; y < spot.y+spot.h; y++ {
			box = append(box, strings.Trim(part(rows[y], spot.x+1, spot.x+spot.w-1), " "))
		}
		text, host := strings.Join(box, "\n"), v.tr.Node(spot.id)
		if !strings.Contains(text, host.Name) && !strings.Contains(text, in.Story.short(spot.id)) {
			v.errorf("map", rows, "the box of %s does not name it: %q", host.Name, text)
		}
		if in.Snap.Down(spot.id) != strings.Contains(text, in.Glyphs.Cross+" down") {
			v.errorf("map", rows, "%s is down: %v, but its box says %q", host.Name, in.Snap.Down(spot.id), text)
		}
		here := v.mailAt(spot.id)
		if here != "" && !in.Snap.Down(spot.id) {
			letters++
			if !strings.Contains(text, in.Glyphs.Letter+" "+plainStart(here, spot.w-6)) {
				v.errorf("map", rows, "the mail is at %s (%s), but its box says %q", host.Name, here, text)
			}
		} else if strings.Contains(text, in.Glyphs.Letter) {
			v.errorf("map", rows, "the mail is not at %s, but its box says %q", host.Name, text)
		}
		if sheet.form.frame && sheet.form.lines > 3 && spot.column >= 0 {
			v.stores(rows, spot, box[4:len(box)-1], here)
		}
	}
	if got := strings.Count(inked(rows), in.Glyphs.Letter); got < letters || got > letters+v.carried(sheet) {
		v.errorf("map", rows, "shows the mail at %d places, want %d and %d on the wire", got, letters, v.carried(sheet))
	}
}

// mailAt is what the map says about the mail of the story at a host; empty when
// it is not there.
func (v *view) mailAt(id trace.NodeID) string {
	for _, p := range v.in.Snap.Where(v.in.Story.msg(v.in.At)) {
		if p.Node != id {
			continue
		}
		switch p.Kind {
		case state.AtAuthor:
			return "draft"
		case state.AtReader:
			return "fetched"
		case state.InQueue:
			return p.Entry.Queue
		case state.InMailbox:
			return p.Box.User + "’s mailbox"
		}
	}
	return ""
}

// carried is the number of connections between two boxes on which the mail is.
func (v *view) carried(sheet *mapSheet) int {
	n := 0
	for _, p := range v.in.Snap.Where(v.in.Story.msg(v.in.At)) {
		if p.Kind != state.OnTheWire {
			continue
		}
		c := v.tr.Conn(p.Conn)
		if sheet.spots[c.Client] != nil && sheet.spots[c.Server] != nil && c.Client != c.Server {
			n++
		}
	}
	return n
}

// stores compares the lines of a box that count what lies at a host.
func (v *view) stores(rows [][]rune, spot *mapSpot, got []string, here string) {
	var want []string
	count := func(what string, n int) {
		if n > 1 || n == 1 && (what != here || v.in.Snap.Down(spot.id)) {
			want = append(want, what+" "+strconv.Itoa(n))
		}
	}
	for _, q := range state.QueueNames {
		count(q, v.in.Snap.QueueLen(spot.id, q))
	}
	for _, b := range v.in.Snap.Mailboxes(spot.id) {
		count(b.User+"’s mailbox", b.Count)
	}
	for i, line := range got {
		switch {
		case i >= len(want) && line != "" && line != "…":
			v.errorf("map", rows, "the box of %s counts %q", v.tr.Node(spot.id).Name, line)
		case i < len(want) && line == "…":
			return
		case i < len(want) && line != want[i]:
			clipped, n, ok := strings.Cut(line, "…")
			if !ok || !strings.HasPrefix(want[i], clipped) || !strings.HasSuffix(want[i], n) {
				v.errorf("map", rows, "the box of %s has %q, want %q", v.tr.Node(spot.id).Name, line, want[i])
			}
		}
	}
}

// ladderLens: the last row is the event, and those above it are the lines that
// were said before it, the last one lowest.
func (v *view) ladderLens() {
	rows := v.rows(drawLadder)
	at := slices.IndexFunc(rows, func(row []rune) bool { return string(row[:1]) == v.in.Glyphs.Cursor })
	if at < 0 {
		v.errorf("ladder", rows, "no row is the event")
		return
	}
	for y := at + 1; y < len(rows); y++ {
		if strings.Trim(string(rows[y]), " "+v.in.Glyphs.V) != "" {
			v.errorf("ladder", rows, "row %d stands below the event: %q", y, string(rows[y]))
			return
		}
	}
	for s, found, above := v.in.At, 0, 0; s >= 1 && found < 8; s-- {
		e := v.tr.At(s)
		if _, ok := v.in.rungOf(s, e); ok {
			above++
		}
		if above > truthHigh-8 {
			return // there is no room for more
		}
		if e.Kind != trace.Line || e.Node == e.Peer || e.Flags&trace.More != 0 {
			continue
		}
		word := plainStart(string(v.tr.Text(e)), 3)
		if len(word) < 3 || v.tr.Name(e.A) == "" && e.Side == trace.Client {
			continue // nothing that a table knows: a secret, an empty line
		}
		y := at
		for y > 2 && !strings.Contains(string(rows[y]), word) {
			y--
		}
		if y == 2 {
			v.errorf("ladder", rows, "no row above %d says %q, the line of event %d", at, word, s)
			return
		}
		at = y
		found++
	}
}

// spoken is a line of a dialogue: who says it, and how it begins.
type spoken struct{ side, text string }

// spokenOn are the lines of a conversation so far, but for the middle of a long
// content.
func (v *view) spokenOn(id trace.ConnID) []spoken {
	var out []spoken
	for _, s := range v.in.Snap.ConnEvents(id) {
		e := v.tr.At(s)
		switch {
		case e.Kind.Said():
			lines := wireLines(v.tr.Text(e))
			for i, line := range lines {
				if len(lines) <= contentHead+contentTail+1 || i < contentHead || i >= len(lines)-contentTail {
					out = append(out, spoken{e.Side.String() + ":", plainStart(line, 20)})
				}
			}
		case e.Kind == trace.Query, e.Kind == trace.Record && e.Node == v.tr.Conn(id).Client:
			out = append(out, spoken{"C:", ""})
		case e.Kind == trace.Answer, e.Kind == trace.Record:
			out = append(out, spoken{"S:", ""})
		}
	}
	return out
}

// dialogueLens: the lines of the conversation up to the event, its state, and
// the envelope that the server has collected.
func (v *view) dialogueLens() {
	id := v.in.Story.conn(v.in.At)
	c := v.in.Snap.Conn(id)
	if id == 0 || v.tr.Conn(id).UDP || c == nil {
		return
	}
	rows := v.rows(drawDialogue)
	want := c.Session
	if c.Phase != state.Open || want == "" {
		want = map[string]string{"unopened": "not open yet", "timed out": "no answer", "reset": "broken off"}[c.Phase.String()]
		if want == "" {
			want = c.Phase.String()
		}
	}
	if head := strings.TrimRight(string(rows[0]), " "); !strings.HasSuffix(head, "state "+want) {
		v.errorf("dialogue", rows, "the heading does not say state %q: %q", want, head)
	}
	said := v.spokenOn(id)
	var shown []spoken
	for _, row := range rows[2:] {
		if side := part(row, saidSide, saidSide+2); side == "C:" || side == "S:" {
			shown = append(shown, spoken{side, part(row, saidText, saidText+24)})
		}
	}
	if full := strings.TrimSpace(part(rows[2], 0, 160)) != "" && strings.TrimSpace(part(rows[truthHigh-1], 0, 160)) != ""; !full && len(shown) != len(said) || len(shown) > len(said) {
		v.errorf("dialogue", rows, "shows %d lines, want %d", len(shown), len(said))
		return
	}
	said = said[len(said)-len(shown):]
	for i := range shown {
		if shown[i].side != said[i].side || !strings.HasPrefix(shown[i].text, said[i].text) {
			v.errorf("dialogue", rows, "line %d is %q, want %q", i+1, shown[i], said[i])
			return
		}
	}
	v.dialoguePanel(rows, id, c)
}

// dialoguePanel: the state that the machine marks, and the envelope.
func (v *view) dialoguePanel(rows [][]rune, id trace.ConnID, c *state.Conn) {
	var panel strings.Builder
	for _, row := range rows[2:] {
		panel.WriteString(part(row, len(row)-72, len(row)) + "\n")
	}
	if c.Phase == state.Open && c.Session != "" && v.in.machineOf(id) != nil && !strings.Contains(panel.String(), "▌"+c.Session+"▐") {
		v.errorf("dialogue", rows, "the machine does not stand at %q", c.Session)
	}
	proto := v.tr.Conn(id).Proto
	if proto != trace.SMTP && proto != trace.LMTP {
		return
	}
	var want []string
	if c.Mail.From != 0 {
		from, _ := v.in.Snap.Path(c.Mail.From)
		want = append(want, "MAIL FROM <"+plainStart(from, 40))
		for _, s := range c.Mail.To[:min(len(c.Mail.To), 5)] {
			to, _ := v.in.Snap.Path(s)
			want = append(want, "RCPT TO <"+plainStart(to, 40))
		}
	}
	for _, w := range want {
		if !strings.Contains(panel.String(), w) {
			v.errorf("dialogue", rows, "the envelope lacks %q", w)
		}
	}
	if got := strings.Count(panel.String(), "MAIL FROM <") + strings.Count(panel.String(), "RCPT TO <"); got != len(want) {
		v.errorf("dialogue", rows, "the envelope has %d lines, want %d", got, len(want))
	}
}

// postfixLens: in the column of a queue lie its files and no others, each with
// the reason and the next try.
func (v *view) postfixLens() {
	node := v.in.mailHost()
	if node == 0 {
		return
	}
	rows, total := v.rows(drawPostfix), 0
	var list [len(state.QueueNames)][]*state.Entry
	for i, q := range state.QueueNames {
		list[i] = v.in.Snap.Queue(node, q, 0)
		total += len(list[i])
	}
	if head := strings.Fields(string(rows[0])); v.e.Kind == trace.Queue && node != v.e.Node || head[0] != v.tr.Node(node).Name || head[len(head)-1] != strconv.Itoa(total) {
		v.errorf("postfix", rows, "the heading is %q, want %s with %d files", head, v.tr.Node(node).Name, total)
	}
	rows = v.rows(func(in *Instant, r Region) { drawQueueColumns(in, node, r) })
	edges := queueEdges(len(rows[0]))
	for i, q := range state.QueueNames {
		head := strings.TrimSpace(part(rows[0], edges[i], edges[i+1]))
		want := q
		if n := len(list[i]); n > 0 {
			want += " " + strconv.Itoa(n)
		}
		if head != want {
			v.errorf("postfix", rows, "the heading of a column is %q, want %q", head, want)
		}
	}
	shown := map[string]bool{}
	for i, q := range state.QueueNames {
		files := list[i]
		if now := slices.IndexFunc(files, func(e *state.Entry) bool { return e.ID == v.tr.Name(v.tr.At(v.in.At).A) }); now >= 6 {
			files = append(slices.Clone(files[:5]), files[now]) // the one that the event is about is always among them
		}
		for _, e := range files[:min(len(files), 6)] {
			shown[e.ID] = true
			v.queueFile(rows, e, edges[i], q)
		}
	}
	for s := v.in.At; s >= 1 && s+2000 > v.in.At; s-- {
		if e := v.tr.At(s); e.Kind == trace.Queue && e.Node == node && !shown[v.tr.Name(e.A)] && strings.Contains(inked(rows), v.tr.Name(e.A)) {
			v.errorf("postfix", rows, "shows %s, which is in no queue", v.tr.Name(e.A))
			return
		}
	}
}

// queueFile finds a file in the column of its queue.
func (v *view) queueFile(rows [][]rune, e *state.Entry, column int, queue string) {
	if queue == "hold" || queue == "corrupt" {
		column = min(column, len(rows[0])-30) // it reaches to the left
	}
	y := slices.IndexFunc(rows, func(row []rune) bool {
		words := strings.Fields(part(row, column, column+30))
		return len(words) > 0 && (words[0] == e.ID || words[0] == v.in.Glyphs.Letter && len(words) > 1 && words[1] == e.ID)
	})
	if y < 0 {
		v.errorf("postfix", rows, "%s is not in the column of %s", e.ID, queue)
		return
	}
	var text []string
	for ; y < len(rows) && strings.TrimSpace(part(rows[y], column, column+8)) != ""; y++ {
		text = append(text, strings.TrimSpace(part(rows[y], column, column+80)))
	}
	all := strings.Join(text, " ")
	wants := []string{strconv.Itoa(e.Size) + " B", "<" + plainStart(e.Sender, 16)}
	for _, to := range e.Recipients[:min(len(e.Recipients), 4)] {
		wants = append(wants, "<"+plainStart(to.Address, 16))
	}
	wants = append(wants, plainStart(e.Reason, 16))
	if queue == "deferred" {
		wants = append(wants, v.nextTryOf(e))
	}
	for _, want := range wants {
		if !strings.Contains(all, want) {
			v.errorf("postfix", rows, "%s in %s lacks %q: %q", e.ID, queue, want, all)
		}
	}
}

// nextTryOf is what stands with a deferred file about its next try: the time at
// which it is tried, unless an operator or a new queue manager comes in between,
// or the story is over before.
func (v *view) nextTryOf(e *state.Entry) string {
	for s := v.in.At + 1; v.tr.Has(s); s++ {
		q := v.tr.At(s)
		switch {
		case q.Node != e.Node:
		case q.Kind == trace.Action, q.Kind == trace.Schedule && v.tr.Name(q.A) == trace.SchedAnew:
			return "next try "
		case q.Kind != trace.Queue || v.tr.Name(q.A) != e.ID:
		case v.tr.Name(q.C) == "active":
			return "next try " + stamp(q.Time)
		case q.C == 0:
			return "next try "
		}
	}
	return "next try "
}

// messageLens: the fields of the header are those of the last text that was
// seen, with what has been added and removed since.
func (v *view) messageLens() {
	id := v.in.Story.msg(v.in.At)
	if id == 0 {
		return
	}
	rows := v.rows(drawMessage)
	want := v.headerFields(id)
	got := map[string]int{}
	n := 0
	for _, row := range rows[1 : truthHigh-1] {
		text := part(row, 76+2+2, len(row))
		if strings.TrimSpace(text) == "" {
			break
		}
		n++
		if text[0] == ' ' { // ten hops have a gutter one wider
			text = text[1:]
		}
		if name, _, ok := strings.Cut(text, ":"); ok && !strings.ContainsAny(name, " ") && name != "" {
			got[strings.ToLower(name)]++
		}
	}
	if n >= truthHigh-3 {
		return // a header that is longer than the canvas
	}
	for name, n := range want {
		if got[name] != n {
			v.errorf("message", rows, "shows %d fields %q, want %d", got[name], name, n)
		}
	}
	for name, n := range got {
		if want[name] == 0 {
			v.errorf("message", rows, "shows %d fields %q, which the message does not have", n, name)
		}
	}
}

// headerFields counts the fields of a message at the instant.
func (v *view) headerFields(id trace.MsgID) map[string]int {
	want := map[string]int{}
	last := trace.Seq(0)
	if list := v.in.Snap.Contents(id); len(list) > 0 {
		last = list[len(list)-1]
		text, _ := v.in.Snap.Content(last)
		for line := range strings.SplitSeq(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n") {
			if line == "" {
				break
			}
			if name, _, ok := strings.Cut(line, ":"); ok && !strings.ContainsAny(name, " \t") {
				want[strings.ToLower(name)]++
			}
		}
	}
	for _, s := range v.in.Snap.Fields(id) {
		e := v.tr.At(s)
		if s < last {
			continue
		}
		name := strings.ToLower(v.tr.Name(e.B))
		switch v.tr.Name(e.C) {
		case "add":
			want[name]++
		case "remove":
			want[name] = max(want[name]-1, 0)
		}
	}
	return want
}

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

// mailboxesLens: every mailbox with its files in their order, each with number,
// octets, UID and flags.
func (v *view) mailboxesLens() {
	rows := v.rows(drawMailboxes)
	y := 0
	next := func(ok func(line string) bool) (string, bool) {
		for ; y < len(rows); y++ {
			if line := string(rows[y]); ok(line) {
				y++
				return line, true
			}
		}
		return "", false
	}
	files := 0
	for _, id := range v.in.Story.hosts {
		for _, box := range v.in.Snap.Mailboxes(id) {
			title := " " + box.User + "  " + v.tr.Node(id).Name + "  messages: " + strconv.Itoa(box.Count)
			if _, ok := next(func(line string) bool { return strings.TrimRight(line, " ") == title }); !ok {
				if files < truthHigh/2 {
					v.errorf("mailboxes", rows, "lacks %q", title)
				}
				return
			}
			number := 0
			for _, f := range box.Files(filesShown) {
				if files++; files > truthHigh/2 {
					return
				}
				line, ok := next(func(line string) bool { return strings.HasSuffix(strings.TrimRight(line, " "), lastTwo(f.Name)) })
				if !ok {
					v.errorf("mailboxes", rows, "lacks the file %s", f.Name)
					return
				}
				if !f.Gone {
					number++
				}
				v.mailboxFile(rows, f, number, v.in.serves(id), line)
			}
		}
	}
	if n := strings.Count(inked(rows), "  messages: "); n == 0 && files > 0 {
		v.errorf("mailboxes", rows, "shows no mailbox")
	}
}

// mailboxFile compares the row of a file.
func (v *view) mailboxFile(rows [][]rune, f *state.File, number int, served bool, line string) {
	row := []rune(line)
	want := ""
	if !f.Gone {
		want = strconv.Itoa(number)
	}
	if got := strings.TrimSpace(part(row, 1, boxNumber+1)); got != want {
		v.errorf("mailboxes", rows, "%s has the number %q, want %q", f.Name, got, want)
	}
	if f.Gone != strings.Contains(line, "removed") {
		v.errorf("mailboxes", rows, "%s is gone: %v, but the row is %q", f.Name, f.Gone, line)
	}
	if f.Stored != 0 {
		text, _ := v.in.Snap.Content(f.Stored)
		octets := len(bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n")))
		if got := strings.TrimSpace(part(row, boxNumber+2, boxOctets)); got != strconv.Itoa(octets) && octets > 0 {
			v.errorf("mailboxes", rows, "%s has %q octets, want %d", f.Name, got, octets)
		}
	}
	if !served {
		return
	}
	if uid := strings.TrimSpace(part(row, boxOctets+1, boxUID)); f.UID != 0 && uid != strconv.Itoa(int(f.UID)) {
		v.errorf("mailboxes", rows, "%s has the UID %q, want %d", f.Name, uid, f.UID)
	}
	flags := part(row, boxFlags, boxFlags+26)
	for letter, flag := range map[string]string{"S": `\Seen`, "R": `\Answered`, "F": `\Flagged`, "T": `\Deleted`} {
		set := strings.Contains(f.Flags, letter)
		if strings.HasPrefix(f.Flags, `\`) {
			set = strings.Contains(f.Flags, flag)
		}
		if set != strings.Contains(flags, flag) && !strings.Contains(flags, "…") {
			v.errorf("mailboxes", rows, "%s has the flags %q, but the row says %q", f.Name, f.Flags, flags)
		}
	}
}

// logLens: the last lines of the host's log, each with its program, and none
// besides.
func (v *view) logLens() {
	node := v.in.logHost()
	if node == 0 {
		return
	}
	rows := v.rows(drawLog)
	logs := v.in.Snap.Logs(node)
	if v.e.Kind == trace.Log && (node != v.e.Node || len(logs) == 0 || logs[len(logs)-1] != v.in.At) {
		v.errorf("log", rows, "is not that of the event")
	}
	end := truthHigh
	if len(logs) > 0 {
		end -= truthHigh/3 + 1
	}
	head := " " + v.in.Story.short(node) + " "
	var shown []string
	full := false
	for y, row := range rows[2:end] {
		line := strings.TrimSpace(string(row[1:]))
		if row[2] != ' ' && strings.Contains(line, head) {
			shown = append(shown, line)
		}
		full = line != "" && y == end-3
	}
	if len(shown) > len(logs) || len(shown) < len(logs) && !full {
		v.errorf("log", rows, "shows %d lines, want %d", len(shown), len(logs))
		return
	}
	for i, line := range shown {
		e := v.tr.At(logs[len(logs)-len(shown)+i])
		at := v.tr.Header.Start.Add(e.At()).Format("Jan _2 15:04:05")
		if !strings.HasPrefix(line, at+head+v.tr.Name(e.A)) || !strings.Contains(line, ": "+plainStart(string(v.tr.Text(e)), 30)) {
			v.errorf("log", rows, "line %d is %q, want %s %s %q", i+1, line, at, v.tr.Name(e.A), v.tr.Text(e))
			return
		}
	}
}

// bytesLens: the octets of the event, those for which there is room.
func (v *view) bytesLens() {
	rows := v.rows(drawBytes)
	want := v.tr.Text(v.e)
	var got []byte
	for _, row := range rows {
		if n, err := strconv.ParseUint(part(row, 1, 7), 16, 32); err != nil || int(n) != len(got) || part(row, 7, firstOctet) != "  " {
			continue
		}
		for _, x := range strings.Fields(part(row, firstOctet, firstOctet+3*16+1)) {
			octet, err := strconv.ParseUint(x, 16, 8)
			if err != nil {
				v.errorf("bytes", rows, "%q is no octet", x)
				return
			}
			got = append(got, byte(octet))
		}
	}
	if room := 16 * (truthHigh / 2); !bytes.HasPrefix(want, got) || len(got) < min(len(want), room) {
		v.errorf("bytes", rows, "got %q, want %q", got, want)
	}
}
