package scenario

// kind is a row of the table of block kinds.
type kind struct {
	name  string
	usage string // the info string
	args  [2]int // fewest and most words behind the name
	read  func(*builder, *Block)
}

// kinds is filled in init, because the readers refer to it in their messages.
var kinds []kind

func init() {
	kinds = []kind{
		{"host", "host NAME", [2]int{1, 1}, (*builder).host},
		{"hosts", "hosts", [2]int{0, 0}, (*builder).hosts},
		{"link", "link HOST HOST", [2]int{2, 2}, (*builder).link},
		{"zone", "zone DOMAIN [on HOST]", [2]int{1, 3}, (*builder).zone},
		{"main.cf", "main.cf HOST", [2]int{1, 1}, (*builder).mainCF},
		{"master.cf", "master.cf HOST", [2]int{1, 1}, (*builder).masterCF},
		{"aliases", "aliases HOST", [2]int{1, 1}, (*builder).aliases},
		{"file", "file HOST:/PATH", [2]int{1, 1}, (*builder).file},
		{"mailbox", "mailbox HOST USER[/FOLDER]", [2]int{2, 2}, (*builder).mailbox},
		{"mail", "mail NAME", [2]int{1, 1}, (*builder).mail},
		{"mua", "mua USER@HOST", [2]int{1, 1}, (*builder).mua},
		{"service", "service HOST PATH", [2]int{2, 2}, (*builder).service},
		{"command", "command HOST PATH", [2]int{2, 2}, (*builder).command},
		{"do", "do", [2]int{0, 0}, (*builder).do},
		{"fault", "fault", [2]int{0, 0}, (*builder).fault},
		{"expect", "expect", [2]int{0, 0}, (*builder).expect},
	}
	for i, usage := range []string{"step {#id}", "quiz KIND {#id}", "task {#id}", "hint"} {
		kinds = append(kinds, kind{name: lessonKinds[i], usage: usage, args: [2]int{0, 20}})
	}
}

// lessonKinds are the blocks of lessons; they have no effect on the world.
var lessonKinds = []string{"step", "quiz", "task", "hint"}

// shownOnly are the languages of code that is shown and has no effect.
var shownOnly = map[string]bool{
	"text": true, "txt": true, "console": true, "sh": true, "shell": true, "bash": true, "dialogue": true,
	"conf": true, "ini": true, "dns": true, "yaml": true, "json": true, "go": true, "python": true,
	"diff": true, "html": true, "xml": true, "email": true, "eml": true, "log": true, "abnf": true,
	"markdown": true, "md": true, "mermaid": true, "plain": true,
}

// kindNamed returns the row of that name, or nil.
func kindNamed(name string) *kind {
	for i := range kinds {
		if kinds[i].name == name {
			return &kinds[i]
		}
	}
	return nil
}

func kindNames() []string {
	names := make([]string, len(kinds))
	for i := range kinds {
		names[i] = kinds[i].name
	}
	return names
}
