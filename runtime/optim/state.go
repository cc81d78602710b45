package optim

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nngen-go/nngen/runtime/nn"
)

// State returns all that the optimizer remembers, as named tensors over one
// block, both of them copies: the number of steps ("iteration"), the learning
// rate, the numbers of a [GlobalRule], and of every tensor, frozen or not, the
// accumulators ("hidden/kernel/momentum"), the moving average
// ("hidden/kernel/average") and the gradients that have not made a step yet
// ("hidden/kernel/gradient_accumulator"). Between steps it is complete: an
// optimizer with the same rule that gets it by [Optimizer.Restore] takes the
// same steps to the bit. The rule itself, its hyperparameters but the learning
// rate, and what is frozen are not part of it.
func (o *Optimizer) State() ([]nn.Segment, []float32) {
	segments := o.stateSegments()
	last := segments[len(segments)-1]
	values := make([]float32, last.Offset+last.Len())
	parts := o.stateParts()
	for i, s := range segments[2:] {
		copy(s.Of(values), parts[i])
	}
	putDigits(segments[0].Of(values), uint64(o.Step))
	putDigits(segments[1].Of(values), math.Float64bits(o.Rule.Common().LearningRate))
	return segments, values
}

// Restore brings back what [Optimizer.State] returned, which may be in another
// order by now. It reports tensors that are missing, too many or of another
// shape, and then changes nothing.
func (o *Optimizer) Restore(segments []nn.Segment, values []float32) error {
	given := map[string]nn.Segment{}
	var errs []error
	reject := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("optim: "+o.Rule.Name()+": state: "+format, args...))
	}
	for _, s := range segments {
		if s.Offset < 0 || s.Len() < 0 || s.Offset > len(values)-s.Len() {
			reject("the tensor %.80q lies outside the %d values", s.Name, len(values))
		} else {
			given[s.Name] = s
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	want := o.stateSegments()
	for _, s := range want {
		g, ok := given[s.Name]
		if !ok {
			reject("the tensor %.80q is missing", s.Name)
		} else if !slices.Equal(g.Shape, s.Shape) {
			reject("the tensor %.80q has shape %v, not %v", s.Name, g.Shape, s.Shape)
		}
	}
	if len(given) > len(want) {
		for _, s := range segments {
			if !slices.ContainsFunc(want, func(w nn.Segment) bool { return w.Name == s.Name }) {
				reject("the tensor %.80q does not belong to this optimizer", s.Name)
			}
		}
	}
	if len(errs) > 10 {
		errs = append(errs[:10], fmt.Errorf("optim: %s: state: and %d more", o.Rule.Name(), len(errs)-10))
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	step, ok1 := digits(given["iteration"].Of(values))
	rate, ok2 := digits(given["learning_rate"].Of(values))
	if !ok1 || !ok2 || step > math.MaxInt32 {
		return fmt.Errorf("optim: %s: state: the number of steps or the learning rate cannot be read", o.Rule.Name())
	}
	if err := checkRate(o.Rule.Name()+": state", math.Float64frombits(rate)); err != nil {
		return err
	}
	o.Step = int(step)
	o.Rule.Common().LearningRate = math.Float64frombits(rate)
	for i, part := range o.stateParts() {
		copy(part, given[want[2+i].Name].Of(values))
	}
	return nil
}

// stateSegments names what there is to remember, in the order of stateParts
// after the two counts.
func (o *Optimizer) stateSegments() []nn.Segment {
	var segments []nn.Segment
	at := 0
	put := func(name string, shape []int) {
		s := nn.Segment{Name: name, Shape: shape, Offset: at, Flags: nn.State}
		segments = append(segments, s)
		at += s.Len()
	}
	put("iteration", []int{numberDigits})
	put("learning_rate", []int{numberDigits})
	if r, ok := o.Rule.(GlobalRule); ok {
		for _, name := range r.Globals() {
			put(name, []int{})
		}
	}
	names := o.Rule.Slots()
	for _, t := range o.tensors {
		for i := range t.slots {
			if t.shapes[i] != nil {
				put(t.Name+"/"+names[i], t.shapes[i])
			}
		}
		if o.average != nil {
			put(t.Name+"/average", t.Shape)
		}
		if o.accumulated != nil {
			put(t.Name+"/gradient_accumulator", t.Shape)
		}
	}
	return segments
}

// stateParts are the values themselves.
func (o *Optimizer) stateParts() [][]float32 {
	var parts [][]float32
	for i := range o.globals {
		parts = append(parts, o.globals[i:i+1])
	}
	for _, t := range o.tensors {
		for i, s := range t.slots {
			if t.shapes[i] != nil {
				parts = append(parts, s)
			}
		}
		if o.average != nil {
			parts = append(parts, t.Of(o.average))
		}
		if o.accumulated != nil {
			parts = append(parts, t.Of(o.accumulated))
		}
	}
	return parts
}

// A number of 64 bits is kept as digits of 16 bits, the lowest first: float32
// holds them exactly, whatever a file does to its values.
const numberDigits = 4

func putDigits(to []float32, x uint64) {
	for i := range to {
		to[i] = float32(x >> (16 * i) & 0xffff)
	}
}

func digits(from []float32) (x uint64, ok bool) {
	for i, v := range from {
		if !(v >= 0 && v <= 0xffff) || v != float32(uint64(v)) {
			return 0, false
		}
		x |= uint64(v) << (16 * i)
	}
	return x, true
}
