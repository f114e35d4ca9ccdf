//go:build !linux

package main

// dropPrivileges is for Linux, where tests often run as root.
func dropPrivileges() {}
