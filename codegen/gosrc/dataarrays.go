package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// arrayLoaders prints the readers of files that hold samples as they are.
func (e *emitter) arrayLoaders(f *file) {
	if len(e.p.Inputs) != 1 || e.p.Inputs[0].Ragged {
		e.fail("samples with several inputs are not read from %s files by this version", e.p.Encoding.Source)
		return
	}
	switch e.p.Encoding.Source {
	case "idx":
		f.add(`// ReadIDX reads samples and their targets from files in the format of MNIST,
// compressed with gzip or not.
func ReadIDX(samples, targets string) (Dataset, error) {
	x, err := §data.OpenIDX(samples)
	if err != nil {
		return nil, err
	}
	y, err := §data.OpenIDX(targets)
	if err != nil {
		return nil, err
	}
	return §data.ReadArrays(x, y, setSample, setLabel)
}`)
	case "npy":
		f.add(`// ReadNPY reads samples and their targets from files of NumPy.
func ReadNPY(samples, targets string) (Dataset, error) {
	x, err := §data.OpenNPY(samples)
	if err != nil {
		return nil, err
	}
	y, err := §data.OpenNPY(targets)
	if err != nil {
		return nil, err
	}
	return §data.ReadArrays(x, y, setSample, setLabel)
}`)
	case "npz":
		f.add(`%[1]sfunc ReadNPZ(path string, names ...string) (Dataset, error) {
	switch len(names) {
	case 0:
		names = []string{%[2]s, %[3]s}
	case 2:
	default:
		return nil, §errors.New("%[4]s: ReadNPZ takes the names of two arrays, the samples and the targets, or none")
	}
	arrays, err := §data.OpenNPZ(path, names...)
	if err != nil {
		return nil, err
	}
	return §data.ReadArrays(arrays[0], arrays[1], setSample, setLabel)
}`, docComment("ReadNPZ reads samples and their targets from two arrays of a file of NumPy: those named, else "+mention(e.p.Encoding.Arrays[0])+" and "+mention(e.p.Encoding.Arrays[1])+"."), quote(e.p.Encoding.Arrays[0]), quote(e.p.Encoding.Arrays[1]), e.cfg.Package)
	default:
		e.fail("data from %q is not read by this version", e.p.Encoding.Source)
		return
	}
	e.setSample(f)
	e.setLabel(f)
}

// setSample prints what makes a sample of the values of a row.
func (e *emitter) setSample(f *file) {
	in := e.p.Inputs[0]
	n := size(in.Shape)
	fill := fmt.Sprintf("copy(%s, row)", flatOf("x", e.p.Inputs, e.ports.inputs, 0))
	if len(in.Shape) == 0 {
		fill = "*x = Input(row[0])"
	}
	if in.DType == loop.I32 {
		fill = fmt.Sprintf("for i, v := range row {\nif v != float32(int32(v)) {\nreturn §fmt.Errorf(\"%%v is not an id: ids are whole numbers\", v)\n}\n%s[i] = int32(v)\n}", index(flatOf("x", e.p.Inputs, e.ports.inputs, 0)))
		if len(in.Shape) == 0 {
			fill = "*x = Input(row[0])"
		}
	}
	f.add(`// setSample makes a sample of the values of a row.
func setSample(x *Input, row []float32) error {
	if len(row) != %d {
		return §fmt.Errorf("a row has %%d values, the model takes %d", len(row))
	}
	%s
	return nil
}`, n, n, fill)
}

// setLabel prints what makes a target of the values of a row.
func (e *emitter) setLabel(f *file) {
	out := e.p.Targets[0]
	m := size(out.Shape)
	target := "return setTarget(y, target[0])"
	if m > 1 {
		target = fmt.Sprintf("copy(%s, target)\nreturn nil", flatOf("y", e.p.Targets, e.ports.targets, 0))
		if len(e.p.Classes) == m && out.DType == loop.F32 {
			target = fmt.Sprintf(`if len(target) == 1 {
		class := target[0]
		if class != float32(int(class)) || class < 0 || class >= %d {
			return §fmt.Errorf("%%v is not a class: the model knows 0 to %d", class)
		}
		%s
		return nil
	}
	%s`, m, m-1, strings.Replace(e.classTarget("class"), "[class]", "[int(class)]", 1), target)
		}
		if out.DType == loop.I32 {
			e.fail("targets of shape %s are not read from arrays by this version", tuple(out.Shape))
		}
	} else {
		e.setTarget(f)
	}
	widths := fmt.Sprintf("len(target) != %d", m)
	if m > 1 && len(e.p.Classes) == m {
		widths += " && len(target) != 1"
	}
	f.add(`// setLabel makes a target of the values of a row.
func setLabel(y *Target, target []float32) error {
	if %s {
		return §fmt.Errorf("a target has %%d values, that of the model %d", len(target))
	}
	%s
}`, widths, m, target)
}
