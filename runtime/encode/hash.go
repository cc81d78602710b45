package encode

import (
	"math"
	"strconv"
)

// Bins says into which bin a hash falls, as Keras's Hashing layer does
// (layers/preprocessing/hashing.py): FarmHash, or SipHash where there is a salt,
// modulo N, after First bins for what is masked.
type Bins struct {
	N      uint64
	First  int64
	Salt   [2]uint64
	Salted bool
}

// binOf is the bin of a text.
func binOf[T letters](text T, b *Bins) int64 {
	hash := uint64(0)
	if b.Salted {
		hash = sipHash(text, b.Salt)
	} else {
		hash = Fingerprint(text)
	}
	return b.First + int64(hash%b.N)
}

// numberBin is the bin of a number, which is hashed as it is written.
func numberBin(number int64, b *Bins) int64 {
	var buf [20]byte
	return binOf(strconv.AppendInt(buf[:0], number, 10), b)
}

// HashTexts finds the bins of texts. Where First is 1, mask has bin 0.
func HashTexts(slots []int64, texts []string, b Bins, mask string) {
	for i, t := range texts {
		if slots[i] = binOf(t, &b); b.First > 0 && t == mask {
			slots[i] = 0
		}
	}
}

// HashNumbers is HashTexts for whole numbers.
func HashNumbers(slots, numbers []int64, b Bins, mask int64) {
	for i, x := range numbers {
		if slots[i] = numberBin(x, &b); b.First > 0 && x == mask {
			slots[i] = 0
		}
	}
}

// HashValues is HashTexts for numbers, which are hashed without their fraction.
// What int64 cannot hold, and NaN, is the smallest int64, as TensorFlow has it on
// amd64.
func HashValues(slots []int64, values []float32, b Bins, mask float32) {
	for i, x := range values {
		whole := int64(math.MinInt64)
		if x >= math.MinInt64 && x < 1<<63 {
			whole = int64(x)
		}
		if slots[i] = numberBin(whole, &b); b.First > 0 && x == mask {
			slots[i] = 0
		}
	}
}

// Crossed is the bin of values that are taken together, given by their
// fingerprints: a text's own, and a whole number itself. Source: TensorFlow,
// kernels/sparse_cross_op.cc, HashCrosser; platform/fingerprint.h, FingerprintCat64.
func Crossed(n uint64, fingerprints ...uint64) int64 {
	const factor = 0xc6a4a7935bd1e995
	hash := uint64(0xdecafcaffe) // tf.sparse.cross_hashed's key
	for _, f := range fingerprints {
		hash ^= factor ^ mixed(f*factor)*factor
		hash = mixed(hash*factor) * factor
		hash = mixed(hash)
	}
	return int64(hash % n)
}
