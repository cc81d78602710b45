package feature

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/data"
)

// arrayFile is an array of a data set: a parameter of its reader, and the input
// or output that it is for.
type arrayFile struct{ param, port string }

// arrays prints the readers of files that hold samples as they are.
func (l loader) arrays() {
	var arrays []arrayFile
	params := l.Words.Scope(gotree.Local)
	add := func(p loop.Port, alone bool, what string) {
		if !alone {
			what = params.Pick(gotree.Lower(p.Name))
		}
		arrays = append(arrays, arrayFile{what, p.Name})
	}
	for _, p := range l.p.Inputs {
		if p.Ragged {
			l.fail("samples with any number of ids are not read from %s files by this version", l.spec.Source)
			return
		}
		add(p, len(l.p.Inputs) == 1, "samples")
	}
	for i, p := range l.p.Targets {
		if l.spec.Target(i).SameAs == "" {
			add(p, len(l.p.Targets) == 1, "targets")
		}
	}
	switch format := data.FormatNamed(l.spec.Source); format.Shape {
	case data.ArrayFiles:
		l.files(format, arrays)
	case data.ArrayArchive:
		l.archive(format, arrays)
	default:
		l.fail("data from %q is not read by this version", l.spec.Source)
		return
	}
	l.parts()
}

// read is the statement that makes a data set of arrays.
func (l loader) read(arrays string) string {
	if !l.targets.repeats() {
		return fmt.Sprintf("return §data.ReadArrays(%s, inputParts, targetParts)", arrays)
	}
	return fmt.Sprintf("set, err := §data.ReadArrays(%s, inputParts, targetParts)\nif err != nil {\nreturn nil, err\n}\nreturn %s, nil", arrays, l.targets.repeating("set"))
}

// files prints the reader of arrays in a file each.
func (l loader) files(format data.Format, arrays []arrayFile) {
	var params []string
	for _, a := range arrays {
		params = append(params, a.param)
	}
	list := strings.Join(params, ", ")
	l.f.Add(`%[1]sfunc Read%[2]s(%[3]s string) (Dataset, error) {
	var arrays [%[4]d]*§data.%[2]s
	for i, path := range [...]string{%[3]s} {
		a, err := §data.Open%[2]s(path)
		if err != nil {
			return nil, err
		}
		arrays[i] = a
	}
	%[5]s
}`, gotree.Comment("Read"+format.Go+" reads "+l.what(arrays)+" from "+format.From+"."), format.Go, list, len(arrays), l.read("arrays[:]"))
}

// archive prints the reader of an archive of arrays.
func (l loader) archive(format data.Format, arrays []arrayFile) {
	names := l.spec.Arrays
	var mentions []string
	for _, name := range names {
		mentions = append(mentions, gotree.Mention(name))
	}
	what := strings.Join(mentions, ", ")
	if n := len(mentions); n > 1 {
		what = strings.Join(mentions[:n-1], ", ") + " and " + mentions[n-1]
	}
	l.f.Add(`%[1]sfunc Read%[6]s(path string, names ...string) (Dataset, error) {
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
}`, gotree.Comment("Read"+format.Go+" reads "+l.what(arrays)+" from "+format.From+", in this order: those named, else "+what+"."), gotree.QuotedList(names), len(names), l.Package, l.read("arrays"), format.Go)
}

// what says what arrays hold.
func (l loader) what(arrays []arrayFile) string {
	list := func(arrays []arrayFile) string {
		var names []string
		for _, a := range arrays {
			names = append(names, gotree.Mention(a.port))
		}
		return strings.Join(names, ", ")
	}
	inputs, targets := arrays[:len(l.p.Inputs)], arrays[len(l.p.Inputs):]
	words := "samples"
	if len(inputs) > 1 {
		words = "the inputs " + list(inputs)
	}
	switch {
	case len(targets) == 0:
		return words + ", which the network is to repeat,"
	case len(l.p.Targets) == 1:
		return words + " and their targets"
	}
	return words + " and the targets " + list(targets)
}

// parts prints what the arrays fill.
func (l loader) parts() {
	part := func(kind string, ports gotree.Ports, i int, setter string) string {
		name := "the " + kind
		if len(ports.List) > 1 {
			name = fmt.Sprintf("%s %q", kind, ports.List[i].Name)
		}
		shape := strings.Trim(strings.ReplaceAll(fmt.Sprint(ports.List[i].Shape), " ", ", "), "[]")
		return fmt.Sprintf("{Name: %s, Shape: []int{%s}, %s},\n", gotree.Quote(name), shape, setter)
	}
	var inputs, targets strings.Builder
	for i := range l.p.Inputs {
		inputs.WriteString(part("input", l.Inputs, i, l.inputSetter(i)))
	}
	for i, p := range l.p.Targets {
		if l.spec.Target(i).SameAs != "" {
			continue
		}
		more := ""
		switch {
		case oneHot(p):
			more = "OneHot: true, "
		case p.Limit > 0 && len(p.Shape) == 0:
			more = "Hint: \", the number of a class; one-hot rows go with the loss categorical_crossentropy\", "
		}
		targets.WriteString(part("target", l.Targets, i, more+l.targets.rowSetter(l.f, i)))
	}
	l.f.Add("// inputParts are what the arrays of the samples fill, in their order.\nvar inputParts = []§data.Part[Input]{\n%s}", inputs.String())
	l.f.Add("// targetParts are what the arrays of the targets fill, in their order.\nvar targetParts = []§data.Part[Target]{\n%s}", targets.String())
}

// inputSetter prints the function that fills an input from a row of an array,
// and returns the field of data.Part that holds it.
func (l loader) inputSetter(i int) string {
	in, name, what := l.p.Inputs[i], "setInput", "the input"
	if len(l.p.Inputs) > 1 {
		name, what = l.Top.Pick("set"+l.Inputs.Fields[i]), "the input "+gotree.Mention(in.Name)
	}
	flat := l.Inputs.Flat("x", i)
	field, fill, values := "Set", fmt.Sprintf("copy(%s, row)", flat), "float32"
	if in.DType == loop.I32 {
		field, fill, values = "SetWhole", fmt.Sprintf("for i, v := range row {\n%s[i] = v\n}", gotree.Indexable(flat)), "int32"
	}
	l.f.Add(`// %[1]s fills %[2]s from a row of an array.
func %[1]s(x *Input, row []%[4]s) error {
	%[3]s
	return nil
}`, name, what, fill, values)
	return field + ": " + name
}
