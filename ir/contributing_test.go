package ir_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestContributing holds the table of .github/CONTRIBUTING.md: the files that it
// names are there, and where it has an example no other file knows that. So a
// change that spreads a thing over more files shows here.
func TestContributing(t *testing.T) {
	t.Chdir("..")
	text, err := os.ReadFile(filepath.Join(".github", "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	sources := sourceFiles(t)
	path, examples := regexp.MustCompile("`([^`]+\\.go)`"), 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.Contains(cells[2], ".go") {
			continue
		}
		needed, _, _ := strings.Cut(cells[2], ";")
		if n := len(path.FindAllString(needed, -1)); n > 3 {
			t.Errorf("%s: %d files by hand, more than three", strings.TrimSpace(cells[1]), n)
		}
		var named []string
		for _, m := range path.FindAllStringSubmatch(cells[2], -1) {
			named = append(named, m[1])
			if _, ok := sources[m[1]]; !ok {
				t.Errorf("%s: there is no file %s", strings.TrimSpace(cells[1]), m[1])
			}
		}
		example := strings.Trim(cells[3], " `")
		if example == "" {
			continue
		}
		examples++
		for _, file := range slices.Sorted(maps.Keys(sources)) {
			if strings.Contains(sources[file], example) && !slices.Contains(named, file) {
				t.Errorf("%s: %s knows %s too", strings.TrimSpace(cells[1]), file, example)
			}
		}
	}
	if examples < 7 {
		t.Errorf("%d examples", examples)
	}
}

// sourceFiles reads what people have written but for tests, by path.
func sourceFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, dir := range []string{"cmd", "codegen", "ir", "runtime"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testdata") {
				return err
			}
			b, err := os.ReadFile(path)
			if !strings.HasPrefix(string(b), "// Code generated") {
				files[filepath.ToSlash(path)] = string(b)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}
