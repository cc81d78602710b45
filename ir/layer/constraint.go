package layer

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// Constraint is what every step of the optimizer holds a parameter to.
type Constraint interface {
	// Of is the constraint on a parameter of that shape.
	Of(shape ir.Shape) (block.Constraint, error)
}

// constraints are those of Keras 3, constraints/constraints.py.
var constraints = Table[Constraint]{
	Kind: "constraint",
	Entries: []Entry[Constraint]{
		{Name: "max_norm", Aliases: []string{"MaxNorm"}, Doc: "makes vectors longer than max_value that long", New: func() Constraint { return &maxNorm{MaxValue: 2, Axis: []int{0}} }},
		{Name: "min_max_norm", Aliases: []string{"MinMaxNorm"}, Doc: "brings the lengths of vectors between min_value and max_value, at once or by a share of the way", New: func() Constraint { return &minMaxNorm{MaxValue: 1, Rate: 1, Axis: []int{0}} }},
		{Name: "non_neg", Aliases: []string{"NonNeg"}, Doc: "makes what is below 0 0", New: func() Constraint { return &nonNeg{} }},
		{Name: "unit_norm", Aliases: []string{"UnitNorm"}, Doc: "makes vectors 1 long", New: func() Constraint { return &unitNorm{Axis: []int{0}} }},
	},
}

type maxNorm struct {
	MaxValue float64 `arg:"max_value,min=0" doc:"greatest length"`
	Axis     []int   `arg:"axis" doc:"axis or axes of the parameter that a vector lies along"`
}

func (m *maxNorm) Of(shape ir.Shape) (block.Constraint, error) {
	axes, err := vectorAxes(shape, m.Axis)
	return block.Constraint{Kind: "max_norm", Max: m.MaxValue, Rate: 1, Axes: axes}, err
}

type minMaxNorm struct {
	MinValue float64 `arg:"min_value,min=0" doc:"least length"`
	MaxValue float64 `arg:"max_value,min=0" doc:"greatest length"`
	Rate     float64 `arg:"rate,min=0,max=1" doc:"share of the way that a step goes"`
	Axis     []int   `arg:"axis" doc:"axis or axes of the parameter that a vector lies along"`
}

func (m *minMaxNorm) Of(shape ir.Shape) (block.Constraint, error) {
	axes, err := vectorAxes(shape, m.Axis)
	if err == nil && m.MinValue > m.MaxValue {
		err = fmt.Errorf("min_value %v is above max_value %v", m.MinValue, m.MaxValue)
	}
	return block.Constraint{Kind: "min_max_norm", Min: m.MinValue, Max: m.MaxValue, Rate: m.Rate, Axes: axes}, err
}

type nonNeg struct{}

func (*nonNeg) Of(ir.Shape) (block.Constraint, error) { return block.Constraint{Kind: "non_neg"}, nil }

type unitNorm struct {
	Axis []int `arg:"axis" doc:"axis or axes of the parameter that a vector lies along"`
}

func (u *unitNorm) Of(shape ir.Shape) (block.Constraint, error) {
	axes, err := vectorAxes(shape, u.Axis)
	return block.Constraint{Kind: "unit_norm", Axes: axes}, err
}

// vectorAxes are the axes of a parameter that the vectors lie along, ascending.
func vectorAxes(shape ir.Shape, given []int) ([]int, error) {
	var axes []int
	for _, a := range given {
		at := a
		if at < 0 {
			at += len(shape)
		}
		switch {
		case at < 0 || at >= len(shape):
			return nil, fmt.Errorf("axis %d does not exist; it has %d", a, len(shape))
		case slices.Contains(axes, at):
			return nil, fmt.Errorf("axis %d is in the list twice", at)
		}
		axes = append(axes, at)
	}
	if len(axes) == 0 {
		return nil, fmt.Errorf("axis is an empty list; leave it out for the first")
	}
	slices.Sort(axes)
	return axes, nil
}

// Constrain has the constraints that settings name hold the parameters that c makes
// from here on.
func (c *Context) Constrain(settings any) {
	c.constraints = map[string]spec.Call{}
	findConstraints(c.constraints, reflect.Indirect(reflect.ValueOf(settings)))
}

// findConstraints puts the constraints of settings under their arguments.
func findConstraints(found map[string]spec.Call, v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			findConstraints(found, v.Field(i))
			continue
		}
		name, isConstraint := strings.CutSuffix(f.Tag.Get("arg"), ",of=constraint")
		if isConstraint {
			found[name] = v.Field(i).Interface().(spec.Call)
		}
	}
}

// constraintOn is that on a parameter of the layer: kernel_constraint on query/kernel,
// recurrent_constraint on recurrent_kernel.
func constraintOn(c *Context, name string, shape ir.Shape) block.Constraint {
	name = name[strings.LastIndexByte(name, '/')+1:]
	if name != "kernel" {
		name = strings.TrimSuffix(name, "_kernel")
	}
	call := c.constraints[name+"_constraint"]
	if call.Name == "" {
		return block.Constraint{}
	}
	_, settings, errs := constraints.Resolve(call)
	var held block.Constraint
	if len(errs) == 0 {
		var err error
		if held, err = settings.Of(shape); err != nil {
			errs.Add(call.Pos, "layer %s: %s %v: %s: %v", diag.Quote(c.Name), name, shape, call.Name, err)
		}
	}
	c.report(errs)
	return held
}
