package trainable_test

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/trainable"
)

// graph reads lines such as "y = Conv x w b", and tensors such as "w 2 3".
func graph(tensors, nodes string) *proto.Graph {
	g := &proto.Graph{}
	for line := range strings.Lines(tensors) {
		f := strings.Fields(line)
		t := &proto.Tensor{Name: f[0], Type: proto.Float32}
		t.Dims = extents(f[1:])
		g.Initializers = append(g.Initializers, t)
	}
	for line := range strings.Lines(nodes) {
		f := strings.Fields(line)
		n := &proto.Node{Op: f[2], Outputs: f[:1], Inputs: f[3:]}
		if n.Op == "Constant" {
			t := &proto.Tensor{Type: proto.Float32, Dims: extents(f[3:])}
			n.Inputs, n.Attributes = nil, []*proto.Attribute{{Name: "value", Tensor: t}}
		}
		g.Nodes = append(g.Nodes, n)
	}
	return g
}

func extents(list []string) (dims []int64) {
	for _, d := range list {
		dims = append(dims, map[string]int64{"1": 1, "9": 9}[d])
	}
	return dims
}

func TestOf(t *testing.T) {
	for _, c := range []struct {
		what, tensors, nodes string
		choice               trainable.Choice
		want                 string // the names that train
	}{
		{"weights and no epsilon", "w 9 9\nb 9\ne\none 1", "p = MatMul x w\ns = Add p b\ny = Mul s e\nz = Mul y one", trainable.Choice{}, "w b"},
		{"statistics", "s 9\nb 9\nm 9\nv 9", "y = BatchNormalization x s b m v", trainable.Choice{}, "s b"},
		{"statistics by way of others", "s 9\nb 9\nm 9 1\nv 9\ne", "m1 = Flatten m\nv1 = Add v e\ny = BatchNormalization x s b m1 v1", trainable.Choice{}, "s b"},
		{"a bias of one element", "w 9 1\nb 1", "p = MatMul x w\ny = Add p b", trainable.Choice{}, "w b"},
		{"a slope of one element", "a 1", "y = PRelu x a", trainable.Choice{}, "a"},
		{"scales of whole numbers", "s 9\nw 9 9", "q = DequantizeLinear k s\np = MatMul x q\ny = MatMul p w", trainable.Choice{}, "w"},
		{"Constants that are weights", "", "w = Constant 9 9\nm = Constant 9 9\nu = Constant 9 9\nv = Transpose u\np = Conv x w\nr = MatMul p v\ny = Mul r m", trainable.Choice{}, "w u"},
		{"what an input is multiplied with is none", "", "k = Constant 1\nd = Div x k\nw = Constant 9 9\ny = MatMul d w", trainable.Choice{}, "w"},
		{"those that are named", "enc.w 9 9\nenc.b 9\ndec.w 9 9\ne", "p = MatMul x enc.w\nq = Add p enc.b\nr = MatMul q dec.w\ny = Mul r e", trainable.Choice{Train: []string{"enc.*", "e"}}, "enc.w enc.b e"},
		{"and those that are not", "enc.w 9 9\nenc.b 9\ndec.w 9 9", "p = MatMul x enc.w\nq = Add p enc.b\ny = MatMul q dec.w", trainable.Choice{Freeze: []string{"e*.w"}}, "enc.b dec.w"},
		{"none", "w 9 9", "y = MatMul x w", trainable.Choice{Frozen: true}, ""},
	} {
		g := graph(c.tensors, c.nodes)
		s, err := trainable.Of(g, g.Nodes, c.choice)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range g.Initializers {
			if s.Has(x.Name) {
				got = append(got, x.Name)
			}
		}
		for _, n := range g.Nodes {
			if s.Has(n.Outputs[0]) {
				got = append(got, n.Outputs[0])
			}
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

func TestNames(t *testing.T) {
	g := graph("enc.weight 9 9", "y = MatMul x enc.weight")
	for given, want := range map[string]string{
		"enc.wieght": `there is no tensor "enc.wieght" of floating-point numbers; did you mean "enc.weight"?`,
		"dec*":       `there is no tensor "dec*" of floating-point numbers`,
		"*c.w*z*":    `there is no tensor "*c.w*z*" of floating-point numbers`,
		"*weightx":   `there is no tensor "*weightx" of floating-point numbers`,
		"*":          "", "enc.*": "", "*.weight": "", "*c*e*": "", "e*c.w*ght": "",
	} {
		_, err := trainable.Of(g, g.Nodes, trainable.Choice{Freeze: []string{given}})
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%s: %v, want %s", given, err, want)
		}
	}
}

// TestWithin: a body's tensors do not train, and whoever names one is told where it is.
func TestWithin(t *testing.T) {
	inner := graph("deep 9 9", "y = MatMul x deep")
	body := graph("w 9 9", "c = Constant 9 9\nz = MatMul x w")
	body.Nodes = append(body.Nodes, &proto.Node{Op: "If", Outputs: []string{"i"}, Attributes: []*proto.Attribute{{Name: "then_branch", Graph: inner}}})
	g := graph("v 9 9", "a = MatMul x v")
	g.Nodes = append(g.Nodes, &proto.Node{Op: "Loop", Outputs: []string{"l"}, Attributes: []*proto.Attribute{{Name: "body", Graph: body}}})
	for _, name := range []string{"w", "c", "deep"} {
		_, err := trainable.Of(g, g.Nodes, trainable.Choice{Train: []string{"v", name}})
		want := `tensor "` + name + `" is in a body of Loop "l", where it stays as it is; make it an initializer of the graph, which bodies read too, for training to change it`
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if s, err := trainable.Of(g, g.Nodes, trainable.Choice{}); err != nil || !s.Has("v") || s.Has("w") {
		t.Errorf("%v: v trains, w does not", err)
	}
}
