package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// storeOne is the statement that stores the one value of a target.
func (e *emitter) storeOne(i int, value string) string {
	p := e.p.Targets[i]
	to := operandOf("y", e.p.Targets, e.ports.targets, i)
	if len(p.Shape) == 0 && len(e.p.Targets) == 1 {
		return fmt.Sprintf("%s = Target(%s)", to, value)
	}
	return fmt.Sprintf("%s%s = %s(%s)", strings.TrimPrefix(to, "*"), strings.Repeat("[0]", len(p.Shape)), elemOf(p), value)
}

// storeAt is the statement that stores one of the values of a target.
func (e *emitter) storeAt(i int, at, value string) string {
	return fmt.Sprintf("%s[%s] = %s", index(flatOf("y", e.p.Targets, e.ports.targets, i)), at, value)
}

// classTarget is the statement that stores the number of a class, or the 1 in
// its place of a one-hot target.
func (e *emitter) classTarget(i int, class string) string {
	p := e.p.Targets[i]
	switch {
	case size(p.Shape) == 1:
		return e.storeOne(i, class)
	case oneHot(p):
		return e.storeAt(i, class, "1")
	}
	e.fail("targets of shape %s are not read from files with classes by this version", tuple(p.Shape))
	return ""
}

// oneHot reports whether a target is a vector with a value for each class.
func oneHot(p loop.Port) bool {
	return p.Loss == "categorical_crossentropy" && len(p.Shape) == 1 && p.DType == loop.F32
}

// checkClass is the check that v is the number of one of n classes. It may be of
// any type.
func checkClass(n int, values string) string {
	whole := ""
	if values == "float32" {
		whole = "v != float32(int(v)) || "
	}
	return fmt.Sprintf("if %sv < 0 || v >= %d {\nreturn §fmt.Errorf(\"%%v is not a class: the model knows 0 to %d\", v)\n}\n", whole, n, n-1)
}

// checkValue is the check of a value v of a target; "" where any number is one.
func checkValue(p loop.Port, values string) string {
	switch {
	case p.Limit > 0:
		return checkClass(p.Limit, values)
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

// reads is the method of data.Record that reads such values.
func reads(values string) string {
	return map[string]string{"int32": "Integer", "float32": "Number"}[values]
}

// setter is the name of the function that sets a target.
func (e *emitter) setter(i int) string {
	if len(e.p.Targets) == 1 {
		return "setTarget"
	}
	return e.top.Pick("set" + e.ports.targets[i] + "Target")
}

// targetName is a target in comments.
func (e *emitter) targetName(i int) string {
	if len(e.p.Targets) == 1 {
		return "a target"
	}
	return "the target " + mention(e.p.Targets[i].Name)
}

// numberSetter prints the function that checks the one number that stands for a
// target and stores it, and returns its name.
func (e *emitter) numberSetter(f *file, i int, values string) string {
	p, name := e.p.Targets[i], e.setter(i)
	check, set := checkValue(p, values), ""
	switch {
	case size(p.Shape) == 1:
		set = e.storeOne(i, "v")
	case oneHot(p):
		check, set = checkClass(p.Shape[0], values), e.storeAt(i, "int(v)", "1")
	default:
		e.fail("targets of shape %s are not read from single values by this version", tuple(p.Shape))
	}
	f.add(`// %[1]s checks %[2]s and stores it.
func %[1]s(y *Target, v %[5]s) error {
	%[3]s%[4]s
	return nil
}`, name, e.targetName(i), check, set, values)
	return name
}

// valueSetter prints the function that checks one of the values of a target and
// stores it, and returns its name.
func (e *emitter) valueSetter(f *file, i int) string {
	p, name, values := e.p.Targets[i], e.setter(i), valuesOf(e.p.Targets[i])
	f.add(`// %[1]s checks the value i of %[2]s and stores it.
func %[1]s(y *Target, i int, v %[5]s) error {
	%[3]s%[4]s
	return nil
}`, name, e.targetName(i), checkValue(p, values), e.storeAt(i, "i", strings.Replace(elemOf(p)+"(v)", values+"(v)", "v", 1)), values)
	return name
}

// rowSetter prints the function that makes a target of a row of an array, and
// returns the field of data.Part that holds it. A one-hot target is made of the
// number of a class, too.
func (e *emitter) rowSetter(f *file, i int) string {
	p, name, values := e.p.Targets[i], e.setter(i), valuesOf(e.p.Targets[i])
	flat := flatOf("y", e.p.Targets, e.ports.targets, i)
	body, check := fmt.Sprintf("copy(%s, row)\n", flat), checkValue(p, values)
	field := map[string]string{"int32": "SetWhole: ", "float32": "Set: "}[values] + name
	switch {
	case size(p.Shape) == 1:
		body = fmt.Sprintf("v := row[0]\n%s%s\n", check, e.storeOne(i, "v"))
	case oneHot(p):
		body = fmt.Sprintf("v := row[0] // the number of the class\n%s%s\n", checkClass(p.Shape[0], values), e.storeAt(i, "v", "1"))
		vector := e.top.Pick(name + "Vector")
		field += ", Set: " + vector
		f.add(`// %[1]s makes %[2]s of a row of an array with a value for each class.
func %[1]s(y *Target, row []float32) error {
	copy(%[3]s, row)
	return nil
}`, vector, e.targetName(i), flat)
	case p.DType == loop.I32:
		body = fmt.Sprintf("for i, v := range row {\n%s%s\n}\n", check, e.storeAt(i, "i", "v"))
	case check != "":
		body = fmt.Sprintf("for _, v := range row {\n%s}\n%s", check, body)
	}
	f.add(`// %[1]s makes %[2]s of a row of an array.
func %[1]s(y *Target, row []%[4]s) error {
	%[3]sreturn nil
}`, name, e.targetName(i), body, values)
	return field
}

// repeats reports whether an output is to repeat an input.
func (e *emitter) repeats() bool {
	return e.p.Encoding != nil && slices.ContainsFunc(e.p.Encoding.Targets, func(t loop.TargetSource) bool { return t.SameAs != "" })
}

// withSameTargets is the data set of that name, with the targets that repeat an
// input.
func (e *emitter) withSameTargets(set string) string {
	if e.repeats() {
		return "§data.MakeTargets(" + set + ", sameTarget)"
	}
	return set
}

// sameTargets prints the function that makes targets of inputs.
func (e *emitter) sameTargets(f *file) {
	if !e.repeats() {
		return
	}
	var lines []string
	for i, p := range e.p.Targets {
		k := slices.IndexFunc(e.p.Inputs, func(in loop.Port) bool { return in.Name == e.p.Encoding.Target(i).SameAs })
		if k < 0 {
			continue
		}
		in := e.p.Inputs[k]
		if size(p.Shape) == 1 {
			lines = append(lines, e.storeOne(i, strings.TrimPrefix(operandOf("x", e.p.Inputs, e.ports.inputs, k), "*")+strings.Repeat("[0]", len(in.Shape))))
		} else {
			lines = append(lines, fmt.Sprintf("copy(%s, %s)", flatOf("y", e.p.Targets, e.ports.targets, i), flatOf("x", e.p.Inputs, e.ports.inputs, k)))
		}
	}
	f.add(`// sameTarget makes a target of the input that the network is to repeat.
func sameTarget(y *Target, x *Input) {
	%s
}`, strings.Join(lines, "\n"))
}
