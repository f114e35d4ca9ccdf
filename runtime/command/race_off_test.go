//go:build !race

package command_test

// perSender is how many commands each sender of TestManySenders sends.
const perSender = 100
