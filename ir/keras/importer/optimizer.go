package importer

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/keras"
	"github.com/nngen-go/nngen/ir/keras/container"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
)

// optimizer gives the optimizer of the description the state that the file has; nil where
// that is as at the beginning of a training. The error says why it cannot be taken over.
func (l *loader) optimizer() (*optim.Optimizer, error) {
	if l.file.Partial != nil {
		return nil, l.file.Partial
	}
	arrays := l.optimizerArrays()
	if len(arrays) == 0 {
		return nil, nil
	}
	if l.model.Compile == nil {
		return nil, errors.New("the description has no compile section")
	}
	rule, err := build.Rule(l.model.Compile.Optimizer)
	if err != nil {
		return nil, err
	}
	var all, trained []nn.Segment
	for _, s := range l.network.Header.Segments {
		seg := nn.Segment{Name: s.Name, Shape: s.Shape, Offset: s.Offset}
		switch s.Role {
		case block.Frozen:
			seg.Flags = nn.Frozen
		case block.State:
			seg.Flags = nn.State
		default:
			trained = append(trained, seg)
		}
		all = append(all, seg)
	}
	o, err := optim.New(rule, all)
	if err != nil {
		return nil, err
	}
	s := &optimizerState{optimizer: o, rule: rule}
	if err := s.counts(&arrays); err != nil {
		return nil, err
	}
	if s.optimizer.Step == 0 && len(arrays) == 0 {
		return nil, nil // it was compiled, and has not taken a step
	}
	if class := l.unsaid(trained); class != "" {
		return nil, fmt.Errorf("it is in the order in which the constructor of %s makes its layers, which the file of --custom does not say; write weights: [...] there", class)
	}
	if len(l.reshaped) > 0 {
		return nil, fmt.Errorf("the weights of layer %q have another form in the file than here, and so would have what the optimizer keeps of them", l.reshaped[0])
	}
	if err := s.slots(arrays, l.inKerasOrder(trained)); err != nil {
		return nil, err
	}
	return o, nil
}

// optimizerArrays are the variables of the optimizer in the order of the file: of one
// that scales losses for float16 those of the optimizer in it.
func (l *loader) optimizerArrays() (list []*container.Tensor) {
	for i := range l.file.Optimizer {
		g := &l.file.Optimizer[i]
		if strings.HasSuffix(g.Path, "/inner_optimizer") {
			list = nil
		}
		for j := range g.Tensors {
			list = append(list, &g.Tensors[j])
		}
	}
	// In an .h5 file all are in one list, each optimizer from its iteration on.
	for i := len(list) - 1; i > 0; i-- {
		if isIteration(list[i]) {
			return list[i:]
		}
	}
	return list
}

var iterationName = regexp.MustCompile(`(^|/)iter(ation|ations)?(_\d+)?(:0)?$`)

// isIteration reports the number of steps by its name in an .h5 file.
func isIteration(t *container.Tensor) bool {
	return len(t.Shape) == 0 && iterationName.MatchString(t.Name)
}

// inKerasOrder sorts weights that train as model.trainable_variables has them: layers in
// the order of their lists, and of every layer first its own.
func (l *loader) inKerasOrder(weights []nn.Segment) []nn.Segment {
	byName := map[string]nn.Segment{}
	for _, s := range weights {
		byName[s.Name] = s
	}
	var list []nn.Segment
	origins := slices.Clone(l.report.Origins)
	slices.SortStableFunc(origins, func(a, b keras.Origin) int { return slices.Compare(a.Place, b.Place) })
	for _, o := range origins {
		for _, g := range o.Groups() {
			for _, name := range g.Trainable {
				if s, ok := byName[o.Layer+"/"+name]; ok {
					list = append(list, s)
					delete(byName, s.Name)
				}
			}
		}
	}
	return list
}

// unsaid is a class of several layers that train, in an order that its definition does not
// tell; "" is none.
func (l *loader) unsaid(weights []nn.Segment) string {
	layers, unsaid := map[keras.Defined]int{}, map[keras.Defined]bool{}
	for _, o := range l.report.Origins {
		if o.Defined.Class != "" && slices.ContainsFunc(weights, func(s nn.Segment) bool { return strings.HasPrefix(s.Name, o.Layer+"/") }) {
			layers[o.Defined]++
			unsaid[o.Defined] = unsaid[o.Defined] || o.Unsaid
		}
	}
	for d, n := range layers {
		if n > 1 && unsaid[d] {
			return d.Class
		}
	}
	return ""
}

// optimizerState puts the arrays of a file into an optimizer.
type optimizerState struct {
	optimizer *optim.Optimizer
	rule      optim.Rule
	product   *float32 // of Nadam, where the file has it
}

// counts takes the scalars that stand before the slots off: the number of steps, which
// Keras up to 2.2 has not for every optimizer, and the learning rate, which only Keras
// from 2.12 on has and only where no schedule gives it.
func (s *optimizerState) counts(arrays *[]*container.Tensor) error {
	list := *arrays
	if len(list) > 0 && len(list[0].Shape) == 0 {
		steps, err := scalar(list[0])
		if err != nil {
			return err
		}
		if !(steps >= 0 && steps <= 1<<31-1) || steps != float64(int(steps)) {
			return fmt.Errorf("%s, the number of steps, is %v", list[0].Name, steps)
		}
		s.optimizer.Step = int(steps)
		list = list[1:]
	}
	for len(list) > 0 && len(list[0].Shape) == 0 && s.leads(list[0]) {
		v, err := scalar(list[0])
		if err != nil {
			return err
		}
		common := s.rule.Common()
		if !strings.Contains(list[0].Name, "momentum_cache") && common.Schedule == nil && float32(v) != float32(common.LearningRate) {
			common.LearningRate = shortest(float32(v))
		}
		list = list[1:]
	}
	*arrays = list
	return nil
}

// leads reports a scalar before the slots that is the learning rate or, in Keras 2, the
// product of Nadam, which is another one than that of Keras 3: not the first slot of
// weights that are scalars.
func (s *optimizerState) leads(t *container.Tensor) bool {
	if s.rule.Common().Schedule != nil && numbered(t) {
		return false // Keras 3 has no learning rate then
	}
	return numbered(t) && t.Name == "1" || strings.Contains(t.Name, "learning_rate") || strings.Contains(t.Name, "momentum_cache")
}

// numbered reports a variable of a .keras file, which has a number for a name.
func numbered(t *container.Tensor) bool {
	_, err := strconv.Atoi(t.Name)
	return err == nil
}

func scalar(t *container.Tensor) (float64, error) {
	if n, err := t.Int64s(); err == nil && len(n) == 1 {
		return float64(n[0]), nil
	}
	v, err := t.Float32s()
	if err != nil {
		return 0, err
	}
	return float64(v[0]), nil
}

// shortest is the decimal number that a float32 was made of.
func shortest(x float32) float64 {
	v, _ := strconv.ParseFloat(strconv.FormatFloat(float64(x), 'g', -1, 32), 64) // which has just been written
	return v
}

// slotVariable is one array that the file should have after the counts.
type slotVariable struct {
	keras.OptimizerVariable
	unread bool
}

// slots takes what the optimizer keeps of every weight.
func (s *optimizerState) slots(arrays []*container.Tensor, weights []nn.Segment) error {
	var modern []slotVariable
	for _, v := range keras.OptimizerVariables(s.rule, weights) {
		if v.Weight != "" {
			modern = append(modern, slotVariable{v, v.Name == ""})
		}
	}
	if r, ok := s.rule.(optim.GlobalRule); ok {
		arrays = s.global(r, arrays, len(modern))
	}
	arrays = withoutStandIns(arrays)
	if len(modern) == 0 && momenta(arrays, weights) { // Keras up to 2.2 has some for SGD without momentum, too
		return nil
	}
	if len(arrays) != len(modern) {
		return fmt.Errorf("it has %s for %d weights, where %s has %d", counted(len(arrays)), len(weights), s.rule.Name(), len(modern))
	}
	order := modern
	older := bySlot(modern, s.rule)
	if fits(arrays, older) && (!fits(arrays, modern) || olderNames(arrays)) {
		order = older
	}
	if i := mismatch(arrays, order); i >= 0 {
		return fmt.Errorf("%s is %s, where the %s of %s is %s", arrays[i].Name, shapeText(arrays[i].Shape), order[i].Slot, order[i].Weight, shapeText(order[i].Shape))
	}
	segments, values := s.optimizer.State()
	at := map[string]nn.Segment{}
	for _, seg := range segments {
		at[seg.Name] = seg
	}
	for i, v := range order {
		if v.unread {
			continue
		}
		if err := arrays[i].ReadFloat32(at[v.Name].Of(values)); err != nil {
			return fmt.Errorf("%s: %w", arrays[i].Name, err)
		}
	}
	if s.product != nil {
		at[s.rule.(optim.GlobalRule).Globals()[0]].Of(values)[0] = *s.product
	}
	return s.optimizer.Restore(segments, values)
}

// global finds the product of Nadam: Keras 3 has it after the slots. Where there is none,
// or that of Keras 2, which counts otherwise, it is computed from the number of steps.
func (s *optimizerState) global(r optim.GlobalRule, arrays []*container.Tensor, slots int) []*container.Tensor {
	product := []float32{1}
	if n := len(arrays); n == slots+1 && len(arrays[n-1].Shape) == 0 {
		if v, err := scalar(arrays[n-1]); err == nil {
			product[0], arrays = float32(v), arrays[:n-1]
			s.product = &product[0]
			return arrays
		}
	}
	for step := 1; step <= s.optimizer.Step && product[0] > 0; step++ {
		r.Advance(optim.Step{Number: step, Globals: product})
	}
	s.product = &product[0]
	return arrays
}

// withoutStandIns leaves out what Adam of Keras 2.1 to 2.3 has in place of the velocity
// hats that it does not keep: one number for every weight.
func withoutStandIns(arrays []*container.Tensor) []*container.Tensor {
	n := len(arrays) / 3
	if len(arrays)%3 != 0 || n == 0 || !strings.Contains(arrays[0].Name, "Adam") {
		return arrays
	}
	large := false
	for i := range n {
		if !slices.Equal(arrays[2*n+i].Shape, []int{1}) {
			return arrays
		}
		large = large || !slices.Equal(arrays[i].Shape, []int{1})
	}
	if !large {
		return arrays
	}
	return arrays[:2*n]
}

// momenta reports arrays that are one for every weight, and all 0.
func momenta(arrays []*container.Tensor, weights []nn.Segment) bool {
	if len(arrays) != len(weights) {
		return false
	}
	for _, a := range arrays {
		v, err := a.Float32s()
		if err != nil || slices.ContainsFunc(v, func(x float32) bool { return x != 0 }) {
			return false
		}
	}
	return true
}

// bySlot is the order of Keras up to 2.10: all weights' first slots, then all second ones.
// Ftrl alone has those of a weight side by side. Source: Keras 2,
// optimizers/optimizer_v2, _create_slots of the classes.
func bySlot(list []slotVariable, rule optim.Rule) []slotVariable {
	if rule.Name() == "ftrl" {
		return list
	}
	var order []string
	for _, v := range list {
		if !slices.Contains(order, v.Slot) {
			order = append(order, v.Slot)
		}
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b slotVariable) int { return slices.Index(order, a.Slot) - slices.Index(order, b.Slot) })
	return list
}

var olderName = regexp.MustCompile(`/(m|v|vhat|momentum|rms|mg|accumulator|accum_grad|accum_var|linear)(_\d+)?:0$|(^|/)Variable(_\d+)?:0$|^param_\d+$`)

// olderNames reports the names that Keras up to 2.10 gave to the slots: Adam/dense/kernel/m:0,
// training/Adam/Variable_3:0. Later ones have the slot before the weight, Adam/m/dense/kernel:0,
// or at the end without a slash.
func olderNames(arrays []*container.Tensor) bool {
	return !slices.ContainsFunc(arrays, func(t *container.Tensor) bool { return !olderName.MatchString(t.Name) })
}

// mismatch is the first array whose shape is another than that of its variable, or -1.
func mismatch(arrays []*container.Tensor, order []slotVariable) int {
	for i, v := range order {
		if !slices.Equal(arrays[i].Shape, v.Shape) {
			return i
		}
	}
	return -1
}

func fits(arrays []*container.Tensor, order []slotVariable) bool { return mismatch(arrays, order) < 0 }
