package train

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/runtime/nearest"
	"github.com/nngen-go/nngen/runtime/nn"
)

// Freeze has the next calls of [Fit] leave tensors of a model alone, as
// trainable = False does in Keras. A name is that of a layer ("hidden") or of one
// tensor ("hidden/kernel"). Nothing of a frozen tensor moves, by weight decay no
// more than by its gradient, which does not count in the norm of all gradients
// either; moving statistics keep their values, and so do kernels of SpectralNormalization.
//
// Freezing in the description does three things more: the gradients are not
// computed, regularisers of the layer do not count in the loss, and
// BatchNormalization normalises by its moving statistics; frozen here it goes on
// to normalise the batches of a training by their own.
func (s *Session) Freeze(segments []nn.Segment, names ...string) error {
	if len(names) == 0 {
		return errors.New("train: Freeze: no layer or tensor is named")
	}
	return s.choose(segments, names, func(t nn.Segment) error {
		if s.frozen == nil {
			s.frozen = map[string]bool{}
		}
		s.frozen[t.Name] = true
		return nil
	})
}

// Unfreeze takes [Session.Freeze] back for some layers or tensors; without
// names, for all.
func (s *Session) Unfreeze(segments []nn.Segment, names ...string) error {
	if len(names) == 0 {
		s.frozen = nil
		return nil
	}
	return s.choose(segments, names, func(t nn.Segment) error {
		if t.Flags&nn.Frozen != 0 {
			return fmt.Errorf("train: %q is frozen in the description (trainable: false): change it there and generate the package again", t.Name)
		}
		delete(s.frozen, t.Name)
		return nil
	})
}

// Frozen names the tensors that [Session.Freeze] holds, in alphabetical order.
func (s *Session) Frozen() []string { return slices.Sorted(maps.Keys(s.frozen)) }

// Fresh returns a session of the same settings that has not begun: for a copy of
// the model.
func (s *Session) Fresh() Session {
	return Session{Seed: s.Seed, Workers: s.Workers, Metadata: s.Metadata, frozen: maps.Clone(s.frozen)}
}

// choose calls f for the tensors of every name. Where a name is wrong it calls
// it for none.
func (s *Session) choose(segments []nn.Segment, names []string, f func(nn.Segment) error) error {
	var known []string
	for _, t := range segments {
		layer, _, _ := strings.Cut(t.Name, "/")
		if !slices.Contains(known, layer) {
			known = append(known, layer)
		}
	}
	layers := len(known)
	for _, t := range segments {
		known = append(known, t.Name)
	}
	var chosen []nn.Segment
	var errs []error
	for _, name := range names {
		n := len(chosen)
		for _, t := range segments {
			if t.Name == name || strings.HasPrefix(t.Name, name+"/") {
				chosen = append(chosen, t)
			}
		}
		if len(chosen) == n {
			errs = append(errs, fmt.Errorf("train: no layer or tensor is called %.80q%s; layers with parameters are %s", name, nearest.Question(name, known), strings.Join(known[:layers], ", ")))
		}
	}
	for _, t := range chosen {
		if len(errs) == 0 {
			if err := f(t); err != nil {
				return err
			}
		}
	}
	return errors.Join(errs...)
}

// held is what the forward pass of training moves of frozen layers, and which is put
// back.
type held struct{ of, copy []float32 }

// hold notes what is frozen of what the forward pass moves, as it is now.
func (f *fitting) hold() {
	f.session.Optimizer.SetFrozen(func(name string) bool { return f.session.frozen[name] })
	for _, t := range f.state.Segments {
		if t.Flags&(nn.State|nn.Assigned) != 0 && f.session.frozen[t.Name] {
			of := t.Of(f.state.Params)
			f.held = append(f.held, held{of, slices.Clone(of)})
		}
	}
}
