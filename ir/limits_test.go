package ir_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// Limits of what a reader has to take in at a time, without tests and generated code.
const (
	maxMethods = 25  // of a type
	maxLines   = 80  // of a function
	maxFile    = 400 // lines
	maxFiles   = 25  // of a package
)

// beyond are the types, functions, files and packages that are larger, each with
// the reason why it stays in one piece.
var beyond = map[string]string{
	"ir/layer":       "a file for each layer, loss and table of settings: one more is one more file",
	"ir/op":          "a file for each primitive",
	"runtime/data":   "packages of users import it under this one name; a file for each kind of files",
	"runtime/metric": "a file for each metric",
	"runtime/optim":  "a file for each optimizer and schedule",
	"runtime/train":  "packages of users import it under this one name; a file for each callback and concern of Fit",
}

// TestLimits holds packages, files, types and functions to sizes that can be read.
func TestLimits(t *testing.T) {
	t.Chdir("..")
	sizes := map[string]int{}
	limits := map[string]int{}
	note := func(what string, n, limit int) {
		if sizes[what] += n; limits[what] == 0 {
			limits[what] = limit
		}
	}
	fset := token.NewFileSet()
	for file, text := range sourceFiles(t) {
		f, err := parser.ParseFile(fset, file, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if ast.IsGenerated(f) {
			continue
		}
		dir := path.Dir(file)
		note(file, strings.Count(text, "\n"), maxFile)
		note(dir, 1, maxFiles)
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			name := fn.Name.Name
			if of := receiver(fn); of != "" {
				note(dir+"."+of, 1, maxMethods)
				name = of + "." + name
			}
			note(dir+"."+name+"()", fset.Position(fn.End()).Line-fset.Position(fn.Pos()).Line+1, maxLines)
		}
	}
	for _, what := range slices.Sorted(maps.Keys(sizes)) {
		switch over, why := sizes[what] > limits[what], beyond[what]; {
		case over && why == "":
			t.Errorf("%s: %d, at most %d", what, sizes[what], limits[what])
		case !over && why != "":
			t.Errorf("%s: %d, which is no exception", what, sizes[what])
		}
	}
	for what := range beyond {
		if sizes[what] == 0 {
			t.Errorf("there is no %s", what)
		}
	}
}

// receiver is the type that a function is a method of, or "".
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return ""
	}
	of := fn.Recv.List[0].Type
	for {
		switch x := of.(type) {
		case *ast.StarExpr:
			of = x.X
		case *ast.IndexExpr:
			of = x.X
		case *ast.IndexListExpr:
			of = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
