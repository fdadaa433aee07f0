package scenario

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mailtrek/sim"
)

// ncForever is how long nc(1) waits here where the real one waits for ever.
const ncForever = 24 * time.Hour

// ncUsage is what nc(1) says of itself.
const ncUsage = `usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]
	  [-m minttl] [-O length] [-P proxy_username] [-p source_port]
	  [-q seconds] [-s sourceaddr] [-T keyword] [-V rtable] [-W recvlimit]
	  [-w timeout] [-X proxy_protocol] [-x proxy_address[:port]]
	  [destination] [port]
`

// ncServices are the names of ports in Debian's /etc/services.
var ncServices = map[uint16]string{22: "ssh", 23: "telnet", 25: "smtp", 53: "domain", 80: "http", 110: "pop3", 143: "imap2", 443: "https",
	465: "submissions", 587: "submission", 993: "imaps", 995: "pop3s"}

// netcat is nc(1) as Debian has it (netcat-openbsd), at work.
type netcat struct {
	*operator
	verbose, scan, numeric, crlf, deaf bool
	only                               func(netip.Addr) bool // the family of addresses
	from                               netip.Addr
	wait                               time.Duration // -w; 0 for ever
	quit                               time.Duration // -q, behind the end of the input; below 0 never
}

// ncCommand is nc(1): what comes in goes out on a connection, all at once, and
// what comes back is printed, until the other side closes.
func ncCommand(sh *operator, args []string) int {
	n := &netcat{operator: sh, quit: -1, only: func(netip.Addr) bool { return true }}
	o, bad := getopt(args, "46CdhNnq:rs:p:vw:zi:lkuU:tDFSZI:M:m:O:P:T:V:W:X:x:")
	if bad != "" {
		sh.errorf("nc: %s\n%s", bad, ncUsage)
		return 1
	}
	for _, s := range o.switches {
		if why := n.option(s); why != "" {
			sh.errorf("nc: %s\n", why)
			return 1
		}
	}
	switch len(o.args) {
	case 2:
	case 1:
		sh.errorf("nc: missing port number\n")
		return 1
	default:
		sh.errorf("%s", ncUsage)
		return 1
	}
	ports, why := ncPorts(o.args[1])
	if why != "" {
		sh.errorf("nc: %s\n", why)
		return 1
	}
	return n.ports(o.args[0], ports)
}

// option does what a switch says, or tells why not.
func (n *netcat) option(s option) (why string) {
	number := func(what string) time.Duration {
		v, err := strconv.ParseInt(s.value, 10, 32)
		if err != nil {
			why = fmt.Sprintf("%s invalid: %s", what, visible(s.value))
		}
		return time.Duration(v) * time.Second
	}
	switch s.letter {
	case '4':
		n.only = netip.Addr.Is4
	case '6':
		n.only = netip.Addr.Is6
	case 'C':
		n.crlf = true
	case 'd':
		n.deaf = true
	case 'n':
		n.numeric = true
	case 'q':
		n.quit = number("quit timer")
	case 'w':
		if n.wait = number("timeout"); why == "" && n.wait < 0 {
			why = "timeout too small: " + visible(s.value)
		}
	case 'v':
		n.verbose = true
	case 'z':
		n.scan = true
	case 's':
		a, err := netip.ParseAddr(s.value)
		if n.from = a; err != nil {
			why = "getaddrinfo: Name or service not known"
		}
	case 'r', 't', 'p', 'i':
	default: // of -N too: a simulated connection is closed in both directions at once
		why = fmt.Sprintf("-%c is not modelled", s.letter)
	}
	return why
}

// ncPorts reads a port: a number, a name, or a range of numbers.
func ncPorts(word string) (ports []uint16, why string) {
	if p, ok := telnetPorts[word]; ok {
		return []uint16{p}, ""
	}
	from, to, isRange := strings.Cut(word, "-")
	if !isRange {
		to = from
	}
	if word == "" || word[0] < '0' || word[0] > '9' {
		return nil, fmt.Sprintf("service \"%s\" unknown", visible(word))
	}
	low, why := ncPort(from)
	high, why2 := ncPort(to)
	if why = orElse(why, why2); why != "" {
		return nil, why
	}
	for p := min(low, high); p <= max(low, high); p++ {
		ports = append(ports, uint16(p))
	}
	return ports, ""
}

// ncPort reads the number of a port.
func ncPort(word string) (n uint64, why string) {
	n, err := strconv.ParseUint(word, 10, 32)
	switch {
	case err != nil:
		why = "invalid"
	case n == 0:
		why = "too small"
	case n > 65535:
		why = "too large"
	default:
		return n, ""
	}
	return 0, "port number " + why + ": " + visible(word)
}

// ports connects to each port in turn; the exit status is 0 when one of them
// took the connection.
func (n *netcat) ports(name string, ports []uint16) (status int) {
	status = 1
	_, err := netip.ParseAddr(name)
	literal := err == nil
	var addrs []netip.Addr
	if literal || !n.numeric {
		addrs = n.addresses(name)
	}
	for _, port := range ports {
		shown, label := name, strconv.Itoa(int(port))
		tried := false
		for _, a := range addrs {
			if !n.only(a) {
				continue
			}
			if tried = true; !literal {
				shown = fmt.Sprintf("%s (%s)", visible(name), a)
			}
			if n.connect(a, port, shown, label) {
				status = 0
				break
			}
		}
		if !tried {
			n.errorf("nc: getaddrinfo for host \"%s\" port %s: Name or service not known\n", visible(name), visible(label))
			return 1
		}
	}
	return status
}

// connect opens one connection and serves it; false when it was not to be had.
func (n *netcat) connect(a netip.Addr, port uint16, shown, label string) bool {
	wait := telnetDial
	if n.wait > 0 {
		wait = min(wait, n.wait)
	}
	c, err := n.p.Dial(n.from, netip.AddrPortFrom(a, port), wait)
	if err != nil {
		if n.verbose {
			n.errorf("nc: connect to %s port %s (tcp) %s\n", shown, visible(label), n.why(err))
		}
		return false
	}
	defer c.Close()
	if n.verbose {
		service := ncServices[port]
		if service == "" || n.numeric {
			service = "*"
		}
		n.errorf("Connection to %s %s port [tcp/%s] succeeded!\n", shown, visible(label), service)
	}
	if !n.scan {
		n.carry(c)
	}
	return true
}

// why is why a connection was not to be had.
func (n *netcat) why(err error) string {
	switch {
	case errors.Is(err, sim.ErrRefused):
		return "failed: Connection refused"
	case errors.Is(err, sim.ErrUnreachable):
		return "failed: No route to host"
	case errors.Is(err, sim.ErrNoNetwork):
		return "failed: Network is unreachable"
	case n.wait > 0 && n.wait < telnetDial:
		return "timed out: Operation now in progress"
	}
	return "failed: Connection timed out"
}

// carry sends the input and prints what comes back.
func (n *netcat) carry(c *sim.Conn) {
	if !n.deaf {
		text := string(n.In.All())
		if n.crlf {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		if text != "" {
			if _, err := c.Write([]byte(text)); err != nil {
				return
			}
		}
	}
	wait, ends := ncForever, n.p.World().Now()+ncForever
	if n.wait > 0 {
		wait = n.wait
	}
	if n.quit >= 0 && !n.deaf {
		ends = n.p.World().Now() + n.quit
	}
	for buf := make([]byte, 4096); ; {
		left := min(wait, ends-n.p.World().Now())
		if left <= 0 {
			return
		}
		c.Listen(left)
		k, err := c.Read(buf)
		n.printf("%s", visibleLines(buf[:k]))
		if err != nil {
			if err != io.EOF && !errors.Is(err, sim.ErrTimeout) && n.verbose {
				n.errorf("nc: read: Connection reset by peer\n")
			}
			return
		}
	}
}
