package metric

import "testing"

// What a metric adds to every row of a training: compare with the 25 ns that a
// row of the smallest networks takes.
func BenchmarkUpdate(b *testing.B) {
	target, output := make([]float32, 10), make([]float32, 10)
	target[3] = 1
	for i := range output {
		output[i] = float32(i*7%10) / 45
	}
	for _, c := range []struct {
		name           string
		m              Metric
		target, output []float32
	}{
		{"binary accuracy, 1 output", BinaryAccuracy("m", 0.5), target[3:4], output[1:2]},
		{"auc, 1 output", AUC("m", Curve{}), target[3:4], output[1:2]},
		{"precision, 1 output", Precision("m", Decision{}), target[3:4], output[1:2]},
		{"sparse categorical accuracy, 10 outputs", SparseCategoricalAccuracy("m"), []float32{3}, output},
		{"sparse top 3, 10 outputs", SparseTopKCategoricalAccuracy("m", 3), []float32{3}, output},
		{"auc, 10 outputs", AUC("m", Curve{}), target, output},
		{"recall of the top 3, 10 outputs", Recall("m", Decision{TopK: 3}), target, output},
		{"f1, 10 outputs", F1Score("m", FScore{Classes: 10}), target, output},
		{"categorical crossentropy, 10 outputs", CategoricalCrossentropy("m", Crossentropy{}), target, output},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.m.Update(c.target, c.output, 1)
			}
		})
	}
	b.Run("result of auc", func(b *testing.B) {
		m := AUC("m", Curve{})
		m.Update(target, output, 1)
		b.ReportAllocs()
		for b.Loop() {
			m.Result()
		}
	})
}
