package metric

// Decision says which outputs are a yes, and which of them count. The zero
// Decision takes every output above 0.5 as one.
type Decision struct {
	// Thresholds lie from 0 to 1; an output above one is a yes. The metric has a
	// figure for each. None stands for 0.5, and with TopK for no threshold.
	Thresholds []float64 `arg:"thresholds,min=0,max=1" doc:"an output above one is a yes; a figure for each; without any, 0.5, or with top_k none"`
	// TopK leaves a row only its k largest outputs that may be a yes; of equal
	// ones the first. 0: all may be.
	TopK int `arg:"top_k,min=1,null" doc:"how many of the largest outputs of a row may be a yes; null: all"`
	// ClassID is the only output of a row that counts, with its target; nil: all
	// of them do. [Class] makes one.
	ClassID *int `arg:"class_id,min=0,by=Class" doc:"the only output of a row that counts; null: all"`
}

// Class is the class of a number, for Decision and Sweep.
func Class(number int) *int { return &number }

func (d Decision) counts(name string) *counts {
	thresholds := d.Thresholds
	switch {
	case len(thresholds) > 0:
	case d.TopK > 0:
		thresholds = []float64{noThreshold}
	default:
		thresholds = []float64{0.5}
	}
	c := newCounts(name, thresholds)
	c.topK = d.TopK
	if d.ClassID != nil {
		c.class = *d.ClassID
	}
	return c
}
