package message

import (
	"encoding/base64"
	"errors"
	"strings"
)

// Errors of Decoded: the text comes with them as far as it could be decoded.
var (
	ErrEncoding = errors.New("unknown Content-Transfer-Encoding")
	ErrBase64   = errors.New("base64 is cut off or damaged")
	ErrQuoted   = errors.New("quoted-printable is damaged")
)

// Decoded returns the body of a part of raw without its transfer encoding (RFC
// 2045 §6). Damage does not stop it.
func (p *Part) Decoded(raw []byte) ([]byte, error) {
	body := raw[p.Body:p.End]
	switch p.Encoding {
	case "7bit", "8bit", "binary":
		return body, nil
	case "base64":
		return DecodeBase64(body)
	case "quoted-printable":
		return DecodeQuoted(body)
	}
	return body, ErrEncoding
}

// Text returns the body of a part as UTF-8 text with LF line ends, decoded by
// its transfer encoding and its character set.
func (p *Part) Text(raw []byte) (string, error) {
	body, err := p.Decoded(raw)
	text, err2 := DecodeCharset(p.Params.Value("charset"), body)
	if err == nil {
		err = err2
	}
	return strings.ReplaceAll(text, "\r\n", "\n"), err
}

// DecodeBase64 decodes a body. RFC 2045 §6.8: all characters outside the
// alphabet are ignored.
func DecodeBase64(body []byte) ([]byte, error) {
	clean := make([]byte, 0, len(body))
	padded := false
	damaged := false
	for _, c := range body {
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '+', c == '/':
			damaged = damaged || padded // data behind the end
			if !padded {
				clean = append(clean, c)
			}
		case c == '=':
			padded = true
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			damaged = true
		}
	}
	if len(clean)%4 == 1 { // one character holds no octet
		clean = clean[:len(clean)-1]
		damaged = true
	}
	damaged = damaged || len(clean)%4 != 0 && !padded
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
	n, err := base64.RawStdEncoding.Decode(out, clean)
	if err != nil || damaged {
		return out[:n], ErrBase64
	}
	return out[:n], nil
}

// DecodeQuoted decodes quoted-printable (RFC 2045 §6.7). A "=" that begins no
// code stays as it is, as the RFC recommends. White space at the end of a line
// was added on the way and is dropped.
func DecodeQuoted(body []byte) ([]byte, error) {
	out := make([]byte, 0, len(body))
	damaged := false
	for len(body) > 0 {
		n := lineLen(body)
		line, eol := splitLineEnd(body[:n])
		body = body[n:]
		end := len(line)
		for end > 0 && (line[end-1] == ' ' || line[end-1] == '\t') {
			end--
		}
		line = line[:end]
		soft := end > 0 && line[end-1] == '='
		if soft {
			line = line[:end-1]
		}
		for i := 0; i < len(line); i++ {
			if line[i] != '=' {
				out = append(out, line[i])
				continue
			}
			if i+2 < len(line) && isHex(line[i+1]) && isHex(line[i+2]) {
				out = append(out, unhex(line[i+1])<<4|unhex(line[i+2]))
				i += 2
				continue
			}
			damaged = true
			out = append(out, '=')
		}
		if !soft {
			out = append(out, eol...)
		}
	}
	if damaged {
		return out, ErrQuoted
	}
	return out, nil
}

// splitLineEnd cuts LF or CRLF from a line.
func splitLineEnd(line []byte) (text, eol []byte) {
	n := withoutLineEnd(line, 0, len(line))
	return line[:n], line[n:]
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'F' || 'a' <= c && c <= 'f'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}
