package host

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// DovecotMaildirName is the name that Dovecot gives a message that it saves:
// seconds, microseconds and process id, the host, then its size as it lies on
// the disk (S=) and as it goes over the wire (W=).
func DovecotMaildirName(t time.Time, pid int, hostname string, data []byte) string {
	b := appendDovecotName(make([]byte, 0, 128), t, pid, hostname)
	b = strconv.AppendInt(append(b, ",S="...), int64(len(data)), 10)
	return string(strconv.AppendInt(append(b, ",W="...), CRLFSize(data), 10))
}

// DovecotMaildirTmpName is the name of the same file while it is written to
// tmp/, its sizes being unknown.
func DovecotMaildirTmpName(t time.Time, pid int, hostname string) string {
	return string(appendDovecotName(make([]byte, 0, 128), t, pid, hostname))
}

func appendDovecotName(b []byte, t time.Time, pid int, hostname string) []byte {
	b = strconv.AppendInt(b, t.Unix(), 10)
	b = strconv.AppendInt(append(b, ".M"...), int64(t.Nanosecond()/1000), 10)
	b = strconv.AppendInt(append(b, 'P'), int64(pid), 10)
	return append(append(b, '.'), hostname...)
}

// PostfixMaildirName is the name that local(8) and virtual(8) give: seconds,
// the device (V) and inode (I) of the file in hexadecimal, microseconds (M).
func PostfixMaildirName(t time.Time, inode uint64, hostname string) string {
	return fmt.Sprintf("%d.V%xI%xM%d.%s", t.Unix(), postfixDevice, inode, t.Nanosecond()/1000, hostname)
}

// postfixDevice is the number of the simulated disk (st_dev).
const postfixDevice = 0xfe01

// CompareMaildirNames orders names as Dovecot does when it gives UIDs to mail
// that it finds: by the seconds, then by the microseconds behind "M" where both
// have them, then by the octets.
func CompareMaildirNames(a, b string) int {
	sa, _ := leadingNumber(a)
	sb, _ := leadingNumber(b)
	if c := cmp.Compare(sa, sb); c != 0 {
		return c
	}
	ua, oka := nameMicros(a)
	ub, okb := nameMicros(b)
	if oka && okb && ua != ub {
		return cmp.Compare(ua, ub)
	}
	return strings.Compare(a, b)
}

// nameMicros reads the number behind "M" in the second part of a name.
func nameMicros(name string) (int64, bool) {
	_, rest, ok := strings.Cut(name, ".")
	if !ok {
		return 0, false
	}
	unique, _, _ := strings.Cut(rest, ".")
	_, micros, ok := strings.Cut(unique, "M")
	if !ok {
		return 0, false
	}
	return leadingNumber(micros)
}
