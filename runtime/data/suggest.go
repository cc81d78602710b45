package data

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/runtime/encode"
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

// Suggest is the question of an error message about a name that is not among
// the known ones, ` (did you mean "loss"?)`, and "" where none of them is near.
func Suggest(name string, known []string) string { return encode.Suggest(name, known) }
