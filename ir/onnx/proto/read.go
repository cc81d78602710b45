package proto

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// maxDepth bounds graphs within attributes within graphs.
const maxDepth = 64

// DecodeModel reads a ModelProto. It keeps parts of b: large tensors are not copied.
func DecodeModel(b []byte) (*Model, error) {
	m := &Model{}
	err := fields(b, func(n protowire.Number, f field) (err error) {
		switch n {
		case 1:
			return f.int(&m.IRVersion)
		case 2:
			return f.string(&m.Producer)
		case 3:
			return f.string(&m.Version)
		case 7:
			if m.Graph == nil {
				m.Graph = &Graph{}
			}
			return f.message("graph", func(b []byte) error { return m.Graph.decode(b, 0) })
		case 8:
			var o Opset
			err = f.message("opset_import", o.decode)
			m.Opsets = append(m.Opsets, o)
		case 14:
			if m.Metadata == nil {
				m.Metadata = map[string]string{}
			}
			return f.message("metadata_props", func(b []byte) error { return entry(b, m.Metadata) })
		case 20:
			m.Training++
		case 25:
			fn := &Function{}
			err = f.message("function", fn.decode)
			m.Functions = append(m.Functions, fn)
		}
		return err
	})
	if m.Graph == nil || err != nil {
		if what := foreign(b); what != "" {
			return nil, errors.New(what)
		}
	}
	if err != nil {
		return nil, err
	}
	if m.Graph == nil {
		return nil, errors.New("no graph: this is no ONNX model")
	}
	return m, nil
}

// DecodeTensor reads a TensorProto, as the .pb files of ONNX's backend tests are.
func DecodeTensor(b []byte) (*Tensor, error) {
	t := &Tensor{}
	if err := t.decode(b); err != nil {
		return nil, err
	}
	return t, nil
}

func (o *Opset) decode(b []byte) error {
	return fields(b, func(n protowire.Number, f field) error {
		switch n {
		case 1:
			return f.string(&o.Domain)
		case 2:
			return f.int(&o.Version)
		}
		return nil
	})
}

func (g *Graph) decode(b []byte, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("graphs are nested more than %d deep", maxDepth)
	}
	infos := map[protowire.Number]*[]*ValueInfo{11: &g.Inputs, 12: &g.Outputs, 13: &g.Values}
	return fields(b, func(n protowire.Number, f field) (err error) {
		switch n {
		case 1:
			node := &Node{}
			err = f.message(fmt.Sprintf("node %d", len(g.Nodes)), func(b []byte) error { return node.decode(b, depth) })
			g.Nodes = append(g.Nodes, node)
		case 2:
			return f.string(&g.Name)
		case 5:
			t := &Tensor{}
			err = f.message(fmt.Sprintf("initializer %d", len(g.Initializers)), t.decode)
			g.Initializers = append(g.Initializers, t)
		case 11, 12, 13:
			v := &ValueInfo{}
			err = f.message("value_info", v.decode)
			*infos[n] = append(*infos[n], v)
		case 15:
			g.Sparse++
		}
		return err
	})
}

func (x *Node) decode(b []byte, depth int) error {
	return fields(b, func(n protowire.Number, f field) (err error) {
		switch n {
		case 1:
			return f.strings(&x.Inputs)
		case 2:
			return f.strings(&x.Outputs)
		case 3:
			return f.string(&x.Name)
		case 4:
			return f.string(&x.Op)
		case 5:
			a := &Attribute{}
			err = f.message("attribute", func(b []byte) error { return a.decode(b, depth) })
			x.Attributes = append(x.Attributes, a)
		case 7:
			return f.string(&x.Domain)
		case 8:
			return f.string(&x.Overload)
		}
		return err
	})
}

func (a *Attribute) decode(b []byte, depth int) error {
	err := fields(b, func(n protowire.Number, f field) (err error) {
		switch n {
		case 1:
			return f.string(&a.Name)
		case 2:
			return f.float(&a.Float)
		case 3:
			return f.int(&a.Int)
		case 4:
			return f.raw(&a.String)
		case 5:
			a.Tensor = &Tensor{}
			return f.message("tensor", a.Tensor.decode)
		case 6:
			a.Graph = &Graph{}
			return f.message("graph", func(b []byte) error { return a.Graph.decode(b, depth+1) })
		case 7:
			return f.floats(&a.Floats)
		case 8:
			return f.ints(&a.Ints)
		case 9:
			var s []byte
			err = f.raw(&s)
			a.Strings = append(a.Strings, s)
		case 10:
			t := &Tensor{}
			err = f.message("tensor", t.decode)
			a.Tensors = append(a.Tensors, t)
		case 11:
			g := &Graph{}
			err = f.message("graph", func(b []byte) error { return g.decode(b, depth+1) })
			a.Graphs = append(a.Graphs, g)
		case 20:
			var kind int64
			err = f.int(&kind)
			a.Kind = AttributeKind(kind)
		case 21:
			return f.string(&a.Ref)
		}
		return err
	})
	if a.Kind == 0 && a.Ref == "" {
		a.Kind = a.guessed()
	}
	return err
}

// guessed is the kind of an attribute of a file of IR version 1, which has no types.
func (a *Attribute) guessed() AttributeKind {
	switch {
	case a.Tensor != nil:
		return TensorA
	case a.Graph != nil:
		return GraphA
	case len(a.Floats) > 0:
		return Floats
	case len(a.Ints) > 0:
		return Ints
	case len(a.Strings) > 0:
		return Strings
	case a.String != nil:
		return String
	case a.Float != 0:
		return Float
	}
	return Int
}

func (v *ValueInfo) decode(b []byte) error {
	return fields(b, func(n protowire.Number, f field) error {
		switch n {
		case 1:
			return f.string(&v.Name)
		case 2:
			return f.message("type", v.decodeType)
		}
		return nil
	})
}

func (v *ValueInfo) decodeType(b []byte) error {
	kinds := map[protowire.Number]string{1: "tensor", 4: "sequence", 5: "map", 8: "sparse_tensor", 9: "optional"}
	return fields(b, func(n protowire.Number, f field) error {
		kind, ok := kinds[n]
		if !ok {
			return nil
		}
		if v.Kind = kind; kind != "tensor" {
			return nil
		}
		return f.message("tensor_type", v.decodeTensorType)
	})
}

func (v *ValueInfo) decodeTensorType(b []byte) error {
	return fields(b, func(n protowire.Number, f field) (err error) {
		switch n {
		case 1:
			var element int64
			err = f.int(&element)
			v.Element = Type(element)
		case 2:
			v.Shaped = true
			return f.message("shape", func(b []byte) error {
				return fields(b, func(n protowire.Number, f field) error {
					if n != 1 {
						return nil
					}
					d := Dim{Value: -1}
					err := f.message("dim", d.decode)
					v.Dims = append(v.Dims, d)
					return err
				})
			})
		}
		return err
	})
}

func (d *Dim) decode(b []byte) error {
	return fields(b, func(n protowire.Number, f field) error {
		switch n {
		case 1:
			return f.int(&d.Value)
		case 2:
			return f.string(&d.Param)
		}
		return nil
	})
}

func (x *Function) decode(b []byte) error {
	return fields(b, func(n protowire.Number, f field) (err error) {
		switch n {
		case 1:
			return f.string(&x.Name)
		case 4:
			return f.strings(&x.Inputs)
		case 5:
			return f.strings(&x.Outputs)
		case 6:
			return f.strings(&x.Attributes)
		case 7:
			node := &Node{}
			err = f.message(fmt.Sprintf("node %d", len(x.Nodes)), func(b []byte) error { return node.decode(b, 0) })
			x.Nodes = append(x.Nodes, node)
		case 9:
			var o Opset
			err = f.message("opset_import", o.decode)
			x.Opsets = append(x.Opsets, o)
		case 10:
			return f.string(&x.Domain)
		case 11:
			a := &Attribute{}
			err = f.message("attribute", func(b []byte) error { return a.decode(b, 0) })
			x.Defaults = append(x.Defaults, a)
		case 13:
			return f.string(&x.Overload)
		}
		return err
	})
}

// entry reads a StringStringEntryProto.
func entry(b []byte, into map[string]string) error {
	var key, value string
	err := fields(b, func(n protowire.Number, f field) error {
		switch n {
		case 1:
			return f.string(&key)
		case 2:
			return f.string(&value)
		}
		return nil
	})
	into[key] = value
	return err
}

func (t *Tensor) decode(b []byte) error {
	return fields(b, func(n protowire.Number, f field) (err error) {
		switch n {
		case 1:
			return f.ints(&t.Dims)
		case 2:
			var kind int64
			err = f.int(&kind)
			t.Type = Type(kind)
		case 4:
			return f.floats(&t.Floats)
		case 5:
			var list []int64
			err = f.ints(&list)
			for _, i := range list {
				t.Int32s = append(t.Int32s, int32(i))
			}
		case 6:
			var s []byte
			err = f.raw(&s)
			t.Strings = append(t.Strings, s)
		case 7:
			return f.ints(&t.Int64s)
		case 8:
			return f.string(&t.Name)
		case 9:
			t.HasRaw = true
			return f.raw(&t.Raw)
		case 10:
			return f.doubles(&t.Doubles)
		case 11:
			var list []int64
			err = f.ints(&list)
			for _, i := range list {
				t.Uint64s = append(t.Uint64s, uint64(i))
			}
		case 13:
			if t.External == nil {
				t.External = map[string]string{}
			}
			return f.message("external_data", func(b []byte) error { return entry(b, t.External) })
		case 14:
			var where int64
			if err = f.int(&where); where == 1 && t.External == nil {
				t.External = map[string]string{}
			}
		}
		return err
	})
}
