package runtime

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sources lists go.mod and every Go and assembly file below a folder that is not
// a test.
func sources(t *testing.T, folder string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "testdata" {
			return fs.SkipDir
		}
		if name == "go.mod" || strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".s") {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// What is written to an empty folder is all of the module, and builds with
// nothing but the standard library: no network, no workspace, no vendoring.
func TestWriteSource(t *testing.T) {
	dir := t.TempDir()
	if err := WriteSource(dir); err != nil {
		t.Fatal(err)
	}
	if got, want := sources(t, dir), sources(t, "."); !slices.Equal(got, want) {
		t.Errorf("the patterns of embed.go give %v\nwant %v", got, want)
	}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if strings.Contains(name, "testdata") || strings.HasSuffix(name, "_test.go") {
			t.Errorf("%s is written", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"build", "./..."}, {"vet", "./..."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off", "GOTOOLCHAIN=local")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	out, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil || strings.Contains(string(out), "require") {
		t.Errorf("go.mod: %v\n%s", err, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.sum")); err == nil {
		t.Error("the build wanted a go.sum")
	}
}
