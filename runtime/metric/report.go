package metric

import "encoding/json"

// Report has the figures of a [Confusion]: those of scikit-learn's
// classification_report. A share of nothing is 0.
type Report struct {
	Classes  []ClassReport `json:"classes"`
	Accuracy float64       `json:"accuracy"` // the share of rows that were taken for what they are
	Macro    ClassReport   `json:"macro_average"`
	Weighted ClassReport   `json:"weighted_average"` // by support
}

// ClassReport has the figures of a class, or an average over the classes.
type ClassReport struct {
	Class     string  `json:"class,omitempty"`
	Precision float64 `json:"precision"` // of the rows taken for the class, the share that are of it
	Recall    float64 `json:"recall"`    // of the rows of the class, the share taken for it
	F1        float64 `json:"f1"`        // 2·precision·recall ÷ (precision + recall)
	Support   int64   `json:"support"`   // rows of the class
}

// Report computes the figures.
func (c *Confusion) Report() Report {
	n := len(c.classes)
	r := Report{Classes: make([]ClassReport, n)}
	var right, rows int64
	for i, name := range c.classes {
		var predicted, support int64
		for j := range n {
			support += c.At(i, j)
			predicted += c.At(j, i)
		}
		hits := c.At(i, i)
		of := ClassReport{
			Class:     name,
			Precision: ratio(float64(hits), float64(predicted)),
			Recall:    ratio(float64(hits), float64(support)),
			F1:        ratio(2*float64(hits), float64(predicted+support)),
			Support:   support,
		}
		r.Classes[i] = of
		r.Macro.add(of, 1)
		r.Weighted.add(of, float64(support))
		right += hits
		rows += support
	}
	r.Accuracy = ratio(float64(right), float64(rows))
	r.Macro.divide(float64(n), rows)
	r.Weighted.divide(float64(rows), rows)
	return r
}

func (a *ClassReport) add(of ClassReport, weight float64) {
	a.Precision += float64(weight * of.Precision)
	a.Recall += float64(weight * of.Recall)
	a.F1 += float64(weight * of.F1)
}

func (a *ClassReport) divide(by float64, rows int64) {
	a.Precision, a.Recall, a.F1 = ratio(a.Precision, by), ratio(a.Recall, by), ratio(a.F1, by)
	a.Support = rows
}

// MarshalJSON gives the matrix, targets down and predictions across, with the
// report: {"matrix": [[9, 1], [0, 10]], "classes": [{"class": ...}], ...}.
func (c *Confusion) MarshalJSON() ([]byte, error) {
	n := len(c.classes)
	matrix := make([][]int64, n)
	for i := range matrix {
		matrix[i] = c.counts[i*n : (i+1)*n]
	}
	return json.Marshal(struct {
		Matrix [][]int64 `json:"matrix"`
		Report
	}{matrix, c.Report()})
}
