package metric

import "github.com/nngen-go/nngen/runtime/ctc"

// Edits says what is counted.
type Edits struct {
	Classes   int  `arg:"classes,units"` // values of a step
	Normalize bool `arg:"normalize" doc:"whether edits are divided by how many labels the targets have, not by how many rows there are"`
}

// EditDistance is how many labels have to be put in, taken out or changed to make the
// targets of what the outputs spell, which were trained with the loss ctc: the
// likeliest class of every step, alike ones in a row being one label and 0 none. It is
// the sum over the rows, divided by the labels of all targets: the error rate of
// labels. Source: keras_hub, metrics/edit_distance.py, where texts are compared.
func EditDistance(name string, e Edits) Metric {
	return &editDistance{mean: mean{name: name}, Edits: e}
}

type editDistance struct {
	mean
	Edits
	labels, spelled []int
}

func (m *editDistance) Update(target, output []float32, weight float32) {
	m.labels = ctc.Labels(m.labels[:0], target)
	m.spelled = ctc.Greedy(m.spelled[:0], output, m.Classes)
	m.total += float64(float64(ctc.Distance(m.spelled, m.labels)) * float64(weight))
	count := 1.0
	if m.Normalize {
		count = float64(len(m.labels))
	}
	m.count += float64(count * float64(weight))
}
