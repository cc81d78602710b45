package train

import (
	"math/bits"

	"github.com/nngen-go/nngen/runtime/nn"
)

// permute sets order to a random permutation of 0 … len(order)-1 that is a pure
// function of the key (R. A. Fisher, F. Yates; R. Durstenfeld, CACM 7, 1964).
// A 64-bit word is scaled to each range, so the bias stays below 2⁻³².
func permute(order []int, key nn.Key) {
	for i := range order {
		order[i] = i
	}
	for i := len(order) - 1; i > 0; i-- {
		w := key.Bits4(0, uint32(i))
		j, _ := bits.Mul64(uint64(w[0])<<32|uint64(w[1]), uint64(i)+1)
		order[i], order[j] = order[j], order[i]
	}
}
