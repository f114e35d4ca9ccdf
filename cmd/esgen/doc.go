// Command esgen writes the plumbing of event-sourced Go: sealed event interfaces,
// apply dispatchers, codecs, registries and typed repositories, from declarations
// annotated with //es: directives.
//
// Add it to a module once, and run it whenever the declarations change:
//
//	go get -tool github.com/esgen/esgen/cmd/esgen
//	go tool esgen ./...
//
// "esgen help" lists its commands, "esgen help directives" what can be annotated.
//
// # How it is built
//
// Every run makes the same [plan]: the front end reads the packages into a
// [schema.Module], the rules judge it, the templates print it, and what they print
// is held against the files that are there. Two commands differ only in what they do
// with the plan: esgen itself carries it out, esgen check shows what it would do.
// So check cannot come to another conclusion than the generator.
//
// Nothing is written while anything is wrong, and all that is written appears at
// once: see [plan.write].
package main
