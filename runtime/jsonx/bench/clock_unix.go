//go:build unix

package main

import (
	"syscall"
	"time"
)

// clock is the processor time that this process has used. Unlike the time of day it stands still while
// other processes have the processor.
func clock() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // the arguments are wrong
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
