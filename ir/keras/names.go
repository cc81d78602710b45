package keras

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/ir/spec"
)

// longest is how many characters a name has in a description.
const longest = 64

// valid is a name as a description may have it.
func valid(name string) string {
	name = strings.TrimSpace(strings.Map(func(c rune) rune {
		if c == '/' || !unicode.IsPrint(c) || c == unicode.ReplacementChar {
			return '_'
		}
		return c
	}, name))
	if list := []rune(name); len(list) > longest {
		name = strings.TrimSpace(string(list[:longest]))
	}
	if name == "" {
		return "layer"
	}
	return name
}

// take gives a layer or an input its name in the description: Keras's, where it is
// valid there and free.
func (r *reader) take(name, path string) string {
	said := r.free(valid(name))
	r.paths[said] = path
	if said != name {
		why := "names here have no / in them and at most 64 characters"
		if valid(name) == name {
			why = "another layer of the file has that name"
		}
		r.note(path, "its name is %q in the description: %s", said, why)
	}
	return said
}

// name gives a layer of the file its name in the description. Names in definitions are
// not in the file, so that nobody misses them.
func (w *writer) name(p *part) string {
	if p.defined == nil && p.order == 0 {
		return w.take(p.name, p.path)
	}
	said := p.name
	if p.defined != nil && p.defined.unnamed {
		said = Snake(p.class)
	}
	said = w.free(valid(said))
	w.paths[said] = p.path
	return said
}

// free is the name, or with a number after it where it is taken.
func (r *reader) free(name string) string {
	said := name
	for n := 1; r.taken[said]; n++ {
		tail := "_" + strconv.Itoa(n)
		head := []rune(name)
		said = string(head[:min(len(head), longest-len(tail))]) + tail
	}
	r.taken[said] = true
	return said
}

var (
	notWord  = regexp.MustCompile(`\W+`)
	humps    = regexp.MustCompile(`(.)([A-Z][a-z]+)`)
	lowerCap = regexp.MustCompile(`([a-z])([A-Z])`)
)

// Snake is a class as Keras names groups of weights: conv2d_transpose. Source:
// Keras 3, utils/naming.py, to_snake_case.
func Snake(class string) string {
	s := notWord.ReplaceAllString(class, "")
	s = humps.ReplaceAllString(s, "${1}_$2")
	return strings.ToLower(lowerCap.ReplaceAllString(s, "${1}_$2"))
}

// WeightsPath is where a .keras file has what belongs to the next layer of a class in
// a model: layers/dense_1. Counts are those of the classes before it. Source: Keras 3,
// saving/saving_lib.py, _save_container_state.
func WeightsPath(class string, counts map[string]int) string {
	return "layers/" + counted(spec.LayerClass(class), counts)
}

// counted is a class in snake case, with a number after it from the second on.
func counted(class string, counts map[string]int) string {
	name := Snake(class)
	n := counts[name]
	if counts[name]++; n > 0 {
		return fmt.Sprintf("%s_%d", name, n)
	}
	return name
}
