package keras

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/spec"
)

// learned puts the vocabulary that a layer has learned, which a .keras file has in a
// text of its own, into the layer's configuration. It has the special words at its
// beginning, as the argument vocabulary may have them. Source: Keras 3,
// layers/preprocessing/index_lookup.py, load_assets.
func (w *writer) learned(p *part) {
	class := spec.LayerClass(p.class)
	if w.vocabulary == nil || !slices.Contains([]string{"StringLookup", "IntegerLookup", "TextVectorization"}, class) || field(p.config, "vocabulary").Kind != spec.Null {
		return
	}
	file, err := w.vocabulary(w.steps + p.weight)
	if err != nil {
		w.fail(p.path, "it has learned its vocabulary, which %v; give it as the argument vocabulary in Python, and save the model again", err)
		return
	}
	list := spec.Value{Kind: spec.List}
	for line := range strings.Lines(strings.TrimRight(string(file), "\r\n")) {
		word := spec.Value{Kind: spec.String, Str: strings.TrimRight(line, "\r\n")}
		if class == "IntegerLookup" {
			n, err := strconv.ParseInt(word.Str, 10, 64)
			if err != nil {
				w.fail(p.path, "its vocabulary has %.40q, which is no whole number", word.Str)
				return
			}
			word = spec.Value{Kind: spec.Int, Int: n}
		}
		list.List = append(list.List, word)
	}
	p.config.Map = slices.Clone(p.config.Map)
	put(&p.config, "vocabulary", list)
	if text(p.config, "output_mode") != "tf_idf" || w.frequencies == nil {
		return
	}
	weights, err := w.frequencies(w.steps + p.weight)
	if err != nil {
		w.fail(p.path, "the weights of the words that it has learned, idf_weights, %v", err)
		return
	}
	given := spec.Value{Kind: spec.List}
	for _, x := range weights[:min(len(weights), len(list.List))] { // the others are of slots without words
		given.List = append(given.List, spec.Value{Kind: spec.Float, Float: float64(x)})
	}
	put(&p.config, "idf_weights", given)
}
