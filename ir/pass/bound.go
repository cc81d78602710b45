package pass

import "github.com/nngen-go/nngen/ir/loop"

// bound writes the maximum of every axis into the program. It comes last, when
// the micro-batch is known.
func bound(p *loop.Program) {
	if p.Training.BatchStatistics {
		return // a batch is taken whole, whatever its size, by kernels that plans share
	}
	for _, plan := range p.Plans() {
		runs, _ := plan.Flat()
		for _, r := range runs {
			for _, axes := range loop.AxesOf(r.Kernel) {
				for i := range axes {
					if a := &axes[i]; a.Rows {
						a.Max = a.N * p.Batch
					}
				}
			}
		}
	}
}
