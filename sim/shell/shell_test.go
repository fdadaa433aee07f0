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
		{`f() { local x=2; echo $1 $x $#; return 3; }; x=1; f a b; echo $? $x`, "a 2 2\n3 1\n", "", 0},
		{`f() { f; }; f`, "", "sh: 1: Maximum function recursion depth (50) reached\n", 2},
		{`for i in 1 2; do f() { return; }; f; echo $i; done`, "1\n2\n", "", 0},
		{`for f in a.cf b.db c "*"; do case $f in *.cf|*.d?) echo y;; [!a-c]) echo "star";; *) echo n;; esac; done`, "y\ny\nn\nstar\n", "", 0},
		{`i=0; until [ $i -ge 3 ]; do i=$((i+1)); done; echo $i $((i<<2|1)) $((i>2?7:8)) $((0x10))`, "3 13 7 16\n", "", 0},
		{`e=1+2; echo $(($e*2)) $(( $(echo 4) + $((1+1)) )); echo $((e))`, "5 6\n", "sh: 1: Illegal number: 1+2\n", 2},
		{`echo $((1/0)); echo b`, "", "sh: 1: arithmetic expression: division by zero: \"1/0\"\n", 2},
		{`echo $((1+))`, "", "sh: 1: arithmetic expression: expecting primary: \"1+\"\n", 2},
		{"cat <<-E; cat <<'F'\n\ta $((1+1))\n\t\tb\n\tE\n\t$x \\\\\nF\necho c", "a 2\nb\n\t$x \\\\\nc\n", "", 0},
		{"cat <<E\na", "a\n", "", 0},
		{`x='a.b.c'; echo ${x%%.*} ${x#*.} "${x%"*"}" ${#x} ${y:-"p  q"} ${y:=z}${y+w}`, "a b.c a.b.c 5 p  q zw\n", "", 0},
		{`set -- "a b" c; for i in "$@"; do echo "<$i>"; done; printf '%s.' x"$@"y; echo`, "<a b>\n<c>\nxa b.cy.\n", "", 0},
		{`echo {a,b} ~root \* "\$x" '\$x' [x]* [e]* /[e]t[b-d]/z*`, "{a,b} ~root * $x \\$x [x]* etc /etc/zone\n", "", 0},
		{`echo ${nothing:?is not set}; echo b`, "", "sh: 1: nothing: is not set\n", 2},
		{`echo a; a=(1 2)`, "", "sh: 1: Syntax error: \"(\" unexpected\n", 2},
		{`for 1 in a; do :; done`, "", "sh: 1: Syntax error: Bad for loop variable\n", 2},
		{`echo ${x//a/b}`, "", "sh: 1: Bad substitution\n", 2},
		{`echo a >`, "", "sh: 1: Syntax error: end of file unexpected\n", 2},
		{"if true\nthen echo\nfi)", "", "sh: 3: Syntax error: \")\" unexpected\n", 2},
		{`while do :; done`, "", "sh: 1: Syntax error: \"do\" unexpected\n", 2},
		{strings.Repeat("( ", 30000), "", "sh: 1: Syntax error: end of file unexpected\n", 2},
		{strings.Repeat("{ ", 600) + ":" + strings.Repeat(";}", 600), "", "sh: 1: Syntax error: nested too deeply\n", 2},
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
			t.Errorf("%.100s\n got %q %q %d\nwant %q %q %d", c.line, out, errs, status, c.out, c.errs, c.status)
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
