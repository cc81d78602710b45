package gosrc

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/kernelset"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// layout places the arena buffers of a plan.
type layout struct {
	rows         bool // for a row, n times as far apart for n rows; else for the micro-batch
	at           map[*loop.Buffer]int
	floats, ints int
}

// planned is the layout that the memory planner made.
func planned(p *loop.Plan) *layout {
	l := &layout{rows: p.PerRow, at: map[*loop.Buffer]int{}, floats: p.ArenaFloats, ints: p.ArenaInts}
	for _, b := range p.Buffers {
		l.at[b] = b.Offset
	}
	return l
}

// room is the size of the arenas for that many rows, the micro-batch at most.
func (l *layout) room(rows int) (floats, ints int) {
	if !l.rows {
		rows = 1
	}
	return rows * l.floats, rows * l.ints
}

// times prints how many times the room of the layout an arena for n rows has.
func (l *layout) times(n string) string {
	if l.rows {
		return n
	}
	return "1"
}

// evaluated is a layout for an evaluation that begins as a prediction does, in
// the places of the latter; nil: there is none.
func evaluated(p *loop.Plan, calls []kernelCall, predict *loop.Plan, predicted []kernelCall) *layout {
	spans, before := p.Spans(), predict.Spans()
	l := planned(predict)
	of := inCommon(calls, predicted)
	at := map[*loop.Buffer]int{}
	var order, placed []*loop.Buffer
	for _, b := range p.Buffers {
		if _, ok := spans[b]; !ok || b.Class != loop.Arena {
			continue
		}
		if of[b] == nil {
			order = append(order, b)
			continue
		}
		at[b] = of[b].Offset
		placed = append(placed, b)
	}
	l.at = at
	meet := func(a, b *loop.Buffer) bool {
		return a.DType == b.DType && spans[a].First <= spans[b].Last && spans[b].First <= spans[a].Last
	}
	for _, a := range placed { // what is needed for longer must not be overwritten
		if spans[a] == before[of[a]] {
			continue
		}
		for _, b := range placed {
			if meet(a, b) && l.overlap(a, b) {
				return nil
			}
		}
	}
	slices.SortFunc(placed, func(a, b *loop.Buffer) int { return at[a] - at[b] })
	slices.SortStableFunc(order, func(a, b *loop.Buffer) int { return spans[a].First - spans[b].First })
	for _, b := range order { // each in the first gap among those alive with it
		place := 0
		for _, o := range placed {
			if !meet(b, o) {
				continue
			}
			if place+b.Row() <= at[o] {
				break
			}
			place = max(place, (at[o]+o.Row()+kernelset.CacheLine-1)/kernelset.CacheLine*kernelset.CacheLine)
		}
		at[b] = place
		next, _ := slices.BinarySearchFunc(placed, place, func(o *loop.Buffer, place int) int { return at[o] - place })
		placed = slices.Insert(placed, next, b)
		if b.DType == loop.I32 {
			l.ints = max(l.ints, place+b.Row())
		} else {
			l.floats = max(l.floats, place+b.Row())
		}
	}
	return l
}

// restaged are calls that a team can make in this layout: none writes where a
// worker that is behind in the same stage may still be at work on other values.
func (l *layout) restaged(calls []kernelCall) []kernelCall {
	calls = slices.Clone(calls)
	stage, was := 0, 0
	var touched []*loop.Buffer // in the stage
	for i, c := range calls {
		later := i > 0 && c.stage != was
		was = c.stage
		writes := c.Kernel.Writes()
		if c.loop != nil { // workers wait before a loop, if at all
			writes = nil
			if i == 0 || calls[i-1].loop != c.loop {
				writes = c.loop.AllWrites()
			}
		}
		for _, w := range writes {
			later = later || slices.ContainsFunc(touched, func(o *loop.Buffer) bool { return l.overlap(w.Buf, o) })
		}
		if later {
			stage, touched = stage+1, nil
		}
		calls[i].stage = stage
		if c.Steps != nil {
			touched = append(touched, c.Steps.Mask.Buf)
		}
		for _, p := range c.kernel.Params {
			if p.Buf.Class == loop.Arena && !slices.Contains(touched, p.Buf) {
				touched = append(touched, p.Buf)
			}
		}
	}
	return calls
}

// overlap reports different buffers that share memory, but for those of which a
// worker's own rows do.
func (l *layout) overlap(a, b *loop.Buffer) bool {
	if a == b || a.Class != loop.Arena || b.Class != loop.Arena || a.DType != b.DType || a.Rows && b.Rows && l.at[a] == l.at[b] && a.Row() == b.Row() {
		return false
	}
	return l.at[a] < l.at[b]+b.Row() && l.at[b] < l.at[a]+a.Row()
}

// inCommon finds the buffers of a prediction that those of an evaluation stand
// for, as far as the calls of both are the same.
func inCommon(calls, predicted []kernelCall) map[*loop.Buffer]*loop.Buffer {
	of := map[*loop.Buffer]*loop.Buffer{}
	for i, c := range predicted {
		if i == len(calls) || calls[i].fn != c.fn || calls[i].Layer != c.Layer || (calls[i].loop == nil) != (c.loop == nil) {
			break
		}
		for j, p := range c.kernel.Params {
			if b := calls[i].kernel.Params[j].Buf; b.Class == loop.Arena && b.Row() == p.Buf.Row() && b.Name == p.Buf.Name {
				of[b] = p.Buf
			}
		}
	}
	return of
}

// rowsType is the type of the rows of n outputs. Of several they are one array:
// what flows into the sixth result of a function or a later one escapes to the
// heap, and with it the scratch memory of Predict.
func rowsType(n int) string {
	if n > 1 {
		return fmt.Sprintf("[%d][]float32", n)
	}
	return "[]float32"
}

// uptoTurn prints how many steps a call goes over: those so far, or in a loop those of
// its turn.
func uptoTurn(c kernelCall) string {
	switch a := followsTurns(c); {
	case a.Turn > 0:
		return fmt.Sprintf("(t+1)*%d", a.Turn)
	case a.Turn < 0:
		return fmt.Sprintf("%d-t*%d", a.N, -a.Turn)
	}
	return shape.Upto
}

// followsTurns is the axis of a call that follows the turns of the loop around it, if it
// has one.
func followsTurns(c kernelCall) (axis loop.Axis) {
	for _, a := range slices.Concat(loop.AxesOf(c.Run.Kernel)...) {
		if a.Turn != 0 {
			return a
		}
	}
	return axis
}

// uptoWord is how many steps a call goes over in a turn.
func uptoWord(c kernelCall) string {
	a := followsTurns(c)
	return fmt.Sprintf("i%d@0,%d", a.InTurn(0).N, a.Turn)
}
