package tui

import (
	"bytes"
	"slices"
	"strings"

	"mailtrek/protocols/message"
	"mailtrek/sim/trace"
)

// The limits of lines on the wire, without their CRLF.
const (
	lineAdvised = 78  // RFC 5322 §2.1.1: should not be longer
	lineMost    = 998 // RFC 5322 §2.1.1: must not be longer
)

// wireFacts are what the text of a message shows about its way over the wire.
type wireFacts struct {
	lines, longest   int
	advised, most    int // lines beyond the limits
	stuffed          int // lines with a dot more than the author wrote (RFC 5321 §4.5.2)
	bare             int // line ends that are a lone LF or CR
	eight            int // octets above 127, which need 8BITMIME (RFC 6152)
	ended            bool
	seen, onTheWire  bool
	headerIsEightBit bool // which needs SMTPUTF8 (RFC 6532)
}

// wireFactsOf measures a text as it was said or stored.
func wireFactsOf(raw []byte, onTheWire bool) wireFacts {
	w := wireFacts{seen: true, onTheWire: onTheWire}
	head := true
	for line := range bytes.Lines(raw) {
		text := bytes.TrimSuffix(line, []byte("\n"))
		if onTheWire && len(line) > 0 && !bytes.HasSuffix(text, []byte("\r")) {
			w.bare++
		}
		text = bytes.TrimSuffix(text, []byte("\r"))
		if onTheWire && string(text) == "." {
			w.ended = true
			continue
		}
		w.lines++
		w.longest = max(w.longest, len(text))
		if len(text) > lineAdvised {
			w.advised++
		}
		if len(text) > lineMost {
			w.most++
		}
		if onTheWire && bytes.HasPrefix(text, []byte("..")) {
			w.stuffed++
		}
		head = head && len(text) > 0
		for _, c := range text {
			if c > 127 {
				w.eight++
				w.headerIsEightBit = w.headerIsEightBit || head
			}
		}
	}
	return w
}

// words says the facts, each in a line.
func (w *wireFacts) words(in *Instant) []string {
	if !w.seen {
		return nil
	}
	t := in.Words.T
	out := []string{t("wire.lines", "n", itoa(w.lines), "longest", itoa(w.longest))}
	switch {
	case w.most > 0:
		out[0] += ", " + t("wire.most", "n", itoa(w.most))
	case w.advised > 0:
		out[0] += ", " + t("wire.advised", "n", itoa(w.advised))
	}
	switch {
	case !w.onTheWire:
		out = append(out, t("wire.stored"))
	case w.bare > 0:
		out = append(out, t("wire.bare", "n", itoa(w.bare)))
	default:
		out = append(out, t("wire.crlf"))
	}
	if w.onTheWire {
		if w.ended {
			out = append(out, t("wire.dots", "n", itoa(w.stuffed)))
		} else {
			out = append(out, t("wire.nodot"))
		}
	}
	switch {
	case w.headerIsEightBit:
		out = append(out, t("wire.utf8", "n", itoa(w.eight)))
	case w.eight > 0:
		out = append(out, t("wire.eight", "n", itoa(w.eight)))
	default:
		out = append(out, t("wire.seven"))
	}
	return out
}

// differences compare the envelope with the header: a row for the sender, for
// each recipient, and for those whom the header names and the envelope does
// not.
type difference struct {
	same bool
	text string
}

// senderDiffers compares MAIL FROM with From.
func (l *letter) senderDiffers(in *Instant) difference {
	from := l.addressesOf("From")
	switch {
	case len(l.fields) == 0:
		return difference{same: true}
	case l.sender == "":
		return difference{text: in.Words.T("msg.diff.null")}
	case slices.ContainsFunc(from, func(a string) bool { return strings.EqualFold(a, l.sender) }):
		return difference{same: true, text: in.Words.T("msg.diff.from")}
	case len(from) == 0:
		return difference{text: in.Words.T("msg.diff.nofrom")}
	}
	return difference{text: in.Words.T("msg.diff.other", "field", "From: "+from[0])}
}

// rcptDiffers compares a recipient with To and Cc.
func (l *letter) rcptDiffers(in *Instant, address string) difference {
	if len(l.fields) == 0 {
		return difference{same: true}
	}
	for _, name := range []string{"To", "Cc", "Bcc"} {
		for _, a := range l.addressesOf(name) {
			if strings.EqualFold(a, address) {
				return difference{same: true, text: in.Words.T("msg.diff.in", "field", name+":")}
			}
		}
	}
	return difference{text: in.Words.T("msg.diff.notin")}
}

// onlyInHeader are the addresses of To and Cc that are not on this envelope.
func (l *letter) onlyInHeader() []string {
	if !l.known {
		return nil
	}
	var out []string
	for _, a := range append(l.addressesOf("To"), l.addressesOf("Cc")...) {
		if !l.named(a) {
			out = append(out, a)
		}
	}
	return out
}

// named tells whether an address is a recipient of the envelope, or was one
// before an alias changed it.
func (l *letter) named(a string) bool {
	return slices.ContainsFunc(l.rcpts, func(r rcpt) bool { return strings.EqualFold(r.address, a) || strings.EqualFold(r.original, a) })
}

// addressesOf are the addresses in the fields of a name.
func (l *letter) addressesOf(name string) []string {
	var out []string
	for i := range l.fields {
		if f := &l.fields[i].field; f.Is(name) {
			for _, a := range message.Addresses(f.Unfolded()) {
				out = append(out, a.Addr)
			}
		}
	}
	return out
}

// became is what happened with a field last, up to the instant: the last event
// that changed it, or the last in which the text travelled or was stored.
func (in *Instant) became(l *letter, w *written) trace.Seq {
	last := l.content
	for _, s := range in.Snap.Fields(l.id) {
		e := in.Story.T.At(s)
		if s > w.event && s <= in.At && strings.EqualFold(in.Story.T.Name(e.B), w.field.Name) && in.Story.T.Name(e.C) != "add" {
			last = max(last, s)
		}
	}
	if last <= w.event {
		return 0
	}
	return last
}
