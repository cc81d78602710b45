package keras

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/spec"
)

// olderClasses are classes of Keras 1 and 2, and what they are called now.
var olderClasses = map[string]string{
	"TimeDistributedDense": "Dense", "CuDNNLSTM": "LSTM", "CuDNNGRU": "GRU", "ThresholdedReLU": "ReLU", "AtrousConvolution1D": "Conv1D",
	"AtrousConvolution2D": "Conv2D", "AtrousConv1D": "Conv1D", "AtrousConv2D": "Conv2D", "Deconvolution2D": "Conv2DTranspose", "Deconv2D": "Conv2DTranspose",
	"BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization", "SyncBatchNormalization": "BatchNormalization",
	"LSTMV2": "LSTM", "GRUV2": "GRU", "DenseFeatures": "",
}

// olderNames are arguments of Keras 1 and 2, by class ("" is every class) and what
// they are called now. Source: Keras 2, legacy/interfaces.py; Keras 3,
// layers/activations/leaky_relu.py.
var olderNames = map[string]map[string]string{
	"": {
		"nb_filter": "filters", "border_mode": "padding", "subsample": "strides", "subsample_length": "strides", "filter_length": "kernel_size",
		"init": "kernel_initializer", "inner_init": "recurrent_initializer", "inner_activation": "recurrent_activation", "bias": "use_bias",
		"W_regularizer": "kernel_regularizer", "U_regularizer": "recurrent_regularizer", "b_regularizer": "bias_regularizer",
		"W_constraint": "kernel_constraint", "U_constraint": "recurrent_constraint", "b_constraint": "bias_constraint",
		"dropout_W": "dropout", "dropout_U": "recurrent_dropout", "atrous_rate": "dilation_rate", "pool_length": "pool_size", "stride": "strides",
		"beta_init": "beta_initializer", "gamma_init": "gamma_initializer", "p": "rate", "sigma": "stddev", "length": "size",
	},
	"Dense": {"output_dim": "units"}, "LSTM": {"output_dim": "units"}, "GRU": {"output_dim": "units"}, "SimpleRNN": {"output_dim": "units"},
	"Embedding":       {"init": "embeddings_initializer", "W_regularizer": "embeddings_regularizer", "W_constraint": "embeddings_constraint"},
	"PReLU":           {"init": "alpha_initializer"},
	"LeakyReLU":       {"alpha": "negative_slope"},
	"ReLU":            {"theta": "threshold"},
	"DepthwiseConv2D": {"kernel_initializer": "depthwise_initializer", "kernel_regularizer": "depthwise_regularizer", "kernel_constraint": "depthwise_constraint"},
}

// older brings a layer of Keras 1 or 2 to its present class and arguments.
func (r converter) older(p *part, class string, config spec.Value) (string, spec.Value, bool) {
	was := class
	if class == "Merge" {
		return r.merge(p, config)
	}
	if now, ok := olderClasses[class]; ok && now != "" {
		class = now
	}
	class = spec.LayerClass(class)
	out := spec.Value{Kind: spec.Map}
	for _, a := range config.Map {
		if now, ok := olderNames[class][a.Name]; ok {
			a.Name = now
		} else if now, ok := olderNames[""][a.Name]; ok && !takes(r, class, a.Name) {
			a.Name = now
		}
		if _, twice := out.Get(a.Name); !twice {
			out.Map = append(out.Map, a)
		}
	}
	r.extents(p, class, &out)
	switch class {
	case "LSTM", "GRU", "SimpleRNN":
		r.recurrent(p, was, class, &out)
	case "BatchNormalization":
		if x, ok := field(out, "mode").Number(); ok && x != 0 {
			r.fail(p.path, "its mode is %v, which Keras has given up; only mode 0 is supported", x)
			return class, out, false
		}
		drop(&out, "mode")
	case "SeparableConv1D", "SeparableConv2D": // what it has of Conv and does not use
		for _, name := range []string{"kernel_initializer", "kernel_regularizer", "kernel_constraint"} {
			drop(&out, name)
		}
	case "Embedding":
		if x, ok := field(out, "dropout").Number(); ok && x != 0 {
			r.note(p.path, "its dropout of %v, which Keras has given up, is left out", x)
		}
		drop(&out, "dropout")
	}
	if class == "MultiHeadAttention" && field(out, "value_dim").Same(field(out, "key_dim")) {
		drop(&out, "value_dim")
	}
	if strings.Contains(class, "Pooling") && whole(field(out, "strides")).Same(whole(field(out, "pool_size"))) {
		drop(&out, "strides")
	}
	r.fromLast(p, &out)
	return class, out, true
}

// takes reports an argument of a layer of this version.
func takes(r converter, class, name string) bool {
	doc := find(r.catalog.Layers, class)
	return doc != nil && slices.ContainsFunc(doc.Args, func(d spec.ArgDoc) bool { return d.Name == name })
}

func drop(v *spec.Value, name string) {
	v.Map = slices.DeleteFunc(v.Map, func(a spec.Arg) bool { return a.Name == name })
}

func put(v *spec.Value, name string, x spec.Value) {
	drop(v, name)
	v.Map = append(v.Map, spec.Arg{Name: name, Value: x})
}

// extents are kernels and orders of axes of Keras 1.
func (r converter) extents(p *part, class string, config *spec.Value) {
	if rows, ok := config.Get("nb_row"); ok {
		columns := field(*config, "nb_col")
		drop(config, "nb_row")
		drop(config, "nb_col")
		put(config, "kernel_size", spec.Value{Kind: spec.List, List: []spec.Value{rows.Value, columns}})
	}
	if order, ok := config.Get("dim_ordering"); ok {
		drop(config, "dim_ordering")
		switch order.Value.Str {
		case "th":
			put(config, "data_format", word("channels_first"))
		case "tf", "default":
			put(config, "data_format", word("channels_last"))
		}
	}
	if class == "Conv2DTranspose" {
		drop(config, "output_shape")
	}
}

// recurrent brings a recurrent layer up to date.
func (r converter) recurrent(p *part, was, class string, config *spec.Value) {
	if init, ok := config.Get("forget_bias_init"); ok {
		drop(config, "forget_bias_init")
		put(config, "unit_forget_bias", spec.Value{Kind: spec.Bool, Bool: init.Value.Str == "one" || init.Value.Str == "ones"})
	}
	if class == "SimpleRNN" {
		return
	}
	if _, ok := config.Get("recurrent_activation"); !ok && r.version.before(2, 3) && !strings.HasPrefix(was, "CuDNN") {
		put(config, "recurrent_activation", word("hard_sigmoid"))
		r.note(p.path, "the file does not say recurrent_activation, which was hard_sigmoid before Keras 2.3")
	}
	if _, ok := config.Get("reset_after"); !ok && class == "GRU" && was == "GRU" && r.version.before(3, 0) {
		put(config, "reset_after", spec.Value{Kind: spec.Bool})
	}
}

// fromLast writes -1 for the last axis, where the file says how many there are.
func (r converter) fromLast(p *part, config *spec.Value) {
	shape := p.input
	for shape.Kind == spec.List && len(shape.List) > 0 && shape.List[0].Kind == spec.List {
		shape = shape.List[0]
	}
	a, ok := config.Get("axis")
	if !ok || shape.Kind != spec.List || len(shape.List) == 0 {
		return
	}
	axis := a.Value
	if axis.Kind == spec.List && len(axis.List) == 1 {
		axis = axis.List[0]
	}
	if axis.Kind == spec.Int && axis.Int == int64(len(shape.List)-1) {
		put(config, "axis", spec.Value{Kind: spec.Int, Int: -1})
	}
}

// merges are the modes of Keras 1's Merge.
var merges = map[string]string{"concat": "Concatenate", "sum": "Add", "mul": "Multiply", "ave": "Average", "max": "Maximum", "dot": "Dot", "cos": "Dot"}

// merge is a Merge of Keras 1 as the layer of its mode.
func (r converter) merge(p *part, config spec.Value) (string, spec.Value, bool) {
	mode := text(config, "mode")
	class, ok := merges[mode]
	switch {
	case !ok || text(config, "mode_type") != "" && text(config, "mode_type") != "raw":
		r.fail(p.path, "a Merge whose mode is Python code is not read; use one of Keras's layers that merge, and save the model again")
		return class, config, false
	case len(field(config, "layers").List) > 0:
		r.fail(p.path, "a Merge of models at the beginning of a Sequential is not supported; build the same network with keras.Model(inputs, outputs)")
		return class, config, false
	}
	out := spec.Value{Kind: spec.Map}
	switch class {
	case "Concatenate":
		put(&out, "axis", field(config, "concat_axis"))
	case "Dot":
		put(&out, "axes", field(config, "dot_axes"))
		put(&out, "normalize", spec.Value{Kind: spec.Bool, Bool: mode == "cos"})
	}
	return class, out, true
}
