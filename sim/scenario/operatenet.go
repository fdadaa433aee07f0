package scenario

import (
	"errors"
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/protocols/dnswire"
)

func dovecotCommand(sh *operator, args []string) int {
	if sh.m.dovecot == nil {
		sh.printf("sh: 1: dovecot: not found (%s runs no Dovecot)\n", sh.m.Name)
		return 127
	}
	var err error
	switch strings.Join(args, " ") {
	case "":
		err = sh.m.dovecot.Start()
	case "stop":
		sh.m.dovecot.Stop()
	case "reload":
		err = sh.m.dovecot.Reload()
	default:
		sh.printf("dovecot: usage: dovecot [stop|reload]\n")
		return 89
	}
	if err != nil {
		sh.printf("%v\n", err)
		return 89
	}
	return 0
}

func doveadmCommand(sh *operator, args []string) int {
	if len(args) == 1 && (args[0] == "stop" || args[0] == "reload") {
		return dovecotCommand(sh, args)
	}
	sh.printf("doveadm: of its commands only stop and reload are modelled\n")
	return 64
}

func rndcCommand(sh *operator, args []string) int {
	switch {
	case sh.m.named == nil:
		sh.printf("rndc: connect failed: 127.0.0.1#953: connection refused\n")
		return 1
	case len(args) == 1 && args[0] == "flush":
		sh.m.named.FlushCache()
	case len(args) == 1 && args[0] == "reload":
		if err := sh.m.named.Reload(); err != nil {
			sh.printf("rndc: 'reload' failed: %v\n", err)
			return 1
		}
		sh.printf("server reload successful\n")
	default:
		sh.printf("rndc: of its commands only reload and flush are modelled\n")
		return 1
	}
	return 0
}

const hostUsage = "Usage: host [-t type] hostname\n"

// hostCommand is host(1) of BIND.
func hostCommand(sh *operator, args []string) int {
	types := []uint16{dns.TypeA, dns.TypeMX}
	o, bad := getopt(args, "t:")
	if bad != "" {
		sh.printf("host: %s (-t TYPE is modelled here)\n%s", bad, hostUsage)
		return 1
	}
	if word, ok := o.value('t'); ok {
		t, ok := dnswire.TypeOf(word)
		if !ok {
			sh.printf("host: invalid type: %s\n\n", visible(word))
			return 2
		}
		types = []uint16{t}
	}
	if len(o.args) != 1 {
		sh.printf(hostUsage)
		return 1
	}
	name := o.args[0]
	if a, err := netip.ParseAddr(name); err == nil {
		name, types = dnswire.ReverseName(a), []uint16{dns.TypePTR}
	}
	for i, t := range types {
		answer, err := sh.m.Stub.Lookup(sh.p, name, t)
		if err != nil {
			var le *dnswire.LookupError
			if errors.As(err, &le) && le.Failure == dnswire.NoData {
				if len(types) == 1 {
					sh.printf("%s has no %s record\n", name, dnswire.TypeName(t))
				}
				continue
			}
			if le != nil && le.Failure == dnswire.Timeout {
				sh.printf(";; connection timed out; no servers could be reached\n")
			} else {
				dot := ""
				if name != o.args[0] { // the name was made of an address
					dot = "."
				}
				sh.printf("Host %s%s not found: %s\n", name, dot, failure(err))
			}
			return 1
		}
		for _, rr := range answer.Records {
			if i > 0 && rr.Header().Rrtype == dns.TypeCNAME {
				continue
			}
			sh.printf("%s\n", hostLine(rr))
		}
	}
	return 0
}

// hostLine is a record in the words of host(1).
func hostLine(rr dns.RR) string {
	name := dnswire.CanonicalName(rr.Header().Name)
	switch rr := rr.(type) {
	case *dns.A:
		return name + " has address " + rr.A.String()
	case *dns.MX:
		return name + " mail is handled by " + strings.TrimPrefix(rr.String(), rr.Hdr.String())
	case *dns.PTR:
		return name + " domain name pointer " + rr.Ptr
	case *dns.CNAME:
		return name + " is an alias for " + rr.Target
	case *dns.NS:
		return name + " name server " + rr.Ns
	case *dns.TXT:
		return name + " descriptive text " + visible(strings.TrimPrefix(rr.String(), rr.Hdr.String()))
	}
	return visible(rr.String())
}

// failure is what became of a question, as dig and host say it.
func failure(err error) string {
	var le *dnswire.LookupError
	if errors.As(err, &le) {
		switch le.Failure {
		case dnswire.NXDomain:
			return "3(NXDOMAIN)"
		case dnswire.ServFail:
			return "2(SERVFAIL)"
		case dnswire.Refused:
			return "5(REFUSED)"
		}
	}
	return err.Error()
}

// digCommand is dig(1) of BIND.
func digCommand(sh *operator, args []string) int {
	out, status := sh.m.Stub.Dig(sh.p, args)
	sh.printf("%s", out)
	return status
}
