package runtime

import (
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite embed.go")

// sources lists go.mod and every Go and assembly file of the module that is not
// a test.
func sources(t *testing.T) []string {
	t.Helper()
	files := []string{"go.mod"}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "testdata" {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".s") {
			files = append(files, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(files, func(a, b string) int { // folder by folder
		if c := strings.Compare(path.Dir(a), path.Dir(b)); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	return files
}

// directives embeds the files, one line per folder: a pattern such as nn/*.go
// would take in the tests.
func directives(files []string) string {
	var b strings.Builder
	folder := "none"
	for _, f := range files {
		if dir := path.Dir(f); dir != folder {
			if folder != "none" {
				b.WriteString("\n")
			}
			b.WriteString("//go:embed")
			folder = dir
		}
		b.WriteString(" " + f)
	}
	return b.String() + "\n"
}

func TestSourceIsComplete(t *testing.T) {
	text, err := os.ReadFile("embed.go")
	if err != nil {
		t.Fatal(err)
	}
	from := strings.Index(string(text), "//go:embed")
	to := strings.Index(string(text), "var Source")
	if from < 0 || to < from {
		t.Fatal("embed.go has no directives before Source")
	}
	want := directives(sources(t))
	if string(text[from:to]) == want {
		return
	}
	if !*update {
		t.Fatalf("embed.go does not embed every source file; run go test -update in this folder. Want:\n%s", want)
	}
	if err := os.WriteFile("embed.go", []byte(string(text[:from])+want+string(text[to:])), 0o666); err != nil {
		t.Fatal(err)
	}
}

// Source, written to an empty folder, is a module that builds with nothing but
// the standard library: no network, no workspace, no vendoring.
func TestSourceBuilds(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, Source); err != nil {
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
	err = fs.WalkDir(Source, ".", func(name string, d fs.DirEntry, err error) error {
		if strings.Contains(name, "testdata") || strings.HasSuffix(name, "_test.go") {
			t.Errorf("%s is embedded", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
