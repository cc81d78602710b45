package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestLinterAcceptsGoodYAML: the scanner that explains syntax errors must not
// find fault with what the YAML library reads, or it would send a user with a
// real mistake elsewhere to the wrong line.
func TestLinterAcceptsGoodYAML(t *testing.T) {
	sources := map[string]string{
		"indented": "  a: 1\n  b:\n  - x\n  - y: 2\n    z: 3\n  c: [1,\n     2]\n",
		"quotes":   "a: 'it''s: {'\n\"b: c\": \"} \\\" #\"\n'd' : 1 # {\ne: it's [fine]\n",
		"block":    "a: |\n  - { [ '\n  \ttab\nb: >-\n  x: y: z\nc: 1\n",
		"flow":     "a: {b: {c: [1, 2, {d: e}]}, 'f': \"g\", h: }\ni: {\n  j: k,   # comment, with {\n  l: m\n}\n",
		"texts":    "a: one\n  two\n  three\nb: x#y\nc: http://x:80/y\nd: -1\ne: - \n",
		"lists":    "- - 1\n  - 2\n- a: 1\n\n  b: 2\n-\n  c: 3\n# end\n- d\n",
		"document": "%YAML 1.1\n---\na: 1\n...\n",
		"anchors":  "a: &x [1]\nb: *x\n",
		"deeper":   "a:\n      b:\n        c: 1\n      d: 2\ne:\n - 1\n",
	}
	files, err := filepath.Glob("testdata/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no files")
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if m := filepath.Base(file); m == "key-is-list.yaml" || m == "python-file.yaml" || m == "r-file.yaml" {
			continue // YAML by the letter alone
		}
		sources[file] = string(src)
	}
	good := 0
	for name, src := range sources {
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(src), &n); err != nil {
			if !strings.HasPrefix(name, "testdata/errors/") && name != "texts" {
				t.Errorf("%s: the test is wrong: %v", name, err)
			}
			continue
		}
		good++
		l := linter{src: source{file: name, text: []byte(src)}, text: src, lines: 1}
		l.run()
		if l.found != nil {
			t.Errorf("%s: %v", name, l.found)
		}
	}
	if good < 60 {
		t.Errorf("only %d good files", good)
	}
}

// TestEverySyntaxErrorIsExplained: a user is told in words of his own file, not
// in those of the libraries.
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
