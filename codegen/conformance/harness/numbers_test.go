package harness

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
)

// TestNumbers: every bit crosses, of what is no number too.
func TestNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	single := []float32{0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1)), math.SmallestNonzeroFloat32, math.MaxFloat32}
	double := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.MinInt32, math.MaxInt32, 1 << 53, math.SmallestNonzeroFloat64}
	for range 1000 { // NaNs with a payload are among them
		bits := r.Uint32()
		if r.IntN(4) == 0 {
			bits |= 0x7fc00000
		}
		single, double = append(single, math.Float32frombits(bits)), append(double, math.Float64frombits(r.Uint64()))
	}
	sent := Case{Params: single, Batch: Batch{X: Rows{double, {}, double[:1]}}}
	answered := Result{Loss: Number(math.NaN()), Grads: single, Outputs: Lists{{}, single, single[2:]}}
	var c Case
	var res Result
	for _, v := range []struct{ from, to any }{{sent, &c}, {answered, &res}} {
		text, err := json.Marshal(v.from)
		if err == nil {
			err = json.Unmarshal(text, v.to)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	same(t, [][]float32{c.Params, res.Grads, {float32(res.Loss)}}, [][]float32{single, single, {float32(math.NaN())}})
	same(t, res.Outputs, answered.Outputs)
	same(t, c.Batch.X, sent.Batch.X)
}

func same[F float32 | float64](t *testing.T, got, want [][]F) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d lists, want %d", len(got), len(want))
	}
	for i := range want {
		if string(bits(got[i])) != string(bits(want[i])) {
			t.Errorf("list %d: %v, want %v", i, got[i], want[i])
		}
	}
}
