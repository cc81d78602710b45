package gokernel

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/lane"
	"github.com/nngen-go/nngen/ir/canonical"
	"github.com/nngen-go/nngen/ir/loop"
)

// unhandled are the kernels that no layer of this version makes and that are
// printed as plain loops over slices.
var unhandled = map[string]bool{"columns with a variable": true, "embedding from the arena": true}

// The innermost of nested loops have no bounds checks but those that ids need, and
// slice nothing.
func TestNoBoundsChecks(t *testing.T) {
	for name, sums := range map[string]sumLimits{
		"usual sums": usualSums,
		"long sums":  {long: 4, partial: 8, variable: 3, tile: 24, most: 48, columns: 16},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			noBoundsChecks(t, sums)
		})
	}
}

// noBoundsChecks tries the kernels with some limits.
func noBoundsChecks(t *testing.T, sums sumLimits) {
	e := newCollection(Config{Batch: 17})
	e.sums = sums
	for _, c := range kernelCases() {
		if unhandled[c.name] || strings.HasPrefix(c.name, oneChannel) {
			continue
		}
		k := canonical.Kernel(c.kernel)
		if elementwise(k, sums) {
			continue
		}
		if _, _, err := e.add(k); err != nil {
			t.Fatal(err)
		}
	}
	f := newFile("bounds")
	e.declare(f)
	f.Add("%s", e.instances())
	src, err := f.Render()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("testdata", "bounds")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "kernels.go")
	if err := os.WriteFile(path, src, 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "build", "-gcflags=-d=ssa/check_bce", "./"+filepath.ToSlash(dir)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	inner := innermost(t, src)
	lines := strings.Split(string(src), "\n")
	found := 0
	for _, m := range regexp.MustCompile(`kernels\.go:(\d+):\d+: Found (\w+)`).FindAllStringSubmatch(string(out), -1) {
		found++
		n, _ := strconv.Atoi(m[1])
		text := lines[n-1]
		if strings.HasPrefix(text, "func ") { // within an instance: reported for the body, too
			continue
		}
		byID := regexp.MustCompile(`\[id\d*\]|ids\[|target\[|offsets\[`).MatchString(text)
		clears := strings.Contains(text, "clear(") || strings.HasSuffix(text, " = 0")
		if !byID && inner[n] && !clears {
			t.Errorf("%s in %q", m[2], strings.TrimSpace(text))
		}
	}
	if found == 0 {
		t.Error("the compiler reported no check at all, not even those of ids: is the flag still there?")
	}
}

// elementwise reports a contraction of which the innermost loop runs over single
// elements of the result.
func elementwise(k loop.Kernel, sums sumLimits) bool {
	c, ok := k.(*loop.Contract)
	if !ok {
		return false
	}
	p := lane.Contract(c, 17, sums.lane(), lane.Literals{})
	return p.Unrolled || p.Vec < 0 || p.Kind == lane.Dots && len(p.Run) == 0
}

// innermost marks the lines of loops that hold no loop and lie in one.
func innermost(t *testing.T, src []byte) map[int]bool {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "kernels.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	isLoop := func(n ast.Node) bool {
		switch n.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			return true
		}
		return false
	}
	lines := map[int]bool{}
	var walk func(n ast.Node, depth int)
	walk = func(n ast.Node, depth int) {
		ast.Inspect(n, func(m ast.Node) bool {
			if m == nil || m == n || !isLoop(m) {
				return true
			}
			holds := false
			ast.Inspect(m, func(in ast.Node) bool {
				holds = holds || in != nil && in != m && isLoop(in)
				return true
			})
			if !holds && depth > 0 {
				for l := fset.Position(m.Pos()).Line; l <= fset.Position(m.End()).Line; l++ {
					lines[l] = true
				}
			}
			walk(m, depth+1)
			return false
		})
	}
	walk(file, 0)
	return lines
}
