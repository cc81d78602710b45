package exporter

import (
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/keras"
	"github.com/nngen-go/nngen/ir/keras/container"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
)

// state is the state of an optimizer as a file has it.
func (w *weights) state(o *optim.Optimizer, format Format) []container.Group {
	var trained []nn.Segment
	for _, s := range w.trained(w.root) {
		trained = append(trained, nn.Segment{Name: s.Name, Shape: s.Shape})
	}
	kept := map[string][]float32{}
	segments, values := o.State()
	for _, s := range segments {
		kept[s.Name] = s.Of(values)
	}
	class := keras.Snake(find(w.catalog.Optimizers, o.Rule.Name()).Aliases[0])
	g := container.Group{Path: "optimizer", Name: class}
	if format == H5 {
		g = container.Group{Path: "optimizer_weights"}
	}
	for i, v := range keras.OptimizerVariables(o.Rule, trained) {
		as := strconv.Itoa(i)
		if format == H5 {
			as = class + "/" + v.Name
			if v.Weight != "" {
				as = class + "/" + strings.ReplaceAll(v.Weight, "/", "_") + "_" + v.Slot
			}
		}
		elements := kept[v.Name]
		switch v.Name {
		case "iteration":
			g.Tensors = append(g.Tensors, container.NewCounter(as, int64(o.Step)))
			continue
		case "learning_rate":
			elements = []float32{float32(o.Rule.Common().LearningRate)}
		case "":
			elements = make([]float32, nn.Segment{Shape: v.Shape}.Len())
		}
		if elements == nil {
			w.fail(w.model.Compile.Pos, "the optimizer is %s, whose state has no %s", o.Rule.Name(), diag.Quote(v.Name))
			continue
		}
		g.Tensors = append(g.Tensors, container.NewTensor(as, v.Shape, elements))
	}
	return []container.Group{g}
}
