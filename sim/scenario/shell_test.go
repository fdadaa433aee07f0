package scenario

import (
	"fmt"
	"strings"
	"testing"
)

func TestShellLine(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`postfix stop`, `; [postfix stop]`},
		{`postconf -e 'relayhost = [smtp.relay.example]'; postfix reload`, `; [postconf -e relayhost = [smtp.relay.example]] ; [postfix reload]`},
		{`a && b || c # d`, `; [a] & [b] | [c]`},
		{`echo "a \"b\" c" d\ e ''`, `; [echo a "b" c d e ]`},
		{``, ``},
		{`a | b`, `the simulated shell knows no |`},
		{`cat < x`, `the simulated shell knows no <`},
		{`postsuper -h $letter "$letter" '$letter' $none`, `; [postsuper -h 4F1 4F1 $letter]`},
		{`a $(b)`, `the simulated shell knows no $`},
		{`echo "x`, `Syntax error: Unterminated quoted string`},
	} {
		list, bad := shellLine(c.line, func(name string) string { return map[string]string{"letter": "4F1"}[name] })
		var got []string
		for _, s := range list {
			got = append(got, fmt.Sprintf("%c %v", s.when, s.args))
		}
		if g := strings.Join(got, " ") + bad; g != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.line, g, c.want)
		}
	}
}
