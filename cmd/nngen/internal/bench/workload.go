package bench

import (
	"fmt"

	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
)

// Workload is something to time, with what it cannot do without.
type Workload struct {
	Name, Label string // "train", "training step, 128 rows"
	Flops       int
	alone       string // the same on one worker, to compare with; "" if it is that already
	rows        int
	terms       []term
	tables      []table                    // of which rows are read, here and there
	interpret   func(e *interpreted) error // runs it once
}

// term is a number of bytes that have to move, and what they are.
type term struct {
	What  string `json:"what"`
	Bytes int    `json:"bytes"`
}

// table is what ids address: limit rows of width numbers, read count times.
type table struct{ limit, width, count int }

func (t table) bytes() int { return 4 * t.width * t.count }

// fitRows is how many rows the description trains on at a time.
func (m *Model) rows() int {
	if size := m.Program.Training.BatchSize; size > 0 {
		return size
	}
	return m.Program.Batch
}

// Workloads are one prediction, a batch of them and a training step.
func (m *Model) Workloads(threads int) []Workload {
	p, rows := m.Program, m.rows()
	list := []Workload{
		m.prediction("predict", "predict 1 row", 1, (*interpreted).predictOne),
		m.prediction("batch", fmt.Sprintf("predict %d rows", rows), rows, (*interpreted).predictBatch),
	}
	parts := p.Batch
	if p.Training.BatchStatistics { // which need the batch whole
		parts = rows
	}
	step := Workload{Name: "train", interpret: (*interpreted).trainStep, Label: fmt.Sprintf("training step, %d rows", rows), rows: rows, Flops: inParts(p.Train, rows, parts)}
	trainable, slots := 0, 0
	var segments []nn.Segment
	for _, s := range p.Segments {
		if s.Role == block.Trainable {
			segments = append(segments, nn.Segment{Name: s.Name, Shape: s.Shape, Offset: trainable})
			trainable += s.Len()
		}
	}
	if o, err := optim.New(optim.NewRule(p.Training.Optimizer.Name), segments); err == nil {
		for _, s := range o.Slots {
			slots += len(s)
		}
	}
	step.tables = tablesOf(p.Train, rows)
	step.add("rows", rows*(rowBytes(p.Inputs)+rowBytes(p.Targets)))
	step.add("parameters, read and written", 2*4*trainable)
	step.add("optimizer slots, read and written", 2*4*slots)
	step.add("gradients, written and read", 2*4*trainable)
	step.add("packed weights, read and written", packBytes(p))
	list = append(list, step)
	if threads > 1 {
		for i := range list[1:] { // one row is not shared out
			list[1+i].alone = list[1+i].Name + "1"
		}
	}
	return list
}

// prediction is the workload of so many predictions in one call.
func (m *Model) prediction(name, label string, rows int, interpret func(e *interpreted) error) Workload {
	p := m.Program
	w := Workload{Name: name, Label: label, interpret: interpret, rows: rows, Flops: inParts(p.Predict, rows, p.Batch), tables: tablesOf(p.Predict, rows)}
	w.add("weights", weightBytes(p.Predict))
	w.add("inputs", rows*rowBytes(p.Inputs))
	w.add("outputs", rows*rowBytes(p.Outputs))
	return w
}

func (w *Workload) add(what string, bytes int) {
	if bytes > 0 {
		w.terms = append(w.terms, term{what, bytes})
	}
}

// Streamed is how many bytes move in order, and scattered how many in rows of
// tables.
func (w *Workload) Streamed() (sum int) {
	for _, t := range w.terms {
		sum += t.Bytes
	}
	return sum
}

func (w *Workload) scattered() (sum int) {
	for _, t := range w.tables {
		sum += t.bytes()
	}
	return sum
}

// rowBytes is the size of one row of the ports.
func rowBytes(ports []loop.Port) int {
	sum := 0
	for _, p := range ports {
		if p.Ragged {
			sum += 4 * tokens
		} else {
			sum += 4 * p.Len()
		}
	}
	return sum
}

// inParts counts the operations of a plan on rows that it takes batch by batch.
func inParts(p *loop.Plan, rows, batch int) int {
	sum := 0
	for rows > 0 {
		n := min(rows, batch)
		sum += p.Flops(n)
		rows -= n
		runs, _ := p.Flat()
		for _, r := range runs { // Flops counts one id for each row
			switch k := r.Kernel.(type) {
			case *loop.GatherSum:
				sum += n * (tokens - 1) * k.Width
			case *loop.ScatterSum:
				sum += n * (tokens - 1) * k.Width
			}
		}
	}
	return sum
}

// tablesOf lists the tables whose rows the plan reads.
func tablesOf(p *loop.Plan, rows int) []table {
	var list []table
	runs, _ := p.Flat()
	for _, r := range runs {
		switch k := r.Kernel.(type) {
		case *loop.GatherSum:
			list = append(list, table{k.Limit, k.Width, rows * tokens})
		case *loop.Nest:
			for _, s := range k.Body {
				for _, a := range s.Srcs {
					if a.Index != nil && a.Buf.Class == loop.Param && a.Buf.Row() > 0 && a.IndexStride > 0 {
						points := loop.Points(k.Outer, rows) * loop.Points(s.Inner, rows)
						list = append(list, table{a.Buf.Row() / a.IndexStride, a.IndexStride, points / a.IndexStride})
					}
				}
			}
		}
	}
	return list
}

// weightBytes is the size of the parameters, as they are or packed, that a plan
// reads whole.
func weightBytes(p *loop.Plan) int {
	sum := 0
	seen := map[*loop.Buffer]bool{}
	runs, _ := p.Flat()
	for _, r := range runs {
		if k, ok := r.Kernel.(*loop.GatherSum); ok {
			seen[k.Table] = true
		}
		for _, a := range r.Kernel.Reads() {
			class := a.Buf.Class
			if (class == loop.Param || class == loop.Const) && a.Index == nil && !seen[a.Buf] {
				seen[a.Buf] = true
				sum += 4 * a.Buf.Row()
			}
		}
	}
	return sum
}

// packBytes is what laying out weights for the kernels anew moves, which every
// change of the parameters makes necessary: each tensor that contractions read
// is read and written once.
func packBytes(p *loop.Program) int {
	sum := 0
	seen := map[*loop.Buffer]bool{}
	runs, _ := p.Train.Flat()
	for _, r := range runs {
		k, ok := r.Kernel.(*loop.Contract)
		if !ok {
			continue
		}
		for _, a := range []loop.Access{k.Lhs, k.Rhs} {
			if a.Buf.Class == loop.Param && !seen[a.Buf] {
				seen[a.Buf] = true
				sum += 2 * 4 * a.Buf.Row()
			}
		}
	}
	return sum
}
