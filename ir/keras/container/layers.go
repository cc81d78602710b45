package container

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"github.com/nngen-go/nngen/ir/keras/hdf5"
)

// isLayers reports whether a file is of format Layers.
func isLayers(root *hdf5.Group) (bool, error) {
	if root.Has("model_weights") {
		return true, nil
	}
	for _, name := range []string{"model_config", "layer_names", "layer_names0", "nb_layers"} {
		if a, err := root.Attribute(name); err != nil || a != nil {
			return a != nil, err
		}
	}
	return false, nil
}

// readLayers reads a file of format Layers, with a model or weights alone.
func (m *Model) readLayers(root *hdf5.Group) error {
	m.Format = Layers
	for name, to := range map[string]*[]byte{"model_config": &m.Config, "training_config": &m.Compile} {
		s, err := text(root, name)
		if err != nil {
			return err
		}
		if s != "" {
			*to = []byte(s)
		}
	}
	weights := root
	if root.Has("model_weights") {
		var err error
		if weights, err = root.Group("model_weights"); err != nil {
			return err
		}
	}
	for name, to := range map[string]*string{"keras_version": &m.Version, "backend": &m.Backend} {
		for _, g := range []*hdf5.Group{root, weights} {
			s, err := text(g, name)
			if err != nil {
				return err
			}
			if s != "" {
				*to = s
			}
		}
	}
	if err := m.readLayerGroups(weights); err != nil {
		return err
	}
	if root.Has("optimizer_weights") {
		g, err := group(root, "optimizer_weights")
		if errors.Is(err, fs.ErrNotExist) {
			m.Partial = err
			return nil
		}
		m.Optimizer = []Group{g}
		return err
	}
	return nil
}

func (m *Model) readLayerGroups(weights *hdf5.Group) error {
	names, ok, err := texts(weights, "layer_names")
	if err != nil {
		return err
	}
	if !ok {
		return m.readFirst(weights)
	}
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			return fmt.Errorf("two layers are called %q", name)
		}
		seen[name] = true
		g, err := group(weights, name)
		if err != nil {
			return err
		}
		m.Groups = append(m.Groups, g)
	}
	const own = "top_level_model_weights" // of the model itself
	if !weights.Has(own) || seen[own] {
		return nil
	}
	g, err := group(weights, own)
	if len(g.Tensors) > 0 {
		m.Groups = append(m.Groups, g)
	}
	return err
}

// readFirst reads the weights of Keras before 1.0: layers and their parameters
// have numbers in place of names.
func (m *Model) readFirst(weights *hdf5.Group) error {
	count := func(g *hdf5.Group, name string) (int, error) {
		a, err := g.Attribute(name)
		if err != nil {
			return 0, err
		}
		if a == nil {
			return 0, fmt.Errorf("%s has neither an attribute layer_names nor %s: there are no weights of Keras", g.Path(), name)
		}
		n, err := a.Int64s()
		if err != nil || len(n) != 1 || n[0] < 0 || n[0] > 1<<20 {
			return 0, fmt.Errorf("%s of %s is %v: %w", name, g.Path(), n, err)
		}
		return int(n[0]), nil
	}
	layers, err := count(weights, "nb_layers")
	if err != nil {
		return err
	}
	for i := range layers {
		g := Group{Path: "layer_" + strconv.Itoa(i)}
		h, err := weights.Group(g.Path)
		if err != nil {
			return err
		}
		params, err := count(h, "nb_params")
		if err != nil {
			return err
		}
		for j := range params {
			if err := g.add(h, "param_"+strconv.Itoa(j)); err != nil {
				return err
			}
		}
		m.Groups = append(m.Groups, g)
	}
	return nil
}

// group reads a layer: its weights in the order of its attribute weight_names.
func group(parent *hdf5.Group, name string) (Group, error) {
	g := Group{Path: name, Name: name}
	h, err := parent.Group(name)
	if err != nil {
		return g, err
	}
	names, _, err := texts(h, "weight_names")
	if err != nil {
		return g, err
	}
	for _, name := range names {
		if err := g.add(h, name); err != nil {
			return g, err
		}
	}
	return g, nil
}

func (g *Group) add(h *hdf5.Group, name string) error {
	d, err := h.Dataset(name)
	if err != nil {
		return err
	}
	t, err := tensorOf(name, d)
	if err != nil {
		return err
	}
	g.Tensors = append(g.Tensors, t)
	return nil
}

// text is an attribute of one string, or "" when there is none.
func text(g *hdf5.Group, name string) (string, error) {
	a, err := g.Attribute(name)
	if err != nil || a == nil || a.Null() {
		return "", err
	}
	return a.Text()
}

// texts is an attribute of strings, which Keras splits into several, with numbers
// at their names, when it is too large for one.
func texts(g *hdf5.Group, name string) (all []string, ok bool, err error) {
	as, err := g.Attributes()
	if err != nil {
		return nil, false, err
	}
	byName := map[string]*hdf5.Attribute{}
	for _, a := range as {
		byName[a.Name] = a
	}
	a := byName[name]
	for i := 0; ; i++ {
		part := byName[name+strconv.Itoa(i)]
		if a != nil {
			part = a
		}
		if part == nil {
			return all, ok, nil
		}
		ok = true
		if part.Len() > 0 { // an empty list has no type of strings
			ss, err := part.Strings()
			if err != nil {
				return nil, false, err
			}
			all = append(all, ss...)
		}
		if a != nil {
			return all, true, nil
		}
	}
}

// checkJSON says what is wrong with a text that should be a JSON object, before
// anybody reads it as a model.
func checkJSON(what string, p []byte) error {
	if p = bytes.TrimSpace(p); len(p) == 0 || p[0] != '{' {
		return fmt.Errorf("%s is no JSON object: it begins with %.20q", what, p)
	}
	return nil
}
