package feature

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// LearnedFile prints what is learned from the training rows, and how weights
// files carry it.
func (e *Encoding) LearnedFile(f *gotree.File) {
	f.Add(`// encodingID tells the settings of this encoding from those of another: what was
// learned for one fits no other.
const encodingID = %s`, gotree.Quote(e.ID()))
	learned{e}.encodingType(f)
	hint := "New, LoadMatching and Adapt make a model of its tensors"
	if e.PredictOnly {
		hint = "it was saved before Adapt or FitFeatures"
	}
	f.Add(`// parseEncoding reads the encoding of a weights file: a JSON document with its
// SHA-256.
func parseEncoding(document, digest string) (*encoding, error) {
	e, err := §encode.ParseDocument[encoding](document, digest, encodingID, %q)
	if err != nil {
		return nil, err
	}
	return e, e.prepare()
}`, hint)
	learned{e}.prepareMethod(f)
	if e.PredictOnly {
		return
	}
	f.Add(`// metadata is what weights files say of the model.
func (m *Model) metadata() map[string]string {
	meta := map[string]string{§weights.KeyModelID: ModelID, §weights.KeyModel: %s}
	if m.encoding != nil {
		document := §encode.Document(encodingID, m.encoding)
		meta[§weights.KeyEncoding], meta[§weights.KeyEncodingDigest] = document, §encode.Digest(document)
	}
	return meta
}`, gotree.Quote(e.p.Name))
}

// learned prints what is learned.
type learned struct{ *Encoding }

// encodingType prints the type of what is learned.
func (e learned) encodingType(f *gotree.File) {
	var b strings.Builder
	field := func(name, goType, tag string) {
		fmt.Fprintf(&b, "%s %s `json:%s`\n", name, goType, gotree.Quote(tag))
	}
	if e.AsArray() {
		for _, p := range e.features[0].parts() {
			field(p.name, fmt.Sprintf("[%d]%s", len(e.features), p.goType), p.tag)
		}
	} else {
		for i := range e.features {
			x := &e.features[i]
			switch parts := x.parts(); len(parts) {
			case 0:
			case 1:
				field(x.field, parts[0].goType, x.tag)
			default:
				fmt.Fprintf(&b, "%s struct {\n", x.field)
				for _, p := range parts {
					field(p.name, p.goType, p.tag)
				}
				field("}", "", x.tag)
			}
		}
	}
	f.Add(`// encoding is what has been learned from the training rows. It does not change
// once it is a model's.
type encoding struct {
%s}`, b.String())
}

// prepareMethod prints the check of what has been learned.
func (e learned) prepareMethod(f *gotree.File) {
	var b strings.Builder
	if e.AsArray() {
		b.WriteString("var all []error\nfor i, name := range FeatureNames {\nall = append(all,")
		for _, p := range e.features[0].parts() {
			if p.goType == "float64" {
				fmt.Fprintf(&b, "§encode.CheckNumber(name, e.%s[i]), ", p.name)
			} else {
				fmt.Fprintf(&b, "e.%s[i].Check(name), ", p.name)
			}
		}
		b.WriteString(")\n}\nreturn §errors.Join(all...)")
	} else {
		b.WriteString("return §errors.Join(\n")
		for i := range e.features {
			x := &e.features[i]
			name := gotree.Quote(x.Name)
			for _, p := range x.parts() {
				at := x.learned(p.name)
				switch p.goType {
				case "float64":
					fmt.Fprintf(&b, "§encode.CheckNumber(%s, %s),\n", name, at)
				case "[]float64":
					fmt.Fprintf(&b, "§encode.CheckWeights(%s, %s, 1+len(%s.Words)),\n", name, at, x.vocabulary())
				case "§encode.Index[string]", "§encode.Index[int64]":
					fmt.Fprintf(&b, "%s.Learn(%s, %s, %d, %v),\n", at, name, slotsBefore(x), x.Slots, x.Layer.Mode == "tf_idf")
				case "§encode.Bounds":
					fmt.Fprintf(&b, "%s.Check(%s, %d),\n", at, name, x.Slots-1)
				case "§encode.Categories", "§encode.Vocabulary":
					fmt.Fprintf(&b, "%s.Learn(%s, %d, %d),\n", at, name, x.Reserved(), x.Slots)
				case "string":
				default:
					fmt.Fprintf(&b, "%s.Check(%s),\n", at, name)
				}
			}
		}
		b.WriteString(")")
	}
	f.Add(`// prepare checks what has been learned and makes the indexes of vocabularies.
func (e *encoding) prepare() error {
	%s
}`, b.String())
}
