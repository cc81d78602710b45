package feature

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/loop"
)

// Config says how the package names things.
type Config struct {
	Package         string
	PredictOnly     bool
	Inputs, Targets gotree.Ports
	Top             gotree.Scope     // identifiers of the package
	Words           *gotree.OwnWords // that the package uses itself; nil in a draft
	Large           bool             // outputs are not returned, but written
}

// Encoding prints the encoding of a program, its classes and its data sets.
type Encoding struct {
	Config
	p        *loop.Program
	spec     *encoding.Encoding // empty where there is none
	features []feature
	targets  targets
	errs     []error
}

// New names the features of a program.
func New(p *loop.Program, cfg Config) *Encoding {
	e := &Encoding{Config: cfg, p: p, spec: p.Encoding}
	e.targets = targets{e}
	if e.spec == nil {
		e.spec = &encoding.Encoding{}
	}
	tags, fields := gotree.Names{}, cfg.Words.Scope(gotree.Field, "Features", "Step", "encoding")
	for _, f := range e.spec.Features {
		if validTag(f.Name) {
			tags.Take(f.Name)
		}
	}
	locals := cfg.Words.Scope(gotree.Local)
	for _, f := range e.spec.Features {
		x := feature{Feature: f, field: fields.Pick(gotree.Upper(f.Name)), tag: f.Name}
		if !validTag(f.Name) {
			x.tag = tags.Pick(x.field)
		}
		id := gotree.Lower(f.Name)
		switch {
		case f.Type == encoding.Category && len(f.Vocabulary) > 0:
			x.fixed = cfg.Top.Pick(id + "Categories")
		case f.Type == encoding.Text && len(f.Vocabulary) > 0:
			x.fixed = cfg.Top.Pick(id + "Vocabulary")
			if f.Layer != nil && f.Layer.Weights != nil {
				x.weights = cfg.Top.Pick(id + "Weights")
			}
		case f.Type == encoding.Lookup && f.Layer.WordPiece != nil:
			x.fixed = cfg.Top.Pick(id + "Pieces")
		case f.Type == encoding.Lookup && (len(f.Vocabulary) > 0 || f.Layer.Numbers != nil):
			x.fixed = cfg.Top.Pick(id + "Index")
		case f.Type == encoding.Lookup && f.Layer.Bounds != nil:
			x.fixed = cfg.Top.Pick(id + "Bounds")
		case f.Type == encoding.Date && f.Missing.Kind == "text":
			x.since = cfg.Top.Pick(id + "Missing")
		}
		if x.asItIs() || f.Type == encoding.Lookup {
			x.local = locals.Pick(id)
		}
		if f.Type == encoding.Lookup {
			x.wide = locals.Pick(id + "Operand")
		}
		if f.Type == encoding.Text && !f.OfRow() {
			if from := e.named(f.Reads[0]); from != nil {
				x.of = from.local + "[0]"
			}
		}
		e.features = append(e.features, x)
	}
	e.check()
	return e
}

// check records features that do not fit the inputs.
func (e *Encoding) check() {
	seen := map[string]bool{}
	for i := range e.features {
		f := &e.features[i]
		if seen[f.Name] {
			e.fail("two features are named %s", diag.Quote(f.Name))
		}
		seen[f.Name] = true
		if f.Port == -1 {
			continue // preprocessing layers alone read it
		}
		if f.Port < 0 || f.Port >= len(e.p.Inputs) {
			e.fail("feature %s fills input %d of %d", diag.Quote(f.Name), f.Port, len(e.p.Inputs))
			continue
		}
		p, width := e.p.Inputs[f.Port], f.Values()
		room := gotree.Size(p.Shape)
		if e.spec.Series != nil {
			room /= max(e.spec.Series.Length, 1)
		}
		switch {
		case width != f.Width, p.Ragged != (width == 0), !p.Ragged && (f.Offset < 0 || f.Offset+width > room):
			e.fail("feature %s gives %d values, which are to stand at %d of the %d of input %s", diag.Quote(f.Name), width, f.Offset, room, diag.Quote(p.Name))
		case f.Integer() != (p.DType == loop.I32):
			e.fail("feature %s does not give what input %s holds", diag.Quote(f.Name), diag.Quote(p.Name))
		case f.Type != encoding.Lookup && len(f.Vocabulary)+f.Reserved() > f.Slots && f.Slots > 0:
			e.fail("feature %s has %d words in its vocabulary and room for %d", diag.Quote(f.Name), len(f.Vocabulary), f.Slots-f.Reserved())
		}
	}
}

// fail records an error found while printing.
func (e *Encoding) fail(format string, args ...any) {
	e.errs = append(e.errs, fmt.Errorf(format, args...))
}

// Err is what has been found wrong so far.
func (e *Encoding) Err() error { return errors.Join(e.errs...) }

// Has reports whether the package has Features and Encode.
func (e *Encoding) Has() bool { return len(e.features) > 0 }

// Learns reports whether the encoding depends on the training rows.
func (e *Encoding) Learns() bool {
	return e.any(func(f *feature) bool { return len(f.parts()) > 0 })
}

// ID tells the settings of one encoding from those of another: what has been
// learned for one fits no other.
func (e *Encoding) ID() string {
	type learnable struct {
		Feature encoding.Feature
		Series  bool
	}
	var all []learnable
	for _, f := range e.spec.Features {
		f.Port, f.Offset = 0, 0
		all = append(all, learnable{f, e.spec.Series != nil})
	}
	text, err := json.Marshal(all)
	if err != nil {
		e.fail("the features: %v", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// mostFields is how many features Features has a field for where one array of
// numbers would do.
const mostFields = 100

// AsArray reports whether Features is one array of numbers.
func (e *Encoding) AsArray() bool {
	if len(e.features) <= mostFields || e.spec.Series != nil {
		return false
	}
	first := e.features[0]
	for i, f := range e.features {
		if f.Type != encoding.Number || f.Port != first.Port || f.Offset != first.Offset+i || f.Missing != first.Missing || !slices.Equal(f.Scale, first.Scale) {
			return false
		}
	}
	return true
}

// row is the variable that holds the fields: Features, or with a series one of
// its steps.
func (e *Encoding) row() string {
	if e.spec.Series != nil {
		return "step"
	}
	return "f"
}

// any reports whether a feature has what is asked for.
func (e *Encoding) any(is func(f *feature) bool) bool {
	return slices.ContainsFunc(e.features, func(f feature) bool { return is(&f) })
}

// anyOf reports whether a feature is of one of these types.
func (e *Encoding) anyOf(types ...encoding.Type) bool {
	return e.any(func(f *feature) bool { return slices.Contains(types, f.Type) })
}

// learnsA reports whether something of that type is learned.
func (e *Encoding) learnsA(goType string) bool {
	return e.any(func(f *feature) bool {
		return slices.ContainsFunc(f.parts(), func(p part) bool { return p.goType == goType })
	})
}

// pointers reports whether a field of Features is a pointer.
func (e *Encoding) pointers() bool {
	return !e.AsArray() && e.any(func(f *feature) bool { return strings.HasPrefix(f.goType(), "*") })
}

// unknown is the error about a name that is none of a list. Packages that only
// predict ask for the near name where the list is too long to be repeated.
func (e *Encoding) unknown(kind, list string, n int) string {
	if e.PredictOnly && n <= 12 {
		return fmt.Sprintf("§fmt.Errorf(\"%s: no %s %%.80q; there are %%q\", name, %s)", e.Package, kind, list)
	}
	return fmt.Sprintf("§encode.Unknown(%q, %q, name, %q, %s[:])", e.Package, kind, list, list)
}
