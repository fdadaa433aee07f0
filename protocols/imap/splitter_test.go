package imap

import (
	"fmt"
	"strings"
	"testing"

	"mailtrek/protocols/wire"
)

// TestSplitter cuts a conversation, whole and octet by octet.
func TestSplitter(t *testing.T) {
	talk := []struct {
		side wire.Side
		text string
		want string
	}{
		{wire.Server, "* OK ready\r\n", "Line"},
		{wire.Client, "a AUTHENTICATE LOGIN\r\n", "Line AUTHENTICATE"},
		{wire.Server, "+ VXNlcm5hbWU6\r\n", "Auth AUTHENTICATE"},
		{wire.Client, "aXZhbg==\r\n", "Auth AUTHENTICATE"},
		{wire.Server, "a OK in\r\n", "Line AUTHENTICATE"},
		{wire.Client, "b APPEND x {5}\r\n", "Line APPEND more"},
		{wire.Server, "+ OK\r\n", "Line APPEND"},
		{wire.Client, "a\r\nbc\r\n", "Content APPEND more, Line APPEND"},
		{wire.Server, "* 1 EXISTS\r\nb OK done\r\n", "Line APPEND more, Line APPEND"},
		{wire.Client, "c APPEND x {5}\r\n", "Line APPEND more"},
		{wire.Server, "c NO\r\n", "Line APPEND"},
		{wire.Client, "d UID FETCH 1 BODY[]\r\n", "Line UID FETCH"},
		{wire.Server, "* 1 FETCH (BODY[] {3}\r\nabc UID 1)\r\nd OK\r\n", "Line UID FETCH more, Content UID FETCH more, Line UID FETCH more, Line UID FETCH"},
		{wire.Client, "e IDLE\r\n", "Line IDLE"},
		{wire.Server, "+ idling\r\n", "Line IDLE"},
		{wire.Client, "DONE\r\n", "Line DONE"},
		{wire.Client, "f LOGIN {1+}\r\na {1+}\r\nb\r\n", "Line LOGIN more, Content LOGIN more, Line LOGIN more, Content LOGIN more, Line LOGIN"},
	}
	for _, size := range []int{1 << 20, 1} {
		s := NewSplitter()
		for _, x := range talk {
			var got []string
			sum := 0
			for rest := x.text; rest != ""; {
				n := min(size, len(rest))
				for _, u := range s.Split(nil, x.side, []byte(rest[:n])) {
					got = append(got, describe(u))
					sum += u.N
				}
				rest = rest[n:]
			}
			if g := strings.Join(got, ", "); g != x.want {
				t.Errorf("in pieces of %d: %q: got %s, want %s", size, x.text, g, x.want)
			}
			if sum != len(x.text) || s.Rest(x.side) != 0 {
				t.Errorf("%q: units of %d octets and rest %d", x.text, sum, s.Rest(x.side))
			}
		}
	}
}

func describe(u wire.Unit) string {
	kind := [...]string{wire.Line: "Line", wire.Content: "Content", wire.Auth: "Auth", wire.Raw: "Raw"}[u.Kind]
	more := ""
	if u.More {
		more = " more"
	}
	return strings.TrimRight(fmt.Sprintf("%s %s", kind, u.Verb), " ") + more
}
