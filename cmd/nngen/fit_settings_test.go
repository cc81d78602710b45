package main

import (
	"testing"

	"github.com/nngen-go/nngen/cmd/nngen/internal/figures"
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
)

// A frozen layer makes the training step cheaper: there is no gradient for it,
// nor for what lies before it.
func TestFreezeIsCheaper(t *testing.T) {
	const model = "../../testdata/models/mnistcnn.yaml"
	cost := func(freeze ...string) (ops, trainable int) {
		net, err := network.Compile(t.Context(), model, network.Settings{Freeze: freeze}, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := figures.Summarize(net, map[string][]byte{"model.go": []byte("package p\n")})
		if err != nil {
			t.Fatal(err)
		}
		return net.Program.Train.Flops(1), s.TrainableParams
	}
	net, err := compile(t.Context(), model, nil)
	if err != nil {
		t.Fatal(err)
	}
	var body []string
	layers := net.Program.Layers
	for _, l := range layers[:len(layers)-1] {
		body = append(body, l.Name)
	}
	all, params := cost()
	frozen, head := cost(body...)
	if frozen >= all*6/10 {
		t.Errorf("a step of the head alone takes %d operations, one of everything %d", frozen, all)
	}
	if want := layers[len(layers)-1].Params; head != want || head >= params {
		t.Errorf("%d of %d parameters are trained, those of the head are %d", head, params, want)
	}
}
