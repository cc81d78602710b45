package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/nngen-go/nngen/generated/imdb"
	"github.com/nngen-go/nngen/testdata/peers/peer"
)

// reviews makes up token lists with the lengths and the word frequencies of the
// movie reviews in keras.datasets.imdb (num_words 10000): about 230 tokens in
// the mean, log-normal, of which about 120 are distinct (Zipf).
func reviews(count int) [][]int32 {
	random := rand.New(rand.NewPCG(1, 4))
	words := rand.NewZipf(random, 1.3, 8, 9996)
	list := make([][]int32, count)
	for i := range list {
		length := min(2494, max(11, int(math.Exp(5.2+0.65*random.NormFloat64()))))
		list[i] = make([]int32, length)
		for t := range list[i] {
			list[i][t] = int32(3 + words.Uint64())
		}
	}
	return list
}

// openIMDB times one review and an epoch. The token lists that the other peers
// read hold every id once, as multi_hot counts them; ours are the whole lists.
func openIMDB() (*network, error) {
	lists := reviews(peer.Reviews)
	x, y := make([]imdb.Input, len(lists)), make([]imdb.Target, len(lists))
	var ids, labels []int32
	offsets := []int32{0}
	for i, list := range lists {
		x[i], y[i] = list, imdb.Target(i%2)
		distinct := slices.Clone(list)
		slices.Sort(distinct)
		ids = append(ids, slices.Compact(distinct)...)
		offsets, labels = append(offsets, int32(len(ids))), append(labels, int32(i%2))
	}
	m, learner := imdb.New(imdb.Seed(1)), imdb.New(imdb.Seed(1))
	first := m.Predict(&x[0])
	return &network{
		name: "imdb", model: m, outputs: first[:],
		one: peer.Times(func() error {
			m.Predict(&x[0])
			return nil
		}),
		epoch: epochs(learner, x, y),
		write: func() error {
			for name, v := range map[string][]int32{"imdb.ids": ids, "imdb.offsets": offsets, "imdb.y": labels} {
				if err := peer.Write(name, v); err != nil {
					return err
				}
			}
			return nil
		},
	}, nil
}
