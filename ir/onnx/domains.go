package onnx

// domains are the operators by domain. One more is a row beside those that it is like.
var domains = operators{
	"": {
		rows: joined(
			elementwiseRows, angleRows, wholeRows, reduceRows, normRows, productRows, einsumRows,
			layoutRows, piecesRows, placesRows, convRows, poolRows, slideRows, resizeRows, sampleRows,
			recurrentRows, attentionRows, lossRows, recallRows, spectralRows, ngramRows, quantizedRows, subgraphRows, drawsRows,
		),
		refused: refused,
	},
	"ai.onnx.ml": {
		rows: learned, refused: refusedLearned,
		about: "of the domain ai.onnx.ml, what scalers, encoders and neural networks need is supported",
	},
	"ai.onnx.preview":          {rows: preview},
	"ai.onnx.preview.training": {rows: trainers},
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
