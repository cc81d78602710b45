// Package golden compares what tests print with files that are kept beside
// them. It is free of everything but the standard library.
package golden

import (
	"flag"
	"os"
	"testing"
)

// Update is the flag -update: files are rewritten, not compared.
var Update = flag.Bool("update", false, "rewrite the files that tests compare with")

// File compares a text with a file.
func File(t testing.TB, path, got string) {
	t.Helper()
	if *Update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at what is new and run go test -update.\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}
