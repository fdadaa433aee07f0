package message

import (
	"strconv"
	"strings"
	"time"
)

// Received is a trace field: a host tells from whom it took the message, and
// when (RFC 5321 §4.4). The zero value of what is not known stands for its
// absence.
type Received struct {
	From     string   // what the client called itself in HELO or EHLO
	Client   string   // its name by the DNS, or "unknown"
	Addr     string   // its address, without "IPv6:"
	Notes    []string // comments between from and by: TLS, "Authenticated sender: elena"
	By       string   // the host that writes the field
	Software string   // comment behind by, e.g. "Postfix" or "Postfix, from userid 1000"
	Via      string   // link protocol, seldom present
	With     string   // protocol, e.g. "ESMTPSA" (RFC 3848)
	ID       string   // queue id
	Sender   string   // envelope sender in a comment, as Dovecot writes it; "<>" is the null sender
	For      string   // recipient without angle brackets, present for a single one
	Time     time.Time
}

// String writes the field's value in Postfix's layout, folded with "\n\t":
// with one recipient
//
//	from HELO (CLIENT [ADDR])
//		by HOST (Postfix) with ESMTP id QID
//		for <R>; DATE
//
// with several, whom the field must not betray to each other, "…id QID;" and
// the date on a line of its own; for mail that begins on the host itself
//
//	by HOST (Postfix, from userid 1000)
//		id QID; DATE
func (r Received) String() string {
	date := FormatDate(r.Time)
	if r.From == "" {
		return "by " + r.By + paren(r.Software) + "\n\tid " + r.ID + "; " + date
	}
	var b strings.Builder
	b.WriteString("from " + r.From + " (" + r.Client + " [" + addressLiteral(r.Addr) + "])")
	for _, n := range r.Notes {
		b.WriteString("\n\t(" + n + ")")
	}
	b.WriteString("\n\tby " + r.By + paren(r.Software) + " with " + r.With + " id " + r.ID)
	if r.For == "" {
		return b.String() + ";\n\t" + date
	}
	return b.String() + "\n\tfor <" + r.For + ">; " + date
}

// Dovecot writes the field's value as Dovecot's lmtp does, a clause a line.
func (r Received) Dovecot() string {
	s := "from " + r.From
	for _, n := range r.Notes {
		s += "\n\t(" + n + ")"
	}
	s += "\n\tby " + r.By + " with " + r.With + "\n\tid " + r.ID
	if r.Sender != "" {
		s += "\n\t(envelope-from " + r.Sender + ")"
	}
	if r.For != "" {
		s += "\n\tfor <" + r.For + ">"
	}
	return s + "; " + FormatDateShort(r.Time)
}

// FromUser is the Software of a message that a local user hands in.
func FromUser(software string, uid int) string {
	return software + ", from userid " + strconv.Itoa(uid)
}

// addressLiteral is an address as it stands in brackets (RFC 5321 §4.1.3).
func addressLiteral(addr string) string {
	if strings.Contains(addr, ":") {
		return "IPv6:" + addr
	}
	return addr
}

func paren(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// ParseReceived reads a trace field of any program as well as it can. Clauses
// that are missing or unknown are left empty; ok tells whether at least "by"
// and the date were found.
func ParseReceived(value string) (r Received, ok bool) {
	clauses, date := splitDate(Unfold(value))
	var err error
	if r.Time, err = ParseDate(date); err != nil {
		r.Time = time.Time{}
	}
	p := receivedParser{r: &r}
	p.parse(clauses)
	return r, r.By != "" && err == nil
}

// splitDate cuts at the last semicolon outside comments and quotes.
func splitDate(s string) (clauses, date string) {
	last := -1
	for i := 0; i < len(s); {
		switch s[i] {
		case '(':
			i += skipComment(s[i:])
			continue
		case '"':
			i += skipQuoted(s[i:])
			continue
		case ';':
			last = i
		}
		i++
	}
	if last < 0 {
		return s, ""
	}
	return s[:last], s[last+1:]
}

// receivedParser remembers which clause a comment belongs to.
type receivedParser struct {
	r      *Received
	clause string
}

func (p *receivedParser) parse(s string) {
	for {
		s = strings.TrimLeft(s, " \t\r")
		if s == "" {
			return
		}
		if s[0] == '(' {
			n := skipComment(s)
			p.comment(commentText(s[:n]))
			s = s[n:]
			continue
		}
		n := tokenLen(s)
		p.token(s[:n])
		s = s[n:]
	}
}

// tokenLen is the length of the word at the start of s: up to white space or a
// comment, quotes kept whole.
func tokenLen(s string) int {
	for i := 0; i < len(s); {
		switch s[i] {
		case ' ', '\t', '\r', '(':
			return max(i, 1)
		case '"':
			i += skipQuoted(s[i:])
		default:
			i++
		}
	}
	return len(s)
}

// token takes a keyword or the word behind one. A keyword's word is taken even
// if it looks like a keyword.
func (p *receivedParser) token(word string) {
	slot := p.slot(p.clause)
	if slot != nil && *slot == "" {
		*slot = word
		if p.clause == "for" {
			*slot = strings.TrimSuffix(strings.TrimPrefix(word, "<"), ">")
		}
		return
	}
	key := strings.ToLower(word)
	if p.slot(key) != nil {
		p.clause = key
	}
}

// slot is where the word of a clause goes.
func (p *receivedParser) slot(clause string) *string {
	switch clause {
	case "from":
		return &p.r.From
	case "by":
		return &p.r.By
	case "via":
		return &p.r.Via
	case "with":
		return &p.r.With
	case "id":
		return &p.r.ID
	case "for":
		return &p.r.For
	}
	return nil
}

// comment takes what a comment tells, by the clause it stands behind.
func (p *receivedParser) comment(text string) {
	if sender, ok := strings.CutPrefix(text, "envelope-from "); ok {
		p.r.Sender = sender
		return
	}
	switch {
	case p.clause == "from" && p.r.Addr == "" && p.client(text):
	case p.clause == "by" && p.r.Software == "":
		p.r.Software = text
	default:
		p.r.Notes = append(p.r.Notes, text)
	}
}

// client reads "name [address]" in its variants: "[address]", "name
// [address] (may be forged)", "HELO name" around it.
func (p *receivedParser) client(text string) bool {
	open := strings.IndexByte(text, '[')
	if open < 0 {
		return false
	}
	end := strings.IndexByte(text[open:], ']')
	if end < 0 {
		return false
	}
	addr := text[open+1 : open+end]
	if len(addr) >= 5 && strings.EqualFold(addr[:5], "IPv6:") {
		addr = addr[5:]
	}
	p.r.Addr = addr
	if f := strings.Fields(text[:open]); len(f) > 0 {
		p.r.Client = f[len(f)-1]
	}
	return true
}
