package explain

import (
	"slices"
	"strings"
)

// scopes are the words in front that say in which kinds to look: "smtp RCPT",
// "header Received", "dns MX". Every kind is also a scope of its own.
var scopes = map[string][]string{
	"smtp": {"command-smtp", "capability-smtp", "reply", "enhanced", "state"}, "lmtp": {"command-smtp", "capability-smtp", "reply", "enhanced", "state"},
	"esmtp": {"capability-smtp"}, "ehlo": {"capability-smtp"},
	"pop3": {"command-pop3", "response-pop3", "capability-pop3", "state"}, "imap": {"command-imap", "response-imap", "capability-imap", "state"},
	"command": {"command-smtp", "command-pop3", "command-imap", "tool"}, "response": {"response-pop3", "response-imap", "reply"},
	"capability": {"capability-smtp", "capability-pop3", "capability-imap"}, "extension": {"capability-smtp", "capability-imap"},
	"code": {"reply", "enhanced", "response-imap", "response-pop3", "rcode"}, "status": {"enhanced", "reply"}, "field": {"header", "log"},
	"dns": {"record", "rcode"}, "type": {"record", "mime"}, "tcp": {"state"}, "program": {"daemon", "tool"}, "service": {"daemon"},
	"postfix": {"daemon", "queue", "tool", "parameter", "log"}, "dovecot": {"daemon", "tool", "parameter", "log"}, "bind": {"daemon", "tool", "parameter", "log"},
	"main.cf": {"parameter"}, "master.cf": {"daemon", "parameter"},
}

// plain is a name as names are compared: in small letters, with single blanks,
// without the colon behind a field's name.
func plain(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	if t := strings.TrimRight(s, ":"); t != "" {
		return t
	}
	return s
}

// Lookup finds the entries for a word or a few, in any case, in the order of
// Kinds: a name ("RCPT", "deferred", "myhostname"), a name with what it
// belongs to ("smtp RCPT", "header Received"), a code in any of its forms
// ("550", "5.7.1", "550 5.7.1", "x.7.1", "5yz"), several names one after the
// other, or a line as a client or server says it ("RCPT TO:<a@b.example>",
// "550 5.1.1 <a@b.example>: …"). It returns none when it does not know a word.
func Lookup(lang string, words ...string) []Word {
	b := book(lang)
	said := strings.Fields(strings.Join(words, " "))
	if len(said) == 0 || len(said) > maxWords {
		return nil
	}
	if found := b.phrase(said); found != nil {
		return b.pick(found)
	}
	if found := b.several(said); found != nil {
		return b.pick(found)
	}
	return b.pick(b.line(said))
}

// maxWords is how many words Lookup looks at: a line of a dialogue has fewer.
const maxWords = 200

// pick are the entries of these numbers, each once, in the order in which they
// were found.
func (b *encyclopaedia) pick(found []int) []Word {
	var out []Word
	seen := map[int]bool{}
	for _, n := range found {
		if !seen[n] {
			seen[n] = true
			out = append(out, b.words[n])
		}
	}
	return out
}

// phrase finds one name, with or without a scope in front. "queue active" is
// both: the queue, and words of a log line.
func (b *encyclopaedia) phrase(said []string) []int {
	var found []int
	if len(said) > 1 {
		if in := scope(said[0]); in != nil {
			found = b.name(strings.Join(said[1:], " "), in)
		}
	}
	return append(slices.Clip(found), b.name(strings.Join(said, " "), nil)...)
}

// scope is the kinds that a word in front names; nil if it is no such word.
func scope(word string) []string {
	word = plain(word)
	if in, ok := scopes[word]; ok {
		return in
	}
	if one := strings.TrimSuffix(word, "s"); slices.Contains(kinds, one) {
		return []string{one}
	} else if in, ok := scopes[one]; ok {
		return in
	}
	return nil
}

// name finds a single name in some kinds, in all if none are given. The equals
// sign of "delay=" and the brackets of "[ALERT]" tell them from another "delay"
// or "alert", but need not be typed where there is no other. A code without an
// entry of its own is explained by its digits.
func (b *encyclopaedia) name(name string, in []string) []int {
	key := plain(name)
	if n, ok := strings.CutPrefix(key, "rfc"); ok {
		n, _, _ = strings.Cut(strings.TrimSpace(n), " ") // without the section
		key = "rfc " + n
	}
	found := b.within(b.named[key], in)
	if len(found) == 0 {
		bare := strings.Trim(strings.TrimRight(key, "="), "[]")
		for _, form := range []string{bare, bare + "=", "[" + bare + "]"} {
			found = append(found, b.within(b.named[form], in)...)
		}
	}
	switch {
	case len(found) == 0 && isReply(key):
		for _, digits := range []string{key[:1] + "yz", "x" + key[1:2] + "z"} {
			found = append(found, b.within(b.within(b.named[digits], []string{"reply"}), in)...)
		}
	case isEnhanced(key):
		found = append(found, b.within(b.status(key, len(found) > 0), in)...)
	}
	return found
}

func (b *encyclopaedia) within(found []int, in []string) []int {
	if in == nil {
		return found
	}
	var out []int
	for _, n := range found {
		if slices.Contains(in, b.words[n].Kind) {
			out = append(out, n)
		}
	}
	return out
}

// status explains an enhanced code (RFC 3463 §2) by its detail, or by its
// subject when the detail has no entry, and by its class.
func (b *encyclopaedia) status(key string, known bool) []int {
	class, rest, _ := strings.Cut(key, ".")
	subject, _, _ := strings.Cut(rest, ".")
	var found []int
	if !known {
		found = b.named["x."+rest]
	}
	if !known && len(found) == 0 {
		found = b.named["x."+subject+".x"]
	}
	if class != "x" {
		found = append(slices.Clip(found), b.named[class+".x.x"]...)
	}
	return found
}

// isReply tells whether a word has the form of an SMTP reply code.
func isReply(s string) bool {
	return len(s) == 3 && s[0] >= '2' && s[0] <= '5' && s[1] >= '0' && s[1] <= '5' && s[2] >= '0' && s[2] <= '9'
}

// isEnhanced tells whether a word has the form of an enhanced status code with
// its three numbers, of which the first may be x.
func isEnhanced(s string) bool {
	parts := strings.Split(s, ".")
	if len(parts) != 3 || len(parts[0]) != 1 || !strings.Contains("245x", parts[0]) {
		return false
	}
	for _, p := range parts[1:] {
		if p == "" || len(p) > 3 || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return true
}

// longest is how many words a name may have.
const longest = 6

// several finds names one after the other and nothing between them.
func (b *encyclopaedia) several(said []string) []int {
	var found []int
	for len(said) > 0 {
		n := min(longest, len(said))
		var some []int
		for ; n > 0; n-- {
			if some = b.phrase(said[:n]); some != nil {
				break
			}
		}
		if some == nil {
			return nil
		}
		found, said = append(found, some...), said[n:]
	}
	return found
}

// line explains a line of a dialogue by what stands at its beginning: a reply
// code with an enhanced code, or a command with its arguments.
func (b *encyclopaedia) line(said []string) []int {
	first, _, _ := strings.Cut(said[0], "-")
	if isReply(first) {
		found := b.name(first, []string{"reply"})
		rest := append(strings.Fields(said[0][len(first):]), said[1:]...)
		if len(rest) > 0 && isEnhanced(strings.TrimPrefix(rest[0], "-")) {
			found = append(slices.Clip(found), b.name(strings.TrimPrefix(rest[0], "-"), []string{"enhanced"})...)
		}
		return found
	}
	if !strings.ContainsAny(strings.Join(said, " "), ":<>=+*[") {
		return nil
	}
	if field, _, ok := strings.Cut(said[0], ":"); ok && field != "" {
		return b.name(field, []string{"header"})
	}
	if found := b.name(said[0], commandKinds); found != nil {
		return found
	}
	return nil
}

var commandKinds = []string{"command-smtp", "command-pop3", "command-imap", "response-pop3", "response-imap"}
