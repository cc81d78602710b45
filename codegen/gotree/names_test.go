package gotree_test

import (
	"go/token"
	"testing"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// TestLetters tells any number of names apart, each an identifier.
func TestLetters(t *testing.T) {
	for i, want := range map[int]string{0: "A", 1: "B", 25: "Z", 26: "AA", 701: "ZZ", 702: "AAA"} {
		if got := gotree.Letters(i); got != want {
			t.Errorf("%d is %s, want %s", i, got, want)
		}
	}
	seen := map[string]bool{}
	for i := range 2000 {
		s := gotree.Letters(i)
		if seen[s] || !token.IsIdentifier("tile"+s) {
			t.Errorf("%d is %s", i, s)
		}
		seen[s] = true
	}
}
