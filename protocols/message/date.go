package message

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// FormatDate writes a time as Postfix does, e.g.
// "Sat, 21 Nov 2026 23:57:40 +0000 (UTC)" (RFC 5322 §3.3). A day of one digit
// has a blank in front, as strftime's %e writes it.
func FormatDate(t time.Time) string {
	var room [64]byte
	return string(AppendDate(room[:0], t))
}

// AppendDate appends what FormatDate makes.
func AppendDate(b []byte, t time.Time) []byte {
	zone, offset := t.Zone()
	b = appendDate(b, t, ' ', offset)
	if zone == "" {
		zone = string(b[len(b)-len("+0000"):])
	}
	return append(append(append(b, " ("...), zone...), ')')
}

// FormatDateShort writes a time as Dovecot does, without the zone's name and
// with two digits for the day.
func FormatDateShort(t time.Time) string {
	var room [64]byte
	_, offset := t.Zone()
	return string(appendDate(room[:0], t, '0', offset))
}

// appendDate appends a date of RFC 5322 §3.3. Each hop of a mail writes some:
// time.Format, which reads its layout anew each time, takes five times as long.
func appendDate(b []byte, t time.Time, beforeDigit byte, offset int) []byte {
	two := func(n int) { b = append(b, byte('0'+n/10), byte('0'+n%10)) }
	year, month, day := t.Date()
	b = append(append(b, t.Weekday().String()[:3]...), ", "...)
	if day < 10 {
		b = append(b, beforeDigit, byte('0'+day))
	} else {
		two(day)
	}
	b = append(append(append(b, ' '), month.String()[:3]...), ' ')
	if year < 0 || year > 9999 {
		b = strconv.AppendInt(b, int64(year), 10)
	} else {
		two(year / 100)
		two(year % 100)
	}
	hour, minute, second := t.Clock()
	b = append(b, ' ')
	two(hour)
	b = append(b, ':')
	two(minute)
	b = append(b, ':')
	two(second)
	b = append(b, " +"...)
	if offset < 0 {
		b[len(b)-1], offset = '-', -offset
	}
	two(offset / 3600)
	two(offset % 3600 / 60)
	return b
}

var errDate = errors.New("not a date of RFC 5322")

// layouts are tried in turn on a date from which the name of the day and all
// comments are gone.
var layouts = []string{
	"2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04 -0700",
	"2 Jan 2006 15:04:05", "2 Jan 2006 15:04",
	"2 Jan 06 15:04:05 -0700", "2 Jan 06 15:04 -0700",
	"2 Jan 06 1504 -0700",
	"Jan 2 2006 15:04:05 -0700", "Jan 2 15:04:05 2006",
}

// zones are the names that RFC 5322 §4.3 defines; any other name counts as
// -0000, which means that the zone is unknown.
var zones = map[string]string{
	"UT": "+0000", "GMT": "+0000", "UTC": "+0000", "Z": "+0000",
	"EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500",
	"MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700",
}

// ParseDate reads a date of RFC 5322 §3.3, with the obsolete forms of §4.3,
// comments and white space anywhere, and some that occur although no RFC has
// them.
func ParseDate(value string) (time.Time, error) {
	s := stripComments(Unfold(value))
	if comma := strings.IndexByte(s, ','); comma >= 0 {
		s = s[comma+1:]
	}
	// RFC 5322 §4.3: white space may stand around the colons.
	f := strings.Fields(strings.ReplaceAll(s, ":", " : "))
	s = strings.ReplaceAll(strings.Join(f, " "), " : ", ":")
	if f = strings.Fields(s); len(f) == 0 {
		return time.Time{}, errDate
	}
	if isDayName(f[0]) {
		f = f[1:]
	}
	if len(f) > 0 {
		zone := strings.ToUpper(f[len(f)-1])
		if offset, known := zones[zone]; known {
			f[len(f)-1] = offset
		} else if isLetters(zone) {
			f[len(f)-1] = "+0000"
		}
	}
	s = strings.Join(f, " ")
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errDate
}

func isDayName(s string) bool {
	switch strings.ToLower(s) {
	case "mon", "tue", "wed", "thu", "fri", "sat", "sun":
		return true
	}
	return false
}

func isLetters(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return s != ""
}
