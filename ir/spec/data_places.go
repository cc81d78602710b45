package spec

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// Place is where a feature goes: to the values from Offset on of an input, or
// of a step of it.
type Place struct {
	Input  int // index in Model.Inputs; -1: no input is for it
	Offset int
}

// Places gives the place of every feature of the data section. A feature that
// names an input goes there; one whose name is that of an input fills it alone,
// and one of integers has an input of its own; the others stand one after the
// other in the input that is left.
func (m *Model) Places() []Place {
	if m.Data == nil {
		return nil
	}
	places := make([]Place, len(m.Data.Features))
	byName := map[string]int{}
	var filled []int // inputs that features may fill
	for i, in := range m.Inputs {
		if !in.Raw() {
			byName[in.Name], filled = i, append(filled, i)
		}
	}
	features := m.Data.Features
	ids := slices.ContainsFunc(features, func(f Feature) bool { return f.Integer() })
	led := slices.ContainsFunc(features, func(f Feature) bool { return f.Input != "" })
	if len(filled) == 1 && !led && (!ids || len(places) == 1) {
		all := make([]int, len(places))
		for i := range all {
			all[i] = i
		}
		m.lineUp(places, filled[0], all)
		return places
	}
	named := map[int]bool{}       // inputs that a feature names or is named after
	together := map[int][]int{}   // the features that name an input
	var single, own, others []int // ids without an input of their name; numbers with one, and the others
	for i := range features {
		f := &features[i]
		at, ok := byName[f.Input]
		if f.Input == "" {
			if at, ok = byName[f.Name]; !ok {
				at, ok = byName[inputName(f.Name)]
			}
		}
		if !ok {
			at = -1
		} else {
			named[at] = true
		}
		places[i].Input = at
		switch {
		case f.Input != "" && ok:
			together[at] = append(together[at], i)
		case f.Input != "":
		case f.Integer() && !ok:
			single = append(single, i)
		case f.Integer():
		case ok:
			own = append(own, i)
		default:
			others = append(others, i)
		}
	}
	for at, list := range together {
		m.lineUp(places, at, list)
	}
	if free := m.unnamed("int32", named); len(single) == 1 && len(free) == 1 {
		places[single[0]].Input = free[0]
	}
	if len(others) == 0 {
		return places
	}
	free := m.unnamed("float32", named)
	if len(free) == 0 && len(own) == 1 {
		// The only input of numbers has the name of a column by chance.
		free, others = []int{places[own[0]].Input}, append(others, own[0])
		slices.Sort(others)
	}
	if len(free) != 1 {
		return places
	}
	m.lineUp(places, free[0], others)
	return places
}

// lineUp puts features one after another in an input.
func (m *Model) lineUp(places []Place, input int, features []int) {
	offset := 0
	for _, i := range features {
		places[i] = Place{input, offset}
		offset += m.Data.Features[i].Values()
	}
}

// unnamed lists the inputs of a type that no feature is named after.
func (m *Model) unnamed(dtype string, named map[int]bool) []int {
	var list []int
	for i, in := range m.Inputs {
		if in.DType == dtype && !named[i] {
			list = append(list, i)
		}
	}
	return list
}

// inputName is the header of a column as the name of an input.
func inputName(column string) string {
	s := strings.TrimSpace(strings.ReplaceAll(column, "/", "_"))
	if r := []rune(s); len(r) > document.MaxName {
		s = strings.TrimSpace(string(r[:document.MaxName]))
	}
	return s
}
