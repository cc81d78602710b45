// Package exporting writes networks as files of Keras and ONNX, and says what is in them.
package exporting

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/keras/exporter"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/weights"
)

// File is one to be written; the last of several is the one that was asked for.
type File struct {
	Name string
	Data []byte
}

// exportDate stands where Keras has the time: a file is the same whenever it is written.
const exportDate = "1980-01-01@00:00:00"

// Keras writes the network as a file of Keras.
func Keras(format exporter.Format) func(n *network.Network, name string, params []float32, report io.Writer) ([]File, error) {
	return func(n *network.Network, name string, params []float32, report io.Writer) ([]File, error) {
		source := exporter.Source{Network: n.Built, Values: map[string][]float32{}, Date: exportDate}
		segs, _ := network.Segments(n.Program)
		for _, s := range segs {
			source.Values[s.Name] = s.Of(params)
		}
		var err error
		if source.Optimizer, err = exportedOptimizer(n, segs); err != nil {
			return nil, err
		}
		if n.Exported != nil {
			meta := n.Exported.Meta
			if source.Learned, err = exporter.ParseLearned(meta[weights.KeyEncoding], meta[weights.KeyEncodingDigest]); err != nil {
				return nil, fmt.Errorf("%s: %w", n.Exported.Name, err)
			}
		}
		m, notes, err := source.Model(format)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if format == exporter.Keras {
			err = m.WriteKeras(&b)
		} else {
			err = m.WriteH5(&b)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.Program.Name, err)
		}
		arrays := 0
		for _, g := range m.Groups {
			arrays += len(g.Tensors)
		}
		fmt.Fprintf(report, "%s layers, %s in %s\n", show.Count(len(n.Program.Layers)), show.Plural(len(params), "parameter"), show.Plural(arrays, "array"))
		if source.Optimizer != nil {
			fmt.Fprintf(report, "the state of the optimizer after %s\n", show.Plural(source.Optimizer.Step, "step"))
		}
		if n.Spec.Data != nil && n.Program.Encoding != nil {
			notes = append(notes, "the inputs are what Encode of the Go package makes of raw rows; that step is not in the file")
		}
		for _, note := range notes {
			fmt.Fprintln(report, note)
		}
		return []File{{name, b.Bytes()}}, nil
	}
}

// CheckKeras reports what a file of Keras cannot hold.
func CheckKeras(n *network.Network) error {
	_, _, err := exporter.Source{Network: n.Built}.Model(exporter.Keras)
	return err
}

// exportedOptimizer is that of the checkpoint, or of the file of Keras, that the weights are
// from; nil where these have none.
func exportedOptimizer(n *network.Network, segs []nn.Segment) (*optim.Optimizer, error) {
	switch {
	case n.Spec.Compile == nil:
		return nil, nil
	case n.Exported == nil && n.Imported != nil:
		return n.Imported.Optimizer, nil
	case n.Exported == nil || n.Exported.Meta[weights.KeyTraining] == "":
		return nil, nil
	}
	rule, err := build.Rule(n.Spec.Compile.Optimizer)
	if err != nil {
		return nil, err
	}
	o, err := optim.New(rule, segs)
	if err != nil {
		return nil, err
	}
	var state []nn.Segment
	var values []float32
	for _, t := range n.Exported.Tensors {
		if name, ok := strings.CutPrefix(t.Name, weights.TrainingPrefix+"optimizer/"); ok {
			state = append(state, nn.Segment{Name: name, Shape: t.Shape, Offset: len(values)})
			values = append(values, t.Data...)
		}
	}
	if err := o.Restore(state, values); err != nil {
		return nil, fmt.Errorf("%s: %w", n.Exported.Name, err)
	}
	return o, nil
}
