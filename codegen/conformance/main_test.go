package conformance

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets garbage lie longer, here and in the compilers that tests start: where
// packages are printed and compiled by the hundred, collecting it as often as Go does
// otherwise is a quarter of the time.
func TestMain(m *testing.M) {
	if os.Getenv("GOGC") == "" {
		os.Setenv("GOGC", "400")
		debug.SetGCPercent(400)
	}
	os.Exit(m.Run())
}
