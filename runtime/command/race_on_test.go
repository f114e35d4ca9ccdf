//go:build race

package command_test

// perSender is smaller with the race detector, under which SQLite and all takes several
// times as long.
const perSender = 20
