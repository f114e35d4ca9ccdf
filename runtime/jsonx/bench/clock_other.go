//go:build !unix

package main

import "time"

var started = time.Now()

// clock is the time since the process has started.
func clock() time.Duration { return time.Since(started) }
