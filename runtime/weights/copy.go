package weights

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/runtime/nn"
)

// Copy fills the segments of a parameter block from the tensors of the same
// names, in whatever order the file has them. Unless the file holds exactly
// these tensors, in these shapes, it changes nothing and reports every
// difference.
func (f *File) Copy(segs []nn.Segment, params []float32) error {
	if diff := f.compare(segs); len(diff) > 0 {
		return fmt.Errorf("%s: the weights do not fit the model:\n%w", f.Name, errors.Join(diff...))
	}
	for _, s := range segs {
		copy(s.Of(params), f.Tensor(s.Name).Data)
	}
	return nil
}

// CopyModel is [File.Copy] for the model of that ModelID. A file that names
// another model is refused even where its tensors would fit: the same shapes
// can belong to other activations, other preprocessing or other classes. A file
// that names no model, from another program, is judged by its tensors alone.
func (f *File) CopyModel(modelID string, segs []nn.Segment, params []float32) error {
	id, stated := f.Meta[KeyModelID]
	if !stated || id == modelID {
		return f.Copy(segs, params)
	}
	err := fmt.Errorf("%s: these are the weights of another model: model_id %.16q (%.40q), this program has %.16q", f.Name, id, f.Meta[KeyModel], modelID)
	if diff := f.compare(segs); len(diff) > 0 {
		return fmt.Errorf("%w:\n%w", err, errors.Join(diff...))
	}
	return fmt.Errorf("%w; every tensor has the same name and shape, so the difference lies in the layers' settings, the preprocessing or the classes", err)
}

// compare lists what keeps the file's tensors from filling exactly the
// segments: first what the segments lack, in their order, then what the file
// has beyond them, in its order.
func (f *File) compare(segs []nn.Segment) []error {
	var diff []error
	wanted := make(map[string]bool, len(segs))
	tensors := make(map[string]*Tensor, len(f.Tensors))
	for i := range f.Tensors {
		tensors[f.Tensors[i].Name] = &f.Tensors[i]
	}
	for _, s := range segs {
		wanted[s.Name] = true
		t := tensors[s.Name]
		if t == nil {
			diff = append(diff, fmt.Errorf("\ttensor %q %s is not in the file", s.Name, shapeText(s.Shape)))
		} else if err := fits(t, s); err != nil {
			diff = append(diff, err)
		}
	}
	for _, t := range f.Tensors {
		if !wanted[t.Name] && !f.besides(t.Name) {
			diff = append(diff, fmt.Errorf("\ttensor %.80q %s is not in the model", t.Name, shapeText(t.Shape)))
		}
	}
	const most = 10
	if more := len(diff) - most; more > 1 {
		diff = append(diff[:most:most], fmt.Errorf("\tand %d more differences", more))
	}
	return diff
}

// besides reports whether a tensor belongs to the part of a checkpoint that is
// not weights.
func (f *File) besides(name string) bool {
	return f.Meta[KeyTraining] != "" && strings.HasPrefix(name, TrainingPrefix)
}

func fits(t *Tensor, s nn.Segment) error {
	if !slices.Equal(t.Shape, s.Shape) {
		return fmt.Errorf("\ttensor %q is %s in the file, %s in the model", s.Name, shapeText(t.Shape), shapeText(s.Shape))
	}
	if t.Data == nil && s.Len() > 0 {
		return fmt.Errorf("\ttensor %q has dtype %s in the file, which does not convert to float32", s.Name, t.DType)
	}
	return nil
}
