package build

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
)

// accuracies are shares of right answers.
var accuracies = []layer.Entry[metric]{
	{Name: "accuracy", Aliases: []string{"Accuracy", "acc"}, Doc: "the share of right answers: binary, categorical or sparse categorical accuracy, as output and target ask for", New: func() metric { return &accuracy{} }},
	{Name: "binary_accuracy", Aliases: []string{"BinaryAccuracy"}, Doc: "the share of outputs on the target's side of the threshold", New: func() metric { return &binaryAccuracy{Threshold: 0.5} }},
	{Name: "categorical_accuracy", Aliases: []string{"CategoricalAccuracy"}, Doc: "the share of rows whose largest output is that of the one-hot target", New: func() metric { return &categoricalAccuracy{} }},
	{Name: "sparse_categorical_accuracy", Aliases: []string{"SparseCategoricalAccuracy"}, Doc: "the share of rows whose largest output is that of the target's class number", New: func() metric { return &sparseCategoricalAccuracy{} }},
	{Name: "top_k_categorical_accuracy", Aliases: []string{"TopKCategoricalAccuracy"}, Doc: "the share of rows where the class of the one-hot target is among the k largest outputs", New: func() metric { return &topK{K: 5} }},
	{Name: "sparse_top_k_categorical_accuracy", Aliases: []string{"SparseTopKCategoricalAccuracy"}, Doc: "the share of rows where the target's class number is among the k largest outputs", New: func() metric { return &sparseTopK{topK{K: 5}} }},
}

type accuracy struct{ named }

// setting chooses as Keras does, trainers/compile_utils.py, get_metric: one unit
// is binary, class numbers are sparse, the rest is one-hot.
func (*accuracy) setting(output, target ir.Type) (loop.Setting, error) {
	switch {
	case units(output) == 1:
		return metricSetting("binary_accuracy", &binaryAccuracy{Threshold: 0.5}), nil
	case target.DType == ir.I32:
		return loop.Setting{Name: "sparse_categorical_accuracy"}, nil
	}
	return (&categoricalAccuracy{}).setting(output, target)
}

type binaryAccuracy struct {
	Threshold float64 `arg:"threshold,min=0,max=1" doc:"output above which the answer is 1"`
	named
}

func (m *binaryAccuracy) setting(_, target ir.Type) (loop.Setting, error) {
	return metricSetting("binary_accuracy", m), numbers(target)
}

type categoricalAccuracy struct{ named }

func (*categoricalAccuracy) setting(output, target ir.Type) (loop.Setting, error) {
	return loop.Setting{Name: "categorical_accuracy"}, firstError(numbers(target), manyUnits(output, "accuracy or binary_accuracy"), flat(output))
}

type sparseCategoricalAccuracy struct{ named }

func (*sparseCategoricalAccuracy) setting(_, target ir.Type) (loop.Setting, error) {
	return loop.Setting{Name: "sparse_categorical_accuracy"}, classNumbers(target)
}

type topK struct {
	K int `arg:"k,min=1" doc:"how many of the largest outputs are looked at"`
	named
}

func (m *topK) setting(output, target ir.Type) (loop.Setting, error) {
	return metricSetting("top_k_categorical_accuracy", m), firstError(numbers(target), manyUnits(output, "accuracy"), flat(output), among("k", m.K, output))
}

type sparseTopK struct{ topK }

func (m *sparseTopK) setting(output, target ir.Type) (loop.Setting, error) {
	return metricSetting("sparse_top_k_categorical_accuracy", m), firstError(classNumbers(target), among("k", m.K, output))
}

// among reports a number of largest outputs that there are not.
func among(name string, k int, output ir.Type) error {
	n := units(output)
	switch {
	case k > n && n == 1:
		return fmt.Errorf("looks at the %d largest outputs, but there is one; take %s out", k, name)
	case k > n:
		return fmt.Errorf("looks at the %d largest outputs, but there are %d; write %s: %d or less", k, n, name, n-1)
	}
	return nil
}
