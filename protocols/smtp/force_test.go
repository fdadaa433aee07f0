package smtp

import (
	"strings"
	"testing"

	"mailtrek/protocols/wire"
)

// forcing is a backend that forces one reply at one stage.
type forcing struct {
	*Memory
	where, reply string
}

func (f forcing) Force(facts *Facts) *Reply {
	if facts.Where == f.where {
		return NewReply(f.reply)
	}
	return nil
}

func TestForce(t *testing.T) {
	const in = "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n"
	for _, c := range []struct {
		where, reply string
		want         string // the codes of all replies
		stored       int
	}{
		{"", "", "220 250 250 250 354 250 221", 1},
		{"CONNECT", "421 4.3.2 not now", "421", 0},
		{"EHLO", "502 5.5.1 no", "220 502 250 250 354 250 221", 1},
		{"MAIL", "451 4.3.0 later", "220 250 451 503 503 500 500 221", 0},
		{"RCPT", "421 4.3.2 bye", "220 250 250 421", 0},
		{"END-OF-MESSAGE", "554 5.6.0 no", "220 250 250 250 354 554 221", 0},
		{"QUIT", "250 2.0.0 stay", "220 250 250 250 354 250 250", 1},
	} {
		m := &Memory{}
		cfg := Default("mail.example")
		cfg.Forbidden = func(string) bool { return false }
		s := NewSession(cfg, forcing{m, c.where, c.reply})
		out := string(s.Open())
		out += string(s.Feed([]byte(in), false))
		var codes []string
		for line := range strings.SplitSeq(strings.TrimSuffix(out, "\r\n"), "\r\n") {
			if line[3] == ' ' {
				codes = append(codes, line[:3])
			}
		}
		if got := strings.Join(codes, " "); got != c.want || len(m.Stored) != c.stored {
			t.Errorf("%s %s: got %s and %d messages, want %s and %d", c.where, c.reply, got, len(m.Stored), c.want, c.stored)
		}
		if s.Next() != wire.Close {
			t.Errorf("%s %s: the session goes on", c.where, c.reply)
		}
	}
}
