package scenario

import (
	"fmt"
	"strings"
)

// options are the words of a command line as getopt(3) takes them apart.
type options struct {
	switches []option
	args     []string
}

// option is a switch with the value that it takes, if it takes one.
type option struct {
	letter byte
	value  string
}

// getopt takes switches off the front of a command line. letters are those that
// the command knows; one with a colon behind it takes a value. bad is what
// getopt(3) says of the first that is wrong.
func getopt(args []string, letters string) (o options, bad string) {
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		word := args[0]
		args = args[1:]
		if word == "--" {
			break
		}
		for i := 1; i < len(word); i++ {
			c := word[i]
			at := strings.IndexByte(letters, c)
			switch {
			case at < 0 || c == ':':
				return o, fmt.Sprintf("invalid option -- '%s'", visible(string(rune(c))))
			case at+1 == len(letters) || letters[at+1] != ':':
				o.switches = append(o.switches, option{letter: c})
				continue
			}
			value := word[i+1:]
			if value == "" {
				if len(args) == 0 {
					return o, fmt.Sprintf("option requires an argument -- '%c'", c)
				}
				value, args = args[0], args[1:]
			}
			o.switches = append(o.switches, option{c, value})
			break
		}
	}
	o.args = args
	return o, ""
}

// value is that of a switch; ok tells whether it was given.
func (o *options) value(letter byte) (value string, ok bool) {
	for _, s := range o.switches {
		if s.letter == letter {
			value, ok = s.value, true
		}
	}
	return value, ok
}
