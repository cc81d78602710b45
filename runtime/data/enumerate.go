package data

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/runtime/nearest"
)

// enumerate lists names for an error message, the first twenty of them.
func enumerate(names []string) string {
	const most = 20
	var b strings.Builder
	for i, n := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == most {
			fmt.Fprintf(&b, "and %d more", len(names)-most)
			break
		}
		fmt.Fprintf(&b, "%.80q", n)
	}
	return b.String()
}

// Suggest is [nearest.Question].
//
// Deprecated: it is here for packages that were generated before there was a
// package nearest.
func Suggest(name string, known []string) string { return nearest.Question(name, known) }
