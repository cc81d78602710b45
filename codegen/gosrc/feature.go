package gosrc

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
)

// mostFields is how many features Features has a field for where one array of
// numbers would do.
const mostFields = 100

// feature is one feature with the names that the package gives it.
type feature struct {
	loop.Feature
	field string // in Features and in what has been learned
	tag   string // in JSON
	fixed string // the variable that holds a category's listed vocabulary
	since string // the variable that holds the date that stands for a missing one
	words string // the function that cuts a text into words
}

// features names the features of the program.
func (e *emitter) nameFeatures() {
	if e.p.Encoding == nil {
		return
	}
	tags, fields := names{}, e.scope(fieldMark, "Features", "Step", "encoding")
	for _, f := range e.p.Encoding.Features {
		if validTag(f.Name) {
			tags.Take(f.Name)
		}
	}
	cutters := map[string]string{}
	for _, f := range e.p.Encoding.Features {
		x := feature{Feature: f, field: fields.Pick(upper(f.Name)), tag: f.Name}
		if !validTag(f.Name) {
			x.tag = tags.Pick(x.field)
		}
		id := lower(f.Name)
		switch f.Type {
		case loop.CategoryFeature:
			if len(f.Vocabulary) > 0 {
				x.fixed = e.top.Pick(id + "Categories")
			}
		case loop.DateFeature:
			if f.Missing.Kind == "text" {
				x.since = e.top.Pick(id + "Missing")
			}
		case loop.TextFeature:
			if len(f.Vocabulary) > 0 {
				x.fixed = e.top.Pick(id + "Vocabulary")
			}
			settings := f.Standardize + "," + f.Split
			if cutters[settings] == "" {
				cutters[settings] = "words"
				if len(cutters) > 1 {
					cutters[settings] = e.top.Pick(id + "Words")
				}
			}
			x.words = cutters[settings]
		}
		e.features = append(e.features, x)
	}
	e.checkFeatures()
}

// checkFeatures records features that do not fit the inputs.
func (e *emitter) checkFeatures() {
	seen := map[string]bool{}
	for i := range e.features {
		f := &e.features[i]
		if seen[f.Name] {
			e.fail("two features are named %s", diag.Quote(f.Name))
		}
		seen[f.Name] = true
		if f.Port < 0 || f.Port >= len(e.p.Inputs) {
			e.fail("feature %s fills input %d of %d", diag.Quote(f.Name), f.Port, len(e.p.Inputs))
			continue
		}
		p, width := e.p.Inputs[f.Port], f.values()
		room := size(p.Shape)
		if s := e.p.Encoding.Series; s != nil {
			room /= max(s.Length, 1)
		}
		integer := (f.Type == loop.CategoryFeature || f.Type == loop.TextFeature) && f.Encode == "integer" || f.Type == loop.TokensFeature
		switch {
		case width != f.Width, p.Ragged != (width == 0), !p.Ragged && (f.Offset < 0 || f.Offset+width > room):
			e.fail("feature %s gives %d values, which are to stand at %d of the %d of input %s", diag.Quote(f.Name), width, f.Offset, room, diag.Quote(p.Name))
		case integer != (p.DType == loop.I32):
			e.fail("feature %s does not give what input %s holds", diag.Quote(f.Name), diag.Quote(p.Name))
		case len(f.Vocabulary)+f.firstWord() > f.Slots && f.Slots > 0:
			e.fail("feature %s has %d words in its vocabulary and room for %d", diag.Quote(f.Name), len(f.Vocabulary), f.Slots-f.firstWord())
		}
	}
}

// values is how many values a feature gives, 0 where that is known only at run
// time.
func (f *feature) values() int {
	switch f.Type {
	case loop.CategoryFeature:
		if f.Encode == "one_hot" {
			return f.Slots
		}
	case loop.DateFeature:
		n := len(f.Parts)
		for _, p := range f.Parts {
			if f.Encode == "cyclic" && period(p).length > 0 {
				n++
			}
		}
		return n
	case loop.TextFeature:
		if f.Encode != "integer" {
			return f.Slots
		}
		return f.Length
	case loop.TokensFeature:
		return f.Length
	case loop.ImageFeature:
		return f.Height * f.Columns * f.Channels
	}
	return 1
}

// validTag reports whether a name can stand in a json tag as it is
// (encoding/json, isValidTag, without the name that leaves a field out).
func validTag(s string) bool {
	return s != "" && s != "-" && len(s) <= 200 && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// encoded reports whether the package has Features and Encode.
func (e *emitter) encoded() bool { return len(e.features) > 0 }

// asArray reports whether Features is one array of numbers.
func (e *emitter) asArray() bool {
	if len(e.features) <= mostFields || e.p.Encoding.Series != nil {
		return false
	}
	first := e.features[0]
	for i, f := range e.features {
		if f.Type != loop.NumberFeature || f.Port != first.Port || f.Offset != first.Offset+i || f.Missing != first.Missing || !slices.Equal(f.Scale, first.Scale) {
			return false
		}
	}
	return true
}

// learnedPart is something that is learned about a feature.
type learnedPart struct{ name, tag, goType string }

// parts is what is learned about a feature from the training rows.
func (f *feature) parts() []learnedPart {
	var list []learnedPart
	switch f.Type {
	case loop.NumberFeature:
		if f.Missing.Kind == "mean" || f.Missing.Kind == "median" {
			list = append(list, learnedPart{"Missing", "missing", "float64"})
		}
		if s := f.scaling(); s != "" {
			list = append(list, learnedPart{"Scale", "scale", s})
		}
	case loop.CategoryFeature:
		if f.fixed == "" {
			list = append(list, learnedPart{"Categories", "categories", "categories"})
		}
		if f.Missing.Kind == "most_frequent" {
			list = append(list, learnedPart{"Missing", "missing", "string"})
		}
	case loop.DateFeature:
		for _, p := range f.Parts {
			if f.Encode == "number" || period(p).length == 0 {
				list = append(list, learnedPart{upper(p), p, "standard"})
			}
		}
	case loop.TextFeature:
		if f.fixed == "" {
			list = append(list, learnedPart{"Vocabulary", "vocabulary", "vocabulary"})
		}
		if f.Encode == "tf_idf" {
			list = append(list, learnedPart{"IDF", "idf", "[]float64"})
		}
	}
	return list
}

// learned is the place of a part of what has been learned.
func (f *feature) learned(name string) string {
	if len(f.parts()) == 1 {
		return "e." + f.field
	}
	return "e." + f.field + "." + name
}

// scaling is the type of the numbers that scale a number: "" where there are
// none.
func (f *feature) scaling() string {
	switch {
	case slices.Contains(f.Scale, "standard"):
		return "standard"
	case slices.Contains(f.Scale, "min_max"):
		return "minMax"
	}
	return ""
}

func (f *feature) logged() bool { return slices.Contains(f.Scale, "log1p") }

// cycle is a part of a date that comes again and again.
type cycle struct{ first, length int }

func period(part string) cycle {
	return map[string]cycle{"month": {1, 12}, "day": {1, 31}, "weekday": {0, 7}, "day_of_year": {1, 366}, "hour": {0, 24}, "minute": {0, 60}}[part]
}

// learns reports whether the encoding depends on the training rows.
func (e *emitter) learns() bool {
	for i := range e.features {
		if len(e.features[i].parts()) > 0 {
			return true
		}
	}
	return false
}

// any reports whether a feature has what is asked for.
func (e *emitter) anyFeature(is func(f *feature) bool) bool {
	for i := range e.features {
		if is(&e.features[i]) {
			return true
		}
	}
	return false
}

// needsPart reports whether something of that type is learned.
func (e *emitter) needsPart(goType string) bool {
	return e.anyFeature(func(f *feature) bool {
		return slices.ContainsFunc(f.parts(), func(p learnedPart) bool { return p.goType == goType })
	})
}

// encodingID tells the settings of one encoding from those of another: what has
// been learned for one fits no other.
func (e *emitter) encodingID() string {
	type learnable struct {
		Feature loop.Feature
		Series  bool
	}
	var all []learnable
	for _, f := range e.p.Encoding.Features {
		f.Port, f.Offset = 0, 0
		all = append(all, learnable{f, e.p.Encoding.Series != nil})
	}
	text, err := json.Marshal(all)
	if err != nil {
		e.fail("the features: %v", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// pointers reports whether a field of Features is a pointer.
func (e *emitter) pointers() bool {
	return !e.asArray() && e.anyFeature(func(f *feature) bool { return strings.HasPrefix(f.goType(), "*") })
}

// goType is the type of the feature's field in Features.
func (f *feature) goType() string {
	switch f.Type {
	case loop.NumberFeature:
		return "*float64"
	case loop.CategoryFeature:
		return "*string"
	case loop.DateFeature:
		return "*§time.Time"
	case loop.TextFeature:
		return "string"
	case loop.ImageFeature:
		return "§image.Image"
	}
	return "[]int32"
}

// sentence says in a comment how a feature is encoded.
func (f *feature) sentence() string {
	missing := map[string]string{"mean": "missing: the mean", "median": "missing: the median", "most_frequent": "missing: the most frequent", "oov": "missing: as unknown"}[f.Missing.Kind]
	switch f.Missing.Kind {
	case "value":
		missing = fmt.Sprint("missing: ", f.Missing.Value)
	case "text":
		missing = "missing: " + mention(f.Missing.Text)
	case "error":
		missing = "must be there"
	}
	var list []string
	switch f.Type {
	case loop.NumberFeature:
		list = append(list, f.Scale...)
	case loop.CategoryFeature:
		list = append(list, fmt.Sprintf("%s, %d slots", f.Encode, f.Slots))
	case loop.DateFeature:
		list = append(list, strings.Join(f.Parts, ", "), f.Encode)
	case loop.TextFeature:
		list = append(list, fmt.Sprintf("%s, %d slots", f.Encode, f.Slots))
		missing = ""
	case loop.ImageFeature:
		list = append(list, fmt.Sprintf("resized to %d×%d, %s", f.Height, f.Columns, map[bool]string{true: "gray", false: "rgb"}[f.Channels == 1]))
		missing = ""
	case loop.TokensFeature:
		list = append(list, "ids")
		missing = ""
	}
	if missing != "" {
		list = append(list, missing)
	}
	return strings.Join(list, "; ")
}
