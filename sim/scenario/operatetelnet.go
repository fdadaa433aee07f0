package scenario

import (
	"crypto/tls"
	"errors"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mailtrek/sim"
)

// How somebody types into a connection: a line, then a look at what comes back.
const (
	telnetDial  = 127 * time.Second      // TCP gives a SYN up
	telnetWait  = 5 * time.Second        // for a first answer to a line
	telnetQuiet = 200 * time.Millisecond // then nothing more is expected
	telnetEnd   = 30 * time.Second       // behind the last line, for the server to close
)

// telnetPorts are the names of ports that people type (RFC 6335 registry).
var telnetPorts = map[string]uint16{"smtp": 25, "submission": 587, "pop3": 110, "imap": 143, "imap2": 143, "domain": 53}

// What a line of the here-document begins with that is for the program itself:
// telnet's escape character, ^], as one reads it.
const (
	telnetEscape = "^]"
	telnetTLS    = "^]tls" // go on inside TLS, as "openssl s_client" does where telnet cannot
	telnetLF     = "^]lf " // the rest of the line, ended by a lone LF
	telnetSelf   = "^]^]"  // a line that begins with ^]
)

// telnetCommand is telnet(1) with its input from a here-document: each line is
// typed when the server has answered the one before, or has let it pass in
// silence; the text of a mail, up to the dot, in one go. It prints what the
// server says.
func telnetCommand(sh *operator, args []string) int {
	if len(args) == 1 {
		args = []string{args[0], "23"}
	}
	if len(args) != 2 {
		sh.printf("Usage: telnet HOST PORT <<END, and the lines to type\n")
		return 1
	}
	port, ok := telnetPorts[args[1]]
	if n, err := strconv.ParseUint(args[1], 10, 16); err == nil && n > 0 {
		port, ok = uint16(n), true
	}
	if !ok {
		sh.printf("telnet: could not resolve %s/%s: Servname not supported for ai_socktype\n", args[0], args[1])
		return 1
	}
	addrs := sh.addresses(args[0])
	if len(addrs) == 0 {
		sh.printf("telnet: could not resolve %s/%s: Name or service not known\n", args[0], args[1])
		return 1
	}
	for _, a := range addrs {
		sh.printf("Trying %s...\n", a)
		c, err := sh.p.Dial(netip.Addr{}, netip.AddrPortFrom(a, port), telnetDial)
		if err == nil {
			sh.printf("Connected to %s.\nEscape character is '^]'.\n", args[0])
			sh.typeInto(c)
			return 0
		}
		why := "Connection timed out"
		if errors.Is(err, sim.ErrRefused) {
			why = "Connection refused"
		}
		sh.printf("telnet: Unable to connect to remote host: %s\n", why)
	}
	return 1
}

// addresses are those of a name that was typed, from /etc/hosts or the DNS.
func (sh *operator) addresses(name string) []netip.Addr {
	if a, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{a}
	}
	as, _ := sh.m.Stub.Addrs(sh.p, name)
	return as
}

// typeInto types the input line by line.
func (sh *operator) typeInto(c *sim.Conn) {
	defer c.Close()
	if !sh.listen(c, telnetWait) {
		return
	}
	text := false // of a mail: the server says nothing to it (RFC 5321 §4.5.2)
	for l := range strings.Lines(string(sh.In.All())) {
		l = strings.TrimRight(l, "\r\n")
		if !sh.typeLine(c, l) {
			return
		}
		if text = text && l != "."; text {
			continue
		}
		printed := len(sh.Out.String())
		if !sh.listen(c, telnetWait) {
			return
		}
		text = strings.EqualFold(l, "DATA") && strings.HasPrefix(sh.Out.String()[printed:], "354")
	}
	sh.listen(c, telnetEnd)
}

// typeLine types a line, or does what it tells the program to do; it tells
// whether that was possible.
func (sh *operator) typeLine(c *sim.Conn, line string) bool {
	if line == telnetTLS {
		c.SetTimeout(telnetEnd)
		if _, err := c.SecureClient(&tls.Config{InsecureSkipVerify: true}); err != nil {
			sh.printf("TLS: %s\n", visible(err.Error()))
			return false
		}
		return true
	}
	end := "\r\n"
	if text, ok := strings.CutPrefix(line, telnetLF); ok {
		line, end = text, "\n"
	} else if text, ok := strings.CutPrefix(line, telnetSelf); ok {
		line = telnetEscape + text
	}
	_, err := c.Write([]byte(line + end))
	return err == nil
}

// telnetInput is a line as a here-document has to write it, so that just this
// is typed; bare is one that ends in a lone LF.
func telnetInput(line string, bare bool) string {
	switch {
	case bare:
		return telnetLF + line
	case strings.HasPrefix(line, telnetEscape):
		return telnetSelf + line[len(telnetEscape):]
	}
	return line
}

// listen prints what comes within wait and without a pause behind it; it tells
// whether the connection is still there.
func (sh *operator) listen(c *sim.Conn, wait time.Duration) bool {
	buf := make([]byte, 4096)
	for {
		c.Listen(wait)
		n, err := c.Read(buf)
		sh.printf("%s", visibleLines(buf[:n]))
		switch {
		case errors.Is(err, sim.ErrTimeout):
			return true
		case err == io.EOF:
			sh.printf("Connection closed by foreign host.\n")
			return false
		case err != nil:
			sh.printf("Connection reset by peer.\n")
			return false
		}
		wait = telnetQuiet
	}
}

// visibleLines is text from outside as a terminal may have it.
func visibleLines(b []byte) string {
	var out strings.Builder
	for l := range strings.Lines(string(b)) {
		text := strings.TrimRight(l, "\r\n")
		out.WriteString(visible(text))
		if len(text) < len(l) {
			out.WriteByte('\n')
		}
	}
	return out.String()
}
