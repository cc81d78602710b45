package scratch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk/disktest"
)

// says is a package and a program that prints a word of it.
func says(word string) (pkg, program map[string][]byte) {
	pkg = map[string][]byte{"model.go": fmt.Appendf(nil, "package model\n\nconst Word = %q\n", word)}
	return pkg, map[string][]byte{"main.go": []byte("package main\n\nimport model \"nngen.scratch/model\"\n\nfunc main() { println(model.Word) }\n")}
}

// run builds the program of a word, looks at what it prints, and gives its path.
func run(t *testing.T, word string) string {
	t.Helper()
	pkg, program := says(word)
	p, err := Build(t.Context(), pkg, program)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer p.Close()
	out, err := p.Command(t.Context()).CombinedOutput()
	if err != nil || string(out) != word+"\n" {
		t.Errorf("it says %q, %v", out, err)
	}
	return p.Path
}

// A program is compiled once, by however many runs that want it at the same time,
// and anew where it is no longer there or something in it is another.
func TestBuild(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(CacheVariable, dir)
	var all sync.WaitGroup
	var paths [3]string
	for i := range paths {
		all.Go(func() { paths[i] = run(t, "one") })
	}
	all.Wait()
	first := run(t, "one")
	if filepath.Dir(first) != filepath.Join(dir, "programs") {
		t.Fatalf("the program is not kept: %s", first)
	}
	then := time.Now().Add(-time.Hour)
	if err := os.Chtimes(first, then, then); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(first)
	if err != nil {
		t.Fatal(err)
	}
	if again := run(t, "one"); again != first {
		t.Errorf("it is compiled once more: %s", again)
	}
	after, err := os.Stat(first)
	if err != nil || !os.SameFile(before, after) || !after.ModTime().After(then) {
		t.Errorf("it is not the program that was kept, or not marked as used: %v", err)
	}
	if other := run(t, "two"); other == first {
		t.Error("another package gives the same program")
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	run(t, "one")
	disktest.Expect(t, filepath.Join(dir, "programs"), filepath.Base(first))
}

// Without a cache, or where it cannot be written, programs are compiled all the same.
func TestNoCache(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	disktest.PutText(t, file, "x")
	for _, folder := range []string{"off", file} {
		t.Setenv(CacheVariable, folder)
		if path := run(t, "word"); !strings.Contains(path, prefix) {
			t.Errorf("%s: the program is kept as %s", folder, path)
		}
	}
	dir := t.TempDir()
	t.Setenv(CacheVariable, dir)
	disktest.PutText(t, filepath.Join(dir, "programs"), "x")
	run(t, "word")
	disktest.Expect(t, dir, "programs")
}

// A build that fails says why and leaves nothing.
func TestBuildFails(t *testing.T) {
	dir, temporary := t.TempDir(), t.TempDir()
	t.Setenv(CacheVariable, dir)
	t.Setenv("TMPDIR", temporary)
	pkg, program := says("word")
	pkg["wrong.go"] = []byte("package model\n\nvar x int = Word\n")
	if _, err := Build(t.Context(), pkg, program); err == nil || !strings.Contains(err.Error(), "wrong.go:3") {
		t.Errorf("it says %v", err)
	}
	disktest.Expect(t, temporary)
	disktest.Expect(t, filepath.Join(dir, "programs"))
}

// The key tells apart what differs in anything that is compiled.
func TestKey(t *testing.T) {
	type files = map[string][]byte
	tool0, pkg, program := &tool{version: "go1"}, files{"a.go": []byte("x"), "b.go": []byte("y")}, files{"main.go": []byte("z")}
	keys := map[string]string{}
	for name, key := range map[string]string{
		"as it is":            keyOf(tool0, pkg, program),
		"another compiler":    keyOf(&tool{version: "go2"}, pkg, program),
		"another text":        keyOf(tool0, files{"a.go": []byte("x"), "b.go": []byte("z")}, program),
		"names exchanged":     keyOf(tool0, files{"b.go": []byte("x"), "a.go": []byte("y")}, program),
		"a name changed":      keyOf(tool0, files{"a.go": []byte("x"), "b_arm64.go": []byte("y")}, program),
		"a file moved":        keyOf(tool0, files{"a.go": []byte("x")}, files{"main.go": []byte("z"), "b.go": []byte("y")}),
		"a file less":         keyOf(tool0, files{"a.go": []byte("x")}, program),
		"a line moved":        keyOf(tool0, files{"a.go": []byte("x\"b.go\" 1\ny")}, program),
		"another program":     keyOf(tool0, pkg, files{"main.go": []byte("Z")}),
		"the parts exchanged": keyOf(tool0, program, pkg),
	} {
		if other, ok := keys[key]; ok {
			t.Errorf("%s and %s have the same key", name, other)
		}
		if keys[key] = name; !programName.MatchString(key + ".exe") {
			t.Errorf("%s is no name of a program", key)
		}
	}
}

// What has not been used for the longest time makes room, and nothing else does.
func TestTrim(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(CacheVariable, dir)
	c := openCache()
	name := func(i int) string { return fmt.Sprintf("%064x.exe", i) }
	const size = 1000
	for i := range 6 {
		disktest.Put(t, c.programs(), name(i))
		if err := os.Truncate(filepath.Join(c.programs(), name(i)), size); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(time.Duration(i-10) * time.Hour)
		if err := os.Chtimes(filepath.Join(c.programs(), name(i)), then, then); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := c.find(name(0)[:64]); !ok { // in use, then
		t.Fatal("a program is not found")
	}
	disktest.Put(t, c.programs(), "."+name(7)+".nngen-123", "notes/kept")
	c.trim(4*size - 1)
	disktest.Expect(t, c.programs(), name(0), name(4), name(5), "notes")
	for i := range 6 { // all in use
		disktest.Put(t, c.programs(), name(i))
		if _, ok := c.find(name(i)[:64]); !ok {
			t.Fatal("a program is not found")
		}
		if err := os.Truncate(filepath.Join(c.programs(), name(i)), size); err != nil {
			t.Fatal(err)
		}
	}
	c.trim(4*size - 1)
	disktest.Expect(t, c.programs(), name(0), name(1), name(2), name(3), name(4), name(5), "notes")
}
