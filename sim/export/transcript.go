package export

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"mailtrek/sim/trace"
)

// A dialogue is written as the wire had it: a line for each, "C: " or "S: "
// before it, without CRLF. What is no text is shown as <0x00>, a line that did
// not end in CRLF ends in <LF> or <NOEOL>.

// Transcript writes all dialogues of the trace, one after the other.
func Transcript(w io.Writer, t *trace.Trace) error {
	out := bufio.NewWriter(w)
	conns := connEvents(t)
	first := true
	for id := trace.ConnID(1); int(id) <= t.Conns(); id++ {
		if t.Conn(id).UDP || len(conns[id]) == 0 {
			continue
		}
		if !first {
			fmt.Fprintln(out)
		}
		first = false
		_, _ = out.Write(dialogue(t, id, conns[id])) // Flush tells the error
	}
	return out.Flush()
}

// connEvents are the events of each connection.
func connEvents(t *trace.Trace) [][]trace.Seq {
	out := make([][]trace.Seq, t.Conns()+1)
	for s := trace.Seq(1); int(s) <= t.Len(); s++ {
		if c := t.At(s).Conn; c != 0 && !t.Conn(c).UDP {
			out[c] = append(out[c], s)
		}
	}
	return out
}

// dialogue is what was said on one connection.
func dialogue(t *trace.Trace, id trace.ConnID, events []trace.Seq) []byte {
	c := t.Conn(id)
	var b bytes.Buffer
	if t.Header.Scenario != "" {
		fmt.Fprintf(&b, "# path: %s\n", expand(t.Header.Scenario))
	}
	if isUnix(c) {
		fmt.Fprintf(&b, "# client: %s\n# server: %s (%s)\n", short(t, c.Client), expand(c.ServerAddr), short(t, c.Server))
	} else {
		fmt.Fprintf(&b, "# client: %s (%s)\n# server: %s (%s)\n", hostOf(c.ClientAddr), short(t, c.Client), expand(c.ServerAddr), short(t, c.Server))
	}
	fmt.Fprintf(&b, "# protocol: %s\n", c.Proto)
	fmt.Fprintf(&b, "# start: %.3f s after the start of the path\n\n", t.At(events[0]).At().Seconds())
	var held []byte // pieces of a content that goes on
	for i, s := range events {
		e := t.At(s)
		text := t.Text(e)
		if e.Kind == trace.Content {
			held = append(held, text...)
			if e.Flags&trace.More != 0 && i+1 < len(events) && t.At(events[i+1]).Kind == trace.Content {
				continue
			}
			text, held = held, nil
		}
		spoken(&b, t, c, events[i:], text)
	}
	return b.Bytes()
}

func hostOf(addr string) string {
	if i := bytes.LastIndexByte([]byte(addr), ':'); i >= 0 {
		return expand(addr[:i])
	}
	return expand(addr)
}

// speaker is the letter of who of a connection sends an event.
func speaker(c *trace.Conn, e *trace.Event) string {
	if e.Side == trace.Client || e.Side == trace.NoSide && e.Node == c.Client {
		return "C"
	}
	return "S"
}

// spoken writes one event of a dialogue; rest are it and those after it.
func spoken(b *bytes.Buffer, t *trace.Trace, c *trace.Conn, rest []trace.Seq, text []byte) {
	e := t.At(rest[0])
	who := speaker(c, e)
	switch e.Kind {
	case trace.Line, trace.Content, trace.Auth, trace.Raw:
		if who == "C" && e.Flags&trace.Pipelined == 0 && pipelines(t, c, rest[1:]) {
			b.WriteString("# pipelined\n")
		}
		wireLines(b, who, text)
	case trace.TLS:
		fmt.Fprintf(b, "# tls (%s, %s)\n", expand(t.Name(e.A)), expand(t.Name(e.B)))
	case trace.Close:
		fmt.Fprintf(b, "%s: <close>\n", who)
	case trace.Reset:
		fmt.Fprintf(b, "# %s resets the connection\n", who)
	case trace.Refuse:
		b.WriteString("# refused\n")
	case trace.Timeout:
		fmt.Fprintf(b, "# %s gives up: %s\n", short(t, e.Node), expand(t.Name(e.A)))
	}
}

// pipelines tells whether the next line of the client came in the same write.
func pipelines(t *trace.Trace, c *trace.Conn, rest []trace.Seq) bool {
	i := slices.IndexFunc(rest, func(s trace.Seq) bool { return t.At(s).Kind.Said() && speaker(c, t.At(s)) == "C" })
	return i >= 0 && t.At(rest[i]).Flags&trace.Pipelined != 0
}

// wireLines writes octets as lines of one side.
func wireLines(b *bytes.Buffer, who string, text []byte) {
	for len(text) > 0 {
		line, rest, ended := bytes.Cut(text, []byte("\n"))
		end := ""
		switch {
		case !ended:
			end = "<NOEOL>"
		case bytes.HasSuffix(line, []byte("\r")):
			line = line[:len(line)-1]
		default:
			end = "<LF>"
		}
		b.WriteString(who)
		b.WriteString(": ")
		visibleOctets(b, line)
		b.WriteString(end)
		b.WriteByte('\n')
		text = rest
	}
}

// visibleOctets writes text as it is, and what is none, or could steer a
// terminal, as <0x1B>, octet by octet. A tab is text.
func visibleOctets(b *bytes.Buffer, s []byte) {
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		if r == '\t' || r >= ' ' && expandable(r, n) {
			b.Write(s[:n])
		} else {
			for _, c := range s[:n] {
				fmt.Fprintf(b, "<0x%02X>", c)
			}
		}
		s = s[n:]
	}
}

// expandable tells whether wire.Visible shows a character as itself.
func expandable(r rune, n int) bool {
	if r == utf8.RuneError && n <= 1 {
		return false
	}
	return r < 0x7f || expand(string(r)) == string(r)
}
