package onnx

import (
	"github.com/nngen-go/nngen/ir/onnx/arithmetic"
	"github.com/nngen-go/nngen/ir/onnx/control"
	"github.com/nngen-go/nngen/ir/onnx/layout"
	"github.com/nngen-go/nngen/ir/onnx/learned"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/product"
	"github.com/nngen-go/nngen/ir/onnx/quantized"
	"github.com/nngen-go/nngen/ir/onnx/random"
	"github.com/nngen-go/nngen/ir/onnx/reduction"
	"github.com/nngen-go/nngen/ir/onnx/sequence"
	"github.com/nngen-go/nngen/ir/onnx/spatial"
	"github.com/nngen-go/nngen/ir/onnx/training"
)

// domains are the operators by domain. One more is a row beside those that it is like.
var domains = node.Operators{
	"": {
		Rows: node.Join(
			arithmetic.Rows, reduction.Rows, product.Rows, layout.Rows, spatial.Rows, sequence.Rows,
			quantized.Rows, control.Rows, random.Rows,
		),
		Refused: refused,
	},
	"ai.onnx.ml": {
		Rows: learned.Rows, Refused: learned.Refused,
		About: "of the domain ai.onnx.ml, what scalers, encoders and neural networks need is supported",
	},
	"ai.onnx.preview":          {Rows: sequence.Preview},
	"ai.onnx.preview.training": {Rows: training.Rows},
}

// refused are operators that cannot be, with the reason.
var refused = map[string]string{
	"Unique": layout.OpenExtent, "NonMaxSuppression": layout.OpenExtent,
	"StringNormalizer": "strings are not supported", "RegexFullMatch": "strings are not supported",
	"StringConcat": "strings are not supported", "StringSplit": "strings are not supported",
	"SequenceConstruct": "sequences are not supported", "SequenceAt": "sequences are not supported",
	"SequenceInsert": "sequences are not supported", "SequenceEmpty": "sequences are not supported",
	"SequenceErase": "sequences are not supported", "SequenceLength": "sequences are not supported",
	"SplitToSequence": "sequences are not supported", "ConcatFromSequence": "sequences are not supported",
	"SequenceMap": "sequences are not supported",
	"Optional":    "optional values are not supported", "OptionalGetElement": "optional values are not supported",
	"OptionalHasElement": "optional values are not supported", "ImageDecoder": "images are not decoded here",
}
