package host

import (
	"slices"
	"strconv"
	"strings"
)

// Quota is how much mail Dovecot's plugin "quota" lets a user keep (Dovecot
// manual, "Quota Plugin").
type Quota struct {
	Name     string // of the quota root, "User quota"
	Storage  int64  // octets; 0 is no limit
	Messages int    // 0 is no limit
	Grace    int64  // octets by which a delivery may go beyond Storage
	Exceeded string // what is said then; %-variables are expanded
}

// Quota returns the quota that applies to a protocol; false when the plugin is
// not loaded for it (mail_plugins) or no root is set up.
func (s Settings) Quota() (Quota, bool) {
	root := s.d.plugin["quota"]
	if root == "" || !slices.Contains(s.List("mail_plugins"), "quota") {
		return Quota{}, false
	}
	q := Quota{Exceeded: "Quota exceeded (mailbox for user is full)"}
	_, q.Name, _ = strings.Cut(root, ":")
	q.Name, _, _ = strings.Cut(q.Name, ":")
	if text := s.d.plugin["quota_exceeded_message"]; text != "" {
		q.Exceeded = text
	}
	mailbox, limits, _ := strings.Cut(s.d.plugin["quota_rule"], ":")
	if mailbox == "*" {
		for limit := range strings.SplitSeq(limits, ":") {
			name, value, _ := strings.Cut(limit, "=")
			switch name {
			case "storage":
				q.Storage = quotaSize(value, 10, 0)
			case "bytes":
				q.Storage = quotaSize(value, 0, 0)
			case "messages":
				q.Messages, _ = strconv.Atoi(value)
			}
		}
	}
	grace := s.d.plugin["quota_grace"]
	if grace == "" {
		grace = "10%"
	}
	q.Grace = quotaSize(grace, 10, q.Storage)
	return q, true
}

// Fits tells whether a message can come to what is there. A delivery may use the
// grace.
func (q Quota) Fits(octets int64, messages int, size int64, delivery bool) bool {
	limit := q.Storage
	if delivery {
		limit += q.Grace
	}
	return (q.Storage == 0 || octets+size <= limit) && (q.Messages == 0 || messages < q.Messages)
}

// Full tells whether nothing more can come.
func (q Quota) Full(octets int64, messages int) bool {
	return q.Storage > 0 && octets >= q.Storage || q.Messages > 0 && messages >= q.Messages
}

// quotaSize reads "10M", "3" (units of 1<<shift octets) and "10%" or "10%%" of a
// whole.
func quotaSize(v string, shift int, whole int64) int64 {
	if percent := strings.TrimRight(v, "%"); percent != v {
		n, _ := strconv.ParseInt(percent, 10, 32)
		return whole * n / 100
	}
	if v == "" || v[len(v)-1] > '9' {
		shift = 0
	}
	n, ok := dovecotSize(v)
	if !ok || n > 1<<40 {
		return 0
	}
	return n << shift
}

// quotaSettings are those of the section "plugin" that have an effect.
var quotaSettings = []string{"quota", "quota_rule", "quota_grace", "quota_exceeded_message"}

// pluginSetting notes a setting of the section "plugin".
func (p *dovecotReader) pluginSetting(l confLine) {
	if !slices.Contains(quotaSettings, l.key) {
		p.report(Unmodelled, "setting has no effect in the simulation: plugin { "+l.key)
	}
	p.d.plugin[l.key] = l.value
}

// plugins checks mail_plugins, everywhere.
func (p *dovecotReader) plugins() {
	for _, proto := range []string{"", "imap", "lmtp", "pop3"} {
		if _, own := p.d.protocol[proto]["mail_plugins"]; proto != "" && !own {
			continue
		}
		for _, name := range p.d.For(proto).List("mail_plugins") {
			if name != "quota" {
				p.report(Unmodelled, "plugin has no effect in the simulation: "+name)
			}
		}
	}
}
