package backend

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

// Rows are the inputs of a set as a package takes them: of every row the elements of all
// inputs, one after the other; an input that is the same for all rows is repeated. Ports
// are the inputs of the package. Where set is "" there is one row of zeros.
func (c *Case) Rows(set string, m *onnx.Model, ports []loop.Port) ([][]float64, error) {
	feed := map[string]*tensor.Tensor{}
	if set != "" {
		var err error
		if feed, err = c.Feed(set); err != nil {
			return nil, err
		}
	}
	count := 1
	for _, p := range m.Inputs {
		if feed[p.Name] == nil {
			feed[p.Name] = onnx.Zeros(p)
		}
		if shape := feed[p.Name].Shape; p.Batch && len(shape) > 0 {
			count = shape[0]
		}
	}
	rows := make([][]float64, count)
	for i, p := range m.Inputs {
		elements, width := feed[p.Name].Elements(), ir.Shape(ports[i].Shape).Elements()
		if len(elements) != width && len(elements) != count*width {
			return nil, fmt.Errorf("input %s has %d elements, and the package takes %d", ports[i].Name, len(elements), width)
		}
		for r := range rows {
			row := elements
			if len(elements) == count*width {
				row = elements[r*width:][:width]
			}
			for _, v := range row {
				if limit := ports[i].Limit; limit > 0 && (v < float64(ports[i].Least) || v >= float64(limit)) {
					return nil, fmt.Errorf("%v is no value that input %s takes", v, ports[i].Name)
				}
			}
			rows[r] = append(rows[r], row...)
		}
	}
	if len(m.Inputs) == 0 {
		rows[0] = []float64{0} // a package has one
	}
	return rows, nil
}

// Given are the outputs of a model that its package has, by their numbers: later ones
// without elements it has not.
func Given(m *onnx.Model) (places []int) {
	for i, p := range m.Outputs {
		if i == 0 || !p.Empty {
			places = append(places, i)
		}
	}
	return places
}

// Compare compares the elements that a package gives for output i of a model, those of all rows
// one after the other, with what a set expects.
func (c *Case) Compare(set string, m *onnx.Model, i int, elements []float64) error {
	want, err := c.Want(set, i)
	if err != nil {
		return err
	}
	if n := len(want.Elements()); n != len(elements) {
		return wrongf("output %d has %d elements, want %d of %v", i, len(elements), n, want.Shape)
	}
	return differ(i, &tensor.Tensor{Type: m.Outputs[i].Type, Shape: want.Shape, F: elements}, want)
}

// Retry has what could be shapes and axes known when the model is built, after it was
// refused without, and reports whether there is any such input.
func (c *Case) Retry() bool {
	c.Options.Known = c.whole()
	c.Known = len(c.Options.Known) > 0
	return c.Known
}
