package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// Statistics over a batch need all its rows at once, however many they are. The
// plan of a training step is one for batchRows rows, a unit; a batch that begins
// u units has u times the memory, and every buffer lies at u times its place.

// whereMixed is a text that is there where layers mix targets.
func whereMixed(p *loop.Program, text string) string {
	if p.Training.Mixed {
		return text
	}
	return ""
}

// grows reports whether the engine makes room for batches above batchRows.
func (e *program) grows() bool { return !e.cfg.PredictOnly && e.p.Training.BatchStatistics }

// rowField declares a field that holds elements of every row.
func (e *program) rowField(name string, p loop.Port) string {
	if e.grows() {
		return fmt.Sprintf("%s []%s\n", name, elemOf(p))
	}
	return fmt.Sprintf("%s [%s]%s\n", name, rowsOf(p), elemOf(p))
}

// growInputs prints how the holder of inputs makes room for more of them.
func (e predictText) growInputs(f *file) {
	body := ""
	for i, p := range e.p.Inputs {
		name := e.inField(i)
		if p.Ragged {
			body += fmt.Sprintf("in.%sOffsets = make([]int32, rows+1)\n", name)
		} else {
			body += fmt.Sprintf("in.%s = make([]%s, %s)\n", name, elemOf(p), times("rows", size(p.Shape)))
		}
	}
	f.add(`// grow makes room for that many rows. What was loaded is lost.
func (in *inputs) grow(rows int) {
	if rows <= in.rows {
		return
	}
	in.rows = rows
	%s}`, body)
}

// growEngine prints how the engine makes room for a batch.
func (e trainText) growEngine(f *file) {
	if e.p.Training.WholeLoss {
		f.add(`// WholeLoss reports that the loss is one of all rows of a batch. It implements
// train.WholeLoss.
func (e *engine) WholeLoss() bool { return true }`)
	}
	floats, ints := e.trainArena()
	bytes := 4 * (floats + ints)
	var body strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&body, format+"\n", args...) }
	if floats > 0 {
		line("e.a = make([]float32, %s)", times("units", floats))
	}
	if ints > 0 {
		line("e.ai = make([]int32, %s)", times("units", ints))
	}
	for _, p := range e.p.Inputs {
		if !p.Ragged {
			bytes += 4 * e.p.Batch * size(p.Shape)
		}
	}
	for i, p := range e.p.Targets {
		line("e.%s = make([]%s, %s)", e.targetField(i), elemOf(p), times("rows", size(p.Shape)))
		bytes += 4 * e.p.Batch * size(p.Shape)
	}
	f.add(`// unitBytes is the memory of batchRows rows in training.
const unitBytes = %d

// Grow makes room for a batch of n rows. It implements train.Grower.
func (e *engine) Grow(n int) error {
	%sif n <= e.rows {
		return nil
	}
	units := (n-1)/batchRows + 1
	if units > §math.MaxInt&(1<<47-1)/unitBytes { // which no computer can address
		return §fmt.Errorf("a batch of %%d rows takes more memory than there can be", n)
	}
	e.room(units)
	return nil
}

// room allocates the memory of that many times batchRows rows.
func (e *engine) room(units int) {
	rows := units * batchRows
	e.grow(rows)
	e.weight = make([]float32, rows)
	%s}`, bytes+4*e.p.Batch, whereMixed(e.p, "e.mixed = false\n"), body.String())
}
