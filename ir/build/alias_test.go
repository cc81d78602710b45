package build_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

// written are ways to write one description: the first in Keras's first names.
var written = [][2]string{
	{"Conv2D: {filters: 4, kernel_size: 3}", "Convolution2D: {filters: 4, kernel_size: 3}"},
	{"Conv2D: {filters: 4, kernel_size: 3}", "conv2d: {filters: 4, kernel_size: 3}"},
	{"Conv2D: {filters: 4, kernel_size: 3}", "layer_conv_2d: {filters: 4, kernel_size: 3}"},
	{"SeparableConv2D: {filters: 4, kernel_size: 3}", "SeparableConvolution2D: {filters: 4, kernel_size: 3}"},
	{"MaxPooling2D", "MaxPool2D"}, {"MaxPooling2D: 2", "max_pooling2d: 2"}, {"MaxPooling2D: 2", "layer_max_pooling_2d: 2"},
	{"AveragePooling2D: 2", "AvgPool2D: 2"}, {"GlobalAveragePooling2D", "GlobalAvgPool2D"}, {"GlobalMaxPooling2D", "GlobalMaxPool2D"},
	{"BatchNormalization", "batch_normalization"}, {"BatchNormalization", "keras::layer_batch_normalization"},
	{"Dropout: 0.5", "dropout: 0.5"}, {"Activation: relu", "Activation: activation_relu"}, {"Activation: silu", "Activation: swish"},
	{"Activation: relu", "layer_activation: RELU"},
	{"optimizer: rmsprop", "optimizer: optimizer_rmsprop"}, {"optimizer: rmsprop", "optimizer: RMSprop"}, {"optimizer: adamw", "optimizer: ADAMW"},
	{"optimizer: {adam: {learning_rate: 0.1}}", "optimizer: {Adam: {lr: 0.1}}"},
	{"optimizer: {adam: {learning_rate: 0.1}}", "optimizer: {optimizer_adam: {lr: 0.1}}"},
	{"loss: mean_squared_error", "loss: mse"}, {"loss: mean_squared_error", "loss: MSE"}, {"loss: mean_squared_error", "loss: MeanSquaredError"},
	{"loss: mean_absolute_error", "loss: mae"}, {"loss: mean_squared_error", "loss: loss_mean_squared_error"}, {"loss: binary_crossentropy", "loss: bce"},
	{"metrics: [mean_absolute_error]", "metrics: [metric_mean_absolute_error]"},
	{"metrics: [{mean_absolute_error: {name: e}}]", "metrics: [{mae: {name: e}}]"}, {"metrics: [{mean_absolute_error: {name: e}}]", "metrics: [{MeanAbsoluteError: {name: e}}]"},
	{"metrics: [{accuracy: {name: acc}}]", "metrics: [acc]"},
}

// A name that is understood means what Keras's first name does, to the last
// digit of the hash.
func TestOtherNames(t *testing.T) {
	networkOf := func(line string) *build.Network {
		t.Helper()
		parts := map[string]string{"optimizer": "optimizer: sgd", "loss": "loss: binary_crossentropy", "metrics": "metrics: []", "layer": "Activation: relu"}
		kind, _, _ := strings.Cut(line, ":")
		if _, section := parts[kind]; !section {
			kind = "layer"
		}
		parts[kind] = line
		m, err := spec.Parse("m.yaml", fmt.Appendf(nil, "name: m\ninputs: {x: {shape: [8, 8, 2]}}\nlayers:\n  - %s\n  - Flatten\n  - Dense: {units: 1, activation: sigmoid}\ncompile: {%s, %s, %s}\n",
			parts["layer"], parts["optimizer"], parts["loss"], parts["metrics"]))
		if err != nil {
			t.Fatal(err)
		}
		n, err := build.Build(m)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, pair := range written {
		want, got := networkOf(pair[0]), networkOf(pair[1])
		if got.Header.Hash != want.Header.Hash || got.Header.ModelID != want.Header.ModelID {
			t.Errorf("%s is not %s", pair[1], pair[0])
		}
		if g, w := fmt.Sprint(got.Header.Layers[0].Name, got.Header.Layers[0].Type), fmt.Sprint(want.Header.Layers[0].Name, want.Header.Layers[0].Type); g != w {
			t.Errorf("the layer of %s is %s, that of %s is %s", pair[1], g, pair[0], w)
		}
	}
}

// Every layer goes by its automatic name and by its name in R, besides Keras's
// other names.
func TestNamesOfLayers(t *testing.T) {
	named := func(written string) string {
		t.Helper()
		m, err := spec.Parse("m.yaml", []byte("inputs: {x: {shape: [8]}}\nlayers:\n  - "+written+"\n"))
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		return m.Layers[0].Type
	}
	for _, info := range layer.All() {
		m := spec.Model{Layers: []spec.Layer{{Type: info.Name}}}
		automatic := m.Names()[0] // max_pooling2d
		inR := automatic
		if n := len(inR); n > 2 && strings.HasSuffix(inR, "d") && strings.ContainsAny(inR[n-2:n-1], "123") {
			inR = inR[:n-2] + "_" + inR[n-2:]
		}
		for _, other := range append(spec.LayerAliases(info.Name), automatic, "layer_"+inR) {
			if other == "layer_normalization" { // of Keras's two layers: see below
				continue
			}
			if got := named(other); got != info.Name {
				t.Errorf("%s is %s, want %s", other, got, info.Name)
			}
		}
	}
}

// Keras's own names, of keras/src/{losses,metrics,activations,optimizers}/__init__.py
// (Keras 3): all of them are understood, or known not to be supported yet.
var kerasNames = map[string]string{
	"optimizer": "Adam SGD RMSprop Adadelta AdamW Adagrad Adamax Adafactor Nadam Ftrl Lion adam sgd rmsprop adadelta adamw adagrad adamax adafactor nadam ftrl lion ADAM Muon muon",
	"loss": `KLDivergence Poisson BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy CategoricalFocalCrossentropy SparseCategoricalCrossentropy
		MeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredLogarithmicError CosineSimilarity LogCosh Huber Hinge SquaredHinge CategoricalHinge
		Dice Tversky Circle CTC kl_divergence poisson binary_crossentropy binary_focal_crossentropy categorical_crossentropy categorical_focal_crossentropy
		sparse_categorical_crossentropy mean_squared_error mean_absolute_error mean_absolute_percentage_error mean_squared_logarithmic_error cosine_similarity log_cosh
		huber hinge squared_hinge categorical_hinge dice tversky circle ctc bce BCE kld KLD mae MAE mse MSE mape MAPE msle MSLE`,
	"metrics": `MeanSquaredError RootMeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredLogarithmicError CosineSimilarity LogCoshError R2Score AUC
		FalseNegatives FalsePositives Precision PrecisionAtRecall Recall RecallAtPrecision SensitivityAtSpecificity SpecificityAtSensitivity TrueNegatives TruePositives
		Hinge SquaredHinge CategoricalHinge KLDivergence Poisson BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy Accuracy BinaryAccuracy
		CategoricalAccuracy SparseCategoricalAccuracy TopKCategoricalAccuracy SparseTopKCategoricalAccuracy F1Score FBetaScore IoU BinaryIoU MeanIoU OneHotIoU OneHotMeanIoU
		mean_squared_error root_mean_squared_error mean_absolute_error mean_absolute_percentage_error mean_squared_logarithmic_error cosine_similarity log_cosh_error r2_score
		auc false_negatives false_positives precision precision_at_recall recall recall_at_precision sensitivity_at_specificity specificity_at_sensitivity true_negatives
		true_positives hinge squared_hinge categorical_hinge kl_divergence poisson binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy accuracy
		binary_accuracy categorical_accuracy sparse_categorical_accuracy top_k_categorical_accuracy sparse_top_k_categorical_accuracy f1_score f_beta_score
		bce BCE mse MSE mae MAE mape MAPE msle MSLE acc`,
	"activation": "relu leaky_relu relu6 softmax elu selu softplus softsign silu gelu tanh sigmoid exponential hard_sigmoid hard_silu linear mish log_softmax swish hard_swish celu squareplus soft_shrink sparse_plus glu tanh_shrink threshold sparse_sigmoid hard_tanh hard_shrink log_sigmoid sparsemax",
}

func TestKerasNames(t *testing.T) {
	for kind, names := range kerasNames {
		for _, name := range strings.Fields(names) {
			if _, err := build.Build(calling(t, kind, name)); err != nil && strings.Contains(err.Error(), "unknown") {
				t.Errorf("%s: %v", kind, err)
			}
		}
	}
}

// calling is a description that names something of one kind.
func calling(t *testing.T, kind, name string) *spec.Model {
	t.Helper()
	parts := map[string]string{"optimizer": "sgd", "loss": "mse", "metrics": "mae", "activation": "relu"}
	if parts[kind] == "" {
		t.Fatalf("no %s", kind)
	}
	parts[kind] = fmt.Sprintf("%q", name)
	m, err := spec.Parse("m.yaml", fmt.Appendf(nil, "inputs: {x: {shape: [8]}}\nlayers:\n  - Dense: {units: 1, activation: %s}\ncompile: {optimizer: %s, loss: %s, metrics: [%s]}\n",
		parts["activation"], parts["optimizer"], parts["loss"], parts["metrics"]))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// What people write and Keras does not know is answered with what they mean.
func TestMeantNames(t *testing.T) {
	for _, c := range [][3]string{
		{"loss", "rmse", `did you mean "mean_squared_error"`}, {"loss", "cce", `did you mean "categorical_crossentropy"?`}, {"loss", "xent", `did you mean "sparse_categorical_crossentropy" (`},
		{"loss", "softmax_cross_entropy", `did you mean "sparse_categorical_crossentropy" (`}, {"loss", "Smooth-L1", `did you mean "huber"?`},
		{"metrics", "rmse", `did you mean "root_mean_squared_error"?`}, {"metrics", "F1", `did you mean "f1_score"?`}, {"metrics", "roc auc", `did you mean "auc"?`},
		{"activation", "leaky relu", `did you mean "leaky_relu"?`}, {"activation", "LeakyReLU", `did you mean "leaky_relu"?`}, {"activation", "lrelu", `did you mean "leaky_relu"?`},
		{"optimizer", "momentum", "did you mean {sgd: {momentum: 0.9}}?"}, {"optimizer", "Gradient Descent", `did you mean "sgd"?`},
	} {
		if _, err := build.Build(calling(t, c[0], c[1])); err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s %s: %v\nlacks %s", c[0], c[1], err, c[2])
		}
	}
}
