package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEverySyntaxErrorIsExplained: a user is told in words of the file, not in
// those of the libraries.
func TestEverySyntaxErrorIsExplained(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"did not find", "mapping values", "cannot start any token", "looking for beginning", "invalid character", "cannot be read here"} {
			if strings.Contains(string(text), word) {
				t.Errorf("%s passes the library's words on: %s", file, text)
			}
		}
	}
}
