package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/clipperhouse/displaywidth"

	"mailtrek/protocols/wire"
	"mailtrek/sim/state"
	"mailtrek/sim/trace"
)

// TextOptions say how the story is told.
type TextOptions struct {
	Width int  // columns; 0 is 96
	ASCII bool // no line drawing, no arrows
	// Match chooses the events that are told; nil is all. Headings stay away
	// when it is set.
	Match func(s trace.Seq) bool
	// Number puts the number of the event before it, for other commands to
	// refer to.
	Number bool
}

// maxContent is how many lines of a message are told.
const maxContent = 60

// Text tells a trace as a story, also while it grows: a heading for each
// stage, the virtual time where it has moved, dialogues indented under the
// connection on which they are held, and one line for everything else.
type Text struct {
	t    *trace.Trace
	out  *bufio.Writer
	opt  TextOptions
	done trace.Seq

	folder *state.Folder
	stages int                      // how many have been told
	conn   trace.ConnID             // the connection whose dialogue is being told
	clock  string                   // the time that was told last
	seq    trace.Seq                // the event being told, until its first line is out
	told   map[trace.MsgID][]string // the content of each message as it was last told
	held   map[trace.ConnID][]byte  // content of which not all pieces have come
}

// NewText returns a teller that has told nothing yet.
func NewText(w io.Writer, t *trace.Trace, opt TextOptions) *Text {
	if opt.Width == 0 {
		opt.Width = 96
	}
	opt.Width = max(opt.Width, 40)
	tx := &Text{t: t, out: bufio.NewWriter(w), opt: opt, told: map[trace.MsgID][]string{}, held: map[trace.ConnID][]byte{}}
	if opt.Match == nil {
		tx.folder = state.New(t)
	}
	return tx
}

// Flush tells all events that were appended since the last call. The error is
// that of the underlying writer.
func (x *Text) Flush() error {
	if x.folder != nil {
		x.folder.Extend()
		if x.done == 0 && x.t.Len() > 0 {
			x.title()
		}
	}
	for int(x.done) < x.t.Len() {
		x.done++
		e := x.t.At(x.done)
		if x.opt.Match != nil && !x.opt.Match(x.done) {
			continue
		}
		x.heading()
		x.seq = x.done
		x.tell(e)
	}
	return x.out.Flush()
}

// Close tells what remains.
func (x *Text) Close() error { return x.Flush() }

func (x *Text) title() {
	h := &x.t.Header
	title := h.Title
	if title == "" {
		title = h.Scenario
	}
	fmt.Fprintln(x.out, expand(title))
	fmt.Fprintf(x.out, "scenario %s, seed %d, begins %s\n", expand(h.Scenario), h.Seed, h.Start.Format("Mon 2 Jan 2006 15:04:05 -0700"))
}

// heading begins the stages that begin with this event.
func (x *Text) heading() {
	if x.folder == nil {
		return
	}
	stages := x.folder.Stages(0)
	for ; x.stages < len(stages) && stages[x.stages].First <= x.done; x.stages++ {
		text := x.stage(stages[x.stages])
		bar := "━"
		if x.opt.ASCII {
			bar = "-"
		}
		rest := max(2, x.opt.Width-displaywidth.String(text)-4)
		fmt.Fprintf(x.out, "\n%s %s %s\n", strings.Repeat(bar, 2), text, strings.Repeat(bar, rest))
		x.conn, x.clock = 0, ""
	}
}

// stage is the heading of a stage.
func (x *Text) stage(st state.Stage) string {
	e := x.t.At(st.First)
	node, user := full(x.t, st.Node), expand(x.t.Name(e.A))
	if e.Kind != trace.Action {
		user = "the user"
	}
	var text string
	switch st.Kind {
	case state.Submit:
		text = fmt.Sprintf("%s writes and submits on %s", user, node)
	case state.Queued:
		text = "in the active queue of " + node
	case state.Lookup:
		text = node + " looks for the way"
	case state.Relay:
		text = fmt.Sprintf("%s %s %s", node, x.arrow(), full(x.t, st.Peer))
	case state.Deliver:
		text = node + " delivers"
	case state.Wait:
		text = "put aside on " + node
	case state.Bounce:
		text = node + " writes a notification"
	case state.Read:
		text = fmt.Sprintf("%s fetches mail on %s", user, node)
	case state.Operate:
		text = "the operator at work on " + node
	default:
		text = fmt.Sprintf("%s on %s", user, node)
	}
	if st.Msg != 0 && x.t.Msgs() > 1 {
		text += fmt.Sprintf("   [%s]", expand(x.t.Msg(st.Msg).Name))
	}
	return text
}

func (x *Text) arrow() string {
	if x.opt.ASCII {
		return "->"
	}
	return "→"
}

// margin is the width of the column of times.
const margin = 10

// say tells one line, wrapped, with the time before it where it has moved.
func (x *Text) say(e *trace.Event, indent int, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	left := strings.Repeat(" ", margin)
	if clock := fmt.Sprintf("%8.3f  ", e.At().Seconds()); clock != x.clock {
		left, x.clock = clock, clock
	}
	number := ""
	if x.opt.Number {
		if number = strings.Repeat(" ", 7); x.seq != 0 {
			number = fmt.Sprintf("%6d ", x.seq)
		}
		x.seq = 0
	}
	for i, line := range wrap(text, x.opt.Width-margin-indent-len(number), 4) {
		if i > 0 {
			left = strings.Repeat(" ", margin+4)
			number = strings.Repeat(" ", len(number))
		}
		line = strings.TrimRight(number+left+strings.Repeat(" ", indent)+line, " ")
		fmt.Fprintln(x.out, line)
	}
}

// about tells a line that is part of no dialogue.
func (x *Text) about(e *trace.Event, format string, args ...any) {
	x.conn = 0
	x.say(e, 0, format, args...)
}

// caption names the connection of a dialogue when it is another than before.
func (x *Text) caption(e *trace.Event) {
	if e.Conn == x.conn || e.Conn == 0 {
		return
	}
	x.conn = e.Conn
	c := x.t.Conn(e.Conn)
	where := ":" + port(c.ServerAddr)
	if isUnix(c) {
		where = " " + c.ServerAddr
	}
	x.say(e, 0, "%s %s %s%s", short(x.t, c.Client), x.arrow(), short(x.t, c.Server), expand(where))
}

// quote tells lines of a dialogue or of a text, at most limit of them.
func (x *Text) quote(e *trace.Event, indent int, who string, text []byte, limit int) {
	all := lines(text)
	for i, l := range all {
		if i == limit && len(all) > limit+1 {
			x.say(e, indent, "%s… %d more lines, %d octets in all", who, len(all)-i, len(text))
			return
		}
		x.say(e, indent, "%s%s", who, expand(l))
	}
}

// sameAgain is how many lines at the end of a message must be the same as last
// time for them to be left out.
const sameAgain = 6

// content tells a message on the wire. What was told before at another hop is
// not told again: mostly only what was added on top is new.
func (x *Text) content(e *trace.Event, who string) {
	text := x.t.Text(e)
	if held := x.held[e.Conn]; e.Flags&trace.More != 0 || held != nil {
		text = append(held, text...)
		x.held[e.Conn] = text
		if e.Flags&trace.More != 0 && x.opt.Match == nil {
			return
		}
		delete(x.held, e.Conn)
	}
	all := lines(text)
	before := x.told[e.Msg]
	same := 0
	for same < len(all) && same < len(before) && all[len(all)-1-same] == before[len(before)-1-same] {
		same++
	}
	if e.Msg != 0 && x.opt.Match == nil {
		x.told[e.Msg] = all
	}
	if same < sameAgain {
		x.quote(e, 2, who, text, maxContent)
		return
	}
	for _, l := range all[:len(all)-same] {
		x.say(e, 2, "%s%s", who, expand(l))
	}
	x.say(e, 2, "%s… and the %d lines as at the hop before", who, same)
}

// broken tells what there is of a content whose connection ends before it.
func (x *Text) broken(e *trace.Event) {
	held := x.held[e.Conn]
	if len(held) == 0 || e.Conn == 0 {
		return
	}
	delete(x.held, e.Conn)
	x.caption(e)
	x.quote(e, 2, "C: ", held, maxContent)
}

// plain is a text in one line.
func (x *Text) plain(e *trace.Event) string { return words(x.t, e) }

// name is the string of a column, fit to be shown.
func (x *Text) name(s trace.Sym) string { return wire.Visible(x.t.Name(s)) }
