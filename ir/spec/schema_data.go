package spec

import "github.com/nngen-go/nngen/ir/spec/internal/dataset"

import "github.com/nngen-go/nngen/ir/spec/internal/document"

import "github.com/nngen-go/nngen/runtime/data"

func dataSchema() schemaNode {
	test := fileSources("The rows to test on: files of the same kind, or the last fraction of the rows of train.")
	test["anyOf"] = append(test["anyOf"].([]any), strict(schemaNode{
		"split": described(schemaNode{"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, "This fraction of the rows of train, the last ones."),
	}, "split"))
	return described(strict(schemaNode{
		"train":      fileSources("The rows to train on. Settings beside the files hold for test and validation too."),
		"test":       test,
		"validation": fileSources("The rows to measure training on, of the same kind, in place of fit: validation_split."),
		"missing_values": described(schemaNode{"type": "array", "minItems": 1, "items": listedWord(), "default": []string{""}},
			"The texts of a csv file that mean a missing value; spaces around them do not count."),
		"weight": described(columnName(), "The column of a csv file with the weights of the rows in the loss."),
		"windows": described(strict(schemaNode{
			"length": described(schemaNode{"type": "integer", "minimum": 1, "maximum": dataset.MaxSlots}, "Rows of a sample."),
			"offset": described(schemaNode{"type": "integer", "minimum": 0, "maximum": dataset.MaxSlots, "default": 1}, "How many rows after the last row of the sample the target comes."),
			"stride": described(schemaNode{"type": "integer", "minimum": 1, "maximum": dataset.MaxSlots, "default": 1}, "How many rows further the next sample begins."),
		}, "length"), "Samples of successive rows of a csv file."),
		"features": described(schemaNode{
			"type": "object", "minProperties": 1, "maxProperties": document.MaxColumns, "propertyNames": columnName(),
			"additionalProperties": anyOf(numberSchema(), categorySchema(), dateSchema(), columnTextSchema()),
		}, "The columns of a csv file that become the input, in its order."),
		"target": described(anyOf(targetSchema(), schemaNode{"type": "object", "minProperties": 1, "additionalProperties": targetSchema()}),
			"What the output is compared with; where there are several, what each is compared with, under its name. Those that are not named are read from the files."),
		"classes": described(classesSchema(false), "For files other than csv: the names of the classes, the first for 0. Of text_dir and image_dir they are the names of the folders."),
	}, "train"), "Where rows come from, and how they become inputs. Names of files are relative to the data folder.")
}

// targetSchema is what one output is compared with.
func targetSchema() schemaNode {
	classes := described(classesSchema(true), "The texts in the column, the first for class 0. A list is the name of a class and how else files write it.")
	return anyOf(
		strict(schemaNode{"column": described(columnName(), "The header of a column of a csv file."), "classes": classes}, "column"),
		strict(schemaNode{"columns": described(schemaNode{"type": "array", "minItems": 1, "uniqueItems": true, "items": columnName()},
			"The headers of columns of a csv file: numbers, the 0 and 1 of labels, or a one-hot class.")}, "columns"),
		strict(schemaNode{"same_as": described(schemaNode{"type": "string", "minLength": 1}, "The input that the output is to repeat, as that of an autoencoder.")}, "same_as"),
		strict(schemaNode{"classes": classesSchema(false)}, "classes"),
	)
}

// Every node is one of its own: described writes into it.

func columnName() schemaNode {
	return wordLike(schemaNode{"minLength": 1, "maxLength": document.MaxWord})
}

// wordLike is a text that needs no quotes where it looks like a number, true or
// false. The limits of s are those of a text.
func wordLike(s schemaNode) schemaNode {
	s["type"] = []string{"string", "number", "boolean"}
	return s
}

// wordNode is a text of a file.
func wordNode() schemaNode { return wordLike(schemaNode{}) }

// listedWord is a wordNode that null is one of. Lists of them may look as if one
// were there twice: 1 and 1.0 are two words.
func listedWord() schemaNode {
	return schemaNode{"type": []string{"string", "number", "boolean", "null"}}
}

func oneOfWords(doc, unsaid string, words ...string) schemaNode {
	return described(schemaNode{"enum": words, "default": unsaid}, doc)
}

func classesSchema(spellings bool) schemaNode {
	class := listedWord()
	if spellings {
		class = anyOf(listedWord(), schemaNode{"type": "array", "minItems": 1, "items": listedWord()})
	}
	return schemaNode{"type": "array", "minItems": 2, "maxItems": dataset.MaxClasses, "items": class}
}

// fileSources is train, test or validation.
func fileSources(doc string) schemaNode {
	file := func(doc string) schemaNode {
		return described(wordLike(schemaNode{"minLength": 1}), doc)
	}
	// One array, or one for each input or output under its name.
	named := func(doc string, one func() schemaNode) schemaNode {
		return described(anyOf(one(), schemaNode{"type": "object", "minProperties": 1, "additionalProperties": one()}), doc)
	}
	fileName := func() schemaNode { return file("") }
	pair := func(doc string) schemaNode {
		list := schemaNode{"type": "array", "minItems": 1, "items": file("")}
		return described(anyOf(file(""), list, strict(schemaNode{
			"inputs": named("The file of the input; of several, those of each under its name.", fileName),
			"target": named("The file of the target; of several, those of each under the name of its output.", fileName),
		}, "inputs")), doc)
	}
	own := sourceSettings()
	var sources []any
	for _, f := range data.Formats() {
		properties := own[SourceKind(f.Name)]
		switch {
		case f.Shape == data.ArrayArchive:
			properties = schemaNode{
				"arrays": described(schemaNode{"type": "array", "minItems": 1, "items": columnName()}, "The names of the arrays of the inputs and of the targets, in their order; test and validation have those of train unless they name their own."),
				"inputs": named("In place of arrays, the array of the input; of several, those of each under its name. An array that is not named has the input's name.", columnName),
				"target": named("In place of arrays, the array of the target; of several, those of each under the name of its output. An array that is not named has the output's name.", columnName),
			}
		case properties == nil:
			properties = schemaNode{}
		}
		if properties[f.Name] = file(f.Doc); f.Shape == data.ArrayFiles {
			properties[f.Name] = pair(f.Doc)
		}
		sources = append(sources, strict(properties, f.Name))
	}
	return described(anyOf(sources...), doc)
}

// sourceSettings are what may be written beside the files of the kinds that have
// settings of their own.
func sourceSettings() map[SourceKind]schemaNode {
	settings := map[SourceKind]schemaNode{
		CSV: {
			"separator": described(wordLike(schemaNode{"minLength": 1, "maxLength": 1, "default": ","}), "The separator of fields."),
			"header":    described(schemaNode{"type": "array", "minItems": 1, "items": columnName()}, "The names of the columns of a file that has no header line."),
			"quote":     described(schemaNode{"enum": []string{"none", `"`}}, "none: quotes are characters like any other. Without it they enclose fields, and one that seems to have joined rows is an error; with \" it is not."),
			"encoding":  encodingSchema(),
			"decimal":   oneOfWords("The decimal mark.", ".", ",", "."),
			"thousands": described(schemaNode{"enum": []string{".", ",", " ", "'", "_"}}, "The thousands separator; a space includes non-breaking ones."),
		},
		Tokens: {
			"num_words":  described(schemaNode{"type": "integer", "minimum": 1}, "Ids from here on become oov_id."),
			"oov_id":     described(schemaNode{"type": "integer", "minimum": 0, "default": 2}, "The id of what num_words leaves out."),
			"length":     described(schemaNode{"type": "integer", "minimum": 1, "maximum": dataset.MaxSlots}, "How many ids every row has: longer rows are cut, shorter ones get zeros. Without it rows have any number of ids."),
			"padding":    oneOfWords("Where the zeros go.", "pre", "pre", "post"),
			"truncating": oneOfWords("Where longer rows are cut.", "pre", "pre", "post"),
		},
		TextDir: textProperties(),
		ImageDir: {
			"size": described(schemaNode{"type": "array", "minItems": 2, "maxItems": 2, "items": schemaNode{"type": "integer", "minimum": 1, "maximum": dataset.MaxSide}},
				"Rows and columns that every image gets."),
			"color": oneOfWords("Three numbers per pixel, red, green and blue, or one.", "rgb", "rgb", "gray"),
		},
	}
	settings[TextDir]["encoding"] = encodingSchema()
	return settings
}

// columnProperties are what a feature of any type may say.
func columnProperties(properties schemaNode) schemaNode {
	properties["input"] = described(schemaNode{"type": "string", "minLength": 1}, "The input that the feature goes to.")
	properties["columns"] = described(schemaNode{"type": "array", "minItems": 1, "uniqueItems": true, "items": columnName()},
		"The columns of a feature that stands for several; they go to the input of its name, unless input names another.")
	return properties
}

func numberSchema() schemaNode {
	return described(strict(columnProperties(schemaNode{
		"type": described(schemaNode{"enum": []string{"number"}}, "A column of numbers."),
		"missing": described(anyOf(schemaNode{"type": "number"}, schemaNode{"enum": []string{"error", "mean", "median"}}),
			"The replacement for a missing value: a number, or the mean or median of the training rows; without it, one is an error."),
		"scale": described(anyOf(
			schemaNode{"enum": []string{"none", "standard", "min_max", "log1p", "log"}},
			schemaNode{"type": "array", "minItems": 1, "maxItems": 2, "items": schemaNode{"enum": []string{"standard", "min_max", "log1p", "log"}}},
		), "standard: mean 0 and deviation 1 over the training rows; min_max: from 0 to 1; log1p: ln(1+x), which may come before one of the others."),
	}), "type"), "A number.")
}

func vocabularySchema(doc string) schemaNode {
	return described(anyOf(
		schemaNode{"type": "integer", "minimum": 1, "maximum": dataset.MaxSlots},
		schemaNode{"type": "array", "minItems": 1, "items": listedWord()},
	), doc)
}

func categorySchema() schemaNode {
	return described(strict(columnProperties(schemaNode{
		"type": described(schemaNode{"enum": []string{"category"}}, "A column of categories."),
		"vocabulary": vocabularySchema("The categories in their order, or how many slots a learned vocabulary has, that of unknown categories included. " +
			"One one-hot feature may leave it out where inputs is written: it gets what the others leave."),
		"encode": oneOfWords("A vector with a 1, or an id in an input of its own.", "one_hot", "one_hot", "integer"),
		"oov":    described(schemaNode{"type": "boolean", "default": true}, "Whether slot 0 is for categories that are not in the vocabulary; without it they are an error."),
		"missing": described(wordNode(), "The category that stands for a missing one, most_frequent (of the training rows), oov (the slot of unknown categories) or error. "+
			"Without it: oov where there is that slot, else error."),
	}), "type"), "A category.")
}

func dateSchema() schemaNode {
	part := func() schemaNode { return schemaNode{"enum": dataset.DateParts} }
	return described(strict(columnProperties(schemaNode{
		"type":    described(schemaNode{"enum": []string{"date"}}, "A column of dates."),
		"format":  described(wordLike(schemaNode{"minLength": 1, "maxLength": document.MaxWord, "default": dataset.DefaultFormat}), "How Go's package time writes the date 2006-01-02 15:04:05 in this layout."),
		"parts":   described(anyOf(part(), schemaNode{"type": "array", "minItems": 1, "uniqueItems": true, "items": part(), "default": dataset.DefaultParts}), "Which parts of a date become numbers; days are those since 1970."),
		"encode":  oneOfWords("Sine and cosine of a part that recurs (year and days do not), or every part as a scaled number.", "cyclic", "cyclic", "number"),
		"missing": described(wordLike(schemaNode{"minLength": 1, "default": "error"}), "The date that stands for a missing one, in the same format, or error."),
	}), "type"), "A date.")
}

func columnTextSchema() schemaNode {
	properties := textProperties()
	properties["type"] = described(schemaNode{"enum": []string{"text"}}, "A column of texts.")
	return described(strict(columnProperties(properties), "type", "vocabulary"), "A text of words.")
}

// textProperties are the settings of texts, in columns and in files.
func textProperties() schemaNode {
	return schemaNode{
		"vocabulary":  vocabularySchema("The words in their order, or how many slots a learned vocabulary has, those of padding (0, with integer) and of unknown words included."),
		"encode":      oneOfWords("Ids in an input of their own, or a vector over the vocabulary: which words occur, how often, or how often weighted by how rare they are.", "integer", "integer", "multi_hot", "count", "tf_idf"),
		"length":      described(schemaNode{"type": "integer", "minimum": 1, "maximum": dataset.MaxSlots}, "With integer: how many ids every text has; longer texts are cut, shorter ones get zeros. Without it a text has any number."),
		"padding":     oneOfWords("Where the zeros go.", "post", "pre", "post"),
		"truncating":  oneOfWords("Where longer texts are cut.", "post", "pre", "post"),
		"standardize": oneOfWords("What happens to a text before it is split.", "lower_and_strip_punctuation", "lower_and_strip_punctuation", "lower", "strip_punctuation", "none"),
		"split":       oneOfWords("What the words of a text are.", "whitespace", "whitespace", "character"),
		"ngrams":      described(schemaNode{"type": "integer", "minimum": 1, "maximum": 16, "default": 1}, "The longest run of words that counts as one."),
	}
}

func encodingSchema() schemaNode {
	return oneOfWords("The encoding of the text.", dataset.TextEncodings[0], dataset.TextEncodings...)
}
