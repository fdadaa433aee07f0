package tui

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"mailtrek/protocols/wire"
)

// The smallest step is an octet: within what an event says, then on to the next
// event that says something. The octet is named below the lens, and the bytes
// lens shows where it is.

// stepOctet handles the keys of the octets; false when the key is none of them.
func (p *Player) stepOctet(k tea.KeyPressMsg) bool {
	switch {
	case key.Matches(k, keys.Octet):
		p.octetOn()
	case key.Matches(k, keys.OctetBack):
		p.octetBack()
	default:
		return false
	}
	p.play = 0
	if p.h < 24 && p.notice == "" { // there is no row for it
		p.notice = p.instant().octetWords()
	}
	return true
}

func (p *Player) octetOn() {
	text := p.story.T.Text(p.story.T.At(p.at))
	if e := p.story.T.At(p.at); p.octet < len(text) && (p.octet > 0 || lineStep(e)) {
		p.octet++
		return
	}
	s := p.beyond(p.at, "octet", +1)
	if s == 0 {
		p.notice = p.look.words.T("step.none.on")
		return
	}
	p.at, p.octet = s, 1
}

func (p *Player) octetBack() {
	if p.octet > 1 {
		p.octet--
		return
	}
	s := p.beyond(p.at, "octet-back", -1)
	if s == 0 {
		p.notice = p.look.words.T("step.none.back")
		return
	}
	p.at = s
	p.octet = len(p.story.T.Text(p.story.T.At(s)))
}

// octetWords name the octet where one is: its place, its value, the character
// and the piece of the line or packet that it belongs to.
func (in *Instant) octetWords() string {
	text := in.Story.T.Text(in.event())
	if in.Octet < 1 || in.Octet > len(text) {
		return ""
	}
	c := text[in.Octet-1]
	sign := strconv.QuoteRune(rune(c))
	if c >= 0x80 {
		sign = "≥ 0x80"
	}
	said := in.Words.T("octet.now", "n", strconv.Itoa(in.Octet), "of", strconv.Itoa(len(text)), "hex", hexByte(c), "bits", bits(c), "char", sign)
	name := ""
	for _, f := range in.piecesOf(in.event()) {
		if f.Off < in.Octet && in.Octet <= f.Off+f.Len {
			name = joinWords(f.Name, f.Value) // the innermost comes last
		}
	}
	if name != "" {
		said += "  " + in.Glyphs.Sep + "  " + wire.Visible(name)
	}
	return said
}

// bits are the bits of an octet.
func bits(c byte) string {
	s := strconv.FormatUint(uint64(c), 2)
	return "00000000"[len(s):] + s
}
