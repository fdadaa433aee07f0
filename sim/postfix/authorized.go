package postfix

import "strings"

// Authorized tells whether a user may submit mail, look at the queue or have it
// flushed, as authorized_submit_users, authorized_mailq_users and
// authorized_flush_users say; root may do all of it (check_user_acl_byuid). The
// first entry that matches decides, and "!" in front of it turns it round.
func (s *System) Authorized(param, user string, uid int) bool {
	if uid == 0 {
		return true
	}
	conf := s.Settings()
	for _, item := range conf.List(param) {
		name := strings.TrimLeft(item, "!")
		match := strings.EqualFold(name, user)
		if isTableSpec(name) {
			value, spec, err := NewTables(s.Host.Tree, s.passwd).Maps([]string{name}).Find(user)
			match = err == nil && spec != "" && value != ""
		}
		if match {
			return (len(item)-len(name))%2 == 0
		}
	}
	return false
}
