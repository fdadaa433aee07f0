//go:build unix

package scenarios_test

import (
	"syscall"
	"time"
)

// used is the CPU time of this process, of its user and of the system for it.
func used() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it fails for wrong arguments only
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
