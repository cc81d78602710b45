package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// body is the Go function that a kernel does the work of.
type body struct {
	slices  []string // parameters of type []float32, the first of which sets the length
	scalars []string // parameters of type float32
	loop    string   // the statements, as source
}

// params is the parameter list: "w, g []float32, lr float32".
func (b body) params() string {
	s := strings.Join(b.slices, ", ") + " []float32"
	if len(b.scalars) > 0 {
		s += ", " + strings.Join(b.scalars, ", ") + " float32"
	}
	return s
}

// args is the list of the parameters' names.
func (b body) args() string {
	return strings.Join(append(b.slices[:len(b.slices):len(b.slices)], b.scalars...), ", ")
}

// readBodies finds the functions of a package whose names end in Go.
func readBodies(folder string) (map[string]body, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	bodies := map[string]body{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || !strings.HasSuffix(fn.Name.Name, "Go") {
				continue
			}
			b, err := readBody(set, fn)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", set.Position(fn.Pos()), err)
			}
			bodies[fn.Name.Name] = b
		}
	}
	return bodies, nil
}

func readBody(set *token.FileSet, fn *ast.FuncDecl) (b body, err error) {
	for _, field := range fn.Type.Params.List {
		var kind bytes.Buffer
		if err := format.Node(&kind, set, field.Type); err != nil {
			return b, err
		}
		for _, name := range field.Names {
			switch {
			case kind.String() == "[]float32" && len(b.scalars) == 0:
				b.slices = append(b.slices, name.Name)
			case kind.String() == "float32":
				b.scalars = append(b.scalars, name.Name)
			default:
				return b, fmt.Errorf("%s: the parameters are not slices of float32, then float32s", fn.Name.Name)
			}
		}
	}
	var text bytes.Buffer
	if err := format.Node(&text, set, fn.Body.List); err != nil {
		return b, err
	}
	b.loop = text.String()
	return b, nil
}
