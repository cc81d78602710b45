package gosrc

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/kernelset"
	"github.com/nngen-go/nngen/ir/loop"
)

// Kernel tells what a kernel of a package runs in.
type Kernel struct {
	Name string // of its function
	// Levels are those that it has machine code for, the best first. Without, it is
	// portable Go at every level.
	Levels []string
	// Share is its part of the operations of a training step, or of a prediction where the
	// network does not train.
	Share float64
}

// Kernels lists the kernels of the package that runs p, in the order of their first use.
func Kernels(p *loop.Program, cfg Config) ([]Kernel, error) {
	e, _, err := printed(p, cfg)
	if err != nil {
		return nil, fmt.Errorf("codegen: %w", err)
	}
	plan := p.Train
	if cfg.PredictOnly || plan == nil {
		plan = p.Predict
	}
	flops, all := map[*kernelset.Function]int{}, 0
	runs, _ := plan.Flat()
	turns := plan.Turns()
	for i, r := range runs {
		step, _ := loop.InTurn(r.Kernel)
		_, fn, err := e.kernels.Function(step)
		if err != nil {
			return nil, fmt.Errorf("codegen: %w", err)
		}
		n := turns[i] * r.Kernel.Flops(p.Batch)
		flops[fn] += n
		all += n
	}
	var list []Kernel
	for _, fn := range e.kernels.Functions() {
		list = append(list, Kernel{Name: fn.Name, Levels: fn.Levels(), Share: float64(flops[fn]) / float64(max(all, 1))})
	}
	return list, nil
}
