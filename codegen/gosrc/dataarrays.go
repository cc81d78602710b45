package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/data"
)

// arrayLoaders prints the readers of files that hold samples as they are.
func (e *emitter) arrayLoaders(f *file) {
	var arrays []arrayFile
	params := e.scope(localMark)
	add := func(p loop.Port, alone bool, what string) {
		name := what
		if !alone {
			name = params.Pick(lower(p.Name))
		}
		arrays = append(arrays, arrayFile{name, p.Name})
	}
	for _, p := range e.p.Inputs {
		if p.Ragged {
			e.fail("samples with any number of ids are not read from %s files by this version", e.p.Encoding.Source)
			return
		}
		add(p, len(e.p.Inputs) == 1, "samples")
	}
	for i, p := range e.p.Targets {
		if e.p.Encoding.Target(i).SameAs == "" {
			add(p, len(e.p.Targets) == 1, "targets")
		}
	}
	switch format := data.FormatNamed(e.p.Encoding.Source); format.Shape {
	case data.ArrayFiles:
		e.fileLoader(f, format, arrays)
	case data.ArrayArchive:
		e.archiveLoader(f, format, arrays)
	default:
		e.fail("data from %q is not read by this version", e.p.Encoding.Source)
		return
	}
	e.parts(f)
}

// arrayFile is an array of a data set: a parameter of its reader, and the input
// or output that it is for.
type arrayFile struct{ param, port string }

// readArrays is the statement that makes a data set of arrays.
func (e *emitter) readArrays(arrays string) string {
	parts := "inputParts, targetParts"
	if !e.repeats() {
		return fmt.Sprintf("return §data.ReadArrays(%s, %s)", arrays, parts)
	}
	return fmt.Sprintf("set, err := §data.ReadArrays(%s, %s)\nif err != nil {\nreturn nil, err\n}\nreturn %s, nil", arrays, parts, e.withSameTargets("set"))
}

// fileLoader prints the reader of arrays in a file each.
func (e *emitter) fileLoader(f *file, format data.Format, arrays []arrayFile) {
	var params []string
	for _, a := range arrays {
		params = append(params, a.param)
	}
	list := strings.Join(params, ", ")
	f.add(`%[1]sfunc Read%[2]s(%[3]s string) (Dataset, error) {
	var arrays [%[4]d]*§data.%[2]s
	for i, path := range [...]string{%[3]s} {
		a, err := §data.Open%[2]s(path)
		if err != nil {
			return nil, err
		}
		arrays[i] = a
	}
	%[5]s
}`, docComment("Read"+format.Go+" reads "+e.arrayWords(arrays)+" from "+format.From+"."), format.Go, list, len(arrays), e.readArrays("arrays[:]"))
}

// archiveLoader prints the reader of an archive of arrays.
func (e *emitter) archiveLoader(f *file, format data.Format, arrays []arrayFile) {
	names := e.p.Encoding.Arrays
	var mentions []string
	for _, name := range names {
		mentions = append(mentions, mention(name))
	}
	what := strings.Join(mentions, ", ")
	if n := len(mentions); n > 1 {
		what = strings.Join(mentions[:n-1], ", ") + " and " + mentions[n-1]
	}
	f.add(`%[1]sfunc Read%[6]s(path string, names ...string) (Dataset, error) {
	switch len(names) {
	case 0:
		names = []string{%[2]s}
	case %[3]d:
	default:
		return nil, §fmt.Errorf("%[4]s: Read%[6]s takes the names of %[3]d arrays, or none; it was given %%d", len(names))
	}
	arrays, err := §data.Open%[6]s(path, names...)
	if err != nil {
		return nil, err
	}
	%[5]s
}`, docComment("Read"+format.Go+" reads "+e.arrayWords(arrays)+" from "+format.From+", in this order: those named, else "+what+"."), quotedList(names), len(names), e.cfg.Package, e.readArrays("arrays"), format.Go)
}

// arrayWords says what arrays hold.
func (e *emitter) arrayWords(arrays []arrayFile) string {
	targets := len(arrays) - len(e.p.Inputs)
	words := "samples"
	if len(e.p.Inputs) > 1 {
		words = "the inputs"
		for _, a := range arrays[:len(e.p.Inputs)] {
			words += " " + mention(a.port) + ","
		}
		words = strings.TrimSuffix(words, ",")
	}
	switch {
	case targets == 0:
		return words + ", which the network is to repeat,"
	case len(e.p.Targets) == 1:
		return words + " and their targets"
	}
	words += " and the targets"
	for _, a := range arrays[len(e.p.Inputs):] {
		words += " " + mention(a.port) + ","
	}
	return strings.TrimSuffix(words, ",")
}

// parts prints what the arrays fill.
func (e *emitter) parts(f *file) {
	var inputs, targets strings.Builder
	for i, p := range e.p.Inputs {
		name := "the input"
		if len(e.p.Inputs) > 1 {
			name = fmt.Sprintf("input %q", p.Name)
		}
		set := "Set"
		if p.DType == loop.I32 {
			set = "SetWhole"
		}
		fmt.Fprintf(&inputs, "{Name: %s, Shape: %s, %s: %s},\n", quote(name), shapeLiteral(p.Shape), set, e.inputSetter(f, i))
	}
	for i, p := range e.p.Targets {
		if e.p.Encoding.Target(i).SameAs != "" {
			continue
		}
		name, more := "the target", ""
		if len(e.p.Targets) > 1 {
			name = fmt.Sprintf("target %q", p.Name)
		}
		switch {
		case oneHot(p):
			more = "OneHot: true, "
		case p.Limit > 0 && len(p.Shape) == 0:
			more = "Hint: \", the number of a class; one-hot rows go with the loss categorical_crossentropy\", "
		}
		fmt.Fprintf(&targets, "{Name: %s, Shape: %s, %s%s},\n", quote(name), shapeLiteral(p.Shape), more, e.rowSetter(f, i))
	}
	f.add("// inputParts are what the arrays of the samples fill, in their order.\nvar inputParts = []§data.Part[Input]{\n%s}", inputs.String())
	f.add("// targetParts are what the arrays of the targets fill, in their order.\nvar targetParts = []§data.Part[Target]{\n%s}", targets.String())
}

func shapeLiteral(shape []int) string {
	return "[]int{" + strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", ", "), "[]") + "}"
}

// inputSetter prints the function that fills an input from a row of an array,
// and returns its name.
func (e *emitter) inputSetter(f *file, i int) string {
	in, name, what := e.p.Inputs[i], "setInput", "the input"
	if len(e.p.Inputs) > 1 {
		name, what = e.top.Pick("set"+e.ports.inputs[i]), "the input "+mention(in.Name)
	}
	flat := flatOf("x", e.p.Inputs, e.ports.inputs, i)
	fill, values := fmt.Sprintf("copy(%s, row)", flat), "float32"
	if in.DType == loop.I32 {
		fill, values = fmt.Sprintf("for i, v := range row {\n%s[i] = v\n}", index(flat)), "int32"
	}
	f.add(`// %[1]s fills %[2]s from a row of an array.
func %[1]s(x *Input, row []%[4]s) error {
	%[3]s
	return nil
}`, name, what, fill, values)
	return name
}
