package data

import (
	"iter"
	"math/bits"

	"github.com/nngen-go/nngen/runtime/nn"
)

// Shuffle changes the order of a stream in every epoch: it holds that many rows
// and hands out any of them, then puts the next one in its place, as
// tf.data.Dataset.shuffle does. The order is a function of the seed and the
// epoch alone. Fit shuffles [Indexed] data sets by itself.
func Shuffle[X, Y any](d Dataset[X, Y], buffer int, seed uint64) Dataset[X, Y] {
	if buffer < 2 {
		return d
	}
	return &shuffled[X, Y]{d, buffer, seed}
}

type shuffled[X, Y any] struct {
	d      Dataset[X, Y]
	buffer int
	seed   uint64
}

func (s *shuffled[X, Y]) Err() error { return errOf(s.d) }

func (s *shuffled[X, Y]) Len() int { return s.d.Len() }

func (s *shuffled[X, Y]) placeOf(row int) string { return placeOf(s.d, row) }

func (s *shuffled[X, Y]) Rows(epoch int) iter.Seq2[Example[X, Y], error] {
	return makeRows(s.deferred(epoch))
}

// deferred shuffles the rows before they are made.
func (s *shuffled[X, Y]) deferred(epoch int) iter.Seq2[deferred[X, Y], error] {
	return func(yield func(deferred[X, Y], error) bool) {
		key := nn.NewKey(s.seed, uint64(epoch), nn.Stream("shuffle buffer"))
		var drawn uint64
		draw := func(n int) int {
			w := key.Bits4(uint32(drawn>>32), uint32(drawn))
			drawn++
			i, _ := bits.Mul64(uint64(w[0])<<32|uint64(w[1]), uint64(n))
			return int(i)
		}
		var held []deferred[X, Y]
		for row, err := range deferredRows(s.d, epoch) {
			switch {
			case err != nil:
				yield(nil, err)
				return
			case len(held) < s.buffer:
				held = append(held, row)
			default:
				i := draw(len(held))
				if !yield(held[i], nil) {
					return
				}
				held[i] = row
			}
		}
		for n := len(held); n > 0; n-- {
			i := draw(n)
			if !yield(held[i], nil) {
				return
			}
			held[i] = held[n-1]
		}
	}
}
