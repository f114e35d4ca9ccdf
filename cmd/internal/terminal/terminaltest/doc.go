// Package terminaltest shows a test what a person sees of a program that runs on a
// terminal. There is one for Linux only, and so are the tests that need it.
//
//	term := terminaltest.Open(t, 80)
//	cmd := exec.Command("esstore", "check", path)
//	term.Start(t, cmd)
//	if !term.Await("checking pages") { … }
//	err := cmd.Wait()
//	seen := term.All()
package terminaltest
