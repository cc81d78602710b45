package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir/loop"
)

func summaryCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "summary MODEL",
		Short: "Print a model's layers, parameters and cost",
		Args:  oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			net, err := compile(args[0], nil)
			if err != nil {
				return err
			}
			files, err := net.emit(codegen.Config{Package: codegen.PackageName(net.program.Name), PredictOnly: !net.trains()})
			if err != nil {
				return err
			}
			var b bytes.Buffer
			layerTable(&b, net.program)
			totals(&b, net.program)
			if err := cost(&b, net, files); err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(b.Bytes())
			return err
		},
	}
}

// layerTable prints the table of Keras's Model.summary().
func layerTable(w io.Writer, p *loop.Program) {
	rows := [][]string{{"Layer (type)", "Output Shape", "Param #"}}
	for _, l := range p.Layers {
		rows = append(rows, []string{fmt.Sprintf("%s (%s)", printable(l.Name), l.Type), outputShape(l.Output), grouped(l.Params)})
	}
	// Where layers do not simply follow one another, a column says what each reads.
	if !chain(p.Layers) {
		rows[0] = append(rows[0], "Connected to")
		for i, l := range p.Layers {
			names := make([]string, len(l.Inputs))
			for j, n := range l.Inputs {
				names[j] = printable(n)
			}
			rows[i+1] = append(rows[i+1], strings.Join(names, ", "))
		}
	}
	fmt.Fprintf(w, "Model: %q\n", p.Name)
	grid(w, rows, map[int]bool{2: true})
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

// printable is a user's name without what a terminal would act upon.
func printable(s string) string {
	q := strconv.Quote(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// outputShape prints a shape as Keras does, with None for the batch.
func outputShape(shape []int) string {
	s := "(None"
	for _, d := range shape {
		if d < 0 {
			s += ", None"
		} else {
			s += ", " + strconv.Itoa(d)
		}
	}
	if len(shape) == 0 {
		s += ","
	}
	return s + ")"
}

// totals prints the lines under the table.
func totals(w io.Writer, p *loop.Program) {
	var trainable, fixed int
	for _, s := range p.Segments {
		if s.Role == loop.Trainable {
			trainable += s.Len()
		} else {
			fixed += s.Len()
		}
	}
	for _, t := range []struct {
		word string
		n    int
	}{{"Total params", trainable + fixed}, {"Trainable params", trainable}, {"Non-trainable params", fixed}} {
		fmt.Fprintf(w, " %s: %s (%s)\n", t.word, grouped(t.n), size(4*t.n))
	}
}

// cost prints what the compiled model takes.
func cost(w io.Writer, net *network, files map[string][]byte) error {
	p := net.program
	var lines, sourceBytes int
	for _, b := range files {
		lines += bytes.Count(b, []byte("\n"))
		sourceBytes += len(b)
	}
	memory, err := constants(files["model.go"])
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n Operations per prediction: %s%s\n", grouped(flops(p.Predict, 1)), perID(p.Predict))
	fmt.Fprintf(w, " Memory of one prediction: %s\n", size(memory["PredictArenaBytes"]))
	if p.Train != nil {
		fmt.Fprintf(w, " Memory of training: %s (batches of %d)\n", size(memory["TrainArenaBytes"]), p.Batch)
	}
	_, err = fmt.Fprintf(w, " Generated source: %s lines, %s in %d files\n", grouped(lines), size(sourceBytes), len(files))
	return err
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

// flops counts the operations of a plan's forward pass; a multiply-add is two.
func flops(p *loop.Plan, rows int) int {
	runs, _ := p.Flat()
	n := 0
	for _, r := range runs {
		n += r.Kernel.Flops(rows)
	}
	return n
}

// perID says what every further id costs where an input is a list of any
// length: flops counts one.
func perID(p *loop.Plan) string {
	n := 0
	runs, _ := p.Flat()
	for _, r := range runs {
		if k, ok := r.Kernel.(*loop.GatherSum); ok {
			n += k.Width
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" with one id, %s more with every other", grouped(n))
}

// grouped prints a number with its digits in threes.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
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
