package onnx_test

import (
	"io/fs"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/op"
)

// FuzzRead reads and builds what may be no model: it is refused, and nothing panics.
func FuzzRead(f *testing.F) {
	folder := samples(f)
	seeds, err := fs.Glob(folder, "*/model.onnx")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range seeds {
		b, err := fs.ReadFile(folder, file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := onnx.Read("fuzz.onnx", data, onnx.Options{})
		if err != nil {
			return
		}
		b := ir.NewBuilder("fuzz")
		var inputs []*ir.Value
		for i, p := range m.Inputs {
			shape := p.Shape
			if p.Batch {
				shape = shape[1:]
			}
			inputs = append(inputs, op.InputOf(b, op.Input{Port: p.Name, Index: i, Of: ir.Type{Shape: append(ir.Shape{ir.Batch}, shape...)}}))
		}
		if b.Errors.Err() != nil {
			return
		}
		if _, err := m.Build(b, inputs, ""); err != nil && err.Error() == "" {
			t.Error("an error without a message")
		}
	})
}
