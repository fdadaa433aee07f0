//go:build !unix

package scenarios_test

import "time"

var began = time.Now()

// used is the time that has passed, where the system does not tell the CPU time.
func used() time.Duration { return time.Since(began) }
