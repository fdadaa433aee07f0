package scenario

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// portNames are what Debian's /etc/services calls the ports of mail.
var portNames = map[uint16]string{25: "smtp", 53: "domain", 110: "pop3", 143: "imap2", 465: "submissions", 587: "submission", 993: "imaps", 995: "pop3s"}

// socketRow is a listening socket as ss(8) and netstat(8) show it.
type socketRow struct {
	udp  bool
	addr netip.Addr // unspecified when it is all addresses of the host
	port uint16
}

// sockets are the listening sockets of the host in the order in which they were
// opened: what listens at every address listens at 0.0.0.0.
func (sh *operator) sockets(tcp, udp bool) (rows []socketRow) {
	var all []socketRow
	if tcp {
		for _, l := range sh.m.Node.Listeners() {
			if at, err := netip.ParseAddrPort(l.Addr); err == nil {
				all = append(all, socketRow{false, at.Addr(), at.Port()})
			}
		}
	}
	if udp {
		for _, at := range sh.m.Node.UDPListeners() {
			all = append(all, socketRow{true, at.Addr(), at.Port()})
		}
	}
	for _, s := range all {
		every := true
		for _, a := range append([]netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}, sh.m.Addrs...) {
			every = every && slices.Contains(all, socketRow{s.udp, a, s.port})
		}
		if pf := sh.m.postfix; pf != nil && !s.udp && pf.HasPort(int(s.port)) {
			every = pf.HasPortEverywhere(int(s.port))
		}
		if every {
			s.addr = netip.IPv4Unspecified()
		}
		if !slices.Contains(rows, s) {
			rows = append(rows, s)
		}
	}
	return rows
}

// portWord is a port as -n has it, or by its name.
func portWord(port uint16, numeric bool) string {
	if name := portNames[port]; name != "" && !numeric {
		return name
	}
	return strconv.Itoa(int(port))
}

// socketOptions reads what ss and netstat have in common. Only what listens is
// shown, for the connections of a host come and go between two commands.
func (sh *operator) socketOptions(name string, args []string) (tcp, udp, numeric, ok bool) {
	o, bad := getopt(args, "tulnaH46p")
	if bad != "" {
		sh.errorf("%s: %s (of its options only -t -u -l -n -a are modelled)\n", name, bad)
		return false, false, false, false
	}
	listening := false
	for _, s := range o.switches {
		switch s.letter {
		case 'p':
			sh.errorf("%s: which program it is (-p) is not modelled\n", name)
			return false, false, false, false
		case 't':
			tcp = true
		case 'u':
			udp = true
		case 'n':
			numeric = true
		case 'l', 'a':
			listening = true
		}
	}
	if !listening || len(o.args) > 0 {
		sh.errorf("%s: only listening sockets are modelled here: try %s -tln\n", name, name)
		return false, false, false, false
	}
	if !tcp && !udp {
		tcp, udp = true, true
	}
	return tcp, udp, numeric, true
}

// ssCommand is ss(8) about listening sockets.
func ssCommand(sh *operator, args []string) int {
	tcp, udp, numeric, ok := sh.socketOptions("ss", args)
	if !ok {
		return 1
	}
	rows := sh.sockets(tcp, udp)
	local, port, state := len("Local Address"), len("Port"), len("State")
	for _, r := range rows {
		local, port = max(local, len(r.addr.String())), max(port, len(portWord(r.port, numeric)))
		state = len("LISTEN")
	}
	kind := func(word string) string {
		if tcp && udp {
			return fmt.Sprintf("%-5s ", word)
		}
		return ""
	}
	line := func(netid, st, recv, send, la, lp, pa, pp, end string) {
		sh.printf("%s%-*s %-6s %-6s %*s:%-*s %12s:%-4s%-7s\n", kind(netid), state, st, recv, send, local, la, port, lp, pa, pp, end)
	}
	line("Netid", "State", "Recv-Q", "Send-Q", "Local Address", "Port", "Peer Address", "Port", "Process")
	for _, r := range rows {
		if r.udp {
			line("udp", "UNCONN", "0", "0", r.addr.String(), portWord(r.port, numeric), "0.0.0.0", "*", "")
		} else {
			line("tcp", "LISTEN", "0", "100", r.addr.String(), portWord(r.port, numeric), "0.0.0.0", "*", "")
		}
	}
	return 0
}

// netstatCommand is netstat(8) about listening sockets.
func netstatCommand(sh *operator, args []string) int {
	tcp, udp, numeric, ok := sh.socketOptions("netstat", args)
	if !ok {
		return 1
	}
	sh.printf("Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State      \n")
	for _, r := range sh.sockets(tcp, udp) {
		at := r.addr.String()
		if name := sh.reverse(r.addr); !numeric && name != "" && !r.addr.IsUnspecified() {
			at = name
		}
		proto, state := "tcp", "LISTEN"
		if r.udp {
			proto, state = "udp", ""
		}
		word := portWord(r.port, numeric)
		if room := 23 - 1 - len(word); len(at) > room {
			at = at[:max(0, room)]
		}
		sh.printf("%-5s %6d %6d %-23s %-23s %-11s\n", proto, 0, 0, at+":"+word, "0.0.0.0:*", state)
	}
	return 0
}

// ipCommand is ip(8): what addresses the host has, and the one network to which it
// is connected.
func ipCommand(sh *operator, args []string) int {
	brief, only4 := false, false
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-br", "-brief":
			brief = true
		case "-4":
			only4 = true
		case "-o", "-c", "-d", "-s", "-6":
			sh.errorf("ip: the option %s is not modelled here\n", args[0])
			return 1
		default:
			sh.errorf("Option \"%s\" is unknown, try \"ip -help\".\n", visible(args[0]))
			return 255
		}
		args = args[1:]
	}
	object := "help"
	if len(args) > 0 {
		object, args = args[0], args[1:]
	}
	device := ""
	for _, a := range args {
		if a == "lo" || a == "eth0" {
			device = a
		}
	}
	switch {
	case object != "" && strings.HasPrefix("address", object):
		sh.ipAddresses(device, brief, only4)
	case object == "addr":
		sh.ipAddresses(device, brief, only4)
	case object != "" && strings.HasPrefix("route", object):
		first := sh.m.Addr()
		network, _ := first.Prefix(16)
		sh.printf("%s dev eth0 proto kernel scope link src %s \n", network, first)
	case object == "link":
		sh.errorf("ip: link is not modelled here; try ip address\n")
		return 1
	case object == "help":
		sh.errorf("Usage: ip [ -4 ] [ -br ] address | route\n")
		return 255
	default:
		sh.errorf("Object \"%s\" is unknown, try \"ip help\".\n", visible(object))
		return 1
	}
	return 0
}

// ipAddresses is "ip address". The network here has no Ethernet underneath, so
// there is no line about it.
func (sh *operator) ipAddresses(device string, brief, only4 bool) {
	lo := []string{"127.0.0.1/8"}
	var eth []string
	for _, a := range sh.m.Addrs {
		if a.Is4() {
			eth = append(eth, a.String()+"/16")
		} else if !only4 {
			eth = append(eth, a.String()+"/64")
		}
	}
	if brief {
		if device != "eth0" {
			sh.printf("%-16s %-14s %s \n", "lo", "UNKNOWN", strings.Join(lo, " "))
		}
		if device != "lo" {
			sh.printf("%-16s %-14s %s \n", "eth0", "UP", strings.Join(eth, " "))
		}
		return
	}
	const forever = "       valid_lft forever preferred_lft forever\n"
	if device != "eth0" {
		sh.printf("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n"+
			"    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet %s scope host lo\n%s", lo[0], forever)
	}
	if device == "lo" {
		return
	}
	sh.printf("2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000\n")
	for i, a := range eth {
		family, second := "inet", ""
		if strings.Contains(a, ":") {
			family = "inet6"
		} else if i > 0 {
			second = " secondary"
		}
		if family == "inet6" {
			sh.printf("    inet6 %s scope global \n%s", a, forever)
		} else {
			sh.printf("    inet %s scope global%s eth0\n%s", a, second, forever)
		}
	}
}
