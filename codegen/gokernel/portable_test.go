package gokernel

import (
	"flag"
	"fmt"
	"go/ast"
	goconstant "go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/internal/crosscompile"
	"github.com/nngen-go/nngen/ir/canonical"
)

// fused matches the instructions, in the listings of the compiler, that add a
// product without rounding it.
var fused = map[string]*regexp.Regexp{
	"arm64":   regexp.MustCompile(`\sFN?M(ADD|SUB)[SD]\s.*`),
	"ppc64le": regexp.MustCompile(`\s(XS)?FN?M(ADD|SUB)\w*\s.*`),
	"s390x":   regexp.MustCompile(`\s(FM(ADD|SUB)S?|WFN?M[AS][SD]B)\s.*`),
	"riscv64": regexp.MustCompile(`\sFN?M(ADD|SUB)[SD]\s.*`),
}

var arches = flag.Bool("arches", false, "compile the kernels for more processors than arm64")

// kernelSource prints every kernel of the tests, and every scalar function: those
// of packages that train, compiled for float32, or those of others.
func kernelSource(t *testing.T, sums sumLimits, trains bool) []byte {
	e := newCollection(Config{Batch: 17, Standalone: !trains})
	e.sums = sums
	for _, c := range kernelCases() {
		if _, _, err := e.add(canonical.Kernel(c.kernel)); err != nil {
			t.Fatal(err)
		}
	}
	for fn := range scalarFuncs {
		e.Uses(fn)
	}
	f := newFile("portable")
	e.declare(f)
	if trains {
		f.Add("%s", e.instances())
	}
	src, err := f.Render()
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// Kernels and scalar functions give the same bits on every processor: no
// compiler leaves the rounding of a product out.
func TestNoFusedProducts(t *testing.T) {
	for name, sums := range map[string]sumLimits{
		"usual": usualSums,
		"long":  {long: 4, partial: 8, variable: 3, tile: 24, most: 48, columns: 16},
	} {
		dir, err := os.MkdirTemp("testdata", "portable")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		if err := os.WriteFile(filepath.Join(dir, "kernels.go"), kernelSource(t, sums, true), 0o666); err != nil {
			t.Fatal(err)
		}
		for arch, instruction := range fused {
			if arch != "arm64" && !*arches {
				continue
			}
			t.Run(arch+"/"+name, func(t *testing.T) {
				t.Parallel()
				out, err := crosscompile.Listing(".", nil, []string{"GOOS=linux", "GOARCH=" + arch}, "./"+filepath.ToSlash(dir))
				if err != nil || len(out) < 1e5 {
					t.Fatalf("%v\n%.2000s", err, out)
				}
				for i, at := range instruction.FindAllIndex(out, -1) {
					line := out[strings.LastIndexByte(string(out[:at[0]]), '\n')+1 : at[1]]
					t.Errorf("%s", line)
					if i == 9 {
						break
					}
				}
			})
		}
	}
}

// A product of floats is rounded by a conversion wherever it is added to
// something: this holds the text, whatever a compiler makes of it today.
func TestProductsAreRounded(t *testing.T) {
	for _, sums := range []sumLimits{usualSums, {long: 4, partial: 8, variable: 3, tile: 24, most: 48, columns: 16}} {
		problems, products := unroundedProducts(t, kernelSource(t, sums, false))
		for _, p := range problems {
			t.Error(p)
		}
		if products < 1000 {
			t.Errorf("only %d products", products)
		}
	}
	// The check finds what it is there for.
	for _, text := range []string{
		"r := z + x*y", "z += x * y", "z -= x * y", "r := z - (x * y)", "r := -(x * y) + z", "v := x * y\n_ = v + z", "r := (x * y) - z", "r := z + x/4", "r := z + float64(3)*y",
	} {
		problems, _ := unroundedProducts(t, []byte("package p\nfunc f(x, y, z float64) {\n"+text+"\n}"))
		if len(problems) == 0 {
			t.Errorf("%q passes", text)
		}
	}
}

// unroundedProducts lists the products, and the quotients by a constant power
// of two, that are operands of a sum, or are kept in a variable.
func unroundedProducts(t *testing.T, src []byte) (problems []string, products int) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "kernels.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	// Other packages are not needed to tell floats.
	config := types.Config{Importer: importer.Default(), Error: func(error) {}}
	config.Check("kernels", fset, []*ast.File{file}, info)
	float := func(e ast.Expr) bool {
		b, ok := info.Types[e].Type.(*types.Basic)
		return ok && b.Info()&types.IsFloat != 0 && info.Types[e].Value == nil
	}
	var product func(e ast.Expr) bool
	product = func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.ParenExpr:
			return product(e.X)
		case *ast.UnaryExpr:
			return e.Op == token.SUB && product(e.X)
		case *ast.BinaryExpr:
			if e.Op == token.QUO {
				v := info.Types[e.Y].Value
				return float(e) && v != nil && powerOfTwo(valueOf(v))
			}
			return e.Op == token.MUL && float(e)
		}
		return false
	}
	check := func(e ast.Expr) {
		if product(e) {
			problems = append(problems, fmt.Sprintf("%v: %s", fset.Position(e.Pos()), strings.Split(string(src), "\n")[fset.Position(e.Pos()).Line-1]))
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if n.Op == token.MUL && float(n) {
				products++
			}
			if n.Op == token.ADD || n.Op == token.SUB {
				check(n.X)
				check(n.Y)
			}
		case *ast.AssignStmt:
			for _, e := range n.Rhs {
				if n.Tok != token.ASSIGN { // :=, +=, -=; a stored product is the business of TestNoFusedProducts
					if n.Tok != token.MUL_ASSIGN && n.Tok != token.QUO_ASSIGN {
						check(e)
					}
				}
			}
		}
		return true
	})
	return problems, products
}

func valueOf(v goconstant.Value) float64 {
	f, _ := goconstant.Float64Val(goconstant.ToFloat(v))
	return f
}
