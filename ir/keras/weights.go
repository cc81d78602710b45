package keras

// Origin says where a layer of a description comes from, for its weights.
type Origin struct {
	Layer string // in the description
	Class string // there
	// Path is where a .keras file has its weights: layers/functional/layers/dense.
	// What belongs to parts of the layer is under it; see [Variables].
	Path string
	// Legacy are the layer's name in the file and before it those of the models that
	// it is in: a legacy .h5 file has its weights in the group of the first.
	Legacy []string
}

// origin notes where a layer comes from.
func (w *writer) origin(p *part, class string) {
	w.report.Origins = append(w.report.Origins, Origin{Layer: p.said, Class: class, Path: w.steps + p.weight, Legacy: append(append([]string{}, w.legacy...), p.name)})
}

// Group is the weights of a layer that a .keras file has in one place, Path/vars/0
// and so on.
type Group struct {
	Path string // under that of the layer; "": the layer's own
	// Trainable and Rest are the weights in Keras's order, by their names after the
	// layer's in a description: kernel, forward_bias. A layer has not all of them,
	// and those that it has not are passed over in the count. All of Trainable come
	// before all of Rest; legacy files have them in that order as well, over all
	// groups.
	Trainable, Rest []string
}

// own is a layer whose weights are all in one place.
func own(trainable ...string) []Group { return []Group{{Trainable: trainable}} }

// Source of the order: add_weight in build of the classes, Keras 3, layers/*.
var variables = map[string][]Group{
	"Dense": own("kernel", "bias"), "EinsumDense": own("kernel", "bias"), "Embedding": own("embeddings"),
	"Conv1D": own("kernel", "bias"), "Conv2D": own("kernel", "bias"), "Conv3D": own("kernel", "bias"),
	"Conv1DTranspose": own("kernel", "bias"), "Conv2DTranspose": own("kernel", "bias"), "Conv3DTranspose": own("kernel", "bias"),
	"DepthwiseConv1D": own("kernel", "bias"), "DepthwiseConv2D": own("kernel", "bias"),
	"SeparableConv1D": own("depthwise_kernel", "pointwise_kernel", "bias"), "SeparableConv2D": own("depthwise_kernel", "pointwise_kernel", "bias"),
	"BatchNormalization": {{Trainable: []string{"gamma", "beta"}, Rest: []string{"moving_mean", "moving_variance"}}},
	"LayerNormalization": own("gamma", "beta"), "GroupNormalization": own("gamma", "beta"), "RMSNormalization": own("scale"),
	"Normalization": {{Rest: []string{"mean", "variance", "count"}}},
	"PReLU":         own("alpha"), "Attention": own("scale", "concat_score_weight"), "AdditiveAttention": own("scale"),
	"LSTM": cellAt("cell", ""), "GRU": cellAt("cell", ""), "SimpleRNN": cellAt("cell", ""),
	"Bidirectional": append(cellAt("forward_layer/cell", "forward_"), cellAt("backward_layer/cell", "backward_")...),
	"MultiHeadAttention": {
		{Path: "_query_dense", Trainable: []string{"query/kernel", "query/bias"}}, {Path: "_key_dense", Trainable: []string{"key/kernel", "key/bias"}},
		{Path: "_value_dense", Trainable: []string{"value/kernel", "value/bias"}}, {Path: "_output_dense", Trainable: []string{"attention_output/kernel", "attention_output/bias"}},
	},
}

func cellAt(path, before string) []Group {
	return []Group{{Path: path, Trainable: []string{before + "kernel", before + "recurrent_kernel", before + "bias"}}}
}

// Variables are the weights of a layer of a class, nil where it has none. Those of
// TimeDistributed are those of the layer inside of it, under the path layer, and
// those of an RNN those of its cells, under cell and cell/cells.
func Variables(class string) []Group { return variables[class] }
