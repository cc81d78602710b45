package build

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
)

// crossentropies are losses as metrics: of the probabilities that the network
// gives, without regularisation. Defaults: Keras 3,
// metrics/probabilistic_metrics.py.
var crossentropies = []layer.Entry[metric]{
	{Name: "binary_crossentropy", Aliases: []string{"BinaryCrossentropy", "bce", "BCE"}, Doc: "the mean of -(y log p + (1-y) log(1-p))", New: func() metric { return &binaryCrossentropy{} }},
	{Name: "categorical_crossentropy", Aliases: []string{"CategoricalCrossentropy"}, Doc: "the mean of -log p of the class of the one-hot target", New: func() metric { return &categoricalCrossentropy{} }},
	{Name: "sparse_categorical_crossentropy", Aliases: []string{"SparseCategoricalCrossentropy"}, Doc: "the mean of -log p of the target's class number", New: func() metric { return &sparseCategoricalCrossentropy{} }},
}

type smoothed struct {
	FromLogits     bool    `arg:"from_logits" doc:"whether the outputs are logits"`
	LabelSmoothing float64 `arg:"label_smoothing,min=0,max=1" doc:"share of every target that goes to all classes alike"`
	named
}

type binaryCrossentropy struct{ smoothed }

func (m *binaryCrossentropy) setting(_, target ir.Type) (loop.Setting, error) {
	return metricSetting("binary_crossentropy", m), numbers(target)
}

type categoricalCrossentropy struct{ smoothed }

func (m *categoricalCrossentropy) setting(output, target ir.Type) (loop.Setting, error) {
	return metricSetting("categorical_crossentropy", m), firstError(numbers(target), manyUnits(output, "binary_crossentropy"), flat(output))
}

type sparseCategoricalCrossentropy struct {
	FromLogits bool `arg:"from_logits" doc:"whether the outputs are logits"`
	named
}

func (m *sparseCategoricalCrossentropy) setting(_, target ir.Type) (loop.Setting, error) {
	return metricSetting("sparse_categorical_crossentropy", m), classNumbers(target)
}
