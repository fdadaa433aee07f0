package postfix

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mailtrek/protocols/smtp"
)

// origin is what smtpd(8) notes about where a message came from. It is a part
// of the queue file.
type origin struct {
	client          *peer
	helo, proto     string
	mechanism, user string
	server          netip.AddrPort
	forward         smtp.Forward // of the client in front of a content filter (XFORWARD)
}

// PostcatOptions choose what postcat(1) shows; none of the first three is all of
// them.
type PostcatOptions struct {
	Envelope, Header, Body bool // -e, -h, -b
	Decimal                bool // -d: the types of records as numbers as well
	Offset                 bool // -o: where in the file each record is
	Raw                    bool // -r: as they stand in the file
	Verbose                bool // -v: what kind of record each line of the content is
}

// Postcat is postcat(1): it shows a queue file as its records. file is how the
// file is called in the output; "" gives it the name that it has in the queue.
// The error is in the command's words.
func (s *System) Postcat(id, file string, o PostcatOptions) (string, error) {
	m := s.queue.files[id]
	if m == nil {
		return "", fmt.Errorf("open queue file %s: No such file or directory", id)
	}
	if file == "" {
		file = s.QueueFile(m)
	}
	if !o.Envelope && !o.Header && !o.Body {
		o.Envelope, o.Header, o.Body = true, true, true
	}
	w := &recordWriter{PostcatOptions: o}
	head, rcpt, extracted := m.records()
	if m.submitted != nil {
		head, rcpt, extracted = m.submitted.records(m), nil, nil
	}
	w.title("*** ENVELOPE RECORDS "+file+" ***", 0)
	if m.Queue != maildrop {
		size := fmt.Sprintf("%15d %15d %15d %15d %15d %15d", m.size, dataOffset(m, append(head, rcpt...)), len(m.Recipients), m.reportFlags(), m.size, boolDigit(m.UTF8))
		w.record('C', o.Envelope, "message_size: "+size, len(size))
	}
	w.records(m, head)
	w.records(m, rcpt)
	w.title("*** MESSAGE CONTENTS "+file+" ***", 'M')
	header := true
	for line := range bytes.Lines(m.Content) {
		text := strings.TrimSuffix(string(line), "\n")
		header = header && text != ""
		if o.Verbose {
			text = "regular_text: " + text
		}
		w.record('N', header && o.Header || !header && o.Body, text, len(line)-1)
	}
	w.title("*** HEADER EXTRACTED "+file+" ***", 'X')
	w.records(m, extracted)
	w.title("*** MESSAGE FILE END "+file+" ***", 'E')
	return w.String(), nil
}

// recordWriter writes records as postcat prints them.
type recordWriter struct {
	strings.Builder
	PostcatOptions
	at int // offset in the queue file
}

// record writes one with a text; length is that of its content in the file.
func (w *recordWriter) record(kind byte, show bool, text string, length int) {
	if show {
		if w.Offset {
			fmt.Fprintf(w, "%9d ", w.at)
		}
		if w.Decimal {
			fmt.Fprintf(w, "%3d ", kind)
		}
		w.WriteString(text + "\n")
	}
	w.at += recordLength(length)
}

// title writes the record that begins a part of the file; the first part has none.
func (w *recordWriter) title(text string, kind byte) {
	switch {
	case kind == 0 && w.Envelope:
		w.WriteString(text + "\n")
	case kind != 0:
		w.record(kind, w.Envelope, text, 0)
	}
}

// recordLength is how many octets a record takes: its type, its length of seven
// bits an octet, and its content (record(3)).
func recordLength(content int) int {
	n := 2 + content
	for l := content >> 7; l > 0; l >>= 7 {
		n++
	}
	return n
}

// contentSize is how many octets the records of content take, which is the size
// that Postfix tells of a message. A line is a record; one of more octets than
// line_length_limit is several. Of a line that has just so many, smtpd(8) and
// sendmail(1) cannot know that it ends there, and an empty record follows;
// cleanup(8), which has put the header together, knows it there.
func contentSize(content []byte, header, limit int) (size int) {
	for at := 0; at < len(content); {
		n := bytes.IndexByte(content[at:], '\n')
		if n < 0 {
			n = len(content) - at
		}
		begin := at
		at += n + 1
		for limit > 0 && (n > limit || n == limit && begin >= header) {
			size, n = size+recordLength(limit), n-limit
		}
		size += recordLength(n)
	}
	return size
}

// records writes those of the envelope.
func (w *recordWriter) records(m *Mail, list []record) {
	for _, r := range list {
		w.record(r.letter(), w.Envelope, r.kind+": "+r.value, r.length(m))
	}
}

// letter is the type of a record in the file (rec_type.h).
func (r record) letter() byte {
	switch r.kind {
	case "message_arrival_time":
		return 'T'
	case "sender_fullname":
		return 'F'
	case "sender":
		return 'S'
	case "original_recipient":
		return 'O'
	case "recipient":
		return 'R'
	case "done_recipient":
		return 'D'
	}
	return 'A'
}

// length is that of a record's content in the file.
func (r record) length(m *Mail) int {
	switch r.kind {
	case "message_arrival_time":
		return len(fmt.Sprintf("%d %d", m.Arrived.Unix(), m.Arrived.Nanosecond()/1000))
	case "create_time":
		return len(fmt.Sprintf("create_time=%d", m.Arrived.Unix()))
	}
	return len(r.value)
}

// FileOf is the id of the message whose queue file has that full name, "" when
// there is none.
func (s *System) FileOf(path string) string {
	name, ok := strings.CutPrefix(path, s.config.Get("queue_directory")+"/")
	for _, m := range s.Mails() {
		if ok && s.QueueFile(m) == name {
			return m.ID
		}
	}
	return ""
}

// HasFile tells whether the queue has a file of that id.
func (s *System) HasFile(id string) bool { return s.queue.files[id] != nil }

// QueueFolder lists a folder of the queue directory, "" itself. ok is false when
// the queue has no such folder.
func (s *System) QueueFolder(dir string) (names []string, ok bool) {
	if dir == "" {
		return []string{"active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop", "pid", "private", "public", "saved", "trace"}, true
	}
	for _, f := range []string{"bounce", "corrupt", "defer", "flush", "pid", "private", "public", "saved", "trace"} {
		if dir == f {
			return nil, true
		}
	}
	queue, hash, hashed := strings.Cut(dir, "/")
	if !slices.Contains(listed, queue) || hashed && (len(hash) != 1 || !listHas(s.config.List("hash_queue_names"), queue)) {
		return nil, false
	}
	for _, m := range s.queue.in(queue) {
		name := strings.TrimPrefix(s.QueueFile(m), dir+"/")
		if name, _, _ = strings.Cut(name, "/"); !slices.Contains(names, name) && strings.HasPrefix(s.QueueFile(m), dir+"/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, true
}

// QueueFile is the name of a queue file below the queue directory; deferred
// has a folder for each first character (hash_queue_names).
func (s *System) QueueFile(m *Mail) string {
	if listHas(s.config.List("hash_queue_names"), m.Queue) {
		return m.Queue + "/" + m.ID[:1] + "/" + m.ID
	}
	return m.Queue + "/" + m.ID
}

// record is an envelope record: what kind it is, as postcat calls it, and what
// stands in it.
type record struct{ kind, value string }

func attribute(name, value string) record { return record{"named_attribute", name + "=" + value} }

// records are the records of a queue file: the envelope's, the recipients',
// and behind the content, those that "sendmail -t" found in the header and what cleanup found in
// the header.
func (m *Mail) records() (head, rcpt, extracted []record) {
	const layout = "Mon Jan _2 15:04:05 2006"
	head = append(head, record{"message_arrival_time", m.Arrived.Format(layout)}, record{"create_time", m.Arrived.Format(layout)})
	if m.from != nil {
		head = append(head, attribute("log_ident", m.ID))
	}
	context := "remote"
	if m.Local {
		context = "local"
	}
	var report []record
	if m.EnvID != "" {
		report = append(report, attribute("envelope_id", m.EnvID))
	}
	if m.Ret != smtp.RetNone {
		report = append(report, attribute("ret_flags", fmt.Sprint(int(m.Ret))))
	}
	if m.from == nil { // sendmail writes them before cleanup adds its own
		head, report = append(head, report...), nil
	}
	head = append(head, attribute("rewrite_context", context))
	if m.from != nil && m.from.user != "" {
		head = append(head, attribute("sasl_method", m.from.mechanism), attribute("sasl_username", m.from.user))
	}
	head = append(head, report...)
	if m.fullName != "" {
		head = append(head, record{"sender_fullname", m.fullName})
	}
	head = append(head, record{"sender", m.Sender})
	if m.Body8 {
		extracted = append(extracted, attribute("encoding", "8bit"))
	}
	if m.from != nil {
		head = append(append(head, extracted...), m.from.records()...)
	}
	for _, r := range m.Recipients {
		if r.header {
			extracted = append(extracted, r.records()...)
		} else {
			rcpt = append(rcpt, r.records()...)
		}
	}
	return head, rcpt, extracted
}

func (o *origin) records() []record {
	c := o.client
	addr, port := c.addr.String(), fmt.Sprint(c.port)
	family := "2" // AF_INET
	if c.addr.Is6() {
		family = "10"
	}
	list := []record{attribute("log_client_name", c.name), attribute("log_client_address", addr), attribute("log_client_port", port),
		attribute("log_message_origin", c.String())}
	if o.helo != "" {
		list = append(list, attribute("log_helo_name", o.helo))
	}
	list = append(list, attribute("log_protocol_name", o.proto), attribute("client_name", c.name), attribute("reverse_client_name", c.reverse),
		attribute("client_address", addr), attribute("client_port", port), attribute("server_address", o.server.Addr().String()),
		attribute("server_port", fmt.Sprint(o.server.Port())))
	if o.helo != "" {
		list = append(list, attribute("helo_name", o.helo))
	}
	return append(list, attribute("protocol_name", o.proto), attribute("client_address_type", family))
}

func (r *Recipient) records() []record {
	var list []record
	if r.Notify != 0 {
		list = append(list, attribute("notify_flags", fmt.Sprint(notifyFlags(r.Notify))))
	}
	kind := "recipient"
	if r.done {
		kind = "done_recipient"
	}
	return append(list, attribute("dsn_orig_rcpt", r.original()), record{"original_recipient", r.Orig}, record{kind, r.Addr})
}

// notifyFlags is NOTIFY as a number (dsn_mask.h).
func notifyFlags(n smtp.Notify) int {
	sum := 0
	for _, x := range []struct {
		bit   smtp.Notify
		value int
	}{{smtp.NotifyNever, 1}, {smtp.NotifySuccess, 2}, {smtp.NotifyFailure, 4}, {smtp.NotifyDelay, 8}} {
		if n&x.bit != 0 {
			sum += x.value
		}
	}
	return sum
}

// reportFlags tells the queue manager which reports the recipients ask for: 4 of
// success, 8 of failure, 16 of delay.
func (m *Mail) reportFlags() (sum int) {
	for _, r := range m.Recipients {
		sum |= notifyFlags(r.Notify) << 1
	}
	return sum
}

// dataOffset is where in the queue file the content begins: behind the size
// record, the envelope, and the record that begins the content (cleanup_data.c).
func dataOffset(m *Mail, list []record) int {
	n := recordLength(6*15+5) + recordLength(0)
	for _, r := range list {
		n += recordLength(r.length(m))
	}
	return n
}

// fileSize is how big the queue file is, which is what message_size_limit limits:
// there is the envelope before the content. It is 0 when that cannot come near
// the limit.
func (m *Mail) fileSize(limit int64) int64 {
	const envelope = 4096 // and what more is not worth to be counted
	if int64(m.size+len(m.Recipients)*512+envelope) < limit {
		return 0
	}
	head, rcpt, _ := m.records()
	return int64(dataOffset(m, append(head, rcpt...)) + m.size)
}

func boolDigit(b bool) int {
	if b {
		return 1
	}
	return 0
}
