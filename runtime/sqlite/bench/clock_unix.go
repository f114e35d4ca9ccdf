//go:build unix

package main

import (
	"syscall"
	"time"
)

// processorTime is a clock that stands still while other processes have the processor.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // the arguments are wrong
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
