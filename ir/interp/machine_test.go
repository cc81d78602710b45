package interp

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/scalar"
)

const n = ir.Batch

// classifier is a dense network over ragged ids with every kind of input: 20
// ids, multi-hot, 5 relu units, dropout, 3 classes, softmax cross entropy, a
// regulariser, and a counter of the rows that it has seen.
func classifier(t *testing.T) *ir.Graph {
	t.Helper()
	b := ir.NewBuilder("train")
	in := func(port string, kind op.Kind, limit int, d ir.DType, shape ...int) *ir.Value {
		return op.InputOf(b, op.Input{Port: port, Kind: kind, Limit: limit, Of: ir.Type{Shape: shape, DType: d}})
	}
	ids := in("ids", op.Feature, 20, ir.I32, n, ir.Ragged)
	label := in("label", op.Target, 3, ir.I32, n)
	weight := in("weight", op.Weight, 0, ir.F32, n)
	total, share := in("inv_total", op.InvTotal, 0, ir.F32), in("share", op.Share, 0, ir.F32)
	param := func(name string, role block.Role, shape ...int) *ir.Value {
		return op.ParamOf(b, op.Param{Segment: name, Shape: shape, Role: role})
	}
	w1, b1 := param("hidden/kernel", block.Trainable, 20, 5), param("hidden/bias", block.Trainable, 5)
	w2, b2 := param("head/kernel", block.Trainable, 5, 3), param("head/bias", block.Trainable, 3)
	seen := param("seen", block.State, 1)

	h := op.Unary(b, "tanh", op.Binary(b, "add", op.MatMul(b, op.OneHot(b, ids, 20, true), w1), b1))
	keep := scalar.Call("select", scalar.Call("ge", scalar.Arg(1), scalar.Num(0.1)), scalar.Call("div", scalar.Arg(0), scalar.Num(0.9)), scalar.Num(0))
	h = op.MapOf(b, keep, "dropout", h, op.Uniform(b, "dropout", ir.Shape{n, 5}))
	z := op.Binary(b, "add", op.MatMul(b, h, w2), b2)
	each := op.Binary(b, "sub", op.LogSumExp(b, z, false, -1), op.GatherAlong(b, z, label, 1))
	loss := op.Binary(b, "mul", op.Sum(b, op.Binary(b, "mul", each, weight), false, 0), total)
	penalty := op.Binary(b, "mul", op.Sum(b, op.Binary(b, "mul", w1, w1), false, 0, 1), op.Scalar(b, 0.01))
	b.Graph.Outputs = []*ir.Value{op.Softmax(b, z, -1)}
	b.Graph.Losses = []*ir.Value{loss}
	b.Graph.Loss = op.Binary(b, "add", loss, op.Binary(b, "mul", penalty, share))
	rows := op.Sum(b, op.Binary(b, "mul", weight, op.Scalar(b, 0)), true, 0)
	b.Graph.Updates = []ir.Update{{State: seen, New: op.MapOf(b, scalar.Call("add", scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), scalar.Rows{}), "", seen, rows)}}
	if err := b.Errors.Err(); err != nil {
		t.Fatal(err)
	}
	if err := pass.Autodiff(b.Graph); err != nil {
		t.Fatal(err)
	}
	if err := ir.Verify(b.Graph); err != nil {
		t.Fatal(err)
	}
	return b.Graph
}

// fill gives every parameter small numbers, the same for either precision.
func fill[F ir.Float](m *Machine[F]) {
	for i, name := range []string{"hidden/kernel", "hidden/bias", "head/kernel", "head/bias"} {
		r := rand.New(rand.NewPCG(1, uint64(i)))
		for j := range m.Params[name].F {
			m.Params[name].F[j] = F(r.Float64() - 0.5)
		}
	}
}

// rows are samples whose label is told by their ids: an empty row, duplicates.
func rows[F ir.Float](count int) Batch[F] {
	r := rand.New(rand.NewPCG(2, 3))
	ids := &ir.Tensor[F]{Offsets: []int{0}}
	labels := &ir.Tensor[F]{Shape: ir.Shape{count}}
	for i := range count {
		label := r.IntN(3)
		for range i % 7 {
			ids.I = append(ids.I, int32(3*r.IntN(6)+label))
		}
		if i%7 == 0 {
			label = 0
		}
		labels.I = append(labels.I, int32(label))
		ids.Offsets = append(ids.Offsets, len(ids.I))
	}
	return Batch[F]{Rows: count, Feed: map[string]*ir.Tensor[F]{"ids": ids, "label": labels}}
}

// cut is a part of a batch, which stays part of the whole.
func cut[F ir.Float](b Batch[F], from, to int) Batch[F] {
	ids, labels := b.Feed["ids"], b.Feed["label"]
	part := &ir.Tensor[F]{I: ids.I[ids.Offsets[from]:ids.Offsets[to]]}
	for _, o := range ids.Offsets[from : to+1] {
		part.Offsets = append(part.Offsets, o-ids.Offsets[from])
	}
	return Batch[F]{Rows: to - from, First: from, Total: b.Rows, Step: b.Step, Feed: map[string]*ir.Tensor[F]{
		"ids": part, "label": {Shape: ir.Shape{to - from}, I: labels.I[from:to]},
	}}
}

func TestGradients(t *testing.T) {
	g := classifier(t)
	m := New[float64](g)
	fill(m)
	b := rows[float64](9)
	b.Feed["weight"] = &ir.Tensor[float64]{Shape: ir.Shape{9}, F: []float64{1, 2, 0, 1, 1, 0.5, 1, 1, 3}}
	r, err := m.Run(g, b)
	if err != nil {
		t.Fatal(err)
	}
	grads := map[string][]float64{}
	for _, a := range r.Grads {
		grads[a.Segment] = append([]float64(nil), a.Value.F...)
	}
	if len(grads) != 4 {
		t.Fatalf("%d gradients", len(grads))
	}
	for name, got := range grads {
		elements := make([]int, len(got))
		for i := range elements {
			elements[i] = i
		}
		want, err := differences(m, g, b, name, elements, 1e-5)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-8 {
				t.Errorf("gradient of %s[%d] is %v, by differences %v", name, i, got[i], want[i])
			}
		}
	}
}

// TestMicroBatches checks that the parts of a batch sum up to it: loss,
// penalty, gradients and the random numbers of dropout.
func TestMicroBatches(t *testing.T) {
	g := classifier(t)
	m := New[float64](g)
	fill(m)
	whole := rows[float64](10)
	whole.Step = 4
	r, err := m.Run(g, whole)
	if err != nil {
		t.Fatal(err)
	}
	loss, want := r.Loss, append([]float64(nil), r.Grads[0].Value.F...)
	sum, got := 0.0, make([]float64, len(want))
	for _, at := range [][2]int{{0, 4}, {4, 8}, {8, 10}} {
		r, err := m.Run(g, cut(whole, at[0], at[1]))
		if err != nil {
			t.Fatal(err)
		}
		sum += r.Loss
		for i, x := range r.Grads[0].Value.F {
			got[i] += x
		}
	}
	if math.Abs(sum-loss) > 1e-12 {
		t.Errorf("parts sum to %v, the whole is %v", sum, loss)
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Fatalf("gradient %d: parts sum to %v, the whole is %v", i, got[i], want[i])
		}
	}
}

// TestTrain trains in both precisions and compares the runs step by step.
func TestTrain(t *testing.T) {
	g := classifier(t)
	single, double := New[float32](g), New[float64](g)
	fill(single)
	fill(double)
	var first, last float64
	for step := range 200 {
		b32, b64 := rows[float32](70), rows[float64](70)
		b32.Step, b64.Step = uint64(step), uint64(step)
		x, err := single.Train(g, b32, descend[float32])
		if err != nil {
			t.Fatal(err)
		}
		y, err := double.Train(g, b64, descend[float64])
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(float64(x)-y) > 1e-4 {
			t.Fatalf("step %d: loss %v in single and %v in double precision", step, x, y)
		}
		if step == 0 {
			first = y
		}
		last = y
	}
	if last > first/2 {
		t.Errorf("loss went from %v to %v", first, last)
	}
	if got := double.Params["seen"].F[0]; got != 200*70 {
		t.Errorf("the state counts %v rows", got)
	}
	r, err := double.Run(g, rows[float64](70))
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for i, label := range rows[float64](70).Feed["label"].I {
		p := r.Outputs[0].F[3*i : 3*i+3]
		if p[label] >= max(p[0], p[1], p[2]) {
			right++
		}
	}
	if right < 65 {
		t.Errorf("%d of 70 samples right", right)
	}
}

func descend[F ir.Float](_ string, params, grad []F) {
	for i, g := range grad {
		params[i] -= 0.5 * g
	}
}

// TestMemory checks that memory is used again, and that what a step leaves
// behind is not seen by the next one.
func TestMemory(t *testing.T) {
	g := classifier(t)
	m, fresh := New[float32](g), New[float32](g)
	fill(m)
	fill(fresh)
	for _, count := range []int{70, 3, 70} {
		if _, err := m.Run(g, rows[float32](count)); err != nil {
			t.Fatal(err)
		}
	}
	for _, list := range m.pool.free {
		for _, s := range list {
			for i := range s {
				s[i] = float32(math.NaN())
			}
		}
	}
	got, err := m.Run(g, rows[float32](70))
	if err != nil {
		t.Fatal(err)
	}
	want, err := fresh.Run(g, rows[float32](70))
	if err != nil {
		t.Fatal(err)
	}
	if got.Loss != want.Loss {
		t.Errorf("loss %v, want %v", got.Loss, want.Loss)
	}
	for i, a := range got.Grads {
		for j, x := range a.Value.F {
			if x != want.Grads[i].Value.F[j] {
				t.Fatalf("gradient of %s: %v, want %v", a.Segment, x, want.Grads[i].Value.F[j])
			}
		}
	}
	held := func() int {
		size := 0
		for n, list := range m.pool.free {
			size += n * len(list)
		}
		for _, s := range m.pool.lent {
			size += len(s)
		}
		return size
	}
	before := held()
	if _, err := m.Run(g, rows[float32](70)); err != nil {
		t.Fatal(err)
	}
	if after := held(); after != before {
		t.Errorf("a second step at the same size grew the memory from %d to %d", before, after)
	}
}

func TestBadBatches(t *testing.T) {
	g := classifier(t)
	m := New[float32](g)
	for want, spoil := range map[string]func(b *Batch[float32]){
		"a batch of 0 rows":        func(b *Batch[float32]) { b.Rows = 0 },
		`input "label" is missing`: func(b *Batch[float32]) { delete(b.Feed, "label") },
		`input "label": 3 elements`: func(b *Batch[float32]) {
			b.Feed["label"] = &ir.Tensor[float32]{Shape: ir.Shape{3}, I: []int32{0, 0, 0}}
		},
		`input "label": element 2 is id 3`:       func(b *Batch[float32]) { b.Feed["label"].I[2] = 3 },
		`input "ids": element 1 is id -1`:        func(b *Batch[float32]) { b.Feed["ids"].I[1] = -1 },
		`input "ids": row 4 ends before it begi`: func(b *Batch[float32]) { b.Feed["ids"].Offsets[4] += 10 },
		`input "ids": 3 offsets for 5`:           func(b *Batch[float32]) { b.Feed["ids"].Offsets = []int{0, 1, 2} },
		`input "weight": 1 elements`:             func(b *Batch[float32]) { b.Feed["weight"] = &ir.Tensor[float32]{Shape: ir.Shape{5}, F: []float32{1}} },
		`parameter "head/bias" is not [3]`:       func(*Batch[float32]) { m.Params["head/bias"] = nil },
	} {
		b := rows[float32](5)
		spoil(&b)
		if _, err := m.Run(g, b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		m = New[float32](g)
	}
	if _, err := differences(New[float64](g), g, rows[float64](2), "head/bias", []int{3}, 1e-5); err == nil {
		t.Error("differences of an element that is not there")
	}
	if _, err := differences(New[float64](g), g, rows[float64](2), "head", nil, 1e-5); err == nil {
		t.Error("differences of a parameter that is not there")
	}
}
