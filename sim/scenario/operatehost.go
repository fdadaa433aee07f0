package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mailtrek/sim/host"
)

// hostnameCommand is hostname(1).
func hostnameCommand(sh *operator, args []string) int {
	name := sh.m.Name
	label, domain, _ := strings.Cut(name, ".")
	switch strings.Join(args, " ") {
	case "-s", "--short":
		name = label
	case "-d", "--domain":
		name = domain
	case "-I", "--all-ip-addresses":
		name = ""
		for _, a := range sh.m.Addrs {
			name += a.String() + " "
		}
	case "-i", "--ip-address":
		name = sh.m.Addr().String()
		if addrs := sh.addresses(sh.m.Name); len(addrs) > 0 {
			name = addrs[0].String()
		}
	case "", "-f", "--fqdn", "--long", "-A":
	default:
		sh.errorf("hostname: of its options only -f, -s, -d, -i and -I are modelled\n")
		return 1
	}
	sh.printf("%s\n", name)
	return 0
}

// dateParts are the conversions of date(1).
var dateParts = map[byte]string{'Y': "2006", 'm': "01", 'd': "02", 'e': "_2", 'H': "15", 'M': "04", 'S': "05", 'y': "06", 'b': "Jan", 'B': "January",
	'a': "Mon", 'A': "Monday", 'Z': "MST", 'z': "-0700", 'F': "2006-01-02", 'T': "15:04:05", 'D': "01/02/06", 'R': "15:04", 'c': "Mon Jan _2 15:04:05 2006"}

// dateCommand is date(1) about the virtual clock.
func dateCommand(sh *operator, args []string) int {
	now := sh.p.Now()
	if len(args) > 0 && args[0] == "-u" {
		now, args = now.UTC(), args[1:]
	}
	switch {
	case len(args) == 0:
		sh.printf("%s\n", now.Format("Mon Jan _2 15:04:05 MST 2006"))
		return 0
	case args[0] == "-R":
		sh.printf("%s\n", now.Format(time.RFC1123Z))
		return 0
	case !strings.HasPrefix(args[0], "+"):
		sh.errorf("date: invalid date '%s'\n", visible(args[0]))
		return 1
	}
	var b strings.Builder
	for f := args[0][1:]; f != ""; f = f[1:] {
		if f[0] != '%' || len(f) < 2 {
			b.WriteByte(f[0])
			continue
		}
		f = f[1:]
		switch part, ok := dateParts[f[0]]; {
		case ok:
			b.WriteString(now.Format(part))
		case f[0] == 's':
			b.WriteString(strconv.FormatInt(now.Unix(), 10))
		case f[0] == '%':
			b.WriteByte('%')
		default:
			b.WriteString("%" + f[:1])
		}
	}
	sh.printf("%s\n", b.String())
	return 0
}

// sleepCommand is sleep(1): virtual time passes.
func sleepCommand(sh *operator, args []string) int {
	if len(args) == 0 {
		sh.errorf("sleep: missing operand\nTry 'sleep --help' for more information.\n")
		return 1
	}
	for _, a := range args {
		unit := time.Second
		for _, u := range []struct {
			letter string
			time.Duration
		}{{"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", 24 * time.Hour}} {
			if strings.HasSuffix(a, u.letter) {
				unit = u.Duration
			}
		}
		n, err := strconv.ParseFloat(strings.TrimRight(a, "smhd"), 64)
		if err != nil || n < 0 || n > 1e6 {
			sh.errorf("sleep: invalid time interval '%s'\nTry 'sleep --help' for more information.\n", visible(a))
			return 1
		}
		sh.p.Sleep(time.Duration(n * float64(unit)))
	}
	return 0
}

// idCommand is id(1), with the groups of /etc/passwd.
func idCommand(sh *operator, args []string) int {
	u, how := sh.account(), ""
	for _, a := range args {
		if strings.HasPrefix(a, "-") {
			how = a
			continue
		}
		users, _ := sh.m.Tree.Users()
		found, ok := host.User{}, false
		if users != nil {
			found, ok = users.Lookup(a)
		}
		if u = found; !ok {
			sh.errorf("id: '%s': no such user\n", visible(a))
			return 1
		}
	}
	switch how {
	case "":
		group := sh.m.Tree.GroupName(u.GID)
		sh.printf("uid=%d(%s) gid=%d(%s) groups=%d(%s)\n", u.UID, u.Name, u.GID, group, u.GID, group)
	case "-u":
		sh.printf("%d\n", u.UID)
	case "-g":
		sh.printf("%d\n", u.GID)
	case "-un", "-nu":
		sh.printf("%s\n", u.Name)
	case "-gn", "-ng", "-Gn":
		sh.printf("%s\n", sh.m.Tree.GroupName(u.GID))
	default:
		sh.errorf("id: invalid option -- '%s'\nTry 'id --help' for more information.\n", visible(fmt.Sprint(how[1:])))
		return 1
	}
	return 0
}
