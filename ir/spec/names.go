package spec

import (
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// Names gives the name of every layer: its own, or Keras's automatic one, which
// is the type in snake case and, from the second on, a number: dense, dense_1,
// dense_2. The second use of a layer is called after it, dense_1, once all others
// have their names: how often layers are used changes the name of none. Names that
// are taken are passed over.
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
	automatic := func(i int, prefix string, first int) {
		for n := max(first, next[prefix]); names[i] == ""; n++ {
			name := prefix
			if n > 0 {
				name += "_" + strconv.Itoa(n)
			}
			if next[prefix] = n + 1; !taken[name] {
				names[i], taken[name] = name, true
			}
		}
	}
	for i, l := range m.Layers {
		if names[i] = l.Name; l.Shared.Name != "" {
			continue
		}
		prefix := document.Snake(l.Type)
		if prefix == "" {
			prefix = "layer"
		}
		automatic(i, prefix, 0)
	}
	for i, l := range m.Layers {
		automatic(i, secondPrefix(l.Shared.Name), 1)
	}
	return names
}

// secondPrefix is what the automatic names of second uses begin with: a name that
// leaves room for the number.
func secondPrefix(name string) string {
	if r := []rune(name); len(r) > document.MaxName-6 {
		return strings.TrimSpace(string(r[:document.MaxName-6]))
	}
	return name
}
