package figures

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/ir/loop"
)

// LayerTable prints the table of Keras's Model.summary().
func LayerTable(w io.Writer, p *loop.Program) {
	rows := [][]string{{"Layer (type)", "Output Shape", "Param #"}}
	for _, l := range p.Layers {
		kind := l.Type
		if l.Shared != "" {
			kind += " of " + show.Name(l.Shared)
		}
		rows = append(rows, []string{fmt.Sprintf("%s (%s)", show.Name(l.Name), kind), show.Shape(l.Output), show.Count(l.Params)})
	}
	// Where layers do not simply follow one another, a column says what each reads.
	if !chain(p.Layers) {
		rows[0] = append(rows[0], "Connected to")
		for i, l := range p.Layers {
			names := make([]string, len(l.Inputs))
			for j, n := range l.Inputs {
				names[j] = show.Name(n)
			}
			rows[i+1] = append(rows[i+1], strings.Join(names, ", "))
		}
	}
	fmt.Fprintf(w, "Model: %q\n", p.Name)
	show.Grid(w, rows, map[int]bool{2: true})
}

// chain reports whether every layer reads the one before.
func chain(layers []loop.Layer) bool {
	for i, l := range layers {
		if len(l.Inputs) > 1 || i > 0 && len(l.Inputs) == 1 && l.Inputs[0] != layers[i-1].Name {
			return false
		}
	}
	return true
}

// constants gives the integer constants that a file declares: what a package
// says of its memory is said in one place, by the emitter.
func constants(src []byte) (map[string]int, error) {
	f, err := parser.ParseFile(token.NewFileSet(), "", src, 0)
	if err != nil {
		return nil, err
	}
	values := map[string]int{}
	ast.Inspect(f, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
			if lit, ok := v.Values[0].(*ast.BasicLit); ok && lit.Kind == token.INT {
				values[v.Names[0].Name], err = strconv.Atoi(lit.Value)
			}
		}
		return err == nil
	})
	return values, err
}

// size prints bytes as Keras does.
func size(bytes int) string {
	units := []string{"KB", "MB", "GB", "TB"}
	if bytes < 1024 {
		return fmt.Sprintf("%d.00 B", bytes)
	}
	v, i := float64(bytes)/1024, 0
	for v >= 1024 && i+1 < len(units) {
		v, i = v/1024, i+1
	}
	return fmt.Sprintf("%.2f %s", v, units[i])
}
