package tui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"mailtrek/cmd/mailtrek/internal/i18n"
	"mailtrek/lessons/explain"
	"mailtrek/sim/trace"
)

// order is something that only the palette knows: a word with an argument.
type order struct {
	name string
	// args are what may stand behind the name; nil: nothing does.
	args func(p *Player) []choice
	// free arguments need not stand in the list.
	free func(p *Player, arg string) []suggestion
	// cannot says why it cannot be done now; nil: it always can.
	cannot func(p *Player) string
	run    func(p *Player, arg string) tea.Cmd
}

// orders are the orders in the order of the list.
var orders []order

func init() { // some refer to the list
	orders = []order{
		{name: "at", args: (*Player).selectorWords, free: func(p *Player, arg string) []suggestion { return p.selected("at", arg) }},
		{name: "find", args: (*Player).selectorWords, free: func(p *Player, arg string) []suggestion { return p.selected("find", arg) }},
		{name: "only", args: (*Player).selectorWords, free: func(p *Player, arg string) []suggestion { return p.selected("only", arg) }},
		{name: "stop", args: (*Player).selectorWords, free: func(p *Player, arg string) []suggestion { return p.selected("stop", arg) }},
		{name: "event", args: (*Player).noWords, free: (*Player).places},
		{name: "time", args: (*Player).noWords, free: (*Player).timed},
		{name: "host", args: (*Player).hostWords, run: func(p *Player, arg string) tea.Cmd { return p.goFind("host " + arg) }},
		{name: "msg", args: (*Player).msgWords, run: func(p *Player, arg string) tea.Cmd { return p.goFind("msg " + selectorWord(arg)) }},
		{name: "conn", args: (*Player).connWords, run: func(p *Player, arg string) tea.Cmd { return p.goFirst("conn " + arg) }},
		{name: "bookmarks", args: (*Player).bookmarkWords, cannot: func(p *Player) string { return p.cannot("marked") }, run: func(p *Player, arg string) tea.Cmd { p.jump(arg); return nil }},
		{name: "lens", args: (*Player).lensWords, run: (*Player).showLens},
		{name: "beside", args: (*Player).besideWords, cannot: func(p *Player) string { return p.cannot("beside") }, run: (*Player).showBeside},
		{name: "depth", args: (*Player).depthWords, run: func(p *Player, arg string) tea.Cmd {
			if d, ok := explain.DepthNamed(arg); ok {
				p.setDepth(d)
			}
			return nil
		}},
		{name: "theme", args: (*Player).themeWords, cannot: func(p *Player) string { return p.cannot("theme") }, run: (*Player).setTheme},
		{name: "lang", args: (*Player).langWords, run: (*Player).setLang},
		{name: "speed", args: (*Player).speedWords, run: (*Player).setSpeedTo},
		{name: "explain", args: (*Player).bookWords, free: (*Player).lookedUp, run: (*Player).lookUp},
		{name: "copy", args: (*Player).copyWords, run: func(p *Player, arg string) tea.Cmd { return p.copyAs(arg) }},
		{name: "open", args: (*Player).itemWords, free: (*Player).fileNamed, cannot: (*Player).cannotOpen, run: (*Player).openItem},
		{name: "all", cannot: func(p *Player) string { return p.unless(p.only.match != nil, "palette.nofilter") }, run: func(p *Player, _ string) tea.Cmd { p.only = finder{}; return nil }},
		{name: "no-stops", cannot: func(p *Player) string { return p.cannot("until") }, run: func(p *Player, _ string) tea.Cmd { p.clearStops(); return nil }},
		{name: "start-page", cannot: (*Player).cannotOpen, run: func(p *Player, _ string) tea.Cmd { p.left = true; return nil }},
	}
}

// named are all actions and orders by their names.
func (p *Player) named() []suggestion {
	w := p.look.words
	var out []suggestion
	for _, o := range orders {
		s := suggestion{line: o.name, note: w.T("order." + o.name), open: o.args != nil}
		if o.cannot != nil {
			s.why = o.cannot(p)
		}
		if s.open {
			s.line += " "
		} else {
			s.run = func(p *Player) tea.Cmd { return o.run(p, "") }
		}
		out = append(out, s)
	}
	for _, b := range bindingsOf(keys) {
		if b.name == "palette" || b.name == "lens-number" {
			continue
		}
		out = append(out, suggestion{
			line: b.name, note: w.T("do." + b.name), keys: p.look.keys.shown(inPlay, b.Binding), why: p.cannot(b.name),
			run: func(p *Player) tea.Cmd { return p.act(b.Binding) },
		})
	}
	return out
}

// shortcuts are the arguments of some orders, which can be typed without them:
// lenses, themes, hosts, scenarios.
func (p *Player) shortcuts() []suggestion {
	var out []suggestion
	for _, o := range orders {
		switch o.name {
		case "lens", "theme", "depth", "lang", "host", "msg", "open":
			if o.cannot != nil && o.cannot(p) != "" {
				continue
			}
			out = append(out, p.arguments(o)...)
		}
	}
	return out
}

// arguments are the order with each of the arguments that it lists.
func (p *Player) arguments(o order) []suggestion {
	return p.offering(o, o.args(p))
}

// offering are the order with each of some arguments.
func (p *Player) offering(o order, args []choice) []suggestion {
	var out []suggestion
	for _, c := range args {
		id := c.key()
		s := suggestion{line: o.name + " " + c.text, note: c.note}
		switch {
		case o.run == nil:
			s.open = true
		default:
			s.run = func(p *Player) tea.Cmd { return o.run(p, id) }
		}
		out = append(out, s)
	}
	return out
}

// completed are what an order may mean with an argument that is being typed.
func (p *Player) completed(o order, arg string) []suggestion {
	if o.cannot != nil {
		if why := o.cannot(p); why != "" {
			return []suggestion{{line: o.name + " " + arg, note: p.look.words.T("order." + o.name), why: why}}
		}
	}
	var out []suggestion
	if o.free != nil && strings.TrimSpace(arg) != "" {
		out = append(out, o.free(p, strings.TrimSpace(arg))...)
	}
	if takesSelector(o.name) {
		return append(out, p.selectorGoesOn(o.name, arg)...)
	}
	best := map[int][]suggestion{}
	var scores []int
	args := o.args(p)
	for i, s := range p.offering(o, args) {
		c := args[i]
		score := max(fuzzy(arg, c.text), fuzzy(arg, c.note)/4)
		if score == 0 || score < 60 && fuzzy(arg, c.text) == 0 {
			continue
		}
		if best[score] == nil {
			scores = append(scores, score)
		}
		best[score] = append(best[score], s)
	}
	for _, score := range descending(scores) {
		out = append(out, best[score]...)
	}
	return out
}

// places are events and times: "87", "#87", "+1.5s", "09:00:03".
func (p *Player) places(text string) []suggestion {
	w := p.look.words
	if n, err := strconv.Atoi(strings.TrimPrefix(text, "#")); err == nil {
		s := suggestion{line: "event " + strconv.Itoa(n), run: func(p *Player) tea.Cmd { p.jump(strconv.Itoa(n)); return nil }}
		if last := int(p.visible()); n < 1 || n > last {
			s.why = w.T("goto.range", "n", strconv.Itoa(last))
			return []suggestion{s}
		}
		s.note = p.instant().short(trace.Seq(n)).text
		return []suggestion{s}
	}
	if !strings.ContainsAny(text, "0123456789") || !strings.ContainsAny(text, ":+") && !strings.HasSuffix(text, "s") && !strings.HasSuffix(text, "m") && !strings.HasSuffix(text, "h") {
		return nil
	}
	return p.timed(text)
}

// timed is a time of the story, since its start or of the day.
func (p *Player) timed(text string) []suggestion {
	sel, err := trace.ParseSelector("time " + strings.TrimPrefix(text, "+"))
	s := suggestion{line: "time " + text}
	if err != nil {
		s.why = p.look.words.T("palette.time")
		return []suggestion{s}
	}
	at := sel.Next(p.story.T, 0)
	if at == 0 || at > p.visible() {
		s.why = p.look.words.T("goto.end", "what", text)
		return []suggestion{s}
	}
	s.note = itoa(int(at)) + " " + p.instant().short(at).text
	s.run = func(p *Player) tea.Cmd { p.at, p.play = at, 0; return nil }
	return []suggestion{s}
}

// goFind goes to the next event of a selector, behind the last to the first.
func (p *Player) goFind(what string) tea.Cmd {
	p.found = newFinder(p.instant(), what)
	if p.found.next(p.at) == 0 {
		return p.goFirst(what)
	}
	p.again(+1)
	return nil
}

// goFirst goes to the first event of a selector.
func (p *Player) goFirst(what string) tea.Cmd {
	p.found = newFinder(p.instant(), what)
	if s := p.found.next(0); s != 0 {
		p.at, p.play = s, 0
	} else {
		p.notice = p.found.none(p.instant(), "find.none")
	}
	return nil
}

func (p *Player) showLens(name string) tea.Cmd {
	for i := range lenses {
		if lenses[i].Name == name {
			p.lens, p.compare = i, false
		}
	}
	return nil
}

func (p *Player) showBeside(name string) tea.Cmd {
	p.beside = -1
	for i := range lenses {
		if lenses[i].Name == name && i != p.lens {
			p.beside = i
		}
	}
	return nil
}

func (p *Player) setTheme(name string) tea.Cmd {
	if palette, ok := NewPalette(name); ok {
		p.look.palette, p.look.auto = palette, false
		p.notice = p.look.words.T("theme.now", "name", name)
	}
	return nil
}

func (p *Player) setLang(tag string) tea.Cmd {
	if words, ok := i18n.In(tag); ok {
		p.look.words = words
	}
	return nil
}

func (p *Player) setSpeedTo(arg string) tea.Cmd {
	for i, n := range speeds {
		if strconv.Itoa(n) == arg {
			p.setSpeed(i)
		}
	}
	return nil
}
