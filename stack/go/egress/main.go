// Command egress is the recorder: LiveKit's egress service, with the AAC
// encoder that Debian lacks and a shutdown that takes seconds.
//
// LiveKit's own command cannot be built as a Go module, because the layout
// page embedded in it is not part of the module. This one serves no layout
// page: requests bring the address of theirs.
package main

import (
	"fmt"
	"os"
)

// For each recording the service starts "egress run-handler", found in PATH.
func main() {
	run := runService
	if len(os.Args) > 1 && os.Args[1] == "run-handler" {
		run = func() error { return runHandler(os.Args[2:]) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "egress:", err)
		os.Exit(1)
	}
}
