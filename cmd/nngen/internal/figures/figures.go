// Package figures says what a model comes to: its layers, parameters, operations and
// memory, and the source of its package.
package figures

import (
	"bytes"
	"fmt"
	"io"

	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/loop"
)

// summary is what a model comes to.
type summary struct {
	Model           string         `json:"model"`
	ModelID         string         `json:"model_id"`
	Layers          []summaryLayer `json:"layers"`
	Params          int            `json:"params"`
	TrainableParams int            `json:"trainable_params"`
	FixedParams     int            `json:"non_trainable_params"`
	Operations      int            `json:"operations"`                   // of one prediction; a multiply-add is two
	OperationsPerID int            `json:"operations_per_id,omitempty"`  // more, with every id but the first of a list of any length
	PredictMemory   int            `json:"predict_memory_bytes"`         // of one prediction
	TrainMemory     int            `json:"train_memory_bytes,omitempty"` // of a training step of one worker
	BatchRows       int            `json:"train_batch_rows,omitempty"`   // that a training step takes at once
	SourceLines     int            `json:"source_lines"`
	SourceBytes     int            `json:"source_bytes"`
	SourceFiles     int            `json:"source_files"`
}

// summaryLayer is one line of the table. A length that is known only at run
// time is null in Output.
type summaryLayer struct {
	Name   string   `json:"name"`
	Type   string   `json:"type"`
	Inputs []string `json:"inputs"`
	Output []*int   `json:"output_shape"`
	Params int      `json:"params"`
	Shared string   `json:"shared,omitempty"` // the layer whose parameters it uses once more
}

// Summarize counts everything; files are those of the package.
func Summarize(n *network.Network, files map[string][]byte) (*summary, error) {
	p := n.Program
	s := &summary{Model: p.Name, ModelID: p.ModelID, SourceFiles: len(files)}
	for _, l := range p.Layers {
		one := summaryLayer{Name: l.Name, Type: l.Type, Inputs: append([]string{}, l.Inputs...), Output: []*int{}, Params: l.Params, Shared: l.Shared}
		for _, d := range l.Output {
			if d < 0 {
				one.Output = append(one.Output, nil)
			} else {
				one.Output = append(one.Output, &d)
			}
		}
		s.Layers = append(s.Layers, one)
	}
	for _, seg := range p.Segments {
		if seg.Role == block.Trainable {
			s.TrainableParams += seg.Len()
		} else {
			s.FixedParams += seg.Len()
		}
	}
	s.Params = s.TrainableParams + s.FixedParams
	s.Operations, s.OperationsPerID = p.Predict.Flops(1), flopsPerID(p.Predict)
	for _, b := range files {
		s.SourceLines += bytes.Count(b, []byte("\n"))
		s.SourceBytes += len(b)
	}
	memory, err := constants(files["model.go"])
	if err != nil {
		return nil, err
	}
	s.PredictMemory = memory["PredictArenaBytes"]
	if n.Trains() {
		s.TrainMemory, s.BatchRows = memory["TrainArenaBytes"], p.Batch
		if p.Training.BatchStatistics { // which are those of the whole batch
			s.BatchRows = p.Training.BatchSize
		}
	}
	return s, nil
}

// Print writes the lines under the table.
func (s *summary) Print(w io.Writer) {
	for _, t := range []struct {
		word string
		n    int
	}{{"Total params", s.Params}, {"Trainable params", s.TrainableParams}, {"Non-trainable params", s.FixedParams}} {
		fmt.Fprintf(w, " %s: %s (%s)\n", t.word, show.Count(t.n), size(4*t.n))
	}
	more := ""
	if s.OperationsPerID > 0 {
		more = fmt.Sprintf(" with one id, %s more with every other", show.Count(s.OperationsPerID))
	}
	fmt.Fprintf(w, "\n Operations per prediction: %s%s\n", show.Count(s.Operations), more)
	fmt.Fprintf(w, " Memory of one prediction: %s\n", size(s.PredictMemory))
	if s.BatchRows > 0 {
		fmt.Fprintf(w, " Memory of training: %s (batches of %d)\n", size(s.TrainMemory), s.BatchRows)
	}
	fmt.Fprintf(w, " Generated source: %s lines, %s in %d files\n", show.Count(s.SourceLines), size(s.SourceBytes), s.SourceFiles)
}

// flopsPerID is what every further id costs where an input is a list of any
// length: Plan.Flops counts one.
func flopsPerID(p *loop.Plan) int {
	n := 0
	runs, _ := p.Flat()
	for _, r := range runs {
		if k, ok := r.Kernel.(*loop.GatherSum); ok {
			n += k.Width
		}
	}
	return n
}
