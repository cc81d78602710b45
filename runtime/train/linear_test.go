package train_test

import (
	"fmt"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/train"
)

// linear is an Engine of linear models on three inputs, one per output, with
// the mean squared error and an L2 regularizer on the weights. Its target holds
// the targets of all outputs one after the other.
type linear struct {
	names   []string
	units   []int
	l2      float64
	micro   int
	stats   bool
	params  []float32
	grads   []float32
	segs    []nn.Segment
	x       [][3]float32
	y       [][3]float32
	w       []float32
	out     [][3]float32
	losses  []float64
	steps   []train.Step // of every Train
	record  bool
	adapted []train.Adapter
	team    *nn.Team
	teams   []int // the number of workers that every Train and Evaluate found
}

func newLinear(micro int, l2 float64, names []string, units []int) *linear {
	e := &linear{names: names, units: units, l2: l2, micro: micro, losses: make([]float64, len(units))}
	at := 0
	for k, name := range names {
		for _, s := range []nn.Segment{
			{Name: name + "/kernel", Shape: []int{3, units[k]}, Offset: at},
			{Name: name + "/bias", Shape: []int{units[k]}, Offset: at + 3*units[k]},
		} {
			e.segs = append(e.segs, s)
			at += s.Len()
		}
	}
	// One state value after the trainable part, which no optimizer may touch.
	e.segs = append(e.segs, nn.Segment{Name: "state", Offset: at, Flags: nn.State})
	e.params = make([]float32, at+1)
	e.params[at] = 7
	e.grads = make([]float32, at)
	e.x = make([][3]float32, micro)
	e.y = make([][3]float32, micro)
	e.w = make([]float32, micro)
	e.out = make([][3]float32, micro)
	return e
}

func (e *linear) MicroBatch() int             { return e.micro }
func (e *linear) Segments() []nn.Segment      { return e.segs }
func (e *linear) Params() []float32           { return e.params }
func (e *linear) Gradients() []float32        { return e.grads }
func (e *linear) Weight(row int) float32      { return e.w[row] }
func (e *linear) Reweight(row int, w float32) { e.w[row] = w }
func (e *linear) Losses() []float64           { return e.losses }
func (e *linear) OutputNames() []string       { return e.names }
func (e *linear) Share(t *nn.Team)            { e.team = t }
func (e *linear) BatchStatistics() bool       { return e.stats }
func (e *linear) Adapt() []train.Adapter      { return e.adapted }
func (e *linear) part(k int) (from, n int) {
	for _, u := range e.units[:k] {
		from += u
	}
	return from, e.units[k]
}

func (e *linear) Outputs(k, row int) []float32 {
	from, n := e.part(k)
	return e.out[row][from : from+n]
}

func (e *linear) Targets(k, row int) []float32 {
	from, n := e.part(k)
	return e.y[row][from : from+n]
}

func (e *linear) Load(row int, x *[3]float32, y *[3]float32, weight float32) error {
	if row < 0 || row >= e.micro {
		return fmt.Errorf("row %d of a micro-batch of %d", row, e.micro)
	}
	if x[0] == 666 {
		return fmt.Errorf("id 666 is out of range")
	}
	e.x[row], e.y[row], e.w[row] = *x, *y, weight
	return nil
}

// run computes outputs and the shares of the losses, and adds the gradient of
// the batch loss to e.grads.
func (e *linear) run(n int, s train.Step) float64 {
	loss, at := 0.0, 0
	clear(e.grads)
	clear(e.losses)
	for k, units := range e.units {
		kernel := e.params[at : at+3*units]
		bias := e.params[at+3*units : at+4*units]
		dKernel, dBias := e.grads[at:at+3*units], e.grads[at+3*units:at+4*units]
		from, _ := e.part(k)
		for row := range n {
			for u := range units {
				z := bias[u]
				for i, x := range e.x[row] {
					z += x * kernel[i*units+u]
				}
				e.out[row][from+u] = z
				d := float64(z - e.y[row][from+u])
				scale := float64(e.w[row]) / float64(units) / float64(s.Total)
				e.losses[k] += d * d * scale
				g := float32(2 * d * scale)
				dBias[u] += g
				for i, x := range e.x[row] {
					dKernel[i*units+u] += x * g
				}
			}
		}
		loss += e.losses[k]
		share := e.l2 * float64(n) / float64(s.Total)
		for i, v := range kernel {
			loss += share * float64(v) * float64(v)
			dKernel[i] += float32(2 * share * float64(v))
		}
		at += 4 * units
	}
	return loss
}

func (e *linear) Train(n int, s train.Step) float64 {
	if e.record {
		e.steps = append(e.steps, s)
		e.teams = append(e.teams, e.team.Workers())
	}
	return e.run(n, s)
}

func (e *linear) Evaluate(n int, s train.Step) float64 {
	if e.record {
		e.teams = append(e.teams, e.team.Workers())
	}
	return e.run(n, s)
}
