// Package packaged runs folders laid out as ONNX's backend tests are by the packages that
// generate makes of their models. It is free of what is printed about them.
package packaged

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"go/format"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"text/template"

	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/scratch"
	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/backend"
	"github.com/nngen-go/nngen/ir/onnx/onnxlayer"
)

// Test is a folder with the package of its model.
type Test struct {
	*backend.Case
	Failed error // why there is no package, or what became of the test; nil: it passed

	model   *onnx.Model
	program *loop.Program
	name    string // of the package
	files   map[string][]byte
}

// Open makes the package of a folder. As the interpreter does, it tries the model as it is,
// and where that is refused once more with what could be shapes and axes known.
func Open(ctx context.Context, dir, name string) *Test {
	t := &Test{name: name}
	if t.Case, t.Failed = backend.Open(os.DirFS(dir)); t.Failed != nil {
		return t
	}
	if t.Failed = t.generate(ctx); t.Failed != nil && ctx.Err() == nil && t.Retry() {
		t.Failed = t.generate(ctx)
	}
	return t
}

// Bytes is how much there is to compile and to embed.
func (t *Test) Bytes() (n int) {
	for _, b := range t.files {
		n += len(b)
	}
	return n
}

func (t *Test) generate(ctx context.Context) (err error) {
	if t.model, err = t.Model(); err != nil {
		return err
	}
	files, err := t.Files()
	if err != nil {
		return err
	}
	file, err := t.Settled()
	if err != nil {
		return err
	}
	description, err := onnxlayer.Describe("model.onnx", file, files, t.Bind())
	if err != nil {
		return err
	}
	net, err := network.Described(description, nil, network.Settings{}, nil)
	if err != nil {
		return err
	}
	cfg := codegen.Config{Package: t.name, PredictOnly: true, AllowNonFinite: true}
	if cfg.Weights, err = net.FileWeights(); err != nil {
		return err
	}
	t.program = net.Program
	t.files, err = net.Emit(ctx, cfg)
	return err
}

//go:embed program.go.tmpl
var programText string

var programTemplate = template.Must(template.New("program.go.tmpl").Parse(programText))

// part is what the template is told of a package.
type part struct {
	Name string
	Into bool // it has PredictInto in place of Predict
}

// mostInStruct is how large an output is that Predict returns.
const mostInStruct = 4 << 10

// Run compiles the packages of tests, in one program, and runs those that have one. The
// error is one that ends the run; those of tests are in them.
func Run(ctx context.Context, tests []*Test) error {
	packages, parts := map[string]map[string][]byte{}, []part(nil)
	for _, t := range tests {
		if t.Failed == nil {
			size := 0
			for _, p := range t.program.Outputs {
				size += 4 * ir.Shape(p.Shape).Elements()
			}
			packages[t.name], parts = t.files, append(parts, part{t.name, size > mostInStruct})
		}
	}
	if parts == nil {
		return nil
	}
	var main bytes.Buffer
	if err := programTemplate.Execute(&main, parts); err != nil {
		return err
	}
	source, err := format.Source(main.Bytes())
	if err != nil {
		return err
	}
	program, err := scratch.BuildAll(ctx, packages, map[string][]byte{"main.go": source})
	if err != nil {
		return err
	}
	defer program.Close()
	for _, t := range tests {
		if t.Failed == nil {
			t.Failed = t.run(ctx, program)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// run runs the sets of a test.
func (t *Test) run(ctx context.Context, program *scratch.Program) error {
	sets := t.Sets()
	if len(sets) == 0 { // there is no reference: it runs
		sets = []string{""}
	}
	for _, set := range sets {
		rows, err := t.Rows(set, t.model, t.program.Inputs)
		if err != nil {
			return err
		}
		answers, err := t.predict(ctx, program, rows)
		if err != nil {
			return err
		}
		for _, answer := range answers {
			if err := t.compare(set, len(rows), answer); err != nil {
				return err
			}
		}
	}
	return nil
}

// predict gives what PredictBatch makes of rows, and Predict of each.
func (t *Test) predict(ctx context.Context, program *scratch.Program, rows [][]float64) ([][]byte, error) {
	in, out := filepath.Join(program.Dir, "rows"), filepath.Join(program.Dir, "answers")
	if err := os.WriteFile(in, t.memory(rows), 0o666); err != nil {
		return nil, err
	}
	said, err := program.Command(ctx, t.name, in, out).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("the package: %s", bytes.TrimSpace(said))
	}
	if err != nil {
		return nil, err
	}
	answers, err := os.ReadFile(out)
	if err != nil {
		return nil, err
	}
	return [][]byte{answers[:len(answers)/2], answers[len(answers)/2:]}, nil
}

// memory is rows as the package's Input lies in memory.
func (t *Test) memory(rows [][]float64) (b []byte) {
	for _, row := range rows {
		for _, p := range t.program.Inputs {
			n := ir.Shape(p.Shape).Elements()
			for _, v := range row[:n] {
				bits := math.Float32bits(float32(v))
				if p.DType == loop.I32 {
					bits = uint32(int32(v))
				}
				b = binary.NativeEndian.AppendUint32(b, bits)
			}
			row = row[n:]
		}
	}
	return b
}

// compare compares outputs, as they lie in memory, with what a set expects.
func (t *Test) compare(set string, rows int, answer []byte) error {
	given := backend.Given(t.model)
	elements := make([][]float64, len(t.program.Outputs))
	for range rows {
		for i, p := range t.program.Outputs {
			for range ir.Shape(p.Shape).Elements() {
				bits := binary.NativeEndian.Uint32(answer)
				answer = answer[4:]
				v := float64(math.Float32frombits(bits))
				if p.DType == loop.I32 {
					v = float64(int32(bits))
				}
				elements[i] = append(elements[i], v)
			}
		}
	}
	if set == "" {
		return nil
	}
	for i, list := range elements {
		if err := t.Compare(set, t.model, given[i], list); err != nil {
			return err
		}
	}
	return nil
}
