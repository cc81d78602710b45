package gosrc

import (
	"fmt"
	"strconv"

	"github.com/nngen-go/nngen/ir/loop"
)

// planFunc is a function that runs a phase: it lays views over the arena and
// calls the layers in order.
type planFunc struct {
	name    string
	args    []arg
	returns string // the outputs, or the loss
	text    string
}

// layout is where a function finds the arena buffers of a plan.
type layout struct {
	team  bool   // for a team of workers, each with rows of its own
	stage int    // of a team: where the function begins
	times string // how many times its offset a buffer lies at: a variable, or once
	rows  int    // rows that offsets are for
}

// perRow is the layout for one worker: that of a row, n times.
func perRow() *layout { return &layout{times: "n", rows: 1} }

// teamed is the layout for a team, whose workers come from the given stage.
func (e *emitter) teamed(stage int) *layout { return &layout{team: true, stage: stage, rows: e.p.Batch} }

// times is a place in an arena that so many times the room is made for; "": once.
func times(factor string, at int) string {
	if factor == "" || at == 0 {
		return strconv.Itoa(at)
	}
	return scaled(factor, at, 0)
}

// room is the size of the arenas of a plan for the micro-batch.
func (e *emitter) room(p *loop.Plan) (floats, ints int) {
	n := 1
	if p.PerRow {
		n = e.p.Batch
	}
	return n * p.ArenaFloats, n * p.ArenaInts
}

// rowsType is the type of the rows of n outputs. Of several they are one array:
// what flows into the sixth result of a function or a later one escapes to the
// heap, and with it the scratch memory of Predict.
func rowsType(n int, float string) string {
	if n > 1 {
		return fmt.Sprintf("[%d][]%s", n, float)
	}
	return "[]" + float
}

// call prints a call of the function. env gives what the caller passes for
// each role: "a", "ai", "p", "g", "s", "n", "invTotal", "share", "weight", and
// "in0", "in0Offsets", "target0" for ports.
func (fn *planFunc) call(env func(role string) string) string { return fn.callInto("", env) }

// callInto is a call whose results are stored: "rows := ".
func (fn *planFunc) callInto(results string, env func(role string) string) string {
	var in []string
	for _, a := range fn.args {
		in = append(in, env(a.key()))
	}
	return callText(results+fn.name, in)
}

// key is the role of a parameter in a call.
func (a arg) key() string {
	if a.buf == nil {
		return a.name
	}
	switch a.buf.Class {
	case loop.Input:
		if a.offsets {
			return fmt.Sprintf("in%dOffsets", a.buf.Port)
		}
		return fmt.Sprintf("in%d", a.buf.Port)
	case loop.Target:
		return fmt.Sprintf("target%d", a.buf.Port)
	case loop.Weight:
		return "weight"
	}
	return a.name
}
