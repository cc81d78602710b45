package conformance

import (
	"os"
	"runtime/debug"
	"testing"
)

// Tests that take long and measure nothing are parallel: while one interprets its
// networks or runs its binary, another has packages compiled.

// TestMain lets garbage lie longer here, and in the compilers that tests start as long
// as there is memory: where packages are printed and compiled by the hundred, collecting
// it is a quarter of the time.
func TestMain(m *testing.M) {
	if os.Getenv("GOGC") == "" {
		os.Setenv("GOGC", "off")
		os.Setenv("GOMEMLIMIT", "1GiB")
		debug.SetGCPercent(400)
	}
	os.Exit(m.Run())
}
