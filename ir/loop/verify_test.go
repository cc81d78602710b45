package loop

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/scalar"
)

// net is a one-layer network with everything that a program has: the parts that
// the tests below break are at hand by name.
type net struct {
	*Program
	x, y, w, state, dw, table, dtable, ids, total *Buffer
	out                                           *Buffer // of train
	dense, ddense                                 *Contract
	loss, dout                                    *Nest
	gather                                        *GatherSum
	scatter                                       *ScatterSum
}

func newNet() *net {
	n := &net{
		x:      &Buffer{Name: "x", Class: Input, Rows: true, Shape: []int{3}},
		ids:    &Buffer{Name: "ids", Class: Input, DType: I32, Rows: true, Ragged: true, Unique: true, Port: 1},
		y:      &Buffer{Name: "y", Class: Target, Rows: true, Shape: []int{2}},
		w:      &Buffer{Name: "w", Class: Param, Shape: []int{3, 2}},
		table:  &Buffer{Name: "table", Class: Param, Shape: []int{5, 2}, Segment: 1, Offset: 6},
		state:  &Buffer{Name: "state", Class: Param, Shape: []int{2}, Segment: 2, Offset: 16},
		dw:     &Buffer{Name: "w", Grad: true, Class: Gradient, Shape: []int{3, 2}},
		dtable: &Buffer{Name: "table", Grad: true, Class: Gradient, Shape: []int{5, 2}, Segment: 1, Offset: 6},
		total:  &Buffer{Name: "inv_total", Class: Scalar},
	}
	n.Program = &Program{
		Name: "net", File: "net.yaml", Batch: 4,
		Segments: []block.Segment{
			{Name: "w", Shape: []int{3, 2}},
			{Name: "table", Shape: []int{5, 2}, Offset: 6},
			{Name: "state", Shape: []int{2}, Offset: 16, Role: block.State},
		},
		Inputs:  []Port{{Name: "x", Shape: []int{3}}, {Name: "ids", DType: I32, Ragged: true, Limit: 5}},
		Outputs: []Port{{Name: "out", Shape: []int{2}}},
		Targets: []Port{{Name: "y", Shape: []int{2}}},
	}
	n.Predict = n.forward("predict")
	n.Evaluate = n.withLoss("evaluate")
	n.Train = n.withLoss("train")
	n.backward(n.Train)
	return n
}

func rowsOf(name string, offset int, shape ...int) *Buffer {
	return &Buffer{Name: name, Class: Arena, Rows: true, Shape: shape, Offset: offset}
}

func run(k Kernel) *Run {
	return &Run{Layer: "dense", Pos: diag.Pos{File: "net.yaml", Line: 7, Col: 5}, Kernel: k}
}

var (
	batch  = Axis{Name: "n", N: 1, Rows: true}
	pairs  = Axis{Name: "n", N: 2, Rows: true} // elements of rows of two
	inAxis = Axis{Name: "i", N: 3}
	oAxis  = Axis{Name: "o", N: 2}
)

// forward computes out = relu(x·w + Σ table[ids]).
func (n *net) forward(name string) *Plan {
	words, out := rowsOf("words", 0, 2), rowsOf("out", 16, 2)
	n.out = out
	n.gather = &GatherSum{Ids: n.ids, Table: n.table, Out: words, Limit: 5, Width: 2, Set: true}
	n.dense = &Contract{
		M: []Axis{batch}, N: []Axis{oAxis}, K: []Axis{inAxis},
		Lhs: Access{Buf: n.x, Strides: []int{3, 0, 1}}, Rhs: Access{Buf: n.w, Strides: []int{0, 1, 2}},
		Out:      Access{Buf: out, Strides: []int{2, 1, 0}},
		Extra:    []Access{{Buf: words, Strides: []int{2, 1, 0}}},
		Epilogue: scalar.Call("max", scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), scalar.Num(0)), Word: "relu",
	}
	return &Plan{
		Name: name, ArenaFloats: 24, Outputs: []*Buffer{out},
		Buffers: []*Buffer{n.ids, n.table, words, n.x, n.w, out},
		Forward: []Step{run(n.gather), run(n.dense)},
	}
}

// withLoss adds Σ (out-y)² · inv_total.
func (n *net) withLoss(name string) *Plan {
	p := n.forward(name)
	loss := &Buffer{Name: "loss", Class: Arena, Offset: 8}
	diff := scalar.Call("sub", scalar.Arg(0), scalar.Arg(1))
	n.loss = &Nest{Body: []Stmt{{
		Inner: []Axis{pairs}, Reduce: Sum, Dst: Access{Buf: loss, Strides: []int{0}},
		Value: scalar.Call("mul", scalar.Call("mul", diff, diff), scalar.Arg(2)), Word: "loss",
		Srcs: []Access{{Buf: n.out, Strides: []int{1}}, {Buf: n.y, Strides: []int{1}}, {Buf: n.total, Strides: []int{0}}},
	}}}
	p.Forward = append(p.Forward, run(n.loss))
	p.Buffers = append(p.Buffers, n.y, n.total, loss)
	p.Losses, p.Loss = []*Buffer{loss}, loss
	return p
}

func (n *net) backward(p *Plan) {
	dout := &Buffer{Name: "out", Grad: true, Class: Arena, Rows: true, Shape: []int{2}}
	n.dout = &Nest{Outer: []Axis{pairs}, Body: []Stmt{{
		Dst: Access{Buf: dout, Strides: []int{1}}, Value: scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)),
		Srcs: []Access{{Buf: n.out, Strides: []int{1}}, {Buf: n.y, Strides: []int{1}}},
	}}}
	n.ddense = &Contract{
		M: []Axis{inAxis}, N: []Axis{oAxis}, K: []Axis{batch},
		Lhs: Access{Buf: n.x, Strides: []int{1, 0, 3}}, Rhs: Access{Buf: dout, Strides: []int{0, 1, 2}},
		Out: Access{Buf: n.dw, Strides: []int{2, 1, 0}},
	}
	n.scatter = &ScatterSum{Ids: n.ids, Grad: dout, Table: n.dtable, Limit: 5, Width: 2, Set: true}
	p.Backward = []Step{run(n.dout), run(n.ddense), run(n.scatter)}
	p.Buffers = append(p.Buffers, dout, n.dw, n.dtable)
}

func TestVerifyAccepts(t *testing.T) {
	if err := Verify(newNet().Program); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyRejects(t *testing.T) {
	for name, tt := range map[string]struct {
		breaks func(n *net)
		want   string
	}{
		"no batch":            {func(n *net) { n.Batch = 0 }, "micro-batch is 0"},
		"no predict":          {func(n *net) { n.Predict = nil }, "phase predict is missing"},
		"no evaluate":         {func(n *net) { n.Evaluate = nil }, "only one is there"},
		"lost output":         {func(n *net) { n.Predict.Outputs = nil }, "predict has 0 outputs"},
		"gap in the block":    {func(n *net) { n.Segments[1].Offset = 7 }, "segment table is at 7"},
		"state before weight": {func(n *net) { n.Segments[0].Role = block.State }, "follows a state one"},
		"segment twice":       {func(n *net) { n.Segments[1].Name = "w" }, "two segments are called w"},
		"predict learns":      {func(n *net) { n.Predict.Backward = n.Train.Backward[:1] }, "it has a backward phase"},
		"predict updates":     {func(n *net) { n.Predict.Updates = []StateUpdate{{n.state, n.out}} }, "it updates state"},
		"no loss":             {func(n *net) { n.Train.Loss = nil }, "it has no loss"},
		"no losses":           {func(n *net) { n.Evaluate.Losses = nil }, "0 losses for 1 targets"},
		"result is a weight":  {func(n *net) { n.Train.Outputs[0] = n.w }, "result w is a param buffer"},
		"result is updated":   {func(n *net) { n.Train.Updates = []StateUpdate{{n.out, n.out}} }, "updates out, which is no parameter"},
		"state of rows":       {func(n *net) { n.Train.Updates = []StateUpdate{{n.state, n.out}} }, "updates state[2] with out[2]"},

		"name twice":        {func(n *net) { n.out.Name = "words" }, "two buffers are called words"},
		"empty axis":        {func(n *net) { n.out.Shape = []int{0} }, "has shape [0]"},
		"ragged temporary":  {func(n *net) { n.out.Ragged = true }, "out is ragged"},
		"segment elsewhere": {func(n *net) { n.w.Offset = 1 }, "does not lie as its segment"},
		"segment unknown":   {func(n *net) { n.w.Segment = 9 }, "of segment 9 of 3"},
		"gradient of state": {func(n *net) { n.dw.Segment, n.dw.Offset, n.dw.Shape = 2, 16, []int{2} }, "gradient of a state segment"},
		"port unknown":      {func(n *net) { n.x.Port = 2 }, "input port 2 of 2"},
		"port type":         {func(n *net) { n.Inputs[0].DType = I32 }, "does not have the type of its port"},
		"out of the arena":  {func(n *net) { n.Train.ArenaFloats = 23 }, "takes 8 elements at 16 of an arena of 23"},
		"constant":          {func(n *net) { n.total.Class = Const }, "1 elements has 0 constants"},
		"wide scalar":       {func(n *net) { n.total.Shape = []int{2} }, "scalar of 2 elements"},

		"no buffer":         {func(n *net) { n.ddense.Lhs.Buf = nil }, "an operand has no buffer"},
		"not in the plan":   {func(n *net) { n.Train.Buffers = n.Train.Buffers[:len(n.Train.Buffers)-1] }, "∂table is not in the plan"},
		"beyond the end":    {func(n *net) { n.dense.Rhs.Offset = 1 }, "w has 6 elements for 1 rows and is accessed from 1 to 6"},
		"before the start":  {func(n *net) { n.dense.Lhs.Strides[2] = -1 }, "accessed from -2 to 0"},
		"only a full batch": {func(n *net) { n.dense.Lhs.Strides[0] = 4 }, "x has 12 elements for 4 rows and is accessed from 0 to 14"},
		"only a single row": {func(n *net) { n.loss.Body[0].Srcs[0].Strides[0], n.loss.Body[0].Srcs[0].Offset = 1, 1 }, "out has 2 elements for 1 rows and is accessed from 1 to 2"},
		"few strides":       {func(n *net) { n.dense.Out.Strides = []int{2, 1} }, "out has 2 strides for 3 axes"},
		"stride over k":     {func(n *net) { n.dense.Out.Strides[2] = 1; n.dense.K[0].N = 1 }, "has a stride over k"},
		"five loops":        {func(n *net) { n.ddense.M = append(n.ddense.M, oAxis, oAxis, oAxis, oAxis) }, "nest m has 5 loops"},
		"extent":            {func(n *net) { n.dense.N = []Axis{{Name: "o", N: 0}} }, "axis o has extent 0"},
		"same element":      {func(n *net) { n.dense.Out.Strides[1] = 0 }, "two of its points store to the same element of out"},
		"no epilogue":       {func(n *net) { n.dense.Epilogue = nil }, "extra operands and no epilogue"},
		"operand unknown":   {func(n *net) { n.dense.Epilogue = scalar.Arg(2) }, "reads operand 2 of 2"},
		"function unknown":  {func(n *net) { n.dense.Epilogue = scalar.Apply{Fn: "sine", Args: []scalar.Expr{scalar.Arg(0)}} }, `no base function "sine"`},
		"arity":             {func(n *net) { n.dense.Epilogue = scalar.Apply{Fn: "max", Args: []scalar.Expr{scalar.Arg(0)}} }, "max takes 2 arguments, not 1"},
		"no value":          {func(n *net) { n.loss.Body[0].Value = nil }, "has no value"},
		"no statement":      {func(n *net) { n.dout.Body = nil }, "it has no statement"},
		"reduction strides": {func(n *net) { n.loss.Body[0].Dst = Access{Buf: n.out, Strides: []int{1}} }, "has a stride over its inner axes"},
		"store with finish": {func(n *net) { n.dout.Body[0].Finish = scalar.Arg(0) }, "mixes a store and a reduction"},
		"i32 result":        {func(n *net) { n.loss.Body[0].Reduce = ArgMax }, "loss holds f32 where i32 is needed"},
		"unbounded ids": {func(n *net) {
			n.dout.Body[0].Dst.Buf.DType, n.dout.Body[0].Value = I32, scalar.Call("min", scalar.Arg(0), scalar.Num(4))
		}, "holds i32 where f32 is needed"},
		"f32 index": {func(n *net) {
			n.loss.Body[0].Srcs[0].Index, n.loss.Body[0].Srcs[0].IndexStride = &Access{Buf: n.y, Strides: []int{1}}, 1
		}, "y holds f32 where i32 is needed"},
		"ragged operand": {func(n *net) { n.dense.Lhs.Buf = n.ids }, "ids is ragged"},
		"ids unbounded":  {func(n *net) { n.Inputs[1].Limit = 6 }, "not known to be below 5"},
		"ids repeat":     {func(n *net) { n.ids.Unique = false }, "may hold an id twice"},
		"short table":    {func(n *net) { n.gather.Table = n.w }, "w[3 2] is no table of 5 rows of 2"},
		"scatter overwrites": {func(n *net) {
			n.Targets[0] = Port{Name: "y", DType: I32, Limit: 2}
			n.y.DType, n.y.Shape = I32, nil
			n.dout.Outer = []Axis{batch, oAxis}
			n.dout.Body[0].Srcs = []Access{{Buf: n.out, Strides: []int{2, 1}}}
			n.dout.Body[0].Value = scalar.Arg(0)
			n.dout.Body[0].Dst.Strides = []int{2, 0}
			n.dout.Body[0].Dst.Index, n.dout.Body[0].Dst.IndexStride = &Access{Buf: n.y, Strides: []int{1, 0}}, 1
		}, "does not accumulate"},

		"loop of one turn": {func(n *net) {
			n.dout.Outer = []Axis{pairs, {Name: "o", N: 1}}
			for _, a := range []*Access{&n.dout.Body[0].Dst, &n.dout.Body[0].Srcs[0], &n.dout.Body[0].Srcs[1]} {
				a.Strides = []int{1, 0}
			}
		}, "the loop over o has one turn"},
		"two loops are one": {func(n *net) {
			n.dout.Outer = []Axis{batch, oAxis}
			for _, a := range []*Access{&n.dout.Body[0].Dst, &n.dout.Body[0].Srcs[0], &n.dout.Body[0].Srcs[1]} {
				a.Strides = []int{2, 1}
			}
		}, "the loops over n and o are one"},
		"reduces nothing":  {func(n *net) { n.dout.Body[0].Reduce = Max }, "is a reduction over nothing"},
		"reads too much":   {func(n *net) { n.dout.Body[0].Value = scalar.Arg(0) }, "y is read for nothing"},
		"too many points":  {func(n *net) { n.dense.M[0].Max = 5 }, "axis n has at most 5 points of 4"},
		"swapped steps":    {func(n *net) { f := n.Predict.Forward; f[0], f[1] = f[1], f[0] }, "words is read before it is written"},
		"half written":     {func(n *net) { n.dout.Outer[0].N = 1 }, "only 4 of its 8 elements are written"},
		"written twice":    {func(n *net) { n.Train.Backward = append(n.Train.Backward, run(n.ddense)) }, "∂w of 6 elements is written 12 times"},
		"output unwritten": {func(n *net) { n.Predict.Forward = n.Predict.Forward[:1] }, "result out is never written"},
		"writes a weight":  {func(n *net) { n.ddense.Out.Buf = n.w }, "w is written, but a param buffer is read-only"},
		"writes an input":  {func(n *net) { n.dout.Body[0].Dst = Access{Buf: n.x, Strides: []int{1}} }, "input buffer is read-only"},
		"early gradient": {func(n *net) {
			n.Train.Forward = append(n.Train.Forward, run(&Nest{Outer: []Axis{{Name: "i", N: 6}}, Body: []Stmt{{Dst: Access{Buf: n.dw, Strides: []int{1}}, Value: scalar.Num(0)}}}))
		}, "outside the backward phase"},
		"gradient missing":  {func(n *net) { n.Train.Backward = n.Train.Backward[:2] }, "segment table has no complete gradient"},
		"gradient in parts": {func(n *net) { n.ddense.M[0].N = 2 }, "segment w has no complete gradient"},
		"overlap":           {func(n *net) { n.out.Offset = 7 }, "out (8 at 7)"},
		"dead but used":     {func(n *net) { n.dout.Body[0].Dst.Buf.Offset = 16 }, "overlap in the arena while both are needed"},
		"local escapes": {func(n *net) {
			l := &Buffer{Name: "l", Class: Local}
			n.Train.Buffers = append(n.Train.Buffers, l)
			n.loss.Body = append([]Stmt{{Dst: Access{Buf: l}, Value: scalar.Num(1)}}, n.loss.Body...)
			n.dout.Body[0].Srcs[0] = Access{Buf: l, Strides: []int{0}}
		}, "l is read before it is written"},
		"loop too long": {func(n *net) {
			n.Train.Backward[0] = &Loop{Axis: Axis{Name: "t", N: 3}, Body: []Step{n.Train.Backward[0]}}
			d := &n.dout.Body[0]
			d.Dst.Strides, d.Srcs[0].Strides = []int{1, 1}, []int{1, 1}
		}, "accessed from 0 to 3"},
		"two ways in a loop": {func(n *net) {
			k := Turned(n.Train.Backward[0].(*Run).Kernel, nil).(*Nest)
			k.Body[0].Srcs[0].Buf, k.Body[0].Srcs[0].Strides[0] = k.Body[0].Dst.Buf, 1
			n.Train.Backward[0] = &Loop{Axis: Axis{Name: "t", N: 2}, Body: []Step{run(k)}}
		}, "do not move as one"},
		"loop writes again": {func(n *net) {
			n.Train.Backward = append(n.Train.Backward, &Loop{Axis: Axis{Name: "t", N: 2}, Body: []Step{n.Train.Backward[0]}})
		}, "∂out of 8 elements is written 16 times"},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNet()
			tt.breaks(n)
			err := Verify(n.Program)
			var list diag.List
			if !errors.As(err, &list) {
				t.Fatalf("got %v, want a list of violations", err)
			}
			for _, e := range list {
				if strings.Contains(e.Msg, tt.want) {
					return
				}
			}
			t.Errorf("got\n%v\nwant %q", err, tt.want)
		})
	}
}

// The kernels in a loop may walk a time axis: here rows of two steps, of which
// each turn fills one.
func TestVerifyLoop(t *testing.T) {
	n := newNet()
	d := n.dout.Body[0]
	step := Stmt{Dst: Access{Buf: d.Dst.Buf, Strides: []int{1, 2}}, Value: d.Value, Srcs: []Access{
		{Buf: n.out, Strides: []int{1, 2}}, {Buf: n.y, Strides: []int{1, 2}}}}
	l := &Loop{Axis: Axis{Name: "t", N: 2}, Reverse: true, Body: []Step{run(&Nest{Outer: []Axis{batch}, Body: []Stmt{step}})}}
	n.Train.Backward[0] = l
	if err := Verify(n.Program); err != nil {
		t.Error(err)
	}
	l.Axis.N = 1
	if err := Verify(n.Program); err == nil || !strings.Contains(err.Error(), "only 4 of its 8 elements") {
		t.Errorf("half of the turns: got %v", err)
	}
}

// Padding fills a buffer with a constant and then writes the part that is none.
func TestVerifyPadding(t *testing.T) {
	n := newNet()
	fill := Stmt{Dst: n.dout.Body[0].Dst, Value: scalar.Num(0)}
	n.Train.Backward = append([]Step{run(&Nest{Outer: n.dout.Outer, Body: []Stmt{fill}})}, n.Train.Backward...)
	n.dout.Outer = []Axis{batch}
	if err := Verify(n.Program); err != nil {
		t.Error(err)
	}
}

// A result may lie where its operand dies, but only if every element is read
// before it is overwritten.
func TestOverlay(t *testing.T) {
	a, b := rowsOf("a", 0, 2), rowsOf("b", 0, 2)
	m := &Buffer{Name: "m", Class: Local}
	same := []int{2, 1}
	row := Stmt{Inner: []Axis{oAxis}, Reduce: Max, Dst: Access{Buf: m, Strides: []int{0, 0}}, Value: scalar.Arg(0), Srcs: []Access{{Buf: a, Strides: same}}}
	store := Stmt{Inner: []Axis{oAxis}, Dst: Access{Buf: b, Strides: same}, Value: scalar.Call("sub", scalar.Arg(0), scalar.Arg(1)), Srcs: []Access{{Buf: a, Strides: same}, {Buf: m, Strides: []int{0, 0}}}}
	late := Stmt{Inner: []Axis{oAxis}, Reduce: Sum, Dst: Access{Buf: m, Strides: []int{0, 0}}, Value: scalar.Arg(0), Srcs: []Access{{Buf: a, Strides: same}}}
	swapped := store
	swapped.Srcs = []Access{{Buf: a, Offset: 1, Strides: []int{2, -1}}, store.Srcs[1]}
	all := row
	all.Inner = []Axis{{Name: "n", N: 1, Rows: true}, oAxis}
	all.Dst.Strides, all.Srcs = []int{0, 0, 0}, []Access{{Buf: a, Strides: []int{0, 2, 1}}}
	for name, tt := range map[string]struct {
		body []Stmt
		want bool
	}{
		"point by point":         {[]Stmt{store}, true},
		"row first, then points": {[]Stmt{row, store}, true},
		"read again":             {[]Stmt{store, late}, false},
		"another place":          {[]Stmt{swapped}, false},
		"other rows first":       {[]Stmt{all, store}, false},
	} {
		if got := CanOverlay(&Nest{Outer: []Axis{batch}, Body: tt.body}, b, a); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
	if CanOverlay(&Contract{M: []Axis{batch}, Out: Access{Buf: b, Strides: []int{2}}, Lhs: Access{Buf: a, Strides: []int{2}}}, b, a) {
		t.Error("a contraction may not overwrite its operand")
	}
}

// What is stored as ids is known to be below its limit in the one form that says so.
func TestIntegerBelow(t *testing.T) {
	x := scalar.Arg(0)
	for _, limit := range []int{1, 2, 7, MaxInteger} {
		if got, ok := integerBelow(Integer(x, limit)); !ok || got != limit {
			t.Errorf("limit %d: got %d, %v", limit, got, ok)
		}
		e := Integer(x, limit)
		for v, want := range map[float64]float64{-3: 0, 0.5: min(0.5, float64(limit-1)), 1e9: float64(limit - 1), math.NaN(): 0, math.Inf(1): float64(limit - 1), math.Inf(-1): 0} {
			if got := scalar.Eval(e, []float64{v}, 1); got != want {
				t.Errorf("%v of %v is %v, want %v", e, v, got, want)
			}
		}
	}
	for _, e := range []scalar.Expr{x, scalar.Num(-1), scalar.Num(0.5), scalar.Num(MaxInteger), scalar.Call("min", x, scalar.Num(3)),
		scalar.Call("select", scalar.Call("gt", x, scalar.Num(0)), scalar.Call("min", scalar.Arg(1), scalar.Num(3)), scalar.Num(0)),
		scalar.Call("select", scalar.Call("gt", x, scalar.Num(-1)), scalar.Call("min", x, scalar.Num(3)), scalar.Num(0))} {
		if limit, ok := integerBelow(e); ok {
			t.Errorf("%v is below %d", e, limit)
		}
	}
}
