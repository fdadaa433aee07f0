package smtp

import (
	"bytes"
	"strings"
)

// quotedBlanks reports whether blanks stand in quoted strings only.
func quotedBlanks(path []byte) bool {
	quoted := false
	for i := 0; i < len(path); i++ {
		switch path[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case ' ', '\t':
			if !quoted {
				return false
			}
		}
	}
	return true
}

// lmtpParams reads the parameters of MAIL, of which Dovecot's LMTP has only
// BODY=, or of RCPT, where it overlooks ORCPT=. One blank stands before each.
func lmtpParams(params []byte, verb string) (body string, r *Reply) {
	for len(params) > 0 {
		var p []byte
		p, params, _ = bytes.Cut(params[1:], []byte{' '})
		if len(params) > 0 {
			params = append([]byte{' '}, params...)
		}
		keyword, _, _ := bytes.Cut(p, []byte{'='})
		v, isBody := cutFold(p, "BODY=")
		switch {
		case len(p) == 0:
			return "", &Reply{Code: 501, Enhanced: "5.5.4", Text: "Invalid " + verb + " parameter: Parameter is empty"}
		case len(keyword) == 0 || !isBase64Text(bytes.ReplaceAll(keyword, []byte{'-'}, nil)):
			return "", &Reply{Code: 501, Enhanced: "5.5.4", Text: "Invalid " + verb + " parameter: Unexpected character in parameter keyword"}
		case verb == "RCPT" && equalFold(keyword, "ORCPT"):
			continue
		case verb != "MAIL" || !isBody:
			return "", lmtpBadOption
		case !equalFold(v, "7BIT") && !equalFold(v, "8BITMIME"):
			return "", &Reply{Code: 555, Enhanced: "5.5.4", Text: "Unsupported mail BODY type"}
		}
		body = strings.ToUpper(string(v))
	}
	return body, nil
}

// lmtpPath takes "FROM:<path>" apart; params is what follows after a blank.
func lmtpPath(text []byte, keyword string) (path, params []byte, r *Reply) {
	rest, ok := cutFold(text, keyword)
	if !ok {
		return nil, nil, lmtpBadParams
	}
	bad := func(why string) *Reply {
		return &Reply{Code: 501, Enhanced: "5.5.4", Text: "Invalid " + keyword + " " + why}
	}
	switch {
	case len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t'):
		return nil, nil, bad("Unexpected whitespace before path")
	case len(rest) == 0 || rest[0] != '<':
		return nil, nil, bad("Missing '<' at beginning of path")
	}
	n, closed := quotedLen(rest)
	if !closed {
		return nil, nil, bad("Missing '>' at end of path")
	}
	if n < len(rest) && rest[n] != ' ' {
		return nil, nil, bad("Invalid character in path")
	}
	return rest[:n], rest[n:], nil
}

// whyNoPath says what is wrong with a forward-path.
func whyNoPath(path []byte) string {
	inner := path[1 : len(path)-1]
	switch {
	case len(inner) == 0:
		return "Null path not allowed"
	case !quotedBlanks(path):
		return "Missing '>' at end of path"
	case inner[0] == '@':
		return "Missing ':' at end of source route"
	case inner[len(inner)-1] == '@':
		return "Missing domain after '@'"
	case bytes.Contains(inner, []byte("..")):
		return "Empty sub-domain"
	}
	return "Invalid character in domain"
}

// badString checks a String (RFC 5321 §4.1.2): an atom or a quoted string.
func badString(b []byte) *Reply {
	why := "Invalid character in string"
	if len(b) > 0 && b[0] == '"' {
		n, closed := quotedLen(b)
		if closed && n == len(b) {
			return nil
		}
		if !closed {
			why = "Premature end of quoted string"
		}
	} else if !bytes.ContainsAny(b, " \t()<>@,;:\\\".[]") {
		return nil
	}
	return &Reply{Code: 501, Enhanced: "5.5.4", Text: "Invalid string parameter: " + why}
}
