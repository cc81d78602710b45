package conformance

import (
	"regexp"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/internal/crosscompile"
)

// The runtime gives the same bits on every processor: no product is added to
// something without being rounded, in what the compiler makes of it for others.
// Packages that draw and print are free to.
func TestRuntimeHasNoFusedProducts(t *testing.T) {
	for processor, fused := range fusedOn {
		out, err := crosscompile.Listing("../../runtime", nil, strings.Fields(processor), "./data", "./internal/portable", "./metric", "./nn", "./optim", "./train", "./weights")
		if err != nil || !regexp.MustCompile(`\sV?F?MULS[SD]?\s`).Match(out) {
			t.Fatalf("no listing for %s: %v\n%s", processor, err, head(out))
		}
		for _, line := range fused.FindAll(out, -1) {
			t.Errorf("%s: %s", processor, line)
		}
	}
}
