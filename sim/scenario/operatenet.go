package scenario

import (
	"strings"

	"github.com/miekg/dns"

	"mailtrek/sim/node"
)

func dovecotCommand(sh *operator, args []string) int {
	if sh.m.dovecot == nil {
		sh.printf("sh: 1: dovecot: not found (%s runs no Dovecot)\n", sh.m.Name)
		return 127
	}
	var err error
	switch strings.Join(args, " ") {
	case "":
		for range 2 { // the program and its master each ask for the host's full name
			sh.m.Stub.Lookup(sh.p, sh.m.Name, dns.TypeA)
		}
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

// dnsTool is somebody at one of BIND's tools.
func (sh *operator) dnsTool() *node.DNSTool {
	return &node.DNSTool{Stub: sh.m.Stub, P: sh.p, Out: sh.Out, Err: sh.Err, Input: sh.In.Line,
		Open: func(name string) (string, string) { text, why := sh.Read(name); return string(text), why }}
}

// digCommand, hostCommand and nslookupCommand are dig(1), host(1) and
// nslookup(1) of BIND.
func digCommand(sh *operator, args []string) int { return sh.dnsTool().Dig(args) }

func hostCommand(sh *operator, args []string) int { return sh.dnsTool().Host(args) }

func nslookupCommand(sh *operator, args []string) int { return sh.dnsTool().Nslookup(args) }
