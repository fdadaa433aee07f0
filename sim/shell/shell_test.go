package shell_test

import (
	"strings"
	"testing"

	"mailtrek/sim/host"
	"mailtrek/sim/shell"
)

// run runs a line where there is one file, /etc/zone.
func run(line string) (out, errs string, status int) {
	tree := host.NewTree(0)
	tree.Mkdir("/etc")
	tree.WriteFile("/etc/zone", []byte("@ MX 5 mail.alabala.com\n@ MX 10 mail2\nmail A 10.10.10.10\n"))
	s := &shell.Shell{Files: tree, Home: "/root", Out: &shell.Output{}, Err: &shell.Output{},
		Value: func(name string) (string, bool) { return "4F1", name == "letter" || name == "letter-2" }}
	status = s.Run(line)
	return s.Out.String(), s.Err.String(), status
}

// What a real host said to many more lines stands in sim/scenario/testdata/transcripts.
func TestRun(t *testing.T) {
	for _, c := range []struct {
		line, out, errs string
		status          int
	}{
		{`echo "$letter" '$letter' $letter-2 $letter-x $none.`, "4F1 $letter 4F1 4F1-x .\n", "", 0},
		{`a & b`, "", "sh: 1: the simulated shell runs nothing in the background: & is not understood\n", 2},
		{`f() { echo; }`, "", "sh: 1: the simulated shell knows no functions\n", 2},
		{`case a in a) echo;; esac`, "", "sh: 1: the simulated shell does not understand case\n", 2},
		{"echo a\nnosuch", "a\n", "sh: 2: nosuch: not found\n", 127},
		{`while true; do :; done`, "", "sh: 1: the simulated shell stops after 10000 commands\n", 2},
		{`sed 's/\([0-9]*\) mail/<\1> &/' /etc/zone`, "@ MX <5> 5 mail.alabala.com\n@ MX <10> 10 mail2\nmail A 10.10.10.10\n", "", 0},
		{`sed 's/A/$1\/x/; /MX/d' /etc/zone`, "mail $1/x 10.10.10.10\n", "", 0},
		{`sed 's/\(/y/' /etc/zone`, "", "sed: -e expression #1, char 7: Invalid regular expression\n", 1},
		{`sed -i 's|10|20|g' /etc/zone && tail -1 /etc/zone`, "mail A 20.20.20.20\n", "", 0},
		{`awk '{ for (i in x) print i }' /etc/zone`, "", "awk: of its language only [BEGIN{NAME=VALUE}] [CONDITION] {print $1, …} is modelled here\n", 2},
		{`ls -l --color /etc`, "", "ls: the option -- is not modelled here\n", 2},
	} {
		out, errs, status := run(c.line)
		if out != c.out || errs != c.errs || status != c.status {
			t.Errorf("%s\n got %q %q %d\nwant %q %q %d", c.line, out, errs, status, c.out, c.errs, c.status)
		}
	}
}

func FuzzRun(f *testing.F) {
	for _, line := range []string{`echo ${a%%*} $((1/0)) $(a) "b`, "cat <<E\nx\nE", `sed -n '/a/,$p;s/x/y/3g' /etc/zone | awk '/a/{print $1}'`,
		`for i in [a-; do printf %5s%b\\0 $i; done`, `cut -d: -f1-,3 /e*/?one | tr -d '[:x' | sort -t: -k2n`} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if len(line) > 200 {
			return
		}
		if _, errs, _ := run(line); strings.Contains(errs, "\x1b") {
			t.Errorf("%q: an escape reaches the terminal: %q", line, errs)
		}
	})
}
