package main

import (
	"math/rand/v2"
	"runtime"

	"github.com/nngen-go/nngen/testdata/peers/generated/text"
	"github.com/nngen-go/nngen/testdata/peers/peer"
)

//go:generate go run -C ../../.. ./cmd/nngen generate testdata/peers/models/text.yaml -o testdata/peers/generated/text

// openText times a classifier of texts as long as the reviews of imdb, cut after
// 200 words and padded with zeros.
func openText() (*network, error) {
	const batch = 32
	lists := reviews(peer.Batches * batch)
	x, y := make([]text.Input, len(lists)), make([]text.Target, len(lists))
	random := rand.New(rand.NewPCG(1, 7))
	var ids, classes []int32
	for i, list := range lists {
		copy(x[i][:], list)
		y[i] = text.Target(random.Int32N(10))
		ids, classes = append(ids, x[i][:]...), append(classes, int32(y[i]))
	}
	m := text.New(text.Seed(1), text.Workers(runtime.GOMAXPROCS(0)))
	if err := shake(m.Update); err != nil {
		return nil, err
	}
	n := tenClasses("text", batch, x, y, m, m.Clone())
	n.write = func() error { return writeAll("text", ids, classes) }
	return n, nil
}
