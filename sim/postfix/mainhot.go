package postfix

import "time"

// A program of Postfix that finds main.cf changed a moment ago cannot know
// whether whoever changes it has finished. It lets the file cool down: it reads
// it again, every 300 ms, until the last reading began two seconds of the clock
// after the change (dict_load_file_xt in util/dict.c). So "postconf -e" and a
// "postfix reload" right after it take two seconds, and so does a client that is
// the first to need a process of smtpd(8) then.

// rereadTime is the pause between two readings.
const rereadTime = 300 * time.Millisecond

// Hot is how long a program that begins now waits until a file of parameters,
// changed at that time, has cooled down.
func Hot(changed, now time.Time) (wait time.Duration) {
	mtime := changed.Unix()
	for before := now.Unix(); ; wait += rereadTime {
		after := now.Add(wait).Unix()
		if mtime < before-1 || mtime > after {
			return wait
		}
		before = after
	}
}

// hot is Hot for the main.cf of the host.
func (s *System) hot(now time.Time) time.Duration {
	info, err := s.Host.Tree.Stat(MainFile)
	if err != nil {
		return 0
	}
	return Hot(info.ModTime, now)
}
