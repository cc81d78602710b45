package onnx

import (
	"github.com/nngen-go/nngen/ir/onnx/node"
)

// domains are the operators by domain. One more is a row beside those that it is like.
var domains = node.Operators{
	"": {
		Rows: node.Join(
			elementwiseRows, angleRows, wholeRows, reduceRows, normRows, productRows, einsumRows,
			layoutRows, piecesRows, placesRows, convRows, poolRows, slideRows, resizeRows, sampleRows,
			recurrentRows, attentionRows, lossRows, recallRows, spectralRows, ngramRows, quantizedRows, subgraphRows, drawsRows,
		),
		Refused: refused,
	},
	"ai.onnx.ml": {
		Rows: learned, Refused: refusedLearned,
		About: "of the domain ai.onnx.ml, what scalers, encoders and neural networks need is supported",
	},
	"ai.onnx.preview":          {Rows: preview},
	"ai.onnx.preview.training": {Rows: trainers},
}

// refused are operators that cannot be, with the reason.
var refused = map[string]string{
	"Unique": openExtent, "NonMaxSuppression": openExtent,
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

// openExtent is why a result cannot be.
const openExtent = "the extent of its result depends on the data"
