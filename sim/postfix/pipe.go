package postfix

import (
	"fmt"
	"strings"
)

// pipe is pipe(8), which hands a message to a command. Nothing is executed: a
// "command" block of the scenario models the program, and one that no block
// models is missing on this host.
func (d *daemon) pipe(r *request) {
	argv := ""
	for i, a := range d.svc.Args {
		if v, ok := strings.CutPrefix(a, "argv="); ok {
			argv = strings.Join(append([]string{v}, d.svc.Args[i+1:]...), " ")
		}
	}
	program, _, _ := strings.Cut(argv, " ")
	relay := d.svc.Name
	d.p.Sleep(commandTime)
	model := d.Host.Command(program)
	for _, to := range r.recipients {
		if r.mail.probe {
			d.sent(r, to, result{dsn: "2.0.0", text: "delivers to command: " + program, relay: relay})
			continue
		}
		if model == nil {
			d.deferred(r, to, result{dsn: "4.3.0", relay: relay,
				text: fmt.Sprintf("temporary failure. Command output: pipe: fatal: pipe_command: execvp %s: No such file or directory", program)})
			continue
		}
		status, output := model(d.p, r.mail.Content)
		d.commandResult(r, to, program, relay, fmt.Sprintf("delivered via %s service", d.svc.Name), status, output)
	}
}

// exitStatuses are what the exit statuses of sysexits.h mean for a delivery
// (dsn_from sys_exits.c).
var exitStatuses = map[int]struct{ dsn, text string }{
	64: {"5.3.5", "command line usage error"},
	65: {"5.6.0", "data format error"},
	66: {"5.3.0", "cannot open input"},
	67: {"5.1.1", "user unknown"},
	68: {"5.1.2", "host name unknown"},
	69: {"5.3.0", "service unavailable"},
	70: {"5.3.0", "internal software error"},
	71: {"4.3.0", "system resource problem"},
	72: {"5.3.0", "critical OS file missing"},
	73: {"5.2.0", "can't create user output file"},
	74: {"5.3.0", "input/output error"},
	75: {"4.3.0", "temporary failure"},
	76: {"5.5.0", "remote error in protocol"},
	77: {"5.7.0", "permission denied"},
	78: {"5.3.5", "local configuration error"},
}

// commandResult reports what came of a command.
func (d *daemon) commandResult(r *request, to *Recipient, program, relay, done string, status int, output string) {
	if status == 0 {
		d.sent(r, to, result{dsn: "2.0.0", text: done, relay: relay, action: "delivered"})
		return
	}
	res := result{dsn: "5.3.0", text: fmt.Sprintf("Command died with status %d: %q", status, program), relay: relay}
	detail := fmt.Sprintf("unknown mail system error %d", status)
	if known, ok := exitStatuses[status]; ok {
		res.dsn, res.text, detail = known.dsn, known.text, known.text
	}
	if output = strings.TrimRight(output, "\n"); output != "" {
		res.text += ". Command output: " + output
		detail = output
	}
	res.diagnostic = "x-unix; " + detail
	if res.dsn[0] == '4' {
		d.deferred(r, to, res)
	} else {
		d.bounced(r, to, res)
	}
}
