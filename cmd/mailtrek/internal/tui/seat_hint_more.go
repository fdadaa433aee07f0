package tui

import (
	"strconv"
	"strings"

	"mailtrek/protocols/smtp"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// sealed tells whether the connection of the seat is inside TLS.
func (b *keyboard) sealed() bool {
	t, id := b.seat.Branch.Trace(), b.seat.Conn()
	for q := trace.Seq(t.Len()); q > b.seat.After; q-- {
		if e := t.At(q); e.Conn == id && e.Kind == trace.TLS {
			return true
		}
	}
	return false
}

// secretHint is about passwords on a connection that others can read.
func (b *keyboard) secretHint(l *scenario.Typed, reply string) lesson {
	verb := b.verbOf(l)
	switch {
	case verb != "AUTH" && verb != "PASS" && verb != "LOGIN" && verb != "AUTHENTICATE" && b.stateAt(l, "") != smtp.Authenticating.String():
		return lesson{}
	case b.sealed() || reply == "":
		return lesson{}
	case strings.Contains(reply, "Plaintext authentication disallowed"), strings.HasPrefix(reply, "538"), strings.Contains(reply, "authentication not enabled"):
		return lesson{"hint.auth.tls", []string{"verb", b.startTLS()}, "RFC 8314 §3"}
	case strings.HasPrefix(reply, "235"), strings.HasPrefix(reply, "+OK") && verb == "PASS", strings.Contains(reply, " OK ") && strings.Contains(reply, "Logged in"):
		return lesson{"hint.auth.clear", []string{"verb", b.startTLS()}, "RFC 8314 §3"}
	}
	return lesson{}
}

// startTLS is the command that leads inside TLS.
func (b *keyboard) startTLS() string {
	if b.proto() == trace.POP3 {
		return "STLS"
	}
	return "STARTTLS"
}

// verbOf is the command of a line, in capitals; behind the tag in IMAP.
func (b *keyboard) verbOf(l *scenario.Typed) string {
	words := strings.Fields(l.Text)
	n := 0
	if b.proto() == trace.IMAP {
		n = 1
	}
	if len(words) <= n {
		return ""
	}
	return strings.ToUpper(words[n])
}

// literalHint is about the octets behind a literal of IMAP: as many as its
// number says belong to it, whatever a line is.
func (b *keyboard) literalHint(l *scenario.Typed) lesson {
	lines := b.seat.Lines
	n, want, got := len(lines), 0, 0
	for i := n - 1; i >= max(n-200, 0) && want == 0; i-- { // the line that has announced it
		if want = literalSize(lines[i].Text); want > 0 {
			n = i
		}
	}
	if want == 0 || n == len(lines)-1 {
		return lesson{}
	}
	for i := n + 1; i < len(lines); i++ {
		before := got
		got += len(lines[i].Text) + 2
		if lines[i].Bare {
			got--
		}
		if before >= want && i < len(lines)-1 {
			return lesson{} // it was over before the last line
		}
	}
	switch {
	case got < want:
		return lesson{"hint.literal.more", []string{"n", strconv.Itoa(want - got), "of", strconv.Itoa(want)}, "RFC 3501 §4.3"}
	case got > want+2:
		return lesson{"hint.literal.over", []string{"n", strconv.Itoa(want), "has", strconv.Itoa(got)}, "RFC 3501 §4.3"}
	}
	return lesson{}
}

// literalSize is the number in "{310}" or "{310+}" at the end of a line; 0 for
// none.
func literalSize(line string) int {
	i := strings.LastIndexByte(line, '{')
	if i < 0 || !strings.HasSuffix(line, "}") {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSuffix(line[i+1:len(line)-1], "+"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}
