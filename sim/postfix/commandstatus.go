package postfix

import (
	"fmt"
	"strings"
)

// What becomes of a delivery to a command, after the status with which it ends
// and what it prints (pipe_command.c).

// exitStatuses are what the exit statuses of sysexits.h mean for a delivery
// (sys_exits.c).
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

// commandResult reports what came of a command: done if it ended well.
func (d *daemon) commandResult(r *request, to *Recipient, program, relay string, done result, status int, output string) {
	if status == 0 {
		done.dsn, done.relay = "2.0.0", relay
		d.sent(r, to, done)
		return
	}
	res := failedCommand(program, status, output)
	res.relay = relay
	if res.dsn[0] == '4' {
		d.deferred(r, to, res)
	} else {
		d.bounced(r, to, res)
	}
}

// failedCommand is the result of a command that ended with a status other than
// 0. What it printed counts most if it begins with a status code of its own.
func failedCommand(program string, status int, output string) result {
	if code, text, ok := ownStatus(output); ok {
		return result{dsn: code, text: oneLine(text), diagnostic: "x-unix; " + oneLine(strings.TrimSpace(text))}
	}
	res := result{dsn: "5.3.0", text: fmt.Sprintf("Command died with status %d: %q", status, program)}
	detail := fmt.Sprintf("unknown mail system error %d", status)
	if known, ok := exitStatuses[status]; ok {
		res.dsn, res.text, detail = known.dsn, known.text, known.text
	}
	if output != "" {
		res.text += ". Command output: " + oneLine(output)
		detail = oneLine(strings.TrimSpace(output))
	}
	res.diagnostic = "x-unix; " + detail
	return res
}

// ownStatus takes an enhanced status code (RFC 3463 §2) off a text.
func ownStatus(s string) (code, text string, ok bool) {
	code, text, _ = strings.Cut(s, " ")
	if len(code) < 5 || code[0] != '4' && code[0] != '5' || code[1] != '.' {
		return "", s, false
	}
	subject, detail, ok := strings.Cut(code[2:], ".")
	for _, part := range [2]string{subject, detail} {
		if len(part) < 1 || len(part) > 3 || strings.Trim(part, "0123456789") != "" {
			return "", s, false
		}
	}
	return code, strings.TrimLeft(text, " \t"), ok
}
