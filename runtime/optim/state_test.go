package optim

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
)

// An optimizer that gets the state of another goes on as that one does, to the
// bit, wherever it was interrupted.
func TestStateRestores(t *testing.T) {
	var file kerasSettings
	load(t, "keras_settings.json", &file)
	for name, rule := range settingsRules(t) {
		for cut := range file.Gradients {
			first, err := New(rule, file.segments())
			if err != nil {
				t.Fatal(err)
			}
			want := slices.Clone(file.Start)
			for _, g := range file.Gradients[:cut] {
				apply(t, first, want, g)
			}
			segments, values := first.State()
			slices.Reverse(segments)
			got := slices.Clone(want)
			second, err := New(settingsRules(t)[name], file.segments())
			if err != nil {
				t.Fatal(err)
			}
			if err := second.Restore(segments, values); err != nil {
				t.Fatal(err)
			}
			for _, g := range file.Gradients[cut:] {
				apply(t, first, want, g)
				apply(t, second, got, g)
			}
			if err := sameBits(got, want); err != nil {
				t.Errorf("%s, interrupted after %d steps: %v", name, cut, err)
			}
			_, a := first.State()
			_, b := second.State()
			if err := sameBits(a, b); err != nil {
				t.Errorf("%s, interrupted after %d steps: state: %v", name, cut, err)
			}
		}
	}
}

func TestStateNames(t *testing.T) {
	segments := []nn.Segment{{Name: "d/kernel", Shape: []int{2, 3}}, {Name: "d/bias", Shape: []int{3}, Offset: 6}}
	nadam := NewNadam(0.1)
	nadam.UseEMA, nadam.GradientAccumulationSteps = true, 2
	for _, c := range []struct {
		rule Rule
		want string
	}{
		{NewSGD(0.1), "iteration learning_rate"},
		{NewAdafactor(0.1), "iteration learning_rate d/kernel/row d/kernel/column d/bias/velocity"},
		{nadam, "iteration learning_rate u_product d/kernel/momentum d/kernel/velocity d/kernel/average d/kernel/gradient_accumulator " +
			"d/bias/momentum d/bias/velocity d/bias/average d/bias/gradient_accumulator"},
	} {
		o, err := New(c.rule, segments)
		if err != nil {
			t.Fatal(err)
		}
		o.Step = 1<<31 - 7
		c.rule.Common().LearningRate = math.Pi
		state, values := o.State()
		var names []string
		for _, s := range state {
			names = append(names, s.Name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.rule.Name(), got, c.want)
		}
		o.Step, c.rule.Common().LearningRate = 0, 0
		if err := o.Restore(state, values); err != nil || o.Step != 1<<31-7 || c.rule.Common().LearningRate != math.Pi {
			t.Errorf("%v, step %d, learning rate %v", err, o.Step, c.rule.Common().LearningRate)
		}
	}
}

func TestRestoreErrors(t *testing.T) {
	o, err := New(NewAdam(0.1), vector(3))
	if err != nil {
		t.Fatal(err)
	}
	apply(t, o, []float32{1, 2, 3}, []float32{1, 2, 3})
	good, values := o.State()
	for _, c := range []struct {
		change func(s []nn.Segment, v []float32) ([]nn.Segment, []float32)
		want   string
	}{
		{func(s []nn.Segment, v []float32) ([]nn.Segment, []float32) { return s[:3], v }, `optim: adam: state: the tensor "w/velocity" is missing`},
		{func(s []nn.Segment, v []float32) ([]nn.Segment, []float32) { s[2].Shape = []int{1, 2}; return s, v }, `optim: adam: state: the tensor "w/momentum" has shape [1 2], not [3]`},
		{func(s []nn.Segment, v []float32) ([]nn.Segment, []float32) {
			return append(s, nn.Segment{Name: "w/norm"}), v
		}, `optim: adam: state: the tensor "w/norm" does not belong to this optimizer`},
		{func(s []nn.Segment, v []float32) ([]nn.Segment, []float32) { return s, v[:13] }, `optim: adam: state: the tensor "w/velocity" lies outside the 13 values`},
		{func(s []nn.Segment, v []float32) ([]nn.Segment, []float32) { s[0].Offset = -1; return s, v }, `optim: adam: state: the tensor "iteration" lies outside the 14 values`},
		{func(s []nn.Segment, v []float32) ([]nn.Segment, []float32) { v[1] = 0.5; return s, v }, `optim: adam: state: the number of steps or the learning rate cannot be read`},
		{func(s []nn.Segment, v []float32) ([]nn.Segment, []float32) { v[2] = 1; return s, v }, `optim: adam: state: the number of steps or the learning rate cannot be read`},
		{func(s []nn.Segment, v []float32) ([]nn.Segment, []float32) {
			copy(v[4:8], []float32{0, 0, 0, 0x7ff0})
			return s, v
		}, `optim: adam: state: learning_rate is +Inf, must be a finite number, 0 or above`},
	} {
		segments, v := c.change(slices.Clone(good), slices.Clone(values))
		if err := o.Restore(segments, v); err == nil || err.Error() != c.want {
			t.Errorf("%v\nwant %s", err, c.want)
		}
		if _, now := o.State(); sameBits(now, values) != nil {
			t.Error("a refused state has changed the optimizer")
		}
	}
}
