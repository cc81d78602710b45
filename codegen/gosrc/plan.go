package gosrc

import (
	"fmt"
	"slices"

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

// layout places the arena buffers of a plan.
type layout struct {
	row          bool // for one row, not for the micro-batch
	team         bool // for a team of workers, each with rows of its own
	stage        int  // of a team: where the function begins
	units        bool // places are those of one unit of a batch of any size
	at           map[*loop.Buffer]int
	floats, ints int
}

// planned is the layout that the memory planner made for the micro-batch.
func planned(p *loop.Plan) *layout {
	l := &layout{at: map[*loop.Buffer]int{}, floats: p.ArenaFloats, ints: p.ArenaInts}
	for _, b := range p.Buffers {
		l.at[b] = b.Offset
	}
	return l
}

// teamed is that layout for a team, whose workers come from the given stage.
func teamed(p *loop.Plan, stage int) *layout {
	l := planned(p)
	l.team, l.stage = true, stage
	return l
}

// forRow places the buffers of a plan for a single row: in the order of birth,
// each in the first gap among those alive with it.
func forRow(p *loop.Plan) *layout {
	l := &layout{row: true, at: map[*loop.Buffer]int{}}
	spans := p.Spans()
	var order []*loop.Buffer
	for _, b := range p.Buffers {
		if _, ok := spans[b]; ok && b.Class == loop.Arena {
			order = append(order, b)
		}
	}
	slices.SortStableFunc(order, func(a, b *loop.Buffer) int { return spans[a].First - spans[b].First })
	alive := map[loop.DType][]*loop.Buffer{} // in order of their places
	for _, b := range order {
		taken := slices.DeleteFunc(alive[b.DType], func(o *loop.Buffer) bool { return spans[o].Last < spans[b].First })
		at, next := 0, 0
		for ; next < len(taken) && at+b.Len(1) > l.at[taken[next]]; next++ {
			at = max(at, l.at[taken[next]]+taken[next].Len(1))
		}
		l.at[b] = at
		alive[b.DType] = slices.Insert(taken, next, b)
		size := &l.floats
		if b.DType == loop.I32 {
			size = &l.ints
		}
		*size = max(*size, at+b.Len(1))
	}
	return l
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
