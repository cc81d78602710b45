package dataset

import (
	"cmp"

	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// tokenKeys are the settings of files of ids.
func (r *featureReader) tokenKeys() []document.Key {
	return []document.Key{
		{Name: "num_words", Take: func(a document.Arg) {
			r.f.SlotsPos = a.Value.Pos
			r.Count(r.title, a, &r.f.NumWords, 1, 1<<31-1)
		}},
		{Name: "oov_id", Take: func(a document.Arg) { r.Count(r.title, a, &r.f.OOVID, 0, 1<<31-1) }},
		{Name: "length", Take: func(a document.Arg) { r.Count(r.title, a, &r.f.Length, 1, MaxSlots) }},
		r.sideKey("padding", &r.f.Padding),
		r.sideKey("truncating", &r.f.Truncating),
	}
}

// sideKey is the setting that names an end of a row of ids.
func (r *featureReader) sideKey(name string, into *string) document.Key {
	return document.Key{Name: name, Take: func(a document.Arg) {
		*into = r.Choose(r.title, a, []string{"pre", "post"}, map[string]string{"left": "pre", "right": "post", "before": "pre", "after": "post", "front": "pre", "end": "post"})
	}}
}

// tokenRow completes the settings of train's ids.
func (r *featureReader) tokenRow(s *Source, settings []document.Arg) {
	switch {
	case r.f.NumWords == 0:
		r.Fail(s.Pos, "data: tokens needs num_words, the number of ids that are kept; write num_words: 10000 beside it")
		return
	case r.f.OOVID >= r.f.NumWords:
		r.Fail(s.Pos, "%s: oov_id %d is not below num_words %d; write an oov_id that is", r.title, r.f.OOVID, r.f.NumWords)
	}
	r.sides(settings)
}

// sides reports ends that are named of rows without a length, and completes the
// others.
func (r *featureReader) sides(settings []document.Arg) {
	if r.f.Length > 0 {
		r.f.sides()
		return
	}
	for _, a := range settings {
		if a.Name == "padding" || a.Name == "truncating" {
			r.Fail(a.Pos, "%s: %s needs length, the number of ids that every row gets; write length: 200 beside it", r.title, a.Name)
		}
	}
}

// usualSide is where a row of ids gets zeros and is cut when nothing is said: as
// pad_sequences of Keras does it for ids, and its TextVectorization for texts.
func (f *Feature) usualSide() string {
	if f.Type == encoding.Text {
		return "post"
	}
	return "pre"
}

// sides fills in where rows of ids get zeros and are cut.
func (f *Feature) sides() {
	f.Padding = cmp.Or(f.Padding, f.usualSide())
	f.Truncating = cmp.Or(f.Truncating, f.usualSide())
}

// MaxSide is the largest height or width of an image, in pixels.
const MaxSide = 1 << 14

// imageKeys are the settings of folders of images.
func (r *featureReader) imageKeys() []document.Key {
	return []document.Key{
		{Name: "size", Take: func(a document.Arg) { r.size(a.Value) }},
		{Name: "color", Take: func(a document.Arg) {
			if a.Value.Kind == document.String && document.Folded(a.Value.Str) == "rgba" {
				r.Fail(a.Value.Pos, "%s: color takes rgb or gray; rgba is not supported by this version", r.title)
				return
			}
			if c := r.Choose(r.title, a, []string{"rgb", "gray"}, map[string]string{"grayscale": "gray", "grey": "gray", "greyscale": "gray", "colour": "rgb", "color": "rgb", "l": "gray", "bw": "gray", "bgr": "rgb"}); c == "gray" {
				r.f.Channels = 1
			} else {
				r.f.Channels = 3
			}
		}},
	}
}

// size reads the height and width that images get.
func (r *featureReader) size(v document.Value) {
	if v.Kind == document.Int {
		r.Fail(v.Pos, "%s: size takes rows and columns; write size: [%d, %d]", r.title, v.Int, v.Int)
		return
	}
	if v.Kind != document.List || len(v.List) != 2 {
		hint := "write size: [28, 28]"
		if v.Kind == document.List && len(v.List) == 3 {
			hint = "the number of channels is given by color: rgb or color: gray"
		}
		r.Fail(v.Pos, "%s: size takes two numbers, rows and columns; %s", r.title, hint)
		return
	}
	r.Count(r.title, document.Arg{Name: "size", Value: v.List[0]}, &r.f.Height, 1, MaxSide)
	r.Count(r.title, document.Arg{Name: "size", Value: v.List[1]}, &r.f.Columns, 1, MaxSide)
}
