package schema

// CodeInfo explains a code to the person who meets it.
type CodeInfo struct {
	Code Code
	// Title is one line: what is wrong. Text is plain text with an example of what
	// is wrong and one of what is right.
	Title, Text string
}
