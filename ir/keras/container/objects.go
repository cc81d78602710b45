package container

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/keras/hdf5"
)

// readObjects adds the weights of a file of format Objects. Several files make up
// a model whose weights are sharded.
func (m *Model) readObjects(root *hdf5.Group) error {
	groups := map[string]*Group{}
	var order []*Group
	for _, gs := range []*[]Group{&m.Groups, &m.Optimizer} {
		for i := range *gs {
			g := (*gs)[i]
			groups[g.Path] = &g
			order = append(order, &g)
		}
	}
	at := func(path string) *Group {
		if g := groups[path]; g != nil {
			return g
		}
		g := &Group{Path: path}
		groups[path] = g
		order = append(order, g)
		return g
	}
	err := root.Walk(func(h *hdf5.Group) error {
		path, ok := objectPath(h.Path())
		if !ok {
			return nil
		}
		g := at(path)
		a, err := h.Attribute("name")
		if err != nil || a == nil {
			return err
		}
		name, err := a.Text()
		if err == nil && g.Name != "" && g.Name != name {
			return fmt.Errorf("%s is called both %q and %q", h.Path(), g.Name, name)
		}
		g.Name = name
		return err
	}, func(d *hdf5.Dataset) error {
		parent, name := split(d.Path())
		path, ok := objectPath(parent)
		if !ok {
			return fmt.Errorf("%s is in no group called vars: this is no file of Keras 3", d.Path())
		}
		g := at(path)
		if g.Tensor(name) != nil {
			return fmt.Errorf("two weights are at %s", join(path, "vars", name))
		}
		t, err := tensorOf(name, d)
		g.Tensors = append(g.Tensors, t)
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(order, func(a, b *Group) int { return comparePaths(a.Path, b.Path) })
	m.Groups, m.Optimizer = nil, nil
	for _, g := range order {
		slices.SortFunc(g.Tensors, func(a, b Tensor) int { return comparePaths(a.Name, b.Name) })
		if isOptimizer(g.Path) {
			m.Optimizer = append(m.Optimizer, *g)
		} else {
			m.Groups = append(m.Groups, *g)
		}
	}
	return nil
}

// objectPath is the path of the object whose group of weights is at path in a
// file: Windows wrote backslashes (keras#18528). Up to 2.13 the list of layers is
// called _layer_checkpoint_dependencies, which stays: it counts otherwise.
func objectPath(path string) (string, bool) {
	path = strings.Trim(strings.ReplaceAll(path, `\`, "/"), "/")
	parts := strings.Split(path, "/")
	if parts[len(parts)-1] != "vars" {
		return "", false
	}
	return strings.Join(parts[:len(parts)-1], "/"), true
}

func split(path string) (parent, name string) {
	i := strings.LastIndexByte(path, '/')
	return path[:i], path[i+1:]
}

func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "/")
}

// comparePaths orders paths part by part, and parts by the numbers at their
// ends: dense, dense_1, dense_2, dense_10.
func comparePaths(a, b string) int {
	pa, pb := strings.Split(a, "/"), strings.Split(b, "/")
	for i := range min(len(pa), len(pb)) {
		wa, na := number(pa[i])
		wb, nb := number(pb[i])
		if c := cmp.Or(cmp.Compare(wa, wb), cmp.Compare(na, nb), cmp.Compare(pa[i], pb[i])); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(pa), len(pb))
}

// number splits the number off the end of a name; a name without one counts as
// if it came before all numbers.
func number(s string) (word string, n int) {
	i := len(s)
	for i > 0 && len(s)-i < 9 && '0' <= s[i-1] && s[i-1] <= '9' {
		i--
	}
	if i == len(s) {
		return s, -1
	}
	for _, c := range s[i:] {
		n = 10*n + int(c-'0')
	}
	return strings.TrimSuffix(s[:i], "_"), n
}
