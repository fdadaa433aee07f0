package postfix

import "strings"

// ArgumentAddresses are the addresses of an argument of sendmail(1), in the
// internal form: one argument may hold several, with phrases and comments as in
// a header. What has no address in it stays as it is.
func ArgumentAddresses(arg string) []string {
	if !strings.ContainsAny(arg, " \t<>,\"()") {
		return []string{arg}
	}
	var out []string
	for _, part := range scanAddresses(arg) {
		if part.addr != "" {
			out = append(out, unquoteLocal(part.addr))
		}
	}
	if len(out) == 0 {
		return []string{arg}
	}
	return out
}

// HeaderRecipients are the recipients that "sendmail -t" takes from the header
// of a message: those of To, Cc and Bcc, or, when there is a Resent- field, of
// Resent-To, Resent-Cc and Resent-Bcc (sendmail(1)). The form is as lenient as
// cleanup(8) is.
func HeaderRecipients(msg []byte) []string {
	var plain, resent []string
	isResent := false
	for len(msg) > 0 {
		n := fieldEnd(msg)
		if n == 0 {
			break
		}
		name, value, _ := strings.Cut(string(msg[:n]), ":")
		name = strings.ToLower(strings.TrimSpace(name))
		again := strings.HasPrefix(name, "resent-")
		isResent = isResent || again
		switch strings.TrimPrefix(name, "resent-") {
		case "to", "cc", "bcc":
			list := &plain
			if again {
				list = &resent
			}
			for _, part := range scanAddresses(value) {
				if part.addr != "" {
					*list = append(*list, unquoteLocal(part.addr))
				}
			}
		}
		msg = msg[n:]
	}
	if isResent {
		return resent
	}
	return plain
}
