package onnxlayer

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/spec"
)

// called are the names of ports in a description, where these are letters, digits and
// underscores: "gpu_0/data_0" is gpu_0_data_0.
func called(ports []onnx.Port, taken map[string]bool) []string {
	var out []string
	for _, p := range ports {
		base := strings.Map(func(r rune) rune {
			if r == '_' || r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
				return r
			}
			return '_'
		}, p.Name)
		name := base
		for i := 2; taken[name] || name == ""; i++ {
			name = fmt.Sprintf("%s_%d", base, i)
		}
		taken[name] = true
		out = append(out, name)
	}
	return out
}

// layerName is what the layer of a file is called.
const layerName = "net"

// Describe is the description of an ONNX file alone: its inputs, and one layer. The
// overrides are sections and settings of a training.
func Describe(file string, data []byte, files fs.FS, bind []string, overrides ...spec.Override) (*spec.Model, error) {
	src, err := Source(file, data, files, bind)
	if err != nil {
		return nil, err
	}
	model, err := spec.Parse(path.Base(file)+".json", src, overrides...)
	if err != nil {
		return nil, err
	}
	model.File, model.Files = path.Base(file), files
	// Nobody has written the lines of this description.
	at := diag.Pos{File: model.File}
	model.Pos = at
	for i := range model.Inputs {
		model.Inputs[i].Pos = at
	}
	for i := range model.Layers {
		model.Layers[i].Pos, model.Layers[i].NamePos = at, at
	}
	return model, nil
}

// portType is the type of an input in a package: numbers and truth values are float32,
// whole numbers int32.
func portType(t proto.Type) (string, bool) {
	switch t {
	case proto.Int8, proto.Int16, proto.Int32, proto.Int64, proto.Uint8, proto.Uint16, proto.Uint32, proto.Uint64,
		proto.Int2, proto.Int4, proto.Uint2, proto.Uint4:
		return "int32", true
	case proto.Undefined, proto.StringType, proto.Complex64, proto.Complex128, proto.Float8E8M0:
		return "", false
	}
	return "float32", true
}

// Note is what the user of a file has to know of the package that is made of it; empty:
// nothing.
func Note(file string, data []byte, files fs.FS, bind []string) string {
	values, err := Bindings(bind)
	if err != nil {
		return ""
	}
	m, err := onnx.Read(path.Base(file), data, onnx.Options{Bind: values, Files: files})
	if err != nil {
		return ""
	}
	var notes []string
	if m.Doubles() {
		notes = append(notes, fmt.Sprintf("%s asks for float64; the package takes, computes and gives float32", path.Base(file)))
	}
	for _, p := range m.Inputs {
		if p.Drawn != "" {
			notes = append(notes, fmt.Sprintf("%s draws random numbers; the package does not, and has an input for them: fill %s with %s anew for every call", path.Base(file), p.Name, p.Drawn))
		}
	}
	for i, p := range m.Outputs {
		if i > 0 && p.Empty {
			notes = append(notes, fmt.Sprintf("output %s of %s has no elements; the package does not have it", diag.Quote(p.Name), path.Base(file)))
		}
	}
	return strings.Join(notes, "; ")
}

// Source is Describe as the text of a description, in JSON.
func Source(file string, data []byte, files fs.FS, bind []string) ([]byte, error) {
	values, err := Bindings(bind)
	if err != nil {
		return nil, err
	}
	m, err := onnx.Read(path.Base(file), data, onnx.Options{Bind: values, Files: files})
	if err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(path.Base(file), path.Ext(file))
	taken := map[string]bool{layerName: true, "weight": true, "inv_total": true, "share": true} // what training feeds too
	inputs, outputs := called(m.Inputs, taken), called(m.Outputs, taken)
	var parts []string
	for i, p := range m.Inputs {
		shape := p.Shape
		if p.Batch {
			shape = shape[1:]
		}
		if len(shape) == 0 { // one number a row
			shape = []int{1}
		}
		dtype, ok := portType(p.Type)
		if !ok {
			return nil, diag.List{diag.Errorf(diag.Pos{File: path.Base(file)}, "input %s is %v; inputs are floating-point numbers, integers or bool", diag.Quote(p.Name), p.Type)}
		}
		value, _ := json.Marshal(map[string]any{"shape": append([]int{}, shape...), "dtype": dtype})
		parts = append(parts, fmt.Sprintf("%q:%s", inputs[i], value))
	}
	if len(inputs) == 0 { // what it gives is the same for every row
		inputs = []string{"unused"}
		parts = []string{`"unused":{"shape":[1]}`}
	}
	settings := map[string]any{"file": path.Base(file), "name": layerName, "inputs": inputs}
	layers := []any{map[string]any{"ONNX": settings}}
	var given []string    // of several outputs
	if len(outputs) > 1 { // a result that is an output has a layer of its own
		settings["outputs"] = outputs
		for i, name := range outputs {
			if i > 0 && m.Outputs[i].Empty {
				continue
			}
			given = append(given, name)
			of := layerName
			if i > 0 {
				of += "." + name
			}
			layers = append(layers, map[string]any{"Identity": map[string]any{"name": name, "inputs": []string{of}}})
		}
	}
	if len(bind) > 0 {
		settings["bind"] = bind
	}
	if slices.ContainsFunc(m.Outputs, func(p onnx.Port) bool { of, _ := portType(p.Type); return of == "int32" }) {
		settings["numbers"] = true
	}
	description := map[string]any{"name": name, "inputs": json.RawMessage("{" + strings.Join(parts, ",") + "}"), "layers": layers}
	if given != nil {
		description["outputs"] = given
	}
	return json.Marshal(description)
}
