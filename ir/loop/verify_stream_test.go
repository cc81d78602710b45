package loop

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/scalar"
)

// streamed is a net whose step puts two numbers of its input into a cache of four
// steps, and gives what lies there.
func streamed() (n *net, put, pick *Nest) {
	n = newNet()
	position := &Buffer{Name: "position", Class: State, DType: I32, Rows: true, Shape: []int{1}}
	cache := &Buffer{Name: "cache", Class: State, Rows: true, Shape: []int{4, 2}, Port: 1}
	out := rowsOf("out", 0, 2)
	at := &Access{Buf: position, Strides: []int{1, 0}}
	put = &Nest{Outer: []Axis{batch, oAxis}, Body: []Stmt{{
		Dst: Access{Buf: cache, Strides: []int{8, 1}, Index: at, IndexStride: 2}, Value: scalar.Arg(0), Srcs: []Access{{Buf: n.x, Strides: []int{3, 1}}},
	}}}
	pick = &Nest{Outer: []Axis{batch, oAxis}, Body: []Stmt{{
		Dst: Access{Buf: out, Strides: []int{2, 1}}, Value: scalar.Arg(0), Srcs: []Access{{Buf: cache, Strides: []int{8, 1}, Index: at, IndexStride: 2}},
	}}}
	n.Stream = &Stream{
		Inputs: n.Inputs, Outputs: n.Outputs,
		States: []Port{{Name: "position", DType: I32, Shape: []int{1}, Limit: 4}, {Name: "cache", Shape: []int{4, 2}}},
		Plan: &Plan{
			Name: "step", ArenaFloats: 8, Outputs: []*Buffer{out, position, cache}, Buffers: []*Buffer{n.x, position, cache, out},
			Forward: []Step{run(put), run(pick)},
		},
	}
	return n, put, pick
}

// A step stores a row of a state, in its bounds, at an index; nothing else writes one.
func TestVerifyStream(t *testing.T) {
	n, _, _ := streamed()
	if err := Verify(n.Program); err != nil {
		t.Fatal(err)
	}
	some, _, sum := streamed()
	soFar(some, sum)
	if err := Verify(some.Program); err != nil {
		t.Fatal(err)
	}
	if n.Stream.Limit() != 4 {
		t.Errorf("%d steps, want 4", n.Stream.Limit())
	}
	for want, breaks := range map[string]func(n *net, put, pick *Nest){
		"cache has 8 elements for 1 rows and is accessed from 8 to 9": func(n *net, _, _ *Nest) { n.Stream.States[0].Limit = 5 },
		"its values are not known to be bounded":                      func(n *net, _, _ *Nest) { n.Stream.States[0].Limit = 0 },
		"a state buffer is read-only": func(n *net, put, _ *Nest) {
			put.Body[0].Dst = Access{Buf: n.Stream.Plan.Outputs[2], Strides: []int{8, 1}}
		},
		"axis i goes over 3 steps up to position, which does not number so many": func(n *net, _, pick *Nest) { soFar(n, pick).Inner[0].N = 3 },
		"axis i goes over 4 steps up to x, which":                                func(n *net, _, pick *Nest) { soFar(n, pick).Inner[0].Upto = n.x },
		"axis i goes over 4 steps up to position, which":                         func(n *net, _, pick *Nest) { n.Stream.States[0].Limit, soFar(n, pick).Inner[0].N = 3, 4 },
		"scores is read in full, of which only the steps so far are written":     func(n *net, _, pick *Nest) { soFar(n, pick); pick.Body[1].Inner[0].Upto = nil },
		"its result scores is never written in full":                             func(n *net, _, pick *Nest) { soFar(n, pick); n.Stream.Plan.Outputs[0] = pick.Body[0].Dst.Buf },
		"its result cache is a state buffer": func(n *net, _, _ *Nest) {
			o := n.Stream.Plan.Outputs
			o[1], o[2] = o[2], o[1]
		},
		"the scatter into out does not accumulate": func(n *net, put, pick *Nest) {
			d := &pick.Body[0].Dst
			d.Strides, d.Index, d.IndexStride = []int{2, 0}, put.Body[0].Dst.Index, 1
			n.Stream.States[0].Limit = 2
		},
		"buffer cache is of state port 1 of 0": func(n *net, _, _ *Nest) {
			n.Predict.Buffers = append(n.Predict.Buffers, n.Stream.Plan.Outputs[2])
		},
	} {
		n, put, pick := streamed()
		breaks(n, put, pick)
		if err := Verify(n.Program); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got\n%v\nwant %q", err, want)
		}
	}
}

// soFar has a step give the sum over the steps so far of what lies in the cache, and
// gives the loop over these.
func soFar(n *net, pick *Nest) *Stmt {
	plan := n.Stream.Plan
	position, cache, out := plan.Outputs[1], plan.Outputs[2], plan.Outputs[0]
	scores := rowsOf("scores", 8, 4, 2)
	plan.Buffers, plan.ArenaFloats = append(plan.Buffers, scores), 8+8*n.Batch
	steps := Axis{Name: "i", N: 4, Upto: position}
	pick.Body = []Stmt{
		{Inner: []Axis{steps}, Dst: Access{Buf: scores, Strides: []int{8, 1, 2}}, Value: scalar.Arg(0), Srcs: []Access{{Buf: cache, Strides: []int{8, 1, 2}}}},
		{Inner: []Axis{steps}, Reduce: Sum, Dst: Access{Buf: out, Strides: []int{2, 1, 0}}, Value: scalar.Arg(0), Srcs: []Access{{Buf: scores, Strides: []int{8, 1, 2}}}},
	}
	return &pick.Body[0]
}
