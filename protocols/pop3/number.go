package pop3

import (
	"math"
	"strconv"
	"strings"
)

// messageNumber reads the message number at the start of args and answers
// itself when that is none of this maildrop. Behind it must stand a blank and
// more when further is set, and nothing else. It returns the index of the
// message and what follows.
func (s *Session) messageNumber(args string, further bool) (i int, rest string, ok bool) {
	digits, rest := leadingDigits(args)
	if digits == "" {
		return 0, "", s.refuse("Invalid message number: " + args)
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return 0, "", s.refuse("Message number too large: " + args)
	}
	if n > math.MaxUint32 {
		return 0, "", s.refuse("Message number too large: " + rest)
	}
	if !endsRight(rest, further) {
		return 0, "", s.refuse("Noise after message number: " + rest)
	}
	if n == 0 || n > uint64(len(s.messages)) {
		return 0, "", s.refuse("There's no message " + strconv.FormatUint(n, 10) + ".")
	}
	if s.marked[n-1] {
		return 0, "", s.refuse("Message is deleted.")
	}
	return int(n - 1), strings.TrimLeft(rest, " "), true
}

// lineCount reads the number of lines that TOP is to send.
func (s *Session) lineCount(args string) (n uint64, ok bool) {
	digits, rest := leadingDigits(args)
	if digits == "" {
		return 0, s.refuse("Invalid size: " + args)
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return 0, s.refuse("Size too large: " + args)
	}
	if rest != "" {
		return 0, s.refuse("Noise after size: " + rest)
	}
	return n, true
}

// endsRight tells whether what follows a number is as the command wants it.
func endsRight(rest string, further bool) bool {
	if further {
		return strings.HasPrefix(rest, " ")
	}
	return rest == ""
}

func leadingDigits(s string) (digits, rest string) {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return s[:n], s[n:]
}

// indexes lists the positions that are set.
func indexes(set []bool) []int {
	var list []int
	for i, on := range set {
		if on {
			list = append(list, i)
		}
	}
	return list
}
