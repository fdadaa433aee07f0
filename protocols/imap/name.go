package imap

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
)

// notUTF7 is what is wrong with a name before anything else.
const notUTF7 = "Mailbox name is not valid mUTF-7"

// name reads the name of a mailbox as the client gives it (RFC 3501 §5.1). The
// problem, if there is one, is what Dovecot says behind NO.
func (s *Session) name(text string) (name, problem string) {
	sep := string(s.cfg.Separator)
	if !validUTF7(text) {
		return "", notUTF7
	}
	switch {
	case text == "":
		return "", "[CANNOT] Invalid mailbox name: Name is empty"
	case strings.HasPrefix(text, sep):
		return "", "[CANNOT] Invalid mailbox name: Begins with hierarchy separator"
	case strings.HasPrefix(text, "~"):
		return "", "[CANNOT] Invalid mailbox name: Begins with '~'"
	case strings.HasSuffix(text, sep):
		return "", "[CANNOT] Invalid mailbox name: Ends with hierarchy separator"
	case strings.Contains(text, sep+sep):
		return "", "[CANNOT] Invalid mailbox name: Has adjacent hierarchy separators"
	case len(text) > 4096:
		return "", "[CANNOT] Invalid mailbox name: Name is too long"
	}
	if i := strings.IndexAny(text, s.cfg.Forbidden); i >= 0 {
		return "", "[CANNOT] Character not allowed in mailbox name: '" + text[i:i+1] + "'"
	}
	return s.inbox(text), ""
}

// inbox spells INBOX: it is the one name whose case does not matter (RFC 3501
// §5.1).
func (s *Session) inbox(name string) string {
	if len(name) >= 5 && strings.EqualFold(name[:5], "INBOX") && (len(name) == 5 || name[5] == s.cfg.Separator) {
		return "INBOX" + name[5:]
	}
	return name
}

// validUTF7 tells whether s is in modified UTF-7 (RFC 3501 §5.1.3).
func validUTF7(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 0x7f || c < ' ':
			return false
		case c == '&':
			end := strings.IndexByte(s[i:], '-')
			if end < 0 || end > 1 && !validShift(s[i+1:i+end]) {
				return false
			}
			i += end
		}
	}
	return true
}

// validShift tells whether the octets between "&" and "-" are UTF-16 of
// characters that could not be written as themselves.
func validShift(s string) bool {
	b, err := base64.RawStdEncoding.DecodeString(strings.ReplaceAll(s, ",", "/"))
	if err != nil || strings.Contains(s, "/") || len(b)%2 != 0 || len(b) == 0 {
		return false
	}
	var units []uint16
	for i := 0; i < len(b); i += 2 {
		units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
	}
	for _, r := range utf16.Decode(units) {
		if r >= ' ' && r < 0x7f || r == 0xfffd {
			return false
		}
	}
	return true
}

// fromUTF7 is a name as people read it; replies about it are in UTF-8.
func fromUTF7(s string) string {
	if !strings.Contains(s, "&") || !validUTF7(s) {
		return s
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "&")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		shift, after, _ := strings.Cut(rest, "-")
		s = after
		if shift == "" {
			b.WriteByte('&')
			continue
		}
		raw, _ := base64.RawStdEncoding.DecodeString(strings.ReplaceAll(shift, ",", "/"))
		var units []uint16
		for i := 0; i+1 < len(raw); i += 2 {
			units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
		}
		b.WriteString(string(utf16.Decode(units)))
	}
}

// appendAstring appends a name as an atom where that is possible.
func appendAstring(b []byte, s string) []byte {
	if s == "" || strings.EqualFold(s, "NIL") || strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`(){%*"\`, r)
	}) {
		return appendString(b, s)
	}
	return append(b, s...)
}
