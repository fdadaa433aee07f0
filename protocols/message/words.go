package message

import (
	"io"
	"mime"
	"strings"

	"github.com/emersion/go-message/charset"
)

// DecodeWords decodes the encoded words of an unfolded value, such as
// "=?utf-8?B?0J/RgNC40LLQtdGC?=" (RFC 2047 §2). White space between two of them
// is dropped (§6.2). What cannot be decoded stays as it is (§6.3).
func DecodeWords(value string) string {
	if !strings.Contains(value, "=?") {
		return value
	}
	d := mime.WordDecoder{CharsetReader: charset.Reader}
	text, err := d.DecodeHeader(value)
	if err != nil {
		return value
	}
	return text
}

// EncodeWord encodes text as encoded words when it is not plain US-ASCII.
func EncodeWord(text string) string { return mime.QEncoding.Encode("utf-8", text) }

// DecodeCharset converts text in a character set to UTF-8. An unknown set is
// an error, and the text comes back as it was.
func DecodeCharset(name string, text []byte) (string, error) {
	switch strings.ToLower(name) {
	case "", "us-ascii", "utf-8", "utf8":
		return string(text), nil
	}
	r, err := charset.Reader(name, strings.NewReader(string(text)))
	if err != nil {
		return string(text), err
	}
	decoded, err := io.ReadAll(r)
	if err != nil {
		return string(text), err
	}
	return string(decoded), nil
}
