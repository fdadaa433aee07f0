package imap

import (
	"bytes"
	"testing"
	"time"

	"mailtrek/protocols/wire"
)

// fuzzServer is a server with a few messages, one of them selected on demand.
func fuzzServer(t testing.TB) (*Session, *Memory) {
	m := &Memory{Time: time.Date(2026, 11, 21, 23, 50, 0, 0, time.UTC), Passwords: map[string]string{"i": "p"}, Hostname: "h", Challenge: "1.2"}
	var list []MemoryMessage
	for _, text := range mailbox(t) {
		list = append(list, MemoryMessage{Text: text, Date: m.Time})
	}
	m.Accounts = map[string]*MemoryAccount{"i": NewMemoryAccount(validity, list...)}
	return NewSession(Config{Mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5"}, Forbidden: ".", TLS: TLSYes}, m), m
}

// FuzzSession: whatever a client sends, at once or octet by octet, the answer
// is the same and ends in a line end, and the session remembers no more than
// its limits.
func FuzzSession(f *testing.F) {
	f.Add([]byte("a LOGIN i p\r\nb SELECT INBOX\r\nc FETCH 1:* (UID FLAGS BODY[1]<0.3> BODYSTRUCTURE)\r\n"))
	f.Add([]byte("a LOGIN {1}\r\ni {1+}\r\np\r\nb APPEND INBOX (\\Seen) {3+}\r\nabc (x) {2}\r\nde\r\n"))
	f.Add([]byte("a AUTHENTICATE PLAIN\r\nAGkAcA==\r\nb EXAMINE INBOX (CONDSTORE)\r\nc SEARCH OR NOT SEEN (BODY \"x\") 1,3:*\r\nd IDLE\r\nDONE\r\n"))
	f.Add([]byte("a LOGIN i p\r\nb ENABLE QRESYNC\r\nb SELECT INBOX (QRESYNC (1 1 1:5))\r\nc STORE 1:3 +FLAGS (\\Deleted x)\r\nd UID EXPUNGE 1:*\r\ne THREAD REFERENCES UTF-8 ALL\r\nf SORT (REVERSE DATE) UTF-8 ALL\r\n"))
	f.Add([]byte("a LOGIN i p\r\nb CREATE a/b\r\nc LIST \"\" (\"%\" \"*\") RETURN (CHILDREN STATUS (MESSAGES))\r\nd RENAME a c\r\ne MOVE 1 c/b\r\nf LSUB \"\" %\r\n"))
	f.Add([]byte("a LOGIN i p\r\nb SELECT INBOX\r\nc APPEND INBOX CATENATE (URL \"/INBOX/;UID=1/;SECTION=1.MIME\" TEXT {2+}\r\nxx)\r\nd FETCH 6 (PREVIEW BINARY[1] ENVELOPE)\r\n"))
	f.Add([]byte("a LOGIN i p\r\nb NOTIFY SET STATUS (SELECTED (MessageNew (UID BODY.PEEK[]) MessageExpunge FlagChange)) (SUBTREE (a b) (MailboxName MessageNew))\r\nc SELECT INBOX\r\nd STORE 1 +FLAGS (\\Deleted)\r\ne EXPUNGE\r\nf CREATE a/c\r\ng NOTIFY NONE\r\n"))
	f.Add([]byte("b SEARCH RETURN (UPDATE SAVE MIN) MIMEPART (OR TYPE text (CHILD (DEPTH MIN 1 FILENAME IS x)))\r\nc STORE $ FLAGS (\\Seen)\r\nd SEARCH INTHREAD REFS MODSEQ 1\r\ne CANCELUPDATE \"b\"\r\n"))
	f.Add([]byte("b APPEND INBOX \" 1-Nov-2026 24:61:60 +9999\" CATENATE (URL \"/INBOX;UIDVALIDITY=1/;UID=1/;SECTION=1/;PARTIAL=1.2\" TEXT {1+}\r\nx)\r\nc APPEND INBOX CATENATE ()\r\nd FETCH 1 (PREVIEW (LAZY FUZZY) BINARY[TEXT] BODY[1.1])\r\n"))
	const selected = "z LOGIN i p\r\nz SELECT INBOX\r\n"
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 0 && in[0]&1 == 0 {
			in = append([]byte(selected), in...)
		}
		whole, _ := fuzzServer(t)
		want := append(bytes.Clone(whole.Open()), whole.Feed(in, false)...)
		bytewise, _ := fuzzServer(t)
		got := bytes.Clone(bytewise.Open())
		for i := range in {
			got = append(got, bytewise.Feed(in[i:i+1], i < len(in)-1)...)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%q: octet by octet %q, at once %q", in, got, want)
		}
		if len(want) > 0 && want[len(want)-1] != '\n' {
			t.Errorf("%q: the answer %q ends in no line end", in, want)
		}
		if n := len(whole.in); n > MaxAppend+MaxLine || whole.Next() == wire.Close && n > 0 {
			t.Errorf("%q: %d octets remembered", in, n)
		}
	})
}

// FuzzMessage: whatever a message looks like, all that FETCH tells of it is
// well-formed for our client.
func FuzzMessage(f *testing.F) {
	for _, text := range mailbox(f) {
		f.Add([]byte(text))
	}
	f.Add([]byte("From: a@b (c), \"x\" <@r:l@h>, g: y;\nContent-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: =?x?q?y?=\n\n--d--"))
	f.Fuzz(func(t *testing.T, in []byte) {
		c := content{text: toCRLF(in)}
		c.parse()
		b := appendEnvelope([]byte("1 FETCH (ENVELOPE "), c.text, c.root)
		b = appendStructure(append(b, " BODYSTRUCTURE "...), c.text, c.root, true)
		b = appendStructure(append(b, " BODY "...), c.text, c.root, false)
		r := &reader{in: append(b, ")\n"...), literal: 1 << 30}
		args, v := r.args(0)
		if v != readOK || len(args) != 3 || len(args[2].list) != 6 {
			t.Errorf("%q: not well-formed (%s): %q", in, r.err, b)
		}
		for _, path := range [][]int{nil, {1}, {2}, {1, 1}, {2, 1, 1}} {
			for _, what := range []string{"", "HEADER", "TEXT", "MIME", "HEADER.FIELDS.NOT"} {
				c.section(&section{path: path, what: what})
			}
			c.binary(&section{path: path})
		}
	})
}

// FuzzSplitter: no octet is lost, and any split gives the same units.
func FuzzSplitter(f *testing.F) {
	f.Add([]byte("a X {3}\r\nabc\r\nb IDLE\r\nDONE\r\n"), []byte("+ \r\n* 1 FETCH (B {2}\r\nxy)\r\na OK\r\n"))
	f.Fuzz(func(t *testing.T, client, server []byte) {
		one, many := NewSplitter(), NewSplitter()
		for side, in := range [][]byte{client, server} {
			want := one.Split(nil, wire.Side(side), in)
			var got []wire.Unit
			for i := range in {
				got = many.Split(got, wire.Side(side), in[i:i+1])
			}
			sum := one.Rest(wire.Side(side))
			for i, u := range want {
				sum += u.N
				if i >= len(got) || got[i] != u {
					t.Fatalf("%q: unit %d differs", in, i)
				}
			}
			if sum != len(in) || len(got) != len(want) {
				t.Errorf("%q: %d octets in units, want %d", in, sum, len(in))
			}
		}
	})
}
