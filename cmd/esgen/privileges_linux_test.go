package main

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// dropPrivileges lets a script that sets ESGEN_TEST_UNPRIVILEGED see what a user
// sees who is not root: without it the superuser, as whom tests often run, may write
// to any folder. What is dropped is dropped for this thread, and for the go command
// not at all.
func dropPrivileges() {
	if os.Getenv("ESGEN_TEST_UNPRIVILEGED") == "" || os.Geteuid() != 0 {
		return
	}
	runtime.LockOSThread()
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if err := unix.Capget(&header, &sets[0]); err != nil {
		panic(err)
	}
	sets[0].Effective &^= 1<<unix.CAP_DAC_OVERRIDE | 1<<unix.CAP_DAC_READ_SEARCH
	if err := unix.Capset(&header, &sets[0]); err != nil {
		panic(err)
	}
}
