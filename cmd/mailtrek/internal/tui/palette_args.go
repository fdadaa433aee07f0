package tui

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"mailtrek/cmd/mailtrek/internal/i18n"
	"mailtrek/lessons/explain"
	"mailtrek/sim/trace"
)

// The arguments that the orders of the palette list.

func (p *Player) noWords() []choice { return nil }

// hostWords are the hosts that have done something so far as may be seen.
func (p *Player) hostWords() []choice {
	t := p.story.T
	var out []choice
	for id := trace.NodeID(1); int(id) <= t.Nodes(); id++ {
		n := t.Node(id)
		out = append(out, choice{text: n.Name, note: strings.Join(append(slices.Clone(n.Roles), n.Addrs...), " ")})
	}
	return out
}

func (p *Player) msgWords() []choice {
	t := p.story.T
	snap := p.story.Folds.At(p.visible())
	var out []choice
	for id := trace.MsgID(1); int(id) <= t.Msgs(); id++ {
		name := t.Msg(id).Name
		m := snap.Message(id)
		if name == "" || m == nil {
			continue
		}
		out = append(out, choice{text: name, note: p.look.words.T("palette.born", "n", itoa(int(m.Born)))})
	}
	return out
}

func (p *Player) connWords() []choice {
	t := p.story.T
	snap := p.story.Folds.At(p.visible())
	var out []choice
	for id := trace.ConnID(1); int(id) <= t.Conns() && len(out) < 200; id++ {
		c := t.Conn(id)
		if c.UDP || snap.Conn(id) == nil {
			continue
		}
		out = append(out, choice{text: itoa(int(id)), note: c.Proto.String() + " " + p.story.short(c.Client) + " " + arrowTo + " " + p.story.short(c.Server) + servicePort(c.ServerAddr)})
	}
	return out
}

func (p *Player) bookmarkWords() []choice {
	var out []choice
	for _, s := range p.bookmarks {
		out = append(out, choice{text: itoa(int(s)), note: p.instant().short(s).text})
	}
	return out
}

func (p *Player) lensWords() []choice {
	var out []choice
	for i := range lenses {
		name := p.look.words.T("lens." + lenses[i].Name)
		if name == lenses[i].Name {
			name = ""
		}
		out = append(out, choice{text: lenses[i].Name, note: joinWords(itoa(i+1), name)})
	}
	return out
}

func (p *Player) besideWords() []choice {
	return append([]choice{{text: "none"}}, p.lensWords()...)
}

func (p *Player) depthWords() []choice {
	var out []choice
	for _, d := range explain.Depths() {
		out = append(out, choice{text: d, note: p.look.words.T("depth." + d + ".does")})
	}
	return out
}

func (p *Player) themeWords() []choice {
	var out []choice
	for _, name := range Themes() {
		note := ""
		if name == p.look.palette.name {
			note = p.look.words.T("palette.present")
		}
		out = append(out, choice{text: name, note: note})
	}
	return out
}

func (p *Player) langWords() []choice {
	names := map[string]string{"en": "English", "bg": "Български", "pl": "Polski"}
	var out []choice
	for _, tag := range i18n.Languages() {
		out = append(out, choice{text: tag, note: names[tag]})
	}
	return out
}

func (p *Player) speedWords() []choice {
	var out []choice
	for _, n := range speeds {
		out = append(out, choice{text: strconv.Itoa(n), note: p.look.words.T("play.speed", "n", strconv.Itoa(n))})
	}
	return out
}

func (p *Player) copyWords() []choice {
	var out []choice
	for _, c := range copies {
		name := strings.TrimPrefix(c.word, "copy.")
		out = append(out, choice{text: name, note: p.look.words.T(c.word), id: c.word})
	}
	return out
}

// bookWords are the entries of the encyclopaedia.
func (p *Player) bookWords() []choice {
	lang := p.look.words.Lang()
	var out []choice
	for _, w := range explain.All(lang) {
		out = append(out, choice{text: w.Name, note: explain.Title(lang, w.Kind) + ": " + explain.FirstSentence(w.Text)})
	}
	return out
}

// lookedUp is an entry that is found by more than its name.
func (p *Player) lookedUp(arg string) []suggestion {
	found := explain.Lookup(p.look.words.Lang(), strings.Fields(arg)...)
	if len(found) == 0 {
		return nil
	}
	return []suggestion{{line: "explain " + arg, note: explain.FirstSentence(found[0].Text), run: func(p *Player) tea.Cmd { return p.lookUp(arg) }}}
}

// lookUp shows the entries of a word.
func (p *Player) lookUp(arg string) tea.Cmd {
	p.entry, p.whole, p.scroll, p.top = arg, true, 0, 0
	return nil
}

// drawEntries is the page of the entries of a word; it returns the row with
// which it begins.
func (in *Instant) drawEntries(arg string, r Region) int {
	x := r.PutMax(2, 0, r.W/2, Title, arg)
	x = r.PutMax(x, 0, r.W-x-2, Quiet, " "+in.Glyphs.Sep+" "+in.Words.T("depth."+in.Depth.String()))
	r.Fill(0, 1, r.W, Rule, in.Glyphs.H)
	body := r.Sub(2, 3, min(r.W-4, 110), r.H-3)
	top, below := body.window(in.Scroll, func(sheet Region) {
		y := 0
		for _, w := range explain.Lookup(in.Words.Lang(), strings.Fields(arg)...) {
			in.drawWordName(w, sheet.Sub(0, y, sheet.W, 1))
			y++
			y += in.drawWord(w, sheet.Sub(2, y, sheet.W-2, sheet.H-y)) + 1
			if in.Depth == explain.Clause {
				for _, see := range w.See {
					y += drawSources(in, see, sheet.Sub(2, y, sheet.W-2, sheet.H-y))
				}
				y++
			}
		}
	})
	in.pageNote(r, x, top, below)
	return top
}

// itemWords are the lessons and scenarios.
func (p *Player) itemWords() []choice {
	var out []choice
	for _, it := range p.look.items() {
		out = append(out, choice{text: it.ID, note: it.Title})
	}
	return out
}

// items are what can be opened; none where the screen was opened for one thing.
func (s *session) items() []Item {
	if s.catalogue == nil {
		return nil
	}
	return s.catalogue()
}

func (p *Player) cannotOpen() string {
	return p.unless(p.look.catalogue != nil && p.horizon == 0, "palette.alone")
}

// fileNamed is a file that is to be opened.
func (p *Player) fileNamed(arg string) []suggestion {
	if !strings.ContainsAny(arg, "./\\") {
		return nil
	}
	return []suggestion{{line: "open " + arg, note: p.look.words.T("palette.file"), run: func(p *Player) tea.Cmd { return p.openItem(arg) }}}
}

// openItem asks the home screen to open something else.
func (p *Player) openItem(id string) tea.Cmd {
	p.wants = id
	return nil
}

// descending sorts numbers, the highest first.
func descending(n []int) []int {
	slices.Sort(n)
	slices.Reverse(n)
	return n
}
