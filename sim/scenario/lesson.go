package scenario

import (
	"slices"
	"time"

	"mailtrek/sim/trace"
)

// Lesson is a document that teaches with the play of a scenario beside it: a
// row of stops, each with its prose, at which the learner looks at an event,
// answers a question, or does a task. It holds what the document says; what is
// right is computed from a trace by package lessons.
type Lesson struct {
	ID, Title, Summary, Lang string

	File      string               // the document, as its reader named it
	Scenario  string               // the id of the scenario where it begins
	Scenarios map[string]*Scenario // all that it plays, by id
	Stops     []Stop
	Texts     []LessonText // the document's own, then the translations
	Warnings  Errors
}

// Stop is one place of a lesson. At most one of Step, Quiz and Task is there;
// a stop with none of them has only something to say.
type Stop struct {
	ID       string // of its block; of a stop without one that of its heading, or empty
	Scenario string // the id of the scenario that is played here
	Step     *Step
	Quiz     *Quiz
	Task     *Task
}

// LessonText is the text of a lesson in one language, a text for each stop.
type LessonText struct {
	Lang, Title, Summary string
	Stops                []StopText
}

// StopText is what a stop says. All but Heading is Markdown.
type StopText struct {
	Heading string
	Prose   string   // of a quiz the question
	Options []string // of a quiz, in the order of its options
	Reveal  string   // of a quiz: shown when it is answered
	Hints   []string
}

// Spot is a place in a trace: the first, the next or the last event that a
// selector names.
type Spot struct {
	Which    string // "" the first, "next" after the spot before, "last"
	Selector *trace.Selector
	Text     string
}

// Step goes to an event and shows it through a lens.
type Step struct {
	Go   *Spot  // nil: stay
	Lens string // empty: the one that is there

	place
}

// QuizKind says how a question is answered.
type QuizKind string

// The kinds of questions.
const (
	Choice    QuizKind = "choice"  // one of the options is true
	Several   QuizKind = "several" // any number of them are
	Number    QuizKind = "number"
	TextKind  QuizKind = "text"
	Order     QuizKind = "order" // the options are events; in which order do they happen?
	Next      QuizKind = "next"  // the options are events; which one comes next?
	MatchKind QuizKind = "match" // the learner goes to an event
)

// QuizKinds are all kinds, in the order of the manual.
var QuizKinds = []QuizKind{Choice, Several, Number, TextKind, Order, Next, MatchKind}

// HasOptions tells whether a question of the kind has options.
func (k QuizKind) HasOptions() bool {
	return slices.Contains([]QuizKind{Choice, Several, Order, Next}, k)
}

// Quiz is a question. The document does not say what is right: it says how to
// find that out in a trace.
type Quiz struct {
	Kind    QuizKind
	At      *Spot  // the event asked about; the play stops before it. nil: it stays where it is
	Show    *Spot  // where to look when it is answered; nil: at At
	Lens    string // empty: the one that is there
	Options []Option
	Key     *Key            // number, text
	Match   *trace.Selector // match
	Hints   []Hint

	place
}

// Option is a possible answer.
type Option struct {
	Is    *Expect         // choice, several: the answer is right if this holds
	Event *trace.Selector // order, next
	Text  string          // as the document has it

	place
}

// Key says where a number or a text stands in a trace: the number of events of
// a selector, or a field of one event.
type Key struct {
	Count *trace.Selector // nil: Field of Of
	Field string          // one of KeyFields
	Of    *Spot
}

// KeyFields are what can be asked of an event, with their meanings.
var KeyFields = [][2]string{
	{"host", "the host where it happens, or that sends"},
	{"peer", "the host that receives"},
	{"client", "of its connection"},
	{"server", "of its connection"},
	{"address", "of the server of its connection"},
	{"port", "of the server of its connection"},
	{"user", "of an action or a mailbox"},
	{"verb", "of a command"},
	{"code", "of a reply"},
	{"status", "the enhanced status code in its text"},
	{"id", "of the queue file"},
	{"from", "the queue, state or daemon it leaves"},
	{"to", "the queue, state or daemon it comes to"},
	{"recipient", "of a delivery"},
	{"relay", "of a delivery"},
	{"name", "asked for in the DNS"},
	{"type", "of the record asked for"},
	{"rcode", "of a DNS answer"},
	{"records", "their number in a DNS answer"},
	{"data", "of the first record of a DNS answer"},
	{"preference", "the lowest of a DNS answer"},
	{"exchanger", "the one of lowest preference in a DNS answer"},
	{"ttl", "of the first record of a DNS answer"},
	{"time", "virtual time in seconds since the start"},
	{"after", "seconds since the event that the quiz is at"},
	{"text", "the whole text of the event"},
}

// Task is something to do in a world where something is wrong.
type Task struct {
	Scenario string        // the id of the start
	Seat     string        // the full name of the host where the learner sits down
	Begin    time.Duration // when: what happens before has happened
	Until    time.Duration // how long the world goes on before it is checked
	Lens     string
	Checks   []Expect
	Hints    []Hint

	place
}

// Hint is help with a quiz or a task, a little more each time. The commands of
// the last one of a task are its solution.
type Hint struct {
	Commands []Action // with times since the learner sat down
}

// Solution are the commands that solve the task.
func (t *Task) Solution() []Action {
	if len(t.Hints) == 0 {
		return nil
	}
	return t.Hints[len(t.Hints)-1].Commands
}

// Lenses are the ways of looking at an event that a lesson can choose.
var Lenses = []string{"map", "ladder", "dialogue", "postfix", "message", "dns", "mailboxes", "log", "bytes"}

// Text returns the text in a language; in the document's own if there is no
// translation.
func (l *Lesson) Text(lang string) *LessonText {
	for i := range l.Texts {
		if l.Texts[i].Lang == lang {
			return &l.Texts[i]
		}
	}
	return &l.Texts[0]
}

// Stop returns the index of the stop of that id; ok is false if there is none.
func (l *Lesson) Stop(id string) (i int, ok bool) {
	i = slices.IndexFunc(l.Stops, func(s Stop) bool { return s.ID == id && id != "" })
	return i, i >= 0
}

// Problem is something wrong with what stands at this place of a document.
func (p place) Problem(message, want string) *Problem {
	src := *p.src
	src.problems = nil
	return src.problem(p.w.off, len(p.w.raw), message, want)
}
