package postfix

import "strings"

// VERP puts each recipient into the sender's address, so that a bounce tells by
// where it comes to who could not be reached (VERP_README).

// verpSender is "owner-list+user=domain@origin" for the delimiters "+=", the
// sender "owner-list@origin" and the recipient "user@domain" (verp_sender.c).
func verpSender(delimiters, sender, recipient string) string {
	if sender == "" {
		return sender
	}
	local, origin := sender, ""
	if i := strings.LastIndexByte(sender, '@'); i >= 0 {
		local, origin = sender[:i], sender[i:]
	}
	user, domain := recipient, ""
	if i := strings.LastIndexByte(recipient, '@'); i >= 0 {
		user, domain = recipient[:i], recipient[i+1:]
	}
	out := local + delimiters[:1] + user
	if domain != "" {
		out += delimiters[1:] + domain
	}
	return out + origin
}
