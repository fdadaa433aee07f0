package host

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"time"
)

// An mbox is one file with all messages behind each other, each introduced by
// a line "From sender  date" and followed by an empty line (RFC 4155,
// Postfix local(8) "UNIX-style mailbox").

// MboxMessage is a message of an mbox.
type MboxMessage struct {
	Sender string    // of the From_ line
	Time   time.Time // of the From_ line, taken as UTC; zero when it has none
	Data   []byte    // header and body with ">From " as it is stored
}

// mboxTime is asctime(3), which the From_ line has.
const mboxTime = "Mon Jan _2 15:04:05 2006"

// AppendMbox adds a message to an mbox file, which is made if it is missing.
func (t *Tree) AppendMbox(name, sender string, at time.Time, data []byte) error {
	return t.AppendFile(name, MboxText(sender, at, data))
}

// MboxText is a message as it stands in an mbox file, from the From_ line to the
// empty line behind it. data has LF line ends. A line that begins with "From "
// gets a ">" before it, and the null sender becomes MAILER-DAEMON, as local(8)
// does it.
func MboxText(sender string, at time.Time, data []byte) []byte {
	if sender == "" {
		sender = "MAILER-DAEMON"
	}
	var b bytes.Buffer
	b.Grow(len(data) + len(sender) + 64)
	b.WriteString("From " + strings.ReplaceAll(sender, "\n", " ") + "  " + at.Format(mboxTime) + "\n")
	for rest := data; len(rest) > 0; {
		var line []byte
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			line, rest = rest[:i+1], rest[i+1:]
		} else {
			line, rest = rest, nil
		}
		if bytes.HasPrefix(line, []byte("From ")) {
			b.WriteByte('>')
		}
		b.Write(line)
	}
	if len(data) == 0 || data[len(data)-1] != '\n' {
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// ReadMbox reads all messages of an mbox file. A file that does not exist has
// none. What stands before the first From_ line is left out.
func (t *Tree) ReadMbox(name string) ([]MboxMessage, error) {
	text, err := t.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return ParseMbox(text), nil
}

// ParseMbox splits the text of an mbox into messages: at lines that begin with
// "From " at the start of the text or after an empty line.
func ParseMbox(text []byte) []MboxMessage {
	var list []MboxMessage
	for start := nextFrom(text, 0); start < len(text); {
		next := nextFrom(text, start+1)
		list = append(list, parseMboxMessage(text[start:next]))
		start = next
	}
	return list
}

// nextFrom returns where the next From_ line begins at or after pos, or the
// length of the text.
func nextFrom(text []byte, pos int) int {
	if pos == 0 && bytes.HasPrefix(text, []byte("From ")) {
		return 0
	}
	i := bytes.Index(text[max(0, pos-1):], []byte("\n\nFrom "))
	if i < 0 {
		return len(text)
	}
	return max(0, pos-1) + i + 2
}

func parseMboxMessage(text []byte) MboxMessage {
	line, data, _ := bytes.Cut(text, []byte("\n"))
	sender, date, _ := strings.Cut(strings.TrimPrefix(string(line), "From "), " ")
	m := MboxMessage{Sender: sender, Data: bytes.TrimSuffix(data, []byte("\n"))}
	if at, err := time.Parse(mboxTime, strings.TrimSpace(date)); err == nil {
		m.Time = at
	}
	if len(m.Data) == 0 || bytes.HasSuffix(data, []byte("\n\n")) {
		return m
	}
	m.Data = data // the file ends without the empty line
	return m
}
