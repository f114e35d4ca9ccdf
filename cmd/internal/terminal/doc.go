// Package terminal is how the commands talk to a person who looks on. What a command
// prints may end up in a pipe or a log as well, where colours, lines that are cut and
// signs of life are in the way: [Is] and [Width] tell the one from the other, and a
// [Progress] says nothing but on a terminal.
//
//	progress := terminal.StartProgress(os.Stderr)
//	defer progress.Stop()
//	for i, f := range files {
//		progress.StepOf("reading files", int64(i), int64(len(files)))
//		…
//	}
package terminal
