package network

import (
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/keras/importer"
	"github.com/nngen-go/nngen/ir/spec"
)

// Settings change a description for one run. They leave alone what its weights
// belong to: the layers, the preprocessing, the classes.
type Settings struct {
	Overrides []spec.Override
	Freeze    []string         // names of layers
	Bind      []string         // symbolic extents of an ONNX file: name=value
	Keras     importer.Options // what a Keras file leaves open
}

// freezeLayers makes layers of the description not trainable.
func freezeLayers(m *spec.Model, freeze []string) error {
	names := m.Names()
	var errs diag.List
	for i, want := range freeze {
		found := false
		for j, name := range names {
			if name != want {
				continue
			}
			found = true
			if first := m.Layers[j].Shared.Name; first != "" {
				errs.Add(diag.Pos{File: "--freeze", Line: i + 1, Col: 1}, "layer %s has the weights of %s; write --freeze %s", diag.Quote(want), diag.Quote(first), first)
			}
			m.Layers[j].Trainable = new(bool)
		}
		if !found {
			errs.Add(diag.Pos{File: "--freeze", Line: i + 1, Col: 1}, "there is no layer %s%s", diag.Quote(want), diag.DidYouMean(want, names))
		}
	}
	return errs.Err()
}
