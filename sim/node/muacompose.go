package node

import (
	"bytes"
	"encoding/binary"
	"mime"
	"slices"
	"strings"

	"mailtrek/protocols/mailaddr"
)

// compose makes what a mail program sends of what its user wrote: Bcc fields
// are taken out when their addressees are among the recipients anyway
// (RFC 5322 §3.6.3), and what is not ASCII gets the form that RFC 2047 and
// RFC 2045 want, unless the user has written MIME fields. Everything else goes
// out as it was written. It also tells whether all of it is ASCII.
func compose(content []byte, to []string) (composed []byte, ascii bool) {
	if goesOut(content) {
		return content, true
	}
	header, body := splitContent(content)
	fields := splitFields(header)
	fields = slices.DeleteFunc(fields, func(f string) bool {
		return fieldIs(f, "Bcc") && blindRecipients(f, to)
	})
	if !slices.ContainsFunc(fields, func(f string) bool { return fieldIs(f, "MIME-Version") }) {
		fields = encodeFields(fields, !isASCII(body))
	}
	out := make([]byte, 0, len(content)+128)
	for _, f := range fields {
		out = append(out, f...)
	}
	if len(body) > 0 || bytes.HasSuffix(content, []byte("\n\n")) {
		out = append(append(out, '\n'), body...)
	}
	return out, isASCII(out)
}

// goesOut tells of most messages that nothing is to be done to them: they are
// ASCII, end in a line end, and no line of them begins like a field Bcc.
func goesOut(content []byte) bool {
	if len(content) < 2 || content[len(content)-1] != '\n' || !isASCII(content) {
		return false
	}
	for rest := content; ; {
		if len(rest) > 2 && bytes.EqualFold(rest[:3], []byte("bcc")) {
			return false
		}
		i := bytes.IndexByte(rest, '\n')
		if i < 0 || i+1 < len(rest) && rest[i+1] == '\n' {
			return true
		}
		rest = rest[i+1:]
	}
}

// splitContent cuts a message at the empty line behind its header. What does
// not begin with a field has no header.
func splitContent(content []byte) (header, body []byte) {
	if bytes.HasPrefix(content, []byte("\n")) {
		return nil, content[1:]
	}
	header, body, _ = bytes.Cut(content, []byte("\n\n"))
	if len(header) > 0 && !bytes.HasSuffix(header, []byte("\n")) {
		header = append(bytes.Clone(header), '\n')
	}
	return header, body
}

// splitFields cuts a header into fields, folded lines and line ends included.
func splitFields(header []byte) []string {
	var fields []string
	for line := range strings.Lines(string(header)) {
		if n := len(fields); n > 0 && (line[0] == ' ' || line[0] == '\t') {
			fields[n-1] += line
			continue
		}
		fields = append(fields, line)
	}
	return fields
}

func fieldIs(field, name string) bool {
	n, _, ok := strings.Cut(field, ":")
	return ok && strings.EqualFold(strings.TrimRight(n, " \t"), name)
}

// blindRecipients tells whether everybody whom a Bcc field names is among the
// recipients of the envelope.
func blindRecipients(field string, to []string) bool {
	_, value, _ := strings.Cut(field, ":")
	for part := range strings.SplitSeq(value, ",") {
		addr := addressOf(part)
		if addr != "" && !slices.ContainsFunc(to, func(t string) bool { return mailaddr.Fold(t) == mailaddr.Fold(addr) }) {
			return false
		}
	}
	return true
}

// encodeFields encodes words that are not ASCII (RFC 2047), and declares the
// body when it is not (RFC 2045).
func encodeFields(fields []string, body8bit bool) []string {
	encoded := false
	for i, f := range fields {
		if name, value, ok := strings.Cut(f, ":"); ok && !isASCII([]byte(value)) {
			fields[i] = name + ":" + encodeValue(value)
			encoded = true
		}
	}
	if encoded || body8bit {
		fields = append(fields, "MIME-Version: 1.0\n")
	}
	if body8bit {
		fields = append(fields, "Content-Type: text/plain; charset=utf-8\n", "Content-Transfer-Encoding: 8bit\n")
	}
	return fields
}

// encodeValue encodes each run of words that are not ASCII, and leaves
// addresses alone.
func encodeValue(value string) string {
	words := strings.Split(strings.TrimSuffix(value, "\n"), " ")
	var out []string
	for i := 0; i < len(words); {
		if isASCII([]byte(words[i])) || strings.ContainsAny(words[i], "<>@") {
			out = append(out, words[i])
			i++
			continue
		}
		// RFC 2047 §6.2: blanks between encoded words are not shown, so the
		// run up to the last word that needs it is encoded as one.
		end := i + 1
		for j := i + 1; j < len(words) && !strings.ContainsAny(words[j], "<>@"); j++ {
			if !isASCII([]byte(words[j])) {
				end = j + 1
			}
		}
		run := strings.Trim(strings.Join(words[i:end], " "), `"`)
		out = append(out, strings.ReplaceAll(mime.BEncoding.Encode("utf-8", run), " ", "\n "))
		i = end
	}
	return strings.Join(out, " ") + "\n"
}

// isASCII tells whether no octet has its highest bit set: 32 at a time.
func isASCII(s []byte) bool {
	for ; len(s) >= 32; s = s[32:] {
		all := binary.LittleEndian.Uint64(s) | binary.LittleEndian.Uint64(s[8:]) | binary.LittleEndian.Uint64(s[16:]) | binary.LittleEndian.Uint64(s[24:])
		if all&0x8080808080808080 != 0 {
			return false
		}
	}
	for _, c := range s {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
