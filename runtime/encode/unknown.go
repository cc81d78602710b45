package encode

import (
	"fmt"

	"github.com/nngen-go/nngen/runtime/nearest"
)

// Unknown is the error about a name that is none of those known, which are a few
// or stand in a list of that name.
func Unknown(pkg, kind, name, list string, known []string) error {
	if len(known) <= 12 {
		return fmt.Errorf("%s: no %s %.80q%s; there are %q", pkg, kind, name, nearest.Question(name, known), known)
	}
	return fmt.Errorf("%s: no %s %.80q%s; there are %d: see %s", pkg, kind, name, nearest.Question(name, known), len(known), list)
}
