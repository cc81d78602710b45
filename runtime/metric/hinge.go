package metric

// Hinge is the mean of max(1 - target·output, 0), first over the elements of a
// row, then over the rows. Targets are -1 or 1; in a row that holds nothing but
// 0 and 1, 0 means -1. Source: Keras 3, losses/losses.py, hinge, which looks for
// other values in the batch instead of the row.
func Hinge(name string) Metric {
	return &hinge{mean: mean{name: name}}
}

type hinge struct {
	mean
	squared bool
}

func (m *hinge) Update(target, output []float32, weight float32) {
	binary := true
	for _, t := range target {
		if t != 0 && t != 1 {
			binary = false
			break
		}
	}
	var sum float64
	for i, y := range output {
		t := float64(target[i])
		if binary {
			t = 2*t - 1
		}
		x := max(1-float64(t*float64(y)), 0)
		if m.squared {
			x *= x
		}
		sum += x
	}
	m.add(sum/float64(len(output)), weight)
}
