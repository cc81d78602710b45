package op

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
)

// cases are those of every primitive, one list per file.
var cases = slices.Concat(
	leafCases, mapCases, contractCases, reduceCases, softmaxCases, windowCases, gatherCases,
	sparseCases, layoutCases, randomCases, scanCases, meetCases,
)

func TestPrimitives(t *testing.T) {
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) { check(t, k) })
	}
}

// TestEveryPrimitiveHasCases finds the primitives in the source, so that a new
// one without a case fails.
func TestEveryPrimitiveHasCases(t *testing.T) {
	tested := map[string]bool{}
	for _, k := range cases {
		b := ir.NewBuilder("case")
		v := k.build(b)
		if v.Valid() && v.DType == ir.F32 {
			gradients(b, v)
		}
		for _, v := range b.Graph.Values {
			tested[v.Op.Name()] = true
		}
	}
	found := 0
	for _, name := range primitives(t) {
		found++
		if !tested[name] {
			t.Errorf("no case uses primitive %s", name)
		}
	}
	if found < 21 {
		t.Errorf("found %d primitives in the source", found)
	}
}

// primitives are the strings that methods called Name return.
func primitives(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			m, ok := d.(*ast.FuncDecl)
			if !ok || m.Recv == nil || m.Name.Name != "Name" {
				continue
			}
			value := m.Body.List[0].(*ast.ReturnStmt).Results[0].(*ast.BasicLit).Value
			names = append(names, strings.Trim(value, `"`))
		}
	}
	return names
}

// TestEveryScalarHasCases holds the tables of activations and of base functions
// to the same rule.
func TestEveryScalarHasCases(t *testing.T) {
	for name := range Scalars {
		if _, ok := activations[name]; !ok {
			t.Errorf("activation %s has no reference", name)
		}
	}
	for name := range scalar.Funcs {
		if _, ok := baseFunctions[name]; !ok {
			t.Errorf("base function %s has no case", name)
		}
	}
}
