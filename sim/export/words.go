package export

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"

	"mailtrek/protocols/wire"
	"mailtrek/sim/trace"
)

// short is the short name of a node.
func short(t *trace.Trace, id trace.NodeID) string {
	n := t.Node(id)
	if n.Short != "" {
		return wire.Visible(n.Short)
	}
	label, _, _ := strings.Cut(n.Name, ".")
	return wire.Visible(label)
}

// full is the full name of a node.
func full(t *trace.Trace, id trace.NodeID) string { return wire.Visible(t.Node(id).Name) }

// port is the port of an address; the address itself when it has none.
func port(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }

// isUnix tells whether a connection goes through a socket inside a host.
func isUnix(c *trace.Conn) bool { return !c.UDP && c.ClientAddr == "" && c.ServerAddr != "" }

// seconds is virtual time in seconds with three decimals, as the folder's
// files have it.
func seconds(e *trace.Event) string { return fmt.Sprintf("%8.3f", e.At().Seconds()) }

// lines are the lines of a text without their ends; what follows the last line
// end is a line too unless it is empty.
func lines(text []byte) []string {
	var out []string
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		out = append(out, strings.TrimSuffix(string(line), "\r"))
		text = rest
	}
	return out
}

// expand is a line in which tabs are blanks and nothing can steer a terminal.
func expand(s string) string {
	return wire.Visible(strings.ReplaceAll(s, "\t", "    "))
}

// wrap breaks a text into lines of at most width columns, at blanks where
// possible. The lines after the first have indent columns less.
func wrap(s string, width, indent int) []string {
	var out []string
	for room := width; ; room = width - indent {
		cut, col, blank := 0, 0, -1
		for cut < len(s) {
			_, n := utf8.DecodeRuneInString(s[cut:])
			w := displaywidth.String(s[cut : cut+n])
			if col+w > max(room, 8) {
				break
			}
			if s[cut] == ' ' && col > 0 {
				blank = cut
			}
			cut, col = cut+n, col+w
		}
		if cut == len(s) {
			return append(out, s)
		}
		if s[cut] != ' ' && blank > 0 {
			cut = blank
		}
		out = append(out, strings.TrimRight(s[:cut], " "))
		s = strings.TrimLeft(s[cut:], " ")
	}
}
