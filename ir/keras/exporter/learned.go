package exporter

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/encode"
)

// Learned is what a preprocessing layer has learned from the training rows.
type Learned struct {
	// Words are those of a lookup, texts or whole numbers, after the slots of what stands
	// for none; Weights are those of all slots, in the mode tf_idf alone.
	Words   []json.RawMessage `json:"words"`
	Weights []float32         `json:"weights"`
	// Bounds are the boundaries of a Discretization.
	Bounds []float32 `json:"bounds"`
}

// UnmarshalJSON implements [json.Unmarshaler]. With weights, TextVectorization has its
// words in a part of its own. What features have learned that are no layers has other
// forms, and stays empty.
func (l *Learned) UnmarshalJSON(text []byte) error {
	type plain Learned
	var read struct {
		plain
		Vocabulary plain     `json:"vocabulary"`
		IDF        []float32 `json:"idf"`
	}
	if json.Unmarshal(text, &read) != nil {
		return nil
	}
	*l = Learned(read.plain)
	if read.IDF != nil {
		l.Words, l.Weights = read.Vocabulary.Words, read.IDF
	}
	return nil
}

// ParseLearned reads what the layers of a model have learned, by their names, from the
// document of a file of weights; sum is its digest there. Without a document there is
// nothing.
func ParseLearned(document, sum string) (map[string]Learned, error) {
	if document == "" {
		return nil, nil
	}
	if sum != encode.Digest(document) {
		return nil, errors.New("damaged: what the layers have learned does not match its digest")
	}
	var read struct{ Features map[string]Learned }
	if err := json.Unmarshal([]byte(document), &read); err != nil {
		return nil, fmt.Errorf("what the layers have learned: %w", err)
	}
	return read.Features, nil
}

// learns are the arguments of layers without which they learn.
var learns = map[string]string{"StringLookup": "vocabulary", "IntegerLookup": "vocabulary", "TextVectorization": "vocabulary", "Discretization": "bin_boundaries"}

// learned are the arguments of a layer, those that it has learned in their places: Keras
// takes them from the configuration in a file of either kind.
func (w *writer) learned(o *node) []spec.Arg {
	args := o.arguments()
	name, learner := learns[o.Type]
	v, said := o.argument(name)
	switch {
	case !learner || said && v.Kind == spec.List:
		return args
	case said && v.Kind == spec.String:
		of := object(slices.Clone(args)...)
		put(&of, name, w.written[o.name])
		return of.Map
	}
	l, ok := w.knows[o.name]
	switch {
	case w.unread:
		return args
	case !ok || l.Words == nil && l.Bounds == nil:
		w.fail(o.Pos, "layer %s: it learns its %s from the training rows, and the weights do not hold it; give those of a training: --weights, or write down the argument %s", diag.Quote(o.name), name, name)
		return args
	}
	of := object(slices.Clone(args)...)
	if o.Type == "Discretization" {
		put(&of, name, numbers(l.Bounds))
		put(&of, "num_bins", spec.Value{})
		return of.Map
	}
	words := list()
	if len(l.Weights) > len(l.Words) { // those of the slots before the words as well
		token, ok := o.argument("oov_token")
		switch {
		case !ok && o.Type == "IntegerLookup":
			token = whole(-1)
		case !ok:
			token = text("[UNK]")
		}
		words.List = slices.Repeat([]spec.Value{token}, len(l.Weights)-len(l.Words))
	}
	for _, word := range l.Words {
		v, err := spec.ReadValue(o.name+".json", word)
		if err != nil {
			w.fail(o.Pos, "layer %s: what it has learned: %v", diag.Quote(o.name), err)
		}
		words.List = append(words.List, v)
	}
	put(&of, name, words)
	if len(l.Weights) > 0 {
		put(&of, "idf_weights", numbers(l.Weights))
	}
	if mode, ok := o.argument("output_mode"); ok && mode.Str != "int" { // as many slots as the network was built for
		put(&of, "pad_to_max_tokens", truth(true))
	}
	return of.Map
}

// written are the vocabularies of layers, those in files of their own as well.
func (s Source) written() map[string]spec.Value {
	all := map[string]spec.Value{}
	if s.Network.Header.Encoding == nil {
		return all
	}
	for _, f := range s.Network.Header.Encoding.Features {
		words := list()
		for _, word := range f.Vocabulary {
			words.List = append(words.List, text(word))
		}
		if f.Layer != nil {
			for _, n := range f.Layer.Numbers {
				words.List = append(words.List, whole(int(n)))
			}
		}
		all[f.Name] = words
	}
	return all
}

func numbers(of []float32) spec.Value {
	v := list()
	for _, x := range of {
		v.List = append(v.List, number(float64(x)))
	}
	return v
}
