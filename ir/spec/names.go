package spec

import (
	"strconv"

	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// Names gives the name of every layer: its own, or Keras's automatic one, which
// is the type in snake case and, from the second on, a number: dense, dense_1,
// dense_2. Names that are taken are passed over.
func (m *Model) Names() []string {
	taken := map[string]bool{}
	for _, in := range m.Inputs {
		taken[in.Name] = true
	}
	for _, l := range m.Layers {
		taken[l.Name] = true
	}
	names := make([]string, len(m.Layers))
	next := map[string]int{}
	for i, l := range m.Layers {
		if names[i] = l.Name; l.Name != "" {
			continue
		}
		prefix := document.Snake(l.Type)
		if prefix == "" {
			prefix = "layer"
		}
		for names[i] == "" {
			name := prefix
			if n := next[prefix]; n > 0 {
				name += "_" + strconv.Itoa(n)
			}
			next[prefix]++
			if !taken[name] {
				names[i] = name
			}
		}
	}
	return names
}
