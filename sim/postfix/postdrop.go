package postfix

import (
	"fmt"
	"strings"

	"mailtrek/protocols/smtp"
	"mailtrek/sim"
	"mailtrek/sim/trace"
)

// dropRecords are the types of records that postdrop(1) takes in each part of a
// message; the first ends the part (rec_type.h): M begins the content, X
// the addresses out of the header, E ends the file.
var dropRecords = [...]string{"MFSRVA", "XLN", "ERA"}

// Postdrop is postdrop(1), which only programs call: it takes a queue file
// from its standard input, tells the name that it got in maildrop, and, when it
// is complete, that all went well. complaint is what it writes to the
// terminal and the log.
func (s *System) Postdrop(p *sim.Proc, who LocalMail, input []byte) (answer string, complaint []string) {
	if p.Msg() == 0 {
		w := p.World().Trace
		p.Handle(w.AddMsg(trace.Msg{Name: fmt.Sprintf("mail %d", w.Msgs()+1)}))
	}
	drop := s.queue.create(p, maildrop)
	drop.taken = true
	answer = attributes("protocol", "postdrop_protocol", "queue_id", drop.ID)
	l := &LocalMail{User: who.User, UID: who.UID, NullSender: true}
	warning, fatal, whole := l.read(input)
	if warning != "" {
		complaint = append(complaint, "warning: "+warning)
	}
	if fatal != "" {
		complaint = append(complaint, fmt.Sprintf("fatal: uid=%d: %s", who.UID, fatal))
	}
	if !whole {
		s.queue.move(p, drop, nowhere, "not completed")
		return answer, complaint
	}
	drop.taken = false
	s.dropped(p, drop, l)
	return answer + attributes("status", "0", "reason", ""), complaint
}

// attributes are names and values as programs of Postfix send them to each other
// (attr_print0(3)).
func attributes(words ...string) string { return strings.Join(words, "\x00") + "\x00\x00" }

// read fills a message in from the records of a queue file. whole tells that none
// is missing.
func (l *LocalMail) read(input []byte) (warning, fatal string, whole bool) {
	var each smtp.Recipient
	for part := 0; part < len(dropRecords); {
		if len(input) == 0 {
			return warning, "", false
		}
		kind, size, n := input[0], 0, 1
		for shift := 0; ; shift += 7 {
			if n == len(input) || shift > 28 {
				return fmt.Sprintf("stdin: unexpected EOF in length, record type %d", kind), "malformed input", false
			}
			size |= int(input[n]&0x7f) << shift
			if n++; input[n-1] < 0x80 {
				break
			}
		}
		if len(input)-n < size {
			return fmt.Sprintf("stdin: unexpected EOF in data, record type %d length %d", kind, size), "malformed input", false
		}
		data := string(input[n : n+size])
		input = input[n+size:]
		if strings.IndexByte(dropRecords[part], kind) < 0 {
			return warning, fmt.Sprintf("unexpected record type: %d", kind), false
		}
		if kind == dropRecords[part][0] {
			part++
			continue
		}
		l.take(kind, data, &each)
	}
	return warning, "", true
}

// take takes a record. What is said of a recipient stands before it.
func (l *LocalMail) take(kind byte, data string, each *smtp.Recipient) {
	switch kind {
	case 'F':
		l.FullName = data
	case 'S':
		l.Sender, l.NullSender = data, data == ""
	case 'R':
		each.Addr = data
		l.Recipients, l.Envelope = append(l.Recipients, data), append(l.Envelope, *each)
		*each = smtp.Recipient{}
	case 'N':
		l.Message = append(append(l.Message, data...), '\n')
	case 'L':
		l.Message = append(l.Message, data...)
	case 'A':
		name, value, _ := strings.Cut(data, "=")
		switch name {
		case "dsn_orig_rcpt":
			each.ORCPT = value
		case "notify_flags":
			each.Notify = notifyOf(value)
		case "envelope_id":
			l.EnvID = value
		case "ret_flags":
			l.Ret = map[string]smtp.Ret{"1": smtp.RetFull, "2": smtp.RetHdrs}[value]
		case "encoding":
			l.Body8 = value == "8bit"
		}
	}
}

// notifyOf is the opposite of notifyFlags.
func notifyOf(flags string) smtp.Notify {
	for n := smtp.Notify(0); n < 16; n++ {
		if fmt.Sprint(notifyFlags(n)) == flags {
			return n
		}
	}
	return 0
}
