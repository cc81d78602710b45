package importer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/keras"
	"github.com/nngen-go/nngen/ir/keras/container"
	"github.com/nngen-go/nngen/ir/spec"
)

// loader finds the weights of a network in a file.
type loader struct {
	file    *container.Model
	model   *spec.Model
	report  *keras.Report
	network *build.Network

	segments map[string]*block.Segment
	found    map[string]container.Array // by the names of segments
	failed   map[string]bool            // segments whose arrays cannot be read, which errs say
	used     map[*container.Tensor]bool
	own      map[string]bool // segments that a class of a definition has itself
	reshaped []string        // layers whose weights have another form in the file
	errs     []error
}

func newLoader(file *container.Model, model *spec.Model, report *keras.Report, network *build.Network) *loader {
	l := &loader{file: file, model: model, report: report, network: network, segments: map[string]*block.Segment{},
		found: map[string]container.Array{}, failed: map[string]bool{}, own: map[string]bool{}, used: map[*container.Tensor]bool{}}
	for i := range network.Header.Segments {
		s := &network.Header.Segments[i]
		l.segments[s.Name] = s
	}
	for _, o := range report.Origins {
		l.own[o.Layer+"/"+o.Variable] = true // of others it is the name of none
	}
	return l
}

// long is a shape without the extents of 1.
func long(shape []int) []int {
	return slices.DeleteFunc(slices.Clone(shape), func(n int) bool { return n == 1 })
}

func (l *loader) fail(format string, args ...any) {
	l.errs = append(l.errs, fmt.Errorf("\t"+format, args...))
}

// mostErrors is how many errors are listed.
const mostErrors = 30

// most are the errors, but for those beyond mostErrors, which are counted.
func (l *loader) most() []error {
	list := l.errs
	if more := len(list) - mostErrors; more > 0 {
		list = append(slices.Clip(list[:mostErrors]), fmt.Errorf("\tand %d more", more))
	}
	return list
}

// weights are the arrays that were found, if they are all there and fit.
func (l *loader) weights() map[string][]float32 {
	all := map[string][]float32{}
	for _, s := range l.network.Header.Segments {
		a, ok := l.found[s.Name]
		switch {
		case l.failed[s.Name]:
		case !ok:
			l.fail("%s %s is not in the file", s.Name, shapeText(s.Shape))
		case l.own[s.Name] && slices.Equal(long(a.Shape), long(s.Shape)): // (1, 1, 64) of a class that adds it to all steps
			all[s.Name] = a.Data
		case !slices.Equal(a.Shape, s.Shape):
			l.fail("%s is %s in the file, and %s in the network", s.Name, shapeText(a.Shape), shapeText(s.Shape))
		default:
			all[s.Name] = a.Data
		}
	}
	// Keras counts no rows that a Normalization was adapted to (the count stays 0);
	// here 0 says that the layer has not been fitted.
	for _, a := range l.network.Adapts {
		if count := all[l.network.Header.Segments[a.Count].Name]; len(count) == 1 {
			count[0] = max(count[0], 1)
		}
	}
	for i := range l.file.Groups {
		g := &l.file.Groups[i]
		for j := range g.Tensors {
			if t := &g.Tensors[j]; !l.used[t] && !random(t) && !metric(g) && t.Name != idfWeights {
				l.fail("the file has an array %q %s, which no layer of the network has", strings.TrimPrefix(g.Path+"/"+t.Name, "/"), shapeText(t.Shape))
			}
		}
	}
	return all
}

// left says what of the file is passed over; unfit is why the optimizer's state is.
func (l *loader) left(unfit error) (list []string) {
	states, metrics := 0, 0
	for i := range l.file.Groups {
		g := &l.file.Groups[i]
		for j := range g.Tensors {
			switch {
			case random(&g.Tensors[j]):
				states++
			case metric(g):
				metrics++
			}
		}
	}
	if states > 0 {
		list = append(list, fmt.Sprintf("the states of random generators, %s: training has a seed of its own", counted(states)))
	}
	if metrics > 0 {
		list = append(list, fmt.Sprintf("the states of metrics, %s: they are measured anew", counted(metrics)))
	}
	if unfit != nil {
		list = append(list, fmt.Sprintf("the state of the optimizer, so that training begins anew: %v", unfit))
	}
	return list
}

// random reports the state of a generator of random numbers, as RandomFlip of Keras 2
// has one: three int64. Source: TensorFlow, python/ops/stateful_random_ops.py.
func random(t *container.Tensor) bool {
	return strings.HasSuffix(t.Name, "StateVar:0") || t.DType == "int64" && slices.Equal(t.Shape, []int{3})
}

// metric reports the state of a metric, which Keras 2.12 and 2.13 saved.
func metric(g *container.Group) bool { return strings.HasPrefix(g.Path, "metrics/") }

// objects finds the weights of a file of format Objects.
func (l *loader) objects() {
	var names []string
	for _, s := range l.network.Header.Segments {
		names = append(names, s.Name)
	}
	places, _ := l.report.Places(names)
	for _, name := range names {
		found := false
		for _, place := range places[name] {
			if t := l.file.Tensor(place); t != nil {
				if l.used[t] = true; !found {
					l.take(name, t)
				}
				found = true
			}
		}
	}
}

func (l *loader) take(name string, t *container.Tensor) {
	a, err := t.Array()
	if err != nil {
		l.failed[name] = true
		l.fail("%s: %w", name, err)
		return
	}
	l.found[name] = a
}

// shapeText is a shape as Python writes it.
func shapeText(shape []int) string {
	var b strings.Builder
	for i, n := range shape {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, n)
	}
	if len(shape) == 1 {
		b.WriteString(",")
	}
	return "(" + b.String() + ")"
}

// counted is a number of arrays.
func counted(n int) string {
	if n == 1 {
		return "1 array"
	}
	return fmt.Sprint(n, " arrays")
}
