package layer_test

import (
	"math"
	"testing"

	"github.com/nngen-go/nngen/ir/op"
)

// The penalty on what a layer gives is divided by the rows of the batch, and parts
// of a batch add up to it.
func TestActivityRegularization(t *testing.T) {
	for _, layers := range [][]string{
		{"Dense: {name: d, units: 2}", "ActivityRegularization: {l1: 0.5, l2: 0.25}", "Dense: 1"},
		{"Dense: {name: d, units: 2, activity_regularizer: {l1_l2: {l1: 0.5, l2: 0.25}}}", "Dense: 1"},
		{"Dense: {name: d, units: 2}", "Reshape: {target_shape: [2], activity_regularizer: {l1_l2: {l1: 0.5, l2: 0.25}}}", "Dense: 1"},
	} {
		n := network(t, model("{shape: [2]}", layers...))
		differentiable(t, n)
		plain := network(t, model("{shape: [2]}", "Dense: {name: d, units: 2}", "Dense: 1"))
		if plain.Header.ModelID != n.Header.ModelID && len(n.Header.Layers) == 2 || plain.Header.Hash == n.Header.Hash {
			t.Errorf("%v: the hash without the penalty is %v, the model another %v", layers, plain.Header.Hash == n.Header.Hash, plain.Header.ModelID != n.Header.ModelID)
		}
		w := draw(n)
		const total = 7.
		w.Feed["inv_total"].F[0] = 1 / total
		x, kernel, bias := w.Feed["x"].F, w.Params["d/kernel"].F, w.Params["d/bias"].F
		want := 0.0
		for r := range rows {
			for u := range 2 {
				y := x[2*r]*kernel[u] + x[2*r+1]*kernel[2+u] + bias[u]
				want += (0.5*math.Abs(y) + 0.25*y*y) / total
			}
		}
		values := w.eval(n.Train)
		near(t, "activity", []float64{values[n.Train.Loss].F[0] - values[n.Train.Losses[0]].F[0]}, []float64{want})
		values = w.eval(n.Evaluate)
		near(t, "activity of evaluation", []float64{values[n.Evaluate.Loss].F[0] - values[n.Evaluate.Losses[0]].F[0]}, []float64{want})
	}
	fails(t, model("{shape: [4]}", "Dense: {units: 2, activity_regularizer: {l3: 1}}"), `unknown regularizer "l3"`)
	fails(t, model("{shape: [4]}", "Dense: {units: 2, activity_regularizer: orthogonal_regularizer}"), "write l1, l2 or l1_l2")
	fails(t, model("{shape: [4, 2]}", "TimeDistributed: {layer: {Dense: {units: 2, activity_regularizer: l1}}}"), "activity_regularizer of a layer inside of another is not supported")
	fails(t, model("{shape: [4, 2]}", "TimeDistributed: {layer: {ActivityRegularization: {l1: 1}}}"), "put it after TimeDistributed")
}

// The factor is that of the mean of |cosine| over pairs, without those of a vector
// and itself.
func TestOrthogonalRegularizer(t *testing.T) {
	for mode, at := range map[string]func(k []float64, i, j int) float64{
		"rows":    func(k []float64, i, j int) float64 { return k[3*i+j] },
		"columns": func(k []float64, i, j int) float64 { return k[3*j+i] },
	} {
		n := network(t, model("{shape: [3]}", "Dense: {name: d, units: 3, kernel_regularizer: {orthogonal_regularizer: {factor: 0.3, mode: "+mode+"}}}"))
		differentiable(t, n)
		w := draw(n)
		k := w.Params["d/kernel"].F
		sum, dot := 0.0, func(i, j int) (s float64) {
			for l := range 3 {
				s += at(k, i, l) * at(k, j, l)
			}
			return s
		}
		for i := range 3 {
			for j := range i {
				sum += math.Abs(dot(i, j)) / math.Sqrt(dot(i, i)*dot(j, j))
			}
		}
		values := w.eval(n.Train)
		for _, v := range n.Train.Inputs {
			if in := v.Op.(*op.Input); in.Kind == op.Share {
				sum *= w.Feed[in.Port].F[0]
			}
		}
		near(t, mode, []float64{values[n.Train.Loss].F[0] - values[n.Train.Losses[0]].F[0]}, []float64{0.3 * sum / 3})
	}
	fails(t, model("{shape: [3]}", "Dense: {units: 3, bias_regularizer: orthogonal_regularizer}"), "takes a matrix, but")
	fails(t, model("{shape: [3]}", "Dense: {units: 1, kernel_regularizer: {orthogonal_regularizer: {mode: columns}}}"), "compares columns")
}
