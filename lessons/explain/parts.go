package explain

import (
	"strconv"
	"strings"

	"mailtrek/sim/trace"
)

// Part is one digit or number of a code, with what it alone says.
type Part struct {
	Sign string // "5yz", "x5z", "5.x.x", "x.1.x", "x.1.1"
	Text string // the entry of the encyclopaedia
}

// Parts takes the codes of an event apart, digit by digit: the reply code of a
// line of SMTP or LMTP, and the enhanced code behind it, in a log line or in
// the fate of a recipient.
func Parts(t *trace.Trace, s trace.Seq, lang string) []Part {
	if !t.Has(s) {
		return nil
	}
	x := &teller{t: t, s: s, e: t.At(s), lang: lang}
	line := x.line()
	var code, enhanced string
	switch {
	case x.e.Kind == trace.Line && x.e.Side == trace.Server && (x.proto() == trace.SMTP || x.proto() == trace.LMTP) && x.e.Code >= 200:
		code = strconv.Itoa(int(x.e.Code))
		if len(line) > 4 {
			enhanced, _, _ = strings.Cut(line[4:], " ")
		}
	case x.e.Kind == trace.Log || x.e.Kind == trace.Delivery:
		if _, dsn, ok := strings.Cut(line, " dsn="); ok {
			enhanced, _, _ = strings.Cut(dsn, ",")
		} else if x.e.Kind == trace.Delivery {
			enhanced, _, _ = strings.Cut(line, " ")
		}
		if _, said, ok := strings.Cut(line, "said: "); ok && len(said) > 3 && isReply(said[:3]) {
			code = said[:3]
		}
	}
	return book(lang).parts(code, enhanced)
}

// parts are the entries of the digits of a reply code and of the numbers of an
// enhanced one; either may be missing.
func (b *encyclopaedia) parts(code, enhanced string) []Part {
	var out []Part
	add := func(kind string, names ...string) {
		for _, name := range names {
			for _, n := range b.name(name, []string{kind}) {
				out = append(out, Part{Sign: name, Text: b.words[n].Text})
				break
			}
		}
	}
	if len(code) == 3 {
		add("reply", code[:1]+"yz", "x"+code[1:2]+"z")
	}
	if isEnhanced(enhanced) {
		n := strings.SplitN(enhanced, ".", 3)
		add("enhanced", n[0]+".x.x", "x."+n[1]+".x", "x."+n[1]+"."+n[2])
	}
	return out
}

// Apart takes the codes among words apart, as somebody types them: "550",
// "5.7.1", or both.
func Apart(lang string, words ...string) []Part {
	var code, enhanced string
	for _, w := range strings.Fields(strings.Join(words, " ")) {
		switch {
		case code == "" && len(w) == 3 && isReply(w):
			code = w
		case enhanced == "" && isEnhanced(w):
			enhanced = w
		}
	}
	return book(lang).parts(code, enhanced)
}
