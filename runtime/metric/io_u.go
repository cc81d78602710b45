package metric

// Overlap says which classes an intersection over union is of, and where they stand.
type Overlap struct {
	Outputs     int  `arg:"outputs,units"` // values in a group of outputs
	NumClasses  int  `arg:"num_classes,required,min=1" doc:"how many classes there are; what is of another number does not count"`
	IgnoreClass *int `arg:"ignore_class,by=Class" doc:"class of targets that do not count; null: none"` // [Class] makes one
	SparseYTrue bool `arg:"sparse_y_true" doc:"whether targets are class numbers, not one-hot"`
	SparseYPred bool `arg:"sparse_y_pred" doc:"whether outputs are class numbers, not a value for every class"`
}

// IoU is the mean over the given classes of intersection over union,
//
//	hits ÷ (targets + outputs - hits)
//
// of a class, where one that neither targets nor outputs have is left out. Weights
// are whole numbers: the fraction is cut off, as in Keras. Source: Keras 3,
// metrics/iou_metrics.py.
func IoU(name string, c Overlap, targetClassIDs ...int) Metric {
	return &overlap{name: name, Overlap: c, of: targetClassIDs, counts: make([]float64, c.NumClasses*c.NumClasses)}
}

// overlap counts what every class of targets has been taken for: a row of counts each.
type overlap struct {
	name string
	Overlap
	of        []int
	binary    bool // an output of the threshold and above is class 1
	threshold float32
	counts    []float64
}

func (m *overlap) Name() string { return m.name }

// HigherIsBetter is true: Keras's direction is "up".
func (m *overlap) HigherIsBetter() bool { return true }

func (m *overlap) Reset() { clear(m.counts) }

func (m *overlap) State() []float64 { return append([]float64(nil), m.counts...) }

func (m *overlap) SetState(state []float64) error { return setState(m.name, m.counts, state) }

func (m *overlap) Update(target, output []float32, weight float32) {
	w := float64(int64(weight))
	truth := classes{target, m.Outputs, m.SparseYTrue}
	answers := classes{output, m.Outputs, m.SparseYPred}
	for i := range answers.len() {
		class, answer := truth.at(i), answers.at(i)
		if m.binary {
			answer = 0
			if output[i] >= m.threshold {
				answer = 1
			}
		}
		if class < 0 || class >= m.NumClasses || answer < 0 || answer >= m.NumClasses || m.IgnoreClass != nil && class == *m.IgnoreClass {
			continue
		}
		m.counts[class*m.NumClasses+answer] += w
	}
}

func (m *overlap) Result() float64 {
	const epsilon = 1e-7
	var sum, there float64
	for _, c := range m.of {
		var targets, answers float64
		for i := range m.NumClasses {
			targets += m.counts[c*m.NumClasses+i]
			answers += m.counts[i*m.NumClasses+c]
		}
		hits := m.counts[c*m.NumClasses+c]
		if union := targets + answers - hits; union > 1e-9 {
			sum += hits / (union + epsilon)
			there++
		}
	}
	return sum / (there + epsilon)
}

// classes are values that name classes: each one, or a group of them by its largest.
type classes struct {
	values []float32
	group  int
	sparse bool
}

func (c classes) len() int {
	if c.sparse {
		return len(c.values)
	}
	return len(c.values) / c.group
}

func (c classes) at(i int) int {
	if c.sparse {
		return int(c.values[i])
	}
	return argmax(c.values[i*c.group : (i+1)*c.group])
}
