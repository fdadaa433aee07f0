package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"mailtrek/protocols/wire"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// seated is the seat of a task: the shell of a host in a world that goes on
// with what is typed. After every line the world is played on, apart, to the
// time at which the task is checked, so that one sees at once what one's deeds
// will lead to.
type seated struct {
	scene *scenario.Scenario
	task  *scenario.Task
	base  *scenario.Branch // the story up to the moment of sitting down
	from  trace.Seq        // its last event
	shell *scenario.Seat
	in    bool // keys go to the shell
	line  prompt
	past  []string       // what was typed
	back  int            // how far one has gone back in it
	came  []string       // the hosts from which one came by ssh
	here  *heredoc       // the here-document that is being typed
	tel   *scenario.Seat // the connection that the shell has begun; nil at its prompt

	outcomes []scenario.Outcome
	future   *scenario.Branch // of the solved task: what came of it
	failed   string
}

// heredoc is a command whose standard input is typed line by line, up to the
// line with its end word.
type heredoc struct {
	command, mark string
	text          strings.Builder
}

// hereMark is the end word of a here-document, and the command before it; ok is
// false when the line has none.
func hereMark(line string) (command, mark string, ok bool) {
	i := strings.LastIndex(line, "<<")
	if i <= 0 {
		return "", "", false
	}
	mark = strings.Trim(strings.TrimSpace(line[i+2:]), "'\"")
	return strings.TrimSpace(line[:i]), mark, mark != "" && !strings.ContainsAny(mark, " \t'\"")
}

// newSeated builds the world of the task at the learner's stop, with what was
// done in it before.
func newSeated(l *Learner) *seated {
	task := l.stop().Task
	s := &seated{task: task, scene: l.play.Lesson.Scenarios[task.Scenario], line: prompt{kind: "shell"}}
	s.restart(l, l.g.Done[l.stop().ID].Did)
	return s
}

// restart begins the world anew, with what was done.
func (s *seated) restart(l *Learner, did []scenario.Intervention) {
	s.close()
	host := s.task.Seat
	if s.shell != nil {
		host = s.shell.Host
	}
	s.base = scenario.NewBranch(s.scene, scenario.Options{})
	if err := s.base.Begin(); err != nil {
		s.failed = err.Error()
	}
	for at, ok := s.base.Next(); ok && at <= s.task.Begin; at, ok = s.base.Next() {
		s.base.Step()
	}
	s.from = trace.Seq(s.base.Trace().Len())
	s.shell = s.base.Shell(s.from, host, "")
	if len(did) > 0 {
		s.replay(host, did)
	}
	s.foresee(l)
}

// replay does again what was done before.
func (s *seated) replay(host string, did []scenario.Intervention) {
	s.base.Close()
	s.base = scenario.NewBranch(s.scene, scenario.Options{}, did...)
	if err := s.base.Begin(); err != nil {
		s.failed = err.Error()
		return
	}
	for s.base.Waiting() > 0 && s.base.Step() {
	}
	end := s.base.Now() + shellPatience
	for at, ok := s.base.Next(); ok && at <= end; at, ok = s.base.Next() {
		s.base.Step()
	}
	s.shell = s.base.Shell(trace.Seq(s.base.Trace().Len()), host, "")
	for _, iv := range did {
		s.past = append(s.past, iv.Line)
	}
}

// shellPatience is how long the last command of an earlier sitting may take.
const shellPatience = 20 * time.Second

// close ends the worlds.
func (s *seated) close() {
	if s.base != nil {
		s.base.Close()
	}
	if s.shell != nil && s.shell.Branch != nil {
		s.shell.Branch.Close()
	}
}

// branch is the course of events with what was typed.
func (s *seated) branch() *scenario.Branch {
	if b := s.sits().Branch; b != nil {
		return b
	}
	return s.base
}

// trace is what has happened in the world of the task.
func (s *seated) trace() *trace.Trace { return s.branch().Trace() }

// press takes a key while the learner sits.
func (s *seated) press(l *Learner, k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "esc":
		if s.tel != nil {
			s.hangUp(l)
			return nil
		}
		s.stand(l)
	case "enter", "ctrl+j":
		line := s.line.text
		if s.tel != nil {
			s.line.text, s.back = "", 0
			s.say(l, line, k.String() == "ctrl+j")
			return nil
		}
		if line == "" && s.here == nil && !l.play.Open(l.g, l.g.Stop) {
			l.forward()
			return nil
		}
		s.line.text, s.back = "", 0
		s.typed(l, line)
	case "up", "down":
		s.history(k.String() == "up")
	case "tab":
		s.complete(l)
	case "ctrl+z":
		s.undo(l)
	case "pgup":
		l.prose = max(l.prose-1, 0)
	case "pgdown":
		l.prose++
	case "backspace":
		if s.line.text != "" {
			s.line.edit(k)
		}
	default:
		s.line.edit(k)
	}
	return nil
}

// stand leaves the seat; of a solved task one sees then what came of it.
func (s *seated) stand(l *Learner) {
	s.in, l.reading = false, true
	if s.future != nil {
		l.show(s.future, trace.Seq(s.future.Trace().Len()), "")
	}
}

// typed gives a line to the shell. "ssh HOST" and "exit" carry the keyboard to
// another host and back; they are nothing that happens in the world.
func (s *seated) typed(l *Learner, line string) {
	if h := s.here; h != nil {
		if strings.TrimSpace(line) != h.mark {
			h.text.WriteString(line + "\n")
			return
		}
		s.here = nil
		s.run(l, h.command, h.text.String())
		return
	}
	line = strings.TrimSpace(line)
	if line == "" {
		return
	}
	s.past = append(s.past, line)
	if command, mark, ok := hereMark(line); ok {
		s.here = &heredoc{command: command, mark: mark}
		return
	}
	words := strings.Fields(line)
	switch {
	case words[0] == "ssh" && len(words) == 2:
		name := words[1][strings.LastIndexByte(words[1], '@')+1:]
		h := s.scene.Host(name)
		if h == nil {
			l.notice = l.look.words.T("learn.nohost", "host", wire.Visible(name))
			return
		}
		s.came = append(s.came, s.shell.Host)
		s.shell.Host = h.Name
	case line == "exit" || line == "logout":
		if n := len(s.came); n > 0 {
			s.shell.Host, s.came = s.came[n-1], s.came[:n-1]
		} else {
			s.stand(l)
		}
	case s.dial(l, line, words):
	default:
		s.run(l, line, "")
	}
}

// run gives a command with its standard input to the shell.
func (s *seated) run(l *Learner, line, input string) {
	if err := s.shell.Type(line, input, false); err != nil {
		l.notice = err.Error()
		return
	}
	s.settle()
	s.done(l)
}

// settle lets the world go on until the command has ended.
func (s *seated) settle() {
	for n := 0; n < 100 && s.sits().Settle(2000); n++ {
	}
}

// undo takes the last line back.
func (s *seated) undo(l *Learner) {
	if s.here != nil {
		s.here = nil
		return
	}
	if s.tel != nil && len(s.tel.Lines) > 0 {
		if _, _, err := s.tel.Undo(); err != nil {
			l.notice = err.Error()
		}
		s.settle()
		s.done(l)
		return
	}
	if s.tel != nil { // nothing was said: the connection itself is taken back
		s.shell.Branch, s.tel = s.tel.Branch, nil
	}
	if len(s.shell.Lines) == 0 {
		if len(l.g.Done[l.stop().ID].Did) > 0 { // of an earlier sitting: all of it
			s.past = nil
			s.restart(l, nil)
			s.done(l)
		}
		return
	}
	if _, _, err := s.shell.Undo(); err != nil {
		l.notice = err.Error()
	}
	s.settle()
	s.done(l)
}

// done shows the world as it is now, looks ahead, and keeps what was done.
func (s *seated) done(l *Learner) {
	l.show(s.branch(), trace.Seq(s.trace().Len()), "")
	s.foresee(l)
	if !l.play.Open(l.g, l.g.Stop) {
		return
	}
	attempt, err := l.play.Check(l.g, l.g.Stop, slices.Clone(s.branch().Done))
	if err != nil {
		s.failed = err.Error()
		return
	}
	if attempt.Solved() { // who is typing goes on typing, and leaves when they like
		s.future, l.prose = attempt.Branch, bottom
		if !l.plain {
			l.notice = l.look.words.T("learn.solved.go")
		}
	}
	l.save()
}

// foresee checks the task as if nothing more were done.
func (s *seated) foresee(l *Learner) {
	attempt, err := l.play.Try(l.g.Stop, s.branch().Done)
	if err != nil {
		s.failed = err.Error()
		return
	}
	s.outcomes = attempt.Outcomes
}

// history goes back or forth in what was typed.
func (s *seated) history(back bool) {
	if back {
		s.back = min(s.back+1, len(s.past))
	} else {
		s.back = max(s.back-1, 0)
	}
	s.line.text = ""
	if s.back > 0 {
		s.line.text = s.past[len(s.past)-s.back]
	}
}

// complete completes the last word: a tool, a host, a file.
func (s *seated) complete(l *Learner) {
	if s.tel != nil {
		return
	}
	i := strings.LastIndexByte(s.line.text, ' ') + 1
	word := s.line.text[i:]
	var fit []string
	for _, c := range s.words(i == 0, word) {
		if strings.HasPrefix(c, word) {
			fit = append(fit, c)
		}
	}
	if len(fit) == 0 {
		return
	}
	common := fit[0]
	for _, f := range fit[1:] {
		for !strings.HasPrefix(f, common) {
			common = common[:len(common)-1]
		}
	}
	s.line.text = s.line.text[:i] + common
	switch {
	case len(fit) == 1 && !strings.HasSuffix(common, "/"):
		s.line.text += " "
	case len(fit) > 1:
		slices.Sort(fit)
		l.notice = strings.Join(slices.Compact(fit), "  ")
	}
}

// words are what may stand at a place of a line.
func (s *seated) words(first bool, begin string) []string {
	var out []string
	switch {
	case first:
		for _, tool := range scenario.Tools() {
			out = append(out, tool.Name)
		}
		return append(out, "ssh", "exit")
	case strings.HasPrefix(begin, "/"):
		folder := begin[:strings.LastIndexByte(begin, '/')+1]
		if run := s.branch().Run(); run != nil {
			out = run.FileNames(s.shell.Host, folder, 200)
		}
		return out
	}
	for _, h := range s.scene.Hosts {
		out = append(out, h.Name)
	}
	return out
}
