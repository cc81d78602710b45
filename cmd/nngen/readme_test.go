package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadme holds the pages for users to what the command really reads and prints.
func TestReadme(t *testing.T) {
	t.Chdir("../..")
	text := readFile(t, "README.md")
	if words := len(strings.Fields(text)); words > 950 {
		t.Errorf("README.md has %d words: it is what a visitor reads, and other pages have room", words)
	}

	model := readFile(t, "testdata/models/iris.yaml")
	for line := range strings.Lines(between(t, text, "```yaml\nname: iris\n", "```\n")) {
		if !strings.Contains(model, line) {
			t.Errorf("iris.yaml has no line %q", line)
		}
	}

	text = readFile(t, "cmd/nngen/README.md")
	model = readFile(t, "testdata/models/adult.yaml")
	for _, from := range []string{"```yaml\ndata:\n", "```yaml\nlayers:\n"} {
		for line := range strings.Lines(between(t, text, from, "```\n")) {
			if !strings.Contains(model, line) {
				t.Errorf("adult.yaml has no line %q", line)
			}
		}
	}

	graph := filepath.Join(t.TempDir(), "house.yaml")
	description := "name: house\n" + between(t, text, "```yaml\nname: house\n", "```\n")
	if err := os.WriteFile(graph, []byte(description), 0o666); err != nil {
		t.Fatal(err)
	}
	if net, err := compile(t.Context(), graph, nil); err != nil || !net.Trains() {
		t.Errorf("the graph: %v", err)
	}

	text = readFile(t, "generated/README.md")
	example := readFile(t, "generated/example_test.go")
	for _, from := range []string{"```go\n// untilAccurate", "```go\nnext := "} {
		for line := range strings.Lines(between(t, text, from, "```\n")) {
			if !strings.Contains(example, strings.TrimSpace(line)) {
				t.Errorf("generated/example_test.go has no line %q", line)
			}
		}
	}

	var source strings.Builder
	files, err := filepath.Glob("generated/iris/*.go")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, "generated/adult/encode.go")
	for _, file := range files {
		source.WriteString(readFile(t, file))
	}
	for _, from := range []string{"```go\n// predict runs", "```go\n\tdst.X"} {
		for line := range strings.Lines(between(t, text, from, "```\n")) {
			if !strings.Contains(line, "...") && !strings.Contains(source.String(), line) {
				t.Errorf("the emitted code has no line %q", line)
			}
		}
	}

	text = readFile(t, "cmd/nngen/README.md")
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"summary", "testdata/models/mnist.yaml"}, &stdout, &stderr); code != 0 {
		t.Fatal(stderr.String())
	}
	shown := between(t, text, "$ nngen summary testdata/models/mnist.yaml\n", "\n## Finding names")
	for line := range strings.Lines(stdout.String()) {
		if strings.Contains(line, "Generated source:") {
			continue // changes with every word that the printer of source changes
		}
		if indented := "    " + line; strings.TrimSpace(line) != "" && !strings.Contains(shown, indented) {
			t.Errorf("the summary shown lacks %q", line)
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// between gives what follows from in text, up to to.
func between(t *testing.T, text, from, to string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, from)
	if !ok {
		t.Fatalf("no %q", from)
	}
	part, _, ok := strings.Cut(rest, to)
	if !ok {
		t.Fatalf("no %q after %q", to, from)
	}
	return part
}
