package feature

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/loop"
)

// targets prints how the values of targets are checked and stored.
type targets struct{ e *Encoding }

func (t targets) port(i int) loop.Port { return t.e.p.Targets[i] }

// oneHot reports whether a target is a vector with a value for each class.
func oneHot(p loop.Port) bool {
	return loop.OneHotLoss(p.Loss) && len(p.Shape) == 1 && p.DType == loop.F32
}

// first is the target that comes with a row of texts, images or ids; -1 where
// every output repeats an input.
func (t targets) first() int {
	for i := range t.e.p.Targets {
		if t.e.spec.Target(i).SameAs == "" {
			return i
		}
	}
	return -1
}

// labelled is the statement that stores the number of the class that a row comes
// with.
func (t targets) labelled(class string) string {
	if i := t.first(); i >= 0 {
		return t.class(i, class)
	}
	return ""
}

// class is the statement that stores the number of a class, or the 1 in its
// place of a one-hot target.
func (t targets) class(i int, class string) string {
	switch p := t.port(i); {
	case gotree.Size(p.Shape) == 1:
		return t.e.Targets.SetOne("y", i, class)
	case oneHot(p):
		return t.e.Targets.SetAt("y", i, class, "1")
	default:
		t.e.fail("targets of shape %s are not read from files with classes by this version", gotree.Tuple(p.Shape))
	}
	return ""
}

// checkClass is the check that v is the number of one of n classes.
func checkClass(n int, values string) string {
	whole := ""
	if values == "float32" {
		whole = "v != float32(int(v)) || "
	}
	return fmt.Sprintf("if %sv < 0 || v >= %d {\nreturn §fmt.Errorf(\"%%v is not a class: the model knows 0 to %d\", v)\n}\n", whole, n, n-1)
}

// checkValue is the check of a value v of a target; "" where any number is one.
func checkValue(p loop.Port) string {
	switch {
	case p.Limit > 0:
		return checkClass(p.Limit, valuesOf(p))
	case p.Loss == "binary_crossentropy":
		return "if !(v >= 0 && v <= 1) {\nreturn §fmt.Errorf(\"%v is not a target for binary_crossentropy, which is from 0 to 1\", v)\n}\n"
	}
	return ""
}

// valuesOf is the type that the values of a target are read as: the numbers of
// classes are not rounded.
func valuesOf(p loop.Port) string {
	if p.DType == loop.I32 || oneHot(p) {
		return "int32"
	}
	return "float32"
}

// reads are the methods of data.Record that read such values.
var reads = map[string]string{"int32": "Integer", "float32": "Number"}

// setter is the name of the function that sets a target.
func (t targets) setter(i int) string {
	if len(t.e.p.Targets) == 1 {
		return "setTarget"
	}
	return t.e.Top.Pick("set" + t.e.Targets.Fields[i] + "Target")
}

// what is a target in comments.
func (t targets) what(i int) string {
	if len(t.e.p.Targets) == 1 {
		return "a target"
	}
	return "the target " + gotree.Mention(t.port(i).Name)
}

// numberSetter prints the function that checks the one number that stands for a
// target and stores it, and returns its name.
func (t targets) numberSetter(f *gotree.File, i int, values string) string {
	p := t.port(i)
	name, what := t.setter(i), t.what(i)
	check, set := checkValue(p), ""
	if p.Limit > 0 {
		check = checkClass(p.Limit, values)
	}
	switch {
	case gotree.Size(p.Shape) == 1:
		set = t.e.Targets.SetOne("y", i, "v")
	case oneHot(p):
		check, set = checkClass(p.Shape[0], values), t.e.Targets.SetAt("y", i, "int(v)", "1")
	default:
		t.e.fail("targets of shape %s are not read from single values by this version", gotree.Tuple(p.Shape))
	}
	f.Add(`// %[1]s checks %[2]s and stores it.
func %[1]s(y *Target, v %[5]s) error {
	%[3]s%[4]s
	return nil
}`, name, what, check, set, values)
	return name
}

// valueSetter prints the function that checks one of the values of a target and
// stores it, and returns its name.
func (t targets) valueSetter(f *gotree.File, i int) string {
	p, values := t.port(i), valuesOf(t.port(i))
	name, what := t.setter(i), t.what(i)
	v := "v"
	if gotree.Elem(p) != values {
		v = gotree.Elem(p) + "(v)"
	}
	f.Add(`// %[1]s checks the value i of %[2]s and stores it.
func %[1]s(y *Target, i int, v %[5]s) error {
	%[3]s%[4]s
	return nil
}`, name, what, checkValue(p), t.e.Targets.SetAt("y", i, "i", v), values)
	return name
}

// rowSetter prints the function that makes a target of a row of an array, and
// returns the field of data.Part that holds it. A one-hot target is made of the
// number of a class, too.
func (t targets) rowSetter(f *gotree.File, i int) string {
	p, values := t.port(i), valuesOf(t.port(i))
	name, what := t.setter(i), t.what(i)
	flat := t.e.Targets.Flat("y", i)
	body, check := fmt.Sprintf("copy(%s, row)\n", flat), checkValue(p)
	field := "Set: " + name
	if values == "int32" {
		field = "SetWhole: " + name
	}
	switch {
	case gotree.Size(p.Shape) == 1:
		body = fmt.Sprintf("v := row[0]\n%s%s\n", check, t.e.Targets.SetOne("y", i, "v"))
	case oneHot(p):
		body = fmt.Sprintf("v := row[0] // the number of the class\n%s%s\n", checkClass(p.Shape[0], values), t.e.Targets.SetAt("y", i, "v", "1"))
		vector := t.e.Top.Pick(name + "Vector")
		field += ", Set: " + vector
		f.Add(`// %[1]s makes %[2]s of a row of an array with a value for each class.
func %[1]s(y *Target, row []float32) error {
	copy(%[3]s, row)
	return nil
}`, vector, what, flat)
	case p.DType == loop.I32:
		body = fmt.Sprintf("for i, v := range row {\n%s%s\n}\n", check, t.e.Targets.SetAt("y", i, "i", "v"))
	case check != "":
		body = fmt.Sprintf("for _, v := range row {\n%s}\n%s", check, body)
	}
	f.Add(`// %[1]s makes %[2]s of a row of an array.
func %[1]s(y *Target, row []%[4]s) error {
	%[3]sreturn nil
}`, name, what, body, values)
	return field
}

// columns prints what sets the targets from the columns of a table, and returns
// the statements that read these.
func (t targets) columns(f *gotree.File) (statements []string) {
	column := 0
	add := func(format string, args ...any) { statements = append(statements, fmt.Sprintf(format, args...)) }
	for i, p := range t.e.p.Targets {
		source := t.e.spec.Target(i)
		at := "len(FeatureNames)"
		if column > 0 {
			at += fmt.Sprintf("+%d", column)
		}
		n, read := len(source.Columns), reads[valuesOf(p)]
		column += n
		switch {
		case n == 0:
		case n > 1:
			add("for i := range %d {\nr.Check(%s+i, %s(y, i, r.%s(%s+i)))\n}", n, at, t.valueSetter(f, i), read, at)
		case source.Classes != nil:
			add("if class, err := %s(r.Text(%s)); err != nil {\nr.Check(%s, err)\n} else {\n%s\n}", t.parser(f, i), at, at, t.class(i, "class"))
		case len(t.e.p.Classes) > 0 && len(t.e.p.Targets) == 1:
			add("class, err := ParseClass(r.Text(%s))\nr.Check(%s, err)\n%s", at, at, t.class(i, "class"))
		case len(p.Shape) > 0 && gotree.Size(p.Shape) > 1 && !oneHot(p):
			t.e.fail("targets of shape %s are not read from one column by this version", gotree.Tuple(p.Shape))
		default:
			add("r.Check(%s, %s(y, r.%s(%s)))", at, t.numberSetter(f, i, valuesOf(p)), read, at)
		}
	}
	return statements
}

// parser prints the function that tells the class of one of several targets from
// its text, and returns its name.
func (t targets) parser(f *gotree.File, i int) string {
	source := t.e.spec.Target(i)
	name := t.e.Top.Pick("parse" + t.e.Targets.Fields[i])
	var cases strings.Builder
	var all []string
	for k, class := range source.Classes {
		own := []string{class}
		if k < len(source.Spellings) {
			own = append(own, source.Spellings[k]...)
		}
		fresh := unique(append(slices.Clone(all), own...))[len(all):]
		all = append(all, fresh...)
		fmt.Fprintf(&cases, "case %s:\nreturn %d, nil\n", gotree.QuotedList(fresh), k)
	}
	known := fmt.Sprintf("there are %d", len(source.Classes))
	if len(source.Classes) <= 12 {
		known = "there are " + strings.ReplaceAll(fmt.Sprintf("%q", source.Classes), "%", "%%")
	}
	f.Add(`// %[1]s is the number of the class of that name, of %[2]s.
func %[1]s(name string) (int, error) {
	switch name {
	%[3]s}
	return 0, §fmt.Errorf(%[4]s, name)
}`, name, t.what(i), cases.String(), gotree.Quote("no class %.80q; "+known))
	return name
}

// repeats reports whether an output is to repeat an input.
func (t targets) repeats() bool {
	return slices.ContainsFunc(t.e.spec.Targets, func(s encoding.Target) bool { return s.SameAs != "" })
}

// repeating is the data set of that name, with the targets that repeat an input.
func (t targets) repeating(set string) string {
	if t.repeats() {
		return "§data.MakeTargets(" + set + ", sameTarget)"
	}
	return set
}

// repeat prints the function that makes targets of inputs.
func (t targets) repeat(f *gotree.File) {
	if !t.repeats() {
		return
	}
	inputs := t.e.Inputs
	var lines []string
	for i, p := range t.e.p.Targets {
		k := slices.IndexFunc(inputs.List, func(in loop.Port) bool { return in.Name == t.e.spec.Target(i).SameAs })
		switch {
		case k < 0:
		case gotree.Size(p.Shape) == 1:
			lines = append(lines, t.e.Targets.SetOne("y", i, strings.TrimPrefix(inputs.Operand("x", k), "*")+strings.Repeat("[0]", len(inputs.List[k].Shape))))
		default:
			lines = append(lines, fmt.Sprintf("copy(%s, %s)", t.e.Targets.Flat("y", i), inputs.Flat("x", k)))
		}
	}
	f.Add(`// sameTarget makes a target of the input that the network is to repeat.
func sameTarget(y *Target, x *Input) {
	%s
}`, strings.Join(lines, "\n"))
}
