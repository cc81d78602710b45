package weights

import (
	"errors"
	"fmt"

	"github.com/nngen-go/nngen/runtime/nn"
)

// CheckFinite reports the tensors of a parameter block that hold NaN or an
// infinity, each with its first such element: what a training that diverged
// leaves behind. The error is a list, a line for each tensor, ten at most.
func CheckFinite(segs []nn.Segment, params []float32) error {
	var list []error
	for _, s := range segs {
		if err := checkTensor(s.Name, s.Shape, s.Of(params)); err != nil {
			list = append(list, err)
		}
	}
	return joined(list)
}

// CheckFinite is the function of that name for those tensors of the file that
// [File.Copy] and [File.CopyMatching] take over.
func (f *File) CheckFinite(segs []nn.Segment) error {
	var list []error
	for _, s := range segs {
		if t := f.Tensor(s.Name); t != nil && fits(t, s) == nil {
			if err := checkTensor(s.Name, s.Shape, t.Data); err != nil {
				list = append(list, err)
			}
		}
	}
	if err := joined(list); err != nil {
		return fmt.Errorf("%s: weights that are not finite numbers, such as a training leaves that diverged:\n%w", f.Name, err)
	}
	return nil
}

// checkTensor reports the first element that is not finite.
func checkTensor(name string, shape []int, data []float32) error {
	first, more := -1, -1
	for i, v := range data {
		if v-v != 0 { // NaN, and so is the difference of infinities
			if more++; first < 0 {
				first = i
			}
		}
	}
	switch {
	case first < 0:
		return nil
	case more > 0:
		return fmt.Errorf("\ttensor %.80q%s is %v, and %d of the other elements are not finite", name, indexText(shape, first), float64(data[first]), more)
	}
	return fmt.Errorf("\ttensor %.80q%s is %v", name, indexText(shape, first), float64(data[first]))
}

// indexText is the place of an element in a tensor: "[3][7]".
func indexText(shape []int, at int) string {
	text := ""
	for i := len(shape) - 1; i >= 0; i-- {
		text = fmt.Sprintf("[%d]", at%shape[i]) + text
		at /= shape[i]
	}
	return text
}

// joined is a list as one error, with a bound on its length.
func joined(list []error) error {
	const most = 10
	if more := len(list) - most; more > 1 {
		list = append(list[:most:most], fmt.Errorf("\tand %d more tensors", more))
	}
	return errors.Join(list...)
}
