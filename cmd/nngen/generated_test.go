package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestGeneratedIsCurrent runs the go:generate lines of package generated with
// --check: what is committed is what this compiler writes.
func TestGeneratedIsCurrent(t *testing.T) {
	t.Chdir("../../generated")
	src, err := os.ReadFile("gen.go")
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string]bool{}
	for line := range strings.Lines(string(src)) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "//go:generate go run ../cmd/nngen ")
		if !ok {
			continue
		}
		args := strings.Fields(command)
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), append(args, "--check"), &stdout, &stderr); code != 0 {
			t.Errorf("%s\n%srun go generate in generated/", command, stderr.String())
		}
		for i, a := range args {
			if a == "-o" {
				packages[args[i+1]] = true
			}
		}
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	packages["service"] = true // written by hand, around one of the others
	for _, e := range entries {
		if e.IsDir() && !packages[e.Name()] {
			t.Errorf("no go:generate line for %s", e.Name())
		}
	}
	if len(packages) < 4 {
		t.Errorf("%d packages", len(packages))
	}
}
