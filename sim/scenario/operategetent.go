package scenario

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

const getentHelp = "Try `getent --help' or `getent --usage' for more information.\n"

// getentCommand is getent(1): what the programs of the host are told when they ask
// for a name (nsswitch.conf(5)).
func getentCommand(sh *operator, args []string) int {
	if len(args) == 0 {
		sh.errorf("getent: wrong number of arguments\n")
		sh.printf(getentHelp)
		return 1
	}
	ask := map[string]func(sh *operator, key string) bool{"hosts": (*operator).getentHost, "ahosts": (*operator).getentAll, "ahostsv4": (*operator).getentAll,
		"passwd": (*operator).getentUser, "group": (*operator).getentGroup, "services": (*operator).getentService}[args[0]]
	if ask == nil {
		sh.errorf("Unknown database: %s\n", visible(args[0]))
		sh.printf(getentHelp)
		return 1
	}
	keys := args[1:]
	if len(keys) == 0 && args[0] == "passwd" {
		users, _ := sh.m.Tree.Users()
		for i := 0; users != nil && i < len(users.Users); i++ {
			keys = append(keys, users.Users[i].Name)
		}
	}
	status := 0
	for _, k := range keys {
		if !ask(sh, k) {
			status = 2
		}
	}
	return status
}

// getentHost is a host by its name or address.
func (sh *operator) getentHost(key string) bool {
	if a, err := netip.ParseAddr(key); err == nil {
		name := sh.reverse(a)
		if name != "" {
			sh.printf("%-15s %s\n", a, visible(name))
		}
		return name != ""
	}
	addrs := sh.addresses(key)
	for _, a := range addrs {
		sh.printf("%-15s %s\n", a, visible(strings.TrimSuffix(key, ".")))
	}
	return len(addrs) > 0
}

// getentAll is a host as getaddrinfo(3) tells of it.
func (sh *operator) getentAll(key string) bool {
	addrs := sh.addresses(key)
	for i, a := range addrs {
		name := ""
		if i == 0 {
			name = visible(strings.TrimSuffix(key, "."))
		}
		sh.printf("%-15s STREAM %s\n%-15s DGRAM  \n%-15s RAW    \n", a, name, a, a)
	}
	return len(addrs) > 0
}

// getentUser is a line of /etc/passwd, by name or number.
func (sh *operator) getentUser(key string) bool {
	users, _ := sh.m.Tree.Users()
	u, ok := users.Lookup(key)
	if n, err := strconv.Atoi(key); err == nil && !ok {
		u, ok = users.LookupUID(n)
	}
	if ok {
		sh.printf("%s:x:%d:%d:%s:%s:%s\n", visible(u.Name), u.UID, u.GID, visible(u.Gecos), visible(u.Home), visible(u.Shell))
	}
	return ok
}

// getentGroup is a group, by name or number.
func (sh *operator) getentGroup(key string) bool {
	gid, ok := sh.m.Tree.GroupID(key)
	if n, err := strconv.Atoi(key); err == nil {
		gid, ok = n, sh.m.Tree.GroupName(n) != key
	}
	if ok {
		sh.printf("%s:x:%d:\n", visible(sh.m.Tree.GroupName(gid)), gid)
	}
	return ok
}

// namedPorts are the ports that have a name, in order, with their further names.
func namedPorts() (ports []uint16, alias map[uint16]string) {
	for p := range portNames {
		ports = append(ports, p)
	}
	slices.Sort(ports)
	return ports, map[uint16]string{25: "mail", 110: "pop-3", 143: "imap", 465: "ssmtp smtps urd"}
}

// servicesFile is as much of /etc/services as concerns mail (services(5)).
func servicesFile() string {
	var b strings.Builder
	b.WriteString("# Network services, Internet style: those of mail\n")
	ports, alias := namedPorts()
	for _, p := range ports {
		b.WriteString(strings.TrimRight(fmt.Sprintf("%s\t\t%d/tcp\t\t%s", portNames[p], p, alias[p]), "\t") + "\n")
	}
	return b.String()
}

// getentService is a port, by name or number.
func (sh *operator) getentService(key string) bool {
	ports, alias := namedPorts()
	for _, p := range ports {
		name, number := portNames[p], fmt.Sprint(p)
		if name == key || number == key || key == number+"/tcp" || slices.Contains(strings.Fields(alias[p]), key) {
			sh.printf("%s\n", strings.TrimRight(fmt.Sprintf("%-21s %d/tcp %s", name, p, alias[p]), " "))
			return true
		}
	}
	return false
}

// unameCommand is uname(1).
func unameCommand(sh *operator, args []string) int {
	o, bad := getopt(args, "asnrvmpio")
	if bad != "" {
		sh.errorf("uname: %s\nTry 'uname --help' for more information.\n", bad)
		return 1
	}
	var parts []string
	for _, p := range []struct {
		letter byte
		text   string
	}{{'s', "Linux"}, {'n', sh.m.Name}, {'r', "6.1.0"}, {'v', "#1 SMP Debian"}, {'m', "x86_64"}, {'o', "GNU/Linux"}} {
		_, asked := o.value(p.letter)
		if _, all := o.value('a'); asked || all || len(o.switches) == 0 && p.letter == 's' {
			parts = append(parts, p.text)
		}
	}
	sh.printf("%s\n", strings.Join(parts, " "))
	return 0
}
