package optim

import (
	"errors"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
)

// A frozen tensor stands still, and the others move as if it were not there.
func TestFrozen(t *testing.T) {
	all := []nn.Segment{{Name: "a/kernel", Shape: []int{4, 5}}, {Name: "b/kernel", Shape: []int{3, 2}, Offset: 20}, {Name: "c/kernel", Shape: []int{7}, Offset: 26}}
	rest := []nn.Segment{all[0], {Name: "c/kernel", Shape: []int{7}, Offset: 20}}
	without := func(x []float32) []float32 { return slices.Concat(x[:20], x[26:]) }
	for name, rule := range settingsRules(t) {
		o, err := New(rule, all)
		if err != nil {
			t.Fatal(err)
		}
		alone, err := New(rule, rest)
		if err != nil {
			t.Fatal(err)
		}
		o.SetFrozen(func(name string) bool { return name == "b/kernel" })
		if got := o.Frozen(); !slices.Equal(got, []string{"b/kernel"}) {
			t.Errorf("%s: frozen %v", name, got)
		}
		w := normals(33, 1)
		still := slices.Clone(w[20:26])
		want := without(w)
		for step := range 6 {
			g := normals(33, uint64(step)+10)
			apply(t, o, w, g)
			apply(t, alone, want, without(g))
		}
		if err := errors.Join(o.Finalize(w), alone.Finalize(want)); err != nil {
			t.Fatal(err)
		}
		if err := sameBits(w[20:26], still); err != nil {
			t.Errorf("%s: the frozen tensor: %v", name, err)
		}
		if err := sameBits(without(w), want); err != nil {
			t.Errorf("%s: the others: %v", name, err)
		}
		segments, values := o.State()
		fresh, err := New(rule, all)
		if err != nil {
			t.Fatal(err)
		}
		_, zero := fresh.State()
		for _, s := range segments {
			switch s.Name {
			case "b/kernel/average":
				if err := sameBits(s.Of(values), still); err != nil {
					t.Errorf("%s: average: %v", name, err)
				}
			case "b/kernel/momentum", "b/kernel/velocity", "b/kernel/gradient_accumulator", "b/kernel/accumulator", "b/kernel/row":
				if err := sameBits(s.Of(values), s.Of(zero)); err != nil {
					t.Errorf("%s: %s: %v", name, s.Name, err)
				}
			}
		}
		o.SetFrozen(nil)
		apply(t, o, w, normals(33, 9))
		apply(t, o, w, normals(33, 9))
		apply(t, o, w, normals(33, 9))
		if sameBits(w[20:26], still) == nil && name != "adafactor schedule" { // whose rate has come down to 0
			t.Errorf("%s: the tensor is still frozen", name)
		}
	}
}
