package keras

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/spec"
)

// besides is an argument that a configuration of Keras has and a description has not.
type besides struct {
	// values are those that mean nothing, so that reading passes over them; null is
	// among them wherever it stands. Nil are any: the argument does not change what is
	// computed, or stands elsewhere in a description.
	values []any
	// of are the classes whose get_config in Keras 3 has it, which is written with the
	// first of values; "" is none.
	of string
}

// written is what a file has in its place.
func (b besides) written() spec.Value {
	if len(b.values) == 0 {
		return spec.Value{}
	}
	return plain(b.values[0])
}

const (
	convolutions = "Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D "
	recurrents   = "LSTM GRU SimpleRNN ConvLSTM1D ConvLSTM2D ConvLSTM3D "
	lookups      = "StringLookup IntegerLookup "
)

// arguments are those that descriptions have not, by name. Source of the classes:
// get_config in Keras 3.15, layers/*.
var arguments = map[string]besides{
	"name": {}, "trainable": {}, "dtype": {}, "batch_input_shape": {}, "batch_shape": {}, "input_shape": {}, "input_dtype": {}, "input_dim": {}, "input_length": {},
	"build_config": {}, "unroll": {}, "implementation": {}, "consume_less": {}, "use_cudnn": {}, "query_shape": {}, "key_shape": {}, "value_shape": {},
	"flash_attention": {}, "lora_alpha": {}, "layers": {}, "supports_masking": {}, "num_cells": {}, "gptq_unpacked_column_size": {},
	"vocabulary_size":      {values: []any{nil, anything}, of: lookups},
	"activity_regularizer": {values: []any{nil, anything}, of: convolutions + recurrents + "EinsumDense Embedding MultiHeadAttention GroupedQueryAttention"},
	"dynamic":              {values: []any{false}}, "time_major": {values: []any{false}}, "optional": {values: []any{false}}, "keepdims": {values: []any{false}},
	"synchronized": {values: []any{false}, of: "BatchNormalization"},
	"rms_scaling":  {values: []any{false}, of: "LayerNormalization"},
	"sparse":       {values: []any{false}, of: lookups + "TextVectorization HashedCrossing Hashing Discretization"},
	"ragged":       {values: []any{false}, of: "TextVectorization"},
	"data_format":  {values: []any{"channels_last"}}, "groups": {values: []any{1}},
	"quantization_config": {values: []any{nil}, of: "Dense EinsumDense Embedding"}, "lora_rank": {values: []any{nil}},
	"output_padding": {values: []any{nil}}, "noise_shape": {values: []any{nil}},
	"encoding":   {values: []any{"utf-8"}, of: "StringLookup TextVectorization"},
	"oov_method": {values: []any{"floormod"}, of: lookups},
}

// anything among the values of an argument stands for all others.
const anything = "*"

// isNeutral reports an argument that says nothing.
func isNeutral(a spec.Arg) bool {
	b, known := arguments[a.Name]
	return a.Value.Kind == spec.Null || known && (b.values == nil || slices.Contains(b.values, any(anything)) ||
		slices.ContainsFunc(b.values, func(x any) bool { return same(a.Value, x) }))
}

// Besides are the arguments that get_config of a layer of Keras 3 has besides those of
// the description, with what stands there.
func Besides(class string) (list []spec.Arg) {
	for name, b := range arguments {
		if slices.Contains(strings.Fields(b.of), class) {
			list = append(list, spec.Arg{Name: name, Value: b.written()})
		}
	}
	slices.SortFunc(list, func(a, b spec.Arg) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// plain is a value of the table above.
func plain(x any) spec.Value {
	switch x := x.(type) {
	case bool:
		return spec.Value{Kind: spec.Bool, Bool: x}
	case int:
		return spec.Value{Kind: spec.Int, Int: int64(x)}
	case float64:
		return spec.Value{Kind: spec.Float, Float: x}
	case string:
		return word(x)
	}
	return spec.Value{}
}
