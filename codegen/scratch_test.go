package codegen

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// TestMain lets garbage lie longer here, and in the compilers that tests start as long
// as there is memory, which is a quarter of their time.
func TestMain(m *testing.M) {
	if os.Getenv("GOGC") == "" {
		os.Setenv("GOGC", "off")
		os.Setenv("GOMEMLIMIT", "1GiB")
		debug.SetGCPercent(400)
	}
	os.Exit(m.Run())
}

// scratch writes packages p0, p1, ... to a folder of this module, where SCRATCH
// stands for the folder in import paths. The folder goes when the test ends.
func scratch(t *testing.T, packages ...[]File) (dir string) {
	t.Helper()
	if err := os.MkdirAll("testdata", 0o777); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("testdata", "scratch")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	dir = filepath.ToSlash(dir)
	for i, files := range packages {
		writeScratch(t, dir, fmt.Sprint("p", i), files)
	}
	return dir
}

// writeScratch writes a package to a folder in a scratch folder.
func writeScratch(t *testing.T, dir, name string, files []File) {
	t.Helper()
	sub := filepath.Join(dir, name)
	if err := os.Mkdir(sub, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data := bytes.ReplaceAll(f.Data, []byte("SCRATCH"), []byte("github.com/nngen-go/nngen/codegen/"+dir))
		if err := os.WriteFile(filepath.Join(sub, f.Name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// testIn vets packages in a scratch folder and runs the tests that they carry.
func testIn(t *testing.T, packages ...[]File) {
	t.Helper()
	testWith(t, nil, packages...)
}

// testWith does so and runs more tests, of a package that imports the others.
func testWith(t *testing.T, more []File, packages ...[]File) {
	t.Helper()
	dir := scratch(t, bundled(packages)...)
	writeScratch(t, dir, "tests", append(more, bundle(t, more, packages)))
	run(t, "go", "test", "-vet=all", compilerFlags(dir), linkerFlags, "./"+dir+"/...")
}

// compilerFlags are those of the packages in a scratch folder, and linkerFlags those of
// their tests: without tables for a debugger, which take an eighth of the time.
func compilerFlags(dir string) string {
	return "-gcflags=./" + dir + "/...=-dwarf=false"
}

const linkerFlags = "-ldflags=-s -w"

// bundled are the packages with their tests as parts of them, under names that do
// not end in _test.go: so one binary runs the tests of all, where compiling every
// package a second time and linking it takes longer than everything else.
// TestIris and the packages in generated are tested as they are.
func bundled(packages [][]File) [][]File {
	var all [][]File
	for _, files := range packages {
		files = slices.Clone(files)
		for i := range files {
			if name, ok := strings.CutSuffix(files[i].Name, "_test.go"); ok {
				files[i].Name = name + ".tested.go"
			}
		}
		all = append(all, files)
	}
	return all
}

// bundle is a file with the test TestPackages, which runs the tests of p0, p1,
// ... in subtests of that name, and TestExamples, which runs their examples. It
// is of the same package as the other files.
func bundle(t *testing.T, other []File, packages [][]File) File {
	t.Helper()
	name := "bundle_test"
	if len(other) > 0 {
		name = parsed(t, other[0]).Name.Name
	}
	var imports, tests, examples strings.Builder
	for i, files := range packages {
		pkg := fmt.Sprint("p", i)
		fmt.Fprintf(&imports, "\t%s \"SCRATCH/%[1]s\"\n", pkg)
		fmt.Fprintf(&tests, "\tt.Run(%q, func(t *testing.T) {\n", pkg)
		count := 0
		for _, f := range files {
			if !strings.HasSuffix(f.Name, "_test.go") {
				continue
			}
			file := parsed(t, f)
			for _, d := range file.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Test") {
					fmt.Fprintf(&tests, "\t\tt.Run(%q, %s.%[1]s)\n", fn.Name.Name, pkg)
					count++
				}
			}
			for _, e := range doc.Examples(file) {
				fmt.Fprintf(&examples, "\t\t{Name: %q, F: %s.Example%s, Output: %q},\n", pkg, pkg, e.Name, e.Output)
			}
		}
		if count == 0 {
			t.Fatalf("package %s has no tests", pkg)
		}
		tests.WriteString("\t})\n")
	}
	text := "package " + name + "\n\nimport (\n\t\"testing\"\n\n" + imports.String() + ")\n\nfunc TestPackages(t *testing.T) {\n" + tests.String() + "}\n\n" +
		"func TestExamples(t *testing.T) {\n\tall := []testing.InternalExample{\n" + examples.String() + "\t}\n" +
		"\tif !testing.RunExamples(func(_, _ string) (bool, error) { return true, nil }, all) {\n\t\tt.Error(\"an example prints something else\")\n\t}\n}\n"
	return File{Name: "bundle_test.go", Data: []byte(text)}
}

func parsed(t *testing.T, f File) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// run runs a command, which must not fail, and gives what it prints.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// assemble runs the assembler on a file.
func assemble(t *testing.T, file string) {
	t.Helper()
	include := filepath.Join(strings.TrimSpace(run(t, "go", "env", "GOROOT")), "pkg", "include")
	run(t, "go", "tool", "asm", "-p", "scratch", "-I", include, "-o", filepath.Join(t.TempDir(), "scratch.o"), file)
}
