package generated

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTargets type-checks the packages, the runtime and their tests for other
// systems and processors, with what they import, from source: go build and go
// vet would compile the standard library for every one.
func TestTargets(t *testing.T) {
	for _, target := range []string{"linux/arm64", "js/wasm", "windows/amd64", "darwin/arm64"} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			system, processor, _ := strings.Cut(target, "/")
			list := exec.Command("go", "list", "-deps", "-test", "-json=ImportPath,Dir,GoFiles,ImportMap,Standard", "./...", "../runtime/...")
			list.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+processor, "CGO_ENABLED=0")
			out, err := list.Output()
			if err != nil {
				t.Fatal(err)
			}
			c := checker{fset: token.NewFileSet(), sizes: types.SizesFor("gc", processor), known: map[string]*types.Package{"unsafe": types.Unsafe}}
			dec := json.NewDecoder(bytes.NewReader(out))
			for {
				var p listed
				if err := dec.Decode(&p); err == io.EOF {
					break
				} else if err != nil {
					t.Fatal(err)
				}
				if strings.HasSuffix(p.ImportPath, ".test") || p.ImportPath == "unsafe" {
					continue // what go test writes
				}
				if err := c.check(p); err != nil {
					t.Error(err)
				}
			}
			if len(c.known) < 100 {
				t.Errorf("only %d packages", len(c.known))
			}
		})
	}
}

// listed is a package as go list prints it, after those that it imports.
type listed struct {
	ImportPath, Dir string
	GoFiles         []string
	ImportMap       map[string]string
	Standard        bool
}

type checker struct {
	fset  *token.FileSet
	sizes types.Sizes
	known map[string]*types.Package
}

func (c *checker) check(p listed) error {
	var files []*ast.File
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(c.fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	config := types.Config{Sizes: c.sizes, IgnoreFuncBodies: p.Standard, Importer: imports(func(path string) (*types.Package, error) {
		if to, ok := p.ImportMap[path]; ok {
			path = to
		}
		if pkg := c.known[path]; pkg != nil {
			return pkg, nil
		}
		return nil, fmt.Errorf("%s is not listed before %s", path, p.ImportPath)
	})}
	path, _, _ := strings.Cut(p.ImportPath, " ") // of the variant with tests
	pkg, err := config.Check(path, c.fset, files, nil)
	if err != nil {
		return err
	}
	c.known[p.ImportPath] = pkg
	return nil
}

type imports func(path string) (*types.Package, error)

func (f imports) Import(path string) (*types.Package, error) { return f(path) }
